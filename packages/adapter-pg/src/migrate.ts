/**
 * Brings a database to the schema of this release. Safe when many processes start at once: one takes the steps, the
 * others wait and find them taken.
 */
import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { SqlError } from "effect/sql/SqlError"
import { causeOf, DatabaseUnavailable, sqlStateOf, WrongSchemaVersion } from "./DatabaseError.ts"
import { currentVersion, type Names, type Step, steps } from "./migrations.ts"
import type { Options } from "./Options.ts"
import { connectionConfig } from "./Sessions.ts"

/** The names that options give, or the reason why they may not be used. */
export const namesOf = ({ role, schema = "tacet" }: Pick<Options, "role" | "schema">): Names => ({
  schema: identifier(schema),
  log: identifier(role ?? `${schema}_log`),
  vault: identifier(`${schema}_vault`),
  operator: identifier(`${schema}_operator`),
})

const identifier = (name: string): string => {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(name)) return name
  throw new Error("a schema or role is named by at most 63 lower-case letters, digits and underscores")
}

/**
 * Takes the steps that are missing, in one transaction: all of them or none. The user of the URL must be allowed to
 * create schemas in the database, and roles unless an administrator has created them.
 *
 * @example
 * ```ts
 * import * as Redacted from "effect/Redacted"
 * import { migrate } from "@tacet/adapter-pg"
 *
 * const ready = migrate({ url: Redacted.make("postgresql://owner@localhost/tacet") })
 * ```
 */
export const migrate = (options: Options): Effect.Effect<void, DatabaseUnavailable | WrongSchemaVersion> =>
  migrateBy(steps, options)

const migrateBy = Effect.fn("PostgreSQL.migrate")(
  function* (steps: ReadonlyArray<Step>, options: Options) {
    const names = namesOf(options)
    const connection = yield* PgConnection.make({ ...connectionConfig({ ...options, role: null }, {}), prepare: false })
    const { query, queryValues } = connection
    yield* query("BEGIN")
    yield* Effect.gen(function* () {
      // The lock ends with the transaction, also behind a proxy that pools by transaction.
      yield* query("SELECT pg_advisory_xact_lock(20261122, hashtext($1))", [names.schema])
      const before = yield* versionIn(queryValues, names.schema)
      if (before > steps.length) {
        return yield* new WrongSchemaVersion({ schema: names.schema, expected: steps.length, actual: before })
      }
      if (before === 0) {
        yield* query(`CREATE SCHEMA IF NOT EXISTS ${names.schema}`)
        yield* query(
          `CREATE TABLE ${names.schema}.migration (version integer PRIMARY KEY, taken_at timestamptz NOT NULL)`,
        )
        for (const role of [names.log, names.vault, names.operator]) {
          const [found] = yield* queryValues("SELECT 1 FROM pg_roles WHERE rolname = $1", [role])
          if (found === undefined) yield* query(`CREATE ROLE ${role} NOLOGIN NOBYPASSRLS`)
        }
      }
      for (const [index, step] of steps.entries()) {
        if (index < before) continue
        for (const statement of step(names)) yield* query(statement)
        yield* query(`INSERT INTO ${names.schema}.migration (version, taken_at) VALUES ($1, now())`, [
          String(index + 1),
        ])
      }
      yield* query("COMMIT")
    }).pipe(Effect.onError(() => Effect.ignore(query("ROLLBACK"))))
  },
  Effect.scoped,
  // Roles belong to all databases of a server: two that are migrated at once may both create them.
  Effect.retry({
    while: (error) => error._tag === "SqlError" && /^(23505|42710|40|XX000)/.test(sqlStateOf(error) ?? ""),
    times: 20,
    schedule: Schedule.spaced("50 millis"),
  }),
  Effect.catchTag("SqlError", (error) => Effect.fail(new DatabaseUnavailable({ cause: causeOf(error) }))),
)

/** Fails where the database is out of reach, or at another version than this release works with. */
export const checkVersion = Effect.fnUntraced(
  function* (options: Options) {
    const { schema } = namesOf(options)
    const { queryValues } = yield* PgConnection.make(connectionConfig(options, {}))
    const actual = yield* versionIn(queryValues, schema)
    if (actual !== currentVersion) {
      return yield* new WrongSchemaVersion({ schema, expected: currentVersion, actual })
    }
  },
  Effect.scoped,
  (checked, options) =>
    Effect.catchTag(checked, "SqlError", (error) =>
      Effect.fail(
        // The role of the connection is made with the tables.
        sqlStateOf(error) === "22023"
          ? new WrongSchemaVersion({ schema: namesOf(options).schema, expected: currentVersion, actual: 0 })
          : new DatabaseUnavailable({ cause: causeOf(error) }),
      ),
    ),
)

const versionIn = Effect.fnUntraced(function* (
  queryValues: PgConnection.PgConnection["queryValues"],
  schema: string,
): Effect.fn.Return<number, SqlError> {
  const [table] = yield* queryValues("SELECT to_regclass($1)::text", [`${schema}.migration`])
  if (typeof table?.[0] !== "string") return 0
  const [row] = yield* queryValues(`SELECT coalesce(max(version), 0) FROM ${schema}.migration`)
  return row![0] as number
})
