/**
 * Journeys as one flat prefix tree. A journey is a path from the root; how many interactions ended there, and how, are
 * counters of its node. Variants, flow, waterfall and call rates are all read from it. Counting is exact, can be taken
 * back and adds up over shards. Nodes live in typed arrays and are found through one open-addressed table, some 40 bytes
 * each: a `Map` per node costs five times that.
 */

/** What a journey can have come to, as the column in which it is counted. */
export const outcomeColumns = ["effective", "attemptFailed", "goal", "handedOff", "left", "provisional"] as const
export type OutcomeColumn = (typeof outcomeColumns)[number]

/** How many columns there are. */
export const columns = outcomeColumns.length

/** A node of a tree: 0 is the root, the empty journey. */
export type Node = number

/** How journeys are told apart. */
export interface Options {
  /** Whether consecutive repeats of a step count as one. */
  readonly collapse: boolean
  /** The longest journey told apart; `null`: no limit. Longer ones end in the step {@link overflowStep}. */
  readonly maxSteps: number | null
  /** How many nodes there may be. Journeys that find no room are counted where they got to, and as overflow. */
  readonly maxNodes: number
}

/** The step that stands for all steps beyond `maxSteps`. */
export const overflowStep = "…"

const overflowIndex = 0
const noStep = -1

/**
 * A tree. Its methods change it in place.
 *
 * @example
 * ```ts
 * import { JourneyTree } from "@tacet/core/statistics"
 *
 * const tree = new JourneyTree.JourneyTree({ collapse: true, maxSteps: 50, maxNodes: 100_000 })
 * let node = JourneyTree.root
 * for (const step of ["start", "invoice", "invoice", "explain"]) node = tree.advance(node, tree.stepIndex(step))
 * tree.count(node, "left", 1)
 * const distinct: number = tree.summary().distinct // 1
 * ```
 */
export class JourneyTree {
  readonly options: Options
  /** Step names by index; index 0 is the overflow mark. */
  readonly steps: Array<string> = [overflowStep]
  /** Nodes in use, the root included. */
  size = 1
  private readonly indexes = new Map<string, number>([[overflowStep, overflowIndex]])
  private parents = new Int32Array(initialCapacity)
  private stepOf = new Int32Array(initialCapacity)
  private counts = new Int32Array(initialCapacity * columns)
  private depths = new Int32Array(initialCapacity)
  private table = new Int32Array(initialCapacity * 2)
  private mask = initialCapacity * 2 - 1
  /** Interactions that found no room, by node and column; already part of the node's counts. */
  private readonly overflowed = new Map<number, number>()

  constructor(options: Options) {
    this.options = options
    this.parents[0] = -1
    this.stepOf[0] = noStep
  }

  /** The index of a step, which is given one if it has none. */
  stepIndex(step: string): number {
    let index = this.indexes.get(step)
    if (index === undefined) {
      index = this.steps.length
      this.steps.push(step)
      this.indexes.set(step, index)
    }
    return index
  }

  /**
   * The node one step further. Below zero: the tree is full, and the journey got as far as node `~result`; it stays
   * there whatever follows.
   */
  advance(node: Node, step: number): Node {
    if (node < 0) return node
    const at = this.stepOf[node]!
    if (at === step && this.options.collapse) return node
    const depth = this.depths[node]!
    const { maxSteps } = this.options
    if (maxSteps !== null && depth >= maxSteps) {
      return at === overflowIndex ? node : this.child(node, overflowIndex, depth)
    }
    return this.child(node, step, depth)
  }

  /** Counts an interaction whose journey ended at a node; a negative `by` takes it back. */
  count(node: Node, outcome: OutcomeColumn, by: number): void {
    const column = columnOf[outcome]
    const place = (node < 0 ? ~node : node) * columns + column
    this.counts[place]! += by
    if (node < 0) this.overflowed.set(place, (this.overflowed.get(place) ?? 0) + by)
  }

  /** Counts a whole journey at once. */
  add(journey: Iterable<string>, outcome: OutcomeColumn, by = 1): void {
    let node: Node = root
    for (const step of journey) node = this.advance(node, this.stepIndex(step))
    this.count(node, outcome, by)
  }

  /** The node at which a path of steps ends, exactly as given, where there is one. */
  find(path: Iterable<string>): Node | undefined {
    let node: Node = root
    for (const name of path) {
      const step = this.indexes.get(name)
      const next = step === undefined ? undefined : this.lookUp(node, step)
      if (next === undefined) return undefined
      node = next
    }
    return node
  }

  /** The names of the steps of a node, first step first. */
  path(node: Node): Array<string> {
    const names: Array<string> = []
    for (let at = node; at > 0; at = this.parents[at]!) names.push(this.steps[this.stepOf[at]!]!)
    return names.reverse()
  }

  /** The name of the last step of a node; of the root, `undefined`. */
  stepName(node: Node): string | undefined {
    return this.steps[this.stepOf[node]!]
  }

  parent(node: Node): Node {
    return this.parents[node]!
  }

  depth(node: Node): number {
    return this.depths[node]!
  }

  /** How many interactions ended at a node with an outcome. */
  ended(node: Node, outcome: OutcomeColumn): number {
    return this.counts[node * columns + columnOf[outcome]]!
  }

  /** How many interactions ended at a node. */
  interactions(node: Node): number {
    let sum = 0
    for (let column = 0; column < columns; column++) sum += this.counts[node * columns + column]!
    return sum
  }

  /** How many interactions passed through each node or ended there. A child has a higher number than its parent. */
  visits(): Int32Array {
    const visits = new Int32Array(this.size)
    for (let node = this.size - 1; node >= 0; node--) {
      visits[node]! += this.interactions(node)
      if (node > 0) visits[this.parents[node]!]! += visits[node]!
    }
    return visits
  }

  /** Journeys told apart, the interactions that took them, their steps, and what was capped or found no room. */
  summary(): {
    readonly distinct: number
    readonly interactions: number
    readonly steps: number
    readonly capped: number
    readonly overflow: number
  } {
    let distinct = 0
    let interactions = 0
    let steps = 0
    let capped = 0
    for (let node = 0; node < this.size; node++) {
      const here = this.interactions(node)
      if (here === 0) continue
      distinct++
      interactions += here
      steps += here * this.depths[node]!
      if (this.stepOf[node] === overflowIndex) capped += here
    }
    let overflow = 0
    for (const count of this.overflowed.values()) overflow += count
    return { distinct, interactions, steps, capped, overflow }
  }

  /** Adds all that another tree has counted: trees of shards add up to the tree of the whole. */
  merge(other: JourneyTree): void {
    const nodes = new Int32Array(other.size)
    for (let node = 1; node < other.size; node++) {
      const name = other.steps[other.stepOf[node]!]!
      const above: Node = nodes[other.parents[node]!]!
      nodes[node] = above < 0 ? above : this.child(above, this.stepIndex(name), this.depths[above]!)
    }
    for (let node = 0; node < other.size; node++) {
      for (const outcome of outcomeColumns) {
        const place = node * columns + columnOf[outcome]
        const overflow = other.overflowed.get(place) ?? 0
        const by = other.counts[place]! - overflow
        if (by !== 0) this.count(nodes[node]!, outcome, by)
        if (overflow !== 0) this.count(nodes[node]! < 0 ? nodes[node]! : ~nodes[node]!, outcome, overflow)
      }
    }
  }

  /** Bytes held by the arrays. */
  byteLength(): number {
    return (
      this.parents.byteLength +
      this.stepOf.byteLength +
      this.counts.byteLength +
      this.depths.byteLength +
      this.table.byteLength
    )
  }

  /** All that is counted, as a value that JSON can carry; journeys without interactions are left out. */
  toSnapshot(): Snapshot {
    const visits = this.visits()
    const kept = new Int32Array(this.size)
    const nodes: Array<number> = []
    const counts: Array<number> = []
    const overflow: Array<number> = []
    let next = 1
    for (let node = 0; node < this.size; node++) {
      if (node > 0) {
        if (visits[node] === 0) continue
        kept[node] = next++
        nodes.push(kept[this.parents[node]!]!, this.stepOf[node]!)
      }
      for (let column = 0; column < columns; column++) {
        const place = node * columns + column
        counts.push(this.counts[place]!)
        const lost = this.overflowed.get(place) ?? 0
        if (lost !== 0) overflow.push(kept[node]! * columns + column, lost)
      }
    }
    return { steps: this.steps.slice(), nodes, counts, overflow }
  }

  /** A tree from its snapshot. */
  static fromSnapshot(options: Options, snapshot: Snapshot): JourneyTree {
    const tree = new JourneyTree(options)
    for (const step of snapshot.steps) tree.stepIndex(step)
    for (let index = 0; index < snapshot.nodes.length; index += 2) {
      const parent = snapshot.nodes[index]!
      tree.child(parent, snapshot.nodes[index + 1]!, tree.depths[parent]!)
    }
    tree.counts.set(snapshot.counts)
    for (let index = 0; index < snapshot.overflow.length; index += 2) {
      tree.overflowed.set(snapshot.overflow[index]!, snapshot.overflow[index + 1]!)
    }
    return tree
  }

  private child(parent: Node, step: number, depth: number): Node {
    let slot = hash(parent, step) & this.mask
    for (let node = this.table[slot]!; node !== 0; node = this.table[slot]!) {
      if (this.parents[node] === parent && this.stepOf[node] === step) return node
      slot = (slot + 1) & this.mask
    }
    if (this.size >= this.options.maxNodes) return ~parent
    const node = this.size++
    if (node >= this.parents.length) this.grow()
    this.parents[node] = parent
    this.stepOf[node] = step
    this.depths[node] = depth + 1
    if (this.size * 2 > this.table.length) this.rehash()
    else this.table[slot] = node
    return node
  }

  private lookUp(parent: Node, step: number): Node | undefined {
    let slot = hash(parent, step) & this.mask
    for (let node = this.table[slot]!; node !== 0; node = this.table[slot]!) {
      if (this.parents[node] === parent && this.stepOf[node] === step) return node
      slot = (slot + 1) & this.mask
    }
    return undefined
  }

  private grow(): void {
    // Half as much again, not double: the arrays are the memory of the report.
    const capacity = Math.ceil(this.parents.length * 1.5)
    this.parents = copied(new Int32Array(capacity), this.parents)
    this.stepOf = copied(new Int32Array(capacity), this.stepOf)
    this.depths = copied(new Int32Array(capacity), this.depths)
    this.counts = copied(new Int32Array(capacity * columns), this.counts)
  }

  private rehash(): void {
    this.table = new Int32Array(this.table.length * 2)
    this.mask = this.table.length - 1
    for (let node = 1; node < this.size; node++) {
      let slot = hash(this.parents[node]!, this.stepOf[node]!) & this.mask
      while (this.table[slot] !== 0) slot = (slot + 1) & this.mask
      this.table[slot] = node
    }
  }
}

/** The empty journey. */
export const root: Node = 0

/** A tree as JSON carries it. */
export interface Snapshot {
  readonly steps: ReadonlyArray<string>
  /** Parent and step of each node but the root. */
  readonly nodes: ReadonlyArray<number>
  readonly counts: ReadonlyArray<number>
  /** Place and number of interactions that found no room. */
  readonly overflow: ReadonlyArray<number>
}

const initialCapacity = 1024

const columnOf: Readonly<Record<OutcomeColumn, number>> = {
  effective: 0,
  attemptFailed: 1,
  goal: 2,
  handedOff: 3,
  left: 4,
  provisional: 5,
}

const hash = (parent: number, step: number): number => {
  let mixed = Math.imul(parent, 0x9e3779b1) ^ Math.imul(step + 1, 0x85ebca6b)
  mixed ^= mixed >>> 15
  mixed = Math.imul(mixed, 0x2c1b3c6d)
  return mixed ^ (mixed >>> 13)
}

const copied = (to: Int32Array<ArrayBuffer>, from: Int32Array): Int32Array<ArrayBuffer> => {
  to.set(from)
  return to
}
