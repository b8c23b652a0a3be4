import * as PgConnection from "@effect/sql-pg/PgConnection"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { randomBytes } from "node:crypto"
import { layer } from "../layer.ts"
import { asOwner, forThisFile } from "../testDatabase.testing.ts"
import { migrate, migrateBy } from "./migrate.ts"
import { steps } from "./steps.ts"

const options = forThisFile()

const run = (statements: ReadonlyArray<string>, url = Redacted.value(options.url)) =>
  Effect.promise(() => asOwner(url, statements))

const named = (what: string) => `tacet_${what}_${randomBytes(5).toString("hex")}`

/** The URL with another account or database. */
const changed = (change: { readonly user?: string; readonly database?: string }) => {
  const url = new URL(Redacted.value(options.url))
  if (change.user !== undefined) [url.username, url.password] = [change.user, "word"]
  if (change.database !== undefined) url.pathname = `/${change.database}`
  return url.href
}

/** A session that holds what a statement has taken, until the scope is closed. */
const holding = Effect.fnUntraced(function* (statement: string) {
  const { query } = yield* PgConnection.make({ url: options.url, prepare: false })
  yield* query("BEGIN")
  yield* query(statement)
  return query("COMMIT")
})

describe("a migration", () => {
  it.live("refuses a database that is encoded otherwise than in UTF-8, and leaves nothing in it", () =>
    Effect.gen(function* () {
      const database = named("latin")
      yield* run([`CREATE DATABASE ${database} TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'`])
      const url = changed({ database })
      const error = yield* Effect.flip(migrate({ url: Redacted.make(url) }))
      expect(error.message).toContain("the database is encoded in LATIN1: create it with ENCODING 'UTF8'")
      yield* run(["CREATE SCHEMA tacet"], url)
      yield* run([`DROP DATABASE ${database}`])
    }),
  )

  // Planted and found: no limit to the wait for a lock, so that all wait behind it.
  it.live("lets others go on while it waits for a transaction that is held open, and ends with that one", () =>
    Effect.gen(function* () {
      const release = yield* holding("SELECT count(*) FROM tacet.event")
      const next = [...steps.log, () => ["ALTER TABLE tacet.event ADD COLUMN more integer"]]
      const migrating = yield* Effect.forkChild(migrateBy("log", options, next))
      yield* Effect.sleep(300)
      for (let turn = 0; turn < 4; turn++) {
        yield* Effect.timeout(run(["SELECT count(*) FROM tacet.event"]), "10 seconds")
        yield* Effect.sleep(200)
      }
      expect(migrating.pollUnsafe()).toBeUndefined()
      yield* release
      yield* Fiber.join(migrating)
      yield* run([
        "SELECT more FROM tacet.event",
        "ALTER TABLE tacet.event DROP COLUMN more",
        `DELETE FROM tacet.migration WHERE version > ${steps.log.length}`,
      ])
    }),
  )

  it.live("tells that another session holds the lock under which migrations take turns", () =>
    Effect.gen(function* () {
      const release = yield* holding("SELECT 1 FROM tacet.migration FOR UPDATE")
      const next = [...steps.log, () => []]
      const error = yield* Effect.flip(migrateBy("log", options, next, 1))
      expect(error.message).toContain("another session holds the row of version 1 in the table of migrations")
      // Where there is nothing to do, nobody waits.
      yield* migrate(options)
      yield* release
    }).pipe(Effect.scoped),
  )

  it.live("names the roles that are missing with the statements that make them, where it may not make them", () =>
    Effect.gen(function* () {
      const [user, database, schema] = [named("owner"), named("owned"), named("s")]
      yield* run([
        `CREATE ROLE ${user} LOGIN PASSWORD 'word' ROLE CURRENT_USER`,
        `CREATE DATABASE ${database} OWNER ${user}`,
      ])
      const url = Redacted.make(changed({ user, database }))
      const error = yield* Effect.flip(migrate({ url, schema }))
      for (const role of ["log", "vault", "operator"]) {
        expect(error.message).toContain(`CREATE ROLE ${schema}_${role} NOLOGIN NOBYPASSRLS`)
      }
      yield* run([`DROP DATABASE ${database}`, `DROP ROLE ${user}`])
    }),
  )
})

describe("a migration by an account that lacks a right", () => {
  it.live("names the statement that gives it, one after the other, and then migrates", () =>
    Effect.gen(function* () {
      const [user, database] = [named("owner"), named("owned")]
      yield* run([`CREATE ROLE ${user} LOGIN PASSWORD 'word'`, `CREATE DATABASE ${database}`])
      const url = changed({ user, database })
      const within = changed({ database })
      const refused = Effect.map(Effect.flip(migrate({ url: Redacted.make(url) })), ({ message }) => message)
      expect(yield* refused).toContain(`an administrator runs GRANT CREATE ON DATABASE ${database} TO that user`)
      yield* run([`CREATE SCHEMA tacet`], within)
      expect(yield* refused).toContain("an administrator runs GRANT USAGE, CREATE ON SCHEMA tacet TO that user")
      yield* run([`GRANT USAGE, CREATE ON SCHEMA tacet TO ${user}`], within)
      yield* migrate({ url: Redacted.make(url) })
      yield* run([`DROP DATABASE ${database}`, `DROP ROLE ${user}`])
    }),
  )

  it.live("is told that the tables are another's", () =>
    Effect.gen(function* () {
      const user = named("other")
      yield* run([
        `CREATE ROLE ${user} LOGIN PASSWORD 'word' ROLE CURRENT_USER`,
        `GRANT USAGE ON SCHEMA tacet TO ${user}`,
        `GRANT SELECT ON tacet.migration TO ${user}`,
      ])
      const next = [...steps.log, () => ["ALTER TABLE tacet.event ADD COLUMN more integer"]]
      const error = yield* Effect.flip(migrateBy("log", { url: Redacted.make(changed({ user })) }, next))
      expect(error.message).toContain("the schema tacet or one of its tables belongs to another user")
      expect(error.message).not.toContain(user)
      yield* run([`DROP OWNED BY ${user}`, `DROP ROLE ${user}`])
    }),
  )
})

describe("a process", () => {
  it.live("whose account is no member of the role is told what lets it in", () =>
    Effect.gen(function* () {
      const user = named("stranger")
      yield* run([`CREATE ROLE ${user} LOGIN PASSWORD 'word'`])
      const url = Redacted.make(changed({ user }))
      const error = yield* Effect.flip(Effect.scoped(Layer.build(layer({ url }))))
      expect(error.message).toContain("an administrator runs GRANT tacet_log TO that user")
      expect(error.message).not.toContain(user)
      yield* run([`GRANT tacet_log TO ${user}`])
      yield* Effect.scoped(Layer.build(layer({ url })))
      yield* run([`DROP ROLE ${user}`])
    }),
  )
})
