/**
 * Brings a database to the schema of this release. Safe when many processes start at once: one takes the steps, the
 * others wait and find them taken.
 */
import type * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { SqlError } from "effect/sql/SqlError"
import { causeOf, DatabaseUnavailable, sqlStateOf, WrongSchemaVersion } from "../server/DatabaseError.ts"
import { functions, hasFunctions } from "./appendFunctions.ts"
import { servesEarlier, steps } from "./steps.ts"
import { namesOf, type Part, workingOn } from "../server/Names.ts"
import type { Options } from "../server/Options.ts"
import { checkDistribution, distribute as distributeTables } from "./distribution.ts"
import type { Step } from "./secured.ts"
import * as Connecting from "../server/Connecting.ts"
import { answerTimeoutOf, connectionConfig, localSettings, named } from "../server/settings.ts"
import * as RealTime from "../server/RealTime.ts"

/** The options of a migration. */
export interface MigrateOptions extends Options {
  /**
   * Whether the tables are distributed by Customer once the steps are taken: the URL is that of a coordinator of Citus. Every
   * process that works with them needs `distributed: true` before. Default false.
   */
  readonly distribute?: boolean
}

/**
 * Takes the steps that are missing, in one transaction: all of them or none. With `appendFunctions: false` it makes no functions; a
 * later run without makes them. The user of the URL must be allowed to
 * create schemas in the database, and roles unless an administrator has created them. With `distribute: true` it then lets Citus
 * distribute what is not distributed yet, in a transaction of its own.
 *
 * @example
 * ```ts
 * import * as Redacted from "effect/Redacted"
 * import { migrate } from "@tacet/adapter-pg"
 *
 * const ready = migrate({ url: Redacted.make("postgresql://owner@localhost/tacet") })
 * ```
 */
export const migrate = (options: MigrateOptions): Effect.Effect<void, DatabaseUnavailable | WrongSchemaVersion> =>
  migrateBy("log", options, steps.log)

/** Takes the steps of one part that are missing, of those that are given. */
export const migrateBy = Effect.fn("PostgreSQL.migrate")(
  function* (part: Part, options: MigrateOptions, steps: ReadonlyArray<Step>, _attempts?: number) {
    const names = namesOf(options, part)
    const { appendFunctions = true, distribute = false } = options
    const asItself = { ...named(options, "migration"), role: null }
    const connected = yield* Connecting.make({ ...connectionConfig(asItself, {}), prepare: false })
    const { query, queryValues } = Connecting.answering(connected, answerTimeoutOf(asItself))
    const [told] = yield* queryValues(
      `SELECT pg_encoding_to_char(encoding)::text, quote_ident(datname) FROM pg_database WHERE datname = current_database()`,
    )
    const [encoding, database] = told as readonly [string, string]
    if (encoding !== "UTF8") {
      return yield* new DatabaseUnavailable({
        cause: `the database is encoded in ${encoding}: create it with ENCODING 'UTF8'`,
      })
    }
    // Read committed: the statement behind the lock sees what the lock waited for.
    yield* query("BEGIN ISOLATION LEVEL READ COMMITTED")
    yield* Effect.gen(function* () {
      for (const { sql } of localSettings(asItself, {})) yield* query(sql)
      // A step that waits for a lock makes everybody wait behind it: it tries again instead.
      yield* query("SET LOCAL lock_timeout = '500ms'")
      const { version: seen } = yield* permitted(ofAnother(names.schema))(reachedIn(queryValues, names.schema))
      // Until there is such a row, the names of schema and tables are what one session alone can take.
      if (seen > 0 && seen < steps.length) {
        yield* query(`SELECT 1 FROM ${names.schema}.migration WHERE version = 1 FOR UPDATE`).pipe(
          Effect.mapError((error) => (sqlStateOf(error) === lockNotGiven ? held : error)),
          permitted(ofAnother(names.schema)),
        )
      }
      const reached = seen === 0 ? nothing : yield* reachedIn(queryValues, names.schema)
      const before = reached.version
      if (!serves(reached, steps.length) && before > steps.length) {
        return yield* new WrongSchemaVersion({ schema: names.schema, expected: steps.length, actual: before })
      }
      if (before === 0) {
        const [isThere] = yield* queryValues("SELECT 1 FROM pg_namespace WHERE nspname = $1", [names.schema])
        if (isThere === undefined) {
          yield* permitted(
            `the user may make no schema: an administrator runs GRANT CREATE ON DATABASE ${database} TO that user`,
          )(query(`CREATE SCHEMA ${names.schema}`))
        }
        yield* permitted(
          `the user may make no tables in the schema: an administrator runs GRANT USAGE, CREATE ON SCHEMA ${names.schema} TO that user`,
        )(
          query(`CREATE TABLE ${names.schema}.migration
            (version integer PRIMARY KEY, taken_at timestamptz NOT NULL, serves integer)`),
        )
        const making: Array<string> = []
        for (const role of rolesOf[part].map((role) => names[role])) {
          const [found] = yield* queryValues("SELECT 1 FROM pg_roles WHERE rolname = $1", [role])
          if (found === undefined) making.push(`CREATE ROLE ${role} NOLOGIN NOBYPASSRLS`)
        }
        for (const statement of making) {
          yield* permitted(`roles are missing that the user may not make: an administrator runs ${making.join("; ")}`)(
            query(statement),
          )
        }
      }
      const missing = steps.slice(before)
      if (before > 0 && missing.length > 0) {
        const [isThere] = yield* queryValues(
          "SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = 'serves' AND NOT attisdropped",
          [`${names.schema}.migration`],
        )
        if (isThere === undefined) {
          const adding = `ALTER TABLE ${names.schema}.migration ADD COLUMN serves integer`
          yield* permitted(ofAnother(names.schema))(query(adding))
        }
      }
      // Earlier releases go on where no missing step stops them; a new database has nothing that they work with.
      const serving = before > 0 && missing.every((step) => servesEarlier.has(step)) ? reached.serves : steps.length
      for (const [index, step] of steps.entries()) {
        if (index < before) continue
        for (const statement of step(names, appendFunctions)) {
          yield* permitted(ofAnother(names.schema))(query(statement))
        }
        yield* query(`INSERT INTO ${names.schema}.migration (version, taken_at, serves) VALUES ($1, now(), $2)`, [
          String(index + 1),
          String(serving),
        ])
      }
      if (part === "log" && appendFunctions && steps.length >= latest && before <= steps.length) {
        // They are missing where an earlier migration was to do without.
        const [row] = yield* queryValues(hasFunctions(names.schema))
        if (row?.[0] !== true) for (const statement of functions(names)) yield* query(statement)
      }
      yield* query("COMMIT")
      if (distribute) {
        yield* query("BEGIN")
        for (const { sql } of localSettings(asItself, {})) yield* query(sql)
        const roles = rolesOf[part].map((role) => names[role])
        yield* distributeTables({ query, queryValues }, names.schema, roles)
        yield* query("COMMIT")
      }
    }).pipe(Effect.onError(() => Effect.ignore(query("ROLLBACK"))))
  },
  Effect.scoped,
  // Roles belong to all databases of a server: two that are migrated at once may both create them. Of two that begin with an
  // empty database one finds names taken.
  (migrating, _part, _options, _steps, attempts = 60) =>
    Effect.retry(migrating, {
      while: (error) =>
        error === held ||
        (error._tag === "SqlError" && /^(23505|42710|42P0[67]|40|55P03|XX000)/.test(sqlStateOf(error) ?? "")),
      times: attempts,
      schedule: Schedule.jittered(Schedule.spaced("200 millis")),
    }).pipe(RealTime.passing),
  Effect.catchTag("SqlError", (error) => {
    const advice = sqlStateOf(error) === unsupported ? ": where it has no functions, set appendFunctions: false" : ""
    return Effect.fail(new DatabaseUnavailable({ cause: causeOf(error) + advice }))
  }),
)

/** The version of the log at which its functions are those of this release. */
const latest = steps.log.length

const lockNotGiven = "55P03"
const notPermitted = "42501"
const unsupported = "0A000"

/** Says what lets the user, where it is not permitted to do something. */
const permitted =
  (cause: string) =>
  <A>(doing: Effect.Effect<A, SqlError | DatabaseUnavailable>): Effect.Effect<A, SqlError | DatabaseUnavailable> =>
    Effect.mapError(doing, (error) =>
      error._tag === "SqlError" && sqlStateOf(error) === notPermitted ? new DatabaseUnavailable({ cause }) : error,
    )

const ofAnother = (schema: string): string =>
  `the schema ${schema} or one of its tables belongs to another user: migrate as that one, or an administrator makes yours a member of it`

const held = new DatabaseUnavailable({
  cause:
    "another session holds the row of version 1 in the table of migrations, under which migrations take turns: a migration that takes long, which pg_stat_activity calls tacet migration, or a session of somebody else",
})

const rolesOf = {
  log: ["log", "vault", "operator"],
  vault: ["vault", "operator"],
  keys: ["keys", "operator"],
} as const

/** Fails where the database is out of reach, or at another version than this release works with. */
export const checkVersion = Effect.fnUntraced(
  function* (options: Options, part: Part = "log") {
    const { schema } = namesOf(options, part)
    const working = named(workingOn(part, options), "start")
    const connected = yield* Connecting.make(connectionConfig(working, {}))
    const { query, queryValues } = Connecting.answering(connected, answerTimeoutOf(working))
    const told = localSettings(working, {})
    // Settings of a transaction need one, and go with it. With the connection, it ends in any case.
    for (const sql of ["BEGIN", ...told.map(({ sql }) => sql)]) yield* query(sql)
    const reached = yield* reachedIn(queryValues, schema)
    const expected = steps[part].length
    if (!serves(reached, expected)) {
      return yield* new WrongSchemaVersion({ schema, expected, actual: reached.version })
    }
    const { appendFunctions = true } = options
    yield* checkDistribution({ query, queryValues }, schema, appendFunctions && part === "log")
  },
  Effect.scoped,
  (checked, options, part = "log") =>
    Effect.catchTag(checked, "SqlError", (error) =>
      Effect.fail(
        // The role of the connection is made with the tables.
        sqlStateOf(error) === "22023"
          ? new WrongSchemaVersion({ schema: namesOf(options, part).schema, expected: steps[part].length, actual: 0 })
          : new DatabaseUnavailable({ cause: whyNot(error, workingOn(part, options)) }),
      ),
    ),
)

/** Why a process cannot start: an account that may not work as the role is told what lets it. */
const whyNot = (error: SqlError, { role }: Options): string =>
  sqlStateOf(error) === notPermitted && typeof role === "string"
    ? `${causeOf(error)}: the user of the URL is no member of its role; an administrator runs GRANT ${role} TO that user`
    : causeOf(error)

/** What a schema has reached: its version, and the earliest one whose release works with it. */
interface Reached {
  readonly version: number
  readonly serves: number
}

const nothing: Reached = { version: 0, serves: 0 }

/** Whether a release that works with a version works with what a schema has reached. */
const serves = (reached: Reached, version: number): boolean =>
  version > 0 && version <= reached.version && version >= reached.serves

const reachedIn = Effect.fnUntraced(function* (
  queryValues: PgConnection.PgConnection["queryValues"],
  schema: string,
): Effect.fn.Return<Reached, SqlError> {
  // To a role that a later step lets into the schema, there is nothing yet.
  const [table] = yield* queryValues(
    `SELECT CASE WHEN has_schema_privilege(oid, 'USAGE') THEN to_regclass($1)::text END
     FROM pg_namespace WHERE nspname = $2`,
    [`${schema}.migration`, schema],
  )
  if (typeof table?.[0] !== "string") return nothing
  // Tables of earlier releases lack the column.
  const [row] = yield* queryValues(
    `SELECT version, coalesce((to_jsonb(m) ->> 'serves')::integer, version) FROM ${schema}.migration m
     ORDER BY version DESC LIMIT 1`,
  )
  return row === undefined ? nothing : { version: row[0] as number, serves: row[1] as number }
})
