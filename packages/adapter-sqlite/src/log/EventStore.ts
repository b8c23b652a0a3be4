/**
 * The event store over a file.
 */
import { Commit, EventStore, EventStoreError } from "@tacet/core/eventsourcing"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Database } from "../file/Database.ts"
import type { TransactionFailed } from "../file/FileError.ts"
import type { Options } from "../file/Options.ts"
import { append, deltasOf } from "./append.ts"
import { readLog, readStream } from "./reading.ts"
import * as Wakeups from "./Wakeups.ts"

/** Names the operation that a transaction was for. */
export const during = <A>(
  operation: EventStoreError.StoreUnavailable["operation"],
  transaction: Effect.Effect<A, TransactionFailed>,
): Effect.Effect<A, EventStoreError.StoreUnavailable> =>
  Effect.mapError(
    transaction,
    ({ cause, outcome }) => new EventStoreError.StoreUnavailable({ operation, outcome, cause }),
  )

/** Makes the store. */
export const make = (
  { read, write }: Database,
  { inline = [], polling = {} }: Pick<Options, "inline" | "polling">,
): EventStore.EventStore["Service"] => {
  const wakeups = Wakeups.make()
  const shortest = Duration.toMillis(Duration.fromInputUnsafe(polling.shortest ?? 20))
  const longest = Duration.toMillis(Duration.fromInputUnsafe(polling.longest ?? 1_000))
  const readFrom: EventStore.EventStore["Service"]["readLog"] = (customer, range) =>
    Effect.flatMap(
      during(
        "readLog",
        read((transaction) => readLog(transaction, customer, range)),
      ),
      Effect.fromResult,
    )

  return {
    append: Effect.fnUntraced(function* (commit) {
      const reason = Commit.violation(commit)
      if (reason !== undefined) return yield* EventStoreError.invalidCommit(commit, reason)
      const now = yield* Clock.currentTimeMillis
      const deltas = deltasOf(inline, commit)
      const appended = yield* during(
        "append",
        write((transaction) => append(transaction, commit, deltas, now)),
      )
      wakeups.grown(commit.customer)
      return yield* Effect.fromResult(appended)
    }),
    readStream: (customer, stream, range) =>
      during(
        "readStream",
        read((transaction) => readStream(transaction, customer, stream, range)),
      ),
    readLog: readFrom,
    subscribe: (customer, range) =>
      Stream.unwrap(
        Effect.sync(() => {
          let [pause, at, count] = [shortest, -1, 0]
          const reading: typeof readFrom = (of, from) =>
            Effect.suspend(() => {
              count = wakeups.count(of)
              return readFrom(of, from)
            })
          // What other layers and processes append is found by polling; each fruitless poll lengthens the next pause.
          return EventStore.subscribeBy(reading, (of, position) => {
            pause = position === at ? Math.min(pause * 2, longest) : shortest
            at = position
            return Effect.raceFirst(wakeups.after(of, count), Effect.sleep(pause))
          })(customer, range)
        }),
      ),
  }
}
