/**
 * The only statistic that may be given to others than the Customer (NONIDENT, AGG-3P, ANON-ASAP). It counts persons, each
 * once; publishes no group that is too small; covers one calendar month and no other period; and is computed once, when
 * the month is over: neither late events nor an erasure change it, so two editions can never be subtracted from each
 * other.
 */
import * as DateTime from "effect/DateTime"
import * as Order from "effect/Order"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { PseudonymId } from "../domain/Pseudonym.ts"
import { StepId } from "../domain/Identifier.ts"
import { mergeSmall, personsIn } from "../domain/KAnonymity.ts"
import { Refusal } from "../eventsourcing/Refusal.ts"
import * as Calendar from "../calendar/Calendar.ts"
import type { EffectivePolicy } from "../policy/binding/EffectivePolicy.ts"
import type { PlainDate } from "../calendar/PlainDate.ts"
import * as Classification from "../policy/checks/Classification.ts"
import { sources as everySource } from "../privacy/Source.ts"

// Values

/** A calendar month, such as `2026-01`. */
export const Month = Schema.String.check(Schema.isPattern(/^\d{4}-(0[1-9]|1[0-2])$/, { expected: "a calendar month" }))

/** The lowest minimum of persons in a published group that a caller may choose. */
export const lowestMinimum = 5

/** The default minimum of persons in a published group. */
export const defaultMinimum = 10

const Persons = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** One journey, and how many persons took it. */
export const Cell = Schema.Struct({
  journey: Schema.Array(StepId),
  persons: Persons,
  /** How many of them needed no effective call; `null` where that would describe too few. */
  withoutCall: Schema.NullOr(Persons),
})
export type Cell = typeof Cell.Type

/** Whether both parts of a group are large enough to publish, or the whole is large enough to publish as unanimous. */
const maySplit = (part: number, persons: number, minimum: number): boolean => {
  const rest = persons - part
  if (part < 0 || rest < 0) return false
  return part === 0 || rest === 0 ? persons >= 2 * minimum : part >= minimum && rest >= minimum
}

/** Why a statistic may not be published. */
const violationOf = (statistic: {
  readonly minimum: number
  readonly cells: ReadonlyArray<Cell>
  readonly other: number | null
}): string | undefined => {
  const { cells, minimum, other } = statistic
  if (cells.some(({ persons }) => persons < minimum) || (other !== null && other < minimum)) {
    return "groups of as many persons as the minimum"
  }
  if (cells.some(({ persons, withoutCall }) => withoutCall !== null && !maySplit(withoutCall, persons, minimum))) {
    return "outcomes of at least as many persons as the minimum"
  }
  const keys = cells.map(({ journey }) => keyOf(journey))
  return new Set(keys).size === keys.length ? undefined : "each journey once"
}

/**
 * A published statistic. The Schema itself enforces the rules: a value with a group that is too small, or with another
 * field, does not decode.
 */
export const PublicStatistic = Schema.Struct({
  month: Month,
  /** Each person counts once, in the journey that it took most often. */
  unit: Schema.Literal("persons"),
  minimum: Schema.Int.check(Schema.isGreaterThanOrEqualTo(lowestMinimum)),
  definitionVersion: Schema.NonEmptyString,
  /** Most persons first; ties by journey in code-point order. */
  cells: Schema.Array(Cell),
  /** The persons of all other journeys together, two at least; `null` where they are too few. */
  other: Schema.NullOr(Persons),
  /** What it is made of is personal; the statistic is not, because it was checked to describe no single person (COMBINE). */
  label: Schema.optionalKey(Schema.Literal("nonPersonal")),
  /** Where the data come from that it is made of, and that it is derived (PROVENANCE). Editions of before have neither. */
  sources: Schema.optionalKey(Schema.Array(Schema.Literals(everySource))),
}).check(Schema.makeFilter((statistic) => violationOf(statistic)))
export type PublicStatistic = typeof PublicStatistic.Type

/** One interaction: the person, the moment, the journey, and whether it needed no effective call. */
export interface Attendance {
  /** From the vault's links. Interactions without a link, or with an erased one, are not counted. */
  readonly person: PseudonymId
  readonly at: DateTime.Utc
  readonly journey: ReadonlyArray<StepId>
  readonly withoutCall: boolean
}

/** The input of closing a month. */
export interface Closing {
  readonly month: string
  /** The moment of closing. */
  readonly at: DateTime.Utc
  readonly policy: EffectivePolicy
  readonly attendances: Iterable<Attendance>
  /** The earliest retention end of the data among them. */
  readonly readableUntil: DateTime.Utc
  /** The statistics published before. */
  readonly published: ReadonlyArray<PublicStatistic>
  readonly definitionVersion: string
  readonly minimum?: number
}

// Publication

/**
 * Closes a month. A closed month gives the same answer for ever, whatever was recorded since. Refused before the month is
 * over, with a minimum below the lowest, and, where the policy bases statistics on anonymised data, after the end of a
 * datum that had to be anonymised before (ANON-ASAP).
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 * import { History, Resolve, Versions } from "@tacet/core/policy"
 * import { PublicStatistic } from "@tacet/core/statistics"
 *
 * const at = DateTime.makeUnsafe("2022-02-02T00:00:00Z")
 * const policy = Result.getOrThrow(Resolve.resolve(History.of(Versions.dialonce20210217), { at }))
 * const closing = { month: "2022-01", at, policy, attendances: [], readableUntil: at, published: [], definitionVersion: "1" }
 * Result.getOrThrow(PublicStatistic.close(closing)).cells // => []
 * const early = PublicStatistic.close({ ...closing, month: "2022-02" })
 * Result.isFailure(early) && early.failure.rule // => "NONIDENT"
 * ```
 */
export const close = (closing: Closing): Result.Result<PublicStatistic, Refusal> => {
  const {
    at,
    attendances,
    definitionVersion,
    minimum = defaultMinimum,
    month,
    policy,
    published,
    readableUntil,
  } = closing
  const frozen = published.find((statistic) => statistic.month === month)
  if (frozen !== undefined) return Result.succeed(frozen)
  if (!Schema.is(Month)(month)) return refuse("TACET-FORMAT", "month", "a calendar month")
  if (!Number.isSafeInteger(minimum) || minimum < lowestMinimum) {
    return refuse("NONIDENT", "minimum", `groups of ${lowestMinimum} persons or more`)
  }
  const first = `${month}-01` as PlainDate
  const from = Calendar.startOfDay(first, policy.timeZone)
  const to = Calendar.startOfDay(Calendar.addMonths(first, 1), policy.timeZone)
  if (isBefore(at, to)) return refuse("NONIDENT", "at", "a month that is over")
  if (policy.parameters.statisticsInput === "anonymised" && isBefore(readableUntil, at)) {
    return refuse("ANON-ASAP", "at", "a moment at or before the end of the first datum that ends")
  }
  const counted = Array.from(attendances).filter((one) => !isBefore(one.at, from) && isBefore(one.at, to))
  const { cells, other } = protect(cellsOf(counted), minimum)
  const statistic: PublicStatistic = { month, unit: "persons", minimum, definitionVersion, cells, other }
  const isChecked = violationOf(statistic) === undefined
  const { label, sources } = Classification.combine([visits], isChecked ? "checkPassed" : "checkFailed")
  return label === "nonPersonal"
    ? Result.succeed({ ...statistic, label, sources })
    : refuse("NONIDENT", "minimum", "groups that single nobody out")
}

/** What a statistic counts: the visits of persons, as the interface saw them. */
const visits: Classification.Labelled = { label: "personal", sources: ["observed"] }

/**
 * Checks a value before it is given to a third party: only a published statistic passes (AGG-3P). A report for a Customer,
 * a pseudonym beside a figure or a group that is too small is refused.
 *
 * @example
 * ```ts
 * import * as Result from "effect/Result"
 * import { PublicStatistic } from "@tacet/core/statistics"
 *
 * const statistic = { month: "2026-01", unit: "persons", minimum: 10, definitionVersion: "1", cells: [], other: 12 }
 * Result.isSuccess(PublicStatistic.forOthers(statistic)) // => true
 * Result.isSuccess(PublicStatistic.forOthers({ ...statistic, other: 3 })) // => false
 * ```
 */
export const forOthers = (statistic: unknown): Result.Result<PublicStatistic, Refusal> =>
  Result.mapError(
    decode(statistic),
    () =>
      new Refusal({ rule: "AGG-3P", command: "GiveStatistic", accepted: "a public statistic and nothing beside it" }),
  )

/**
 * The persons of several months, cell by cell: sums of published figures only. A person who came in two of the months
 * counts in both, so the sums are person-months.
 */
export const sum = (
  statistics: ReadonlyArray<PublicStatistic>,
): ReadonlyArray<{ readonly journey: ReadonlyArray<StepId>; readonly personMonths: number }> => {
  const sums = new Map<string, { readonly journey: ReadonlyArray<StepId>; readonly personMonths: number }>()
  for (const { journey, persons } of statistics.flatMap(({ cells }) => cells)) {
    const key = keyOf(journey)
    sums.set(key, { journey, personMonths: (sums.get(key)?.personMonths ?? 0) + persons })
  }
  return Array.from(sums.entries())
    .toSorted(([key, one], [otherKey, other]) => other.personMonths - one.personMonths || byText(key, otherKey))
    .map(([, cell]) => cell)
}

const decode = Schema.decodeUnknownResult(PublicStatistic, { onExcessProperty: "error" })

// Counting

const keyOf = (journey: ReadonlyArray<string>): string => JSON.stringify(journey)

const byText = Order.String

const isBefore = (one: DateTime.Utc, other: DateTime.Utc): boolean =>
  DateTime.toEpochMillis(one) < DateTime.toEpochMillis(other)

interface Counted {
  readonly journey: ReadonlyArray<StepId>
  readonly persons: number
  readonly withoutCall: number
}

/** Each person once: in the journey taken most often, with a call if any interaction on that journey had one. */
const cellsOf = (attendances: ReadonlyArray<Attendance>): ReadonlyArray<Counted> => {
  const taken = new Map<PseudonymId, Map<string, { times: number; called: boolean }>>()
  const journeys = new Map<string, ReadonlyArray<StepId>>()
  for (const { journey, person, withoutCall } of attendances) {
    const key = keyOf(journey)
    journeys.set(key, journey)
    const own = taken.get(person) ?? new Map<string, { times: number; called: boolean }>()
    taken.set(person, own)
    const { called, times } = own.get(key) ?? { times: 0, called: false }
    own.set(key, { times: times + 1, called: called || !withoutCall })
  }
  const cells = new Map<string, Counted>()
  for (const own of taken.values()) {
    const [favourite] = Array.from(own.entries()).toSorted(
      ([key, one], [otherKey, other]) => other.times - one.times || byText(key, otherKey),
    )
    if (favourite === undefined) continue
    const [key, { called }] = favourite
    const { persons, withoutCall } = cells.get(key) ?? { persons: 0, withoutCall: 0 }
    cells.set(key, { journey: journeys.get(key)!, persons: persons + 1, withoutCall: withoutCall + (called ? 0 : 1) })
  }
  return Array.from(cells.entries())
    .toSorted(([key, one], [otherKey, other]) => other.persons - one.persons || byText(key, otherKey))
    .map(([, cell]) => cell)
}

/** Merges journeys of too few persons. The total of the merged ones is published where it is large enough. */
const protect = (
  cells: ReadonlyArray<Counted>,
  minimum: number,
): { readonly cells: ReadonlyArray<Cell>; readonly other: number | null } => {
  const { kept, merged } = mergeSmall(cells, minimum)
  const others = personsIn(merged)
  return {
    cells: kept.map(({ journey, persons, withoutCall }) => ({
      journey,
      persons,
      withoutCall: maySplit(withoutCall, persons, minimum) ? withoutCall : null,
    })),
    other: others >= minimum ? others : null,
  }
}

const refuse = (rule: string, field: string, accepted: string): Result.Result<never, Refusal> =>
  Result.fail(new Refusal({ rule, command: "CloseMonth", field, accepted }))
