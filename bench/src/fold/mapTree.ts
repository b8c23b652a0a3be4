/**
 * The prefix tree that one would write by hand: an object for each node, with a `Map` of its children.
 */
import { type Counted, countedOf, type Variant } from "./Counted.ts"
import type { StepEvent } from "./StepEvent.ts"

/** A node. */
export class Node {
  readonly children = new Map<string, Node>()
  count = 0
}

/** Counts the journeys of events; gives the root. */
export const fold = (events: ReadonlyArray<StepEvent>, collapse: boolean): Node => {
  const root = new Node()
  let current = -1
  let node = root
  let previous = ""
  for (const { interaction, step } of events) {
    if (interaction !== current) {
      if (current !== -1) node.count++
      current = interaction
      node = root
    } else if (collapse && step === previous) {
      continue
    }
    previous = step
    let child = node.children.get(step)
    if (child === undefined) {
      child = new Node()
      node.children.set(step, child)
    }
    node = child
  }
  if (current !== -1) node.count++
  return root
}

/** What it counted. */
export const counted = (root: Node): Counted => {
  const variants: Array<Variant> = []
  // A stack of its own: journeys are thousands of steps long.
  const open: Array<readonly [node: Node, above: Path | undefined]> = [[root, undefined]]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [node, path] = next
    if (node.count > 0) variants.push({ steps: stepsOf(path), count: node.count })
    for (const [step, child] of node.children) open.push([child, { step, above: path }])
  }
  return countedOf(variants)
}

interface Path {
  readonly step: string
  readonly above: Path | undefined
}

const stepsOf = (path: Path | undefined): ReadonlyArray<string> => {
  const steps: Array<string> = []
  for (let at = path; at !== undefined; at = at.above) steps.push(at.step)
  return steps.reverse()
}
