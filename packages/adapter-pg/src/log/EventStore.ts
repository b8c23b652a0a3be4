/**
 * The event store over databases.
 */
import { type CustomerId, EventStore } from "@tacet/core/eventsourcing"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Grown } from "./Announcements.ts"
import * as Append from "./Append.ts"
import type { Database } from "../server/Database.ts"
import type { Options } from "../server/Options.ts"
import { readLog, readStream } from "./Reading.ts"
import type * as Wakeups from "./Wakeups.ts"
import * as RealTime from "../server/RealTime.ts"

/** Makes the store. Calls `grown` with the head after each append. */
export const make: (
  locate: (customer: CustomerId.CustomerId) => Database,
  options: Pick<Options, "inline" | "polling" | "waitingAppends">,
  wakeups: Wakeups.Wakeups,
  grown: Grown,
) => Effect.Effect<EventStore.EventStore["Service"], never, Scope.Scope> = Effect.fnUntraced(function* (
  locate,
  { inline = [], polling = {}, waitingAppends },
  wakeups,
  grown,
) {
  const append = yield* Append.make(locate, inline, grown, waitingAppends)
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
          let [pause, at, told] = [shortest, -1, 0]
          // Growth that is not announced is found by polling; each fruitless poll lengthens the next interval. A
          // subscriber that was woken for a head that did not exist is not woken for it again.
          return EventStore.subscribeBy(read, (customer, position) => {
            const isInVain = position === at
            pause = isInVain ? Math.min(pause * 2, longest) : shortest
            at = position
            return Effect.raceFirst(
              Effect.map(wakeups.beyond(customer, isInVain ? Math.max(position, told) : position), (head) => {
                told = head
              }),
              RealTime.wait(pause),
            )
          })(customer, range)
        }).pipe(Effect.tap(() => wakeups.subscribe(customer))),
      ),
  }
})
