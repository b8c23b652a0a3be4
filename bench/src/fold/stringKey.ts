/**
 * The loop that anybody would write first: the steps of an interaction joined into one text, counted in a `Map`.
 */
import { type Counted, countedOf } from "./Counted.ts"
import type { StepEvent } from "./StepEvent.ts"

/** How often each journey was taken, by its steps joined with spaces. */
export type State = Map<string, number>

/** Counts the journeys of events. */
export const fold = (events: ReadonlyArray<StepEvent>, collapse: boolean): State => {
  const counts: State = new Map()
  let current = -1
  let key = ""
  let previous = ""
  for (const { interaction, step } of events) {
    if (interaction !== current) {
      if (current !== -1) counts.set(key, (counts.get(key) ?? 0) + 1)
      current = interaction
      key = previous = step
    } else if (!(collapse && step === previous)) {
      key += " " + step
      previous = step
    }
  }
  if (current !== -1) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

/** The same with the steps gathered in an array first, and joined at the end of the interaction. */
export const foldJoining = (events: ReadonlyArray<StepEvent>, collapse: boolean): State => {
  const counts: State = new Map()
  let current = -1
  let steps: Array<string> = []
  const finish = (): void => {
    const key = steps.join(" ")
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  for (const { interaction, step } of events) {
    if (interaction !== current) {
      if (current !== -1) finish()
      current = interaction
      steps = [step]
    } else if (!(collapse && step === steps[steps.length - 1])) {
      steps.push(step)
    }
  }
  if (current !== -1) finish()
  return counts
}

/** What it counted. */
export const counted = (state: State): Counted =>
  countedOf(Array.from(state, ([key, count]) => ({ steps: key.split(" "), count })))
