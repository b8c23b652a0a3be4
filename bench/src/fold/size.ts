/**
 * What the state of each fold takes in memory after the first million events.
 */
import type { Measurement } from "../Measurement.ts"
import { megabytesOf } from "../memory.ts"
import type { Section } from "../Work.ts"
import * as MapTree from "./mapTree.ts"
import * as Projection from "./projection.ts"
import { type Limits, limits } from "./Limits.ts"
import type { StepEvent, Steps } from "./StepEvent.ts"
import * as StringKey from "./stringKey.ts"
import { subjects } from "./subjects.ts"

const million = 1_000_000
const megabytes = 20

/** Measures the states. */
export const sizeOf = (steps: Steps, collapse: boolean): Section => {
  const events = steps.events.slice(0, million)
  const size = (subject: string, fold: (events: ReadonlyArray<StepEvent>, limits: Limits) => object): Measurement => ({
    subject,
    unit: "MB",
    median: megabytesOf(() => fold(events, limits(collapse))),
  })
  return {
    title: `State after ${events.length} events: ${steps.name}, collapse ${collapse ? "on" : "off"}`,
    notes: ["heap and typed arrays after a garbage collection, without the events themselves"],
    measurements: [
      size(subjects.countingOnly, StringKey.foldCountingOnly),
      size(subjects.stringKey, StringKey.fold),
      size(subjects.stringKeyJoined, StringKey.foldJoining),
      size(subjects.mapTree, MapTree.fold),
      { ...size(subjects.projection, Projection.fold), limit: megabytes },
    ],
  }
}
