/**
 * What the interactions of one day have added to a tally, so that the day can be taken out of it as a whole when it is
 * purged. Counts stand in flat tables, 12 bytes a place: a year of a busy Customer has some millions of them.
 */
import { Counters } from "./Counters.ts"

/** Counts by pairs of whole numbers. */
class PairCounts {
  private keys: Float64Array<ArrayBuffer>
  private counts: Int32Array<ArrayBuffer>
  private used = 0

  constructor(slots = 16) {
    this.keys = new Float64Array(slots).fill(Number.NaN)
    this.counts = new Int32Array(slots)
  }

  add(one: number, other: number, by: number): void {
    const key = one * radix + other
    const slot = this.slotOf(one, other, key)
    if (Number.isNaN(this.keys[slot]!)) {
      if (++this.used * 3 > this.keys.length * 2) {
        this.grow()
        return this.add(one, other, by)
      }
      this.keys[slot] = key
    }
    this.counts[slot]! += by
  }

  /** Adds counts that stand one after the other: one, other, count. */
  addAll(triples: ReadonlyArray<number>): void {
    for (let at = 0; at < triples.length; at += 3) this.add(triples[at]!, triples[at + 1]!, triples[at + 2]!)
  }

  *[Symbol.iterator](): Generator<readonly [one: number, other: number, count: number]> {
    for (let slot = 0; slot < this.keys.length; slot++) {
      const [key, count] = [this.keys[slot]!, this.counts[slot]!]
      if (count === 0) continue
      const one = Math.floor(key / radix)
      yield [one, key - one * radix, count]
    }
  }

  /** In the order of the pairs: the same counts, however they came about, are the same list. */
  sorted(): Array<readonly [one: number, other: number, count: number]> {
    return Array.from(this).sort(([one, other], [another, last]) => one - another || other - last)
  }

  /** What counts to nothing takes no place afterwards. */
  private grow(): void {
    const kept = Array.from(this)
    const larger = new PairCounts(this.keys.length * 2)
    for (const [one, other, count] of kept) larger.add(one, other, count)
    this.keys = larger.keys
    this.counts = larger.counts
    this.used = larger.used
  }

  private slotOf(one: number, other: number, key: number): number {
    const mask = this.keys.length - 1
    const mixed = Math.imul(one ^ Math.imul(other + 1, 0x85ebca6b), 0x9e3779b1)
    let slot = (mixed ^ (mixed >>> 15)) & mask
    while (!Number.isNaN(this.keys[slot]!) && this.keys[slot] !== key) slot = (slot + 1) & mask
    return slot
  }
}

/** Beyond any second and any column; with it a pair stays a whole number that a double holds exactly. */
const radix = 2 ** 31

/** The figures of calls. */
export interface Calls {
  total: number
  legs: number
  effective: number
  notHuman: number
  humanUnknown: number
}

/** Nothing counted. */
export const noCalls = (): Calls => ({ total: 0, legs: 0, effective: 0, notHuman: 0, humanUnknown: 0 })

/** Adds, or takes away with a negative `by`. */
export const addCalls = (to: Calls, calls: Readonly<Calls>, by: number): void => {
  to.total += by * calls.total
  to.legs += by * calls.legs
  to.effective += by * calls.effective
  to.notHuman += by * calls.notHuman
  to.humanUnknown += by * calls.humanUnknown
}

/** Journeys that are told together, since too few persons took each: how many they were, and how they ended. */
export interface Together {
  journeys: number
  effective: number
  attemptFailed: number
  goal: number
  handedOff: number
  left: number
}

/** None. */
export const none = (): Together => ({
  journeys: 0,
  effective: 0,
  attemptFailed: 0,
  goal: 0,
  handedOff: 0,
  left: 0,
})

/** Adds, or takes away with a negative `by`. */
export const addTogether = (to: Together, other: Readonly<Together>, by: number): void => {
  to.journeys += by * other.journeys
  for (const ending of endings) to[ending] += by * other[ending]
}

const endings = ["effective", "attemptFailed", "goal", "handedOff", "left"] as const

/** How many interactions they are. */
export const interactionsOf = (together: Readonly<Together>): number =>
  endings.reduce((sum, ending) => sum + together[ending], 0)

/** Adds to a count; what comes to nothing is left out. */
export const bump = <Key>(counts: Map<Key, number>, key: Key, by: number): void => {
  const next = (counts.get(key) ?? 0) + by
  if (next === 0) counts.delete(key)
  else counts.set(key, next)
}

/** What a day has added. Its methods change it in place. */
export class Ledger {
  readonly counters: Counters
  /** By node and column of the prefix tree; a node below zero found no room in it. */
  readonly journeys = new PairCounts()
  /** By step and seconds. */
  readonly dwell = new PairCounts()
  readonly failedByHour = new Map<number, number>()
  readonly failedReasons = new Map<string, number>()
  readonly policyVersions = new Map<string, number>()
  readonly calls: Calls = noCalls()
  readonly other: Together = none()
  overrodeInhibition = 0

  constructor(counters = new Counters()) {
    this.counters = counters
  }

  /** Adds all of another, whose nodes and steps have other numbers. */
  plus(other: Ledger, nodeOf: (node: number) => number, stepOf: (step: number) => number): void {
    this.counters.plus(other.counters)
    for (const [node, column, count] of other.journeys) this.journeys.add(nodeOf(node), column, count)
    for (const [step, seconds, count] of other.dwell) this.dwell.add(stepOf(step), seconds, count)
    for (const [hour, count] of other.failedByHour) bump(this.failedByHour, hour, count)
    for (const [reason, count] of other.failedReasons) bump(this.failedReasons, reason, count)
    for (const [version, count] of other.policyVersions) bump(this.policyVersions, version, count)
    addCalls(this.calls, other.calls, 1)
    addTogether(this.other, other.other, 1)
    this.overrodeInhibition += other.overrodeInhibition
  }

  toSnapshot(nodeOf: (node: number) => number): LedgerSnapshot {
    return {
      counters: this.counters.values,
      journeys: this.journeys.sorted().flatMap(([node, column, count]) => [nodeOf(node), column, count]),
      dwell: this.dwell.sorted().flat(),
      failedByHour: Array.from(this.failedByHour),
      failedReasons: Array.from(this.failedReasons),
      policyVersions: Array.from(this.policyVersions),
      calls: { ...this.calls },
      other: { ...this.other },
      overrodeInhibition: this.overrodeInhibition,
    }
  }

  static fromSnapshot(snapshot: LedgerSnapshot): Ledger {
    const ledger = new Ledger(new Counters(snapshot.counters))
    ledger.journeys.addAll(snapshot.journeys)
    ledger.dwell.addAll(snapshot.dwell)
    for (const [hour, count] of snapshot.failedByHour) ledger.failedByHour.set(hour, count)
    for (const [reason, count] of snapshot.failedReasons) ledger.failedReasons.set(reason, count)
    for (const [version, count] of snapshot.policyVersions) ledger.policyVersions.set(version, count)
    addCalls(ledger.calls, snapshot.calls, 1)
    addTogether(ledger.other, snapshot.other, 1)
    ledger.overrodeInhibition = snapshot.overrodeInhibition
    return ledger
  }
}

/** A ledger as JSON carries it. */
export interface LedgerSnapshot {
  readonly counters: ReadonlyArray<number>
  /** Node, column and count of each. */
  readonly journeys: ReadonlyArray<number>
  /** Step, seconds and count of each. */
  readonly dwell: ReadonlyArray<number>
  readonly failedByHour: ReadonlyArray<readonly [number, number]>
  readonly failedReasons: ReadonlyArray<readonly [string, number]>
  readonly policyVersions: ReadonlyArray<readonly [string, number]>
  readonly calls: Readonly<Calls>
  readonly other: Readonly<Together>
  readonly overrodeInhibition: number
}
