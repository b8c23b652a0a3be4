import * as PgConnection from "@effect/sql-pg/PgConnection"
import { EventStoreSuite, Fixture, VaultSuite } from "@tacet/testing"
import { type Server, start } from "@tacet/postgres-server"
import { afterAll, beforeAll, describe, expect, inject, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { layer } from "../layer.ts"
import { migrate } from "../schema/migrate.ts"
import { backupOf } from "./backup.testing.ts"
import { dumpOf, newestPrograms, type Programs, restore } from "./dump.testing.ts"
import { aCustomer, aProcess, aSubject, observation, opening, value } from "./process.testing.ts"
import { asOwner, vaultForThisFile } from "../testDatabase.testing.ts"
import * as VaultPostgres from "./VaultPostgres.ts"

const options = vaultForThisFile()

describe("the ledger in its two places", () => {
  // Planted: `find` in the first place alone; the last place's entry preferred. Both were found.
  it.live(
    "knows every erasure that either place knows, answers the first one, and restores entries that one place lost",
    () =>
      Effect.gen(function* () {
        const { ledger } = yield* aProcess(options)
        const customer = yield* aCustomer
        const [first, second] = [
          { fingerprint: "f1", at: 1, cause: "request" },
          { fingerprint: "f2", at: 2, cause: "retention" },
        ] as const
        yield* ledger.record(customer, first)
        yield* ledger.record(customer, second)
        const lose = (part: "log" | "keys", schema: string) =>
          Effect.promise(() =>
            asOwner(Redacted.value(options[part].url), [
              `DELETE FROM ${schema}.erasure WHERE customer_id = '${customer}'`,
              `DELETE FROM ${schema}.record_number WHERE customer_id = '${customer}'`,
            ]),
          )
        yield* lose("log", "tacet")
        expect(yield* ledger.entries(customer)).toEqual([first, second])
        yield* ledger.record(customer, { ...second, at: 99, cause: "contractEnd" })
        yield* lose("keys", "tacet_keys")
        expect(yield* ledger.entries(customer)).toEqual([second])
        expect(yield* ledger.find(customer, "f2")).toMatchObject({ value: second })
        // If the two ever differ, every caller gets the same entry.
        yield* Effect.promise(() =>
          asOwner(Redacted.value(options.keys.url), [
            `INSERT INTO tacet_keys.erasure VALUES ('${customer}', 1, 'f2', 77, 'withdrawal')`,
          ]),
        )
        expect(yield* ledger.find(customer, "f2")).toMatchObject({ value: second })
        expect(yield* ledger.entries(customer)).toEqual([second])
      }),
  )
})

const programs = newestPrograms()

const majorOf = (url: string): Promise<number> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(PgConnection.make({ url: Redacted.make(url), prepare: false }), ({ queryValues }) =>
        Effect.map(queryValues("SELECT current_setting('server_version_num')::int / 10000"), ([row]) =>
          Number(row![0]),
        ),
      ),
    ),
  )

const serverMajor = await majorOf(inject("postgresUrl"))
const canDumpRun = programs !== undefined && programs.major >= serverMajor
/** Why nothing can be dumped. */
const lacking =
  canDumpRun || programs?.folder !== undefined
    ? undefined
    : `pg_dump ${programs?.major ?? "nowhere"}, server ${serverMajor}, and no server that it can dump`

describe.skipIf(lacking !== undefined)(`backups by pg_dump ${lacking ?? programs?.major}`, () => {
  const tools = programs as Programs
  let [source, fresh]: Array<Server> = []
  let sourceUrl: string

  beforeAll(async () => {
    if (!canDumpRun) source = await start({ programs: tools.folder!, settings: { fsync: "off" } })
    sourceUrl = source?.url ?? inject("postgresUrl")
    fresh = await start({ settings: { fsync: "off" } })
    // Roles belong to a server, not to a database: they are made there as everywhere, by migrating.
    const scratch = { url: Redacted.make(fresh.url) }
    await Effect.runPromise(Effect.andThen(migrate(scratch), VaultPostgres.migrate({ vault: scratch, keys: scratch })))
  })

  afterAll(async () => {
    await source?.stop()
    await fresh?.stop()
  })

  let made = 0
  const aDatabase = async (server: string): Promise<string> => {
    const url = new URL(server)
    url.pathname = `/tacet_backup_${process.pid}_${made++}`
    await asOwner(server, [`CREATE DATABASE ${url.pathname.slice(1)}`])
    return url.href
  }

  const parts = ["vault", "keys", "log"] as const

  const databases = async (server: string): Promise<VaultPostgres.VaultOptions> => {
    const [vault, keys, log] = [await aDatabase(server), await aDatabase(server), await aDatabase(server)]
    return {
      vault: { url: Redacted.make(vault) },
      keys: { url: Redacted.make(keys) },
      log: { url: Redacted.make(log) },
    }
  }

  type Dumps = Readonly<Record<(typeof parts)[number], string>>

  const dumpAll = async (of: VaultPostgres.VaultOptions): Promise<Dumps> => {
    const [vault, keys, log] = await Promise.all(parts.map((part) => dumpOf(tools, Redacted.value(of[part].url))))
    return { vault: vault!, keys: keys!, log: log! }
  }

  const restoreAll = async (dumps: Dumps): Promise<VaultPostgres.VaultOptions> => {
    const restored = await databases(fresh!.url)
    for (const part of parts) await restore(tools, Redacted.value(restored[part].url), dumps[part])
    return restored
  }

  // Planted: a ledger that is kept nowhere; one with the log alone; one read in one place. Each opened an erased value.
  it.live(
    "restore the values that were kept and none that was erased, also where one part is older than the others",
    () =>
      Effect.gen(function* () {
        const original = yield* Effect.promise(() => databases(sourceUrl))
        yield* migrate(original.log)
        yield* VaultPostgres.migrate(original)
        const { vault } = yield* aProcess(original)
        const customer = yield* aCustomer
        const [kept, before, after] = [yield* aSubject, yield* aSubject, yield* aSubject]
        const sealed = yield* Effect.forEach([kept, before, after], (subject) => vault.seal(value(customer, subject)))
        yield* Effect.forEach([kept, before, after], (subject) => vault.observe(observation(customer, subject)))
        yield* vault.erase(customer, before, "request")
        const older = yield* Effect.promise(() => dumpAll(original))
        yield* vault.erase(customer, after, "withdrawal")
        const newer = yield* Effect.promise(() => dumpAll(original))

        // Nothing of a value is in a dump, not even in one from before its erasure.
        for (const dump of Object.values({ ...older, log1: newer.log, vault1: newer.vault })) {
          expect(dump).not.toContain("canary-7f3a")
          expect(dump).not.toContain(Buffer.from("canary-7f3a").toString("hex"))
        }

        for (const [which, dumps, recovered] of [
          ["all of the same time", newer, 0],
          ["the vault alone from before", { ...newer, vault: older.vault }, 1],
          ["vault and log from before", { ...older, keys: newer.keys }, 1],
          ["vault and keys from before", { ...older, log: newer.log }, 1],
        ] as const) {
          const restored = yield* aProcess(yield* Effect.promise(() => restoreAll(dumps)))
          const opened = Effect.forEach(sealed, (one) =>
            Effect.map(restored.vault.open(opening(customer, one)), ({ _tag }) => _tag),
          )
          const expected = ["Open", "Erased", "Erased"]
          expect(yield* opened, which).toEqual(expected)
          for (const subject of [before, after]) {
            expect(yield* Effect.flip(restored.vault.seal(value(customer, subject)))).toMatchObject({
              _tag: "SubjectErased",
            })
          }
          const located = restored.vault.locate({
            ...opening(customer, sealed[0]!),
            identifier: observation(customer, kept).identifier,
            from: 0,
            to: 9,
          })
          expect(yield* located).toEqual([kept])
          expect(yield* restored.vault.recover(customer), which).toBe(recovered)
          expect(yield* opened, which).toEqual(expected)
          expect(yield* located).toEqual([kept])
          for (const subject of [before, after]) {
            expect(yield* restored.rows.valuesOf(customer, subject, { limit: 9 })).toEqual([])
            expect(yield* restored.rows.removeSubject(customer, subject, { on: 0, cause: "request" }, 9)).toBe(0)
          }
          expect(yield* restored.vault.recover(customer)).toBe(0)
        }
      }),
  )

  describe("leave databases that keep every law", () => {
    let restored: VaultPostgres.VaultOptions

    beforeAll(async () => {
      const original = await databases(sourceUrl)
      await Effect.runPromise(
        Effect.gen(function* () {
          yield* migrate(original.log)
          yield* VaultPostgres.migrate(original)
          const { vault } = yield* aProcess(original)
          yield* vault.seal(value(yield* aCustomer, yield* aSubject))
        }).pipe(Effect.scoped),
      )
      restored = await restoreAll(await dumpAll(original))
    })

    const stores = Layer.suspend(() =>
      Layer.merge(
        VaultPostgres.layer(restored),
        Layer.succeed(Fixture.VaultBackup, { take: Effect.suspend(() => backupOf(restored.vault)) }),
      ),
    )
    const runner = { describe, it }
    VaultSuite.register("what was restored", { stores, capabilities: { survivesRestart: true } }, runner, { runs: 5 })
    EventStoreSuite.register(
      "what was restored",
      {
        layer: Layer.suspend(() => layer(restored.log)),
        capabilities: { pushSubscription: true, survivesRestart: true },
      },
      runner,
      { runs: 5 },
    )
  })
})
