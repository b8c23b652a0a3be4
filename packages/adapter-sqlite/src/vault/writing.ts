/**
 * Writes keyrings, and rows under them. A transaction holds the file's write lock before it reads the keyring, so that a
 * `put` and a `fence` of one subject take turns.
 */
import { Keyring, VaultError, VaultStore } from "@tacet/core/privacy"
import * as Result from "effect/Result"
import { texts, type Transaction } from "../file/Transaction.ts"
import * as Keyrings from "./KeyringRow.ts"

type Address = Pick<Keyring.Keyring, "customer" | "subject">

const erased = ({ customer, subject }: Address, { erasure, revision }: Keyring.Keyring) =>
  new VaultError.SubjectErased({ customer, subject, seenRevision: revision, cause: erasure?.cause ?? "request" })

/** Changes a keyring that is at a revision. */
export const changeKeyring = (
  transaction: Transaction,
  address: Address,
  revision: number,
  next: Keyring.KeyringState,
): Result.Result<Keyring.Keyring, VaultStore.KeyringMoved | VaultError.SubjectErased> => {
  const known = Keyrings.find(transaction, address.customer, address.subject)?.keyring
  if (known?.erasure !== undefined && (next.erasure === undefined || next.keys.size > 0)) {
    return Result.fail(erased(address, known))
  }
  const actualRevision = known?.revision ?? 0
  if (actualRevision !== revision) return Result.fail(new VaultStore.KeyringMoved({ actualRevision }))
  const { erasure, keys, objections, restricted } = next
  const changed = { ...address, erasure, keys, objections, restricted, revision: revision + 1 }
  return Result.succeed(Keyrings.keep(transaction, known, changed).keyring)
}

/** Erases a keyring; a repetition keeps the first erasure. */
export const fence = (transaction: Transaction, address: Address, erasure: Keyring.Erasure): Keyring.Erasure => {
  const known = Keyrings.find(transaction, address.customer, address.subject)?.keyring
  if (known?.erasure !== undefined) return known.erasure
  Keyrings.keep(transaction, known, { ...Keyring.empty, ...address, erasure, revision: (known?.revision ?? 0) + 1 })
  return erasure
}

/** Puts rows of one subject, all or none. */
export const put = (
  transaction: Transaction,
  address: Address,
  { correction = false, links = [], locators = [], values = [] }: VaultStore.Rows,
): Result.Result<void, VaultStore.KeyringMoved | VaultError.SubjectErased | VaultError.SubjectRestricted> => {
  const { customer } = address
  const kept = Keyrings.find(transaction, customer, address.subject)
  const known = kept?.keyring
  if (known?.erasure !== undefined) return Result.fail(erased(address, known))
  if (known?.restricted === true && !correction) return Result.fail(new VaultError.SubjectRestricted(address))
  if (values.some(({ category, keyId }) => known?.keys.get(category)?.keyId !== keyId)) {
    return Result.fail(new VaultStore.KeyringMoved({ actualRevision: known?.revision ?? 0 }))
  }
  const { id } = kept ?? Keyrings.keep(transaction, undefined, { ...Keyring.empty, ...address, revision: 1 })
  const { one, run } = transaction
  for (const value of values) {
    const { reference } = value
    if (one("SELECT 1 FROM destroyed_value WHERE customer_id = ? AND reference = ?", customer, reference)) continue
    run(
      `INSERT INTO sealed_value (customer_id, keyring, reference, category, collected_at, retention_end, purposes, source,
        kind, collected_by, key_id, algorithm, nonce, cipher_text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (customer_id, reference) DO NOTHING`,
      customer,
      id,
      reference,
      value.category,
      value.collectedAt,
      value.retentionEnd,
      texts(value.purposes),
      value.source,
      value.kind,
      value.collectedBy,
      value.keyId,
      value.algorithm,
      value.nonce,
      value.cipherText,
    )
  }
  for (const { collected, interaction, retentionEnd } of links) {
    run(
      `INSERT INTO link (customer_id, keyring, interaction_id, category, collected_at, retention_end)
        VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (customer_id, interaction_id, keyring) DO NOTHING`,
      customer,
      id,
      interaction,
      collected?.category,
      collected?.at,
      retentionEnd,
    )
  }
  for (const { collected, period, retentionEnd, token, validFrom, validTo } of locators) {
    run(
      `INSERT INTO locator (customer_id, keyring, token, period, valid_from, valid_to, category, collected_at,
        retention_end) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (customer_id, token, keyring, valid_from, valid_to) DO NOTHING`,
      customer,
      id,
      token,
      period,
      validFrom,
      validTo ?? Number.POSITIVE_INFINITY,
      collected?.category,
      collected?.at,
      retentionEnd,
    )
  }
  return Result.void
}
