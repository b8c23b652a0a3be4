/**
 * When a datum ends: the earliest of all ends that bind it (RET-NEC). From that instant it is unreadable, whether or not
 * anything ran. Only a recorded legal ground puts an end off, and that is for the one who keeps the record.
 */
import * as DateTime from "effect/DateTime"
import type { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import * as Calendar from "../../calendar/Calendar.ts"
import type { EffectivePolicy } from "../binding/EffectivePolicy.ts"
import type { End, EndEvent } from "../text/Parameter.ts"
import type { Period } from "../../calendar/Period.ts"
import { neverLonger } from "../../calendar/Period.ts"
import type { RuleKey } from "../text/RuleKey.ts"

/** When the events happened from which ends are counted; one that did not happen yet is missing. */
export type Events = { readonly [Event in Exclude<EndEvent, "retentionEnd">]?: DateTime.Utc }

/** A datum of an interaction, as far as its end depends on it. */
export interface Datum {
  readonly category: PersonalDataCategory
  readonly events: Events & { readonly collection: DateTime.Utc }
  /** The period that the contract fixes for the category, where one does. */
  readonly contractPeriod?: Period
  /** When that period was set: data that it ends were kept until then. */
  readonly contractPeriodFrom?: DateTime.Utc
}

/**
 * The earliest of ends, or `undefined` while none of their events has happened.
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import { Ends } from "@tacet/core/policy"
 *
 * const end = Ends.earliest(
 *   [{ after: "collection", within: "P12M" }, { after: "contractEnd" }],
 *   { collection: DateTime.makeUnsafe("2019-03-05T10:00:00Z") },
 *   "Europe/Paris",
 * )
 * end // => "2020-03-05T10:00:00.000Z"
 * ```
 */
export const earliest = (
  ends: ReadonlyArray<End>,
  events: { readonly [Event in EndEvent]?: DateTime.Utc },
  timeZone: Calendar.TimeZoneName,
): DateTime.Utc | undefined => first(known(ends, events, timeZone))?.at

/**
 * All ends of a datum of an interaction: those of its retention, of its category and of the contract's own period.
 */
export const bindingOn = (
  { parameters }: EffectivePolicy,
  category: PersonalDataCategory,
  contractPeriod?: Period,
): ReadonlyArray<End> => [
  ...parameters.retentionCap,
  ...(parameters.retentionByCategory[category] ?? []),
  ...(contractPeriod === undefined ? [] : [{ after: "collection", within: contractPeriod } as const]),
]

/** An end of a datum whose moment is known: the rule that sets it, and the event from which it is counted. */
export interface KnownEnd {
  readonly rule: RuleKey
  readonly after: EndEvent
  readonly at: DateTime.Utc
}

/** Why a datum would have no end: the rule, and what to declare first. */
export interface WithoutEnd {
  readonly rule: "RET-CONTRACT" | "RET-NEC"
  readonly accepted: string
}

/** The rule by which a category ends at a time of its own. */
export const ruleOfCategory: { readonly [Category in PersonalDataCategory]?: RuleKey } = {
  voiceRecording: "RET-1M",
  textDialogue: "RET-3Y",
  serviceCallRecord: "RET-3Y",
  transaction: "RET-10Y",
  measurementRecord: "RET-COOKIE6M",
  interfaceUsage: "RET-USER-5Y",
  accountIdentifier: "RET-UNTIL-ACCOUNT",
}

const ruleOfEvent: { readonly [Event in EndEvent]: RuleKey } = {
  collection: "RET-12M",
  purposeFulfilled: "RET-NEC",
  changedOrDeletedByUser: "FREETEXT-LIFE",
  retentionEnd: "FREETEXT-LIFE",
  contractEnd: "RET-CONTRACT-CAP",
  relationshipEnd: "RET-ACCOUNT",
  accountDeletion: "RET-UNTIL-ACCOUNT",
}

/**
 * Those of the ends whose event has happened, each with its rule: `rule`, or the rule of its event.
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import { Ends } from "@tacet/core/policy"
 *
 * const collection = DateTime.makeUnsafe("2019-03-05T10:00:00Z")
 * const [end] = Ends.known([{ after: "collection", within: "P12M" }, { after: "contractEnd" }], { collection }, "UTC")
 * end?.rule // => "RET-12M"
 * ```
 */
export const known = (
  ends: ReadonlyArray<End>,
  events: { readonly [Event in EndEvent]?: DateTime.Utc },
  timeZone: Calendar.TimeZoneName,
  rule?: RuleKey,
): ReadonlyArray<KnownEnd> =>
  ends.flatMap(({ after, within }) => {
    const event = events[after]
    if (event === undefined) return []
    const at = within === undefined ? event : Calendar.addTo(event, within, timeZone)
    return [{ rule: rule ?? ruleOfEvent[after], after, at }]
  })

/** The earliest of known ends. */
export const first = (ends: ReadonlyArray<KnownEnd>): KnownEnd | undefined =>
  ends.reduce<KnownEnd | undefined>(
    (one, other) => (one !== undefined && DateTime.isLessThanOrEqualTo(one.at, other.at) ? one : other),
    undefined,
  )

/**
 * The ends of a datum of an interaction that are known: those of its retention, of its category and of the contract's own
 * period. Free text that a user typed ends by `freeTextEnd`, which counts the end of the retention only where the policy
 * does.
 */
export const knownOf = (policy: EffectivePolicy, datum: Datum): ReadonlyArray<KnownEnd> => {
  const { category, contractPeriod, contractPeriodFrom: from, events } = datum
  const { freeTextEnd, retentionByCategory, retentionCap } = policy.parameters
  const { timeZone } = policy
  const retention = [
    ...known(retentionCap, events, timeZone),
    ...known(retentionByCategory[category] ?? [], events, timeZone, ruleOfCategory[category] ?? "RET-NEC"),
    ...(contractPeriod === undefined
      ? []
      : known([{ after: "collection", within: contractPeriod }], events, timeZone, "RET-CONTRACT").map((end) => ({
          ...end,
          at: from === undefined ? end.at : DateTime.max(end.at, from),
        }))),
  ]
  if (!isTyped(category)) return retention
  const end = first(retention)
  return freeTextEnd.flatMap((typed) =>
    typed.after === "retentionEnd"
      ? end === undefined
        ? []
        : known([typed], { retentionEnd: end.at }, timeZone, end.rule)
      : known([typed], events, timeZone),
  )
}

/**
 * The end of a datum of an interaction under the policy that binds it.
 *
 * @rule FREETEXT-LIFE, FREETEXT-LIFE16, RET-1M, RET-3Y, RET-10Y, RET-12M, RET-CONTRACT-CAP, RET-COOKIE6M, RET-NEC, RET-UNTIL-ACCOUNT, RET-USER-5Y
 */
export const readableUntil = (policy: EffectivePolicy, datum: Datum): DateTime.Utc | undefined =>
  first(knownOf(policy, datum))?.at

/** Whether a user types it of their own will (FREETEXT-LIFE). */
export const isTyped = (category: PersonalDataCategory): boolean =>
  category === "freeText" || category === "surveyAnswer"

/**
 * Whether a period that a contract would fix stays within a cap, wherever it begins: twelve months and a day do not
 * within twelve months, 365 days do (RET-12M). A cap that ends with an event bounds no period by itself.
 *
 * @example
 * ```ts
 * import { Ends } from "@tacet/core/policy"
 *
 * const within: boolean = Ends.staysWithin("P365D", [{ after: "collection", within: "P12M" }]) // => true
 * ```
 */
export const staysWithin = (period: Period, cap: ReadonlyArray<End>): boolean =>
  cap.every(({ after, within }) => after !== "collection" || (within !== undefined && neverLonger(period, within)))
