/**
 * A database of its own for each test file, on the server of the run; dropped after the last test.
 */
import * as PgConnection from "@effect/sql-pg/PgConnection"
import { afterAll, beforeAll, inject } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { randomBytes } from "node:crypto"
import { migrate } from "./schema/migrate.ts"
import type { Options } from "./server/Options.ts"
import { migrate as migrateVault, type VaultOptions } from "./vault/VaultPostgres.ts"

/** Runs statements as the account that owns everything. */
export const asOwner = (url: string, statements: ReadonlyArray<string>): Promise<void> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(PgConnection.make({ url: Redacted.make(url), prepare: false }), ({ query }) =>
        Effect.forEach(statements, (statement) => query(statement), { discard: true }),
      ),
    ),
  )

/** The URL of the run's server. */
const serverUrl = (): string => inject("postgresUrl")

/** Databases of one test file, by what they are for. They may be used within tests and layers only. */
const databases = (count: number): ReadonlyArray<Options> => {
  const urls = Array.from({ length: count }, () => {
    const url = new URL(serverUrl())
    url.pathname = `/tacet_test_${randomBytes(6).toString("hex")}`
    return url
  })
  const each = (statement: (name: string) => string) =>
    asOwner(
      serverUrl(),
      urls.map(({ pathname }) => statement(pathname.slice(1))),
    )
  beforeAll(() => each((name) => `CREATE DATABASE ${name}`))
  afterAll(() => each((name) => `DROP DATABASE ${name} WITH (FORCE)`))
  return urls.map(({ href }) => ({ url: Redacted.make(href) }))
}

/** Makes a database without tables for this file before its tests. */
export const emptyForThisFile = (): Options => databases(1)[0]!

/**
 * Lets the account that owns the tables see and change their rows, as a superuser does: the policies bind any other owner. The
 * adapter's roles are bound as before.
 */
export const letOwnerIn = ({ url }: Pick<Options, "url">): Promise<void> =>
  asOwner(Redacted.value(url), [
    `DO $$ DECLARE secured regclass; BEGIN
      IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN RETURN; END IF;
      FOR secured IN SELECT oid FROM pg_class WHERE relrowsecurity LOOP
        EXECUTE format('CREATE POLICY of_owner ON %s TO CURRENT_USER USING (true)', secured);
      END LOOP;
    END $$`,
  ])

/** Makes a database for this file before its tests. */
export const forThisFile = (): Options => {
  const options = emptyForThisFile()
  beforeAll(async () => {
    await Effect.runPromise(migrate(options))
    await letOwnerIn(options)
  })
  return options
}

/** Makes the databases of a vault for this file before its tests, one for each part. */
export const vaultForThisFile = (): VaultOptions => {
  const [vault, keys, log] = databases(3)
  const options = { vault: vault!, keys: keys!, log: log! }
  beforeAll(async () => {
    await Effect.runPromise(Effect.andThen(migrate(options.log), migrateVault(options)))
    for (const part of [options.vault, options.keys, options.log]) await letOwnerIn(part)
  })
  return options
}
