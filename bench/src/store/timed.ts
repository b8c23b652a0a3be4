/**
 * Times subjects side by side that answer later: in each round every subject runs once, after a garbage collection, and
 * who comes first changes.
 */
import type { Measurement } from "../Measurement.ts"
import { collectGarbage } from "../memory.ts"
import { type Against, measurementOf } from "../rounds.ts"
import * as Spent from "../Spent.ts"

/** Something to be timed; it answers how many events it saw, which all must agree on. */
export interface TimedSubject {
  readonly name: string
  readonly run: () => Promise<number>
  /** How many events it sees, where these are fewer than the others see: its time counts as if it saw all. */
  readonly events?: number
  readonly against?: Against
}

/** Times the subjects. The first rounds warm up and do not count: by then functions are compiled. */
export const timed = async (
  subjects: ReadonlyArray<TimedSubject>,
  options: {
    readonly rounds: number
    readonly warmUps?: number
    readonly events: number
    readonly serverClock: Spent.ServerClock
  },
): Promise<ReadonlyArray<Measurement>> => {
  const { events, rounds, serverClock, warmUps = 1 } = options
  const spent = new Map(subjects.map(({ name }) => [name, new Array<Spent.Spent>()]))
  for (let round = -warmUps; round < rounds; round++) {
    const first = (round + warmUps) % subjects.length
    for (const { events: own = events, name, run } of [...subjects.slice(first), ...subjects.slice(0, first)]) {
      collectGarbage()
      const end = Spent.begin(serverClock)
      const seen = await run()
      const one = end()
      if (seen !== own) throw new Error(`${name} saw ${seen} of ${own} events`)
      if (round >= 0) spent.get(name)!.push(Spent.times(one, events / own))
    }
  }
  return subjects.map(({ against, name }) => measurementOf(name, spent, events, against))
}
