/**
 * The event store over databases.
 */
import { type CustomerId, type Projection, EventStore } from "@tacet/core/eventsourcing"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Append from "./append.ts"
import type { Database } from "./Database.ts"
import type { Options } from "./Options.ts"
import { readLog, readStream } from "./reading.ts"
import * as Wakeups from "./Wakeups.ts"

/** Makes the store. */
export const make: (
  locate: (customer: CustomerId.CustomerId) => Database,
  inline: ReadonlyArray<Projection.InlineProjection>,
  polling: Options["polling"],
) => Effect.Effect<EventStore.EventStore["Service"], never, Scope.Scope> = Effect.fnUntraced(function* (
  locate,
  inline,
  polling = {},
) {
  const wakeups = Wakeups.make()
  const append = yield* Append.make(locate, inline, wakeups.grown)
  const shortest = Duration.toMillis(Duration.fromInputUnsafe(polling.shortest ?? 20))
  const longest = Duration.toMillis(Duration.fromInputUnsafe(polling.longest ?? 1_000))
  const read: EventStore.EventStore["Service"]["readLog"] = (customer, range) =>
    readLog(locate(customer), customer, range)
  return {
    append,
    readStream: (customer, stream, range) => readStream(locate(customer), customer, stream, range),
    readLog: read,
    subscribe: (customer, range) =>
      Stream.unwrap(
        Effect.sync(() => {
          let [pause, at] = [shortest, -1]
          // What other processes append is found by looking; each look in vain makes the next one wait longer.
          return EventStore.subscribeBy(read, (customer, position) => {
            pause = position === at ? Math.min(pause * 2, longest) : shortest
            at = position
            return Effect.raceFirst(wakeups.beyond(customer, position), Effect.sleep(pause))
          })(customer, range)
        }).pipe(Effect.tap(() => wakeups.subscribe(customer))),
      ),
  }
})
