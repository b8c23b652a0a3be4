import * as PgConnection from "@effect/sql-pg/PgConnection"
import { type CustomerId, EventStore, ExpectedVersion, type StreamId, Uuid } from "@tacet/core/eventsourcing"
import { describe, expect, it } from "@tacet/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { layer, layerLocated } from "../layer.ts"
import type { Options } from "../server/Options.ts"
import { forThisFile } from "../testDatabase.testing.ts"

const options = forThisFile()

type Store = EventStore.EventStore["Service"]

const storeWith = (more: Partial<Options> = {}) =>
  Effect.map(Layer.build(Layer.fresh(layer({ ...options, ...more }))), (context) =>
    Context.get(context, EventStore.EventStore),
  )

const aCustomer = Effect.map(Uuid.next, (id) => id as CustomerId.CustomerId)

const aCommit = Effect.fnUntraced(function* (customer: CustomerId.CustomerId, data = "{}") {
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

const appendTo = (store: Store, customer: CustomerId.CustomerId, data?: string) =>
  Effect.flatMap(aCommit(customer, data), store.append)

/** Holds a lock on a Customer's counter, as a slow transaction would, until the scope is closed. */
const holding = Effect.fnUntraced(function* (customer: CustomerId.CustomerId) {
  const { query } = yield* PgConnection.make({ url: options.url, prepare: false })
  yield* query("BEGIN")
  yield* query(`SELECT 1 FROM tacet.compartment WHERE customer_id = '${customer}' FOR UPDATE`)
  return query("COMMIT")
})

describe("a store that is asked for more than it takes", () => {
  // Planted and found: no bound; a bound that what was answered counts towards.
  it.live("takes on no more appends than may wait, says how many do, and goes on once they are answered", () =>
    Effect.gen(function* () {
      const store = yield* storeWith({ waitingAppends: 3 })
      const stuck = yield* aCustomer
      yield* appendTo(store, stuck)
      const release = yield* holding(stuck)
      const leaving = yield* Effect.forkChild(appendTo(store, stuck), { startImmediately: true })
      yield* Effect.sleep(50)
      const waiting = yield* Effect.forEach([1, 2, 3], () =>
        Effect.forkChild(appendTo(store, stuck), { startImmediately: true }),
      )
      yield* Effect.sleep(50)
      const refused = yield* Effect.flip(appendTo(store, stuck))
      expect(refused).toMatchObject({ _tag: "Overloaded", operation: "append", what: "appends", waiting: 3 })
      expect(refused.message).toContain("3 appends wait in this process. Nothing was written.")
      yield* release
      for (const fiber of [leaving, ...waiting]) yield* Fiber.join(fiber)
      expect(yield* appendTo(store, stuck)).toMatchObject({ firstPosition: 6 })
    }),
  )

  it.live("is not held up for a Customer whose database could not be named once", () =>
    Effect.gen(function* () {
      const unknown = yield* aCustomer
      let asked = 0
      const locate = (customer: CustomerId.CustomerId) => {
        if (customer === unknown && asked++ === 0) throw new Error("not yet")
        return "here" as const
      }
      const located = yield* Layer.build(Layer.fresh(layerLocated({ databases: { here: options }, locate })))
      const store = Context.get(located, EventStore.EventStore)
      expect(Exit.isFailure(yield* Effect.exit(appendTo(store, unknown)))).toBe(true)
      expect(yield* appendTo(store, unknown)).toMatchObject({ firstPosition: 1 })
    }),
  )
})
