/**
 * Measures subjects side by side. In each round every subject runs once, after a garbage collection, so that a change of
 * the machine's load falls on all of them; who comes first changes from round to round.
 */
import { type Comparison, median, type Measurement } from "./Measurement.ts"
import { collectGarbage } from "./memory.ts"

/** Something to be timed. Its result is given to `check`, outside of the time. */
export interface Subject<Result> {
  readonly name: string
  readonly run: () => Result
  /** Subjects it is compared with, by name, with the ratio that is aimed at. */
  readonly against?: ReadonlyArray<{ readonly baseline: string; readonly target?: number }>
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
  const times = new Map(subjects.map(({ name }) => [name, new Array<number>()]))
  const warmUps = options.warmUps ?? 2
  for (let round = -warmUps; round < options.rounds; round++) {
    const first = (round + warmUps) % subjects.length
    for (const { name, run } of [...subjects.slice(first), ...subjects.slice(0, first)]) {
      collectGarbage()
      const start = performance.now()
      const result = run()
      const elapsed = performance.now() - start
      options.check(result, name)
      if (round >= 0) times.get(name)!.push(elapsed)
    }
  }
  return subjects.map(({ against = [], name }) => {
    const own = times.get(name)!
    const middle = median(own)
    return {
      subject: name,
      median: middle,
      unit: "ms",
      minimum: Math.min(...own),
      maximum: Math.max(...own),
      rounds: own.length,
      millionEventsPerSecond: options.events / middle / 1000,
      nanosecondsPerEvent: (middle * 1e6) / options.events,
      comparisons: against.map(({ baseline, target }): Comparison => ({
        baseline,
        ratio: median(own.map((time, round) => times.get(baseline)![round]! / time)),
        ...(target === undefined ? {} : { target }),
      })),
    }
  })
}
