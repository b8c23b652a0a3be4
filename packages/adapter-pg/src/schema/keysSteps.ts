/**
 * The schema of the key store: the keys of each Customer in one row, so that a change of them is one write, and a
 * ledger of erasures that restoring a backup of the log or the vault does not revert.
 */
import { resecured, secured, type Step } from "./secured.ts"
import { recordsOfErasure } from "./recordTables.ts"

const first: Step = ({ keys, operator, schema }) => [
  // Lists that go together by place. A period whose key is null is closed.
  `CREATE TABLE ${schema}.customer_keys (
    customer_id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    wrapping_key_ids uuid[] NOT NULL,
    wrapping_keys bytea[] NOT NULL,
    superseded_at bigint[] NOT NULL,
    periods text[] COLLATE "C" NOT NULL,
    period_keys bytea[] NOT NULL,
    fingerprint_key bytea
  )`,
  ...secured(`${schema}.customer_keys`),
  `GRANT USAGE ON SCHEMA ${schema} TO ${keys}, ${operator}`,
  `GRANT SELECT ON ${schema}.migration TO ${keys}, ${operator}`,
  `GRANT SELECT, INSERT, UPDATE ON ${schema}.customer_keys TO ${keys}`,
  ...recordsOfErasure(schema, keys),
]

/** Policies without sub-selects, as the log's have. */
const second: Step = ({ schema }) =>
  ["customer_keys", "record_number", "erasure"].map((table) => resecured(`${schema}.${table}`))

/** The steps of the key store. */
export const keysSteps: ReadonlyArray<Step> = [first, second]
