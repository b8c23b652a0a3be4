/**
 * Wakes subscribers of this process when a log has grown: by an append of this process, or by what another has announced.
 */
import type { CustomerId, EventEnvelope } from "@tacet/core/eventsourcing"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

interface Log {
  /** The highest head announced to this process. */
  head: EventEnvelope.Position
  subscribers: number
  readonly waiting: Set<() => void>
}

/** The logs with a subscriber in this process. */
export interface Wakeups {
  /** The log has grown up to this position. */
  readonly grown: (customer: CustomerId.CustomerId, head: EventEnvelope.Position) => void
  /** Calls a listener whenever a log has grown, while the scope is open. */
  readonly watch: (listener: (customer: CustomerId.CustomerId) => void) => Effect.Effect<void, never, Scope.Scope>
  /** Keeps account of a log while the scope is open. */
  readonly subscribe: (customer: CustomerId.CustomerId) => Effect.Effect<void, never, Scope.Scope>
  /** Returns the head once the log is announced to have grown beyond a position. For subscribers. */
  readonly beyond: (
    customer: CustomerId.CustomerId,
    position: EventEnvelope.Position,
  ) => Effect.Effect<EventEnvelope.Position>
}

/** Without subscribers. */
export const make = (): Wakeups => {
  const logs = new Map<CustomerId.CustomerId, Log>()
  const listeners = new Set<(customer: CustomerId.CustomerId) => void>()
  return {
    grown: (customer, head) => {
      for (const listener of listeners) listener(customer)
      const log = logs.get(customer)
      if (log === undefined || head <= log.head) return
      log.head = head
      const sleepers = [...log.waiting]
      log.waiting.clear()
      for (const wakeUp of sleepers) wakeUp()
    },
    watch: (listener) =>
      Effect.asVoid(
        Effect.acquireRelease(
          // Two of one function are two listeners.
          Effect.sync(() => {
            const own = (customer: CustomerId.CustomerId) => listener(customer)
            listeners.add(own)
            return own
          }),
          (own) => Effect.sync(() => listeners.delete(own)),
        ),
      ),
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
      Effect.callback<EventEnvelope.Position>((resume) => {
        const log = logs.get(customer)
        if (log === undefined) return resume(Effect.succeed(position))
        if (log.head > position) return resume(Effect.succeed(log.head))
        // A resumed fiber runs at once: without the yield, subscribers would work inside the append of another.
        const wakeUp = () => resume(Effect.as(Effect.yieldNow, log.head))
        log.waiting.add(wakeUp)
        return Effect.sync(() => log.waiting.delete(wakeUp))
      }),
  }
}
