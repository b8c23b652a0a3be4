/**
 * What the vault's rows answer, each from one snapshot.
 */
import type { CustomerId, Uuid } from "@tacet/core/eventsourcing"
import type { Ended, PersonalDataCategory, Subject, VaultStore } from "@tacet/core/privacy"
import * as Option from "effect/Option"
import type { Row } from "../file/Driver.ts"
import { bytesOf, optional, textsOf, type Transaction } from "../file/Transaction.ts"
import * as Keyrings from "./KeyringRow.ts"
import { tables } from "./removal.ts"

type Customer = CustomerId.CustomerId
type Category = PersonalDataCategory.PersonalDataCategory
type Reading = Pick<Transaction, "all" | "one">

const isKept = "(r.retention_end IS NULL OR r.retention_end > ?)"
const values = "SELECT r.*, k.subject_id FROM sealed_value r JOIN keyring k ON k.id = r.keyring"

/** The row of a reference. */
export const find = (reading: Reading, customer: Customer, reference: Uuid.Uuid): Option.Option<VaultStore.Found> => {
  const row = reading.one(`${values} WHERE r.customer_id = ? AND r.reference = ?`, customer, reference)
  if (row !== undefined) {
    const value = valueOf(row)
    const keyring = Option.fromNullishOr(Keyrings.find(reading, customer, value.subject)?.keyring)
    return Option.some({ _tag: "Value", value, keyring })
  }
  const gone = reading.one(
    "SELECT destroyed_on, cause FROM destroyed_value WHERE customer_id = ? AND reference = ?",
    customer,
    reference,
  )
  if (gone === undefined) return Option.none()
  const [on, cause] = [gone["destroyed_on"] as number, gone["cause"] as Subject.ErasureCause]
  return Option.some({ _tag: "Destroyed", destroyed: { reference, on, cause } })
}

/** The values of a subject, by reference. */
export const valuesOf = (
  { all }: Reading,
  customer: Customer,
  subject: Subject.SubjectId,
  { after = "", limit }: { readonly after?: string; readonly limit: number },
): ReadonlyArray<VaultStore.ValueRow> =>
  all(
    `${values} WHERE k.customer_id = ? AND k.subject_id = ? AND r.reference > ? ORDER BY r.reference LIMIT ?`,
    customer,
    subject,
    after,
    limit,
  ).map(valueOf)

const valueOf = (row: Row): VaultStore.ValueRow => ({
  reference: row["reference"] as Uuid.Uuid,
  subject: row["subject_id"] as Subject.SubjectId,
  category: row["category"] as Category,
  purposes: textsOf(row["purposes"]),
  source: optional(row["source"]) as VaultStore.ValueRow["source"],
  kind: optional(row["kind"]) as VaultStore.ValueRow["kind"],
  collectedBy: optional(row["collected_by"]) as VaultStore.ValueRow["collectedBy"],
  collectedAt: row["collected_at"] as number,
  retentionEnd: optional(row["retention_end"]) as number | undefined,
  keyId: row["key_id"] as Uuid.Uuid,
  algorithm: row["algorithm"] as string,
  nonce: bytesOf(row["nonce"]),
  cipherText: bytesOf(row["cipher_text"]),
})

/** The subjects to which one of the tokens belonged within a time. */
export const locate = (
  { all }: Reading,
  customer: Customer,
  tokens: ReadonlyArray<string>,
  { at, from, to }: { readonly from: number; readonly to: number; readonly at: number },
): ReadonlyArray<Subject.SubjectId> => {
  const found = new Set<string>()
  for (const token of tokens) {
    for (const { subject_id } of all(
      `SELECT k.subject_id FROM locator r JOIN keyring k ON k.id = r.keyring
        WHERE r.customer_id = ? AND r.token = ? AND r.valid_from < ? AND r.valid_to > ? AND ${isKept}`,
      customer,
      token,
      to,
      from,
      at,
    )) {
      found.add(subject_id as string)
    }
  }
  return Array.from(found as Set<Subject.SubjectId>).sort()
}

/** The links of a subject, by interaction. */
export const linksOf = (
  { all }: Reading,
  customer: Customer,
  subject: Subject.SubjectId,
  at: number,
): ReadonlyArray<Uuid.Uuid> =>
  all(
    `SELECT r.interaction_id FROM link r JOIN keyring k ON k.id = r.keyring
      WHERE k.customer_id = ? AND k.subject_id = ? AND ${isKept} ORDER BY r.interaction_id`,
    customer,
    subject,
    at,
  ).map((row) => row["interaction_id"] as Uuid.Uuid)

/** The subject of an interaction. */
export const subjectOf = (
  { one }: Reading,
  customer: Customer,
  interaction: Uuid.Uuid,
  at: number,
): Option.Option<Subject.SubjectId> =>
  Option.map(
    Option.fromNullishOr(
      one(
        `SELECT k.subject_id FROM link r JOIN keyring k ON k.id = r.keyring
          WHERE r.customer_id = ? AND r.interaction_id = ? AND ${isKept} ORDER BY k.subject_id LIMIT 1`,
        customer,
        interaction,
        at,
      ),
    ),
    (row) => row["subject_id"] as Subject.SubjectId,
  )

/** The spans of the categories of which rows are kept. */
export const spans = ({ all }: Reading, customer: Customer): ReadonlyArray<Ended.Span> =>
  all(
    `SELECT category, min(collected_at) AS oldest, max(collected_at) AS newest,
        min(iif(retention_end IS NULL, collected_at, NULL)) AS oldest_endless,
        max(iif(retention_end IS NULL, collected_at, NULL)) AS newest_endless
      FROM (${tables
        .map((table) => `SELECT category, collected_at, retention_end FROM ${table} WHERE customer_id = ?`)
        .join(" UNION ALL ")})
      WHERE category IS NOT NULL GROUP BY category ORDER BY category`,
    ...tables.map(() => customer),
  ).map((row) => ({
    category: row["category"] as Category,
    oldest: row["oldest"] as number,
    newest: row["newest"] as number,
    endless:
      row["oldest_endless"] === null
        ? undefined
        : { oldest: row["oldest_endless"] as number, newest: row["newest_endless"] as number },
  }))

/** The spans of the categories of which rows of some subjects are kept. */
export const spansOf = (
  { all }: Reading,
  customer: Customer,
  subjects: ReadonlyArray<Subject.SubjectId>,
): ReadonlyArray<Ended.SubjectSpan> =>
  Array.from(new Set(subjects))
    .sort()
    .flatMap((subject) =>
      all(
        `SELECT category, min(collected_at) AS oldest, max(collected_at) AS newest
          FROM (${tables
            .map(
              (table) => `SELECT r.category, r.collected_at FROM ${table} r JOIN keyring k ON k.id = r.keyring
                WHERE k.customer_id = ? AND k.subject_id = ?`,
            )
            .join(" UNION ALL ")})
          WHERE category IS NOT NULL GROUP BY category ORDER BY category`,
        ...tables.flatMap(() => [customer, subject]),
      ).map((row) => ({
        subject,
        category: row["category"] as Category,
        oldest: row["oldest"] as number,
        newest: row["newest"] as number,
      })),
    )
