import * as PgConnection from "@effect/sql-pg/PgConnection"
import { type CustomerId, EventStore, ExpectedVersion, Uuid } from "@tacet/core/eventsourcing"
import {
  AccessLogSuite,
  ErasureLedgerSuite,
  EventStoreSuite,
  Fixture,
  KeyStoreSuite,
  ProjectionStoreSuite,
  VaultSuite,
} from "@tacet/testing"
import { type Bouncer, findBouncer, startBouncer } from "@tacet/postgres-server"
import { afterAll, beforeAll, describe, expect, inject, it } from "@tacet/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { randomBytes } from "node:crypto"
import { layer } from "./layer.ts"
import { migrate } from "./schema/migrate.ts"
import type { Options } from "./server/Options.ts"
import { backupOf } from "./vault/backup.testing.ts"
import { asOwner, emptyForThisFile, vaultForThisFile } from "./testDatabase.testing.ts"
import { aCustomer } from "./vault/process.testing.ts"
import * as VaultPostgres from "./vault/VaultPostgres.ts"

const found = findBouncer()

const append = Effect.fnUntraced(function* (store: EventStore.EventStore["Service"], customer: CustomerId.CustomerId) {
  const events = [{ type: "Filled", schemaVersion: 1, occurredAt: 0, data: JSON.stringify(customer) }]
  return yield* store.append({
    customer,
    commitId: yield* Uuid.next,
    writes: [{ stream: { kind: "jar", id: yield* Uuid.next }, expected: ExpectedVersion.none, events }],
  })
})

describe.skipIf(found === undefined)(
  `through a proxy that pools by transaction (${found === undefined ? "skipped: there is no pgbouncer here" : `PgBouncer ${found.version}`})`,
  () => {
    // An account without privileges of its own: it may only act as one of the roles.
    const [account, password] = [`tacet_pooled_${randomBytes(4).toString("hex")}`, randomBytes(12).toString("hex")]
    const direct = vaultForThisFile()
    const empty = emptyForThisFile()
    let bouncer: Bouncer

    beforeAll(async () => {
      await asOwner(inject("postgresUrl"), [
        `CREATE ROLE ${account} LOGIN NOINHERIT PASSWORD '${password}' IN ROLE tacet_log, tacet_vault, tacet_keys`,
      ])
      // Fewer sessions than a pool of ours has connections: each of them meets transactions of all.
      bouncer = await startBouncer(found!.path, inject("postgresUrl"), {
        accounts: { [account]: password },
        sessions: 2,
      })
    })

    afterAll(async () => {
      await bouncer.stop()
      await asOwner(inject("postgresUrl"), [`DROP ROLE ${account}`])
    })

    /** Options whose URL is known once the proxy runs. */
    const pooled = (of: Options, asOwner = false): Options => ({
      ...of,
      get url() {
        const url = new URL(Redacted.value(of.url))
        url.hostname = "127.0.0.1"
        url.port = String(bouncer.port)
        if (!asOwner) Object.assign(url, { username: account, password })
        return Redacted.make(url.href)
      },
      transactionPooling: true,
    })
    const log = pooled(direct.log)
    const vault: VaultPostgres.VaultOptions = { vault: pooled(direct.vault), keys: pooled(direct.keys), log }

    // Random histories are tried at length without the proxy.
    const settings = { runs: 20, patience: 30_000 }
    for (const appendFunctions of [true, false]) {
      EventStoreSuite.register(
        `adapter-pg through the proxy, functions ${appendFunctions ? "on" : "off"}`,
        {
          layer: Layer.suspend(() => layer({ ...log, url: log.url, appendFunctions })),
          capabilities: { pushSubscription: true, survivesRestart: true },
        },
        { describe, it },
        settings,
      )
    }
    ProjectionStoreSuite.register(
      "adapter-pg through the proxy",
      {
        layer: (inline) => Layer.suspend(() => layer({ ...log, url: log.url, inline })),
        capabilities: { inlineProjections: true, survivesRestart: true },
      },
      { describe, it },
      settings,
    )

    const stores = Layer.suspend(() => VaultPostgres.layer(vault))
    const backup = Layer.succeed(Fixture.VaultBackup, { take: Effect.suspend(() => backupOf(direct.vault)) })
    const capabilities = { survivesRestart: true }
    VaultSuite.register(
      "adapter-pg through the proxy",
      { stores: Layer.merge(stores, backup), capabilities },
      { describe, it },
      settings,
    )
    KeyStoreSuite.register("adapter-pg through the proxy", { layer: stores, capabilities }, { describe, it }, settings)
    AccessLogSuite.register("adapter-pg through the proxy", { layer: stores, capabilities }, { describe, it }, settings)
    ErasureLedgerSuite.register(
      "adapter-pg through the proxy",
      { layer: stores, capabilities },
      { describe, it },
      settings,
    )

    it.live("is migrated through it, and says through it that it is not", () =>
      Effect.gen(function* () {
        const unready = pooled(empty)
        expect(yield* Effect.flip(Layer.build(layer({ ...unready, url: unready.url })))).toMatchObject({
          _tag: "WrongSchemaVersion",
          actual: 0,
        })
        const owner = pooled(empty, true)
        yield* Effect.all(
          Array.from({ length: 4 }, () => migrate({ ...owner, url: owner.url })),
          { concurrency: "unbounded" },
        )
        yield* Layer.build(layer({ ...unready, url: unready.url }))
      }),
    )

    it.live.each([true, false])("gives up what takes too long there too (functions: %s)", (appendFunctions) =>
      Effect.gen(function* () {
        const impatient = layer({ ...log, url: log.url, appendFunctions, statementTimeout: "150 millis" })
        const store = Context.get(yield* Layer.build(Layer.fresh(impatient)), EventStore.EventStore)
        const customer = yield* aCustomer
        yield* append(store, customer)
        const { query } = yield* PgConnection.make({ url: direct.log.url, prepare: false })
        yield* query("BEGIN")
        yield* query(`SELECT 1 FROM tacet.compartment WHERE customer_id = '${customer}' FOR UPDATE`)
        expect(yield* Effect.flip(append(store, customer))).toMatchObject({
          outcome: "notCommitted",
          cause: "SQLSTATE 57014: the statement took too long",
        })
        yield* query("COMMIT")
        expect(yield* append(store, customer)).toMatchObject({ firstPosition: 2 })
      }),
    )

    // Planted: the Customer set for the session; its settings set for the session; named statements; no role set and no
    // timeout. Each was found.
    it.live("shows each of many Customers its own events alone, whichever session a transaction meets", () =>
      Effect.gen(function* () {
        const built = yield* Effect.forEach([true, false], (appendFunctions) =>
          Layer.build(Layer.fresh(layer({ ...log, url: log.url, appendFunctions }))),
        )
        const processes = built.map((context) => Context.get(context, EventStore.EventStore))
        const customers = yield* Effect.all(Array.from({ length: 4 }, () => aCustomer))
        const turns = 30
        const busy = (customer: CustomerId.CustomerId, store: EventStore.EventStore["Service"]) =>
          Effect.gen(function* () {
            for (let turn = 0; turn < turns; turn++) {
              yield* append(store, customer)
              const { events } = yield* store.readLog(customer)
              for (const { data } of events) expect(data).toBe(JSON.stringify(customer))
            }
          })
        yield* Effect.all(
          customers.flatMap((customer) => processes.map((store) => busy(customer, store))),
          { concurrency: "unbounded", discard: true },
        )
        for (const customer of customers) {
          const { events, head } = yield* processes[0]!.readLog(customer)
          expect([events.length, head]).toEqual([2 * turns, 2 * turns])
        }
        // The settings of one transaction end with it: a transaction that sets none has no role and sees no rows.
        const { query, queryValues } = yield* PgConnection.make({ url: log.url, prepare: false })
        for (let look = 0; look < 8; look++) {
          yield* query("BEGIN")
          const told = `SELECT current_user::text, coalesce(current_setting('tacet.customer_id', true), ''),
            current_setting('enable_seqscan'), current_setting('statement_timeout')`
          expect(yield* queryValues(told)).toEqual([[account, "", "on", "0"]])
          yield* query("SET LOCAL ROLE tacet_log")
          expect(yield* queryValues("SELECT count(*)::int FROM tacet.event")).toEqual([[0]])
          yield* query("COMMIT")
        }
      }),
    )
  },
)
