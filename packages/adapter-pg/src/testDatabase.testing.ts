/**
 * A database of its own for each test file, on the server of the run; dropped after the last test.
 */
import * as PgConnection from "@effect/sql-pg/PgConnection"
import { afterAll, beforeAll, inject } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { randomBytes } from "node:crypto"
import { migrate } from "./migrate.ts"
import type { Options } from "./Options.ts"

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

/** Makes a database for this file before its tests. Its options may be used within tests and layers only. */
export const forThisFile = (): Options => {
  const name = `tacet_test_${randomBytes(6).toString("hex")}`
  const url = new URL(serverUrl())
  url.pathname = `/${name}`
  const options: Options = { url: Redacted.make(url.href) }
  beforeAll(async () => {
    await asOwner(serverUrl(), [`CREATE DATABASE ${name}`])
    await Effect.runPromise(migrate(options))
  })
  afterAll(() => asOwner(serverUrl(), [`DROP DATABASE ${name} WITH (FORCE)`]))
  return options
}
