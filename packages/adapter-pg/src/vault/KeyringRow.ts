/**
 * Keyrings as rows, and the statements of their three uses: to change them, to put up the fence, to share it.
 */
import type { CustomerId, Uuid } from "@tacet/core/eventsourcing"
import type { Keyring, PersonalDataCategory, Subject } from "@tacet/core/privacy"
import type { Statement } from "../server/Sessions.ts"
import { list } from "../server/types.ts"
import { texts, textsOf, whole } from "./transacting.ts"

/** The columns of a keyring, in the order that {@link keyringOf} reads. */
export const columns = (table: string): string =>
  [
    "subject_id",
    "revision",
    "key_categories",
    "key_ids",
    "wrapping_key_ids",
    "wrapped_keys",
    "is_restricted",
    "objections",
    "erased_at",
    "erasure_cause",
    "fingerprint",
    "steps_done",
    "is_completed",
  ]
    .map((column) => `${table}.${column}`)
    .join(", ")

/** The keyring of a row. */
export const keyringOf = (customer: CustomerId.CustomerId, row: ReadonlyArray<unknown>): Keyring.Keyring => {
  const categories = row[2] as ReadonlyArray<PersonalDataCategory.PersonalDataCategory>
  const [keyIds, wrappingKeys] = [row[3], row[4]] as ReadonlyArray<ReadonlyArray<Uuid.Uuid>>
  const wrapped = row[5] as ReadonlyArray<Uint8Array>
  return {
    customer,
    subject: row[0] as Subject.SubjectId,
    revision: row[1] as number,
    keys: new Map(
      categories.map((category, index) => [
        category,
        { keyId: keyIds![index]!, wrappingKey: wrappingKeys![index]!, wrapped: wrapped[index]! },
      ]),
    ),
    restricted: row[6] as boolean,
    objections: new Set(textsOf(row[7])),
    erasure: erasureOf(row.slice(8)),
  }
}

const erasureOf = ([at, cause, fingerprint, done, completed]: ReadonlyArray<unknown>): Keyring.Erasure | undefined =>
  at === null
    ? undefined
    : {
        at: at as number,
        cause: cause as Subject.ErasureCause,
        fingerprint: fingerprint as string,
        done: textsOf(done),
        completed: completed as boolean,
      }

/** Reads a keyring. */
export const read = (schema: string, customer: string, subject: string): Statement => ({
  sql: `SELECT ${columns("k")} FROM ${schema}.keyring k WHERE k.customer_id = $1 AND k.subject_id = $2`,
  parameters: [customer, subject],
})

const parametersOf = ({ erasure, keys, objections, restricted }: Keyring.KeyringState): ReadonlyArray<unknown> => {
  const wrapped = Array.from(keys.values())
  return [
    list.text(Array.from(keys.keys())),
    list.uuid(wrapped.map(({ keyId }) => keyId)),
    list.uuid(wrapped.map(({ wrappingKey }) => wrappingKey)),
    list.bytea(wrapped.map((key) => key.wrapped)),
    restricted,
    texts(objections),
    erasure === undefined ? null : whole(erasure.at),
    erasure?.cause ?? null,
    erasure?.fingerprint ?? null,
    erasure === undefined ? null : texts(erasure.done),
    erasure?.completed ?? null,
  ]
}

const state = `key_categories, key_ids, wrapping_key_ids, wrapped_keys, is_restricted, objections, erased_at,
  erasure_cause, fingerprint, steps_done, is_completed`
const given = "$3, $4, $5, $6, $7::boolean, $8, $9::bigint, $10, $11, $12, $13::boolean"

const make = (
  schema: string,
): string => `INSERT INTO ${schema}.keyring AS k (customer_id, subject_id, revision, ${state})
    VALUES ($1, $2, 1, ${given})`

/** Makes the first revision of a keyring, where there is none. */
export const open = (schema: string, customer: string, subject: string, next: Keyring.KeyringState): Statement => ({
  sql: `${make(schema)} ON CONFLICT (customer_id, subject_id) DO NOTHING RETURNING ${columns("k")}`,
  parameters: [customer, subject, ...parametersOf(next)],
})

/** Changes a keyring that is at a revision. Where it is erased, only the erasure itself may change. */
export const change = (
  schema: string,
  customer: string,
  subject: string,
  revision: number,
  next: Keyring.KeyringState,
): Statement =>
  revision === 0
    ? open(schema, customer, subject, next)
    : {
        sql: `UPDATE ${schema}.keyring k SET revision = k.revision + 1, (${state}) = (${given})
          WHERE k.customer_id = $1 AND k.subject_id = $2 AND k.revision = $14
            AND (k.erased_at IS NULL OR ($9::bigint IS NOT NULL AND $4::uuid[] = '{}'))
          RETURNING ${columns("k")}`,
        parameters: [customer, subject, ...parametersOf(next), whole(revision)],
      }

/** Puts up the fence, where it is not up. */
export const fence = (schema: string, customer: string, subject: string, next: Keyring.KeyringState): Statement => ({
  sql: `${make(schema)}
    ON CONFLICT (customer_id, subject_id) DO UPDATE SET revision = k.revision + 1, (${state}) = (${given})
    WHERE k.erased_at IS NULL`,
  parameters: [customer, subject, ...parametersOf(next)],
})

/**
 * Shares the fence: an erasure waits until this transaction ends, and this transaction for a running erasure. The next
 * statement sees the row in its state when the lock is granted.
 */
export const share = (schema: string, customer: string, subject: string): Statement => ({
  sql: `SELECT 1 FROM ${schema}.keyring k WHERE k.customer_id = $1 AND k.subject_id = $2 FOR SHARE OF k`,
  parameters: [customer, subject],
})

/**
 * One row if rows may be put: the subject is neither erased nor, unless the rows are a correction, restricted, and has
 * every key that the values were sealed with. The first four parameters are Customer, subject, and the categories and ids
 * of the keys. The fence is shared before.
 */
export const permits = (schema: string, correction: boolean): string => `
  SELECT 1 FROM ${schema}.keyring k
  WHERE k.customer_id = $1 AND k.subject_id = $2 AND k.erased_at IS NULL ${correction ? "" : "AND NOT k.is_restricted "}AND NOT EXISTS (
    SELECT FROM unnest($3::text[], $4::uuid[]) AS needed (category, key_id) WHERE NOT EXISTS (
      SELECT FROM unnest(k.key_categories, k.key_ids) AS present (category, key_id)
      WHERE present.category = needed.category AND present.key_id = needed.key_id
    )
  )`
