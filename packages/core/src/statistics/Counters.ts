/**
 * The headline counters of one day or of several, as one row of numbers that can be added and taken away.
 */
import type { CountedDay, DayCounters } from "../domain/PurgedDay.ts"
import type { Contribution } from "./Contribution.ts"
import { windows } from "./Definition.ts"

/** The counters of one window of one day, by their place. */
const windowColumns = {
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
type WindowColumn = keyof typeof windowColumns
const windowWidth = Object.keys(windowColumns).length
const startedPlace = 0
const excludedPlace = 1
const windowsPlace = 2
const returnsPlace = windowsPlace + windows.length * windowWidth
/** Returns are observed for 24 h, 72 h and 7 d. */
const periods = 3
const width = returnsPlace + periods * 2

/** The columns that a purged day keeps of a window: all its interactions are settled, so none is open or pending. */
const keptColumns = [
  "effective",
  "attemptFailed",
  "goal",
  "handedOff",
  "left",
  "bounced",
  "linkable",
  "linkableNoEffective",
] as const satisfies ReadonlyArray<keyof CountedDay["windows"][number]>

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
  of(window: number, column: WindowColumn): number {
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
  /** Of the interactions observed for 24 h, 72 h or 7 d: how many had no return, and how many there are. */
  notReturned(period: 0 | 1 | 2): readonly [k: number, n: number] {
    return [this.values[returnsPlace + period * 2]!, this.values[returnsPlace + period * 2 + 1]!]
  }
  private bump(place: number, by: number): void {
    this.values[place]! += by
  }
  private bumpWindow(window: number, column: WindowColumn, by: number): void {
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
    contribution.outcomes.forEach((outcome, window) => {
      this.bumpWindow(window, outcome === "deflected" ? contribution.deflectedKind : outcome, by)
      if (!contribution.linkable) return
      if (outcome === "attemptFailed" || outcome === "deflected") {
        this.bumpWindow(window, "linkableNoEffective", by)
        this.bumpWindow(window, "linkable", by)
      } else if (outcome === "effective") {
        this.bumpWindow(window, "linkable", by)
      }
    })
    contribution.returned.forEach((returned, period) => {
      if (returned === undefined) return
      this.bumpReturns(period, returned ? 0 : by, by)
    })
  }
  private bumpReturns(period: number, notReturned: number, observed: number): void {
    this.bump(returnsPlace + period * 2, notReturned)
    this.bump(returnsPlace + period * 2 + 1, observed)
  }

  /** The counters that a day keeps when its interactions are purged. */
  get kept(): Required<Pick<CountedDay, "started" | "excluded" | "windows" | "returns">> {
    const windowOf = (window: number) =>
      Object.fromEntries(
        keptColumns.map((column) => [column, this.of(window, column)]),
      ) as CountedDay["windows"][number]
    return {
      started: this.started,
      excluded: this.excluded,
      windows: windows.map((_, window) => windowOf(window)),
      returns: ([0, 1, 2] as const).map((period) => {
        const [notReturned, observed] = this.notReturned(period)
        return { notReturned, observed }
      }),
    }
  }

  /** Adds the counters of a purged day. */
  restore({ excluded, returns, started, windows: kept }: DayCounters): void {
    this.bump(startedPlace, started)
    this.bump(excludedPlace, excluded)
    kept.forEach((window, index) => {
      for (const column of keptColumns) this.bumpWindow(index, column, window[column])
    })
    returns?.forEach(({ notReturned, observed }, period) => this.bumpReturns(period, notReturned, observed))
  }
}
