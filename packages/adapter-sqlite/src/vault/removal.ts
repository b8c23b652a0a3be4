/**
 * Removes rows of a vault in batches of bounded size, and counts those that have ended: values first, which leave their
 * remnants, then links, then locators. Each search has an index.
 */
import type { CustomerId, Uuid } from "@tacet/core/eventsourcing"
import type { Ended, PersonalDataCategory, Subject, VaultStore } from "@tacet/core/privacy"
import type { Row, Value } from "../file/Driver.ts"
import { optional, type Parameter, type Transaction } from "../file/Transaction.ts"

type Customer = CustomerId.CustomerId
type Category = PersonalDataCategory.PersonalDataCategory
type Remains = Omit<VaultStore.Destroyed, "reference">
type Reading = Pick<Transaction, "all" | "one">

/** The tables of rows that expire. */
export const tables = ["sealed_value", "link", "locator"] as const
type Table = (typeof tables)[number]

/** A search for rows of a table, as far as a limit. */
type Find = (table: Table, columns: string, limit: number) => ReadonlyArray<Row>

const none = Number.MAX_SAFE_INTEGER

/** Removes a value, and keeps the record of its removal. */
const destroyValue = ({ one, run }: Transaction, customer: Customer, id: Value, { cause, on }: Remains): void => {
  const gone = one("DELETE FROM sealed_value WHERE id = ? RETURNING reference", id)
  run(
    "INSERT INTO destroyed_value VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
    customer,
    gone?.["reference"],
    on,
    cause,
  )
}

/** Removes up to `limit` of the rows that a search finds. */
const removeSome = (
  transaction: Transaction,
  customer: Customer,
  find: Find,
  remains: Remains,
  limit: number,
): number => {
  let removed = 0
  for (const table of tables) {
    for (const { id } of find(table, "r.id", limit - removed)) {
      if (table === "sealed_value") destroyValue(transaction, customer, id!, remains)
      else transaction.run(`DELETE FROM ${table} WHERE id = ?`, id)
      removed++
    }
  }
  if (removed > 0) transaction.removes()
  return removed
}

/** Removes single values. */
export const destroy = (
  transaction: Transaction,
  customer: Customer,
  references: ReadonlyArray<Uuid.Uuid>,
  remains: Remains,
): void => {
  for (const reference of references) {
    const found = transaction.one(
      "SELECT id FROM sealed_value WHERE customer_id = ? AND reference = ?",
      customer,
      reference,
    )
    if (found === undefined) continue
    destroyValue(transaction, customer, found["id"]!, remains)
    transaction.removes()
  }
}

const keyringOf = "(SELECT id FROM keyring WHERE customer_id = ? AND subject_id = ?)"

/** Removes the links of a subject to some interactions. */
export const unlink = (
  { removes, run }: Transaction,
  customer: Customer,
  subject: Subject.SubjectId,
  interactions: ReadonlyArray<Uuid.Uuid>,
): void => {
  for (const interaction of interactions) {
    const gone = run(
      `DELETE FROM link WHERE customer_id = ? AND interaction_id = ? AND keyring = ${keyringOf}`,
      customer,
      interaction,
      customer,
      subject,
    )
    if (gone > 0) removes()
  }
}

/** Removes up to `limit` rows of a subject. */
export const removeSubject = (
  transaction: Transaction,
  customer: Customer,
  subject: Subject.SubjectId,
  remains: Remains,
  limit: number,
): number =>
  removeSome(
    transaction,
    customer,
    (table, columns, most) =>
      transaction.all(
        `SELECT ${columns} FROM ${table} r WHERE r.keyring = ${keyringOf} LIMIT ?`,
        customer,
        subject,
        most,
      ),
    remains,
    limit,
  )

/** Removes up to `limit` rows that have ended. */
export const sweep = (
  transaction: Transaction,
  customer: Customer,
  ended: Ended.Ended,
  on: number,
  limit: number,
): number =>
  removeSome(transaction, customer, endedRows(transaction, customer, ended), { on, cause: "retention" }, limit)

/** Counts the rows that have ended, by category. */
export const tally = (reading: Reading, customer: Customer, ended: Ended.Ended): ReadonlyArray<Ended.Tally> => {
  const counts = new Map<Category | undefined, number>()
  for (const table of tables) {
    for (const row of endedRows(reading, customer, ended)(table, "r.category", none)) {
      const category = optional(row["category"]) as Category | undefined
      counts.set(category, (counts.get(category) ?? 0) + 1)
    }
  }
  return Array.from(counts, ([category, rows]) => ({ category, rows })).sort(
    ({ category: one = "" }, { category: other = "" }) => (one < other ? -1 : 1),
  )
}

/**
 * The rows of a table that have ended: by their collection where a segment ends whatever their own end, else by their own
 * end; then those of single subjects that are in no segment; then those without a category.
 */
const endedRows =
  ({ all }: Reading, customer: Customer, { ofSubjects, segments, unrecordedBy }: Ended.Ended): Find =>
  (table, columns, limit) => {
    const found: Array<Row> = []
    const search = (condition: string, ...parameters: ReadonlyArray<Parameter>): ReadonlyArray<Row> =>
      all(
        `SELECT ${columns}, r.category, r.collected_at, r.retention_end FROM ${table} r
          WHERE r.customer_id = ? AND ${condition} LIMIT ?`,
        customer,
        ...parameters,
        limit - found.length,
      )
    for (const { category, endedBy, since, until } of segments) {
      const within = "r.category = ? AND r.collected_at >= ? AND r.collected_at < ?"
      const rows =
        endedBy === undefined
          ? search(within, category, since, until)
          : search(`${within} AND r.retention_end <= ?`, category, since, until, endedBy)
      found.push(...rows)
    }
    for (const segment of ofSubjects) {
      const rows = all(
        `SELECT ${columns}, r.category, r.collected_at, r.retention_end FROM ${table} r WHERE r.keyring = ${keyringOf}`,
        customer,
        segment.subject,
      ).filter((row) => isIn(segment, row) && !segments.some((other) => isIn(other, row)))
      found.push(...rows.slice(0, limit - found.length))
    }
    found.push(...search("r.category IS NULL AND r.retention_end <= ?", unrecordedBy))
    return found
  }

const isIn = ({ category, endedBy, since, until }: Ended.Segment, row: Row): boolean =>
  row["category"] === category &&
  since <= (row["collected_at"] as number) &&
  (row["collected_at"] as number) < until &&
  (endedBy === undefined ||
    ((optional(row["retention_end"]) as number | undefined) ?? Number.POSITIVE_INFINITY) <= endedBy)
