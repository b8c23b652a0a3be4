import * as PgConnection from "@effect/sql-pg/PgConnection"
import {
  AccessLogSuite,
  ErasureLedgerSuite,
  EventStoreSuite,
  Fixture,
  KeyStoreSuite,
  ProjectionStoreSuite,
  VaultSuite,
} from "@tacet/testing"
import { type Dialect, openDialect } from "@tacet/postgres-server"
import { afterAll, beforeAll, describe, expect, inject, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { layer } from "./layer.ts"
import { aCustomer, appendTo, storeOf } from "./log/appending.testing.ts"
import { migrate } from "./schema/migrate.ts"
import { sqlStateOf } from "./server/DatabaseError.ts"
import type { Options } from "./server/Options.ts"
import { emptyForThisFile, letOwnerIn } from "./testDatabase.testing.ts"
import { backupOf } from "./vault/backup.testing.ts"
import * as VaultPostgres from "./vault/VaultPostgres.ts"

/** One commit of twenty is rolled back. */
const profile = { share: 0.05, seed: 20_261 }

describe("under the dialect profile", () => {
  const direct = { vault: emptyForThisFile(), keys: emptyForThisFile(), log: emptyForThisFile() }
  const empty = emptyForThisFile()
  let dialect: Dialect

  /** Options whose URL is known once the proxy runs. */
  const through = (of: Options): Options => ({
    get url() {
      const url = new URL(Redacted.value(of.url))
      url.port = new URL(dialect.url).port
      return Redacted.make(url.href)
    },
    appendFunctions: false,
  })
  const log = through(direct.log)
  const vault: VaultPostgres.VaultOptions = { vault: through(direct.vault), keys: through(direct.keys), log }

  // Everything goes through it, the migrations too.
  beforeAll(async () => {
    dialect = await openDialect(inject("postgresUrl"), profile)
    await Effect.runPromise(Effect.andThen(migrate(log), VaultPostgres.migrate(vault)))
    await letOwnerIn(direct.vault)
  })

  afterAll(() => dialect.close())

  // Random histories are tried at length without it.
  const settings = { runs: 3, writers: 4, patience: 30_000 }
  const name = "adapter-pg under the dialect profile"
  const runner = { describe, it }
  EventStoreSuite.register(
    name,
    { layer: Layer.suspend(() => layer(log)), capabilities: { pushSubscription: true, survivesRestart: true } },
    runner,
    settings,
  )
  ProjectionStoreSuite.register(
    name,
    {
      layer: (inline) => Layer.suspend(() => layer({ ...log, url: log.url, inline })),
      capabilities: { inlineProjections: true, survivesRestart: true },
    },
    runner,
    settings,
  )
  const stores = Layer.suspend(() => VaultPostgres.layer(vault))
  const backup = Layer.succeed(Fixture.VaultBackup, { take: Effect.suspend(() => backupOf(direct.vault)) })
  const capabilities = { survivesRestart: true }
  VaultSuite.register(name, { stores: Layer.merge(stores, backup), capabilities }, runner, settings)
  KeyStoreSuite.register(name, { layer: stores, capabilities }, runner, settings)
  AccessLogSuite.register(name, { layer: stores, capabilities }, runner, settings)
  ErasureLedgerSuite.register(name, { layer: stores, capabilities }, runner, settings)

  // Planted and found: an advisory lock in a migration and in an append, functions that are made without being asked, a commit whose
  // 40001 is not repeated.
  it("nothing was asked for that it refuses, and one commit of twenty was rolled back", () => {
    expect(dialect.refused).toEqual([])
    expect(dialect.commits()).toBeGreaterThan(1_000)
    const share = dialect.rolledBack() / dialect.commits()
    expect(share).toBeGreaterThan(0.03)
    expect(share).toBeLessThan(0.07)
  })

  it.live("a migration that is to make functions says what to set instead, and leaves nothing", () =>
    Effect.gen(function* () {
      const { url } = through(empty)
      const error = yield* Effect.flip(migrate({ url }))
      expect(error.message).toContain(
        "SQLSTATE 0A000: the server cannot do this: where it has no functions, set appendFunctions: false",
      )
      yield* migrate({ url, appendFunctions: false })
    }),
  )

  it.live("what is migrated without functions gets them by a later migration that is to make them", () =>
    Effect.gen(function* () {
      const customer = yield* aCustomer
      const store = yield* storeOf(direct.log)
      expect(yield* Effect.flip(appendTo(store, customer))).toMatchObject({
        cause: "SQLSTATE 42883: there is no such function: run the migrations",
      })
      yield* migrate(direct.log)
      expect(yield* appendTo(store, customer)).toMatchObject({ firstPosition: 1 })
      yield* migrate(log)
      expect(yield* appendTo(store, customer)).toMatchObject({ firstPosition: 2 })
    }),
  )
})

describe("the dialect profile", () => {
  const at = (url: string, prepare: boolean) => PgConnection.make({ url: Redacted.make(url), prepare })

  it.live.each([true, false])("refuses what such engines lack (named statements: %s)", (prepare) =>
    Effect.gen(function* () {
      const dialect = yield* Effect.acquireRelease(
        Effect.promise(() => openDialect(inject("postgresUrl"), { share: 0, seed: 1 })),
        ({ close }) => Effect.promise(close),
      )
      const { query, queryValues } = yield* at(dialect.url, prepare)
      const refused = [
        "SELECT pg_advisory_xact_lock(1)",
        "SELECT pg_try_advisory_lock_shared(1)",
        "CREATE OR REPLACE FUNCTION pg_temp.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "NOTIFY a",
        "LISTEN a",
        "SELECT pg_notify('a', 'b')",
        "DO $$ BEGIN END $$",
      ]
      for (const statement of refused) {
        expect(sqlStateOf(yield* Effect.flip(query(statement))), statement).toBe("0A000")
      }
      expect(dialect.refused).toEqual(refused)
      yield* query("BEGIN")
      expect(yield* queryValues("SELECT 'listened to'")).toEqual([["listened to"]])
      yield* query("COMMIT")
      expect([dialect.commits(), dialect.rolledBack()]).toEqual([1, 0])
    }),
  )

  it.live.each([true, false])("rolls back and answers 40001 to a commit (named statements: %s)", (prepare) =>
    Effect.gen(function* () {
      const dialect = yield* Effect.acquireRelease(
        Effect.promise(() => openDialect(inject("postgresUrl"), { share: 0.5, seed: 1 })),
        ({ close }) => Effect.promise(close),
      )
      const { query, queryValues } = yield* at(dialect.url, prepare)
      yield* query("CREATE TEMPORARY TABLE written (n integer)")
      let kept = 0
      for (let n = 0; n < 40; n++) {
        yield* query("BEGIN")
        yield* query(`INSERT INTO written VALUES (${n})`)
        const answer = yield* Effect.result(query("COMMIT"))
        if (answer._tag === "Success") kept++
        else expect(sqlStateOf(answer.failure)).toBe("40001")
        // Outside of a transaction in any case.
        expect(yield* queryValues("SELECT count(*)::int FROM written")).toEqual([[kept]])
      }
      expect([dialect.commits(), dialect.rolledBack()]).toEqual([40, 40 - kept])
      expect(kept).toBeGreaterThan(10)
      expect(kept).toBeLessThan(30)
    }),
  )
})
