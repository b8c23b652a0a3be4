/**
 * Sums of contributions. A tally is a commutative monoid: contributions can be added in any order and taken back, and
 * tallies of shards add up to the tally of the whole. What each day has added is known beside the sums, so that a day
 * whose interactions are purged can be replaced by what remains of it.
 */
import type { Contribution as Cohort } from "../domain/RetentionPolicy.ts"
import type { Contribution } from "./Contribution.ts"
import { Counters } from "./Counters.ts"
import { type Definition, windows } from "./Definition.ts"
import { JourneyTree, type Node, outcomeColumns, type OutcomeColumn, root, type Snapshot } from "./JourneyTree.ts"
import {
  addCalls,
  addTogether,
  bump,
  type Calls,
  Ledger,
  type LedgerSnapshot,
  noCalls,
  none,
  type Together,
} from "./DayCounts.ts"
import * as LocalTime from "../calendar/LocalTime.ts"

/** A tally. Its methods change it in place. */
export class Tally {
  readonly definition: Definition
  readonly local: LocalTime.LocalTime
  readonly days = new Map<number, Counters>()
  readonly failedReasons = new Map<string, number>()
  readonly failedByHour: Array<number> = new Array<number>(168).fill(0)
  readonly policyVersions = new Map<string, number>()
  readonly calls: Calls = noCalls()
  /** Journeys of purged days that too few persons took to be told. */
  readonly other: Together = none()
  overrodeInhibition = 0
  readonly journeys: JourneyTree
  /** How long people stayed at a step before the next: step name → seconds → visits. */
  readonly dwell = new Map<string, Map<number, number>>()
  private readonly headline: number
  /** What the interactions of each day have added that are counted one by one. */
  private readonly counted = new Map<number, Ledger>()
  /** What remains of each day that was purged. */
  private readonly purged = new Map<number, Ledger>()

  constructor(definition: Definition, journeys = new JourneyTree(definition)) {
    this.definition = definition
    this.local = LocalTime.make(definition.timeZone)
    this.journeys = journeys
    this.headline = windows.indexOf(definition.window)
  }

  /** Adds a contribution, or takes it back with `by` −1. */
  add(contribution: Contribution, by: 1 | -1): void {
    const day = this.local.day(contribution.startedAt)
    const ledger = this.counted.get(day) ?? new Ledger()
    this.counted.set(day, ledger)
    const counters = this.days.get(day) ?? new Counters()
    this.days.set(day, counters)
    counters.count(contribution, by)
    ledger.counters.count(contribution, by)
    if (!contribution.excluded) this.addCounted(contribution, ledger, by)
    if (counters.isZero()) this.days.delete(day)
    if (ledger.counters.isZero()) this.counted.delete(day)
  }

  /**
   * Puts what remains of a day that was purged in the place of all that was counted of it until now, and of what
   * remained of it before.
   */
  replace(day: number, cohort: Cohort): void {
    this.takeAway(this.counted, day)
    this.takeAway(this.purged, day)
    const ledger = this.ledgerOf(cohort)
    this.purged.set(day, ledger)
    this.sum(day, ledger, 1)
  }

  private addCounted(contribution: Contribution, ledger: Ledger, by: 1 | -1): void {
    for (const call of contribution.calls) {
      const calls = {
        total: 1,
        legs: call.legs,
        effective: call.effective ? 1 : 0,
        notHuman: call.notHuman ? 1 : 0,
        humanUnknown: call.humanUnknown ? 1 : 0,
      }
      addCalls(this.calls, calls, by)
      addCalls(ledger.calls, calls, by)
    }
    if (contribution.overrodeInhibition) {
      this.overrodeInhibition += by
      ledger.overrodeInhibition += by
    }
    bump(this.policyVersions, contribution.policyVersion, by)
    bump(ledger.policyVersions, contribution.policyVersion, by)
    const reason = contribution.failedReasons[this.headline]
    if (reason !== undefined) {
      bump(this.failedReasons, reason, by)
      bump(ledger.failedReasons, reason, by)
    }
    if (contribution.failedAt !== undefined) {
      const hour = this.local.hourOfWeek(contribution.failedAt)
      this.failedByHour[hour]! += by
      bump(ledger.failedByHour, hour, by)
    }
    this.addJourney(contribution, ledger, by)
  }

  private addJourney(contribution: Contribution, ledger: Ledger, by: 1 | -1): void {
    const { journey, journeyAt } = contribution
    let node: Node = root
    let since = 0
    for (let place = 0; place < journey.length; place++) {
      const step = journey[place]!
      const before = journey[since]!
      if (place > 0 && !(this.definition.collapse && step === before)) {
        const seconds = coarse((journeyAt[place]! - journeyAt[since]!) / 1000)
        this.addDwell(before, seconds, by)
        ledger.dwell.add(this.journeys.stepIndex(before), seconds, by)
        since = place
      }
      node = this.journeys.advance(node, this.journeys.stepIndex(step))
    }
    const outcome = this.outcomeOf(contribution)
    this.journeys.count(node, outcome, by)
    ledger.journeys.add(node, outcomeColumns.indexOf(outcome), by)
  }

  private addDwell(step: string, seconds: number, by: number): void {
    const histogram = this.dwell.get(step) ?? new Map<number, number>()
    this.dwell.set(step, histogram)
    bump(histogram, seconds, by)
    if (histogram.size === 0) this.dwell.delete(step)
  }

  private outcomeOf(contribution: Contribution): OutcomeColumn {
    const standing = contribution.standings[this.headline]!
    switch (standing) {
      case "effective":
      case "attemptFailed":
        return standing
      case "deflected":
        return contribution.deflectedKind === "bounced" ? "left" : contribution.deflectedKind
      default:
        return "provisional"
    }
  }

  private takeAway(from: Map<number, Ledger>, day: number): void {
    const ledger = from.get(day)
    if (ledger === undefined) return
    from.delete(day)
    this.sum(day, ledger, -1)
  }

  /** Adds a ledger to the sums, or takes it away. */
  private sum(day: number, ledger: Ledger, by: 1 | -1): void {
    const counters = this.days.get(day) ?? new Counters()
    this.days.set(day, counters)
    counters.plus(ledger.counters, by)
    if (counters.isZero()) this.days.delete(day)
    for (const [node, column, count] of ledger.journeys) this.journeys.count(node, outcomeColumns[column]!, by * count)
    for (const [step, seconds, count] of ledger.dwell) this.addDwell(this.journeys.steps[step]!, seconds, by * count)
    for (const [hour, count] of ledger.failedByHour) this.failedByHour[hour]! += by * count
    for (const [reason, count] of ledger.failedReasons) bump(this.failedReasons, reason, by * count)
    for (const [version, count] of ledger.policyVersions) bump(this.policyVersions, version, by * count)
    addCalls(this.calls, ledger.calls, by)
    addTogether(this.other, ledger.other, by)
    this.overrodeInhibition += by * ledger.overrodeInhibition
  }

  private ledgerOf(cohort: Cohort): Ledger {
    const ledger = new Ledger()
    ledger.counters.bumpStarted(cohort.started, cohort.excluded)
    cohort.windows.forEach((window, index) => {
      for (const column of columnsOf(window)) ledger.counters.bumpWindow(index, column, window[column])
    })
    cohort.returns?.forEach(({ notReturned, observed }, period) =>
      ledger.counters.bumpReturns(period, notReturned, observed),
    )
    for (const version of cohort.policyVersions ?? []) bump(ledger.policyVersions, version, 1)
    for (const { steps, ...ended } of cohort.journeys) {
      let node: Node = root
      for (const step of steps) node = this.journeys.advance(node, this.journeys.stepIndex(step))
      outcomeColumns.forEach((outcome, column) => {
        if (outcome !== "provisional" && ended[outcome] > 0) ledger.journeys.add(node, column, ended[outcome])
      })
    }
    addCalls(ledger.calls, cohort.calls, 1)
    addTogether(ledger.other, cohort.other, 1)
    return ledger
  }

  /** All days together. */
  total(): Counters {
    const total = new Counters()
    for (const counters of this.days.values()) total.plus(counters)
    return total
  }

  /** Adds all that another tally has summed. What remains of a purged day counts once, whoever knows it. */
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
        const added = new Ledger()
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
    const snapshots = (ledgers: ReadonlyMap<number, Ledger>) =>
      Array.from(ledgers, ([day, ledger]) => [day, ledger.toSnapshot(nodeOf)] as const)
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
        const ledger = Ledger.fromSnapshot(saved)
        to.set(day, ledger)
        tally.sum(day, ledger, 1)
      }
    }
    return tally
  }
}

/** A tally as JSON carries it: what each day has added; the sums follow from it. */
export interface TallySnapshot {
  /** The journeys without their counts. */
  readonly journeys: Pick<Snapshot, "steps" | "nodes">
  readonly counted: ReadonlyArray<readonly [day: number, LedgerSnapshot]>
  readonly purged: ReadonlyArray<readonly [day: number, LedgerSnapshot]>
}

const columnsOf = (window: Cohort["windows"][number]) => Object.keys(window) as ReadonlyArray<keyof typeof window>

/** Whole seconds below an hour, whole minutes below a day, whole hours beyond: so that a histogram stays small. */
const coarse = (seconds: number): number =>
  seconds < 3600
    ? Math.floor(seconds)
    : seconds < 86_400
      ? Math.floor(seconds / 60) * 60
      : Math.floor(seconds / 3600) * 3600
