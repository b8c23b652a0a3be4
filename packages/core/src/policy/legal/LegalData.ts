/**
 * The law by date, as one value that an application can replace: who belongs to the EU and the EEA, from when
 * the GDPR applies, which countries are adequate, which clauses hold. It is right as of a date and says so: asked for a
 * day long after it, a lookup answers with `LegalDataTooOld` where it would otherwise have had to guess.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Calendar from "../../calendar/Calendar.ts"
import type { Period } from "../../calendar/Period.ts"
import type { PlainDate } from "../../calendar/PlainDate.ts"
import type { AdequacyCondition, AdequacyDecision, AdequacyExclusion } from "./Adequacy.ts"
import { adequacyDecisions } from "./Adequacy.ts"
import type { StandardClauses } from "./Clauses.ts"
import { standardClauses } from "./Clauses.ts"
import type { CountrySet, Membership } from "./Membership.ts"
import { freeTradeStates, partsOfMembers, union } from "./Membership.ts"

/** A time in which a country is treated as a member though it is none. */
export interface Treatment {
  readonly country: string
  readonly as: "transition" | "bridge"
  readonly from: PlainDate
  readonly to: PlainDate
}

/** Dated legal data. */
export interface LegalData {
  /** The day up to which the data were kept. */
  readonly asOf: PlainDate
  /** For how long after it they are still trusted. */
  readonly goodFor: Period
  readonly memberships: ReadonlyArray<Membership>
  /** Parts of members with a country code of their own. */
  readonly partsOfMembers: Readonly<Record<string, string>>
  readonly treatments: ReadonlyArray<Treatment>
  /** From when the GDPR applies, in the EU and in the EEA states outside it. */
  readonly regulationFrom: { readonly union: PlainDate; readonly freeTradeStates: PlainDate }
  readonly adequacyDecisions: ReadonlyArray<AdequacyDecision>
  readonly standardClauses: ReadonlyArray<StandardClauses>
  /** The age of consent of GDPR 8(1) where a state has lowered it from 16. */
  readonly childConsentAges: Readonly<Record<string, number>>
}

/** The data that the library ships. */
export const legalData: LegalData = {
  asOf: "2026-09-30",
  goodFor: "P1Y",
  memberships: [...union, ...freeTradeStates],
  partsOfMembers,
  treatments: [
    { country: "GB", as: "transition", from: "2020-02-01", to: "2021-01-01" },
    { country: "GB", as: "bridge", from: "2021-01-01", to: "2021-06-28" },
  ],
  regulationFrom: { union: "2018-05-25", freeTradeStates: "2018-07-20" },
  adequacyDecisions,
  standardClauses,
  childConsentAges: { FR: 15 },
}

/** The data end before the day that was asked for. */
export class LegalDataTooOld extends Schema.TaggedError<LegalDataTooOld>()("LegalDataTooOld", {
  asOf: Schema.String,
  askedFor: Schema.String,
}) {
  override get message(): string {
    return `The legal data are as of ${this.asOf} and cannot answer for ${this.askedFor}: replace them by newer ones.`
  }
}

/**
 * The status of a country under the GDPR at a date. `transition` and `bridge`: treated like a member though it is none.
 */
export type Status = "unionMember" | "areaMember" | "transition" | "bridge" | "thirdCountry"

const holdsOn = ({ from, to }: { readonly from: PlainDate; readonly to?: PlainDate }, date: PlainDate): boolean =>
  from <= date && (to === undefined || date < to)

/**
 * Whether the data still answer for a date.
 *
 * @example
 * ```ts
 * import { LegalData } from "@tacet/core/policy"
 *
 * const fresh: boolean = LegalData.answersFor(LegalData.legalData, "2026-12-01") // => true
 * ```
 */
export const answersFor = (data: LegalData, date: PlainDate): boolean =>
  date <= data.asOf || date <= Calendar.add(data.asOf, data.goodFor)

const tooOld = (data: LegalData, date: PlainDate): Result.Result<never, LegalDataTooOld> =>
  Result.fail(new LegalDataTooOld({ asOf: data.asOf, askedFor: date }))

/**
 * The status of a country at a date. A part of a member with a code of its own (Réunion, Åland) has the member's status;
 * a territory that is merely linked to one (Greenland, New Caledonia, Jersey) is a third country.
 *
 * @example
 * ```ts
 * import * as Result from "effect/Result"
 * import { LegalData } from "@tacet/core/policy"
 *
 * const transition = LegalData.statusOf(LegalData.legalData, "GB", "2020-06-01")
 * Result.getOrThrow(transition) // => "transition"
 * ```
 */
export const statusOf = (data: LegalData, country: string, date: PlainDate): Result.Result<Status, LegalDataTooOld> => {
  if (!answersFor(data, date)) return tooOld(data, date)
  const state = data.partsOfMembers[country] ?? country
  const own = data.memberships.filter((membership) => membership.country === state && holdsOn(membership, date))
  if (own.some(({ set }) => set === "EU")) return Result.succeed("unionMember")
  if (own.some(({ set }) => set === "EEA")) return Result.succeed("areaMember")
  const treatment = data.treatments.find((one) => one.country === state && holdsOn(one, date))
  return Result.succeed(treatment?.as ?? "thirdCountry")
}

/**
 * Whether a country belongs to a set at a date. The EEA holds the EU from the first day of its agreement.
 *
 * @example
 * ```ts
 * import * as Result from "effect/Result"
 * import { LegalData } from "@tacet/core/policy"
 *
 * const norway = LegalData.isMember(LegalData.legalData, "EEA", "NO", "2021-03-01")
 * Result.getOrThrow(norway) // => true
 * ```
 */
export const isMember = (
  data: LegalData,
  set: CountrySet,
  country: string,
  date: PlainDate,
): Result.Result<boolean, LegalDataTooOld> =>
  Result.map(
    statusOf(data, country, date),
    (status) =>
      status === (set === "EU" ? "unionMember" : "areaMember") ||
      (set === "EEA" && status === "unionMember" && date >= "1994-01-01"),
  )

/**
 * Whether the GDPR governs processing under the law of a country at a date: from 25 May 2018 in the EU, from 20 July
 * 2018 in Iceland, Liechtenstein and Norway, and in the United Kingdom until the end of its transition.
 *
 * @example
 * ```ts
 * import { LegalData } from "@tacet/core/policy"
 *
 * const applies: boolean = LegalData.regulationApplies(LegalData.legalData, "FR", "2018-05-25") // => true
 * ```
 */
export const regulationApplies = (data: LegalData, country: string, date: PlainDate): boolean => {
  // A rule in force is not dropped because the data are old: the strict side needs no fresh data.
  const status = statusOf(data, country, answersFor(data, date) ? date : data.asOf)
  if (Result.isFailure(status)) return true
  switch (status.success) {
    case "unionMember":
    case "transition":
      return date >= data.regulationFrom.union
    case "areaMember":
      return date >= data.regulationFrom.freeTradeStates
    case "bridge":
    case "thirdCountry":
      return false
  }
}

/** A country for which no decision holds at a date. */
export class NotAdequate extends Schema.TaggedError<NotAdequate>()("NotAdequate", {
  entity: Schema.String,
  date: Schema.String,
  /** `expired`: a decision held before; `scope`: one holds, but not for this recipient or these data. */
  reason: Schema.Literals(["noDecision", "notYet", "expired", "scope", "notIncorporated"]),
  /** The act that comes nearest. */
  act: Schema.optionalKey(Schema.String),
}) {
  override get message(): string {
    const act = this.act === undefined ? "" : ` (${this.act})`
    return `${this.entity} is not adequate on ${this.date}: ${this.reason}${act}.`
  }
}

/** A transfer as far as an adequacy decision looks at it. */
export interface AdequacyQuestion {
  readonly entity: string
  readonly date: PlainDate
  /** Facts of the recipient and the data, as the sender has shown them. */
  readonly conditions?: ReadonlyArray<AdequacyCondition>
  readonly data?: ReadonlyArray<AdequacyExclusion>
  /** The country of the sender. Default: a member of the EU. */
  readonly exporter?: string
}

/**
 * The adequacy decision that covers a transfer at its date, or why none does. For a date that the data are too old for,
 * an ended decision still answers `expired`; whether one holds then cannot be said.
 *
 * @example
 * ```ts
 * import * as Result from "effect/Result"
 * import { LegalData } from "@tacet/core/policy"
 *
 * const shield = { entity: "US", conditions: ["selfCertified"] } as const
 * Result.isSuccess(LegalData.adequacyOf(LegalData.legalData, { ...shield, date: "2019-06-01" })) // => true
 * Result.isSuccess(LegalData.adequacyOf(LegalData.legalData, { ...shield, date: "2021-06-01" })) // => false
 * ```
 */
export const adequacyOf = (
  data: LegalData,
  question: AdequacyQuestion,
): Result.Result<AdequacyDecision, NotAdequate | LegalDataTooOld> => {
  const { date, entity } = question
  const own = data.adequacyDecisions.filter((decision) => decision.entity === entity)
  const held = own.filter((decision) => holdsOn(decision, date))
  const refusal = (reason: NotAdequate["reason"], decision: AdequacyDecision | undefined) =>
    Result.fail(new NotAdequate({ entity, date, reason, ...(decision === undefined ? {} : { act: decision.act }) }))
  if (!answersFor(data, date)) {
    const ended = own.findLast(({ to }) => to !== undefined && to <= date)
    return ended !== undefined && held.length === 0 ? refusal("expired", ended) : tooOld(data, date)
  }
  const covering = held.find((decision) => covers(decision, question))
  if (covering !== undefined) return Result.succeed(covering)
  const inForce = held[0]
  if (inForce !== undefined) {
    const excluded = question.exporter !== undefined && inForce.notFor?.includes(question.exporter) === true
    return refusal(excluded ? "notIncorporated" : "scope", inForce)
  }
  const ended = own.findLast(({ to }) => to !== undefined && to <= date)
  if (ended !== undefined) return refusal("expired", ended)
  return refusal(own.length === 0 ? "noDecision" : "notYet", own[0])
}

const covers = ({ condition, excludes, notFor }: AdequacyDecision, question: AdequacyQuestion): boolean =>
  (condition === undefined || question.conditions?.includes(condition) === true) &&
  (excludes === undefined || question.data?.includes(excludes) !== true) &&
  (question.exporter === undefined || notFor?.includes(question.exporter) !== true)
