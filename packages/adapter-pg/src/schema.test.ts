import * as PgConnection from "@effect/sql-pg/PgConnection"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import { vaultForThisFile } from "./testDatabase.testing.ts"

const options = vaultForThisFile()

describe.each([
  { part: "log", schema: "tacet", count: 12 },
  { part: "vault", schema: "tacet_vault", count: 5 },
  { part: "keys", schema: "tacet_keys", count: 3 },
] as const)("the schema $schema", ({ count, part, schema }) => {
  const ask = (sql: string) =>
    Effect.scoped(
      Effect.flatMap(PgConnection.make({ url: options[part].url, prepare: false }), ({ queryValues }) =>
        queryValues(sql),
      ),
    )

  const tables = `c.relnamespace = '${schema}'::regnamespace AND c.relkind = 'r' AND c.relname <> 'migration'`

  it.live("has policies, enabled and forced, on every table", () =>
    Effect.gen(function* () {
      const rows = yield* ask(
        `SELECT c.relname::text, c.relrowsecurity, c.relforcerowsecurity, count(p.oid)::int FROM pg_class c
         LEFT JOIN pg_policy p ON p.polrelid = c.oid WHERE ${tables} GROUP BY 1, 2, 3 ORDER BY 1`,
      )
      expect(rows).toHaveLength(count)
      expect(rows.map(([, ...secured]) => secured)).toEqual(rows.map(() => [true, true, 1]))
    }),
  )

  it.live("begins every primary key and every unique index with the Customer, of one type everywhere", () =>
    Effect.gen(function* () {
      const without = yield* ask(
        `SELECT c.relname::text FROM pg_class c WHERE ${tables}
         AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)`,
      )
      expect(without).toEqual([])
      const first = yield* ask(
        `SELECT DISTINCT a.attname::text, a.atttypid::regtype::text, a.attnotnull FROM pg_index i
         JOIN pg_class c ON c.oid = i.indrelid
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] WHERE ${tables}`,
      )
      expect(first).toEqual([["customer_id", "uuid", true]])
    }),
  )

  it.live(
    "needs nothing that does not travel: no sequence, trigger, foreign key, function that is needed or default that varies",
    () =>
      Effect.gen(function* () {
        const inSchema = `= '${schema}'::regnamespace`
        const [counts] = yield* ask(
          `SELECT
          (SELECT count(*)::int FROM pg_class WHERE relnamespace ${inSchema} AND relkind IN ('S', 'v', 'm', 'f', 'p')),
          (SELECT count(*)::int FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace ${inSchema}),
          (SELECT count(*)::int FROM pg_constraint WHERE connamespace ${inSchema} AND (contype = 'f' OR condeferrable)),
          (SELECT count(*)::int FROM pg_proc WHERE pronamespace ${inSchema}
            -- These save time and are not needed: the store passes its suite without them.
            AND proname NOT IN ('append_one', 'append_many')),
          (SELECT count(*)::int FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE c.relnamespace ${inSchema} AND (a.attidentity <> '' OR a.attgenerated <> ''))`,
        )
        expect(counts).toEqual([0, 0, 0, 0, 0])
      }),
  )
})
