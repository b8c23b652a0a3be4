/**
 * The statements that remove rows of a vault in a batch of bounded size: values first, which leave their remnants, then
 * links, then locators. Each returns how many rows it found and how many of them it removed; another process removed the
 * difference meanwhile.
 */
import type { Ended } from "@tacet/core/privacy"
import type { Statement } from "../server/Statement.ts"
import { list } from "../server/types.ts"
import { whole, wholes } from "./transacting.ts"

/** The tables of rows that expire. */
export const tables = ["sealed_value", "link", "locator"] as const
type Table = (typeof tables)[number]

/** The search for the rows of a table that are to be removed, as far as a limit. */
type Find = (table: Table, columns: string, limit: string) => string

/** Removes the rows that a condition selects. The first parameters are Customer, limit, day and cause. */
const removal = (schema: string, find: Find): string => `
WITH values_found AS MATERIALIZED (
  ${find("sealed_value", "reference", "$2::bigint")}
), links_found AS MATERIALIZED (
  ${find("link", "interaction_id, subject_id", "$2::bigint - (SELECT count(*) FROM values_found)")}
), locators_found AS MATERIALIZED (
  ${find(
    "locator",
    "token, subject_id, valid_from, valid_to",
    "$2::bigint - (SELECT count(*) FROM values_found) - (SELECT count(*) FROM links_found)",
  )}
), values_gone AS (
  DELETE FROM ${schema}.sealed_value v USING values_found f
  WHERE v.customer_id = $1 AND v.reference = f.reference RETURNING v.reference
), remains AS (
  INSERT INTO ${schema}.destroyed_value (customer_id, reference, destroyed_on, cause)
  SELECT $1::uuid, reference, $3::bigint, $4 FROM values_gone
  ON CONFLICT (customer_id, reference) DO NOTHING RETURNING 1
), links_gone AS (
  DELETE FROM ${schema}.link l USING links_found f
  WHERE l.customer_id = $1 AND l.interaction_id = f.interaction_id AND l.subject_id = f.subject_id RETURNING 1
), locators_gone AS (
  DELETE FROM ${schema}.locator l USING locators_found f
  WHERE l.customer_id = $1 AND l.token = f.token AND l.subject_id = f.subject_id
    AND l.valid_from = f.valid_from AND l.valid_to = f.valid_to RETURNING 1
)
SELECT (SELECT count(*) FROM values_found) + (SELECT count(*) FROM links_found) + (SELECT count(*) FROM locators_found),
  (SELECT count(*) FROM values_gone) + (SELECT count(*) FROM links_gone) + (SELECT count(*) FROM locators_gone)`

/** Removes rows of a subject. The fifth parameter is the subject. */
export const ofSubject = (schema: string): string =>
  removal(
    schema,
    (table, columns, limit) => `SELECT ${columns} FROM ${schema}.${table}
      WHERE customer_id = $1 AND subject_id = $5::uuid ORDER BY subject_id LIMIT ${limit}`,
  )

/** Removes rows that have ended. The fifth parameter and those behind it are of `endedParameters`. */
export const ofEnded = (schema: string): string =>
  removal(
    schema,
    (table, columns, limit) =>
      `SELECT ${columns} FROM (${endedRows(schema, table, 5, "LIMIT $2::bigint")}) v LIMIT ${limit}`,
  )

/** Counts rows that have ended, by category. */
export const tally = (schema: string, customer: string, ended: Ended.Ended): Statement => ({
  sql: `SELECT category, count(*) FROM (
      ${tables.map((table) => `SELECT category FROM (${endedRows(schema, table, 2, "")}) v`).join(" UNION ALL ")}
    ) rows GROUP BY category ORDER BY category NULLS FIRST`,
  parameters: [customer, ...endedParameters(ended)],
})

/**
 * The rows of a table that have ended: by their collection where a segment ends whatever their own end, else by their own
 * end; then those of single subjects that are not among them. Each search has an index, and a limit that is no more than the
 * whole one.
 */
const endedRows = (schema: string, table: Table, first: number, limit: string): string => {
  const [categories, since, until, endedBy, unrecordedBy, subjects, ...ofSubject] = Array.from(
    { length: 10 },
    (_, n) => `$${first + n}`,
  )
  const segments = `unnest(
      ${categories}::text[], ${since}::bigint[], ${until}::bigint[], ${endedBy}::bigint[]
    ) AS s (category, since, until, ended_by)`
  const ofSubjects = `unnest(
      ${subjects}::uuid[], ${ofSubject[0]}::text[], ${ofSubject[1]}::bigint[], ${ofSubject[2]}::bigint[], ${ofSubject[3]}::bigint[]
    ) AS o (subject, category, since, until, ended_by)`
  const isIn = (segment: string) => `r.category = ${segment}.category COLLATE "C"
    AND r.collected_at >= ${segment}.since AND r.collected_at < ${segment}.until
    AND (${segment}.ended_by IS NULL OR r.retention_end <= ${segment}.ended_by)`
  const inSegments = (kind: string, own: string) => `SELECT v.* FROM ${segments} CROSS JOIN LATERAL (
      SELECT r.* FROM ${schema}.${table} r WHERE r.customer_id = $1 AND r.category = s.category COLLATE "C"
        AND r.collected_at >= s.since AND r.collected_at < s.until ${own} ${limit}
    ) v WHERE s.ended_by IS ${kind}`
  return `(${inSegments("NULL", "ORDER BY r.collected_at")})
    UNION ALL (${inSegments("NOT NULL", "AND r.retention_end <= s.ended_by ORDER BY r.retention_end")})
    UNION ALL (SELECT r.* FROM ${schema}.${table} r
      WHERE r.customer_id = $1 AND r.category IS NULL AND r.retention_end <= ${unrecordedBy}::bigint
      ORDER BY r.retention_end ${limit})
    UNION ALL (SELECT r.* FROM ${schema}.${table} r
      WHERE r.customer_id = $1 AND r.subject_id = ANY (${subjects}::uuid[])
        AND EXISTS (SELECT FROM ${ofSubjects} WHERE o.subject = r.subject_id AND ${isIn("o")})
        AND NOT EXISTS (SELECT FROM ${segments} WHERE ${isIn("s")})
      ORDER BY r.subject_id ${limit})`
}

/** The parameters that name the rows that have ended. */
export const endedParameters = ({
  ofSubjects,
  segments,
  unrecordedBy,
}: Ended.Ended): NonNullable<Statement["parameters"]> => [
  list.text(segments.map(({ category }) => category)),
  wholes(segments.map(({ since }) => since)),
  wholes(segments.map(({ until }) => until)),
  wholes(segments.map(({ endedBy }) => endedBy)),
  whole(unrecordedBy),
  list.uuid(ofSubjects.map(({ subject }) => subject)),
  list.text(ofSubjects.map(({ category }) => category)),
  wholes(ofSubjects.map(({ since }) => since)),
  wholes(ofSubjects.map(({ until }) => until)),
  wholes(ofSubjects.map(({ endedBy }) => endedBy)),
]
