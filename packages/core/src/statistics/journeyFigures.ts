/**
 * The figures of journeys, read from the prefix tree: most and least used, those that lead to calls, the flow and the
 * waterfall. Every list is ordered by its figure, then by key in code-point order, so that results are reproducible.
 */
import type { Scenario } from "../domain/Customer.ts"
import type { CustomerReport, JourneyFigures, JourneyRow, WaterfallRow } from "./CustomerReport.ts"
import type { Definition } from "./Definition.ts"
import { JourneyTree, type Node, root } from "./JourneyTree.ts"
import { interactionsOf, type Merged } from "./Measures.ts"
import * as Rate from "./Rate.ts"

const listed = 20
const flowDepth = 5
const flowWidth = 8

/** The figures of a tree, and of the merged journeys of purged days. */
export const journeyFiguresOf = (
  tree: JourneyTree,
  other: Readonly<Merged>,
  definition: Definition,
  declared: ReadonlyArray<Scenario>,
  terms: Rate.Terms,
  survey: Survey,
): JourneyFigures => {
  const summary = tree.summary()
  const merged = interactionsOf(other)
  const total = summary.interactions + merged
  const nodes: Array<Node> = []
  for (let node = root; node < tree.size; node++) if (tree.interactions(node) > 0) nodes.push(node)
  const key = keysOf(tree)
  const byKey = (one: Node, other: Node): number => compareCodePoints(key(one), key(other))
  const row = (node: Node, cumulative: number): JourneyRow => ({
    steps: tree.path(node),
    interactions: tree.interactions(node),
    share: shareOf(tree.interactions(node), total),
    cumulative,
    effectiveCalls: tree.ended(node, "effective"),
    failedCalls: tree.ended(node, "attemptFailed"),
    callRate: Rate.make(tree.ended(node, "effective"), settledAt(tree, node), terms),
  })
  /** The rows of the nodes with the highest figures; without a figure a node is not ranked. */
  const ranked = (figure: (node: Node) => number | undefined): Array<JourneyRow> => {
    let above = 0
    return highest(nodes, listed, figure, byKey).map((node) =>
      row(node, shareOf((above += tree.interactions(node)), total)),
    )
  }
  const calls = (node: Node): number | undefined => tree.ended(node, "effective") || undefined
  const callRate = (node: Node): number | undefined => {
    const [k, n] = [tree.ended(node, "effective"), settledAt(tree, node)]
    return k === 0 || n < definition.minimumForRate ? undefined : Rate.wilson95(k, n)?.[0]
  }
  const tail = nodes.filter((node) => tree.interactions(node) < definition.rareBelow)
  const tailInteractions = tail.reduce((sum, node) => sum + tree.interactions(node), 0)
  const sum = (outcome: Parameters<JourneyTree["ended"]>[1]): number =>
    nodes.reduce((count, node) => count + tree.ended(node, outcome), 0)
  const settled = nodes.reduce((count, node) => count + settledAt(tree, node), 0)
  return {
    distinct: summary.distinct,
    steps: summary.steps,
    interactions: total,
    provisional: sum("provisional"),
    capped: summary.capped,
    overflow: summary.overflow,
    mostUsed: ranked((node) => tree.interactions(node)),
    leastUsed: {
      ...leastUsedOf(tree, definition, declared, survey),
      tail: {
        journeys: tail.length,
        interactions: tailInteractions,
        share: shareOf(tailInteractions, total),
        below: definition.rareBelow,
      },
    },
    mostCallsByVolume: ranked(calls),
    mostCallsByRate: ranked(callRate),
    endings: {
      call: sum("effective") + other.effective,
      callFailed: sum("attemptFailed") + other.attemptFailed,
      handedOff: sum("handedOff") + other.handedOff,
      left: sum("left") + other.left,
      goal: sum("goal") + other.goal,
    },
    merged: { journeys: other.journeys, interactions: merged },
    loops: Rate.make(
      nodes.reduce((count, node) => count + (survey.revisits[node] === 1 ? settledAt(tree, node) : 0), 0),
      settled,
      terms,
    ),
    flow: flowOf(tree, other, survey.visits),
  }
}

/** The first nodes in descending order of a figure, ties by another order; those without a figure are left out. */
const highest = (
  nodes: ReadonlyArray<Node>,
  count: number,
  figure: (node: Node) => number | undefined,
  byTie: (one: Node, other: Node) => number,
): ReadonlyArray<Node> => {
  const found: Array<{ readonly node: Node; readonly value: number }> = []
  for (const node of nodes) {
    const value = figure(node)
    if (value === undefined) continue
    const isBefore = (other: { readonly node: Node; readonly value: number }) =>
      value > other.value || (value === other.value && byTie(node, other.node) < 0)
    const last = found[count - 1]
    if (last !== undefined && !isBefore(last)) continue
    const place = found.findIndex(isBefore)
    found.splice(place === -1 ? found.length : place, 0, { node, value })
    if (found.length > count) found.pop()
  }
  return found.map(({ node }) => node)
}

/** The waterfall of a tree: one row a step, most visited first. */
export const waterfallOf = (
  tree: JourneyTree,
  dwell: ReadonlyMap<string, ReadonlyMap<number, number>>,
  { firsts, visits }: Survey,
): CustomerReport["waterfall"] => {
  const rows: Array<Gathered | undefined> = []
  const rowOf = (step: number): Gathered =>
    (rows[step] ??= {
      visits: 0,
      interactions: 0,
      next: new Map(),
      exitToCall: 0,
      exitWithoutCall: 0,
      provisional: 0,
    })
  for (let node = 1; node < tree.size; node++) {
    if (visits[node] === 0) continue
    const step = tree.stepOf(node)
    const row = rowOf(step)
    row.visits += visits[node]!
    if (firsts[node] === 1) row.interactions += visits[node]!
    row.exitToCall += tree.ended(node, "effective") + tree.ended(node, "attemptFailed")
    row.exitWithoutCall += tree.ended(node, "goal") + tree.ended(node, "handedOff") + tree.ended(node, "left")
    row.provisional += tree.ended(node, "provisional")
    const parent = tree.parent(node)
    if (parent !== root) {
      const { next } = rowOf(tree.stepOf(parent))
      next.set(step, (next.get(step) ?? 0) + visits[node]!)
    }
  }
  const nameOf = (step: number): string => tree.steps[step]!
  return rows
    .flatMap((row, step) => (row === undefined ? [] : [{ row, step: nameOf(step) }]))
    .map(({ row, step }): WaterfallRow => ({
      step,
      visits: row.visits,
      interactions: row.interactions,
      next: Array.from(row.next, ([following, count]) => ({
        step: nameOf(following),
        visits: count,
        share: shareOf(count, row.visits),
      })).sort((one, other) => other.visits - one.visits || compareCodePoints(one.step, other.step)),
      exitToCall: row.exitToCall,
      exitWithoutCall: row.exitWithoutCall,
      provisional: row.provisional,
      medianSeconds: medianOf(dwell.get(step)),
    }))
    .sort((one, other) => other.visits - one.visits || compareCodePoints(one.step, other.step))
}

interface Gathered {
  visits: number
  interactions: number
  readonly next: Map<number, number>
  exitToCall: number
  exitWithoutCall: number
  provisional: number
}

const leastUsedOf = (
  tree: JourneyTree,
  definition: Definition,
  declared: ReadonlyArray<Scenario>,
  { visits }: Survey,
): Omit<JourneyFigures["leastUsed"], "tail"> => {
  // The tree collapses and caps declared journeys as it does observed ones.
  const counted = declared.flatMap(({ journeys, scenario }) =>
    journeys.map((steps) => ({ scenario, steps, interactions: countOf(tree, steps) })),
  )
  const order = (one: (typeof counted)[number], other: (typeof counted)[number]): number =>
    one.interactions - other.interactions ||
    compareCodePoints(one.scenario, other.scenario) ||
    compareCodePoints(one.steps.join("\u0000"), other.steps.join("\u0000"))
  const seen = new Set<string>()
  for (let node = 1; node < tree.size; node++) if (visits[node]! > 0) seen.add(tree.stepName(node)!)
  return {
    declaredUnused: counted.filter(({ interactions }) => interactions === 0).sort(order),
    declaredScreensUnused: declared
      .flatMap(({ scenario, steps }) =>
        steps
          .filter(({ step }) => !seen.has(step))
          .map(({ step }) => ({ scenario: scenario as string, step: step as string })),
      )
      .sort((one, other) => compareCodePoints(one.scenario, other.scenario) || compareCodePoints(one.step, other.step)),
    declaredRare: counted
      .filter(({ interactions }) => interactions >= definition.rareBelow)
      .sort(order)
      .slice(0, listed),
  }
}

const countOf = (tree: JourneyTree, steps: ReadonlyArray<string>): number => {
  // A tree of its own, so that looking up a journey does not make a place for it.
  const probe = new JourneyTree({ ...tree.options, maxNodes: steps.length + 2 })
  let node = root
  for (const step of steps) node = probe.advance(node, probe.stepIndex(step))
  const found = tree.find(probe.path(node))
  return found === undefined ? 0 : tree.interactions(found)
}

const settledAt = (tree: JourneyTree, node: Node): number => tree.interactions(node) - tree.ended(node, "provisional")

/** Marks of all nodes, computed once for a report. */
export interface Survey {
  /** How many interactions passed through each node or ended there. */
  readonly visits: Int32Array
  /** 1 for the nodes whose step occurs for the first time in their journey. */
  readonly firsts: Uint8Array
  /** 1 for the nodes whose journey returns to a step that it had left. */
  readonly revisits: Uint8Array
}

/** The marks of a tree. */
export const surveyOf = (tree: JourneyTree): Survey => {
  const firsts = new Uint8Array(tree.size)
  const revisits = new Uint8Array(tree.size)
  walk(tree, (node, onPath, consecutive) => {
    firsts[node] = onPath ? 0 : 1
    revisits[node] = revisits[tree.parent(node)] === 1 || (onPath && !consecutive) ? 1 : 0
  })
  return { visits: tree.visits(), firsts, revisits }
}

/** Visits every node but the root, parents first, with whether its step occurs above it, and directly above. */
const walk = (tree: JourneyTree, visit: (node: Node, onPath: boolean, consecutive: boolean) => void): void => {
  const firstChild = new Int32Array(tree.size)
  const sibling = new Int32Array(tree.size)
  for (let node = tree.size - 1; node > 0; node--) {
    const parent = tree.parent(node)
    sibling[node] = firstChild[parent]!
    firstChild[parent] = node
  }
  /** How often each step occurs between the root and the node. */
  const onPath = new Int32Array(tree.steps.length)
  let node = firstChild[root]!
  while (node !== 0) {
    const step = tree.stepOf(node)
    visit(node, onPath[step]! > 0, tree.stepOf(tree.parent(node)) === step)
    onPath[step]!++
    if (firstChild[node] !== 0) {
      node = firstChild[node]!
      continue
    }
    while (node !== root) {
      onPath[tree.stepOf(node)]!--
      if (sibling[node] !== 0) {
        node = sibling[node]!
        break
      }
      node = tree.parent(node)
    }
    if (node === root) break
  }
}

const endings = [
  ["effective", "call", "call"],
  ["attemptFailed", "callFailed", "tried to call"],
  ["handedOff", "handedOff", "handed off"],
  ["goal", "goal", "goal"],
  ["left", "left", "left"],
] as const

const flowOf = (tree: JourneyTree, other: Readonly<Merged>, visits: Int32Array): JourneyFigures["flow"] => {
  const atDepth: Array<Map<string, number>> = Array.from({ length: flowDepth + 1 }, () => new Map())
  for (let node = 1; node < tree.size; node++) {
    const depth = tree.depth(node)
    if (depth > flowDepth || visits[node] === 0) continue
    const step = tree.stepName(node)!
    atDepth[depth]!.set(step, (atDepth[depth]!.get(step) ?? 0) + visits[node]!)
  }
  const shown = atDepth.map(
    (steps) =>
      new Set(
        Array.from(steps)
          .sort(([one, count], [other, otherCount]) => otherCount - count || compareCodePoints(one, other))
          .slice(0, flowWidth)
          .map(([step]) => step),
      ),
  )
  const nodes = new Map<string, JourneyFigures["flow"]["nodes"][number]>()
  type Link = { source: string; target: string; interactions: number }
  const links = new Map<string, Map<string, Link>>()
  const known: Array<Map<string, string>> = atDepth.map(() => new Map())
  const place = (node: Node): string => {
    const depth = tree.depth(node)
    if (node === root) return add("start", "start", 0)
    if (depth > flowDepth) return add("more", "more steps", flowDepth + 1)
    const step = tree.stepName(node)!
    let id = known[depth]!.get(step)
    if (id === undefined) {
      id = shown[depth]!.has(step)
        ? add(`${depth}:${step}`, `${depth}. ${step}`, depth)
        : add(`${depth}~other`, `${depth}. other`, depth)
      known[depth]!.set(step, id)
    }
    return id
  }
  const add = (id: string, label: string, depth: number): string => {
    if (!nodes.has(id)) nodes.set(id, { id, label, depth })
    return id
  }
  const link = (source: string, target: string, interactions: number): void => {
    let targets = links.get(source)
    if (targets === undefined) links.set(source, (targets = new Map()))
    const before = targets.get(target)
    if (before === undefined) targets.set(target, { source, target, interactions })
    else before.interactions += interactions
  }
  for (let node = 0; node < tree.size; node++) {
    const depth = tree.depth(node)
    if (visits[node] === 0 || depth > flowDepth + 1) continue
    if (node !== root) link(place(tree.parent(node)), place(node), visits[node]!)
    if (depth > flowDepth) continue
    for (const [outcome, id, label] of endings) {
      const count = tree.ended(node, outcome)
      if (count > 0) link(place(node), add(`end:${id}`, label, flowDepth + 1), count)
    }
  }
  // Merged journeys have outcomes, and no steps.
  for (const [outcome, id, label] of endings) {
    const count = other[outcome]
    if (count === 0) continue
    const at = add("1~other", "1. other", 1)
    link(place(root), at, count)
    link(at, add(`end:${id}`, label, flowDepth + 1), count)
  }
  return {
    nodes: Array.from(nodes.values()).sort(
      (one, other) => one.depth - other.depth || compareCodePoints(one.id, other.id),
    ),
    links: Array.from(links.values(), (targets) => Array.from(targets.values()))
      .flat()
      .sort((one, other) => compareCodePoints(one.source, other.source) || compareCodePoints(one.target, other.target)),
  }
}

/** The key of a journey: its steps, apart by a character that no step has. Computed once for each node asked for. */
const keysOf = (tree: JourneyTree): ((node: Node) => string) => {
  const keys = new Map<Node, string>()
  return (node) => {
    let key = keys.get(node)
    if (key === undefined) {
      key = tree.path(node).join("\u0000")
      keys.set(node, key)
    }
    return key
  }
}

/** The lower median. */
const medianOf = (histogram: ReadonlyMap<number, number> | undefined): number | null => {
  if (histogram === undefined || histogram.size === 0) return null
  const values = Array.from(histogram).sort(([one], [other]) => one - other)
  const half = values.reduce((sum, [, count]) => sum + count, 0) / 2
  let below = 0
  for (const [seconds, count] of values) {
    below += count
    if (below >= half) return seconds
  }
  return null
}

const shareOf = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

/** Order by code points; JavaScript's own `<` compares UTF-16 units, which differs beyond the basic plane. */
export const compareCodePoints = (one: string, other: string): number => {
  const length = Math.min(one.length, other.length)
  for (let index = 0; index < length; index++) {
    const a = one.charCodeAt(index)
    const b = other.charCodeAt(index)
    if (a !== b) {
      // Surrogates encode code points above all others.
      const aHigh = a >= 0xd800 && a <= 0xdfff
      const bHigh = b >= 0xd800 && b <= 0xdfff
      return aHigh === bHigh ? a - b : aHigh ? 1 : -1
    }
  }
  return one.length - other.length
}
