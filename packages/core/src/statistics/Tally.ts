/**
 * Sums of contributions. A tally is a commutative monoid: contributions can be added in any order and taken back, and
 * tallies of shards add up to the tally of the whole.
 */
import type { Contribution } from "./Contribution.ts"
import { type Definition, windows } from "./Definition.ts"
import { JourneyTree, type Node, type OutcomeColumn, root, type Snapshot } from "./JourneyTree.ts"
import * as LocalTime from "./LocalTime.ts"

/** The counters of one window of one day, by their place. */
export const windowColumns = {
  open: 0,
  pendingUndecided: 1,
  pendingEffective: 2,
  effective: 3,
  attemptFailed: 4,
  goal: 5,
  handedOff: 6,
  left: 7,
  bounced: 8,
  linkable: 9,
  linkableNoEffective: 10,
} as const
const windowWidth = 11
const startedPlace = 0
const excludedPlace = 1
const windowsPlace = 2
const returnsPlace = windowsPlace + windows.length * windowWidth
const width = returnsPlace + 6

/** The counters of one day or of several. */
export class Counters {
  readonly values: Array<number>

  constructor(values: ReadonlyArray<number> = new Array<number>(width).fill(0)) {
    this.values = values.slice()
  }
  get started(): number {
    return this.values[startedPlace]!
  }
  get excluded(): number {
    return this.values[excludedPlace]!
  }
  /** A counter of a window. */
  of(window: number, column: keyof typeof windowColumns): number {
    return this.values[windowsPlace + window * windowWidth + windowColumns[column]]!
  }
  /** Deflected interactions of a window, of every kind. */
  deflected(window: number): number {
    return this.of(window, "goal") + this.of(window, "handedOff") + this.of(window, "left") + this.of(window, "bounced")
  }
  /** Settled interactions of a window. */
  settled(window: number): number {
    return this.of(window, "effective") + this.of(window, "attemptFailed") + this.deflected(window)
  }
  pending(window: number): number {
    return this.of(window, "pendingUndecided") + this.of(window, "pendingEffective")
  }
  /** Of those whose return could be observed for 24 h, 72 h or 7 d: how many did not return, and how many there are. */
  notReturned(period: 0 | 1 | 2): readonly [k: number, n: number] {
    return [this.values[returnsPlace + period * 2]!, this.values[returnsPlace + period * 2 + 1]!]
  }
  bump(place: number, by: number): void {
    this.values[place]! += by
  }
  bumpWindow(window: number, column: keyof typeof windowColumns, by: number): void {
    this.values[windowsPlace + window * windowWidth + windowColumns[column]]! += by
  }
  plus(other: Counters): void {
    for (let place = 0; place < width; place++) this.values[place]! += other.values[place]!
  }
  isZero(): boolean {
    return this.values.every((value) => value === 0)
  }
}

/** The figures of calls. */
export interface Calls {
  total: number
  legs: number
  effective: number
  notHuman: number
  humanUnknown: number
}

/** A tally. Its methods change it in place. */
export class Tally {
  readonly definition: Definition
  readonly local: LocalTime.LocalTime
  readonly days = new Map<number, Counters>()
  readonly failedReasons = new Map<string, number>()
  readonly failedByHour: Array<number> = new Array<number>(168).fill(0)
  readonly policyVersions = new Map<string, number>()
  readonly calls: Calls = { total: 0, legs: 0, effective: 0, notHuman: 0, humanUnknown: 0 }
  overrodeInhibition = 0
  readonly journeys: JourneyTree
  /** How long people stayed at a step before the next: step name → seconds → visits. */
  readonly dwell = new Map<string, Map<number, number>>()
  private readonly headline: number

  constructor(definition: Definition, journeys = new JourneyTree(definition)) {
    this.definition = definition
    this.local = LocalTime.make(definition.timeZone)
    this.journeys = journeys
    this.headline = windows.indexOf(definition.window)
  }

  /** Adds a contribution, or takes it back with `by` −1. */
  add(contribution: Contribution, by: 1 | -1): void {
    const day = this.local.day(contribution.startedAt)
    const counters = this.days.get(day) ?? new Counters()
    this.days.set(day, counters)
    counters.bump(startedPlace, by)
    if (contribution.excluded) counters.bump(excludedPlace, by)
    else this.addCounted(contribution, counters, by)
    if (counters.isZero()) this.days.delete(day)
  }

  private addCounted(contribution: Contribution, counters: Counters, by: 1 | -1): void {
    contribution.standings.forEach((standing, window) => {
      counters.bumpWindow(window, standing === "deflected" ? contribution.deflectedKind : standing, by)
      if (!contribution.linkable) return
      if (standing === "attemptFailed" || standing === "deflected") {
        counters.bumpWindow(window, "linkableNoEffective", by)
        counters.bumpWindow(window, "linkable", by)
      } else if (standing === "effective") {
        counters.bumpWindow(window, "linkable", by)
      }
    })
    contribution.returned.forEach((returned, period) => {
      if (returned === undefined) return
      counters.bump(returnsPlace + period * 2 + 1, by)
      if (!returned) counters.bump(returnsPlace + period * 2, by)
    })
    for (const call of contribution.calls) {
      this.calls.total += by
      this.calls.legs += by * call.legs
      if (call.effective) this.calls.effective += by
      if (call.notHuman) this.calls.notHuman += by
      if (call.humanUnknown) this.calls.humanUnknown += by
    }
    if (contribution.overrodeInhibition) this.overrodeInhibition += by
    bump(this.policyVersions, contribution.policyVersion, by)
    const reason = contribution.failedReasons[this.headline]
    if (reason !== undefined) bump(this.failedReasons, reason, by)
    if (contribution.failedAt !== undefined) {
      this.failedByHour[this.local.hourOfWeek(contribution.failedAt)]! += by
    }
    this.addJourney(contribution, by)
  }

  private addJourney(contribution: Contribution, by: 1 | -1): void {
    const { journey, journeyAt } = contribution
    let node: Node = root
    let since = 0
    for (let place = 0; place < journey.length; place++) {
      const step = journey[place]!
      const before = journey[since]!
      if (place > 0 && !(this.definition.collapse && step === before)) {
        const seconds = coarse((journeyAt[place]! - journeyAt[since]!) / 1000)
        const histogram = this.dwell.get(before) ?? new Map<number, number>()
        this.dwell.set(before, histogram)
        bump(histogram, seconds, by)
        if (histogram.size === 0) this.dwell.delete(before)
        since = place
      }
      node = this.journeys.advance(node, this.journeys.stepIndex(step))
    }
    this.journeys.count(node, this.outcomeOf(contribution), by)
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

  /** All days together. */
  total(): Counters {
    const total = new Counters()
    for (const counters of this.days.values()) total.plus(counters)
    return total
  }

  /** Adds all that another tally has summed. */
  merge(other: Tally): void {
    for (const [day, counters] of other.days) {
      const mine = this.days.get(day)
      if (mine === undefined) this.days.set(day, new Counters(counters.values))
      else mine.plus(counters)
    }
    for (const [reason, count] of other.failedReasons) bump(this.failedReasons, reason, count)
    for (const [version, count] of other.policyVersions) bump(this.policyVersions, version, count)
    other.failedByHour.forEach((count, hour) => (this.failedByHour[hour]! += count))
    for (const key of ["total", "legs", "effective", "notHuman", "humanUnknown"] as const) {
      this.calls[key] += other.calls[key]
    }
    this.overrodeInhibition += other.overrodeInhibition
    for (const [step, histogram] of other.dwell) {
      const mine = this.dwell.get(step) ?? new Map<number, number>()
      this.dwell.set(step, mine)
      for (const [seconds, count] of histogram) bump(mine, seconds, count)
    }
    this.journeys.merge(other.journeys)
  }

  toSnapshot(): TallySnapshot {
    return {
      days: Array.from(this.days, ([day, counters]) => [day, counters.values]),
      failedReasons: Array.from(this.failedReasons),
      failedByHour: this.failedByHour,
      policyVersions: Array.from(this.policyVersions),
      calls: { ...this.calls },
      overrodeInhibition: this.overrodeInhibition,
      dwell: Array.from(this.dwell, ([step, histogram]) => [step, Array.from(histogram)]),
      journeys: this.journeys.toSnapshot(),
    }
  }

  static fromSnapshot(definition: Definition, snapshot: TallySnapshot): Tally {
    const tally = new Tally(definition, JourneyTree.fromSnapshot(definition, snapshot.journeys))
    for (const [day, values] of snapshot.days) tally.days.set(day, new Counters(values))
    for (const [reason, count] of snapshot.failedReasons) tally.failedReasons.set(reason, count)
    snapshot.failedByHour.forEach((count, hour) => (tally.failedByHour[hour] = count))
    for (const [version, count] of snapshot.policyVersions) tally.policyVersions.set(version, count)
    Object.assign(tally.calls, snapshot.calls)
    tally.overrodeInhibition = snapshot.overrodeInhibition
    for (const [step, histogram] of snapshot.dwell) tally.dwell.set(step, new Map(histogram))
    return tally
  }
}

/** A tally as JSON carries it. */
export interface TallySnapshot {
  readonly days: ReadonlyArray<readonly [number, ReadonlyArray<number>]>
  readonly failedReasons: ReadonlyArray<readonly [string, number]>
  readonly failedByHour: ReadonlyArray<number>
  readonly policyVersions: ReadonlyArray<readonly [string, number]>
  readonly calls: Readonly<Calls>
  readonly overrodeInhibition: number
  readonly dwell: ReadonlyArray<readonly [string, ReadonlyArray<readonly [number, number]>]>
  readonly journeys: Snapshot
}

/** Whole seconds below an hour, whole minutes below a day, whole hours beyond: so that a histogram stays small. */
const coarse = (seconds: number): number =>
  seconds < 3600
    ? Math.floor(seconds)
    : seconds < 86_400
      ? Math.floor(seconds / 60) * 60
      : Math.floor(seconds / 3600) * 3600

const bump = <Key>(counts: Map<Key, number>, key: Key, by: number): void => {
  const next = (counts.get(key) ?? 0) + by
  if (next === 0) counts.delete(key)
  else counts.set(key, next)
}
