/**
 * The schema of the vault. The keyring of a subject is one row: its data keys, its restriction, its objections, and the
 * fence at which writing and erasing take turns. Rows that expire are indexed by their end.
 */
import { resecured, secured, type Step } from "./secured.ts"

const tables = ["keyring", "sealed_value", "destroyed_value", "link", "locator"]

/** The tables of rows that expire. */
const expiring = ["sealed_value", "link", "locator"]

const first: Step = ({ operator, schema, vault }) => [
  // Keys are lists that go together by place. Room on its page keeps the changes of a keyring there.
  `CREATE TABLE ${schema}.keyring (
    customer_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    revision bigint NOT NULL,
    key_categories text[] COLLATE "C" NOT NULL,
    key_ids uuid[] NOT NULL,
    wrapping_key_ids uuid[] NOT NULL,
    wrapped_keys bytea[] NOT NULL,
    is_restricted boolean NOT NULL,
    objections json NOT NULL,
    erased_at bigint,
    erasure_cause text COLLATE "C",
    fingerprint text COLLATE "C",
    steps_done json,
    is_completed boolean,
    PRIMARY KEY (customer_id, subject_id),
    CHECK (erased_at IS NULL OR key_ids = '{}')
  ) WITH (fillfactor = 70)`,
  `CREATE INDEX keyring_unfinished ON ${schema}.keyring (customer_id, subject_id)
    WHERE erased_at IS NOT NULL AND NOT is_completed`,
  `CREATE TABLE ${schema}.sealed_value (
    customer_id uuid NOT NULL,
    reference uuid NOT NULL,
    subject_id uuid NOT NULL,
    category text COLLATE "C" NOT NULL,
    purposes json NOT NULL,
    collected_at bigint NOT NULL,
    retention_end bigint,
    key_id uuid NOT NULL,
    algorithm text COLLATE "C" NOT NULL,
    nonce bytea NOT NULL,
    cipher_text bytea NOT NULL,
    PRIMARY KEY (customer_id, reference)
  )`,
  `CREATE INDEX sealed_value_subject ON ${schema}.sealed_value (customer_id, subject_id, reference)`,
  `CREATE INDEX sealed_value_end ON ${schema}.sealed_value (customer_id, retention_end)
    WHERE retention_end IS NOT NULL`,
  // The remnant of a destroyed value: without any column that links it to another.
  `CREATE TABLE ${schema}.destroyed_value (
    customer_id uuid NOT NULL,
    reference uuid NOT NULL,
    destroyed_on bigint NOT NULL,
    cause text COLLATE "C" NOT NULL,
    PRIMARY KEY (customer_id, reference)
  )`,
  `CREATE TABLE ${schema}.link (
    customer_id uuid NOT NULL,
    interaction_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    retention_end bigint,
    PRIMARY KEY (customer_id, interaction_id, subject_id)
  )`,
  `CREATE INDEX link_subject ON ${schema}.link (customer_id, subject_id, interaction_id)`,
  `CREATE INDEX link_end ON ${schema}.link (customer_id, retention_end) WHERE retention_end IS NOT NULL`,
  // Until further notice is until the greatest number there is.
  `CREATE TABLE ${schema}.locator (
    customer_id uuid NOT NULL,
    token text COLLATE "C" NOT NULL,
    subject_id uuid NOT NULL,
    valid_from bigint NOT NULL,
    valid_to bigint NOT NULL,
    period text COLLATE "C" NOT NULL,
    retention_end bigint,
    PRIMARY KEY (customer_id, token, subject_id, valid_from, valid_to)
  )`,
  `CREATE INDEX locator_subject ON ${schema}.locator (customer_id, subject_id)`,
  `CREATE INDEX locator_end ON ${schema}.locator (customer_id, retention_end) WHERE retention_end IS NOT NULL`,
  ...tables.flatMap((table) => secured(`${schema}.${table}`)),
  `GRANT USAGE ON SCHEMA ${schema} TO ${vault}, ${operator}`,
  `GRANT SELECT ON ${schema}.migration TO ${vault}, ${operator}`,
  // A fence is permanent: no role may delete a keyring.
  `GRANT SELECT, INSERT, UPDATE ON ${schema}.keyring TO ${vault}`,
  `GRANT SELECT, INSERT, DELETE ON ${schema}.sealed_value, ${schema}.link, ${schema}.locator TO ${vault}`,
  // By column, and so without the system columns: they would show which values were destroyed in one transaction, and
  // so which belonged to one person.
  `GRANT SELECT (customer_id, reference, destroyed_on, cause), INSERT ON ${schema}.destroyed_value TO ${vault}`,
]

/** Where a value comes from (PROVENANCE); null in rows that an earlier release has written. */
const second: Step = ({ schema }) => [`ALTER TABLE ${schema}.sealed_value ADD COLUMN source text COLLATE "C"`]

/**
 * By which category's periods links and locators end, and from when these are counted; null in rows that an earlier
 * release has written. Of each category a sweep finds rows by their end or by their collection.
 */
const third: Step = ({ schema }) => [
  ...["link", "locator"].map(
    (table) => `ALTER TABLE ${schema}.${table} ADD COLUMN category text COLLATE "C", ADD COLUMN collected_at bigint`,
  ),
  ...expiring.flatMap((table) => [
    `DROP INDEX ${schema}.${table}_end`,
    `CREATE INDEX ${table}_end ON ${schema}.${table} (customer_id, category, retention_end)
      WHERE retention_end IS NOT NULL`,
    `CREATE INDEX ${table}_collected ON ${schema}.${table} (customer_id, category, collected_at)`,
    `CREATE INDEX ${table}_endless ON ${schema}.${table} (customer_id, category, collected_at)
      WHERE retention_end IS NULL`,
  ]),
]

/** Of which kind a value is, and who collected it on its own; null where its category or the operator's service says so. */
const fourth: Step = ({ schema }) => [
  `ALTER TABLE ${schema}.sealed_value
    ADD COLUMN kind text COLLATE "C", ADD COLUMN collected_by text COLLATE "C"`,
]

/** Policies without sub-selects, as the log's have. */
const fifth: Step = ({ schema }) => tables.map((table) => resecured(`${schema}.${table}`))

/** Lists as text, as the log's payloads: no dialect of PostgreSQL stores them in another form. */
const sixth: Step = ({ schema }) => [
  `ALTER TABLE ${schema}.keyring
    ALTER COLUMN objections TYPE text USING objections::text, ALTER COLUMN steps_done TYPE text USING steps_done::text`,
  `ALTER TABLE ${schema}.sealed_value ALTER COLUMN purposes TYPE text USING purposes::text`,
]

/** The steps of the vault. */
export const vaultSteps: ReadonlyArray<Step> = [first, second, third, fourth, fifth, sixth]
