/**
 * Announces to other processes that logs have grown, off the path of the append, and receives their announcements. An
 * announcement is a compartment and its head; several within a short time are merged into the last. Nothing depends on
 * announcements: a process that misses one catches up by polling.
 */
import type * as PgConnection from "@effect/sql-pg/PgConnection"
import type { CustomerId, EventEnvelope } from "@tacet/core/eventsourcing"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import type { Database } from "../server/Database.ts"
import type { Options } from "../server/Options.ts"
import * as Connecting from "../server/Connecting.ts"
import { connectionConfig, named } from "../server/settings.ts"
import * as RealTime from "../server/RealTime.ts"

/** Announces or receives the head of a log. */
export type Grown = (customer: CustomerId.CustomerId, head: EventEnvelope.Position) => void

/** Announces to the processes that listen at a database. */
export const announcing = Effect.fnUntraced(function* (
  { reads, schema }: Database,
  gather: Duration.Input = "20 millis",
): Effect.fn.Return<Grown, never, Scope.Scope> {
  const heads = new Map<CustomerId.CustomerId, EventEnvelope.Position>()
  const some = yield* Latch.make()
  const announce = Effect.suspend(() => {
    const payloads = payloadsOf(heads)
    heads.clear()
    some.closeUnsafe()
    return Effect.forEach(
      payloads,
      (payload) => reads.call({ sql: "SELECT pg_notify($1, $2)", parameters: [schema, payload] }),
      { discard: true },
    )
  })
  // The first head is announced at once; those that arrive meanwhile are announced together after a delay.
  yield* Effect.forkScoped(
    Effect.forever(some.await.pipe(Effect.andThen(Effect.ignore(announce)), Effect.andThen(RealTime.wait(gather)))),
  )
  return (customer, head) => {
    heads.set(customer, Math.max(head, heads.get(customer) ?? 0))
    some.openUnsafe()
  }
})

/** A notification holds less than 8,000 bytes; a head has at most sixteen digits. */
const most = 140

const payloadsOf = (heads: ReadonlyMap<string, number>): ReadonlyArray<string> => {
  const all = Array.from(heads, ([customer, head]) => `${customer} ${head}`)
  return Array.from({ length: Math.ceil(all.length / most) }, (_, n) => all.slice(n * most, (n + 1) * most).join(","))
}

/** Receives the announcements of a database for as long as the scope is open; listens again after a lost connection. */
export const listening = (options: Options, schema: string, heard: Grown): Effect.Effect<void, never, Scope.Scope> => {
  const { url = options.url } = options.announcements ?? {}
  const config: PgConnection.Config = {
    ...connectionConfig({ ...named(options, "listening"), url, transactionPooling: false }, {}),
  }
  const connecting = Connecting.make(config)
  let pause = shortest
  const session = Effect.gen(function* () {
    const { connection } = yield* connecting
    const notifications = yield* connection.listen(schema)
    pause = shortest
    return yield* Effect.forever(
      Effect.map(Queue.take(notifications), ({ payload }) => {
        for (const entry of payload.split(",")) {
          const [, customer, head] = told.exec(entry) ?? []
          if (customer !== undefined) heard(customer as CustomerId.CustomerId, Number(head))
        }
      }),
    )
  })
  const again = Effect.suspend(() => {
    const waiting = pause
    pause = Math.min(pause * 2, longest)
    return RealTime.wait(waiting)
  })
  return Effect.asVoid(
    Effect.forkScoped(
      Effect.forever(
        Effect.andThen(
          Effect.ignore(session.pipe(Effect.scoped, Effect.timeoutOption(renewal), RealTime.passing)),
          again,
        ),
      ),
    ),
  )
}

const told = /^([0-9a-f-]{36}) (\d{1,16})$/

/** Between two attempts to listen, in milliseconds. */
const [shortest, longest] = [50, 5_000]

/** A session that is broken may look whole: it is not trusted for longer. */
const renewal = "10 minutes"
