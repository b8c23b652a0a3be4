/**
 * Tells subscribers of this process that a log has grown, without a word to the database.
 */
import type { CustomerId, EventEnvelope } from "@tacet/core/eventsourcing"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

interface Log {
  /** How far this process knows the log to be. */
  head: EventEnvelope.Position
  subscribers: number
  readonly waiting: Set<() => void>
}

/** The logs that somebody in this process subscribes to. */
export interface Wakeups {
  /** The log has grown up to this position. */
  readonly grown: (customer: CustomerId.CustomerId, head: EventEnvelope.Position) => void
  /** Keeps account of a log while the scope is open. */
  readonly subscribe: (customer: CustomerId.CustomerId) => Effect.Effect<void, never, Scope.Scope>
  /** Returns when the log is known to have grown beyond a position. For those who have subscribed. */
  readonly beyond: (customer: CustomerId.CustomerId, position: EventEnvelope.Position) => Effect.Effect<void>
}

/** Nobody has subscribed yet. */
export const make = (): Wakeups => {
  const logs = new Map<CustomerId.CustomerId, Log>()
  return {
    grown: (customer, head) => {
      const log = logs.get(customer)
      if (log === undefined || head <= log.head) return
      log.head = head
      const sleepers = [...log.waiting]
      log.waiting.clear()
      for (const wakeUp of sleepers) wakeUp()
    },
    subscribe: (customer) =>
      Effect.acquireRelease(
        Effect.sync(() => {
          const log = logs.get(customer) ?? { head: 0, subscribers: 0, waiting: new Set() }
          log.subscribers++
          logs.set(customer, log)
        }),
        () =>
          Effect.sync(() => {
            const log = logs.get(customer)
            if (log !== undefined && --log.subscribers === 0) logs.delete(customer)
          }),
      ),
    beyond: (customer, position) =>
      Effect.callback<void>((resume) => {
        const log = logs.get(customer)
        if (log === undefined || log.head > position) return resume(Effect.void)
        // A resumed fiber runs at once: without the yield, subscribers would work inside the append of another.
        const wakeUp = () => resume(Effect.yieldNow)
        log.waiting.add(wakeUp)
        return Effect.sync(() => log.waiting.delete(wakeUp))
      }),
  }
}
