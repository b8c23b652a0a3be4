/**
 * The prefix tree that one would write by hand: an object for each node, with a `Map` of its children and, where journeys
 * ended, a counter for each outcome.
 */
import { type Counted, countedOf, type Variant } from "./Counted.ts"
import { capMark, left, type Limits, outcomes } from "./Limits.ts"
import type { StepEvent } from "./StepEvent.ts"

/** A node. */
export class Node {
  readonly children = new Map<string, Node>()
  counts: Array<number> | undefined
}

/** A tree, and how many journeys found no room in it. */
export interface State {
  readonly root: Node
  size: number
  overflow: number
}

/** Counts the journeys of events. */
export const fold = (events: ReadonlyArray<StepEvent>, { collapse, maxNodes, maxSteps }: Limits): State => {
  const state: State = { root: new Node(), size: 1, overflow: 0 }
  let current = -1
  let node = state.root
  let depth = 0
  let isFull = false
  let previous = ""
  for (const { interaction, step } of events) {
    if (interaction !== current) {
      if (current !== -1) count(state, node, isFull)
      current = interaction
      node = state.root
      depth = 0
      isFull = false
    } else if (collapse && step === previous) {
      continue
    }
    previous = step
    if (isFull || (maxSteps !== null && depth > maxSteps)) continue
    const name = depth === maxSteps ? capMark : step
    let child = node.children.get(name)
    if (child === undefined) {
      if (state.size >= maxNodes) {
        isFull = true
        continue
      }
      child = new Node()
      node.children.set(name, child)
      state.size++
    }
    node = child
    depth++
  }
  if (current !== -1) count(state, node, isFull)
  return state
}

const count = (state: State, node: Node, isFull: boolean): void => {
  if (isFull) state.overflow++
  node.counts ??= new Array<number>(outcomes).fill(0)
  node.counts[left]!++
}

/** What it counted. */
export const counted = ({ overflow, root }: State): Counted => {
  if (overflow > 0) throw new Error(`${overflow} interactions found no room`)
  const variants: Array<Variant> = []
  // A stack of its own: journeys are thousands of steps long.
  const open: Array<readonly [node: Node, above: Path | undefined]> = [[root, undefined]]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [node, path] = next
    const count = node.counts?.reduce((sum, one) => sum + one, 0) ?? 0
    if (count > 0) variants.push({ steps: stepsOf(path), count })
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
