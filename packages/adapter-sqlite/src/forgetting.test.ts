import { type CustomerId, EventStore, ExpectedVersion, type StreamId, Uuid } from "@tacet/core/eventsourcing"
import { type Keyring, type Subject, VaultStore } from "@tacet/core/privacy"
import { expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { statSync } from "node:fs"
import { bytesIn, found, spelling } from "./bytes.testing.ts"
import { load } from "./file/Driver.ts"
import { describeSqlite, folderForThisFile } from "./file.testing.ts"
import { layer } from "./layer.ts"
import * as VaultSqlite from "./vault/VaultSqlite.ts"

const place = folderForThisFile()

const aCustomer = Effect.map(Uuid.next, (id) => id as CustomerId.CustomerId)
const aSubject = Effect.map(Uuid.next, (id) => id as string as Subject.SubjectId)
const aMarker = Effect.map(Uuid.next, (id) => `canary-${id}`)

const erasure: Keyring.Erasure = { fingerprint: "f", at: 1, cause: "request", done: [], completed: false }

/** A value under the key of a subject, sealed by nobody. */
const value = (
  reference: Uuid.Uuid,
  subject: Subject.SubjectId,
  keyId: Uuid.Uuid,
  marker: string,
): VaultStore.ValueRow => ({
  reference,
  subject,
  category: "name",
  purposes: ["service"],
  source: undefined,
  kind: undefined,
  collectedBy: undefined,
  collectedAt: 1,
  retentionEnd: 9,
  keyId,
  algorithm: "none",
  nonce: new Uint8Array(12),
  cipherText: spelling(marker),
})

const log = EventStore.EventStore
const rows = VaultStore.VaultStore

/** Appends markers to streams of their own, some of a few bytes and some of many pages. */
const appended = Effect.fnUntraced(function* (customer: CustomerId.CustomerId, count: number) {
  const streams: Array<StreamId.StreamId> = []
  const markers: Array<string> = []
  for (let n = 0; n < count; n++) {
    const [id, marker] = [yield* Uuid.next, yield* aMarker]
    streams.push({ kind: "interaction", id })
    markers.push(marker, id)
    const data = JSON.stringify({ marker, more: "x".repeat(n % 10 === 0 ? 9_000 : n) })
    yield* log.use(({ append }) =>
      Effect.flatMap(Uuid.next, (commitId) =>
        append({
          customer,
          commitId,
          writes: [
            {
              stream: streams[n]!,
              expected: ExpectedVersion.none,
              events: [{ type: "Said", schemaVersion: 1, occurredAt: 0, data }],
            },
          ],
        }),
      ),
    )
  }
  return { streams, markers }
})

const purge = (customer: CustomerId.CustomerId, streams: ReadonlyArray<StreamId.StreamId>) =>
  Effect.gen(function* () {
    const stream = { kind: "ledger", id: yield* Uuid.next }
    const events = [{ type: "StreamsPurged", schemaVersion: 1, occurredAt: 0, data: "{}" }]
    yield* (yield* log).append({
      customer,
      commitId: yield* Uuid.next,
      writes: [{ stream, expected: ExpectedVersion.none, events }],
      purge: { streams, reason: "retention" },
    })
  })

describeSqlite("removed bytes", () => {
  // Planted and found: `secure_delete` off; a write-ahead log that is not emptied.
  it.live("are in no file when a purge returns, of events and of their ids", () =>
    Effect.gen(function* () {
      const file = place("purge.db")
      const customer = yield* aCustomer
      yield* Effect.gen(function* () {
        const { markers, streams } = yield* appended(customer, 60)
        const kept = yield* appended(customer, 5)
        expect(found(markers, bytesIn(file))).toEqual(markers)
        yield* purge(customer, streams)
        expect(statSync(`${file}-wal`).size).toBe(0)
        expect(found(markers, bytesIn(file))).toEqual([])
        expect(found(kept.markers, bytesIn(file))).toEqual(kept.markers)
      }).pipe(Effect.provide(layer({ file, compactAfter: "1 hour" })))
    }),
  )

  it.live("are in no file when a fence, a removal of rows or a closed period returns", () =>
    Effect.gen(function* () {
      const options = { file: place("vault.db"), keys: place("vault.keys"), compactAfter: "1 hour" } as const
      yield* Effect.gen(function* () {
        const store = yield* rows
        const customer = yield* aCustomer
        const everywhere = () => bytesIn(options.file) + bytesIn(options.keys)
        const [erased, unlinked] = [yield* aSubject, yield* aSubject]
        const [wrapped, sealed, token, other] = [yield* aMarker, yield* aMarker, yield* aMarker, yield* aMarker]
        const [keyId, reference, interaction] = [yield* Uuid.next, yield* Uuid.next, yield* Uuid.next]
        yield* store.changeKeyring(customer, erased, 0, {
          keys: new Map([["name", { keyId, wrappingKey: keyId, wrapped: spelling(wrapped) }]]),
          restricted: false,
          objections: new Set(),
          erasure: undefined,
        })
        const locator = {
          subject: erased,
          token,
          period: "p",
          validFrom: 0,
          validTo: undefined,
          retentionEnd: undefined,
        }
        yield* store.put(customer, erased, { values: [value(reference, erased, keyId, sealed)], locators: [locator] })
        yield* store.put(customer, unlinked, {
          links: [{ subject: unlinked, interaction, retentionEnd: undefined }],
          locators: [{ ...locator, subject: unlinked, token: other }],
        })
        expect(found([wrapped, sealed, token, interaction, other], everywhere()).length).toBe(5)

        yield* store.fence(customer, erased, erasure)
        expect(found([wrapped], everywhere())).toEqual([])
        expect(yield* store.removeSubject(customer, erased, { on: 0, cause: "request" }, 99)).toBe(2)
        expect(found([sealed, token], everywhere())).toEqual([])
        yield* store.unlink(customer, unlinked, [interaction])
        expect(found([interaction], everywhere())).toEqual([])
        expect(found([reference, other], everywhere())).toEqual([reference, other])
      }).pipe(Effect.provide(VaultSqlite.layer(options)))
    }),
  )

  /** What the file owes: removals since it was written anew. */
  const owed = (file: string) =>
    Effect.map(load(), (driver) => {
      const connection = driver(file)
      const [row] = connection.prepare("SELECT removals - compacted AS owed FROM upkeep").all() as [{ owed: number }]
      connection.close()
      return row.owed
    })

  // Planted and found: nobody who pays in the background; a debt that is forgotten where another process reads.
  it.live("are gone as soon as another process has read to its end, while the layer is open", () =>
    Effect.gen(function* () {
      const file = place("reader.db")
      const customer = yield* aCustomer
      yield* Effect.gen(function* () {
        const { markers, streams } = yield* appended(customer, 9)
        const reader = (yield* load())(file)
        reader.exec("BEGIN")
        reader.prepare("SELECT count(*) FROM event").all()
        yield* purge(customer, streams)
        // The reader still sees what was there when it began.
        expect(found(markers, bytesIn(file))).toEqual(markers)
        // Long enough for attempts in vain.
        yield* Effect.sleep(300)
        expect(found(markers, bytesIn(file))).not.toEqual([])
        reader.exec("COMMIT")
        reader.close()
        while ((yield* owed(file)) > 0) yield* Effect.sleep(20)
        expect(found(markers, bytesIn(file))).toEqual([])
      }).pipe(Effect.provide(layer({ file, compactAfter: "1 millis" })))
    }),
  )

  /** Puts locators of many subjects, of any length and in no order, and removes those of more than every other one. */
  const shuffled = (file: string) =>
    Effect.gen(function* () {
      const store = yield* rows
      const customer = yield* aCustomer
      const [gone, left]: [Array<string>, Array<readonly [Subject.SubjectId, ReadonlyArray<string>]>] = [[], []]
      for (let n = 0; n < 150; n++) {
        const subject = yield* aSubject
        const markers = yield* Effect.all(Array.from({ length: 40 }, () => aMarker))
        const lengths = yield* Effect.all(markers.map(() => Random.nextIntBetween(0, 1_000)))
        const ofSubject = { subject, period: "p", validFrom: 0, validTo: undefined, retentionEnd: undefined }
        yield* store.put(customer, subject, {
          locators: markers.map((token, nth) => ({ ...ofSubject, token: token + "x".repeat(lengths[nth]!) })),
        })
        left.push([subject, markers])
        if (n % 5 < 2 || n < 10) continue
        const [[removed, theirs]] = left.splice(yield* Random.nextIntBetween(0, left.length), 1) as [(typeof left)[0]]
        yield* store.removeSubject(customer, removed, { on: 0, cause: "request" }, 99)
        gone.push(...theirs)
      }
      return { gone, before: found(gone, bytesIn(file)).length }
    })

  // Planted and found: no `VACUUM`. SQLite had left copies of removed index entries in pages from which it moved them.
  it.live("are in no file after a layer has closed, nor where SQLite has moved them before they were removed", () =>
    Effect.gen(function* () {
      const file = place("moved.db")
      const { before, gone } = yield* shuffled(file).pipe(
        Effect.provide(VaultSqlite.layerRows({ file, compactAfter: "1 hour" })),
        (program) => Uuid.withSeed(program, "rows"),
      )
      // What `secure_delete` alone leaves: without a trace here, this test would prove nothing.
      expect(before).toBeGreaterThan(0)
      expect(found(gone, bytesIn(file))).toEqual([])
    }),
  )
})
