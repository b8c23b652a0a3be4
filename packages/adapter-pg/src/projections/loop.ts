/**
 * One loop for the logs of many Customers: it folds a few at a time, asks rarely where a log does not grow, and at once where somebody
 * says that it has.
 */
import type { CustomerId, EventStore } from "@tacet/core/eventsourcing"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"
import * as RealTime from "../server/RealTime.ts"
import type { Attempted } from "./attempts.ts"

/** A Customer in the loop. */
interface Visited<R> {
  readonly attempt: Effect.Effect<Attempted, never, R>
  /** How far its log is known to be folded; nothing before the first visit. */
  checkpoint: number | undefined
  isWaiting: boolean
  /** Whether a worker visits it: another one would find its lease taken. */
  isVisited: boolean
  /** When it is visited next, by a monotonic clock, and for how long it waits after a visit in vain. */
  due: number
  pause: number
}

/** Who says that a log has grown. */
export interface Growth {
  /** Calls a listener whenever that is said, while the scope is open. */
  readonly watch: (listener: (customer: CustomerId.CustomerId) => void) => Effect.Effect<void, never, Scope.Scope>
}

/** How the loop goes. */
export interface Pace {
  readonly concurrency: number
  readonly shortest: Duration.Input
  readonly longest: Duration.Input
}

/** Folds the logs of all Customers for as long as it is run. */
export const loop: <R, CustomersError, CustomersR>(
  store: EventStore.EventStore["Service"],
  growth: Growth,
  customers: Effect.Effect<Iterable<CustomerId.CustomerId>, CustomersError, CustomersR>,
  attemptFor: (customer: CustomerId.CustomerId) => Effect.Effect<Attempted, never, R>,
  leave: (customer: CustomerId.CustomerId) => Effect.Effect<void>,
  pace: Pace,
) => Effect.Effect<never, CustomersError, R | CustomersR | Scope.Scope> = Effect.fnUntraced(function* <
  R,
  CustomersError,
  CustomersR,
>(
  store: EventStore.EventStore["Service"],
  growth: Growth,
  customers: Effect.Effect<Iterable<CustomerId.CustomerId>, CustomersError, CustomersR>,
  attemptFor: (customer: CustomerId.CustomerId) => Effect.Effect<Attempted, never, R>,
  leave: (customer: CustomerId.CustomerId) => Effect.Effect<void>,
  pace: Pace,
): Effect.fn.Return<never, CustomersError, R | CustomersR | Scope.Scope> {
  const shortest = Duration.toMillis(Duration.fromInputUnsafe(pace.shortest))
  const longest = Duration.toMillis(Duration.fromInputUnsafe(pace.longest))
  const visited = new Map<CustomerId.CustomerId, Visited<R>>()
  const grown = yield* Latch.make(false)
  yield* growth.watch((customer) => {
    const one = visited.get(customer)
    // One that waits for its lease, or has failed, is not hurried.
    if (one === undefined || one.isWaiting) return
    one.due = 0
    one.pause = shortest
    grown.openUnsafe()
  })
  yield* Effect.addFinalizer(() => Effect.forEach(visited.keys(), leave, { discard: true }))

  /** Whether the log has grown since it was folded; where nobody can say, the attempt tells. */
  const hasGrown = (customer: CustomerId.CustomerId, { checkpoint }: Visited<R>) =>
    checkpoint === undefined
      ? Effect.succeed(true)
      : store.readLog(customer, { after: checkpoint, limit: 1 }).pipe(
          Effect.map(({ head }) => head > checkpoint),
          Effect.orElseSucceed(() => true),
        )

  const visit = Effect.fnUntraced(function* ([customer, one]: readonly [CustomerId.CustomerId, Visited<R>]) {
    // Whoever says during the visit that the log has grown is heard behind it.
    one.due = Number.POSITIVE_INFINITY
    one.isVisited = true
    const before = one.checkpoint
    const became = (yield* hasGrown(customer, one)) ? yield* one.attempt : undefined
    if (became === "retired") return
    one.isWaiting = became === "waits"
    if (became !== undefined) one.checkpoint = became === "waits" ? undefined : became.checkpoint
    const isInVain = became === undefined || became === "waits" || became.checkpoint === before
    one.pause = isInVain ? Math.min(one.pause * 2, longest) : shortest
    one.due = Math.min(one.due, RealTime.now() + one.pause)
    one.isVisited = false
  })

  const list = Effect.gen(function* () {
    const asked = new Set(yield* customers)
    for (const customer of asked) {
      if (visited.has(customer)) continue
      visited.set(customer, {
        attempt: attemptFor(customer),
        checkpoint: undefined,
        isWaiting: false,
        isVisited: false,
        due: 0,
        pause: shortest,
      })
      yield* grown.open
    }
    for (const customer of visited.keys()) {
      if (asked.has(customer)) continue
      visited.delete(customer)
      yield* leave(customer)
    }
    yield* RealTime.wait(shortest)
  })

  /** Visits whoever has been due for longest, or waits until somebody is. A log that takes long to fold holds up no other worker. */
  const work = Effect.suspend(() => {
    const now = RealTime.now()
    let next: readonly [CustomerId.CustomerId, Visited<R>] | undefined
    for (const entry of visited) {
      if (!entry[1].isVisited && (next === undefined || entry[1].due < next[1].due)) next = entry
    }
    if (next !== undefined && next[1].due <= now) return visit(next)
    const pause = Math.max(1, Math.min(shortest, (next?.[1].due ?? Number.POSITIVE_INFINITY) - now))
    return Effect.andThen(grown.close, Effect.raceFirst(grown.await, RealTime.wait(pause)))
  })

  const workers = Effect.forEach(Array.from({ length: pace.concurrency }), () => Effect.forever(work), {
    concurrency: "unbounded",
    discard: true,
  })
  return yield* Effect.raceFirst(Effect.forever(list), Effect.andThen(workers, Effect.never))
})
