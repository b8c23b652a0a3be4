/**
 * A map that never changes: one with another entry shares what the older one holds. Copying a `Map` for each event makes
 * a history of `n` entries cost `n²`; here an entry is copied some `log n` times. It is read as a `Map` is, in the order in
 * which keys came.
 */

/** Such a map. */
export class GrowingMap<K, V> implements ReadonlyMap<K, V> {
  /** From the oldest on; each holds at least twice as many entries as the next. A newer one decides. */
  readonly #levels: ReadonlyArray<ReadonlyMap<K, V>>
  readonly size: number

  private constructor(levels: ReadonlyArray<ReadonlyMap<K, V>>, size: number) {
    this.#levels = levels
    this.size = size
  }

  /** Without an entry. */
  static empty<K, V>(): GrowingMap<K, V> {
    return new GrowingMap<K, V>([], 0)
  }

  /** With an entry more, or another value of a key. */
  with(key: K, value: V): GrowingMap<K, V> {
    const levels = [...this.#levels]
    let newest: ReadonlyMap<K, V> = new Map([[key, value]])
    for (let older = levels.at(-1); older !== undefined && older.size < 2 * newest.size; older = levels.at(-1)) {
      newest = new Map([...older, ...newest])
      levels.pop()
    }
    return new GrowingMap([...levels, newest], this.has(key) ? this.size : this.size + 1)
  }

  get(key: K): V | undefined {
    return this.#levels.findLast((level) => level.has(key))?.get(key)
  }

  has(key: K): boolean {
    return this.#levels.some((level) => level.has(key))
  }

  forEach(each: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this) each(value, key, this)
  }

  *entries(): MapIterator<[K, V]> {
    for (const key of this.keys()) yield [key, this.get(key) as V]
  }

  *keys(): MapIterator<K> {
    for (const [place, level] of this.#levels.entries()) {
      const older = this.#levels.slice(0, place)
      for (const key of level.keys()) if (!older.some((one) => one.has(key))) yield key
    }
  }

  *values(): MapIterator<V> {
    for (const [, value] of this) yield value
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries()
  }
}
