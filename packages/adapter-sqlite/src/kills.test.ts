import { type CustomerId, EventStore, ProjectionStore, Uuid } from "@tacet/core/eventsourcing"
import { VaultStore } from "@tacet/core/privacy"
import { expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { bytesIn, found } from "./bytes.testing.ts"
import { load } from "./file/Driver.ts"
import { describeSqlite, folderForThisFile } from "./file.testing.ts"
import { layer } from "./layer.ts"
import { aWriter } from "./process.testing.ts"
import * as VaultSqlite from "./vault/VaultSqlite.ts"
import * as Writer from "./writer.testing.ts"

const place = folderForThisFile()
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

const size = 2 * Writer.events

/** Kills a writer in the midst of its work, a few milliseconds after the nth began. Answers what it had told. */
const killed = Effect.fnUntraced(function* (kind: Writer.Kind, nth: number, later: number) {
  const customer = (yield* Uuid.next) as CustomerId.CustomerId
  const file = place(`${kind}-${nth}-${later}.db`)
  const { begun, kill, told } = aWriter({ file, kind, customer, count: 100_000 })
  yield* begun(nth)
  yield* Effect.sleep(later)
  yield* kill
  expect(told.begun).toBeGreaterThanOrEqual(nth)
  const connection = (yield* load())(file)
  expect(connection.prepare("PRAGMA integrity_check").all()).toMatchObject([{ integrity_check: "ok" }])
  expect(connection.prepare("PRAGMA foreign_key_check").all()).toEqual([])
  connection.close()
  const again = Layer.merge(layer({ file }), VaultSqlite.layerRows({ file }))
  return { customer, file, told, again }
})

/** What begins after which number, and how many milliseconds later the kill comes. */
const moments = [
  { nth: 3, later: 1 },
  { nth: 9, later: 7 },
]

describeSqlite("a process that is killed", () => {
  // Planted and found: statements without a transaction.
  it.live.each(moments)("leaves every acknowledged append, and none by half ($nth, $later ms)", ({ later, nth }) =>
    Effect.gen(function* () {
      const { again, customer, told } = yield* killed("append", nth, later)
      yield* Effect.gen(function* () {
        const { append, readLog } = yield* EventStore.EventStore
        const { head, purged } = yield* readLog(customer, { limit: 1 })
        expect([head % size, purged]).toEqual([0, []])
        expect([told.done, told.done + 1]).toContain(head / size)
        for (const n of numbers(told.done)) {
          expect(yield* append(Writer.commitOf(customer, n))).toMatchObject({
            firstPosition: size * (n - 1) + 1,
            lastPosition: size * n,
          })
        }
        // The one of which nothing is known is repeated, and is there once.
        yield* append(Writer.commitOf(customer, told.done + 1))
        const { events } = yield* readLog(customer, { limit: 10_000 })
        expect(events.map(({ occurredAt }) => occurredAt)).toEqual(
          numbers(told.done + 1).flatMap((n) => Array.from({ length: size }, () => n)),
        )
      }).pipe(Effect.provide(again))
    }),
  )

  it.live.each(moments)("leaves every acknowledged put, and none by half ($nth, $later ms)", ({ later, nth }) =>
    Effect.gen(function* () {
      const { again, customer, told } = yield* killed("put", nth, later)
      yield* Effect.gen(function* () {
        const { keyring, linksOf, locate } = yield* VaultStore.VaultStore
        for (const n of numbers(told.done + 1)) {
          const { links, locators } = Writer.rowsOf(n)
          const subject = Writer.subjectOf(n)
          const isThere = Option.isSome(yield* keyring(customer, subject))
          if (n <= told.done) expect(isThere).toBe(true)
          expect((yield* linksOf(customer, subject, 0)).length).toBe(isThere ? links.length : 0)
          for (const { token } of locators) {
            expect(yield* locate(customer, [token], { from: 0, to: 9, at: 0 })).toEqual(isThere ? [subject] : [])
          }
        }
      }).pipe(Effect.provide(again))
    }),
  )

  it.live.each(moments)("leaves the state and the checkpoint of one save ($nth, $later ms)", ({ later, nth }) =>
    Effect.gen(function* () {
      const { again, customer, told } = yield* killed("save", nth, later)
      yield* Effect.gen(function* () {
        const { load } = yield* ProjectionStore.ProjectionStore
        const { checkpoint, state } = Option.getOrThrow(yield* load(customer, Writer.key))
        expect([told.done, told.done + 1]).toContain(checkpoint)
        expect(state).toBe(Writer.stateOf(checkpoint))
      }).pipe(Effect.provide(again))
    }),
  )

  // Planted and found: a layer that owes nothing when it starts.
  it.live.each(moments)(
    "leaves a purge done or not begun, and no byte of what is gone ($nth, $later ms)",
    ({ later, nth }) =>
      Effect.gen(function* () {
        const { again, customer, file, told } = yield* killed("purge", nth, later)
        const gone = yield* Effect.gen(function* () {
          const { readLog, readStream } = yield* EventStore.EventStore
          const { events, head, purged } = yield* readLog(customer, { limit: 10_000 })
          expect(events.length + purged.reduce((sum, { from, to }) => sum + to - from + 1, 0)).toBe(head)
          const left: Array<number> = []
          for (const n of numbers(told.done + 1)) {
            const versions = yield* Effect.forEach(Writer.streamsOf(n), (stream) =>
              Effect.map(readStream(customer, stream), ({ version }) => version),
            )
            expect([0, size]).toContain(versions[0]! + versions[1]!)
            if (versions[0] === 0) left.push(n)
          }
          expect(left).toEqual(expect.arrayContaining(numbers(told.done)))
          return left
        }).pipe(Effect.provide(again))
        expect(found(gone.map(Writer.markerOf), bytesIn(file))).toEqual([])
        // What the killed process owed was paid by the next.
        const connection = (yield* load())(file)
        expect(connection.prepare("SELECT removals - compacted AS owed FROM upkeep").all()).toMatchObject([{ owed: 0 }])
        connection.close()
      }),
  )
})
