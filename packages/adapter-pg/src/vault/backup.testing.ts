/**
 * A backup of the vault's database that needs no other program: copies of its tables beside them, and what puts them back
 * in place of all that is there then.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { randomBytes } from "node:crypto"
import type { Options } from "../server/Options.ts"
import { asOwner } from "../testDatabase.testing.ts"

const tables = ["keyring", "sealed_value", "destroyed_value", "link", "locator"]

/** Takes a backup of the vault's tables and returns an effect that restores it. */
export const backupOf = (vault: Options): Effect.Effect<Effect.Effect<void>> => {
  const copies = `copies_${randomBytes(6).toString("hex")}`
  const run = (statements: ReadonlyArray<string>) =>
    Effect.promise(() => asOwner(Redacted.value(vault.url), ["BEGIN", ...statements, "COMMIT"]))
  return Effect.as(
    run([
      `CREATE SCHEMA ${copies}`,
      ...tables.map((table) => `CREATE TABLE ${copies}.${table} AS TABLE tacet_vault.${table}`),
    ]),
    run(
      tables.flatMap((table) => [
        `TRUNCATE tacet_vault.${table}`,
        `INSERT INTO tacet_vault.${table} SELECT * FROM ${copies}.${table}`,
      ]),
    ),
  )
}
