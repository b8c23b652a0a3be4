/**
 * What services keep of Customers in memory, within a bound: the least recently used is evicted first, and read
 * again from the log when it is wanted.
 */
import * as Context from "effect/Context"

/**
 * How much the services keep in memory of what they have read of Customers. Whatever is forgotten is read again from the log.
 *
 * @example
 * ```ts
 * import { Customers } from "@tacet/core/services"
 * import * as Layer from "effect/Layer"
 *
 * const small = Layer.succeed(Customers.Memory, { declarations: 20_000, pseudonyms: 5_000 })
 * ```
 */
export const Memory: Context.Reference<{
  /**
   * How many declarations, a number or an entry point each, with fifty for a Customer itself. Default 200,000: some 4,000
   * Customers, some 40 MB.
   */
  readonly declarations: number
  /** How many pseudonyms of Customers that use recognition or public statistics. Default 100,000. */
  readonly pseudonyms: number
}> = Context.Reference("@tacet/core/services/Customers/Memory", {
  defaultValue: () => ({ declarations: 200_000, pseudonyms: 100_000 }),
})

/** Values by key, of a total weight of at most so much, the latest one aside. */
export interface Kept<K, V> {
  /** The value of a key, which counts as asked for. */
  readonly get: (key: K) => V | undefined
  /** Keeps a value, and evicts the least recently used. */
  readonly set: (key: K, value: V) => void
  readonly forget: (key: K) => void
}

/** Keeps nothing yet. */
export const make = <K, V>(most: number, weigh: (value: V) => number): Kept<K, V> => {
  // In the order in which they were asked for.
  const kept = new Map<K, { readonly value: V; readonly weight: number }>()
  let total = 0
  const forget = (key: K): void => {
    total -= kept.get(key)?.weight ?? 0
    kept.delete(key)
  }
  return {
    get: (key) => {
      const found = kept.get(key)
      if (found === undefined) return undefined
      kept.delete(key)
      kept.set(key, found)
      return found.value
    },
    set: (key, value) => {
      forget(key)
      const weight = weigh(value)
      total += weight
      kept.set(key, { value, weight })
      for (const oldest of kept.keys()) {
        if (total <= most || oldest === key) return
        forget(oldest)
      }
    },
    forget,
  }
}
