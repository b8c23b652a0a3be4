/**
 * Times subjects side by side that answer later: in each round every subject runs once, after a garbage collection, and
 * who comes first changes.
 */
import { median, type Measurement } from "../Measurement.ts"
import { collectGarbage } from "../memory.ts"

/** Something to be timed; it answers how many events it saw, which all must agree on. */
export interface TimedSubject {
  readonly name: string
  readonly run: () => Promise<number>
  /** How many events it sees, where these are fewer than the others see: its time counts as if it saw all. */
  readonly events?: number
  readonly against?: ReadonlyArray<{ readonly baseline: string; readonly target?: number }>
}

/** Times in milliseconds. The first rounds warm up and do not count: what was run for a while is compiled. */
export const timed = async (
  subjects: ReadonlyArray<TimedSubject>,
  rounds: number,
  events: number,
  warmUps = 1,
): Promise<ReadonlyArray<Measurement>> => {
  const times = new Map(subjects.map(({ name }) => [name, new Array<number>()]))
  for (let round = -warmUps; round < rounds; round++) {
    const first = (round + warmUps) % subjects.length
    for (const { events: own = events, name, run } of [...subjects.slice(first), ...subjects.slice(0, first)]) {
      collectGarbage()
      const start = performance.now()
      const seen = await run()
      const elapsed = performance.now() - start
      if (seen !== own) throw new Error(`${name} saw ${seen} of ${own} events`)
      if (round >= 0) times.get(name)!.push((elapsed * events) / own)
    }
  }
  return subjects.map(({ against = [], name }): Measurement => {
    const own = times.get(name)!
    const middle = median(own)
    return {
      subject: name,
      median: middle,
      unit: "ms",
      minimum: Math.min(...own),
      maximum: Math.max(...own),
      rounds: own.length,
      nanosecondsPerEvent: (middle * 1e6) / events,
      comparisons: against.flatMap(({ baseline, target }) => {
        const theirs = times.get(baseline)
        if (theirs === undefined) return []
        const ratio = median(own.map((time, round) => theirs[round]! / time))
        return [{ baseline, ratio, ...(target === undefined ? {} : { target }) }]
      }),
    }
  })
}
