/**
 * Wakes the subscribers of this layer when it has appended to their log.
 */
import type { CustomerId } from "@tacet/core/eventsourcing"
import * as Effect from "effect/Effect"

/** The sleepers of each log. */
export interface Wakeups {
  /** The log has grown. */
  readonly grown: (customer: CustomerId.CustomerId) => void
  /** How often it has. */
  readonly count: (customer: CustomerId.CustomerId) => number
  /** Returns once it has grown more often than that. */
  readonly after: (customer: CustomerId.CustomerId, count: number) => Effect.Effect<void>
}

/** Without sleepers. */
export const make = (): Wakeups => {
  const counts = new Map<CustomerId.CustomerId, number>()
  const sleepers = new Map<CustomerId.CustomerId, Set<() => void>>()
  const countOf = (customer: CustomerId.CustomerId): number => counts.get(customer) ?? 0
  return {
    count: countOf,
    grown: (customer) => {
      counts.set(customer, countOf(customer) + 1)
      const all = sleepers.get(customer) ?? []
      sleepers.delete(customer)
      for (const wakeUp of all) wakeUp()
    },
    after: (customer, count) =>
      Effect.callback<void>((resume) => {
        if (countOf(customer) > count) return resume(Effect.void)
        const all = sleepers.get(customer) ?? new Set<() => void>()
        sleepers.set(customer, all)
        // A resumed fiber runs at once: without the yield, subscribers would work inside the append of another.
        const wakeUp = () => resume(Effect.yieldNow)
        all.add(wakeUp)
        return Effect.sync(() => {
          all.delete(wakeUp)
          if (all.size === 0 && sleepers.get(customer) === all) sleepers.delete(customer)
        })
      }),
  }
}
