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

/** When the events happened from which ends are counted; one that did not happen yet is missing. */
export type Events = { readonly [Event in Exclude<EndEvent, "retentionEnd">]?: DateTime.Utc }

/** A datum of an interaction, as far as its end depends on it. */
export interface Datum {
  readonly category: PersonalDataCategory
  readonly events: Events & { readonly collection: DateTime.Utc }
  /** The period that the contract fixes for the category, where one does. */
  readonly contractPeriod?: Period
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
): DateTime.Utc | undefined => {
  let first: DateTime.Utc | undefined
  for (const { after, within } of ends) {
    const event = events[after]
    if (event === undefined) continue
    const end = within === undefined ? event : Calendar.addTo(event, within, timeZone)
    if (first === undefined || DateTime.isLessThan(end, first)) first = end
  }
  return first
}

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

/**
 * The end of a datum of an interaction under the policy that binds it. Free text a user typed ends by `freeTextEnd`,
 * which counts the end of the retention only where the policy does.
 *
 * @rule FREETEXT-LIFE, FREETEXT-LIFE16, RET-1M, RET-3Y, RET-10Y, RET-12M, RET-CONTRACT-CAP, RET-COOKIE6M, RET-NEC, RET-UNTIL-ACCOUNT, RET-USER-5Y
 */
export const readableUntil = (policy: EffectivePolicy, datum: Datum): DateTime.Utc | undefined => {
  const retentionEnd = earliest(bindingOn(policy, datum.category, datum.contractPeriod), datum.events, policy.timeZone)
  if (!isTyped(datum.category)) return retentionEnd
  return earliest(
    policy.parameters.freeTextEnd,
    retentionEnd === undefined ? datum.events : { ...datum.events, retentionEnd },
    policy.timeZone,
  )
}

/** Whether a user types it of their own will (FREETEXT-LIFE). */
const isTyped = (category: PersonalDataCategory): boolean => category === "freeText" || category === "surveyAnswer"

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
