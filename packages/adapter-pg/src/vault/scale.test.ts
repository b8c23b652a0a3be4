import * as PgConnection from "@effect/sql-pg/PgConnection"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { writeSettings } from "../server/Database.ts"
import * as Removal from "./removal.ts"
import { aCustomer, aProcess, aSubject, opening, value } from "./process.testing.ts"
import { asOwner, vaultForThisFile } from "../testDatabase.testing.ts"

const options = vaultForThisFile()

const subjects = 10_000

/** Rows of many subjects whose keys are gone: two values, a link and a locator each, of which one in a hundred has expired. */
const rowsOfMany = (customer: string): ReadonlyArray<string> => {
  const each = `FROM generate_series(1, ${subjects}) n`
  const end = "CASE WHEN n % 100 = 0 THEN 1 END"
  const id = (of: string) => `md5(${of})::uuid`
  return [
    `INSERT INTO tacet_vault.keyring (customer_id, subject_id, revision, key_categories, key_ids, wrapping_key_ids,
       wrapped_keys, is_restricted, objections)
     SELECT '${customer}', ${id("'s' || n")}, 1, '{}', '{}', '{}', '{}', false, '[]' ${each}`,
    `INSERT INTO tacet_vault.sealed_value
     SELECT '${customer}', ${id("v || 'v' || n")}, ${id("'s' || n")}, 'freeText', '[]', n, ${end}, ${id("'k' || n")},
       'AES-256-GCM', '\\x00', repeat('x', 200)::bytea ${each}, generate_series(1, 2) v`,
    `INSERT INTO tacet_vault.link SELECT '${customer}', ${id("'i' || n")}, ${id("'s' || n")}, ${end} ${each}`,
    `INSERT INTO tacet_vault.locator
     SELECT '${customer}', 't' || n, ${id("'s' || n")}, 0, 9, '1970-01', ${end} ${each}`,
    "ANALYZE tacet_vault.keyring, tacet_vault.sealed_value, tacet_vault.link, tacet_vault.locator",
  ]
}

/** How many pages a removal of some rows reads, as the vault's role, by a plan that was made for any parameters. */
const pagesOf = (customer: string, removal: string, types: string, parameters: string) =>
  Effect.gen(function* () {
    const { query, queryValues } = yield* PgConnection.make({ url: options.vault.url, prepare: false })
    for (const statement of [
      ...Object.entries(writeSettings.vault).map(([name, setting]) => `SET ${name} = ${setting}`),
      `PREPARE removal (uuid, bigint, bigint, text, ${types}) AS ${removal}`,
      "SET ROLE tacet_vault",
      "BEGIN",
      `SET LOCAL tacet.customer_id = '${customer}'`,
    ]) {
      yield* query(statement)
    }
    const [row] = yield* queryValues(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE removal ('${customer}', 10, 0, 'request', ${parameters})`,
    )
    yield* query("ROLLBACK")
    const [plan] = (typeof row![0] === "string" ? JSON.parse(row![0]) : row![0]) as ReadonlyArray<{
      readonly Plan: Readonly<Record<string, number>>
    }>
    return plan!.Plan["Shared Hit Blocks"]! + plan!.Plan["Shared Read Blocks"]!
  }).pipe(Effect.scoped)

describe("a vault of ten thousand subjects", () => {
  // Planted: no index over the ends, none over the collection, none over the subjects. Each read a hundred times as many
  // pages.
  it.live("erases one of them, and sweeps expired values, at a cost in proportion to the deleted rows", () =>
    Effect.gen(function* () {
      const { rows, vault } = yield* aProcess(options)
      const customer = yield* aCustomer
      // The Customer's keys are in use before the rows come, which are written past them.
      yield* vault.seal(value(customer, yield* aSubject))
      yield* Effect.promise(() => asOwner(Redacted.value(options.vault.url), rowsOfMany(customer)))
      const [{ subject } = { subject: "" }] = yield* rows.keyrings(customer, { limit: 1 })
      expect(yield* pagesOf(customer, Removal.ofSubject("tacet_vault"), "uuid", `'${subject}'`)).toBeLessThan(150)
      const none = "'{}', '{}', '{}', '{}', '{}'"
      const sweeping = (segment: string, ofSubject = none) =>
        pagesOf(
          customer,
          Removal.ofEnded("tacet_vault"),
          "text[], bigint[], bigint[], bigint[], bigint, uuid[], text[], bigint[], bigint[], bigint[]",
          `'{freeText}', ${segment}, 5, ${ofSubject}`,
        )
      expect(yield* sweeping(`'{1}', '{${subjects + 1}}', '{5}'`)).toBeLessThan(250)
      expect(yield* sweeping("'{1}', '{9}', '{NULL}'")).toBeLessThan(250)
      const ofSubject = `'{${subject}}', '{freeText}', '{1}', '{${subjects + 1}}', '{NULL}'`
      expect(yield* sweeping("'{1}', '{1}', '{NULL}'", ofSubject)).toBeLessThan(250)

      // All pages are read to the last, and expired rows are deleted in batches.
      let after: string | undefined
      let seen = 0
      for (;;) {
        const page = yield* rows.keyrings(customer, {
          ...(after === undefined ? {} : { after: after as never }),
          limit: 999,
        })
        if (page.length === 0) break
        seen += page.length
        after = page.at(-1)!.subject
      }
      expect(seen).toBe(subjects + 1)
      expect(yield* vault.sweep(customer, 70)).toBe((subjects / 100) * 4)
      const mine = yield* aSubject
      const sealed = yield* vault.seal(value(customer, mine))
      yield* vault.erase(customer, mine, "request")
      expect(yield* vault.open(opening(customer, sealed))).toMatchObject({ _tag: "Erased" })
      // The others are not in the ledger: only this erasure is unfinished.
      expect(yield* vault.unfinished(customer)).toHaveLength(1)
    }),
  )
})
