/**
 * The vault's rows in PostgreSQL. Every function is one transaction in one round trip.
 *
 * `put` takes a share lock on the keyring's row before it reads and writes, `changeKeyring` and `fence` lock the row
 * exclusively: rows that a `put` has acknowledged exist when a `fence` returns, and are removed afterwards; a later
 * `put` meets the fence.
 */
import { UtcDay } from "@tacet/core/calendar"
import type { CustomerId } from "@tacet/core/eventsourcing"
import { Keyring, VaultError, VaultStore } from "@tacet/core/privacy"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Statement } from "../server/Statement.ts"
import { list } from "../server/types.ts"
import * as Keyrings from "./KeyringRow.ts"
import { keyringIn, type Operations, readingEnds, readingKeyrings, readingLinks, readingValues } from "./reading.ts"
import * as Removal from "./removal.ts"
import { greatest, type Locate, type Transact, texts, transacting, whole, wholes } from "./transacting.ts"

/** Makes the store over databases. */
export const make = (locate: Locate): VaultStore.VaultStore["Service"] => {
  const transact = transacting("vault", locate)
  return {
    ...writing(transact),
    ...readingKeyrings(transact),
    ...readingValues(transact),
    ...readingLinks(transact),
    ...readingEnds(transact),
    ...removing(transact),
  }
}

/** Writes keyrings, and rows under them. */
const writing = (transact: Transact): Operations<"changeKeyring" | "fence" | "put"> => ({
  changeKeyring: Effect.fnUntraced(function* (customer, subject, revision, next) {
    const [changed, found] = yield* transact(customer, "write", (schema) => [
      Keyrings.change(schema, customer, subject, revision, next),
      Keyrings.read(schema, customer, subject),
    ])
    const made = Option.getOrUndefined(keyringIn(customer, changed))
    if (made !== undefined) return made
    const known = Option.getOrUndefined(keyringIn(customer, found))
    if (known?.erasure !== undefined && (next.erasure === undefined || next.keys.size > 0)) {
      return yield* erased(known, known.erasure)
    }
    return yield* new VaultStore.KeyringMoved({ actualRevision: known?.revision ?? 0 })
  }),

  fence: (customer, subject, erasure) =>
    Effect.map(
      transact(customer, "write", (schema) => [
        Keyrings.fence(schema, customer, subject, { ...Keyring.empty, erasure }),
        Keyrings.read(schema, customer, subject),
      ]),
      ([, found]) => Keyrings.keyringOf(customer, found![0]!).erasure!,
    ),

  put: Effect.fnUntraced(function* (customer, subject, rows) {
    const { values = [] } = rows
    const isBare = values.length === 0
    const answers = yield* transact(customer, "write", (schema) => [
      ...(isBare ? [Keyrings.open(schema, customer, subject, Keyring.empty)] : []),
      Keyrings.share(schema, customer, subject),
      putting(schema, customer, subject, rows),
      ...(isBare ? [] : [withoutDestroyed(schema, customer, values)]),
      Keyrings.read(schema, customer, subject),
    ])
    if (answers[isBare ? 2 : 1]!.length > 0) return
    const known = Option.getOrUndefined(keyringIn(customer, answers.at(-1)))
    if (known?.erasure !== undefined) return yield* erased(known, known.erasure)
    if (known?.restricted === true && rows.correction !== true)
      return yield* new VaultError.SubjectRestricted({ customer, subject })
    return yield* new VaultStore.KeyringMoved({ actualRevision: known?.revision ?? 0 })
  }),
})

/** Removals, each in batches of bounded size. */
const removing = (transact: Transact): Operations<"destroy" | "removeSubject" | "sweep" | "unlink"> => {
  /** Removes some rows, and again where another transaction has removed the very same at the same time. */
  const remove = (
    customer: CustomerId.CustomerId,
    compose: (schema: string) => Statement,
  ): Effect.Effect<number, VaultError.VaultUnavailable> =>
    Effect.flatMap(
      transact(customer, "write", (schema) => [compose(schema)]),
      ([rows]) => {
        const [found, removed] = rows![0] as [number, number]
        return removed === 0 && found > 0 ? remove(customer, compose) : Effect.succeed(removed)
      },
    )

  return {
    destroy: (customer, references, { cause, on }) =>
      Effect.asVoid(
        transact(customer, "write", (schema) => [
          {
            sql: `WITH gone AS (
                DELETE FROM ${schema}.sealed_value WHERE customer_id = $1 AND reference = ANY ($2::uuid[])
                RETURNING reference
              )
              INSERT INTO ${schema}.destroyed_value (customer_id, reference, destroyed_on, cause)
              SELECT $1::uuid, reference, $3::bigint, $4 FROM gone
              ON CONFLICT (customer_id, reference) DO NOTHING RETURNING 1`,
            parameters: [customer, list.uuid(references), whole(on), cause],
          },
        ]),
      ),

    unlink: (customer, subject, interactions) =>
      Effect.asVoid(
        transact(customer, "write", (schema) => [
          {
            sql: `DELETE FROM ${schema}.link
              WHERE customer_id = $1 AND interaction_id = ANY ($2::uuid[]) AND subject_id = $3 RETURNING 1`,
            parameters: [customer, list.uuid(interactions), subject],
          },
        ]),
      ),

    removeSubject: (customer, subject, { cause, on }, limit) =>
      remove(customer, (schema) => ({
        sql: Removal.ofSubject(schema),
        parameters: [customer, whole(limit), whole(on), cause, subject],
      })),

    sweep: (customer, ended, limit) => {
      const on = whole(UtcDay.startOfDay(ended.at))
      return remove(customer, (schema) => ({
        sql: Removal.ofEnded(schema),
        parameters: [customer, whole(limit), on, "retention", ...Removal.endedParameters(ended)],
      }))
    },
  }
}

const erased = ({ customer, revision, subject }: Keyring.Keyring, { cause }: Keyring.Erasure) =>
  new VaultError.SubjectErased({ customer, subject, seenRevision: revision, cause })

/** Inserts rows if the subject is open: all, or none. Returns whether it was. */
const putting = (
  schema: string,
  customer: string,
  subject: string,
  { correction = false, links = [], locators = [], values = [] }: VaultStore.Rows,
): Statement => ({
  sql: `WITH permitted AS MATERIALIZED (${Keyrings.permits(schema, correction)}), values_put AS (
      INSERT INTO ${schema}.sealed_value (customer_id, subject_id, reference, category, purposes, collected_at,
        retention_end, key_id, algorithm, nonce, cipher_text, source, kind, collected_by)
      SELECT $1::uuid, $2::uuid, v.reference, v.category, v.purposes, v.collected_at, v.retention_end, v.key_id,
        v.algorithm, v.nonce, v.cipher_text, nullif(v.source, ''), nullif(v.kind, ''), nullif(v.collected_by, '')
      FROM permitted, unnest($5::uuid[], $3::text[], $6::text[], $7::bigint[], $8::bigint[], $4::uuid[], $9::text[],
          $10::bytea[], $11::bytea[], $19::text[], $24::text[], $25::text[])
        AS v (reference, category, purposes, collected_at, retention_end, key_id, algorithm, nonce, cipher_text, source,
          kind, collected_by)
      ON CONFLICT (customer_id, reference) DO NOTHING RETURNING 1
    ), links_put AS (
      INSERT INTO ${schema}.link (customer_id, subject_id, interaction_id, retention_end, category, collected_at)
      SELECT $1::uuid, $2::uuid, l.interaction_id, l.retention_end, nullif(l.category, ''), l.collected_at
      FROM permitted, unnest($12::uuid[], $13::bigint[], $20::text[], $21::bigint[])
        AS l (interaction_id, retention_end, category, collected_at)
      ON CONFLICT (customer_id, interaction_id, subject_id) DO NOTHING RETURNING 1
    ), locators_put AS (
      INSERT INTO ${schema}.locator (customer_id, subject_id, token, period, valid_from, valid_to, retention_end,
        category, collected_at)
      SELECT $1::uuid, $2::uuid, l.token, l.period, l.valid_from, coalesce(l.valid_to, ${greatest}), l.retention_end,
        nullif(l.category, ''), l.collected_at
      FROM permitted, unnest($14::text[], $15::text[], $16::bigint[], $17::bigint[], $18::bigint[], $22::text[],
          $23::bigint[])
        AS l (token, period, valid_from, valid_to, retention_end, category, collected_at)
      ON CONFLICT (customer_id, token, subject_id, valid_from, valid_to) DO NOTHING RETURNING 1
    )
    SELECT 1 FROM permitted`,
  parameters: [
    customer,
    subject,
    list.text(values.map(({ category }) => category)),
    list.uuid(values.map(({ keyId }) => keyId)),
    list.uuid(values.map(({ reference }) => reference)),
    list.text(values.map(({ purposes }) => texts(purposes))),
    wholes(values.map(({ collectedAt }) => collectedAt)),
    wholes(values.map(({ retentionEnd }) => retentionEnd)),
    list.text(values.map((value) => value.algorithm)),
    list.bytea(values.map(({ nonce }) => nonce)),
    list.bytea(values.map(({ cipherText }) => cipherText)),
    list.uuid(links.map(({ interaction }) => interaction)),
    wholes(links.map(({ retentionEnd }) => retentionEnd)),
    list.text(locators.map(({ token }) => token)),
    list.text(locators.map(({ period }) => period)),
    wholes(locators.map(({ validFrom }) => validFrom)),
    wholes(locators.map(({ validTo }) => validTo)),
    wholes(locators.map(({ retentionEnd }) => retentionEnd)),
    list.text(values.map(({ source }) => source ?? "")),
    list.text(links.map(({ collected }) => collected?.category ?? "")),
    wholes(links.map(({ collected }) => collected?.at)),
    list.text(locators.map(({ collected }) => collected?.category ?? "")),
    wholes(locators.map(({ collected }) => collected?.at)),
    list.text(values.map(({ kind }) => kind ?? "")),
    list.text(values.map(({ collectedBy }) => collectedBy ?? "")),
  ],
})

/**
 * Deletes inserted values that were destroyed before. It follows the insertion, which waits for a concurrent
 * destruction of the same value, so that the record of that destruction is visible by now.
 */
const withoutDestroyed = (schema: string, customer: string, values: ReadonlyArray<VaultStore.ValueRow>): Statement => ({
  sql: `DELETE FROM ${schema}.sealed_value v USING ${schema}.destroyed_value d
    WHERE v.customer_id = $1 AND v.reference = ANY ($2::uuid[])
      AND d.customer_id = v.customer_id AND d.reference = v.reference`,
  parameters: [customer, list.uuid(values.map(({ reference }) => reference))],
})
