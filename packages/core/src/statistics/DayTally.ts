/**
 * The tally of one calendar day before its interactions are purged: the counters that `InteractionsAggregated` keeps of
 * them. Interactions are counted one by one; memory holds counters, and for each journey the persons who took it, up to
 * the number from which the journey is published by itself.
 */
import type { StepId } from "../domain/Identifier.ts"
import type { CountedDay } from "../domain/PurgedDay.ts"
import type { Contribution } from "./Contribution.ts"
import type { Definition } from "./Definition.ts"
import { type JourneyTree, type Node, root } from "./JourneyTree.ts"
import * as Measures from "./Measures.ts"
import { Tally } from "./Tally.ts"

/** Counts the interactions of a day. Its methods change it in place. */
export class DayTally {
  private readonly tally: Tally
  private readonly persons = new Map<Node, Set<string>>()
  private readonly enough: number

  /** `enough`: how many persons make a journey publishable by itself; no more are counted. */
  constructor(definition: Definition, enough: number) {
    // A tree with a cap would count steps beyond it under another journey.
    this.tally = new Tally({ ...definition, maxNodes: Number.MAX_SAFE_INTEGER })
    this.enough = enough
  }

  /** Counts an interaction, whose every window has closed. An unknown person adds to no journey's persons. */
  add(contribution: Contribution, person: string | undefined): void {
    this.tally.add(contribution, 1)
    if (person === undefined || contribution.excluded) return
    const { journeys } = this.tally
    let node: Node = root
    for (const step of contribution.journey) node = journeys.advance(node, journeys.stepIndex(step))
    const known = this.persons.get(node) ?? new Set<string>()
    this.persons.set(node, known)
    if (known.size < this.enough) known.add(person)
  }

  /** The counters of the day. */
  get counted(): CountedDay {
    const { journeys, measures } = this.tally
    return {
      ...Measures.keep(measures),
      journeys: Array.from({ length: journeys.size }, (_, node) => node)
        .filter((node) => journeys.interactions(node) > 0)
        .map((node) => ({
          steps: journeys.path(node) as Array<StepId | "…">,
          persons: this.persons.get(node)?.size ?? 0,
          ...endingsOf(journeys, node),
        })),
    }
  }
}

const endingsOf = (journeys: JourneyTree, node: Node) => ({
  effective: journeys.ended(node, "effective"),
  attemptFailed: journeys.ended(node, "attemptFailed"),
  goal: journeys.ended(node, "goal"),
  handedOff: journeys.ended(node, "handedOff"),
  left: journeys.ended(node, "left"),
})
