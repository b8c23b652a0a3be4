import * as PgConnection from "@effect/sql-pg/PgConnection"
import {
  type CustomerId,
  EventStore,
  type EventStoreError,
  ExpectedVersion,
  type StreamId,
  Uuid,
} from "@tacet/core/eventsourcing"
import { describe, expect, it } from "@tacet/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { layer } from "../layer.ts"
import { forThisFile } from "../testDatabase.testing.ts"

const options = forThisFile()

/** A process: pools and group commit of its own. */
const aProcess = Effect.map(Layer.build(Layer.fresh(layer(options))), (context) =>
  Context.get(context, EventStore.EventStore),
)

const [writers, attempts] = [12, 25]

describe("two processes that write the same streams of one Customer", () => {
  it.live("meet true conflicts and no other failure, and leave dense positions and versions", () =>
    Effect.gen(function* () {
      const stores = [yield* aProcess, yield* aProcess]
      const customer = (yield* Uuid.next) as CustomerId.CustomerId
      const streams = yield* Effect.all(
        Array.from({ length: 4 }, () => Effect.map(Uuid.next, (id): StreamId.StreamId => ({ kind: "jar", id }))),
      )
      const write = Effect.fnUntraced(function* (writer: number) {
        const store = stores[writer % 2]!
        const failures: Array<EventStoreError.AppendError> = []
        let made = 0
        for (let n = 0; n < attempts; n++) {
          const stream = streams[(writer + n) % streams.length]!
          const { version } = yield* store.readStream(customer, stream, { limit: 1 })
          const events = [{ type: "Filled", schemaVersion: 1, occurredAt: writer, data: "{}" }]
          const answer = yield* Effect.result(
            store.append({
              customer,
              commitId: yield* Uuid.next,
              writes: [{ stream, expected: ExpectedVersion.exact(version), events }],
              checks: [{ stream: streams[(writer + n + 1) % streams.length]!, expected: ExpectedVersion.any }],
            }),
          )
          if (Result.isSuccess(answer)) made++
          else failures.push(answer.failure)
        }
        return { failures, made }
      })
      const outcomes = yield* Effect.all(
        Array.from({ length: writers }, (_, writer) => write(writer)),
        { concurrency: "unbounded" },
      )
      const made = outcomes.reduce((sum, outcome) => sum + outcome.made, 0)
      const failures = outcomes.flatMap((outcome) => outcome.failures)
      expect(failures.map(({ _tag }) => _tag)).toEqual(failures.map(() => "VersionConflict"))
      expect(failures.length).toBeGreaterThan(0)
      expect(made + failures.length).toBe(writers * attempts)
      for (const failure of failures) {
        if (failure._tag !== "VersionConflict") continue
        for (const { actual, expected } of failure.mismatches) {
          expect(ExpectedVersion.holds(expected, actual)).toBe(false)
        }
      }
      const { events, head } = yield* stores[0]!.readLog(customer)
      expect(head).toBe(made)
      expect(events.map(({ position }) => position)).toEqual(Array.from({ length: made }, (_, index) => index + 1))
      for (const stream of streams) {
        const versions = events.filter((event) => event.stream.id === stream.id).map(({ version }) => version)
        expect(versions).toEqual(versions.map((_, index) => index + 1))
      }
    }),
  )

  it.live("take their turns at the counter, so that two appends at one moment both succeed", () =>
    Effect.gen(function* () {
      const stores = [yield* aProcess, yield* aProcess]
      const customer = (yield* Uuid.next) as CustomerId.CustomerId
      const append = Effect.fnUntraced(function* (store: EventStore.EventStore["Service"]) {
        const stream: StreamId.StreamId = { kind: "jar", id: yield* Uuid.next }
        const events = [{ type: "Filled", schemaVersion: 1, occurredAt: 0, data: "{}" }]
        return yield* store.append({
          customer,
          commitId: yield* Uuid.next,
          writes: [{ stream, expected: ExpectedVersion.none, events }],
        })
      })
      yield* append(stores[0]!)
      for (let round = 0; round < 5; round++) {
        const { query } = yield* PgConnection.make({ url: options.url, prepare: false })
        yield* query("BEGIN")
        yield* query(`SELECT 1 FROM tacet.compartment WHERE customer_id = '${customer}' FOR UPDATE`)
        // Both are on their way, and wait; then both go.
        const both = yield* Effect.forkChild(Effect.all(stores.map(append), { concurrency: "unbounded" }), {
          startImmediately: true,
        })
        yield* Effect.sleep(60)
        yield* query("COMMIT")
        const positions = (yield* Fiber.join(both)).map(({ firstPosition }) => firstPosition)
        expect(positions.toSorted((one, other) => one - other)).toEqual([2 * round + 2, 2 * round + 3])
      }
    }),
  )
})
