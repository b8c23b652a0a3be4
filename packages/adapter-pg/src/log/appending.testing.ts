/**
 * Appends of one event to streams of their own, and a lock that holds them up: the scene of tests about waiting and failing.
 */
import * as PgConnection from "@effect/sql-pg/PgConnection"
import { type CustomerId, EventStore, ExpectedVersion, type StreamId, Uuid } from "@tacet/core/eventsourcing"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { layer } from "../layer.ts"
import type { Options } from "../server/Options.ts"

export type Store = EventStore.EventStore["Service"]

/** A store of its own, until the scope is closed. */
export const storeOf = (options: Options) =>
  Effect.map(Layer.build(Layer.fresh(layer(options))), (context) => Context.get(context, EventStore.EventStore))

export const aCustomer = Effect.map(Uuid.next, (id) => id as CustomerId.CustomerId)

/** A commit of one event to a stream of its own. */
export const aCommit = Effect.fnUntraced(function* (customer: CustomerId.CustomerId, data = "{}") {
  const stream: StreamId.StreamId = { kind: "jar", id: yield* Uuid.next }
  return {
    customer,
    commitId: yield* Uuid.next,
    writes: [
      {
        stream,
        expected: ExpectedVersion.none,
        events: [{ type: "Filled", schemaVersion: 1, occurredAt: 0, data }],
      },
    ],
  }
})

export const appendTo = (store: Store, customer: CustomerId.CustomerId, data?: string) =>
  Effect.flatMap(aCommit(customer, data), store.append)

/** Holds a lock on a Customer's counter, as a slow transaction would, until the scope is closed. Answers how to let it go. */
export const holdingUp = Effect.fnUntraced(function* ({ url }: Pick<Options, "url">, customer: CustomerId.CustomerId) {
  const { query } = yield* PgConnection.make({ url, prepare: false })
  yield* query("BEGIN")
  yield* query(`SELECT 1 FROM tacet.compartment WHERE customer_id = '${customer}' FOR UPDATE`)
  return query("COMMIT")
})
