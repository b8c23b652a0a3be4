import { describe, expect, it } from "@tacet/vitest"
import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { layer } from "../layer.ts"
import * as VaultPostgres from "../vault/VaultPostgres.ts"
import { asOwner, emptyForThisFile } from "../testDatabase.testing.ts"
import { connectionConfig, localSettings } from "../server/settings.ts"
import { settingsOf } from "../server/Database.ts"
import { migrate } from "./migrate.ts"

/** A schema of its own has roles of its own: that they log in concerns no other test. */
const options = { ...emptyForThisFile(), schema: "spread" }
const plain = { ...emptyForThisFile(), schema: "spread" }

const run = (...statements: ReadonlyArray<string>) =>
  Effect.promise(() => asOwner(Redacted.value(options.url), statements))

const ask = (sql: string) =>
  Effect.scoped(
    Effect.flatMap(PgConnection.make({ url: options.url, prepare: false }), ({ queryValues }) => queryValues(sql)),
  )

/** Where Citus keeps what it distributes, and functions that write there what they are asked for, in its place. */
const standIn = [
  "SET allow_system_table_mods = on",
  "CREATE TABLE pg_catalog.pg_dist_partition (logicalrelid regclass, beside text, at serial)",
  "CREATE TABLE pg_catalog.pg_dist_shard (shardid bigint)",
  "CREATE TABLE pg_catalog.pg_dist_object (classid oid, objid oid, distribution_argument_index integer)",
  "GRANT SELECT ON pg_catalog.pg_dist_partition, pg_catalog.pg_dist_shard, pg_catalog.pg_dist_object TO PUBLIC",
  `CREATE FUNCTION pg_catalog.create_distributed_table(t regclass, c text, colocate_with text DEFAULT 'default')
    RETURNS void LANGUAGE sql AS 'INSERT INTO pg_dist_partition (logicalrelid, beside) VALUES (t, colocate_with)'`,
  `CREATE FUNCTION pg_catalog.create_distributed_function(f regprocedure, a text, colocate_with text, force_delegation boolean)
    RETURNS void LANGUAGE sql AS 'INSERT INTO pg_dist_object VALUES (''pg_proc''::regclass, f, 0)'`,
]

const started = Effect.suspend(() => Effect.scoped(Layer.build(Layer.fresh(layer(options)))))

describe("tables that Citus distributes", () => {
  it.live("need Citus, and are told so where it is not", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(migrate({ ...plain, distribute: true }))
      expect(error.message).toContain("CREATE EXTENSION citus")
      // Set before there is anything distributed, the option does no harm.
      yield* Effect.scoped(Layer.build(layer({ ...plain, distributed: true })))
      yield* Effect.scoped(Layer.build(layer({ ...plain, distributed: true, transactionPooling: true })))
    }),
  )

  // Planted and found: a table that is left out; one with its policies forced; roles that do not log in; a process that starts
  // where some tables, or the functions, are not distributed.
  it.live("are distributed all, with functions and roles, once; and refused where something is missing", () =>
    Effect.gen(function* () {
      yield* run(...standIn)
      yield* migrate(options)
      // A database with Citus whose tables are as they were.
      yield* started
      const both = Effect.andThen(
        migrate({ ...options, distribute: true }),
        VaultPostgres.migrate({ vault: { ...options, distribute: true }, keys: { ...options, distribute: true } }),
      )
      yield* both
      yield* both
      const tables = `FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace::regnamespace::text ~ '^spread'
        AND c.relname <> 'migration'`
      expect(
        yield* ask(`SELECT c.oid::regclass::text ${tables} AND (
          c.relforcerowsecurity OR NOT c.relrowsecurity
          OR (SELECT count(*) FROM pg_dist_partition p WHERE p.logicalrelid = c.oid) <> 1)`),
      ).toEqual([])
      expect(
        yield* ask(`SELECT logicalrelid::text FROM pg_dist_partition WHERE beside = 'default' ORDER BY at`),
      ).toEqual([["spread.compartment"], ["spread_vault.keyring"], ["spread_keys.customer_keys"]])
      expect(yield* ask("SELECT count(DISTINCT objid)::int, count(*)::int FROM pg_dist_object")).toEqual([[2, 2]])
      expect(
        yield* ask("SELECT rolname::text FROM pg_roles WHERE rolname ~ '^spread_' AND rolcanlogin ORDER BY rolname"),
      ).toEqual([["spread_keys"], ["spread_log"], ["spread_operator"], ["spread_vault"]])
      yield* started
      yield* Effect.scoped(Layer.build(VaultPostgres.layer({ vault: options, keys: options, log: options })))

      yield* run("DELETE FROM pg_catalog.pg_dist_object")
      expect((yield* Effect.flip(started)).message).toContain("the functions of the append are not")
      yield* Effect.scoped(Layer.build(layer({ ...options, appendFunctions: false })))
      yield* run("DELETE FROM pg_catalog.pg_dist_partition WHERE logicalrelid = 'spread.counter'::regclass")
      expect((yield* Effect.flip(started)).message).toContain(
        "some tables of spread are distributed and counter is not",
      )
      yield* both
      yield* started
    }),
  )

  // Planted and found: the option without the setting; the setting before the role, which would be sent to the nodes too; plans
  // that do not know the Customer.
  it("have sessions whose transactions take their Customer along, and plans that know it", () => {
    const propagated = "citus.propagate_set_commands"
    expect(connectionConfig(options, {}).startupParameters).not.toHaveProperty([propagated])
    const distributed = { ...options, distributed: true }
    expect(connectionConfig(distributed, {}).startupParameters).toHaveProperty([propagated], "local")
    expect(localSettings({ ...distributed, transactionPooling: true }, {}).at(-1)!.sql).toBe(
      `SET LOCAL ${propagated} = 'local'`,
    )
    for (const part of ["log", "vault", "keys"] as const) {
      expect(settingsOf(distributed, part)).toMatchObject({ plan_cache_mode: "auto", enable_seqscan: "off" })
      expect(settingsOf(options, part)).toMatchObject({ plan_cache_mode: "force_generic_plan" })
    }
  })
})
