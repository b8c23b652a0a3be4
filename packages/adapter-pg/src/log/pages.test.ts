import { type CustomerId, EventStore, ExpectedVersion, type StreamId, Uuid } from "@tacet/core/eventsourcing"
import { describe, expect, it } from "@tacet/vitest"
import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { layer } from "../layer.ts"
import { forThisFile } from "../testDatabase.testing.ts"

const options = forThisFile()

const kind: StreamId.StreamKind = "jar"

/** A text of which no server makes a smaller one. */
const random = (size: number) => JSON.stringify(randomBytes(size * 0.75).toString("base64"))

/** Appends events of so many characters each to a stream, one a commit. */
const fill = Effect.fnUntraced(function* (
  customer: CustomerId.CustomerId,
  id: Uuid.Uuid,
  sizes: ReadonlyArray<number>,
  type = "Filled",
  textOf = random,
) {
  const store = yield* EventStore.EventStore
  for (const size of sizes) {
    yield* store.append({
      customer,
      commitId: yield* Uuid.next,
      writes: [
        {
          stream: { kind, id },
          expected: ExpectedVersion.any,
          events: [{ type, schemaVersion: 1, occurredAt: 0, data: textOf(size) }],
        },
      ],
    })
  }
})

const big = 1_500_000
const bytesOf = (events: ReadonlyArray<{ readonly data: string }>) =>
  events.reduce((sum, { data }) => sum + Buffer.byteLength(data), 0)

// Planted and found: pages without a bound, one that takes the rest of the log for read where it has been cut, and holes that
// are looked for behind the cut.
describe("a page is bounded in bytes", () => {
  it.live(
    "of the log, with a filter and without, and of a stream: all are read whole, page by page",
    () =>
      Effect.gen(function* () {
        const customer = (yield* Uuid.next) as CustomerId.CustomerId
        const [one, gone] = [yield* Uuid.next, yield* Uuid.next]
        const store = yield* EventStore.EventStore
        yield* fill(customer, gone, [1, 1])
        for (let n = 0; n < 12; n++) {
          yield* fill(customer, one, [big, 8])
          yield* fill(customer, gone, [5], "Other")
        }
        yield* store.append({
          customer,
          commitId: yield* Uuid.next,
          writes: [
            {
              stream: { kind, id: one },
              expected: ExpectedVersion.any,
              events: [{ type: "Purged", schemaVersion: 1, occurredAt: 0, data: "1" }],
            },
          ],
          purge: { streams: [{ kind, id: gone }], reason: "retention" },
        })
        const head = 2 + 12 * 3 + 1
        for (const range of [{}, { filter: { eventTypes: ["Filled", "Purged"] } }, { limit: 3 }]) {
          const chunks = yield* Stream.runCollect(EventStore.logChunks(customer, range))
          expect(chunks.length).toBeGreaterThan(2)
          for (const { events } of chunks) {
            const most = Math.max(...events.map(({ data }) => Buffer.byteLength(data)))
            expect(bytesOf(events)).toBeLessThan(8_000_000 + most)
          }
          chunks.forEach((chunk, index) => expect(chunk.after).toBe(index === 0 ? 0 : chunks[index - 1]!.through))
          expect(chunks.at(-1)).toMatchObject({ through: head, head })
          const events = chunks.flatMap((chunk) => chunk.events)
          expect(events.map(({ version }) => version)).toEqual(Array.from({ length: 25 }, (_, n) => n + 1))
          expect(bytesOf(events)).toBe(12 * (big + 2) + 12 * 10 + 1)
          const purged = chunks.flatMap((chunk) => chunk.purged)
          expect(purged.reduce((sum, { from, to }) => sum + to - from + 1, 0)).toBe(14)
          for (const chunk of chunks) for (const { to } of chunk.purged) expect(to).toBeLessThanOrEqual(chunk.through)
        }
        const page = yield* store.readStream(customer, { kind, id: one })
        expect([page.version, page.events.length]).toEqual([25, 11])
        const whole = yield* Stream.runCollect(EventStore.streamEvents(customer, { kind, id: one }))
        expect(whole.map(({ version }) => version)).toEqual(Array.from({ length: 25 }, (_, n) => n + 1))
      }).pipe(Effect.provide(layer(options))),
    60_000,
  )

  // Planted and found: missed events without a bound, and a verdict that takes those of a cut page for purged.
  it.live("of missed events, too: a writer decides on the rest as well", () =>
    Effect.gen(function* () {
      const customer = (yield* Uuid.next) as CustomerId.CustomerId
      const [one, other] = [yield* Uuid.next, yield* Uuid.next]
      const store = yield* EventStore.EventStore
      for (const id of [one, other]) yield* fill(customer, id, Array<number>(9).fill(big))
      const event = { type: "Filled", schemaVersion: 1, occurredAt: 0, data: "1" }
      const write = (id: Uuid.Uuid) => ({ stream: { kind, id }, expected: ExpectedVersion.none, events: [event] })
      const conflict = yield* Effect.flip(
        store.append({
          customer,
          commitId: yield* Uuid.next,
          writes: [write(one), write(other)],
          wantMissedEvents: true,
        }),
      )
      if (conflict._tag !== "VersionConflict") return expect(conflict._tag).toBe("VersionConflict")
      expect(conflict.mismatches.map(({ actual }) => actual)).toEqual([9, 9])
      for (const id of [one, other]) {
        const missed = conflict.missed.filter(({ stream }) => stream.id === id)
        expect(missed.map(({ version }) => version)).toEqual([1, 2, 3])
        const rest = yield* store.readStream(customer, { kind, id }, { after: 3 })
        expect(rest.events[0]!.version).toBe(4)
      }
    }).pipe(Effect.provide(layer(options))),
  )

  // Planted and found: payloads are counted as they are stored.
  it.live("where the server has made them small, too", () =>
    Effect.gen(function* () {
      const customer = (yield* Uuid.next) as CustomerId.CustomerId
      const id = yield* Uuid.next
      const store = yield* EventStore.EventStore
      yield* fill(
        customer,
        id,
        Array.from({ length: 30 }, () => 2_000_000),
        "Filled",
        (size: number) => JSON.stringify("a".repeat(size)),
      )
      const { events, through } = yield* store.readLog(customer)
      expect(through).toBe(events.length)
      expect(bytesOf(events)).toBeLessThan(40_000_000)
      const chunks = yield* Stream.runCollect(EventStore.logChunks(customer))
      expect(chunks.flatMap((chunk) => chunk.events)).toHaveLength(30)
    }).pipe(Effect.provide(layer(options))),
  )
})
