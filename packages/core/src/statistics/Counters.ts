/**
 * The headline counters of one day or of several, as one row of numbers that can be added and taken away.
 */
import type { Contribution } from "./Contribution.ts"
import { windows } from "./Definition.ts"

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
  private bump(place: number, by: number): void {
    this.values[place]! += by
  }
  bumpWindow(window: number, column: keyof typeof windowColumns, by: number): void {
    this.values[windowsPlace + window * windowWidth + windowColumns[column]]! += by
  }
  plus(other: Counters, by = 1): void {
    for (let place = 0; place < width; place++) this.values[place]! += by * other.values[place]!
  }
  isZero(): boolean {
    return this.values.every((value) => value === 0)
  }

  /** Counts a contribution, or takes it back with `by` −1. */
  count(contribution: Contribution, by: 1 | -1): void {
    this.bump(startedPlace, by)
    if (contribution.excluded) return this.bump(excludedPlace, by)
    contribution.standings.forEach((standing, window) => {
      this.bumpWindow(window, standing === "deflected" ? contribution.deflectedKind : standing, by)
      if (!contribution.linkable) return
      if (standing === "attemptFailed" || standing === "deflected") {
        this.bumpWindow(window, "linkableNoEffective", by)
        this.bumpWindow(window, "linkable", by)
      } else if (standing === "effective") {
        this.bumpWindow(window, "linkable", by)
      }
    })
    contribution.returned.forEach((returned, period) => {
      if (returned === undefined) return
      this.bumpReturns(period, returned ? 0 : by, by)
    })
  }
  bumpStarted(started: number, excluded: number): void {
    this.bump(startedPlace, started)
    this.bump(excludedPlace, excluded)
  }
  bumpReturns(period: number, notReturned: number, observed: number): void {
    this.bump(returnsPlace + period * 2, notReturned)
    this.bump(returnsPlace + period * 2 + 1, observed)
  }
}
