/**
 * Measures subjects side by side. In each round every subject runs once, after a garbage collection, so that a change of
 * the machine's load falls on all of them; who comes first changes from round to round.
 */
import { median, type Measurement } from "./Measurement.ts"
import { collectGarbage } from "./memory.ts"
import { begin, compare, processorTimeOfEach, type Spent } from "./Spent.ts"

/** Subjects that a subject is compared with, by name, with the ratio that is aimed at. */
export type Against = ReadonlyArray<{ readonly baseline: string; readonly target?: number }>

/** Something to be timed. Its result is given to `check`, outside of the time. */
export interface Subject<Result> {
  readonly name: string
  readonly run: () => Result
  readonly against?: Against
}

/** Times the subjects in milliseconds. The first rounds warm up and do not count. */
export const timeInRounds = <Result>(
  subjects: ReadonlyArray<Subject<Result>>,
  options: {
    readonly rounds: number
    readonly warmUps?: number
    readonly events: number
    readonly check: (result: Result, name: string) => void
  },
): ReadonlyArray<Measurement> => {
  const spent = new Map(subjects.map(({ name }) => [name, new Array<Spent>()]))
  const warmUps = options.warmUps ?? 2
  for (let round = -warmUps; round < options.rounds; round++) {
    const first = (round + warmUps) % subjects.length
    for (const { name, run } of [...subjects.slice(first), ...subjects.slice(0, first)]) {
      collectGarbage()
      const end = begin()
      const result = run()
      const one = end()
      options.check(result, name)
      if (round >= 0) spent.get(name)!.push(one)
    }
  }
  return subjects.map(({ against, name }) => measurementOf(name, spent, options.events, against))
}

/** The figure of a subject whose rounds each handled so many events. */
export const measurementOf = (
  subject: string,
  spent: ReadonlyMap<string, ReadonlyArray<Spent>>,
  events: number,
  against: Against = [],
): Measurement => {
  const own = spent.get(subject)!
  const times = own.map(({ milliseconds }) => milliseconds)
  const middle = median(times)
  return {
    subject,
    median: middle,
    unit: "ms",
    minimum: Math.min(...times),
    maximum: Math.max(...times),
    rounds: times.length,
    millionEventsPerSecond: events / middle / 1_000,
    nanosecondsPerEvent: (middle * 1e6) / events,
    ...processorTimeOfEach(own, events),
    comparisons: against.flatMap(({ baseline, target }) => {
      const theirs = spent.get(baseline)
      return theirs === undefined ? [] : [compare(baseline, own, theirs, target)]
    }),
  }
}
