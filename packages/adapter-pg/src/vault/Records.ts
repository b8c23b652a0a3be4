/**
 * The records that are kept for good, numbered in the order in which they were kept: the row that holds the last number
 * of a Customer is locked first, the next statement sees what the lock waited for.
 */
import type { Statement } from "../server/Sessions.ts"

/** The kinds of record, each numbered on its own. */
export type Kind = "access" | "erasure"

/** Locks the number of the last record of a kind. */
export const lock = (schema: string, customer: string, kind: Kind): Statement => ({
  sql: `INSERT INTO ${schema}.record_number AS n (customer_id, kind, last) VALUES ($1, $2, 0)
    ON CONFLICT (customer_id, kind) DO UPDATE SET last = n.last WHERE false`,
  parameters: [customer, kind],
})

/** How a statement that writes records as `added` counts them. The first parameter is the Customer. */
export const counting = (schema: string, kind: Kind): string => `
  UPDATE ${schema}.record_number SET last = last + (SELECT count(*) FROM added)
  WHERE customer_id = $1 AND kind = '${kind}' AND EXISTS (SELECT FROM added)`

/** The last number before. */
export const last = (schema: string, kind: Kind): string =>
  `(SELECT last FROM ${schema}.record_number WHERE customer_id = $1 AND kind = '${kind}')`
