/**
 * Gathers items into batches of bounded size.
 */
import type { SourceItem } from "../SourceRow.ts"

/** The most items that a batch holds. */
export const batchSize = 1000

/** Items waiting to be handed on. */
export class Batches {
  private waiting: Array<SourceItem> = []

  add(item: SourceItem | undefined): void {
    if (item !== undefined) this.waiting.push(item)
  }

  /** The full batches, and on the `last` call the rest. */
  *take(last = false): Generator<ReadonlyArray<SourceItem>> {
    let from = 0
    while (this.waiting.length - from >= batchSize || (last && this.waiting.length > from)) {
      yield this.waiting.slice(from, (from += batchSize))
    }
    this.waiting = this.waiting.slice(from)
  }
}
