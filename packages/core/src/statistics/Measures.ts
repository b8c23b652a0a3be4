/**
 * The measures of the statistics: one table says how each is counted, added, saved, kept of a purged day and restored
 * from it. A tally, the counts of a day, saved states and the report all follow from the table, so a new counter is one
 * row. Journeys and dwell times are counted beside it, since their numbers refer to places in the prefix tree.
 */
import type { PolicyVersionId } from "../domain/Identifier.ts"
import type { CountedDay, DayCounters } from "../domain/PurgedDay.ts"
import type { LocalTime } from "../calendar/LocalTime.ts"
import type { Contribution } from "./Contribution.ts"
import { Counters } from "./Counters.ts"

/** A sum of one kind: where it starts, how two are added, and how it is saved. */
interface Kind<Sum, Saved> {
  readonly empty: () => Sum
  /** Adds the other sum `by` times; the first is changed. */
  readonly add: (to: Sum, other: Sum, by: number) => void
  readonly save: (sum: Sum) => Saved
  readonly load: (saved: Saved) => Sum
}

/** The terms on which contributions are counted. */
export interface Terms {
  /** The place of the headline window in `windows`. */
  readonly headline: number
  readonly local: LocalTime
}

interface Measure<Sum, Saved> extends Kind<Sum, Saved> {
  /** Counts a contribution, or takes it back with `by` −1. */
  readonly count: (sum: Sum, contribution: Contribution, by: 1 | -1, terms: Terms) => void
  /** Whether excluded interactions are counted too. */
  readonly countsExcluded?: boolean
  /** The counters that a purged day keeps, and the way back. Without them the measure is deleted with the day. */
  readonly keep?: (sum: Sum) => Partial<CountedDay>
  readonly restore?: (sum: Sum, kept: DayCounters) => void
}

/** Adds to a count; a count of 0 leaves the map. */
export const bump = <Key>(counts: Map<Key, number>, key: Key, by: number): void => {
  const next = (counts.get(key) ?? 0) + by
  if (next === 0) counts.delete(key)
  else counts.set(key, next)
}

const histogram = <Key extends string | number>(): Kind<
  Map<Key, number>,
  ReadonlyArray<readonly [key: Key, count: number]>
> => ({
  empty: () => new Map(),
  add: (to, other, by) => {
    for (const [key, count] of other) bump(to, key, by * count)
  },
  save: (sum) => Array.from(sum),
  load: (saved) => new Map(saved),
})

type Row<Name extends string> = Record<Name, number>

const row = <const Names extends ReadonlyArray<string>>(
  ...names: Names
): Kind<Row<Names[number]>, Readonly<Row<Names[number]>>> => {
  const empty = () => Object.fromEntries(names.map((name) => [name, 0])) as Row<Names[number]>
  const add = (to: Row<string>, other: Readonly<Row<string>>, by: number) => {
    for (const name of names) to[name]! += by * other[name]!
  }
  return {
    empty,
    add,
    save: (sum) => ({ ...sum }),
    load: (saved) => {
      const sum = empty()
      add(sum, saved, 1)
      return sum
    },
  }
}

/** A single number, in an object so that it can be changed in place. */
export interface Count {
  value: number
}

/** A counter that adds a number for each interaction. A state saved before the counter existed loads as 0. */
const counter = (of: (contribution: Contribution) => number): Measure<Count, number> => ({
  empty: () => ({ value: 0 }),
  add: (to, other, by) => void (to.value += by * other.value),
  save: ({ value }) => value,
  load: (value) => ({ value }),
  count: (sum, contribution, by) => void (sum.value += by * of(contribution)),
})

const headlineCounters = {
  empty: () => new Counters(),
  add: (to, other, by) => to.plus(other, by),
  save: ({ values }) => values,
  load: (values) => new Counters(values),
  count: (sum, contribution, by) => sum.count(contribution, by),
  countsExcluded: true,
  keep: (sum: Counters) => sum.kept,
  restore: (sum, kept) => sum.restore(kept),
} satisfies Measure<Counters, ReadonlyArray<number>>

const failedReasons: Measure<Map<string, number>, ReadonlyArray<readonly [string, number]>> = {
  ...histogram<string>(),
  count: (sum, { failedReasons: reasons }, by, { headline }) => {
    const reason = reasons[headline]
    if (reason !== undefined) bump(sum, reason, by)
  },
}

const failedByHour: Measure<Map<number, number>, ReadonlyArray<readonly [number, number]>> = {
  ...histogram<number>(),
  count: (sum, { failedAt }, by, { local }) => {
    if (failedAt !== undefined) bump(sum, local.hourOfWeek(failedAt), by)
  },
}

const policyVersions = {
  ...histogram<string>(),
  count: (sum, { policyVersion }, by) => bump(sum, policyVersion, by),
  keep: (sum: Map<string, number>) => ({
    policyVersions: Array.from(sum.keys()).sort() as ReadonlyArray<string> as Array<PolicyVersionId>,
  }),
  restore: (sum, kept) => {
    for (const version of kept.policyVersions ?? []) bump(sum, version, 1)
  },
} satisfies Measure<Map<string, number>, ReadonlyArray<readonly [string, number]>>

const callFigures = row("total", "legs", "effective", "notHuman", "humanUnknown")
type CallFigures = ReturnType<typeof callFigures.empty>

const calls = {
  ...callFigures,
  count: (sum, contribution, by) => {
    for (const { effective, humanUnknown, legs, notHuman } of contribution.calls) {
      sum.total += by
      sum.legs += by * legs
      if (effective) sum.effective += by
      if (notHuman) sum.notHuman += by
      if (humanUnknown) sum.humanUnknown += by
    }
  },
  keep: (sum: CallFigures) => ({ calls: { ...sum } }),
  restore: (sum, kept) => callFigures.add(sum, kept.calls, 1),
} satisfies Measure<CallFigures, Readonly<CallFigures>>

const endings = ["effective", "attemptFailed", "goal", "handedOff", "left"] as const
const mergedFigures = row("journeys", ...endings)

/** Journeys of purged days that too few persons took, merged: how many they are, and how they ended. */
export type Merged = ReturnType<typeof mergedFigures.empty>

/** How many interactions took the merged journeys. */
export const interactionsOf = (merged: Readonly<Merged>): number =>
  endings.reduce((sum, ending) => sum + merged[ending], 0)

const other: Measure<Merged, Readonly<Merged>> = {
  ...mergedFigures,
  count: () => undefined,
  restore: (sum, kept) => mergedFigures.add(sum, kept.other, 1),
}

/** Counters that the report lists by themselves, under `quality`. */
const quality = {
  /** Interactions in which a call was placed although the triggering call had been held back. */
  overrodeInhibition: counter(({ overrodeInhibition }) => (overrodeInhibition ? 1 : 0)),
} as const satisfies Readonly<Record<string, Measure<Count, number>>>

/**
 * The version of saved statistics. Raise it with every new row below, so that statistics are counted anew from the log,
 * and with every other change of the saved form; each version has its golden file.
 */
export const savedVersion = 4

// Saved states hold the measures by these names, in this order.
const rows = { counters: headlineCounters, failedByHour, failedReasons, policyVersions, calls, other, ...quality }

type Name = keyof typeof rows
type SumOf<M> = M extends Measure<infer Sum, infer _> ? Sum : never
type SavedOf<M> = M extends Measure<infer _, infer Saved> ? Saved : never
type SumByName = { readonly [N in Name]: SumOf<(typeof rows)[N]> }
type SavedByName = { readonly [N in Name]: SavedOf<(typeof rows)[N]> }

const measures: { readonly [N in Name]: Measure<SumByName[N], SavedByName[N]> } = rows
const names = Object.keys(rows) as ReadonlyArray<Name>

/** The sums of all measures, of one day or of several. */
export type Measures = SumByName

/** The sums as JSON carries them. */
export type SavedMeasures = SavedByName

type KeptBy<M> = M extends { readonly keep: (sum: never) => infer K } ? (all: K) => void : never
/** All that the measures keep of a purged day. */
type Kept = KeptBy<(typeof rows)[Name]> extends (all: infer All) => void ? All : never

const each = <Value>(valueOf: (name: Name) => Value): { readonly [N in Name]: Value } =>
  Object.fromEntries(names.map((name) => [name, valueOf(name)])) as { readonly [N in Name]: Value }

/** Nothing counted. */
export const empty = (): Measures => each((name) => measures[name].empty()) as Measures

/** Counts a contribution, or takes it back with `by` −1. */
export const count = (sums: Measures, contribution: Contribution, by: 1 | -1, terms: Terms): void => {
  const countOne = <N extends Name>(name: N, sum: Measures[N]): void => {
    const measure = measures[name]
    if (!contribution.excluded || measure.countsExcluded === true) measure.count(sum, contribution, by, terms)
  }
  for (const name of names) countOne(name, sums[name])
}

/** Adds other sums, or takes them away with `by` −1; the first are changed. */
export const add = (to: Measures, others: Measures, by: 1 | -1): void => {
  const addOne = <N extends Name>(name: N, sum: Measures[N], other: Measures[N]): void =>
    measures[name].add(sum, other, by)
  for (const name of names) addOne(name, to[name], others[name])
}

/** The counters that a day keeps when its interactions are purged, its journeys apart. */
export const keep = (sums: Measures): Kept => {
  const keepOne = <N extends Name>(name: N, sum: Measures[N]) => measures[name].keep?.(sum)
  return Object.assign({}, ...names.map((name) => keepOne(name, sums[name]))) as Kept
}

/** The measures of a purged day, from the counters that were kept of it. */
export const restored = (kept: DayCounters): Measures => {
  const sums = empty()
  const restoreOne = <N extends Name>(name: N, sum: Measures[N]) => measures[name].restore?.(sum, kept)
  for (const name of names) restoreOne(name, sums[name])
  return sums
}

/** The sums as a value that JSON can carry. */
export const save = (sums: Measures): SavedMeasures => {
  const saveOne = <N extends Name>(name: N, sum: Measures[N]) => measures[name].save(sum)
  return each((name) => saveOne(name, sums[name])) as SavedMeasures
}

/** Sums from their saved form. */
export const load = (saved: SavedMeasures): Measures => {
  const loadOne = <N extends Name>(name: N, value: SavedMeasures[N] | undefined) =>
    value === undefined ? measures[name].empty() : measures[name].load(value)
  return each((name) => loadOne(name, saved[name])) as Measures
}

/** The figures under `quality` of the report. */
export const qualityOf = (sums: Measures): { readonly [N in keyof typeof quality]: number } =>
  Object.fromEntries(qualityNames.map((name) => [name, sums[name].value])) as {
    readonly [N in keyof typeof quality]: number
  }

/** The names of the figures under `quality`. */
export const qualityNames = Object.keys(quality) as ReadonlyArray<keyof typeof quality>
