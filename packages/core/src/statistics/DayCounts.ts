/**
 * The counts that the interactions of one day have added to a tally, so that the day can be taken out of it as a whole
 * when it is purged.
 */
import type { DayCounters } from "../domain/PurgedDay.ts"
import * as Measures from "./Measures.ts"
import { PairCounts } from "./PairCounts.ts"

/** The counts of one day. Its methods change it in place. */
export class DayCounts {
  readonly measures: Measures.Measures
  /** By node and column of the prefix tree; a node below zero found no room in it. */
  readonly journeys = new PairCounts()
  /** By step and seconds. */
  readonly dwell = new PairCounts()

  constructor(measures = Measures.empty()) {
    this.measures = measures
  }

  /** The counts that were kept of a purged day, its journeys apart. */
  static restored(kept: DayCounters): DayCounts {
    return new DayCounts(Measures.restored(kept))
  }

  /** Adds all of another, whose nodes and steps have other numbers. */
  plus(other: DayCounts, nodeOf: (node: number) => number, stepOf: (step: number) => number): void {
    Measures.add(this.measures, other.measures, 1)
    for (const [node, column, count] of other.journeys) this.journeys.add(nodeOf(node), column, count)
    for (const [step, seconds, count] of other.dwell) this.dwell.add(stepOf(step), seconds, count)
  }

  toSnapshot(nodeOf: (node: number) => number): DaySnapshot {
    const { counters, ...others } = Measures.save(this.measures)
    return {
      counters,
      journeys: this.journeys.sorted().flatMap(([node, column, count]) => [nodeOf(node), column, count]),
      dwell: this.dwell.sorted().flat(),
      ...others,
    }
  }

  static fromSnapshot(snapshot: DaySnapshot): DayCounts {
    const counts = new DayCounts(Measures.load(snapshot))
    counts.journeys.addAll(snapshot.journeys)
    counts.dwell.addAll(snapshot.dwell)
    return counts
  }
}

/** The counts of a day as JSON carries them. */
export interface DaySnapshot extends Measures.SavedMeasures {
  /** Node, column and count of each. */
  readonly journeys: ReadonlyArray<number>
  /** Step, seconds and count of each. */
  readonly dwell: ReadonlyArray<number>
}
