import {
  type Commit,
  type CustomerId,
  EventStore,
  ExpectedVersion,
  ProjectionStore,
  Uuid,
} from "@tacet/core/eventsourcing"
import { AccessLog, Keyring, KeyStore, type Subject, VaultStore } from "@tacet/core/privacy"
import { expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { existsSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { codes, faulty } from "./faults.testing.ts"
import * as Database from "./file/Database.ts"
import { load } from "./file/Driver.ts"
import { describeSqlite as describe, folderForThisFile, lacking } from "./file.testing.ts"
import { layer } from "./layer.ts"
import * as Events from "./log/EventStore.ts"
import * as VaultSqlite from "./vault/VaultSqlite.ts"

const place = folderForThisFile()
const aCustomer = Effect.map(Uuid.next, (id) => id as CustomerId.CustomerId)
const aSubject = Effect.map(Uuid.next, (id) => id as string as Subject.SubjectId)

const aCommit = Effect.fnUntraced(function* (customer: CustomerId.CustomerId): Effect.fn.Return<Commit.Commit> {
  const events = [1, 2].map((n) => ({ type: "Said", schemaVersion: 1, occurredAt: n, data: `{"canary":${n}}` }))
  return {
    customer,
    commitId: yield* Uuid.next,
    writes: [{ stream: { kind: "jar", id: yield* Uuid.next }, expected: ExpectedVersion.none, events }],
  }
})

/** An event store whose driver fails as it is told. */
const failing = Effect.fnUntraced(function* (file: string) {
  const { loading, next, opened } = faulty()
  const database = yield* Database.make({ file, patience: 100 }, "data", loading)
  return { next, opened, ...Events.make(database, {}) }
})

/** Another connection, as another process has one. */
const another = (file: string) =>
  Effect.acquireRelease(
    Effect.map(load(), (driver) => driver(file)),
    (connection) => Effect.sync(() => void connection.close()),
  )

describe("an append that fails", () => {
  // Planted and found: a failed COMMIT told as not committed; a transaction left open; a connection kept after a fault.
  it.live.each([
    { what: "the lock", at: /^BEGIN/, when: "before", code: codes.ioError, outcome: "notCommitted", there: 0 },
    {
      what: "a full disk",
      at: /INSERT INTO event/,
      when: "before",
      code: codes.full,
      outcome: "notCommitted",
      there: 0,
    },
    {
      what: "a damage",
      at: /INSERT INTO made_commit/,
      when: "after",
      code: codes.corrupt,
      outcome: "notCommitted",
      there: 0,
    },
    {
      what: "an end before it is made",
      at: /^COMMIT/,
      when: "before",
      code: codes.ioError,
      outcome: "unknown",
      there: 0,
    },
    {
      what: "an end after it is made",
      at: /^COMMIT/,
      when: "after",
      code: codes.ioError,
      outcome: "unknown",
      there: 2,
    },
  ] as const)("is told by what became of it, and repeated with success ($what)", ({ at, code, outcome, there, when }) =>
    Effect.gen(function* () {
      const store = yield* failing(place("faults.db"))
      const made = yield* aCommit(yield* aCustomer)
      store.next({ at, when, code })
      const error = yield* Effect.flip(store.append(made))
      expect(error).toMatchObject({ _tag: "StoreUnavailable", operation: "append", outcome })
      expect(JSON.stringify(error) + error.message).not.toContain("canary")
      expect((yield* store.readLog(made.customer)).head).toBe(there)
      // A connection that has failed is not trusted any more; one to a full disk is sound.
      expect(store.opened()).toBe(code === codes.full ? 1 : 2)
      expect(yield* store.append(made)).toMatchObject({ firstPosition: 1, lastPosition: 2 })
      expect((yield* store.readLog(made.customer)).head).toBe(2)
    }),
  )

  it.live("waits for another process that writes, and gives up where it goes on", () =>
    Effect.gen(function* () {
      const file = place("busy.db")
      const { append, readLog } = yield* failing(file)
      const made = yield* aCommit(yield* aCustomer)
      const other = yield* another(file)
      other.exec("BEGIN IMMEDIATE")
      const error = yield* Effect.flip(append(made))
      expect(error).toMatchObject({ outcome: "notCommitted", cause: expect.stringContaining("SQLITE_BUSY") })
      // Who reads does not wait.
      expect((yield* readLog(made.customer)).head).toBe(0)
      const waiting = yield* Effect.forkChild(append(made), { startImmediately: true })
      other.exec("COMMIT")
      expect(yield* Fiber.join(waiting)).toMatchObject({ firstPosition: 1 })
    }),
  )

  it.live("fails of its own accord where a projection cannot count it, and leaves nothing", () =>
    Effect.gen(function* () {
      const { append, readLog } = yield* EventStore.EventStore
      const made = yield* aCommit(yield* aCustomer)
      expect(yield* Effect.exit(append(made))).toMatchObject({ _tag: "Failure" })
      expect((yield* readLog(made.customer)).head).toBe(0)
    }).pipe(
      Effect.provide(
        layer({
          file: place("deltas.db"),
          inline: [
            {
              name: "faulty",
              version: 1,
              deltas: () => {
                throw new Error("this one cannot be counted")
              },
            },
          ],
        }),
      ),
    ),
  )
})

describe("a file", () => {
  // Planted and found: a file that is made anew where it went missing, which answers an empty log.
  it.live("that goes missing is an error until it is back, and never made anew", () =>
    Effect.gen(function* () {
      const file = place("missing.db")
      const store = yield* failing(file)
      const made = yield* aCommit(yield* aCustomer)
      yield* store.append(made)
      const elsewhere = place("elsewhere.db")
      const files = ["", "-wal", "-shm"].filter((suffix) => existsSync(file + suffix))
      for (const suffix of files) renameSync(file + suffix, elsewhere + suffix)
      const cause = "the file is missing"
      expect(yield* Effect.flip(store.append(yield* aCommit(made.customer)))).toMatchObject({
        outcome: "notCommitted",
        cause,
      })
      expect(yield* Effect.flip(store.readLog(made.customer))).toMatchObject({ cause })
      expect(existsSync(file)).toBe(false)
      for (const suffix of ["", "-wal", "-shm"].filter((suffix) => existsSync(elsewhere + suffix))) {
        renameSync(elsewhere + suffix, file + suffix)
      }
      expect(yield* store.append(yield* aCommit(made.customer))).toMatchObject({ firstPosition: 3 })
    }),
  )

  it.live.skipIf(process.platform === "win32")("belongs to its owner alone, and those beside it", () =>
    Effect.gen(function* () {
      const file = place("owned.db")
      const { append } = yield* failing(file)
      yield* append(yield* aCommit(yield* aCustomer))
      expect(["", "-wal", "-shm"].map((suffix) => statSync(file + suffix).mode & 0o777)).toEqual([0o600, 0o600, 0o600])
    }),
  )

  it.live(
    "that is none of Tacet's, another kind, of a newer release or not there is refused when a layer is built",
    () =>
      Effect.gen(function* () {
        const refusal = (options: Parameters<typeof layer>[0]) =>
          Effect.flip(Effect.scoped(Effect.provide(EventStore.EventStore.use(Effect.succeed), layer(options))))
        const [text, other, keys, newer] = [place("a.txt"), place("other.db"), place("some.keys"), place("newer.db")]
        writeFileSync(text, "not a database, but a text that is longer than a header of a hundred bytes. ".repeat(9))
        expect(yield* refusal({ file: text })).toMatchObject({
          _tag: "FileUnavailable",
          cause: "SQLITE_NOTADB: the file is no database",
        })
        ;(yield* another(other)).exec("CREATE TABLE theirs (n INTEGER)")
        expect(yield* refusal({ file: other })).toMatchObject({ cause: "the file is none of Tacet's data" })
        yield* Effect.scoped(
          Effect.provide(KeyStore.KeyStore.use(Effect.succeed), VaultSqlite.layerKeys({ file: keys })),
        )
        expect(yield* refusal({ file: keys })).toMatchObject({ cause: "the file is none of Tacet's data" })
        const both = VaultSqlite.layer({ file: place("both.db"), keys: place("both.db") })
        expect(
          yield* Effect.flip(Effect.scoped(Effect.provide(KeyStore.KeyStore.use(Effect.succeed), both))),
        ).toMatchObject({
          cause: "keys: the file is none of Tacet's keys",
        })
        yield* Effect.scoped(failing(newer))
        ;(yield* another(newer)).exec("PRAGMA user_version = 99")
        expect(yield* refusal({ file: newer })).toMatchObject({ _tag: "WrongSchemaVersion", expected: 1, actual: 99 })
        expect(yield* refusal({ file: place("none.db"), create: false })).toMatchObject({
          cause: "the file is missing",
        })
        expect(yield* refusal({ file: place("no/such/folder.db") })).toMatchObject({
          cause: "the file cannot be made: ENOENT",
        })
      }),
  )

  // Planted and found: keys that are made anew. A lost file of keys was a vault in which nobody is known.
  it.live("of keys that is missing or empty is refused once something was sealed under them", () =>
    Effect.gen(function* () {
      const options = { file: place("sealed.db"), keys: place("sealed.keys") }
      const built = Effect.scoped(Effect.provide(VaultStore.VaultStore.use(Effect.succeed), VaultSqlite.layer(options)))
      yield* built
      rmSync(options.keys)
      yield* built
      const [customer, subject, keyId] = [yield* aCustomer, yield* aSubject, yield* Uuid.next]
      const keys = new Map([["name", { keyId, wrappingKey: keyId, wrapped: new Uint8Array(9) }]] as const)
      yield* VaultStore.VaultStore.use((store) =>
        store.changeKeyring(customer, subject, 0, { ...Keyring.empty, keys }),
      ).pipe(Effect.provide(VaultSqlite.layer(options)))
      yield* built
      rmSync(options.keys)
      expect(yield* Effect.flip(built)).toMatchObject({ cause: "keys: the file is missing" })
      expect(existsSync(options.keys)).toBe(false)
      writeFileSync(options.keys, "")
      expect(yield* Effect.flip(built)).toMatchObject({ cause: "keys: the file is empty" })
    }),
  )

  // Planted and found: pages of so many events, whatever they hold, and missed events without a bound.
  it.live("gives pages of some bytes, which lead to every event", () =>
    Effect.gen(function* () {
      const { append, readLog, readStream } = yield* failing(place("pages.db"))
      const customer = yield* aCustomer
      const made = yield* aCommit(customer)
      const [{ stream, ...write }] = made.writes as [(typeof made.writes)[0]]
      const events = Array.from({ length: 20 }, () => ({ ...write.events[0]!, data: `{"a":"${"é".repeat(500_000)}"}` }))
      yield* append({ ...made, writes: [{ ...write, stream, events }] })
      const through: Array<number> = []
      for (let after = 0; after < 20; after = through.at(-1)!)
        through.push((yield* readLog(customer, { after })).through)
      expect(through).toEqual([8, 16, 20])
      expect(yield* readLog(customer, { filter: { eventTypes: ["Said"] } })).toMatchObject({ through: 8, head: 20 })
      const page = yield* readStream(customer, stream, { after: 3 })
      expect([page.version, page.events.map(({ version }) => version)]).toEqual([20, [4, 5, 6, 7, 8, 9, 10, 11]])
      expect((yield* readStream(customer, stream, { limit: 3 })).events.length).toBe(3)
      const late = {
        ...made,
        commitId: yield* Uuid.next,
        writes: [{ ...write, stream, expected: ExpectedVersion.exact(2) }],
        wantMissedEvents: true,
      }
      const missed = yield* Effect.flip(append(late))
      if (missed._tag !== "VersionConflict") throw missed
      expect(missed.mismatches.map(({ actual }) => actual)).toEqual([20])
      expect(missed.missed.map(({ version }) => version)).toEqual([3, 4, 5, 6, 7, 8, 9, 10])
    }),
  )

  it.live("names the hole where events were lost, to every reader", () =>
    Effect.gen(function* () {
      const file = place("holes.db")
      const { append, readLog } = yield* failing(file)
      const customer = yield* aCustomer
      for (let n = 0; n < 4; n++) yield* append(yield* aCommit(customer))
      ;(yield* another(file)).exec("DELETE FROM event WHERE position IN (4, 5)")
      const fault = { _tag: "LogFault", customer, after: 3, before: 6 }
      expect(yield* Effect.flip(readLog(customer))).toMatchObject(fault)
      expect(yield* Effect.flip(readLog(customer, { filter: { eventTypes: ["Nothing"] } }))).toMatchObject(fault)
      expect(yield* Effect.flip(readLog(customer, { after: 2, limit: 3 }))).toMatchObject(fault)
      expect((yield* readLog(customer, { after: 5 })).events.length).toBe(3)
      ;(yield* another(file)).exec("DELETE FROM event WHERE position = 8")
      expect(yield* Effect.flip(readLog(customer, { after: 5 }))).toMatchObject({ after: 7, before: 9 })
    }),
  )

  it.live("keeps no text with a zero or half a pair, and does not repeat it in the error", () =>
    Effect.gen(function* () {
      const [customer, subject] = [yield* aCustomer, yield* aSubject]
      const stores = VaultSqlite.layer({ file: place("texts.db"), keys: place("texts.keys") })
      yield* Effect.gen(function* () {
        for (const text of ["canary\0", "canary\ud800"]) {
          const locator = {
            subject,
            token: text,
            period: "p",
            validFrom: 0,
            validTo: undefined,
            retentionEnd: undefined,
          }
          const { put } = yield* VaultStore.VaultStore
          const refused = yield* Effect.flip(put(customer, subject, { locators: [locator] }))
          expect(refused).toMatchObject({ _tag: "VaultUnavailable", store: "vault" })
          const { record } = yield* AccessLog.AccessLog
          const record_ = { customer, at: 0, actor: yield* Uuid.next, purpose: text, reason: "incident" } as const
          const rest = { matter: undefined, reader: undefined, reference: undefined } as const
          const unrecorded = yield* Effect.flip(record({ ...record_, ...rest, category: "name", outcome: "opened" }))
          expect(unrecorded).toMatchObject({ _tag: "VaultUnavailable", store: "accessLog" })
          expect(refused.message + unrecorded.message).not.toContain("canary")
          expect(yield* (yield* VaultStore.VaultStore).keyrings(customer, { limit: 9 })).toEqual([])
        }
      }).pipe(Effect.provide(stores))
      yield* Effect.gen(function* () {
        const { save } = yield* ProjectionStore.ProjectionStore
        const saved = save(customer, { name: "p", version: 1 }, 0, { checkpoint: 1, state: "canary\0" })
        expect(yield* Effect.flip(saved)).toMatchObject({ operation: "saveProjection", outcome: "notCommitted" })
      }).pipe(Effect.provide(layer({ file: place("texts.db") })))
    }),
  )
})

if (lacking !== "") {
  it.live("a layer says what to install where there is no SQLite", () =>
    Effect.gen(function* () {
      const built = Effect.provide(EventStore.EventStore.use(Effect.succeed), layer({ file: place("nothing.db") }))
      const error = yield* Effect.flip(Effect.scoped(built))
      expect(error).toMatchObject({ _tag: "SqliteMissing", node: process.version })
      expect(error.message).toContain("install the package better-sqlite3")
      expect(existsSync(place("nothing.db"))).toBe(false)
    }),
  )
}

describe("transactions one after the other", () => {
  // Planted and found: transactions of a fiber that never gives up its turn.
  it.live("leave the process its turn", () =>
    Effect.gen(function* () {
      const database = yield* Database.make({ file: place("turns.db") }, "data")
      const long = database.read(() => {
        for (const until = performance.now() + 30; performance.now() < until;);
      })
      yield* long
      let hadTurn = false
      const immediate = setImmediate(() => (hadTurn = true))
      yield* long
      yield* long
      clearImmediate(immediate)
      expect(hadTurn).toBe(true)
    }),
  )
})
