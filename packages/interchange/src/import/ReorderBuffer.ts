/**
 * Restores the order of time for rows that arrive slightly out of order. A row is held until no later row can precede
 * it: until the latest moment seen is more than the lateness beyond it. So any shuffle within the lateness yields the
 * same order, and the buffer holds no more rows than the lateness spans.
 */
import type { SourceRow } from "../SourceRow.ts"
import * as Heap from "./Heap.ts"

/** A row whose turn it is. */
export interface Ordered {
  readonly row: SourceRow
  /** It arrived after rows that follow it in time had been emitted: later than the lateness allows. */
  readonly late: boolean
}

export interface ReorderBuffer {
  /** How many rows are held. */
  readonly size: number
  /** Takes the next row of the file; gives the rows whose turn has come. */
  readonly push: (row: SourceRow) => ReadonlyArray<Ordered>
  /** Gives all that is held: the file has ended. */
  readonly drain: () => ReadonlyArray<Ordered>
}

interface Held {
  readonly row: SourceRow
  /** The place in the file: the order of rows of one moment. */
  readonly sequence: number
}

/** A buffer that waits so long, in milliseconds of the rows' own time. */
export const make = (latenessMillis: number): ReorderBuffer => {
  const heap = Heap.make<Held>((one, other) => one.row.at - other.row.at || one.sequence - other.sequence)
  let sequence = 0
  let latest = Number.NEGATIVE_INFINITY
  let given = Number.NEGATIVE_INFINITY

  const giveBefore = (moment: number): ReadonlyArray<Ordered> => {
    const ordered: Array<Ordered> = []
    for (let next = heap.peek(); next !== undefined && next.row.at < moment; next = heap.peek()) {
      heap.pop()
      ordered.push({ row: next.row, late: next.row.at < given })
      given = Math.max(given, next.row.at)
    }
    return ordered
  }

  return {
    get size() {
      return heap.size
    },
    push: (row) => {
      heap.push({ row, sequence: sequence++ })
      latest = Math.max(latest, row.at)
      // Strictly before: a row of that very moment may still come.
      return giveBefore(latest - latenessMillis)
    },
    drain: () => giveBefore(Number.POSITIVE_INFINITY),
  }
}
