/**
 * The schema, as forward-only steps of plain statements. A released step is never changed: a later step corrects its
 * mistakes.
 *
 * Every table begins its primary key with the Customer, and so does every unique index; row-level security lets a
 * transaction see the one compartment that it has set. No sequence, no trigger, no foreign key, no mandatory function:
 * the tables can be distributed by `customer_id`, which `distribution.ts` does for Citus.
 */
import { functions } from "./appendFunctions.ts"
import type { Part } from "../server/Names.ts"
import { keysSteps } from "./keysSteps.ts"
import { recordsOfAccess, recordsOfErasure } from "./recordTables.ts"
import { vaultSteps } from "./vaultSteps.ts"
import { resecured, secured, type Step } from "./secured.ts"

const tables = [
  "compartment",
  "event",
  "purged_block",
  "commit_remnant",
  "purge",
  "projection",
  "active_projection",
  "projection_lease",
  "counter",
]

const first: Step = ({ log, operator, schema }) => [
  // The lock of the compartment, its position and its fence in one row. It is changed by every append: room on its page
  // keeps the changes there. A fence other than 0 says that the compartment has been moved elsewhere.
  `CREATE TABLE ${schema}.compartment (
    customer_id uuid PRIMARY KEY,
    position bigint NOT NULL,
    fence bigint NOT NULL DEFAULT 0
  ) WITH (fillfactor = 10)`,
  `CREATE TABLE ${schema}.event (
    customer_id uuid NOT NULL,
    position bigint NOT NULL,
    stream_kind text COLLATE "C" NOT NULL,
    stream_id uuid NOT NULL,
    version integer NOT NULL,
    event_type text COLLATE "C" NOT NULL,
    schema_version smallint NOT NULL,
    occurred_at bigint NOT NULL,
    recorded_at bigint NOT NULL,
    commit_id uuid NOT NULL,
    data json NOT NULL,
    PRIMARY KEY (customer_id, position),
    CONSTRAINT event_stream UNIQUE (customer_id, stream_id, stream_kind, version)
  )`,
  // What finds a commit that is repeated: an index over a column that is there costs less than a row for each commit.
  `CREATE INDEX event_commit ON ${schema}.event (customer_id, commit_id)`,
  // How many positions of a block of ${blockSize} were purged: a hole in the log must agree with it.
  `CREATE TABLE ${schema}.purged_block (
    customer_id uuid NOT NULL,
    block bigint NOT NULL,
    events bigint NOT NULL,
    PRIMARY KEY (customer_id, block)
  )`,
  // A commit's position and size in streams that were purged while another of its streams remains, so that a repetition
  // of the commit is recognised.
  `CREATE TABLE ${schema}.commit_remnant (
    customer_id uuid NOT NULL,
    commit_id uuid NOT NULL,
    first_position bigint NOT NULL,
    events bigint NOT NULL,
    PRIMARY KEY (customer_id, commit_id, first_position)
  )`,
  `CREATE TABLE ${schema}.purge (
    customer_id uuid NOT NULL,
    position bigint NOT NULL,
    reason text COLLATE "C" NOT NULL,
    streams bigint NOT NULL,
    events bigint NOT NULL,
    recorded_at bigint NOT NULL,
    PRIMARY KEY (customer_id, position)
  )`,
  `CREATE TABLE ${schema}.projection (
    customer_id uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    checkpoint bigint NOT NULL,
    state text NOT NULL,
    PRIMARY KEY (customer_id, name, version)
  )`,
  `CREATE TABLE ${schema}.active_projection (
    customer_id uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    PRIMARY KEY (customer_id, name)
  )`,
  `CREATE TABLE ${schema}.projection_lease (
    customer_id uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    fence bigint NOT NULL,
    owner uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    status text COLLATE "C" NOT NULL,
    PRIMARY KEY (customer_id, name, version)
  )`,
  `CREATE TABLE ${schema}.counter (
    customer_id uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    counter text COLLATE "C" NOT NULL,
    value double precision NOT NULL,
    PRIMARY KEY (customer_id, name, version, counter)
  ) WITH (fillfactor = 50)`,
  ...tables.flatMap((table) => secured(`${schema}.${table}`)),
  `GRANT USAGE ON SCHEMA ${schema} TO ${log}, ${operator}`,
  `GRANT SELECT, INSERT, UPDATE ON ${schema}.compartment, ${schema}.purged_block TO ${log}`,
  // Events are immutable: no role may update one.
  `GRANT SELECT, INSERT, DELETE ON ${schema}.event, ${schema}.commit_remnant TO ${log}`,
  `GRANT SELECT, INSERT ON ${schema}.purge TO ${log}`,
  `GRANT SELECT, INSERT, UPDATE, DELETE ON ${schema}.projection, ${schema}.active_projection,
    ${schema}.projection_lease, ${schema}.counter TO ${log}`,
  `GRANT SELECT ON ${schema}.compartment, ${schema}.purged_block, ${schema}.purge, ${schema}.active_projection,
    ${schema}.projection_lease TO ${operator}`,
  `GRANT SELECT ON ${schema}.migration TO ${log}, ${operator}`,
]

// Erasures and accesses are recorded beside the log, so that restoring an older backup of the vault reverts none of
// them; the log's own role sees neither.
const second: Step = (names) => [
  `GRANT USAGE ON SCHEMA ${names.schema} TO ${names.vault}`,
  `GRANT SELECT ON ${names.schema}.migration TO ${names.vault}`,
  ...recordsOfErasure(names.schema, names.vault),
  ...recordsOfAccess(names.schema, names.vault),
]

// The third step once made functions of these names, which nothing calls any more.
const fourth: Step = (names, appendFunctions = true) => [
  ...(appendFunctions ? ["one", "many"].map((name) => `DROP FUNCTION IF EXISTS ${names.schema}.append_${name}`) : []),
  ...tables.map((table) => resecured(`${names.schema}.${table}`)),
  ...functions(names, appendFunctions),
]

/** On whose side a reader was; null for the operator's staff. */
const fifth: Step = ({ schema }) => [`ALTER TABLE ${schema}.access_record ADD COLUMN reader text COLLATE "C"`]

/** Sub-selects in policies cost more, and Citus refuses to distribute the table. */
const sixth: Step = ({ schema }) =>
  ["record_number", "erasure", "access_record"].map((table) => resecured(`${schema}.${table}`))

/**
 * Payloads as text, whose bytes every dialect of PostgreSQL keeps: some store what is declared as `json` in another form.
 * The rows are written anew. Functions of an earlier release that take `json` stay for the processes that still call them.
 */
const seventh: Step = (names, appendFunctions) => [
  `ALTER TABLE ${names.schema}.event ALTER COLUMN data TYPE text USING data::text`,
  ...functions(names, appendFunctions),
]

/** An insertion that selects answers what it has written: where the tables are distributed, it would be a COPY otherwise. */
const eighth: Step = functions

/** The time of recording is the server's. Functions that take it stay for the processes that still call them. */
const ninth: Step = (names, appendFunctions) => functions(names, appendFunctions)

/** All steps of each part, in order: the version of a part is the number of steps that were taken. */
export const steps: Readonly<Record<Part, ReadonlyArray<Step>>> = {
  log: [first, second, functions, fourth, fifth, sixth, seventh, eighth, ninth],
  vault: vaultSteps,
  keys: keysSteps,
}

/**
 * The steps that leave what releases of the version before work with, so that such a process may still start. Only where a schema
 * is brought over all missing steps of this kind is it said to serve earlier releases.
 */
export const servesEarlier: ReadonlySet<Step> = new Set([ninth])
