/**
 * Row-level security, the same for every table: a transaction sees the one compartment that it has set, and nothing
 * where it has set none.
 */
import type { Names } from "../server/Names.ts"

/** A step: the statements that lead from one version of a schema to the next. */
export type Step = (names: Names) => ReadonlyArray<string>

const ownRows = "customer_id = (SELECT nullif(current_setting('tacet.customer_id', true), '')::uuid)"

/** What secures a table. */
export const secured = (table: string): ReadonlyArray<string> => [
  `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`,
  `ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`,
  `CREATE POLICY own_rows ON ${table} USING (${ownRows})`,
]

/**
 * The same policy, written so that it costs least: the setting is looked up where it is used, in the place of a plan of
 * its own, which costs more than all of a small statement.
 */
export const resecured = (table: string): string =>
  `ALTER POLICY own_rows ON ${table}
    USING (customer_id = nullif(current_setting('tacet.customer_id', true), '')::uuid)`
