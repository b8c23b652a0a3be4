import { existsSync, readFileSync } from "node:fs"
import { resolve } from "node:path"
import { describe, expect, it } from "@tacet/vitest"
import fc from "fast-check"
import { unzipSync } from "fflate"
import * as Tree from "./JourneyTree.ts"

const aJourney = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 8 })
const anOutcome = fc.constantFrom(...Tree.outcomeColumns)
const aCount = fc.record({ journey: aJourney, outcome: anOutcome })
const anOption = fc.record({
  collapse: fc.boolean(),
  maxSteps: fc.constantFrom(null, 1, 3),
  maxNodes: fc.constant(1_000_000),
})

const treeOf = (options: Tree.Options, counts: Iterable<{ journey: Array<string>; outcome: Tree.OutcomeColumn }>) => {
  const tree = new Tree.JourneyTree(options)
  for (const { journey, outcome } of counts) tree.add(journey, outcome)
  return tree
}

/** The counts of a tree, by journey. */
const contentOf = (tree: Tree.JourneyTree) => {
  const content: Array<[string, Array<number>]> = []
  for (let node = 0; node < tree.size; node++) {
    if (tree.interactions(node) === 0) continue
    content.push([tree.path(node).join(">"), Tree.outcomeColumns.map((outcome) => tree.ended(node, outcome))])
  }
  return content.sort(([one], [other]) => (one < other ? -1 : 1))
}

describe("JourneyTree", () => {
  // Planted and found: a node that no table lists.
  it.prop(
    "STAT-JOURNEY: counts like a map from journeys",
    [anOption, fc.array(aCount, { maxLength: 60 })],
    (options, counts) => {
      const expected = new Map<string, Array<number>>()
      for (const { journey, outcome } of counts) {
        const told = options.collapse ? journey.filter((step, index) => step !== journey[index - 1]) : journey
        const capped = options.maxSteps !== null && told.length > options.maxSteps
        const key = (capped ? [...told.slice(0, options.maxSteps ?? 0), Tree.overflowStep] : told).join(">")
        const row = expected.get(key) ?? Tree.outcomeColumns.map(() => 0)
        row[Tree.outcomeColumns.indexOf(outcome)]!++
        expected.set(key, row)
      }
      expect(contentOf(treeOf(options, counts))).toEqual(
        Array.from(expected).sort(([one], [other]) => (one < other ? -1 : 1)),
      )
    },
    { numRuns: 500 },
  )

  // Planted and found: taking back that counts once more.
  it.prop(
    "STAT-JOURNEY: taking back is exact, merging is addition, snapshots keep all",
    [anOption, fc.array(aCount, { maxLength: 40 }), fc.array(aCount, { maxLength: 40 })],
    (options, kept, other) => {
      const tree = treeOf(options, [...kept, ...other])
      const both = contentOf(tree)
      for (const { journey, outcome } of other) tree.add(journey, outcome, -1)
      expect(contentOf(tree)).toEqual(contentOf(treeOf(options, kept)))
      tree.merge(treeOf(options, other))
      expect(contentOf(tree)).toEqual(both)
      const again = Tree.JourneyTree.fromSnapshot(
        options,
        JSON.parse(JSON.stringify(tree.toSnapshot())) as Tree.Snapshot,
      )
      expect(contentOf(again)).toEqual(both)
      expect(again.summary()).toEqual(tree.summary())
    },
    { numRuns: 300 },
  )

  // Planted and found: a full tree that advances as if there was room.
  it.prop(
    "STAT-JOURNEY: a full tree loses no interaction and counts those that found no room",
    [fc.array(aCount, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 10 })],
    (counts, maxNodes) => {
      const tree = treeOf({ collapse: true, maxSteps: null, maxNodes }, counts)
      const { interactions, overflow } = tree.summary()
      expect(interactions).toBe(counts.length)
      expect(tree.size).toBeLessThanOrEqual(maxNodes)
      const roomy = treeOf({ collapse: true, maxSteps: null, maxNodes: 1000 }, counts)
      expect(overflow > 0).toBe(roomy.size > maxNodes)
      const again = Tree.JourneyTree.fromSnapshot(tree.options, tree.toSnapshot())
      again.merge(treeOf({ collapse: true, maxSteps: null, maxNodes }, counts))
      expect(again.summary().interactions).toBe(2 * counts.length)
    },
    { numRuns: 300 },
  )

  const msnbc = resolve(import.meta.dirname, "../../../../../shared/data/msnbc")
  it.skipIf(!existsSync(msnbc))(
    "STAT-JOURNEY: the MSNBC sessions come out as the ground truth says",
    () => {
      const truth = JSON.parse(readFileSync(resolve(msnbc, "ground_truth.json"), "utf8")) as {
        categories: Array<string>
        raw: GroundTruth
        consecutive_duplicates_collapsed: GroundTruth
      }
      const files = unzipSync(readFileSync(resolve(msnbc, "msnbc990928.zip")), {
        filter: ({ name }) => name === "msnbc990928.seq",
      })
      const text = new TextDecoder().decode(files["msnbc990928.seq"])
      const sessions = text.split("\n").filter((line) => /^\d/.test(line))
      for (const [collapse, expected] of [
        [false, truth.raw],
        [true, truth.consecutive_duplicates_collapsed],
      ] as const) {
        const tree = new Tree.JourneyTree({ collapse, maxSteps: null, maxNodes: 5_000_000 })
        for (const session of sessions) {
          tree.add(
            session
              .trim()
              .split(" ")
              .map((category) => truth.categories[Number(category) - 1]!),
            "left",
          )
        }
        const summary = tree.summary()
        expect(summary).toMatchObject({
          distinct: expected.variants,
          interactions: expected.cases,
          steps: expected.events,
          capped: 0,
          overflow: 0,
        })
        const top = Array.from({ length: tree.size }, (_, node) => node)
          .filter((node) => tree.interactions(node) >= expected.top_variants.at(-1)!.count)
          .map((node) => ({ count: tree.interactions(node), variant: tree.path(node) }))
          .sort((one, other) => other.count - one.count)
          .slice(0, expected.top_variants.length)
        expect(top).toEqual(expected.top_variants.map(({ count, variant }) => ({ count, variant })))
      }
    },
    60_000,
  )
})

interface GroundTruth {
  readonly cases: number
  readonly events: number
  readonly variants: number
  readonly top_variants: ReadonlyArray<{ readonly count: number; readonly variant: ReadonlyArray<string> }>
}
