/**
 * Row-level security, the same for every table: a transaction sees the one compartment that it has set, and nothing
 * where it has set none.
 */
import type { Names } from "./names.ts"

/** A step: the statements that lead from one version of a schema to the next. */
export type Step = (names: Names) => ReadonlyArray<string>

const ownRows = "customer_id = (SELECT nullif(current_setting('tacet.customer_id', true), '')::uuid)"

/** What secures a table. */
export const secured = (table: string): ReadonlyArray<string> => [
  `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`,
  `ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`,
  `CREATE POLICY own_rows ON ${table} USING (${ownRows})`,
]
