/**
 * The ledger of erasures, in two files: with the log and with the keys. An erasure is recorded when both have it, and known
 * when either has, so that a restored backup of one reverts nothing that the other has recorded.
 */
import type { CustomerId } from "@tacet/core/eventsourcing"
import type { ErasureLedger, Subject } from "@tacet/core/privacy"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Database } from "../file/Database.ts"
import type { Row } from "../file/Driver.ts"
import { during } from "./transacting.ts"

type Entry = ErasureLedger.LedgerEntry

/** Makes the ledger over the files in which it is kept. */
export const make = (places: ReadonlyArray<Database>): ErasureLedger.ErasureLedger["Service"] => {
  const all = places.map(inOnePlace)
  const find = (customer: CustomerId.CustomerId, fingerprint: string) =>
    Effect.map(Effect.all(all.map((place) => place.find(customer, fingerprint))), (found) => Option.firstSomeOf(found))
  return {
    find,
    record: Effect.fnUntraced(function* (customer, entry) {
      // The first entry wins: one that a place already has is also written to the other.
      let standing = Option.getOrElse(yield* find(customer, entry.fingerprint), () => entry)
      for (const place of all) standing = yield* place.record(customer, standing)
    }),
    entries: (customer) =>
      Effect.map(Effect.all(all.map((place) => place.entries(customer))), (lists) => {
        const known = new Map<string, Entry>()
        for (const entry of lists.flat()) if (!known.has(entry.fingerprint)) known.set(entry.fingerprint, entry)
        return Array.from(known.values())
      }),
  }
}

const select = "SELECT fingerprint, erased_at, cause FROM erasure WHERE customer_id = ?"

const inOnePlace = ({ read, write }: Database) => ({
  /** Records an entry unless its fingerprint has one, and returns the entry in force. */
  record: (customer: CustomerId.CustomerId, entry: Entry) =>
    during(
      "erasureLedger",
      write(({ one, run }) => {
        run(
          `INSERT INTO erasure (customer_id, number, fingerprint, erased_at, cause)
            VALUES (?, (SELECT coalesce(max(number), 0) + 1 FROM erasure WHERE customer_id = ?), ?, ?, ?)
            ON CONFLICT (customer_id, fingerprint) DO NOTHING`,
          customer,
          customer,
          entry.fingerprint,
          entry.at,
          entry.cause,
        )
        return entryOf(one(`${select} AND fingerprint = ?`, customer, entry.fingerprint)!)
      }),
    ),
  find: (customer: CustomerId.CustomerId, fingerprint: string) =>
    during(
      "erasureLedger",
      read(({ one }) =>
        Option.map(Option.fromNullishOr(one(`${select} AND fingerprint = ?`, customer, fingerprint)), entryOf),
      ),
    ),
  entries: (customer: CustomerId.CustomerId) =>
    during(
      "erasureLedger",
      read(({ all }) => all(`${select} ORDER BY number`, customer).map(entryOf)),
    ),
})

const entryOf = (row: Row): Entry => ({
  fingerprint: row["fingerprint"] as string,
  at: row["erased_at"] as number,
  cause: row["cause"] as Subject.ErasureCause,
})
