/**
 * Journeys counted by hand: the steps of an interaction joined into one text, a counter for each outcome in a `Map`; and the
 * same without limits and outcomes, as a lower limit.
 */
import { countSteps } from "../path/countSteps.ts"
import { type Counted, countedOf } from "./Counted.ts"
import { capMark, left, type Limits, outcomes } from "./Limits.ts"
import type { StepEvent } from "./StepEvent.ts"

/** How often each journey was taken by outcome, by its steps joined with spaces. */
export interface State {
  readonly counts: Map<string, Array<number>>
  /** Interactions whose journey found no room. */
  overflow: number
}

/** Counts the journeys of events. */
export const fold = (events: ReadonlyArray<StepEvent>, { collapse, maxNodes, maxSteps }: Limits): State => {
  const state: State = { counts: new Map(), overflow: 0 }
  let current = -1
  let key = ""
  let depth = 0
  let previous = ""
  for (const { interaction, step } of events) {
    if (interaction !== current) {
      if (current !== -1) count(state, key, maxNodes)
      current = interaction
      key = previous = step
      depth = 1
    } else if (!(collapse && step === previous) && (maxSteps === null || depth <= maxSteps)) {
      key += " " + (depth === maxSteps ? capMark : step)
      previous = step
      depth++
    }
  }
  if (current !== -1) count(state, key, maxNodes)
  return state
}

/** The same with the steps gathered in an array first, and joined at the end of the interaction. */
export const foldJoining = (events: ReadonlyArray<StepEvent>, { collapse, maxNodes, maxSteps }: Limits): State => {
  const state: State = { counts: new Map(), overflow: 0 }
  let current = -1
  let steps: Array<string> = []
  for (const { interaction, step } of events) {
    if (interaction !== current) {
      if (current !== -1) count(state, steps.join(" "), maxNodes)
      current = interaction
      steps = [step]
    } else if (!(collapse && step === steps[steps.length - 1]) && (maxSteps === null || steps.length <= maxSteps)) {
      steps.push(steps.length === maxSteps ? capMark : step)
    }
  }
  if (current !== -1) count(state, steps.join(" "), maxNodes)
  return state
}

const count = (state: State, key: string, maxNodes: number): void => {
  const known = state.counts.get(key)
  if (known !== undefined) {
    known[left]!++
  } else if (state.counts.size >= maxNodes) {
    state.overflow++
  } else {
    const fresh = new Array<number>(outcomes).fill(0)
    fresh[left] = 1
    state.counts.set(key, fresh)
  }
}

/** What it counted. */
export const counted = ({ counts, overflow }: State): Counted => {
  if (overflow > 0) throw new Error(`${overflow} interactions found no room`)
  return countedOf(
    Array.from(counts, ([key, row]) => ({ steps: key.split(" "), count: row.reduce((sum, one) => sum + one, 0) })),
  )
}

/** The lower limit: one count for each text, no limits, no outcomes. */
export const foldCountingOnly = (events: ReadonlyArray<StepEvent>, { collapse }: Limits): ReadonlyMap<string, number> =>
  countSteps(events, collapse)

/** What the lower limit counted. */
export const countedOnly = (counts: ReadonlyMap<string, number>): Counted =>
  countedOf(Array.from(counts, ([key, count]) => ({ steps: key.split(" "), count })))
