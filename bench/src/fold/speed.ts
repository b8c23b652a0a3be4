/**
 * How fast the projection folds steps, beside programs by hand that count the same under the same limits.
 */
import { isDeepStrictEqual } from "node:util"
import { type Subject, timeInRounds } from "../rounds.ts"
import type { Options, Section } from "../Work.ts"
import { type Counted, countedOf } from "./Counted.ts"
import { limits } from "./Limits.ts"
import * as MapTree from "./mapTree.ts"
import * as Projection from "./projection.ts"
import type { Steps } from "./StepEvent.ts"
import * as StringKey from "./stringKey.ts"
import { subjects } from "./subjects.ts"

/** Times all subjects on the same events. They must agree, and with the truth where there is one. */
export const speedOf = (steps: Steps, collapse: boolean, options: Options, truth: Counted | undefined): Section => {
  const { events } = steps
  const under = limits(collapse)
  let agreed = truth
  // What a subject gives is kept as it is until its time is taken.
  const timed: ReadonlyArray<Subject<() => Counted>> = [
    {
      name: subjects.countingOnly,
      run: () => later(StringKey.foldCountingOnly(events, under), StringKey.countedOnly),
    },
    { name: subjects.stringKey, run: () => later(StringKey.fold(events, under), StringKey.counted) },
    {
      name: subjects.stringKeyJoined,
      run: () => later(StringKey.foldJoining(events, under), StringKey.counted),
    },
    { name: subjects.mapTree, run: () => later(MapTree.fold(events, under), MapTree.counted) },
    {
      name: subjects.projection,
      run: () => later(Projection.fold(events, under), Projection.counted),
      against: [
        { baseline: subjects.stringKey, target: 1 },
        { baseline: subjects.stringKeyJoined, target: 1 },
        { baseline: subjects.mapTree, target: 0.6 },
      ],
    },
  ]
  const measurements = timeInRounds(timed, {
    rounds: options.rounds,
    events: events.length,
    check: (result, name) => {
      const counted = result()
      agreed ??= counted
      if (!isDeepStrictEqual(counted, agreed)) {
        throw new Error(`"${name}" counted ${summary(counted)}, not ${summary(agreed)}`)
      }
    },
  })
  return {
    title: `Fold of steps: ${steps.name}, collapse ${collapse ? "on" : "off"}`,
    notes: [
      `${summary(agreed ?? countedOf([]))}, ${events.length} steps` +
        (truth === undefined ? "" : "; equal to the ground truth, the ten most used included"),
    ],
    measurements,
  }
}

const later =
  <State>(state: State, counted: (state: State) => Counted) =>
  (): Counted =>
    counted(state)

const summary = ({ interactions, variants }: Counted): string => `${interactions} sessions, ${variants} variants`
