/**
 * Keyrings as rows: one for the keyring itself, which is the fence, and one for each data key.
 */
import type { CustomerId, Uuid } from "@tacet/core/eventsourcing"
import type { Keyring, PersonalDataCategory, Subject } from "@tacet/core/privacy"
import type { Row, Value } from "../file/Driver.ts"
import { bytesOf, texts, textsOf, type Transaction } from "../file/Transaction.ts"

type Reading = Pick<Transaction, "all" | "one">

/** A keyring with the key of its row. */
export interface Kept {
  readonly id: Value
  readonly keyring: Keyring.Keyring
}

const columns = `id, subject_id, revision, is_restricted, objections, erased_at, erasure_cause, fingerprint, steps_done,
  is_completed`

/** The keyring of a subject. */
export const find = (reading: Reading, customer: CustomerId.CustomerId, subject: string): Kept | undefined => {
  const row = reading.one(`SELECT ${columns} FROM keyring WHERE customer_id = ? AND subject_id = ?`, customer, subject)
  return row === undefined ? undefined : keptOf(reading, customer, row)
}

/** The keyrings of a Customer that a condition chooses, by subject. */
export const select = (
  reading: Reading,
  customer: CustomerId.CustomerId,
  condition: string,
  ...parameters: ReadonlyArray<Value>
): ReadonlyArray<Keyring.Keyring> =>
  reading
    .all(`SELECT ${columns} FROM keyring WHERE customer_id = ? AND ${condition}`, customer, ...parameters)
    .map((row) => keptOf(reading, customer, row).keyring)

const keptOf = ({ all }: Reading, customer: CustomerId.CustomerId, row: Row): Kept => {
  const keys = all("SELECT * FROM data_key WHERE keyring = ? ORDER BY category", row["id"])
  return {
    id: row["id"]!,
    keyring: {
      customer,
      subject: row["subject_id"] as Subject.SubjectId,
      revision: row["revision"] as number,
      keys: new Map(
        keys.map((key) => [
          key["category"] as PersonalDataCategory.PersonalDataCategory,
          {
            keyId: key["key_id"] as Uuid.Uuid,
            wrappingKey: key["wrapping_key_id"] as Uuid.Uuid,
            wrapped: bytesOf(key["wrapped"]),
          },
        ]),
      ),
      restricted: row["is_restricted"] === 1,
      objections: new Set(textsOf(row["objections"])),
      erasure: erasureOf(row),
    },
  }
}

const erasureOf = (row: Row): Keyring.Erasure | undefined =>
  row["erased_at"] === null
    ? undefined
    : {
        at: row["erased_at"] as number,
        cause: row["erasure_cause"] as Subject.ErasureCause,
        fingerprint: row["fingerprint"] as string,
        done: textsOf(row["steps_done"]),
        completed: row["is_completed"] === 1,
      }

/** Writes the next revision of a keyring, the first where there is none. Keys that it no longer has are removed. */
export const keep = (
  { one, removes, run }: Transaction,
  known: Keyring.Keyring | undefined,
  keyring: Keyring.Keyring,
): Kept => {
  const { customer, erasure, keys, objections, restricted, revision, subject } = keyring
  const id = one(
    `INSERT INTO keyring (customer_id, subject_id, revision, is_restricted, objections, erased_at, erasure_cause,
        fingerprint, steps_done, is_completed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (customer_id, subject_id) DO UPDATE SET revision = excluded.revision,
        is_restricted = excluded.is_restricted, objections = excluded.objections, erased_at = excluded.erased_at,
        erasure_cause = excluded.erasure_cause, fingerprint = excluded.fingerprint, steps_done = excluded.steps_done,
        is_completed = excluded.is_completed
      RETURNING id`,
    customer,
    subject,
    revision,
    restricted,
    texts(objections),
    erasure?.at,
    erasure?.cause,
    erasure?.fingerprint,
    erasure === undefined ? null : texts(erasure.done),
    erasure?.completed,
  )!["id"]!
  for (const [category, { keyId, wrapped }] of known?.keys ?? []) {
    const next = keys.get(category)
    if (next?.keyId === keyId && isSame(next.wrapped, wrapped)) continue
    run("DELETE FROM data_key WHERE keyring = ? AND category = ?", id, category)
    removes()
  }
  for (const [category, { keyId, wrapped, wrappingKey }] of keys) {
    run("INSERT INTO data_key VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", id, category, keyId, wrappingKey, wrapped)
  }
  return { id, keyring }
}

const isSame = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, index) => byte === other[index])
