import * as PgConnection from "@effect/sql-pg/PgConnection"
import type { CustomerId, Uuid } from "@tacet/core/eventsourcing"
import { openProxy, type Server, start } from "@tacet/postgres-server"
import { afterAll, beforeAll, describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { migrate } from "../schema/migrate.ts"
import type { Options } from "../server/Options.ts"
import { aCommit, aCustomer, appendTo, holdingUp, storeOf } from "./appending.testing.ts"
import { asOwner } from "../testDatabase.testing.ts"

// These tests take the server down: they have one of their own.
const home = mkdtempSync(join(tmpdir(), "tacet-failures-"))
let server: Server
let options: Options

const storeWith = (more: Partial<Options> = {}) => storeOf({ ...options, ...more })

const holding = (customer: CustomerId.CustomerId) => holdingUp(options, customer)

/** The process ids of the adapter's sessions. */
const backendsOf = (url: string) =>
  Effect.scoped(
    Effect.flatMap(PgConnection.make({ url: Redacted.make(url), prepare: false }), ({ queryValues }) =>
      Effect.map(
        queryValues(
          "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'tacet log %' AND pid <> pg_backend_pid()",
        ),
        (rows) => rows.map(([pid]) => pid as number),
      ),
    ),
  )

/** Changes a Customer's counter row as only its owner can. */
const setting = (customer: CustomerId.CustomerId, change: string) =>
  Effect.promise(() =>
    asOwner(Redacted.value(options.url), [`UPDATE tacet.compartment SET ${change} WHERE customer_id = '${customer}'`]),
  )

describe("a store whose server fails", () => {
  beforeAll(async () => {
    server = await start({ directory: home, settings: { fsync: "off" } })
    options = { url: Redacted.make(server.url) }
  })

  afterAll(async () => {
    await server.stop()
    rmSync(home, { recursive: true, force: true })
  })

  it.live("cannot be built before the tables are there, and can once one of many processes has made them", () =>
    Effect.gen(function* () {
      expect(yield* Effect.flip(storeWith())).toMatchObject({ _tag: "WrongSchemaVersion", actual: 0 })
      yield* Effect.all(
        Array.from({ length: 10 }, () => migrate(options)),
        { concurrency: "unbounded" },
      )
      const store = yield* storeWith()
      expect(yield* appendTo(store, yield* aCustomer)).toMatchObject({ firstPosition: 1 })
    }),
  )

  it.live.each([true, false])(
    "refuses calls for a compartment that has moved to another database (functions: %s)",
    (appendFunctions) =>
      Effect.gen(function* () {
        const store = yield* storeWith({ appendFunctions })
        const customer = yield* aCustomer
        yield* appendTo(store, customer)
        const url = Redacted.value(options.url)
        const fenced = (fence: number) =>
          asOwner(url, [`UPDATE tacet.compartment SET fence = ${fence} WHERE customer_id = '${customer}'`])
        yield* Effect.promise(() => fenced(1))
        const two = [yield* aCommit(customer), yield* aCommit(customer)]
        const refused = yield* Effect.all(
          two.map((commit) => Effect.flip(store.append(commit))),
          { concurrency: "unbounded" },
        )
        expect(refused.map((error) => [error._tag, "outcome" in error && error.outcome])).toEqual([
          ["StoreUnavailable", "notCommitted"],
          ["StoreUnavailable", "notCommitted"],
        ])
        yield* setting(customer, "fence = 0")
        expect(yield* appendTo(store, customer)).toMatchObject({ firstPosition: 2, lastPosition: 2 })
      }),
  )

  // Planted and found: reported as an invalid commit.
  it.live.each([true, false])(
    "says that the counter lags behind the log, and writes nothing (functions: %s)",
    (appendFunctions) =>
      Effect.gen(function* () {
        const store = yield* storeWith({ appendFunctions })
        const customer = yield* aCustomer
        yield* appendTo(store, customer)
        const url = Redacted.value(options.url)
        const counter = (position: number) =>
          asOwner(url, [`UPDATE tacet.compartment SET position = ${position} WHERE customer_id = '${customer}'`])
        yield* Effect.promise(() => counter(0))
        const refused = yield* Effect.flip(appendTo(store, customer))
        expect(refused).toMatchObject({ _tag: "StoreUnavailable", outcome: "notCommitted" })
        expect(refused.message).toContain("23505")
        yield* setting(customer, "position = 1")
        expect(yield* appendTo(store, customer)).toMatchObject({ firstPosition: 2 })
      }),
  )

  it.live("cannot be built on the tables of a later release, nor migrated back", () =>
    Effect.gen(function* () {
      yield* Effect.promise(() => asOwner(server.url, ["INSERT INTO tacet.migration VALUES (99, now())"]))
      const refused = { _tag: "WrongSchemaVersion", actual: 99 }
      expect(yield* Effect.flip(storeWith())).toMatchObject(refused)
      expect(yield* Effect.flip(migrate(options))).toMatchObject(refused)
      yield* Effect.promise(() => asOwner(server.url, ["DELETE FROM tacet.migration WHERE version = 99"]))
      yield* storeWith()
    }),
  )

  it.live("reports an unavailable server from every operation, and works again once it is back", () =>
    Effect.gen(function* () {
      const store = yield* storeWith()
      const customer = yield* aCustomer
      yield* appendTo(store, customer)
      yield* Effect.promise(server.kill)
      const down = { _tag: "StoreUnavailable" }
      expect(yield* Effect.flip(appendTo(store, customer))).toMatchObject({ ...down, operation: "append" })
      expect(yield* Effect.flip(store.readLog(customer))).toMatchObject({ ...down, outcome: "notCommitted" })
      expect(yield* Effect.flip(storeWith())).toMatchObject({ _tag: "DatabaseUnavailable", cause: "no connection" })
      yield* Effect.promise(server.restart)
      expect(yield* appendTo(store, customer)).toMatchObject({ firstPosition: 2 })
      expect((yield* store.readLog(customer)).events).toHaveLength(2)
    }),
  )

  it.live("refuses to write to a standby, reads from it, and writes when it is promoted", () =>
    Effect.gen(function* () {
      const store = yield* storeWith()
      const customer = yield* aCustomer
      yield* appendTo(store, customer)
      const signal = join(home, "data", "standby.signal")
      yield* Effect.promise(server.kill)
      writeFileSync(signal, "")
      yield* Effect.promise(server.restart)
      const refused = yield* Effect.flip(Effect.retry(appendTo(store, customer), { times: 1 }))
      expect(refused).toMatchObject({ outcome: "notCommitted", cause: "SQLSTATE 25006: the server is read-only" })
      expect(yield* store.readLog(customer)).toMatchObject({ head: 1 })
      yield* Effect.promise(() => asOwner(server.url, ["SELECT pg_promote()"]))
      expect(yield* appendTo(store, customer)).toMatchObject({ firstPosition: 2 })
    }),
  )

  it.live("gives up a statement that takes too long, and changes nothing by it", () =>
    Effect.gen(function* () {
      const store = yield* storeWith({ statementTimeout: "150 millis" })
      const customer = yield* aCustomer
      yield* appendTo(store, customer)
      const release = yield* holding(customer)
      expect(yield* Effect.flip(appendTo(store, customer))).toMatchObject({
        outcome: "notCommitted",
        cause: "SQLSTATE 57014: the statement took too long",
      })
      yield* release
      expect(yield* appendTo(store, customer)).toMatchObject({ firstPosition: 2 })
    }),
  )

  it.live("reports that no connection became free, while other Customers' appends wait for theirs", () =>
    Effect.gen(function* () {
      const store = yield* storeWith({ appendConnections: 1, waitTimeout: "200 millis" })
      const [stuck, other] = [yield* aCustomer, yield* aCustomer]
      yield* appendTo(store, stuck)
      const release = yield* holding(stuck)
      const waiting = yield* Effect.forkChild(appendTo(store, stuck), { startImmediately: true })
      yield* Effect.sleep(50)
      expect(yield* Effect.flip(appendTo(store, other))).toMatchObject({
        _tag: "Overloaded",
        operation: "append",
        what: "calls",
        waiting: 1,
      })
      yield* release
      expect(yield* Fiber.join(waiting)).toMatchObject({ firstPosition: 2 })
      expect(yield* appendTo(store, other)).toMatchObject({ firstPosition: 1 })
    }),
  )

  // Planted and found: no deadline; an interruption that waits for the answer; a layer that waits for its connections.
  it.live("ends every call in time while its server is paused, and works again once the server resumes", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const store = yield* Effect.provideService(
        storeWith({ statementTimeout: "300 millis", connectTimeout: "300 millis" }),
        Scope.Scope,
        scope,
      )
      const customer = yield* aCustomer
      yield* appendTo(store, customer)
      yield* store.readLog(customer)
      const backends = yield* backendsOf(server.url)
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          for (const pid of backends) process.kill(pid, "SIGCONT")
        }),
      )
      for (const pid of backends) process.kill(pid, "SIGSTOP")
      const begun = performance.now()
      yield* Effect.all(
        [
          Effect.flip(Effect.timeout(store.readLog(customer), "200 millis")),
          Effect.map(Effect.flip(appendTo(store, customer)), (error) =>
            expect(error).toMatchObject({ outcome: "unknown", cause: "no answer in time" }),
          ),
          // It waits for the first one, and takes a connection of its own.
          appendTo(store, customer),
        ],
        { concurrency: "unbounded" },
      )
      yield* Scope.close(scope, Exit.void)
      expect(performance.now() - begun).toBeLessThan(20_000)
      expect(yield* appendTo(yield* storeWith(), customer)).toMatchObject({ firstPosition: 3 })
    }),
  )

  // Planted and found: connections that died while they were idle are lent.
  it.live("fails no call when all its connections died while they were idle", () =>
    Effect.gen(function* () {
      const store = yield* storeWith()
      const customer = yield* aCustomer
      yield* Effect.all(
        Array.from({ length: 12 }, () => Effect.andThen(appendTo(store, customer), store.readLog(customer))),
        { concurrency: "unbounded" },
      )
      const killed = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'tacet log %'"
      yield* Effect.promise(() => asOwner(server.url, [killed]))
      yield* Effect.sleep("200 millis")
      for (let turn = 0; turn < 12; turn++) {
        yield* appendTo(store, customer)
        yield* store.readLog(customer)
      }
    }),
  )

  // Planted and found: isolation left to the database; ids checked by the server, with the whole batch.
  it.live.each([true, false])(
    "does not depend on the defaults of its database, and keeps the valid commits beside one with a malformed id (functions: %s)",
    (appendFunctions) =>
      Effect.gen(function* () {
        const set = (level: string) =>
          asOwner(server.url, [`ALTER DATABASE postgres SET default_transaction_isolation = '${level}'`])
        yield* Effect.promise(() => set("serializable"))
        const stores = [yield* storeWith({ appendFunctions }), yield* storeWith({ appendFunctions })]
        const customer = yield* aCustomer
        const malformed = { ...(yield* aCommit(customer)), commitId: "order-4711" as Uuid.Uuid }
        const answers = yield* Effect.all(
          [
            Effect.exit(stores[0]!.append(malformed)),
            ...Array.from({ length: 60 }, (_, n) => Effect.exit(appendTo(stores[n % 2]!, customer))),
          ],
          { concurrency: "unbounded" },
        )
        expect(JSON.stringify(answers[0])).toContain("the id of a commit is a lower-case UUID")
        expect(JSON.stringify(answers[0])).not.toContain("4711")
        expect(answers.slice(1).every(Exit.isSuccess)).toBe(true)
        yield* Effect.promise(() => set("read committed"))
      }),
  )

  it.live("reports an append as unknown when its answer was cut off, and returns its result when it is repeated", () =>
    Effect.gen(function* () {
      const proxy = yield* Effect.acquireRelease(
        Effect.promise(() => openProxy(server.url)),
        ({ close }) => Effect.promise(close),
      )
      const store = yield* storeWith({ url: Redacted.make(proxy.url) })
      const customer = yield* aCustomer
      const commit = yield* aCommit(customer)
      proxy.cutBeforeAnswer()
      expect(yield* Effect.flip(store.append(commit))).toMatchObject({ _tag: "StoreUnavailable", outcome: "unknown" })
      proxy.mend()
      expect(yield* store.append(commit)).toMatchObject({ firstPosition: 1, lastPosition: 1 })
      expect(yield* store.readLog(customer)).toMatchObject({ head: 1 })
    }),
  )

  // Planted and found: a text in the place of an id sent to the server, which quotes it in its log.
  it.live("reads no stream under a text that is no id, and the server's log holds nothing of it", () =>
    Effect.gen(function* () {
      const store = yield* storeWith()
      const customer = yield* aCustomer
      const secret = "jane.roe@example.com"
      expect(yield* store.readStream(customer, { kind: "jar", id: secret as Uuid.Uuid })).toEqual({
        events: [],
        version: 0,
      })
      const logs = readdirSync(home, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".log"))
      expect(logs.length).toBeGreaterThan(0)
      for (const file of logs) expect(readFileSync(join(home, file), "utf8")).not.toContain(secret)
    }),
  )

  it.live("refuses an event that the database cannot store, without quoting it, and keeps the commits beside it", () =>
    Effect.gen(function* () {
      const store = yield* storeWith()
      const customer = yield* aCustomer
      const secret = `{"canary-7f3a":"\0"}`
      const answers = yield* Effect.all(
        Array.from({ length: 12 }, (_, n) => Effect.exit(appendTo(store, customer, n % 4 === 1 ? secret : "{}"))),
        { concurrency: "unbounded" },
      )
      expect(answers.filter(({ _tag }) => _tag === "Success")).toHaveLength(9)
      expect(JSON.stringify(answers)).toContain("InvalidCommit")
      expect(JSON.stringify(answers)).not.toContain("canary-7f3a")
      expect(yield* store.readLog(customer)).toMatchObject({ head: 9 })
    }),
  )

  it.live("keeps its reader going while transactions are held open, in this database and in another", () =>
    Effect.gen(function* () {
      yield* Effect.promise(() => asOwner(server.url, ["CREATE DATABASE another"]))
      const elsewhere = new URL(server.url)
      elsewhere.pathname = "/another"
      const stores = [yield* storeWith(), yield* storeWith()]
      const customer = yield* aCustomer
      for (const url of [server.url, elsewhere.href]) {
        const { query } = yield* PgConnection.make({ url: Redacted.make(url), prepare: false })
        yield* query("BEGIN")
        yield* query("SELECT pg_current_xact_id()::text")
      }
      // An append that is under way and does not end: it holds another Customer's counter.
      const other = yield* aCustomer
      yield* appendTo(stores[0]!, other)
      const release = yield* holding(other)
      const total = 16 * 25
      const seen: Array<number> = []
      const reading = yield* Effect.forkChild(
        stores[0]!.subscribe(customer).pipe(
          Stream.flatMap(({ events }) => Stream.fromIterable(events)),
          Stream.take(total),
          Stream.runForEach(({ position }) => Effect.sync(() => void seen.push(position))),
        ),
        { startImmediately: true },
      )
      yield* Effect.all(
        Array.from({ length: 16 }, (_, writer) =>
          Effect.forEach(Array.from({ length: 25 }), () => appendTo(stores[writer % 2]!, customer), { discard: true }),
        ),
        { concurrency: "unbounded", discard: true },
      )
      yield* Effect.timeout(Fiber.join(reading), "10 seconds")
      yield* release
      expect(seen).toEqual(Array.from({ length: total }, (_, index) => index + 1))
    }),
  )
})
