import type { CustomerId } from "@tacet/core/eventsourcing"
import { EventStore, Uuid } from "@tacet/core/eventsourcing"
import { ErasureLedger } from "@tacet/core/privacy"
import { describe, expect, it } from "@tacet/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { layer } from "../layer.ts"
import { appendTo, storeOf } from "../log/appending.testing.ts"
import { namesOf } from "../server/Names.ts"
import { functions } from "./appendFunctions.ts"
import { migrate, migrateBy } from "./migrate.ts"
import { steps } from "./steps.ts"
import { asOwner, emptyForThisFile } from "../testDatabase.testing.ts"
import * as VaultPostgres from "../vault/VaultPostgres.ts"

const options = emptyForThisFile()

const customer = "11111111-1111-4111-8111-111111111111" as CustomerId.CustomerId
/** In other words than any program writes: whoever reads and writes it anew changes it. */
const data = `{"b":1,  "a":[ ], "a":2}`
const stream = { kind: "jar", id: "22222222-2222-4222-8222-222222222222" } as const

describe("the log's schema", () => {
  // Planted: a second step that empties `event`; one that misses a grant; no lock around the steps. Each was found.
  it.live("is brought from its first version to the last with data in place, by ten processes at once", () =>
    Effect.gen(function* () {
      yield* migrateBy("log", options, steps.log.slice(0, 1))
      yield* Effect.promise(() =>
        asOwner(Redacted.value(options.url), [
          // An owner that is no superuser is bound by the policies as well.
          `SELECT set_config('tacet.customer_id', '${customer}', false)`,
          `INSERT INTO tacet.compartment (customer_id, position) VALUES ('${customer}', 1)`,
          `INSERT INTO tacet.event VALUES ('${customer}', 1, '${stream.kind}', '${stream.id}', 1, 'Filled', 1, 5, 6,
            '${customer}', '${data}')`,
          `INSERT INTO tacet.projection VALUES ('${customer}', 'jars', 1, 1, '1')`,
        ]),
      )
      const tooOld = { _tag: "WrongSchemaVersion", expected: steps.log.length, actual: 1 }
      expect(yield* Effect.flip(Layer.build(layer(options)))).toMatchObject(tooOld)
      // The vault's role has no table in it yet.
      expect(yield* Effect.flip(Layer.build(VaultPostgres.layerRecords({ log: options })))).toMatchObject({
        ...tooOld,
        actual: 0,
      })

      yield* Effect.all(
        Array.from({ length: 10 }, () => migrate(options)),
        { concurrency: "unbounded" },
      )
      const store = Context.get(yield* Layer.build(layer(options)), EventStore.EventStore)
      expect((yield* store.readLog(customer)).events).toMatchObject([{ position: 1, stream, data }])
      const records = yield* Layer.build(VaultPostgres.layerRecords({ log: options }))
      const ledger = Context.get(records, ErasureLedger.ErasureLedger)
      const entry = { fingerprint: "f1", at: 7, cause: "request" } as const
      yield* ledger.record(customer, entry)
      expect(yield* ledger.entries(customer)).toEqual([entry])
      yield* migrate(options)
      expect(yield* ledger.entries(customer)).toEqual([entry])
    }),
  )
})

describe("a process of a release whose payloads were json", () => {
  const older = emptyForThisFile()

  // Planted and found: a seventh step that drops the functions that take json.
  it.live("goes on appending while the database is migrated", () =>
    Effect.gen(function* () {
      yield* migrateBy("log", older, steps.log.slice(0, 6))
      const run = (statements: ReadonlyArray<string>) =>
        Effect.promise(() => asOwner(Redacted.value(older.url), statements))
      // The last parameter was the time of recording, the one before it the payload.
      yield* run(functions(namesOf(older)).map((text) => text.replace(/text(\[\])?\)/, "json$1, bigint)")))
      const appended = () =>
        Effect.gen(function* () {
          const [one, many] = [yield* Uuid.next, yield* Uuid.next]
          yield* run([
            `SELECT set_config('tacet.customer_id', '${customer}', false)`,
            `SELECT tacet.append_event('${customer}', '${one}', 'jar', '${one}', 0, 0, 'Filled', 1, 5, '${data}'::json, 6)`,
            `SELECT tacet.append_batch('${customer}', '{${many}}', '{1}', '{1}', '{jar}', '{${many}}', '{0}', '{0}', '{1}',
              '{1}', '{1}', '{jar}', '{${many}}', '{Filled}', '{1}', '{5}', ARRAY['${data}'::json], 6)`,
          ])
        })
      yield* appended()
      yield* migrate(older)
      yield* appended()
      const store = Context.get(yield* Layer.build(layer(older)), EventStore.EventStore)
      expect((yield* store.readLog(customer)).events).toMatchObject(Array.from({ length: 4 }, () => ({ data })))
    }),
  )
})

describe("a schema that is newer than a process", () => {
  const newer = emptyForThisFile()
  const served = emptyForThisFile()
  const latest = steps.log.length

  const run = (options: typeof newer, statements: ReadonlyArray<string>) =>
    Effect.promise(() => asOwner(Redacted.value(options.url), statements))

  // Planted and found: any newer schema refused; any newer schema served; functions of the older process put in the place of newer ones.
  it.live("is worked with where its steps say so, and left as it is by a migration", () =>
    Effect.gen(function* () {
      yield* migrate(newer)
      yield* run(newer, [`INSERT INTO tacet.migration VALUES (${latest + 2}, now(), ${latest})`])
      const of = functions(namesOf(newer)).map((text) => text.replace("BEGIN", "BEGIN -- of a newer release"))
      yield* run(newer, of)
      yield* migrate(newer)
      const store = yield* storeOf(newer)
      expect(yield* appendTo(store, customer)).toMatchObject({ firstPosition: 1 })
      yield* run(newer, [
        "DO $$BEGIN ASSERT (SELECT count(*) = 2 FROM pg_proc WHERE prosrc LIKE '%of a newer release%'); END$$",
        `UPDATE tacet.migration SET serves = ${latest + 1} WHERE version > ${latest}`,
      ])
      const tooNew = { _tag: "WrongSchemaVersion", expected: latest, actual: latest + 2 }
      expect(yield* Effect.flip(Layer.build(layer(newer)))).toMatchObject(tooNew)
      expect(yield* Effect.flip(migrate(newer))).toMatchObject(tooNew)
    }),
  )

  it.live("says which earlier ones it serves: those that were there before steps that leave what they work with", () =>
    Effect.gen(function* () {
      const serves = (version: number, earliest: number) =>
        run(served, [
          `DO $$BEGIN ASSERT (SELECT serves = ${earliest} FROM tacet.migration WHERE version = ${version}); END$$`,
        ])
      yield* migrateBy("log", served, steps.log.slice(0, 7))
      // A new database serves what it was made for.
      yield* serves(7, 7)
      // Tables of a release before there was such a column.
      yield* run(served, ["ALTER TABLE tacet.migration DROP COLUMN serves"])
      yield* migrateBy("log", served, steps.log.slice(0, 8))
      yield* serves(8, 8)
      yield* migrateBy("log", served, steps.log.slice(0, 9))
      yield* serves(9, 8)
    }),
  )
})

describe("functions of an earlier release", () => {
  const earlier = emptyForThisFile()

  // Planted and found: functions of the same parameters taken for today's.
  it.live("are replaced, where migrations have left them as they were", () =>
    Effect.gen(function* () {
      const run = (statements: ReadonlyArray<string>) =>
        Effect.promise(() => asOwner(Redacted.value(earlier.url), statements))
      yield* migrateBy("log", earlier, steps.log.slice(0, -1))
      yield* run(
        functions(namesOf(earlier)).map((text) =>
          text.replace("BEGIN", "BEGIN RAISE EXCEPTION 'of an earlier release';"),
        ),
      )
      yield* migrate({ ...earlier, appendFunctions: false })
      yield* migrate(earlier)
      const store = yield* storeOf(earlier)
      yield* appendTo(store, customer)
      expect(yield* appendTo(store, customer)).toMatchObject({ firstPosition: 2 })
    }),
  )
})

describe("the schemas of a vault", () => {
  it.live("are made by many processes at once, beside the log's, and refused where they are of another version", () =>
    Effect.gen(function* () {
      const missing = { _tag: "WrongSchemaVersion", actual: 0 }
      expect(yield* Effect.flip(Layer.build(VaultPostgres.layerRows(options)))).toMatchObject(missing)
      expect(yield* Effect.flip(Layer.build(VaultPostgres.layerKeys(options)))).toMatchObject(missing)
      yield* Effect.all(
        Array.from({ length: 10 }, () => VaultPostgres.migrate({ vault: options, keys: options })),
        { concurrency: "unbounded" },
      )
      yield* Layer.build(VaultPostgres.layer({ vault: options, keys: options, log: options }))
      yield* Effect.promise(() =>
        asOwner(Redacted.value(options.url), ["INSERT INTO tacet_vault.migration VALUES (99, now())"]),
      )
      const later = { _tag: "WrongSchemaVersion", schema: "tacet_vault", actual: 99 }
      expect(yield* Effect.flip(Layer.build(VaultPostgres.layerRows(options)))).toMatchObject(later)
      expect(yield* Effect.flip(VaultPostgres.migrate({ vault: options }))).toMatchObject(later)
      yield* Layer.build(VaultPostgres.layerKeys(options))
    }),
  )
})
