/**
 * The counters of a day of interactions, as they are counted before the interactions are purged and as they are recorded
 * in their place: journeys of few persons merged.
 */
import * as Schema from "effect/Schema"
import { PolicyVersionId, StepId } from "../Identifier.ts"
import { mergeSmall } from "../KAnonymity.ts"

export const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** How the interactions of a day ended, in one window. */
export const WindowCounters = Schema.Struct({
  effective: Count,
  attemptFailed: Count,
  goal: Count,
  handedOff: Count,
  left: Count,
  bounced: Count,
  linkable: Count,
  linkableNoEffective: Count,
})

const outcomes = { effective: Count, attemptFailed: Count, goal: Count, handedOff: Count, left: Count }

/** The steps of a journey; `…` replaces those beyond the cap. */
const Steps = Schema.Array(Schema.Union([StepId, Schema.Literal("…")]))

/** A journey and how often it ended in which way. */
const JourneyCounters = Schema.Struct({ steps: Steps, ...outcomes })

/** The headline counters of a day: all its interactions are settled, so none is open or pending. */
const headline = {
  started: Count,
  excluded: Count,
  /** In-interaction, 24 hours, 72 hours, 7 days. */
  windows: Schema.Array(WindowCounters).check(Schema.isMinLength(4), Schema.isMaxLength(4)),
  calls: Schema.Struct({ total: Count, legs: Count, effective: Count, notHuman: Count, humanUnknown: Count }),
  /** Deflected interactions that were observed for 24 hours, 72 hours, 7 days, and those of them without a return by then. */
  returns: Schema.optionalKey(
    Schema.Array(Schema.Struct({ notReturned: Count, observed: Count })).check(
      Schema.isMinLength(3),
      Schema.isMaxLength(3),
    ),
  ),
  /** The policy versions that bound the interactions. */
  policyVersions: Schema.optionalKey(Schema.Array(PolicyVersionId)),
}

/** The counters that are recorded of a day; journeys of fewer than k persons are merged into `other`. */
export const DayCounters = Schema.Struct({
  ...headline,
  journeys: Schema.Array(JourneyCounters),
  other: Schema.Struct({ journeys: Count, ...outcomes }),
})
export type DayCounters = typeof DayCounters.Type

/** The counters of interactions that are about to be purged, with the number of persons of each journey. */
export const CountedDay = Schema.Struct({
  ...headline,
  journeys: Schema.Array(Schema.Struct({ steps: Steps, persons: Count, ...outcomes })),
})
export type CountedDay = typeof CountedDay.Type

/**
 * Merges the journeys of fewer than k persons, and the smallest others with them until neither a single journey nor a
 * group of fewer than k persons can be singled out, or every journey is merged.
 *
 * @example
 * ```ts
 * import { PurgedDay } from "@tacet/core/domain"
 *
 * const outcomes = { effective: 0, attemptFailed: 0, goal: 0, handedOff: 0, left: 12 }
 * const rare = { steps: [], persons: 3, ...outcomes, left: 3 }
 * const merged = PurgedDay.mergeRare([{ steps: ["…"], persons: 12, ...outcomes }, rare], 10)
 * merged.other // => { journeys: 2, effective: 0, attemptFailed: 0, goal: 0, handedOff: 0, left: 15 }
 * ```
 */
export const mergeRare = (journeys: CountedDay["journeys"], k: number): Pick<DayCounters, "journeys" | "other"> => {
  // Of journeys with equally many persons, the first in the order of names is merged first.
  const ordered = journeys.toSorted((one, other) => other.persons - one.persons || (name(one) < name(other) ? 1 : -1))
  const { kept, merged } = mergeSmall(ordered, k)
  return {
    journeys: kept.map(withoutPersons).sort((one, other) => (name(one) < name(other) ? -1 : 1)),
    other: { journeys: merged.length, ...sumOf(merged) },
  }
}

const withoutPersons = ({ steps, ...counters }: CountedDay["journeys"][number]): DayCounters["journeys"][number] => ({
  steps,
  ...sumOf([counters]),
})

type Outcomes = { readonly [Name in keyof typeof outcomes]: number }

const name = ({ steps }: { readonly steps: ReadonlyArray<string> }): string => JSON.stringify(steps)

const sumOf = (list: ReadonlyArray<Outcomes>): Outcomes =>
  list.reduce(add, { effective: 0, attemptFailed: 0, goal: 0, handedOff: 0, left: 0 })

const add = (one: Outcomes, other: Outcomes): Outcomes => ({
  effective: one.effective + other.effective,
  attemptFailed: one.attemptFailed + other.attemptFailed,
  goal: one.goal + other.goal,
  handedOff: one.handedOff + other.handedOff,
  left: one.left + other.left,
})

const addEach = <A extends Readonly<Record<string, number>>>(one: A, other: A): A =>
  Object.fromEntries(Object.entries(one).map(([key, value]) => [key, value + (other[key] ?? 0)])) as A

type Returns = Pick<DayCounters, "returns" | "policyVersions">

const sumOfReturns = (one: Returns, other: Returns): Returns => {
  const [returns, more] = [one.returns ?? [], other.returns ?? []]
  const [long, short] = returns.length >= more.length ? [returns, more] : [more, returns]
  const versions = new Set([...(one.policyVersions ?? []), ...(other.policyVersions ?? [])])
  return {
    ...(long.length === 0
      ? {}
      : {
          returns: long.map((period, index) => (short[index] === undefined ? period : addEach(period, short[index]))),
        }),
    ...(versions.size === 0 ? {} : { policyVersions: Array.from(versions).sort() }),
  }
}

/** The counters of a day with those of further interactions; journeys that are recorded by themselves stay so. */
export const withCounted = (before: DayCounters | undefined, counted: CountedDay, k: number): DayCounters => {
  const { journeys, ...now } = counted
  if (before === undefined) return { ...now, ...mergeRare(journeys, k) }
  const known = new Map(before.journeys.map((journey) => [name(journey), journey]))
  const isKnown = (journey: CountedDay["journeys"][number]) => known.has(name(journey))
  for (const journey of journeys.filter(isKnown)) {
    known.set(name(journey), { steps: journey.steps, ...add(known.get(name(journey)) ?? journey, journey) })
  }
  const merged = mergeRare(
    journeys.filter((journey) => !isKnown(journey)),
    k,
  )
  return {
    started: before.started + now.started,
    excluded: before.excluded + now.excluded,
    windows: before.windows.map((window, index) => addEach(window, now.windows[index] ?? window)),
    calls: addEach(before.calls, now.calls),
    ...sumOfReturns(before, now),
    journeys: [...known.values(), ...merged.journeys].sort((one, other) => (name(one) < name(other) ? -1 : 1)),
    other: { journeys: before.other.journeys + merged.other.journeys, ...add(before.other, merged.other) },
  }
}
