/**
 * The rules that let the tables be distributed by Customer: each with what asks the catalogue of a
 * database, or reads the SQL of the sources, for whatever breaks it, and with an example of a breach, so that the rule
 * is seen to find it.
 */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** A rule of the tables. */
export interface TableRule {
  readonly rule: string
  /** Names what breaks it, one row each. */
  readonly breaches: (schema: string) => string
  /** Statements that break it, and this rule or another for the same reason, in a schema that keeps to all. */
  readonly example: (schema: string) => ReadonlyArray<string>
}

// A migration affects the whole database.
const tables = (schema: string) =>
  `c.relnamespace = '${schema}'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'migration'`

const columnsOf = (schema: string) =>
  `pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE ${tables(schema)} AND a.attnum > 0 AND NOT a.attisdropped`

/** Nodes of Citus connect to each other as the role of a session, and move rows as the owner. */
const areDistributed = "to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL"

/** These save time and are not needed: the store passes its suite without them. */
const accelerators = "('append_event', 'append_batch')"

/** The columns of an event, in their order. */
const narrow =
  "customer_id,position,stream_kind,stream_id,version,event_type,schema_version,occurred_at,recorded_at,commit_id,data"

/** Every rule of the tables. */
export const tableRules: ReadonlyArray<TableRule> = [
  {
    rule: "every table has a primary key",
    breaches: (schema) => `SELECT c.relname::text FROM pg_class c WHERE ${tables(schema)}
      AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)`,
    example: (schema) => [`CREATE TABLE ${schema}.bad (customer_id uuid NOT NULL)`],
  },
  {
    rule: "customer_id is first in every primary key and every index",
    breaches: (schema) => `SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
      LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
      WHERE ${tables(schema)} AND a.attname IS DISTINCT FROM 'customer_id'`,
    example: (schema) => [`CREATE UNIQUE INDEX bad ON ${schema}.good (n, customer_id)`],
  },
  {
    rule: "every table carries customer_id, a uuid that is always supplied",
    breaches: (schema) => `SELECT c.relname::text FROM pg_class c WHERE ${tables(schema)} AND NOT EXISTS (
      SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'customer_id'
        AND a.atttypid = 'uuid'::regtype AND a.attnotnull AND NOT a.atthasdef)`,
    example: (schema) => [`ALTER TABLE ${schema}.good ALTER customer_id SET DEFAULT gen_random_uuid()`],
  },
  {
    rule: "no column is of a domain or of a type of its own",
    breaches: (schema) => `SELECT c.relname || '.' || a.attname FROM ${columnsOf(schema)}
      AND a.atttypid NOT IN (SELECT oid FROM pg_type
        WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype = 'b')`,
    example: (schema) => [
      `CREATE DOMAIN ${schema}.customer AS bigint`,
      `ALTER TABLE ${schema}.good ADD bad ${schema}.customer`,
    ],
  },
  {
    rule: "no identity, no generated column",
    breaches: (schema) =>
      `SELECT c.relname || '.' || a.attname FROM ${columnsOf(schema)} AND (a.attidentity <> '' OR a.attgenerated <> '')`,
    example: (schema) => [`ALTER TABLE ${schema}.good ADD bad bigint GENERATED ALWAYS AS (n + 1) STORED`],
  },
  {
    rule: "no default but a constant",
    breaches: (schema) => `SELECT c.relname::text FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid
      WHERE ${tables(schema)} AND pg_get_expr(d.adbin, d.adrelid) !~ '^''?-?[0-9]+''?(::[a-z]+)?$'`,
    example: (schema) => [`ALTER TABLE ${schema}.good ADD bad timestamptz DEFAULT clock_timestamp()`],
  },
  {
    rule: "no sequence, view or foreign table",
    breaches: (schema) => `SELECT relname::text FROM pg_class
      WHERE relnamespace = '${schema}'::regnamespace AND relkind IN ('S', 'v', 'm', 'f')`,
    example: (schema) => [`CREATE SEQUENCE ${schema}.bad`],
  },
  {
    rule: "no trigger",
    breaches: (schema) => `SELECT t.tgname::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
      WHERE c.relnamespace = '${schema}'::regnamespace AND NOT t.tgisinternal`,
    example: (schema) => [
      `CREATE TRIGGER bad BEFORE UPDATE ON ${schema}.good FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()`,
    ],
  },
  {
    rule: "no rule",
    breaches: (schema) => `SELECT rulename::text FROM pg_rules WHERE schemaname = '${schema}'`,
    example: (schema) => [`CREATE RULE bad AS ON DELETE TO ${schema}.good DO INSTEAD NOTHING`],
  },
  {
    rule: "no foreign key",
    breaches: (schema) =>
      `SELECT conname::text FROM pg_constraint WHERE connamespace = '${schema}'::regnamespace AND contype = 'f'`,
    example: (schema) => [
      `ALTER TABLE ${schema}.good ADD CONSTRAINT bad FOREIGN KEY (customer_id, n) REFERENCES ${schema}.good`,
    ],
  },
  {
    rule: "no constraint that is judged later, and none by exclusion",
    breaches: (schema) => `SELECT conname::text FROM pg_constraint
      WHERE connamespace = '${schema}'::regnamespace AND (condeferrable OR contype = 'x')`,
    example: (schema) => [
      `ALTER TABLE ${schema}.good ADD CONSTRAINT bad UNIQUE (customer_id, n) DEFERRABLE INITIALLY DEFERRED`,
    ],
  },
  {
    rule: "no function that is needed",
    breaches: (schema) => `SELECT proname::text FROM pg_proc
      WHERE pronamespace = '${schema}'::regnamespace AND proname NOT IN ${accelerators}`,
    example: (schema) => [`CREATE FUNCTION ${schema}.bad() RETURNS integer LANGUAGE sql AS 'SELECT 1'`],
  },
  {
    rule: "row-level security is on and forced, by the one Customer that is set",
    breaches: (schema) => `SELECT c.relname::text FROM pg_class c WHERE ${tables(schema)} AND NOT (
      c.relrowsecurity AND (c.relforcerowsecurity OR ${areDistributed}) AND (
        SELECT count(*) = 1 AND bool_and(p.polcmd = '*' AND p.polpermissive AND p.polroles = '{0}'
          AND pg_get_expr(p.polqual, p.polrelid) LIKE '(customer\\_id = %current\\_setting(''tacet.customer\\_id''::text, true)%'
          AND p.polwithcheck IS NULL)
        FROM pg_policy p WHERE p.polrelid = c.oid))`,
    example: (schema) => [`CREATE POLICY bad ON ${schema}.good USING (true)`],
  },
  {
    // Citus refuses to distribute the table: "Subqueries are not supported in policies on distributed tables".
    rule: "no policy has a sub-select",
    breaches: (schema) => `SELECT p.polrelid::regclass::text FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
      WHERE ${tables(schema)}
        AND concat(pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) ~* '\\mselect\\M'`,
    example: (schema) => [
      `ALTER POLICY own_rows ON ${schema}.good
        USING (customer_id = (SELECT nullif(current_setting('tacet.customer_id', true), '')::uuid))`,
    ],
  },
  {
    rule: "no role of ours gets by row-level security, owns a table or logs in",
    breaches: (schema) => `SELECT r.rolname::text FROM pg_roles r WHERE r.rolname ~ '^tacet_(log|vault|keys|operator)$'
      AND (r.rolbypassrls OR r.rolsuper OR (r.rolcanlogin AND NOT ${areDistributed})
        OR EXISTS (SELECT FROM pg_class c WHERE ${tables(schema)} AND c.relowner = r.oid))`,
    example: (schema) => [
      `GRANT CREATE ON SCHEMA ${schema} TO tacet_operator`,
      `ALTER TABLE ${schema}.good OWNER TO tacet_operator`,
    ],
  },
  {
    rule: "an event is narrow",
    breaches: (schema) => `SELECT given FROM (
        SELECT string_agg(a.attname, ',' ORDER BY a.attnum) AS given FROM ${columnsOf(schema)} AND c.relname = 'event'
      ) e WHERE given IS NOT NULL AND given <> '${narrow}'`,
    example: (schema) => [
      `CREATE TABLE ${schema}.event (customer_id uuid NOT NULL, position bigint, bad text, PRIMARY KEY (customer_id, position))`,
    ],
  },
  {
    rule: "ids are uuid, documents text",
    breaches: (schema) => `SELECT c.relname || '.' || a.attname FROM ${columnsOf(schema)} AND (
      (a.attname ~ '_id$' AND a.atttypid <> 'uuid'::regtype) OR a.atttypid IN ('json'::regtype, 'jsonb'::regtype))`,
    example: (schema) => [`ALTER TABLE ${schema}.good ADD bad json`],
  },
  {
    rule: "the log has no index beyond position, stream and commit",
    breaches: (schema) => `SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
      WHERE ${tables(schema)} AND c.relname = 'event'
        AND i.indexrelid::regclass::text !~ 'event_(pkey|stream|commit)$'`,
    example: (schema) => [
      `CREATE TABLE ${schema}.event (customer_id uuid NOT NULL, position bigint, PRIMARY KEY (customer_id, position))`,
      `CREATE INDEX bad ON ${schema}.event (customer_id, position DESC)`,
    ],
  },
]

/** A table that keeps to every rule. */
export const goodTable = (schema: string): ReadonlyArray<string> => [
  `CREATE TABLE ${schema}.good (customer_id uuid NOT NULL, n bigint NOT NULL, PRIMARY KEY (customer_id, n))`,
  `ALTER TABLE ${schema}.good ENABLE ROW LEVEL SECURITY`,
  `ALTER TABLE ${schema}.good FORCE ROW LEVEL SECURITY`,
  `CREATE POLICY own_rows ON ${schema}.good
    USING (customer_id = nullif(current_setting('tacet.customer_id', true), '')::uuid)`,
]

/** A rule of the statements. */
export interface StatementRule {
  readonly rule: string
  /** The violations in a source. */
  readonly breaches: (source: string) => ReadonlyArray<string>
  readonly example: string
}

const found = (pattern: RegExp) => (source: string) => Array.from(source.matchAll(pattern), ([text]) => text)

/** From a place on, up to where its bracket, its literal or its statement ends. */
const clauseFrom = (source: string, start: number): string => {
  let depth = 0
  for (let end = start; end < source.length; end++) {
    const character = source[end]!
    if (character === "(") depth++
    if (character === ")" && --depth < 0) return source.slice(start, end)
    if (character === "`" || character === ";") return source.slice(start, end)
  }
  return source.slice(start)
}

const insertions = (source: string): ReadonlyArray<string> =>
  Array.from(source.matchAll(/INSERT INTO/g), ({ index }) => clauseFrom(source, index))

/** Every rule of the statements. */
export const statementRules: ReadonlyArray<StatementRule> = [
  { rule: "no row is addressed by its place", breaches: found(/\bctid\b/gi), example: "DELETE FROM t WHERE ctid = $1" },
  {
    rule: "no MERGE, no SERIALIZABLE, no COPY, no lock of a table",
    breaches: found(/\bMERGE INTO\b|\bSERIALIZABLE\b|\bCOPY \$?\w|\bLOCK TABLE\b/g),
    example: "BEGIN ISOLATION LEVEL SERIALIZABLE",
  },
  {
    rule: "order comes from no sequence and no transaction id",
    breaches: found(/\bnextval\b|\bpg_current_xact_id\b|\btxid_\w+|\bxmin\b|\bpg_snapshot\w*/gi),
    example: "SELECT nextval('n')",
  },
  {
    rule: "no advisory lock",
    breaches: found(/\bpg_(?:try_)?advisory\w*/g),
    example: "SELECT pg_advisory_xact_lock(1)",
  },
  {
    rule: "what varies is a parameter, but for the time of recording",
    breaches: found(
      /(?<!milliseconds\(")\b(?:clock_timestamp|statement_timestamp|timeofday|random|gen_random_uuid|uuid_generate_v4)\(\)/gi,
    ),
    example: "INSERT INTO t VALUES (gen_random_uuid())",
  },
  {
    rule: "no Customer of a row is changed",
    breaches: found(/\bSET\s+\(?\s*customer_id\b/gi),
    example: "UPDATE t SET customer_id = $2",
  },
  {
    rule: "a Customer is set for one transaction only, and never for a session",
    breaches: found(/`SET (?!LOCAL\b)\w*|\bset_config\([^)]*false\)/g),
    example: "`SET tacet.customer_id = '1'`",
  },
  {
    // Citus would copy the rows: "COPY FROM not supported with row-level security".
    rule: "never an INSERT that selects without RETURNING",
    breaches: (source) =>
      insertions(source).filter((clause) => /\bSELECT\b/.test(clause) && !/\bRETURNING\b/.test(clause)),
    example:
      "`INSERT INTO t (a, n) SELECT a, count(*) FROM gone GROUP BY a ON CONFLICT (a) DO UPDATE SET n = excluded.n`",
  },
  {
    // Citus: "functions used in the DO UPDATE SET clause of INSERTs on distributed tables must be marked IMMUTABLE".
    rule: "no clock and no setting behind ON CONFLICT",
    breaches: (source) =>
      insertions(source).filter((clause) => /\bON CONFLICT\b[^]*\b(?:now\(\)|current_\w+|localtime\w*)/.test(clause)),
    example: "`INSERT INTO t (a, at) VALUES ($1, now()) ON CONFLICT (a) DO UPDATE SET a = $1 WHERE t.at <= now()`",
  },
  {
    // Planned apart from the insertion, the query knows no type of it: 42P18.
    rule: "no parameter in DO UPDATE alone",
    breaches: (source) =>
      insertions(source).filter((clause) => {
        const [inserted, updated = ""] = clause.split(/\bDO UPDATE\b/)
        const given = new Set(inserted!.match(/\$\d+/g))
        return (updated.match(/\$\d+/g) ?? []).some((parameter) => !given.has(parameter))
      }),
    example:
      "`INSERT INTO t (a) SELECT $1 FROM u ON CONFLICT (a) DO UPDATE SET a = excluded.a WHERE t.a = $2 RETURNING 1`",
  },
  {
    // In a query that feeds insertions, Citus reads its own rows in the wrong format: 22P02.
    rule: "a lock of rows is a statement of its own",
    breaches: (source) =>
      Array.from(source.matchAll(/(sql:\s*|query\()?`([^`]*)`/g)).flatMap(([, sql, text = ""]) =>
        /\bFOR (?:NO KEY UPDATE|UPDATE|KEY SHARE|SHARE)\b/.test(text) &&
        (sql === undefined || !/^\s*SELECT\b/.test(text) || /\bMATERIALIZED\b|\bINSERT\b/.test(text))
          ? [text]
          : [],
      ),
    example:
      "sql: `WITH held AS (SELECT 1 FROM t WHERE a = $1 FOR SHARE) INSERT INTO u SELECT $1 FROM held RETURNING 1`",
  },
  {
    rule: "customer_id is in every statement as often as tables are",
    breaches: (source) =>
      Array.from(source.matchAll(/`[^`]*`/g), ([text]) => text).filter((text) => {
        const used = text.match(/\b(?:FROM|JOIN|USING|UPDATE|INTO)\s+\$\{schema\}\.(?!migration\b)\w+/g) ?? []
        const named = text.match(/\bcustomer_id\b|\$\{(?:columns|ofKey|from)\}/g) ?? []
        return named.length < used.length
      }),
    example:
      "`SELECT 1 FROM ${schema}.event e JOIN ${schema}.purge p ON p.position = e.position WHERE e.customer_id = $1`",
  },
]

const sources = join(import.meta.dirname, "..")

/** The sources that hold statements, without comments. Statements can do everything that the functions do. */
export const statementSources = (): ReadonlyArray<readonly [file: string, source: string]> =>
  (readdirSync(sources, { recursive: true }) as ReadonlyArray<string>)
    .filter((file) => file.endsWith(".ts") && !/\.(test|testing)\.ts$/.test(file))
    .map((file) => [
      file,
      readFileSync(join(sources, file), "utf8")
        .replaceAll(/\/\*[\s\S]*?\*\//g, "")
        .replaceAll(/(^|\s)\/\/.*$/gm, ""),
    ])
