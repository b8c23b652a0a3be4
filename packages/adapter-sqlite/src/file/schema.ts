/**
 * The tables, as forward-only steps. A released step is never changed: a later step corrects its mistakes. The file of the
 * data and the file of the keys have schemas of their own, and each knows by its application id which one it is.
 */

/** What a file holds. */
export type Kind = "data" | "keys"

/** SQLite's place for what a file is: `Tacd` and `Tack` in ASCII. */
export const applicationId: Readonly<Record<Kind, number>> = { data: 0x54616364, keys: 0x5461636b }

/** Erasures, numbered in the order in which they were recorded. One copy is with the log, one with the keys. */
const erasure = `CREATE TABLE erasure (
    customer_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    erased_at REAL NOT NULL,
    cause TEXT NOT NULL,
    PRIMARY KEY (customer_id, number),
    UNIQUE (customer_id, fingerprint)
  ) STRICT, WITHOUT ROWID`

/** How often rows were removed, and up to which removal the file was compacted since. */
const upkeep = `CREATE TABLE upkeep (removals INTEGER NOT NULL, compacted INTEGER NOT NULL) STRICT;
  INSERT INTO upkeep VALUES (0, 0)`

// Integers are positions, versions and times of events, whose range is checked before. Times of the vault are REAL, which
// holds every number that a caller may give, infinity included, and each whole one up to 2^53 as it is.
const data = [
  `CREATE TABLE customer (
    id INTEGER PRIMARY KEY,
    customer_id TEXT NOT NULL UNIQUE,
    position INTEGER NOT NULL DEFAULT 0
  ) STRICT`,
  `CREATE TABLE stream (
    id INTEGER PRIMARY KEY,
    customer INTEGER NOT NULL REFERENCES customer,
    stream_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    UNIQUE (customer, stream_id, kind)
  ) STRICT`,
  // Sizes and versions of its writes are lists, by place; its streams are those of its events.
  `CREATE TABLE made_commit (
    id INTEGER PRIMARY KEY,
    customer INTEGER NOT NULL REFERENCES customer,
    commit_id TEXT NOT NULL,
    first_position INTEGER NOT NULL,
    sizes TEXT NOT NULL,
    versions TEXT NOT NULL,
    UNIQUE (customer, commit_id)
  ) STRICT`,
  `CREATE TABLE event (
    customer INTEGER NOT NULL REFERENCES customer,
    position INTEGER NOT NULL,
    stream INTEGER NOT NULL REFERENCES stream,
    version INTEGER NOT NULL,
    made_commit INTEGER NOT NULL REFERENCES made_commit,
    type TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    occurred_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (customer, position),
    UNIQUE (stream, version)
  ) STRICT`,
  `CREATE INDEX event_commit ON event (made_commit)`,
  // Positions that were purged, in as few ranges as possible: a hole in the log must agree with them.
  `CREATE TABLE purged (
    customer INTEGER NOT NULL REFERENCES customer,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (customer, first),
    UNIQUE (customer, last),
    CHECK (first <= last)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE purge (
    customer INTEGER NOT NULL REFERENCES customer,
    position INTEGER NOT NULL,
    reason TEXT NOT NULL,
    streams INTEGER NOT NULL,
    events INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (customer, position)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE projection (
    customer_id TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    checkpoint INTEGER NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (customer_id, name, version)
  ) STRICT`,
  `CREATE TABLE active_projection (
    customer_id TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (customer_id, name)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE counter (
    customer_id TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    counter TEXT NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (customer_id, name, version, counter)
  ) STRICT, WITHOUT ROWID`,
  // The fence of a subject: a keyring is never deleted.
  `CREATE TABLE keyring (
    id INTEGER PRIMARY KEY,
    customer_id TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    is_restricted INTEGER NOT NULL,
    objections TEXT NOT NULL,
    erased_at REAL,
    erasure_cause TEXT,
    fingerprint TEXT,
    steps_done TEXT,
    is_completed INTEGER,
    UNIQUE (customer_id, subject_id)
  ) STRICT`,
  `CREATE INDEX keyring_unfinished ON keyring (customer_id, subject_id) WHERE is_completed = 0`,
  `CREATE TABLE data_key (
    keyring INTEGER NOT NULL REFERENCES keyring,
    category TEXT NOT NULL,
    key_id TEXT NOT NULL,
    wrapping_key_id TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    PRIMARY KEY (keyring, category)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE sealed_value (
    id INTEGER PRIMARY KEY,
    customer_id TEXT NOT NULL,
    keyring INTEGER NOT NULL REFERENCES keyring,
    reference TEXT NOT NULL,
    category TEXT NOT NULL,
    collected_at REAL NOT NULL,
    retention_end REAL,
    purposes TEXT NOT NULL,
    source TEXT,
    kind TEXT,
    collected_by TEXT,
    key_id TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    nonce BLOB NOT NULL,
    cipher_text BLOB NOT NULL,
    UNIQUE (customer_id, reference)
  ) STRICT`,
  // In the order of its key, which says nothing of what was destroyed together.
  `CREATE TABLE destroyed_value (
    customer_id TEXT NOT NULL,
    reference TEXT NOT NULL,
    destroyed_on REAL NOT NULL,
    cause TEXT NOT NULL,
    PRIMARY KEY (customer_id, reference)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE link (
    id INTEGER PRIMARY KEY,
    customer_id TEXT NOT NULL,
    keyring INTEGER NOT NULL REFERENCES keyring,
    interaction_id TEXT NOT NULL,
    category TEXT,
    collected_at REAL,
    retention_end REAL,
    UNIQUE (customer_id, interaction_id, keyring)
  ) STRICT`,
  // Until further notice is until infinity.
  `CREATE TABLE locator (
    id INTEGER PRIMARY KEY,
    customer_id TEXT NOT NULL,
    keyring INTEGER NOT NULL REFERENCES keyring,
    token TEXT NOT NULL,
    period TEXT NOT NULL,
    valid_from REAL NOT NULL,
    valid_to REAL NOT NULL,
    category TEXT,
    collected_at REAL,
    retention_end REAL,
    UNIQUE (customer_id, token, keyring, valid_from, valid_to)
  ) STRICT`,
  ...["sealed_value", "link", "locator"].flatMap((table) => [
    `CREATE INDEX ${table}_keyring ON ${table} (keyring)`,
    `CREATE INDEX ${table}_collected ON ${table} (customer_id, category, collected_at, retention_end)`,
    `CREATE INDEX ${table}_end ON ${table} (customer_id, category, retention_end) WHERE retention_end IS NOT NULL`,
  ]),
  `CREATE TABLE access_record (
    customer_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    accessed_at REAL NOT NULL,
    actor_id TEXT NOT NULL,
    reader TEXT,
    purpose TEXT NOT NULL,
    reason TEXT NOT NULL,
    matter_id TEXT,
    reference TEXT,
    category TEXT NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (customer_id, number)
  ) STRICT, WITHOUT ROWID`,
  erasure,
  upkeep,
]

const keys = [
  `CREATE TABLE customer_keys (customer_id TEXT PRIMARY KEY, fingerprint BLOB) STRICT, WITHOUT ROWID`,
  `CREATE TABLE wrapping_key (
    customer_id TEXT NOT NULL REFERENCES customer_keys,
    nth INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    bytes BLOB NOT NULL,
    superseded_at REAL,
    PRIMARY KEY (customer_id, nth)
  ) STRICT, WITHOUT ROWID`,
  // A closed period has no key.
  `CREATE TABLE period_key (
    customer_id TEXT NOT NULL REFERENCES customer_keys,
    period TEXT NOT NULL,
    bytes BLOB,
    PRIMARY KEY (customer_id, period)
  ) STRICT, WITHOUT ROWID`,
  erasure,
  upkeep,
]

/** All steps of each kind of file, in order: the version of a file is the number of steps that were taken. */
export const steps: Readonly<Record<Kind, ReadonlyArray<ReadonlyArray<string>>>> = { data: [data], keys: [keys] }
