/**
 * Journeys as one flat prefix tree. A journey is a path from the root; counters of its node say how many interactions
 * ended there, by outcome. Variants, flow, waterfall and call rates are all read from it. Counts are exact, can be taken
 * back and add up over shards. A node is four cells of a typed array, with a row of counters only if a journey ended
 * there: 20 to 30 bytes, where a `Map` per node costs 200.
 */

/** The outcomes of journeys, each counted in its column. */
export const outcomeColumns = ["effective", "attemptFailed", "goal", "handedOff", "left", "provisional"] as const
export type OutcomeColumn = (typeof outcomeColumns)[number]

/** How many columns there are. */
export const columns = outcomeColumns.length

/** A node of a tree: 0 is the root, the empty journey. */
export type Node = number

/** Which journeys count as the same. */
export interface Options {
  /** Whether consecutive repeats of a step count as one. */
  readonly collapse: boolean
  /** Longer journeys end in the step {@link overflowStep}; `null`: no limit. */
  readonly maxSteps: number | null
  /** How many nodes there may be. Journeys that find no room count at the last node they reached, and as overflow. */
  readonly maxNodes: number
}

/** The step that replaces all steps beyond `maxSteps`. */
export const overflowStep = "…"

const overflowIndex = 0
const noStep = -1

/**
 * A tree. Its methods change it in place.
 *
 * @rule STAT-JOURNEY
 *
 * @example
 * ```ts
 * import { JourneyTree } from "@tacet/core/statistics"
 *
 * const tree = new JourneyTree.JourneyTree({ collapse: true, maxSteps: 50, maxNodes: 100_000 })
 * let node = JourneyTree.root
 * for (const step of ["start", "invoice", "invoice", "explain"]) node = tree.advance(node, tree.stepIndex(step))
 * tree.count(node, "left", 1)
 * tree.summary().steps // => 3
 * ```
 */
export class JourneyTree {
  readonly options: Options
  /** Step names by index; index 0 is the overflow mark. */
  readonly steps: Array<string> = [overflowStep]
  /** Nodes in use, the root included. */
  size = 1
  private readonly indexes = new Map<string, number>([[overflowStep, overflowIndex]])
  /** The cells of all nodes, in blocks: an array that grew by copying would leave more garbage than it holds. */
  private readonly blocks = [new Int32Array(blockNodes * nodeWidth)]
  /** Rows of counters, one for each node at which a journey ended; row 0, all zero, serves the others. */
  private counts = new Int32Array(initialRows * columns)
  private rows = 1
  /**
   * An open-addressed table of the nodes whose number does not follow their parent's. Most numbers do: the first journey
   * to reach a node adds its next node at once.
   */
  private table = new Int32Array(initialSlots)
  private mask = initialSlots - 1
  private listed = 0
  /** Interactions that found no room, by node and column; already part of the node's counts. */
  private readonly overflowed = new Map<number, number>()

  constructor(options: Options) {
    this.options = options
    this.blocks[0]![parentCell] = -1
    this.blocks[0]![stepCell] = noStep
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
   * The node one step further. Below zero: the tree is full and the journey reached node `~result`, where it stays
   * whatever follows.
   */
  advance(node: Node, step: number): Node {
    if (node < 0) return node
    const block = this.blocks[node >> blockBits]!
    const place = (node & blockMask) * nodeWidth
    const at = block[place + stepCell]!
    const { collapse, maxSteps } = this.options
    if (at === step && collapse) return node
    const depth = block[place + depthCell]!
    if (maxSteps !== null && depth >= maxSteps) {
      return at === overflowIndex ? node : this.child(node, overflowIndex, depth)
    }
    return this.child(node, step, depth)
  }

  /** Counts an interaction whose journey ended at a node; a negative `by` takes it back. */
  count(node: Node, outcome: OutcomeColumn, by: number): void {
    const at = node < 0 ? ~node : node
    const column = columnOf[outcome]
    this.bump(at, column, by)
    if (node < 0) this.overflowed.set(at * columns + column, this.lost(at, column) + by)
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
    for (let at = node; at > 0; at = this.parent(at)) names.push(this.steps[this.stepOf(at)]!)
    return names.reverse()
  }

  /** The name of the last step of a node; of the root, `undefined`. */
  stepName(node: Node): string | undefined {
    return this.steps[this.stepOf(node)]
  }

  /** The index of the last step of a node; of the root, none of `steps`. */
  stepOf(node: Node): number {
    return this.cell(node, stepCell)
  }

  parent(node: Node): Node {
    return this.cell(node, parentCell)
  }

  depth(node: Node): number {
    return this.cell(node, depthCell)
  }

  /** How many interactions ended at a node with an outcome. */
  ended(node: Node, outcome: OutcomeColumn): number {
    return this.counts[this.rowOf(node) * columns + columnOf[outcome]]!
  }

  /** How many interactions ended at a node. */
  interactions(node: Node): number {
    const row = this.rowOf(node) * columns
    let sum = 0
    for (let column = 0; column < columns; column++) sum += this.counts[row + column]!
    return sum
  }

  /** How many interactions passed through each node or ended there. A child has a higher number than its parent. */
  visits(): Int32Array {
    const visits = new Int32Array(this.size)
    for (let node = this.size - 1; node >= 0; node--) {
      visits[node]! += this.interactions(node)
      if (node > 0) visits[this.parent(node)]! += visits[node]!
    }
    return visits
  }

  /** Distinct journeys, their interactions and steps, and the interactions that were capped or found no room. */
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
      steps += here * this.depth(node)
      if (this.stepOf(node) === overflowIndex) capped += here
    }
    let overflow = 0
    for (const count of this.overflowed.values()) overflow += count
    return { distinct, interactions, steps, capped, overflow }
  }

  /** Adds the journeys of another tree without their counts, and maps each of its nodes to a node of this tree. */
  join(other: JourneyTree): Int32Array {
    const nodes = new Int32Array(other.size)
    for (let node = 1; node < other.size; node++) {
      const above: Node = nodes[other.parent(node)]!
      nodes[node] = above < 0 ? above : this.child(above, this.stepIndex(other.stepName(node)!), this.depth(above))
    }
    return nodes
  }

  /** Adds the counts of another tree: trees of shards add up to the tree of the whole. */
  merge(other: JourneyTree): void {
    const nodes = this.join(other)
    for (let node = 0; node < other.size; node++) {
      for (const outcome of outcomeColumns) {
        const overflow = other.lost(node, columnOf[outcome])
        const by = other.ended(node, outcome) - overflow
        if (by !== 0) this.count(nodes[node]!, outcome, by)
        if (overflow !== 0) this.count(nodes[node]! < 0 ? nodes[node]! : ~nodes[node]!, outcome, overflow)
      }
    }
  }

  /** Maps each node to its node in a snapshot; 0 for those that are left out. */
  kept(): Int32Array {
    const visits = this.visits()
    const kept = new Int32Array(this.size)
    let next = 1
    for (let node = 1; node < this.size; node++) if (visits[node] !== 0) kept[node] = next++
    return kept
  }

  /** The tree as a value that JSON can carry, without journeys that no interaction took. */
  toSnapshot(): Snapshot {
    const kept = this.kept()
    const nodes: Array<number> = []
    const counts: Array<number> = []
    const overflow: Array<number> = []
    let counted = -1
    for (let node = 0; node < this.size; node++) {
      if (node > 0) {
        if (kept[node] === 0) continue
        nodes.push(kept[node]! - 1 - kept[this.parent(node)]!, this.stepOf(node))
      }
      for (let column = 0; column < columns; column++) {
        const count = this.counts[this.rowOf(node) * columns + column]!
        if (count !== 0) {
          const place = kept[node]! * columns + column
          counts.push(place - counted - 1, count)
          counted = place
        }
        const lost = this.lost(node, column)
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
      const parent = index / 2 - snapshot.nodes[index]!
      tree.child(parent, snapshot.nodes[index + 1]!, tree.depth(parent))
    }
    let place = -1
    for (let index = 0; index < snapshot.counts.length; index += 2) {
      place += snapshot.counts[index]! + 1
      tree.bump(Math.floor(place / columns), place % columns, snapshot.counts[index + 1]!)
    }
    for (let index = 0; index < snapshot.overflow.length; index += 2) {
      tree.overflowed.set(snapshot.overflow[index]!, snapshot.overflow[index + 1]!)
    }
    return tree
  }

  private cell(node: Node, cell: number): number {
    return this.blocks[node >> blockBits]![(node & blockMask) * nodeWidth + cell]!
  }

  private rowOf(node: Node): number {
    return this.cell(node, rowCell)
  }

  private lost(node: Node, column: number): number {
    return this.overflowed.get(node * columns + column) ?? 0
  }

  private bump(node: Node, column: number, by: number): void {
    let row = this.rowOf(node)
    if (row === 0) {
      row = this.rows++
      if ((row + 1) * columns > this.counts.length) this.counts = grown(this.counts)
      this.blocks[node >> blockBits]![(node & blockMask) * nodeWidth + rowCell] = row
    }
    this.counts[row * columns + column]! += by
  }

  private child(parent: Node, step: number, depth: number): Node {
    const found = this.lookUp(parent, step)
    if (found !== undefined) return found
    if (this.size >= this.options.maxNodes) return ~parent
    const node = this.size++
    const place = (node & blockMask) * nodeWidth
    if (place === 0) this.blocks.push(new Int32Array(blockNodes * nodeWidth))
    const block = this.blocks[node >> blockBits]!
    block[place + parentCell] = parent
    block[place + stepCell] = step
    block[place + depthCell] = depth + 1
    if (parent !== node - 1) this.list(node)
    return node
  }

  private lookUp(parent: Node, step: number): Node | undefined {
    const next = parent + 1
    if (next < this.size && this.isChild(next, parent, step)) return next
    let slot = hash(parent, step) & this.mask
    for (let node = this.table[slot]!; node !== 0; node = this.table[slot]!) {
      if (this.isChild(node, parent, step)) return node
      slot = (slot + 1) & this.mask
    }
    return undefined
  }

  private isChild(node: Node, parent: Node, step: number): boolean {
    const block = this.blocks[node >> blockBits]!
    const place = (node & blockMask) * nodeWidth
    return block[place + parentCell] === parent && block[place + stepCell] === step
  }

  /** Puts a node into the table, which is kept at most half full. */
  private list(node: Node): void {
    if (++this.listed * 2 > this.table.length) {
      const before = this.table
      this.table = new Int32Array(before.length * 2)
      this.mask = this.table.length - 1
      for (const known of before) if (known !== 0) this.enter(known)
    }
    this.enter(node)
  }

  private enter(node: Node): void {
    let slot = hash(this.parent(node), this.stepOf(node)) & this.mask
    while (this.table[slot] !== 0) slot = (slot + 1) & this.mask
    this.table[slot] = node
  }
}

/** The empty journey. */
export const root: Node = 0

/** A tree as JSON carries it: small numbers, 6 to 10 bytes for a node. */
export interface Snapshot {
  readonly steps: ReadonlyArray<string>
  /** Of each node but the root how far before the last one its parent is, and its step. */
  readonly nodes: ReadonlyArray<number>
  /** Of each count but 0 how many that are 0 come before it, and the count. */
  readonly counts: ReadonlyArray<number>
  /** Place and number of interactions that found no room. */
  readonly overflow: ReadonlyArray<number>
}

// The cells of a node. The row is 0 where no journey has ended.
const parentCell = 0
const stepCell = 1
const depthCell = 2
const rowCell = 3
const nodeWidth = 4

const blockBits = 12
const blockNodes = 1 << blockBits
const blockMask = blockNodes - 1
const initialRows = 256
const initialSlots = 1024

const columnOf = Object.fromEntries(outcomeColumns.map((outcome, column) => [outcome, column])) as Readonly<
  Record<OutcomeColumn, number>
>

const hash = (parent: number, step: number): number => {
  let mixed = Math.imul(parent, 0x9e3779b1) ^ Math.imul(step + 1, 0x85ebca6b)
  mixed ^= mixed >>> 15
  mixed = Math.imul(mixed, 0x2c1b3c6d)
  return mixed ^ (mixed >>> 13)
}

/** Half as much again, not double: it is the memory of the report. */
const grown = (array: Int32Array): Int32Array<ArrayBuffer> => {
  const larger = new Int32Array(Math.ceil(array.length * 1.5))
  larger.set(array)
  return larger
}
