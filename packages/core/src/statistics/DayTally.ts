/**
 * What the interactions of one calendar day come to before they are purged: the counters that `InteractionsAggregated`
 * keeps of them. Interactions are counted one by one; what is held meanwhile are counters, and of each journey up to so
 * many persons as make it told by itself.
 */
import type { PolicyVersionId, StepId } from "../domain/Identifier.ts"
import type { Counted } from "../domain/RetentionPolicy.ts"
import type { Contribution } from "./Contribution.ts"
import type { Counters } from "./Counters.ts"
import { type Definition, windows } from "./Definition.ts"
import { type JourneyTree, type Node, root } from "./JourneyTree.ts"
import { Tally } from "./Tally.ts"

/** Counts the interactions of a day. Its methods change it in place. */
export class Cohort {
  private readonly tally: Tally
  private readonly persons = new Map<Node, Set<string>>()
  private readonly enough: number

  /** `enough`: from how many persons on a journey is told by itself, however many more there are. */
  constructor(definition: Definition, enough: number) {
    // Steps beyond the room of a tree would be told under another journey.
    this.tally = new Tally({ ...definition, maxNodes: Number.MAX_SAFE_INTEGER })
    this.enough = enough
  }

  /** Counts an interaction, whose every window has closed. A person who is not known counts as nobody. */
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

  /** What was counted. */
  get counted(): Counted {
    const { calls, journeys, policyVersions } = this.tally
    const total = this.tally.total()
    return {
      started: total.started,
      excluded: total.excluded,
      windows: windows.map((_, window) => windowOf(total, window)),
      calls: { ...calls },
      returns: ([0, 1, 2] as const).map((period) => {
        const [notReturned, observed] = total.notReturned(period)
        return { notReturned, observed }
      }),
      policyVersions: Array.from(
        policyVersions.keys(),
      ).sort() as ReadonlyArray<string> as ReadonlyArray<PolicyVersionId>,
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

const windowOf = (counters: Counters, window: number): Counted["windows"][number] => {
  const of = (column: Parameters<Counters["of"]>[1]) => counters.of(window, column)
  return {
    effective: of("effective"),
    attemptFailed: of("attemptFailed"),
    goal: of("goal"),
    handedOff: of("handedOff"),
    left: of("left"),
    bounced: of("bounced"),
    linkable: of("linkable"),
    linkableNoEffective: of("linkableNoEffective"),
  }
}

const endingsOf = (journeys: JourneyTree, node: Node) => ({
  effective: journeys.ended(node, "effective"),
  attemptFailed: journeys.ended(node, "attemptFailed"),
  goal: journeys.ended(node, "goal"),
  handedOff: journeys.ended(node, "handedOff"),
  left: journeys.ended(node, "left"),
})
