import * as PgConnection from "@effect/sql-pg/PgConnection"
import { makePlainOwner, type Server, start } from "@tacet/postgres-server"
import { afterAll, beforeAll, describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { aCustomer, appendTo, storeOf } from "../log/appending.testing.ts"
import { migrate } from "../schema/migrate.ts"
import { asOwner } from "../testDatabase.testing.ts"
import { dumpOf, newestPrograms, type Programs, restore } from "./dump.testing.ts"

const programs = newestPrograms()
const lacking =
  programs?.folder === undefined ? "skipped: there is no pg_dump with a server of its version here" : undefined

const schema = "tacet"

/** Lets the owner read and write all rows, and ends it: as the guide says it, in one statement for all tables. */
const forcing = (how: "NO FORCE" | "FORCE") =>
  `DO $$ DECLARE secured regclass; BEGIN
    FOR secured IN SELECT oid FROM pg_class WHERE relnamespace = '${schema}'::regnamespace AND relrowsecurity LOOP
      EXECUTE format('ALTER TABLE %s ${how} ROW LEVEL SECURITY', secured);
    END LOOP;
  END $$`

/** What the guide has an administrator run. */
const backupRole = [
  `CREATE ROLE tacet_backup LOGIN PASSWORD 'word' BYPASSRLS`,
  `GRANT pg_read_all_data TO tacet_backup`,
]

describe.skipIf(lacking !== undefined)(
  `a dump of a server of which nobody is a superuser (${lacking ?? `pg_dump ${programs!.major}`})`,
  () => {
    const tools = programs as Programs
    let server: Server
    let owner: string

    const at = (url: string, change: { readonly database?: string; readonly user?: string }): string => {
      const changed = new URL(url)
      if (change.database !== undefined) changed.pathname = `/${change.database}`
      if (change.user !== undefined) [changed.username, changed.password] = [change.user, "word"]
      return changed.href
    }
    const aDatabase = async (name: string) => {
      await asOwner(owner, [`CREATE DATABASE ${name}`])
      return at(owner, { database: name })
    }
    /** How many rows each table holds, and what they are in brief, seen by a superuser. */
    const contents = (url: string) =>
      Effect.gen(function* () {
        const { username, password } = new URL(server.url)
        const all = Object.assign(new URL(url), { username, password })
        const { queryValues } = yield* PgConnection.make({ url: Redacted.make(all.href), prepare: false })
        const tables = yield* queryValues(
          `SELECT relname::text, relforcerowsecurity, relrowsecurity FROM pg_class
         WHERE relnamespace = '${schema}'::regnamespace AND relkind = 'r' ORDER BY 1`,
        )
        const rows = yield* Effect.forEach(tables, ([table]) =>
          queryValues(
            `SELECT count(*)::int, coalesce(md5(string_agg(t::text, ',' ORDER BY t::text)), '') FROM ${schema}.${String(table)} t`,
          ),
        )
        return tables.map((table, index) => [...table, ...rows[index]![0]!])
      }).pipe(Effect.scoped)

    let original: string

    beforeAll(async () => {
      server = await start({ programs: tools.folder!, settings: { fsync: "off" } })
      owner = await makePlainOwner(server.url)
      original = await aDatabase("original")
      await Effect.runPromise(
        Effect.gen(function* () {
          const options = { url: Redacted.make(original) }
          yield* migrate(options)
          const store = yield* storeOf(options)
          for (const customer of [yield* aCustomer, yield* aCustomer]) {
            for (let n = 0; n < 5; n++) yield* appendTo(store, customer, `{"n":  ${n}}`)
          }
        }).pipe(Effect.scoped),
      )
      await asOwner(server.url, backupRole)
    })

    afterAll(() => server.stop())

    const holdsAll = Effect.fnUntraced(function* (restored: string) {
      const there = yield* contents(restored)
      expect(there).toEqual(yield* contents(original))
      expect(there.find(([table]) => table === "event")?.slice(0, 4)).toEqual(["event", true, true, 10])
      // The same laws hold there as before: the owner sees no row, a process goes on.
      const store = yield* storeOf({ url: Redacted.make(restored) })
      expect(yield* appendTo(store, yield* aCustomer)).toMatchObject({ firstPosition: 1 })
    })

    it.live("is refused to the owner, and with row security holds no row and no error", () =>
      Effect.gen(function* () {
        const refused = yield* Effect.flip(Effect.tryPromise(() => dumpOf(tools, original)))
        expect(String(refused.cause)).toContain("query would be affected by row-level security policy")
        const empty = yield* Effect.promise(() => dumpOf(tools, original, "--enable-row-security"))
        expect(empty).toMatch(/COPY tacet\.event [^;]*;\n\\\.\n/)
        // The table of migrations is nobody's, and all that such a dump holds.
        expect(empty).toMatch(/COPY tacet\.migration [^;]*;\n1\t/)
      }),
    )

    it.live("is whole by the role for backups, and is restored by the owner", () =>
      Effect.gen(function* () {
        const dump = yield* Effect.promise(() => dumpOf(tools, at(original, { user: "tacet_backup" })))
        const restored = yield* Effect.promise(() => aDatabase("restored"))
        yield* Effect.promise(() => restore(tools, restored, dump))
        yield* holdsAll(restored)
      }),
    )

    it.live("is whole by the owner in three sections while the tables do not force their policies", () =>
      Effect.gen(function* () {
        const section = (name: string) => Effect.promise(() => dumpOf(tools, original, `--section=${name}`))
        const before = yield* section("pre-data")
        const after = yield* section("post-data")
        yield* Effect.promise(() => asOwner(original, [forcing("NO FORCE")]))
        const data = yield* section("data")
        // The roles of applications are no owners: meanwhile each still sees one Customer.
        const store = yield* storeOf({ url: Redacted.make(original) })
        expect(yield* store.readLog(yield* aCustomer)).toMatchObject({ events: [] })
        yield* Effect.promise(() => asOwner(original, [forcing("FORCE")]))
        const restored = yield* Effect.promise(() => aDatabase("sections"))
        for (const dump of [before, data, after]) yield* Effect.promise(() => restore(tools, restored, dump))
        yield* holdsAll(restored)
      }),
    )
  },
)
