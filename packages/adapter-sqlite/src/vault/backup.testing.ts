/**
 * A backup of the vault's rows alone: copies of its tables beside them, and what puts them back in place of all that is
 * there then.
 */
import * as Effect from "effect/Effect"
import { randomBytes } from "node:crypto"
import { load } from "../file/Driver.ts"

// Referred to before those that refer.
const tables = ["keyring", "data_key", "sealed_value", "destroyed_value", "link", "locator"]

/** Takes a backup of the vault's tables and returns an effect that restores it. */
export const backupOf = (file: string): Effect.Effect<Effect.Effect<void>> => {
  const copies = randomBytes(6).toString("hex")
  const run = (statements: ReadonlyArray<string>) =>
    Effect.map(Effect.orDie(load()), (driver) => {
      const connection = driver(file)
      connection.exec("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE")
      for (const statement of statements) connection.exec(statement)
      connection.exec("COMMIT")
      connection.close()
    })
  return Effect.as(
    run(tables.map((table) => `CREATE TABLE ${table}_${copies} AS SELECT * FROM ${table}`)),
    run([
      "PRAGMA defer_foreign_keys = ON",
      ...tables.flatMap((table) => [`DELETE FROM ${table}`, `INSERT INTO ${table} SELECT * FROM ${table}_${copies}`]),
    ]),
  )
}
