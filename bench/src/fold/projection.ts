/**
 * The projection's own fold of steps: what `Deflection` does with the journey of every interaction, on the same tree.
 */
import { JourneyTree } from "@tacet/core/statistics"
import { type Counted, countedOf, type Variant } from "./Counted.ts"
import type { Limits } from "./Limits.ts"
import type { StepEvent } from "./StepEvent.ts"

/** Counts the journeys of events. */
export const fold = (events: ReadonlyArray<StepEvent>, limits: Limits): JourneyTree.JourneyTree => {
  const tree = new JourneyTree.JourneyTree(limits)
  let current = -1
  let node = JourneyTree.root
  for (const { interaction, step } of events) {
    if (interaction !== current) {
      if (current !== -1) tree.count(node, "left", 1)
      current = interaction
      node = JourneyTree.root
    }
    node = tree.advance(node, tree.stepIndex(step))
  }
  if (current !== -1) tree.count(node, "left", 1)
  return tree
}

/** What it counted. */
export const counted = (tree: JourneyTree.JourneyTree): Counted => {
  const variants: Array<Variant> = []
  for (let node = JourneyTree.root; node < tree.size; node++) {
    const count = tree.interactions(node)
    if (count > 0) variants.push({ steps: tree.path(node), count })
  }
  return countedOf(variants)
}
