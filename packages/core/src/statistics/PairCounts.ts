/**
 * Counts by pairs of whole numbers in flat tables, 12 bytes a place: a year of a busy Customer has some millions of them.
 */

/** Counts by pairs of whole numbers. */
export class PairCounts {
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

  /** Adds counts from a flat list: one, other, count, and so on. */
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

  /** In the order of the pairs, so that equal counts give equal lists. */
  sorted(): Array<readonly [one: number, other: number, count: number]> {
    return Array.from(this).sort(([one, other], [another, last]) => one - another || other - last)
  }

  /** Drops pairs whose count is 0. */
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

/** Larger than any second and any column, and small enough for a double to hold a pair exactly. */
const radix = 2 ** 31
