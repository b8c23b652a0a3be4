/**
 * The tables of permanent records: erasures and accesses. Records are numbered in the order in which they were written,
 * from a row for each Customer and kind that is locked first.
 */
import { secured } from "./secured.ts"

/** The ledger of erasures, for a role. One copy is in the log's database, one with the keys. */
export const recordsOfErasure = (schema: string, role: string): ReadonlyArray<string> => [
  `CREATE TABLE ${schema}.record_number (
    customer_id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,
    last bigint NOT NULL,
    PRIMARY KEY (customer_id, kind)
  ) WITH (fillfactor = 10)`,
  `CREATE TABLE ${schema}.erasure (
    customer_id uuid NOT NULL,
    number bigint NOT NULL,
    fingerprint text COLLATE "C" NOT NULL,
    erased_at bigint NOT NULL,
    cause text COLLATE "C" NOT NULL,
    PRIMARY KEY (customer_id, number),
    CONSTRAINT erasure_fingerprint UNIQUE (customer_id, fingerprint)
  )`,
  ...secured(`${schema}.record_number`),
  ...secured(`${schema}.erasure`),
  `GRANT SELECT, INSERT, UPDATE ON ${schema}.record_number TO ${role}`,
  // An erasure is permanent: no role may update or delete a record.
  `GRANT SELECT, INSERT ON ${schema}.erasure TO ${role}`,
]

/** The records of accesses, for a role. */
export const recordsOfAccess = (schema: string, role: string): ReadonlyArray<string> => [
  `CREATE TABLE ${schema}.access_record (
    customer_id uuid NOT NULL,
    number bigint NOT NULL,
    accessed_at bigint NOT NULL,
    actor_id uuid NOT NULL,
    purpose text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL,
    matter_id uuid,
    reference uuid,
    category text COLLATE "C" NOT NULL,
    outcome text COLLATE "C" NOT NULL,
    PRIMARY KEY (customer_id, number)
  )`,
  ...secured(`${schema}.access_record`),
  `GRANT SELECT, INSERT ON ${schema}.access_record TO ${role}`,
]
