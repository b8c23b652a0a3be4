/**
 * The keys of Customers in a file of their own.
 */
import type { CustomerId, Uuid } from "@tacet/core/eventsourcing"
import { KeyStore } from "@tacet/core/privacy"
import type { Database } from "../file/Database.ts"
import { bytesOf, optional, type Transaction } from "../file/Transaction.ts"
import { during } from "./transacting.ts"

/** Makes it. */
export const make = ({ read, write }: Database): KeyStore.KeyMaterial => ({
  load: (customer) =>
    during(
      "keyStore",
      read((transaction) => load(transaction, customer)),
    ),
  change: (customer, next) =>
    during(
      "keyStore",
      write((transaction) => {
        const keys = load(transaction, customer)
        const changed = next(keys)
        if (changed !== keys) keep(transaction, customer, keys, changed)
        return changed
      }),
    ),
})

const load = (
  { all, one }: Pick<Transaction, "all" | "one">,
  customer: CustomerId.CustomerId,
): KeyStore.CustomerKeys => {
  const known = one("SELECT fingerprint FROM customer_keys WHERE customer_id = ?", customer)
  if (known === undefined) return KeyStore.noKeys
  return {
    wrapping: all("SELECT * FROM wrapping_key WHERE customer_id = ? ORDER BY nth", customer).map((row) => ({
      id: row["key_id"] as Uuid.Uuid,
      bytes: bytesOf(row["bytes"]),
      supersededAt: optional(row["superseded_at"]) as number | undefined,
    })),
    periods: new Map(
      all("SELECT period, bytes FROM period_key WHERE customer_id = ?", customer).map(({ bytes, period }) => [
        period as string,
        bytes === null ? undefined : bytesOf(bytes),
      ]),
    ),
    fingerprint: known["fingerprint"] === null ? undefined : bytesOf(known["fingerprint"]),
  }
}

const keep = (
  { removes, run }: Transaction,
  customer: CustomerId.CustomerId,
  before: KeyStore.CustomerKeys,
  { fingerprint, periods, wrapping }: KeyStore.CustomerKeys,
): void => {
  run(
    "INSERT INTO customer_keys VALUES (?, ?) ON CONFLICT (customer_id) DO UPDATE SET fingerprint = excluded.fingerprint",
    customer,
    fingerprint,
  )
  run("DELETE FROM wrapping_key WHERE customer_id = ?", customer)
  for (const [nth, { bytes, id, supersededAt }] of wrapping.entries()) {
    run("INSERT INTO wrapping_key VALUES (?, ?, ?, ?, ?)", customer, nth, id, bytes, supersededAt)
  }
  run("DELETE FROM period_key WHERE customer_id = ?", customer)
  for (const [period, key] of periods) run("INSERT INTO period_key VALUES (?, ?, ?)", customer, period, key)
  const isGone =
    before.wrapping.some(({ id }) => !wrapping.some((key) => key.id === id)) ||
    Array.from(before.periods).some(([period, key]) => key !== undefined && periods.get(period) === undefined)
  if (isGone) removes()
}
