/**
 * A place that keeps keys in memory.
 */
import * as Effect from "effect/Effect"
import type { CustomerId } from "@tacet/core/eventsourcing"
import { KeyStore } from "@tacet/core/privacy"

/** The keys of each Customer. */
export type Kept = Map<CustomerId.CustomerId, KeyStore.CustomerKeys>

/** Keeps keys in a map, an empty one unless it is given. */
export const keysInMemory = (kept: Kept = new Map()): KeyStore.KeyMaterial => ({
  load: (customer) => Effect.sync(() => kept.get(customer) ?? KeyStore.noKeys),
  change: (customer, next) =>
    Effect.sync(() => {
      const changed = next(kept.get(customer) ?? KeyStore.noKeys)
      kept.set(customer, changed)
      return changed
    }),
})
