/**
 * What the state of each fold takes in memory, heap and typed arrays together, after the first million events.
 */
import type { Measurement } from "../Measurement.ts"
import { collectGarbage } from "../rounds.ts"
import type { Section } from "../Work.ts"
import * as MapTree from "./mapTree.ts"
import * as Projection from "./projection.ts"
import type { StepEvent, Steps } from "./StepEvent.ts"
import * as StringKey from "./stringKey.ts"

const million = 1_000_000
const limit = 20

/** Measures the states. */
export const memoryOf = (steps: Steps, collapse: boolean): Section => {
  const events = steps.events.slice(0, million)
  const measured = (
    subject: string,
    fold: (events: ReadonlyArray<StepEvent>, collapse: boolean) => object,
  ): Measurement => ({
    subject,
    unit: "MB",
    median: megabytesHeld(() => fold(events, collapse)),
  })
  return {
    title: `State after ${events.length} events: ${steps.name}, collapse ${collapse ? "on" : "off"}`,
    notes: ["Heap and typed arrays, after a garbage collection; the events themselves are held by all and not counted"],
    measurements: [
      measured("loop, steps joined into a key", StringKey.fold),
      measured("loop, steps joined at the end", StringKey.foldJoining),
      measured("tree by hand, a Map per node", MapTree.fold),
      { ...measured("projection (JourneyTree)", Projection.fold), limit },
    ],
  }
}

/** How much more memory is held while the result of a function is. */
export const megabytesHeld = (make: () => object): number => {
  // Once for what stays behind at the first call, such as compiled code.
  make()
  const before = held()
  const state = make()
  const after = held()
  kept = state
  kept = undefined
  return (after - before) / 1e6
}

/** Where a state is kept until its size is known: a variable outside, so that it is not collected too early. */
let kept: object | undefined

const held = (): number => {
  // What one collection frees can make more garbage, and typed arrays go only after their objects have.
  for (let time = 0; time < 3; time++) collectGarbage()
  const { external, heapUsed } = process.memoryUsage()
  return heapUsed + external
}

export const isHolding = (): boolean => kept !== undefined
