/**
 * A loop that only counts the steps of interactions: it decides, checks, stores and reads nothing. No program can record and
 * report in less, so it is a lower limit, and no baseline.
 */
import type { StepEvent } from "../fold/StepEvent.ts"

/** How often each journey was taken, by its steps joined with spaces. */
export const countSteps = (events: ReadonlyArray<StepEvent>, collapse: boolean): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
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
