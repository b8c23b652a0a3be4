/**
 * Sums of contributions. A tally is a commutative monoid: contributions can be added in any order and taken back, and
 * tallies of shards add up to the tally of the whole. The counts of each day are kept beside the sums, so that the
 * counters of a purged day can replace all that was counted of its interactions.
 */
import type { DayCounters } from "../domain/PurgedDay.ts"
import * as LocalTime from "../calendar/LocalTime.ts"
import type { Contribution } from "./Contribution.ts"
import { Counters } from "./Counters.ts"
import { DayCounts, type DaySnapshot } from "./DayCounts.ts"
import { type Definition, windows } from "./Definition.ts"
import { JourneyTree, type Node, outcomeColumns, type OutcomeColumn, root, type Snapshot } from "./JourneyTree.ts"
import * as Measures from "./Measures.ts"

/** A tally. Its methods change it in place. */
export class Tally {
  readonly definition: Definition
  readonly local: LocalTime.LocalTime
  /** The sums of all days. */
  readonly measures = Measures.empty()
  readonly journeys: JourneyTree
  /** How long people stayed at a step before the next: step name → seconds → visits. */
  readonly dwell = new Map<string, Map<number, number>>()
  /** The headline counters of each day. */
  readonly days = new Map<number, Counters>()
  private readonly terms: Measures.Terms
  /** The counts of each day whose interactions are counted one by one. */
  private readonly counted = new Map<number, DayCounts>()
  /** The counts that were kept of each purged day. */
  private readonly purged = new Map<number, DayCounts>()

  constructor(definition: Definition, journeys = new JourneyTree(definition)) {
    this.definition = definition
    this.local = LocalTime.make(definition.timeZone)
    this.journeys = journeys
    this.terms = { headline: windows.indexOf(definition.window), local: this.local }
  }

  /** Adds a contribution, or takes it back with `by` −1. */
  add(contribution: Contribution, by: 1 | -1): void {
    const day = this.local.day(contribution.startedAt)
    const counts = this.counted.get(day) ?? new DayCounts()
    this.counted.set(day, counts)
    Measures.count(this.measures, contribution, by, this.terms)
    Measures.count(counts.measures, contribution, by, this.terms)
    this.changeDay(day, (counters) => counters.count(contribution, by))
    if (!contribution.excluded) this.addJourney(contribution, counts, by)
    if (counts.measures.counters.isZero()) this.counted.delete(day)
  }

  /**
   * Replaces all that was counted of a day, and the counters kept of it before, by the counters that were kept when it
   * was purged.
   */
  replace(day: number, kept: DayCounters): void {
    this.takeAway(this.counted, day)
    this.takeAway(this.purged, day)
    const counts = this.restored(kept)
    this.purged.set(day, counts)
    this.sum(day, counts, 1)
  }

  private changeDay(day: number, change: (counters: Counters) => void): void {
    const counters = this.days.get(day) ?? new Counters()
    this.days.set(day, counters)
    change(counters)
    if (counters.isZero()) this.days.delete(day)
  }

  private addJourney(contribution: Contribution, counts: DayCounts, by: 1 | -1): void {
    const { journey, journeyAt } = contribution
    let node: Node = root
    let since = 0
    for (let place = 0; place < journey.length; place++) {
      const step = journey[place]!
      const before = journey[since]!
      if (place > 0 && !(this.definition.collapse && step === before)) {
        const seconds = coarse((journeyAt[place]! - journeyAt[since]!) / 1000)
        this.addDwell(before, seconds, by)
        counts.dwell.add(this.journeys.stepIndex(before), seconds, by)
        since = place
      }
      node = this.journeys.advance(node, this.journeys.stepIndex(step))
    }
    const outcome = this.outcomeOf(contribution)
    this.journeys.count(node, outcome, by)
    counts.journeys.add(node, outcomeColumns.indexOf(outcome), by)
  }

  private addDwell(step: string, seconds: number, by: number): void {
    const histogram = this.dwell.get(step) ?? new Map<number, number>()
    this.dwell.set(step, histogram)
    Measures.bump(histogram, seconds, by)
    if (histogram.size === 0) this.dwell.delete(step)
  }

  private outcomeOf(contribution: Contribution): OutcomeColumn {
    const outcome = contribution.outcomes[this.terms.headline]!
    switch (outcome) {
      case "effective":
      case "attemptFailed":
        return outcome
      case "deflected":
        return contribution.deflectedKind === "bounced" ? "left" : contribution.deflectedKind
      case "open":
      case "pendingUndecided":
      case "pendingEffective":
        return "provisional"
    }
  }

  private takeAway(from: Map<number, DayCounts>, day: number): void {
    const counts = from.get(day)
    if (counts === undefined) return
    from.delete(day)
    this.sum(day, counts, -1)
  }

  /** Adds the counts of a day to the sums, or takes them away. */
  private sum(day: number, counts: DayCounts, by: 1 | -1): void {
    Measures.add(this.measures, counts.measures, by)
    this.changeDay(day, (counters) => counters.plus(counts.measures.counters, by))
    for (const [node, column, count] of counts.journeys) this.journeys.count(node, outcomeColumns[column]!, by * count)
    for (const [step, seconds, count] of counts.dwell) this.addDwell(this.journeys.steps[step]!, seconds, by * count)
  }

  private restored(kept: DayCounters): DayCounts {
    const counts = DayCounts.restored(kept)
    for (const { steps, ...ended } of kept.journeys) {
      let node: Node = root
      for (const step of steps) node = this.journeys.advance(node, this.journeys.stepIndex(step))
      outcomeColumns.forEach((outcome, column) => {
        if (outcome !== "provisional" && ended[outcome] > 0) counts.journeys.add(node, column, ended[outcome])
      })
    }
    return counts
  }

  /** Adds the sums of another tally. The counters of a purged day count once, though both may hold them. */
  merge(other: Tally): void {
    for (const day of other.purged.keys()) if (!this.purged.has(day)) this.takeAway(this.counted, day)
    for (const day of this.purged.keys()) {
      if (!other.purged.has(day)) other.takeAway(other.counted, day)
      else other.takeAway(other.purged, day)
    }
    const nodes = this.journeys.join(other.journeys)
    const nodeOf = (node: number): number =>
      node >= 0 ? nodes[node]! : nodes[~node]! < 0 ? nodes[~node]! : ~nodes[~node]!
    const stepOf = (step: number): number => this.journeys.stepIndex(other.journeys.steps[step]!)
    for (const [to, from] of [
      [this.counted, other.counted],
      [this.purged, other.purged],
    ] as const) {
      for (const [day, theirs] of from) {
        const added = new DayCounts()
        added.plus(theirs, nodeOf, stepOf)
        this.sum(day, added, 1)
        const mine = to.get(day)
        if (mine === undefined) to.set(day, added)
        else mine.plus(theirs, nodeOf, stepOf)
      }
    }
  }

  toSnapshot(): TallySnapshot {
    const kept = this.journeys.kept()
    const nodeOf = (node: number): number => (node < 0 ? ~kept[~node]! : kept[node]!)
    const snapshots = (byDay: ReadonlyMap<number, DayCounts>) =>
      Array.from(byDay, ([day, counts]) => [day, counts.toSnapshot(nodeOf)] as const)
    const { nodes, steps } = this.journeys.toSnapshot()
    return {
      journeys: { steps, nodes },
      counted: snapshots(this.counted),
      purged: snapshots(this.purged),
    }
  }

  static fromSnapshot(definition: Definition, snapshot: TallySnapshot): Tally {
    const tally = new Tally(
      definition,
      JourneyTree.fromSnapshot(definition, { ...snapshot.journeys, counts: [], overflow: [] }),
    )
    for (const [to, from] of [
      [tally.counted, snapshot.counted],
      [tally.purged, snapshot.purged],
    ] as const) {
      for (const [day, saved] of from) {
        const counts = DayCounts.fromSnapshot(saved)
        to.set(day, counts)
        tally.sum(day, counts, 1)
      }
    }
    return tally
  }
}

/** A tally as JSON carries it: the counts of each day; the sums follow from them. */
export interface TallySnapshot {
  /** The journeys without their counts. */
  readonly journeys: Pick<Snapshot, "steps" | "nodes">
  readonly counted: ReadonlyArray<readonly [day: number, DaySnapshot]>
  readonly purged: ReadonlyArray<readonly [day: number, DaySnapshot]>
}

/** Whole seconds below an hour, whole minutes below a day, whole hours beyond: so that a histogram stays small. */
const coarse = (seconds: number): number =>
  seconds < 3600
    ? Math.floor(seconds)
    : seconds < 86_400
      ? Math.floor(seconds / 60) * 60
      : Math.floor(seconds / 3600) * 3600
