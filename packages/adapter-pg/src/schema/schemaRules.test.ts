import * as PgConnection from "@effect/sql-pg/PgConnection"
import { beforeAll, describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { goodTable, statementRules, statementSources, tableRules } from "./schemaRules.testing.ts"
import { asOwner, emptyForThisFile } from "../testDatabase.testing.ts"
import * as VaultPostgres from "../vault/VaultPostgres.ts"
import { migrate } from "./migrate.ts"

// As migrations leave them, without a policy for the tests.
const options = { vault: emptyForThisFile(), keys: emptyForThisFile(), log: emptyForThisFile() }
beforeAll(() => Effect.runPromise(Effect.andThen(migrate(options.log), VaultPostgres.migrate(options))))

const asking = (part: "log" | "vault" | "keys") => (sql: string) =>
  Effect.scoped(
    Effect.flatMap(PgConnection.make({ url: options[part].url, prepare: false }), ({ queryValues }) =>
      queryValues(sql),
    ),
  )

describe.each([
  { part: "log", schema: "tacet", count: 12 },
  { part: "vault", schema: "tacet_vault", count: 5 },
  { part: "keys", schema: "tacet_keys", count: 3 },
] as const)("the schema $schema", ({ count, part, schema }) => {
  const ask = asking(part)

  for (const { breaches, rule } of tableRules) {
    it.live(`keeps to the rule: ${rule}`, () =>
      Effect.gen(function* () {
        expect(yield* ask(breaches(schema))).toEqual([])
      }),
    )
  }

  it.live("has as many tables as it should", () =>
    Effect.gen(function* () {
      const [row] = yield* ask(
        `SELECT count(*)::int FROM pg_class WHERE relnamespace = '${schema}'::regnamespace AND relkind = 'r'`,
      )
      // That of the migrations too.
      expect(row).toEqual([count + 1])
    }),
  )
})

describe("the rules of the tables", () => {
  const ask = asking("log")
  const asItsOwner = (statements: ReadonlyArray<string>) =>
    Effect.promise(() => asOwner(Redacted.value(options.log.url), statements))

  for (const { breaches, example, rule } of tableRules) {
    it.live(`find what breaks this one: ${rule}`, () =>
      Effect.gen(function* () {
        const schema = "breached"
        yield* asItsOwner([`CREATE SCHEMA ${schema}`, ...goodTable(schema)])
        yield* Effect.gen(function* () {
          for (const { breaches } of tableRules) expect(yield* ask(breaches(schema))).toEqual([])
          yield* asItsOwner(example(schema))
          expect(yield* ask(breaches(schema))).not.toEqual([])
        }).pipe(Effect.ensuring(asItsOwner([`DROP SCHEMA ${schema} CASCADE`])))
      }),
    )
  }
})

describe("the statements of the adapter", () => {
  const sources = statementSources()

  it("are all looked at", () => {
    const texts = sources.map(([, source]) => source).join("\n")
    expect(texts.match(/INSERT INTO|UPDATE \$|DELETE FROM|SELECT/g)!.length).toBeGreaterThan(80)
  })

  for (const { breaches, example, rule } of statementRules) {
    it(`keep to the rule, which finds its breach: ${rule}`, () => {
      expect(breaches(example)).not.toEqual([])
      expect(sources.flatMap(([file, source]) => breaches(source).map((breach) => `${file}: ${breach}`))).toEqual([])
    })
  }
})
