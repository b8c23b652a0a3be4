/**
 * The ledger of erasures in PostgreSQL: in two places, with the log and with the keys. An erasure is recorded when both
 * have it, and known when either has, so that a restored backup of one reverts nothing that the other has recorded.
 */
import { type ErasureLedger, type Subject, VaultError } from "@tacet/core/privacy"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Records from "./Records.ts"
import { type Locate, transacting, whole } from "./transacting.ts"

type Customer = Parameters<Locate>[0]
type Entry = ErasureLedger.LedgerEntry

/** Makes the ledger over the places where it is kept. */
export const make = (places: ReadonlyArray<Locate>): ErasureLedger.ErasureLedger["Service"] => {
  const all = places.map(inOnePlace)
  const find = (customer: Customer, fingerprint: string) =>
    Effect.map(
      Effect.all(
        all.map((place) => place.find(customer, fingerprint)),
        { concurrency: "unbounded" },
      ),
      (found) => Option.firstSomeOf(found),
    )
  return {
    find,
    record: Effect.fnUntraced(function* (customer, entry) {
      // The first entry wins: an entry that one place already has is also written to the others.
      let standing = Option.getOrElse(yield* find(customer, entry.fingerprint), () => entry)
      for (const place of all) standing = yield* place.record(customer, standing)
    }),
    entries: (customer) =>
      Effect.map(
        Effect.all(
          all.map((place) => place.entries(customer)),
          { concurrency: "unbounded" },
        ),
        (lists) => {
          const known = new Map<string, Entry>()
          for (const entry of lists.flat()) if (!known.has(entry.fingerprint)) known.set(entry.fingerprint, entry)
          return Array.from(known.values())
        },
      ),
  }
}

const inOnePlace = (locate: Locate) => {
  const transact = transacting("erasureLedger", locate)
  const entry = (schema: string) => `SELECT fingerprint, erased_at, cause FROM ${schema}.erasure WHERE customer_id = $1`
  return {
    /** Records an entry unless its fingerprint has one, and returns the entry in force. */
    record: (customer: Customer, { at, cause, fingerprint }: Entry) =>
      Effect.flatMap(
        transact(customer, "write", (schema) => [
          Records.lock(schema, customer, "erasure"),
          {
            sql: `WITH added AS (
                INSERT INTO ${schema}.erasure (customer_id, number, fingerprint, erased_at, cause)
                SELECT $1::uuid, ${Records.last(schema, "erasure")} + 1, $2, $3::bigint, $4
                ON CONFLICT (customer_id, fingerprint) DO NOTHING RETURNING 1
              ) ${Records.counting(schema, "erasure")}`,
            parameters: [customer, fingerprint, whole(at), cause],
          },
          { sql: `${entry(schema)} AND fingerprint = $2`, parameters: [customer, fingerprint] },
        ]),
        ([, , rows]) =>
          rows![0] === undefined
            ? Effect.fail(new VaultError.VaultUnavailable({ store: "erasureLedger", cause: "not recorded" }))
            : Effect.succeed(entryOf(rows![0])),
      ),
    find: (customer: Customer, fingerprint: string) =>
      Effect.map(
        transact(customer, "read", (schema) => [
          { sql: `${entry(schema)} AND fingerprint = $2`, parameters: [customer, fingerprint] },
        ]),
        ([rows]) => Option.map(Option.fromNullishOr(rows![0]), entryOf),
      ),
    entries: (customer: Customer) =>
      Effect.map(
        transact(customer, "read", (schema) => [{ sql: `${entry(schema)} ORDER BY number`, parameters: [customer] }]),
        ([rows]) => rows!.map(entryOf),
      ),
  }
}

const entryOf = ([fingerprint, at, cause]: ReadonlyArray<unknown>): Entry => ({
  fingerprint: fingerprint as string,
  at: at as number,
  cause: cause as Subject.ErasureCause,
})
