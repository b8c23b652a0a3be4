import { type CustomerId, EventStore, Uuid } from "@tacet/core/eventsourcing"
import { expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { describeSqlite, folderForThisFile } from "./file.testing.ts"
import { layer } from "./layer.ts"
import { aWriter } from "./process.testing.ts"
import * as Writer from "./writer.testing.ts"

const place = folderForThisFile()
const count = 40
const size = 2 * Writer.events

const aCustomer = Effect.map(Uuid.next, (id) => id as CustomerId.CustomerId)

describeSqlite("processes over one file", () => {
  // Planted and found: a subscription that waits for the appends of its own layer alone.
  it.live("append and purge by turns into one dense log, and see each other's events as they come", () =>
    Effect.gen(function* () {
      const file = place("tacet.db")
      const [customer, theirs] = [yield* aCustomer, yield* aCustomer]
      const store = yield* EventStore.EventStore
      const heard = yield* store.subscribe(theirs).pipe(
        Stream.flatMap(({ events }) => Stream.fromIterable(events)),
        Stream.take(count * size),
        Stream.runCollect,
        Effect.forkChild({ startImmediately: true }),
      )
      const writers = [
        aWriter({ file, kind: "purge", customer, count }),
        aWriter({ file, kind: "append", customer: theirs, count }),
      ]
      yield* writers[0]!.begun(1)
      // Numbers that the other process does not use.
      for (let n = 1; n <= count; n++) {
        yield* store.append(Writer.commitOf(customer, 1_000 + n))
        yield* Effect.sleep(1)
      }
      for (const writer of writers) expect(yield* writer.ended).toBe(0)
      expect((yield* Fiber.join(heard)).map(({ position }) => position)).toEqual(
        Array.from({ length: count * size }, (_, index) => index + 1),
      )
      const { events, head, purged, through } = yield* store.readLog(customer, { limit: 10_000 })
      const [left, gone] = [count * (size + 1), count * size]
      expect([head, through]).toEqual([left + gone, left + gone])
      expect(events.length).toBe(left)
      expect(purged.reduce((sum, { from, to }) => sum + to - from + 1, 0)).toBe(gone)
    }).pipe(Effect.provide(layer({ file: place("tacet.db") }))),
  )
})
