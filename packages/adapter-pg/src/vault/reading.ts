/**
 * What the vault's store reads: keyrings, sealed values, and the locators and links that lead to a subject.
 */
import type { CustomerId, Uuid } from "@tacet/core/eventsourcing"
import {
  type Ended,
  type Keyring,
  PersonalDataCategory,
  type Subject,
  type VaultError,
  type VaultStore,
} from "@tacet/core/privacy"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Rows } from "../server/Sessions.ts"
import type { Statement } from "../server/Statement.ts"
import { list } from "../server/types.ts"
import * as Keyrings from "./KeyringRow.ts"
import * as Removal from "./removal.ts"
import { type Transact, textsOf, whole } from "./transacting.ts"

/** Some of the store's operations. */
export type Operations<Name extends keyof VaultStore.VaultStore["Service"]> = Pick<
  VaultStore.VaultStore["Service"],
  Name
>

/** Reads keyrings. */
export const readingKeyrings = (transact: Transact): Operations<"keyring" | "keyrings" | "unfinished"> => {
  const ask = asking(transact)
  return {
    keyring: (customer, subject) =>
      Effect.map(
        transact(customer, "read", (schema) => [Keyrings.read(schema, customer, subject)]),
        ([rows]) => keyringIn(customer, rows),
      ),

    keyrings: (customer, { after = nothing, limit }) =>
      ask(
        customer,
        (schema) => ({
          sql: `SELECT ${Keyrings.columns("k")} FROM ${schema}.keyring k
            WHERE k.customer_id = $1 AND k.subject_id > $2 ORDER BY k.subject_id LIMIT $3`,
          parameters: [customer, after, whole(limit)],
        }),
        (row) => Keyrings.keyringOf(customer, row),
      ),

    unfinished: (customer) =>
      ask(
        customer,
        (schema) => ({
          sql: `SELECT ${Keyrings.columns("k")} FROM ${schema}.keyring k
            WHERE k.customer_id = $1 AND k.erased_at IS NOT NULL AND NOT k.is_completed ORDER BY k.subject_id`,
          parameters: [customer],
        }),
        (row) => Keyrings.keyringOf(customer, row),
      ),
  }
}

/** Reads sealed values and the records of destroyed ones. */
export const readingValues = (transact: Transact): Operations<"find" | "valuesOf"> => ({
  find: (customer, reference) =>
    Effect.map(
      transact(customer, "read", (schema) => [
        {
          sql: `SELECT ${valueColumns("v")}, k.customer_id IS NOT NULL, ${Keyrings.columns("k")}
              FROM ${schema}.sealed_value v LEFT JOIN ${schema}.keyring k
                ON k.customer_id = v.customer_id AND k.subject_id = v.subject_id
              WHERE v.customer_id = $1 AND v.reference = $2`,
          parameters: [customer, reference],
        },
        {
          sql: `SELECT destroyed_on, cause FROM ${schema}.destroyed_value WHERE customer_id = $1 AND reference = $2`,
          parameters: [customer, reference],
        },
      ]),
      ([values, destroyed]): Option.Option<VaultStore.Found> => {
        const [value, gone] = [values![0], destroyed![0]]
        if (value !== undefined) {
          const keyring =
            value[13] === true
              ? Option.some(Keyrings.keyringOf(customer, value.slice(14)))
              : Option.none<Keyring.Keyring>()
          return Option.some({ _tag: "Value", value: valueOf(value), keyring })
        }
        if (gone === undefined) return Option.none()
        const [on, cause] = gone as [number, Subject.ErasureCause]
        return Option.some({ _tag: "Destroyed", destroyed: { reference, on, cause } })
      },
    ),

  valuesOf: (customer, subject, { after = nothing, limit }) =>
    asking(transact)(
      customer,
      (schema) => ({
        sql: `SELECT ${valueColumns("v")} FROM ${schema}.sealed_value v
            WHERE v.customer_id = $1 AND v.subject_id = $2 AND v.reference > $3 ORDER BY v.reference LIMIT $4`,
        parameters: [customer, subject, after, whole(limit)],
      }),
      valueOf,
    ),
})

/** Reads the locators and links that lead to a subject and from it to interactions. */
export const readingLinks = (transact: Transact): Operations<"linksOf" | "locate" | "subjectOf"> => {
  const ask = asking(transact)
  return {
    locate: (customer, tokens, { at, from, to }) =>
      ask(
        customer,
        (schema) => ({
          sql: `SELECT DISTINCT subject_id FROM ${schema}.locator
            WHERE customer_id = $1 AND token = ANY ($2::text[]) AND valid_from < $3 AND valid_to > $4
              AND (retention_end IS NULL OR retention_end > $5)
            ORDER BY subject_id`,
          parameters: [customer, list.text(tokens), whole(to), whole(from), whole(at)],
        }),
        ([subject]) => subject as Subject.SubjectId,
      ),

    linksOf: (customer, subject, at) =>
      ask(
        customer,
        (schema) => ({
          sql: `SELECT interaction_id FROM ${schema}.link
            WHERE customer_id = $1 AND subject_id = $2 AND (retention_end IS NULL OR retention_end > $3)
            ORDER BY interaction_id`,
          parameters: [customer, subject, whole(at)],
        }),
        ([interaction]) => interaction as Uuid.Uuid,
      ),

    subjectOf: (customer, interaction, at) =>
      Effect.map(
        ask(
          customer,
          (schema) => ({
            sql: `SELECT subject_id FROM ${schema}.link
              WHERE customer_id = $1 AND interaction_id = $2 AND (retention_end IS NULL OR retention_end > $3)
              ORDER BY subject_id LIMIT 1`,
            parameters: [customer, interaction, whole(at)],
          }),
          ([subject]) => subject as Subject.SubjectId,
        ),
        ([subject]) => Option.fromNullishOr(subject),
      ),
  }
}

/** Reads over which time rows were collected, and how many have ended. */
export const readingEnds = (transact: Transact): Operations<"spans" | "spansOf" | "tally"> => ({
  spans: (customer) =>
    asking(transact)(
      customer,
      (schema) => {
        const ofTable = (table: string) => {
          const rows = `FROM ${schema}.${table} r WHERE r.customer_id = $1 AND r.category = c.category COLLATE "C"`
          return `SELECT c.category, (SELECT min(r.collected_at) ${rows}) AS oldest,
            (SELECT max(r.collected_at) ${rows}) AS newest,
            (SELECT min(r.collected_at) ${rows} AND r.retention_end IS NULL) AS oldest_endless,
            (SELECT max(r.collected_at) ${rows} AND r.retention_end IS NULL) AS newest_endless
            FROM unnest($2::text[]) AS c (category)`
        }
        return {
          sql: `SELECT category, min(oldest), max(newest), min(oldest_endless), max(newest_endless)
            FROM (${Removal.tables.map(ofTable).join(" UNION ALL ")}) spans
            WHERE oldest IS NOT NULL GROUP BY category ORDER BY category COLLATE "C"`,
          parameters: [customer, list.text(PersonalDataCategory.PersonalDataCategory.literals)],
        }
      },
      (row): Ended.Span => ({
        category: row[0] as PersonalDataCategory.PersonalDataCategory,
        oldest: row[1] as number,
        newest: row[2] as number,
        endless: row[3] === null ? undefined : { oldest: row[3] as number, newest: row[4] as number },
      }),
    ),

  spansOf: (customer, subjects) =>
    asking(transact)(
      customer,
      (schema) => ({
        sql: `SELECT subject_id, category, min(collected_at), max(collected_at) FROM (
            ${Removal.tables
              .map(
                (table) => `SELECT r.subject_id, r.category, r.collected_at FROM ${schema}.${table} r
              WHERE r.customer_id = $1 AND r.subject_id = ANY ($2::uuid[]) AND r.category IS NOT NULL`,
              )
              .join(" UNION ALL ")}
          ) rows GROUP BY subject_id, category ORDER BY subject_id, category COLLATE "C"`,
        parameters: [customer, list.uuid(subjects)],
      }),
      (row): Ended.SubjectSpan => ({
        subject: row[0] as Subject.SubjectId,
        category: row[1] as PersonalDataCategory.PersonalDataCategory,
        oldest: row[2] as number,
        newest: row[3] as number,
      }),
    ),

  tally: (customer, ended) =>
    asking(transact)(
      customer,
      (schema) => Removal.tally(schema, customer, ended),
      ([category, rows]): Ended.Tally => ({
        category: (category as PersonalDataCategory.PersonalDataCategory | null) ?? undefined,
        rows: rows as number,
      }),
    ),
})

/** Asks for rows in a transaction of its own, and reads each. */
const asking =
  (transact: Transact) =>
  <A>(
    customer: CustomerId.CustomerId,
    compose: (schema: string) => Statement,
    read: (row: ReadonlyArray<unknown>) => A,
  ): Effect.Effect<ReadonlyArray<A>, VaultError.VaultUnavailable> =>
    Effect.map(
      transact(customer, "read", (schema) => [compose(schema)]),
      ([rows]) => rows!.map(read),
    )

/** The keyring of an answer that has at most one. */
export const keyringIn = (customer: CustomerId.CustomerId, rows: Rows | undefined): Option.Option<Keyring.Keyring> =>
  Option.map(Option.fromNullishOr(rows?.[0]), (row) => Keyrings.keyringOf(customer, row))

/** Before every id there is. */
const nothing = "00000000-0000-0000-0000-000000000000"

const valueColumns = (table: string): string =>
  [
    "reference",
    "subject_id",
    "category",
    "purposes",
    "collected_at",
    "retention_end",
    "key_id",
    "algorithm",
    "nonce",
    "cipher_text",
    "source",
    "kind",
    "collected_by",
  ]
    .map((column) => `${table}.${column}`)
    .join(", ")

const valueOf = (row: ReadonlyArray<unknown>): VaultStore.ValueRow => ({
  reference: row[0] as Uuid.Uuid,
  subject: row[1] as Subject.SubjectId,
  category: row[2] as PersonalDataCategory.PersonalDataCategory,
  purposes: textsOf(row[3]),
  collectedAt: row[4] as number,
  retentionEnd: (row[5] as number | null) ?? undefined,
  keyId: row[6] as Uuid.Uuid,
  algorithm: row[7] as string,
  nonce: row[8] as Uint8Array,
  cipherText: row[9] as Uint8Array,
  source: (row[10] as VaultStore.ValueRow["source"] | null) ?? undefined,
  kind: (row[11] as VaultStore.ValueRow["kind"] | null) ?? undefined,
  collectedBy: (row[12] as VaultStore.ValueRow["collectedBy"] | null) ?? undefined,
})
