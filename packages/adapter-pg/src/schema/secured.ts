/**
 * Row-level security, the same for every table: a transaction sees the one compartment that it has set, and nothing
 * where it has set none.
 */
import type { Names } from "../server/Names.ts"

/** A step: the statements that lead from one version of a schema to the next, with the functions of the append or without. */
export type Step = (names: Names, appendFunctions?: boolean) => ReadonlyArray<string>

const ownRows = "customer_id = (SELECT nullif(current_setting('tacet.customer_id', true), '')::uuid)"

/** The statements that secure a table. */
export const secured = (table: string): ReadonlyArray<string> => [
  `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`,
  `ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`,
  `CREATE POLICY own_rows ON ${table} USING (${ownRows})`,
]

/**
 * The same policy at the least cost: the setting is read inline, instead of in a sub-plan, which would cost more than
 * the rest of a small statement.
 */
export const resecured = (table: string): string =>
  `ALTER POLICY own_rows ON ${table}
    USING (customer_id = nullif(current_setting('tacet.customer_id', true), '')::uuid)`
