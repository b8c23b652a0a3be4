/**
 * Tables that Citus distributes by Customer: the step that distributes them, and what a process asks before it trusts them.
 *
 * Each table is in shards on several nodes. A transaction of one Customer runs on the node that has its shards, as the role of the
 * session, and reads the setting there by which the policies tell Customers apart. Where the setting does not come along, the
 * policies let nothing through: reads would answer an empty log.
 */
import type * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import { causeOf, DatabaseUnavailable, sqlStateOf } from "../server/DatabaseError.ts"
import { customerSetting } from "../server/settings.ts"
import { signatures } from "./appendFunctions.ts"

type Asking = Pick<PgConnection.PgConnection, "query" | "queryValues">

/** The table in which the other ones have their shards beside it, on the same node. */
const firsts = ["compartment", "keyring", "customer_keys"]

const tablesOf = (schema: string): string => `SELECT c.relname::text, p.logicalrelid IS NOT NULL AS is_distributed
  FROM pg_class c LEFT JOIN pg_dist_partition p ON p.logicalrelid = c.oid
  WHERE c.relnamespace = '${schema}'::regnamespace AND c.relkind = 'r' AND c.relname <> 'migration'
    AND NOT EXISTS (SELECT FROM pg_dist_shard s WHERE c.relname LIKE '%\\_' || s.shardid)
  ORDER BY c.relname <> ALL ('{${firsts.join(",")}}'), c.relname`

const functionsOf = (schema: string): string => `SELECT name, EXISTS (
    SELECT FROM pg_dist_object o WHERE o.classid = 'pg_proc'::regclass AND o.objid = to_regprocedure(name)
      AND o.distribution_argument_index = 0
  ) AS is_distributed
  FROM unnest(ARRAY[${signatures.map((name) => `'${schema}.${name}'`).join(", ")}]) AS f (name)
  WHERE to_regprocedure(name) IS NOT NULL`

/** Whether the database has Citus. */
const isThere = ({ queryValues }: Asking): Effect.Effect<boolean, SqlError> =>
  Effect.map(
    queryValues("SELECT to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL"),
    ([row]) => row?.[0] === true,
  )

/** The statements that distribute a table, whose shards are beside those of another. */
const distributing = (schema: string, table: string, first: string): ReadonlyArray<string> => [
  `SELECT create_distributed_table('${schema}.${table}', 'customer_id'${
    table === first ? "" : `, colocate_with => '${schema}.${first}'`
  })`,
  // Citus moves shards as the owner, whom the policies may not bind then. The roles of the applications are no owners.
  `ALTER TABLE ${schema}.${table} NO FORCE ROW LEVEL SECURITY`,
]

/**
 * Distributes the tables and functions of a schema that are not distributed yet, and lets the roles log in: the nodes connect to
 * each other as the role of a session.
 */
export const distribute = Effect.fnUntraced(function* (
  asking: Asking,
  schema: string,
  roles: ReadonlyArray<string>,
): Effect.fn.Return<void, SqlError | DatabaseUnavailable> {
  const { query, queryValues } = asking
  if (!(yield* isThere(asking))) {
    return yield* new DatabaseUnavailable({
      cause: "the database has no Citus: an administrator runs CREATE EXTENSION citus",
    })
  }
  // All in one transaction: over one connection to each node.
  yield* query("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
  for (const role of roles) {
    const [row] = yield* queryValues("SELECT rolcanlogin FROM pg_roles WHERE rolname = $1", [role])
    if (row?.[0] !== true) yield* query(`ALTER ROLE ${role} LOGIN`)
  }
  const tables = (yield* queryValues(tablesOf(schema))) as ReadonlyArray<
    readonly [table: string, isDistributed: boolean]
  >
  for (const [table, isDistributed] of tables) {
    if (isDistributed) continue
    for (const statement of distributing(schema, table, tables[0]![0])) yield* query(statement)
  }
  for (const [name, isDistributed] of yield* queryValues(functionsOf(schema))) {
    if (isDistributed === true) continue
    yield* query(
      "SELECT create_distributed_function($1::regprocedure, '$1', colocate_with => $2, force_delegation => true)",
      [name, `${schema}.${tables[0]![0]}`],
    )
  }
})

/** Customers that nobody has, enough of them that some have their shards on another node. */
const probes = Array.from({ length: 8 }, (_, n) => `00000000-0000-4000-8000-00000000000${n}`)

const refused = (cause: string) => new DatabaseUnavailable({ cause })

/** Fails where Citus has distributed tables of a schema that this process could not work with. Asked within a transaction. */
export const checkDistribution = Effect.fnUntraced(function* (
  asking: Asking,
  schema: string,
  appendFunctions: boolean,
): Effect.fn.Return<void, SqlError | DatabaseUnavailable> {
  const { query, queryValues } = asking
  if (!(yield* isThere(asking))) return
  const tables = yield* queryValues(tablesOf(schema))
  const [distributed, alone] = [true, false].map((is) => tables.filter(([, isDistributed]) => isDistributed === is))
  if (distributed!.length === 0) return
  if (alone!.length > 0) {
    return yield* refused(
      `some tables of ${schema} are distributed and ${String(alone![0]![0])} is not: run migrate with distribute: true`,
    )
  }
  if (
    appendFunctions &&
    (yield* queryValues(functionsOf(schema))).some(([, isDistributed]) => isDistributed !== true)
  ) {
    return yield* refused(
      "the tables are distributed and the functions of the append are not: run migrate with distribute: true, or set appendFunctions: false",
    )
  }
  const [readable] = yield* queryValues(
    `SELECT relname::text FROM pg_class WHERE relnamespace = '${schema}'::regnamespace AND relkind = 'r'
      AND relname = ANY ($1::text[]) AND has_table_privilege(oid, 'SELECT') ORDER BY relname LIMIT 1`,
    [`{${distributed!.map(([table]) => String(table)).join(",")}}`],
  )
  if (readable === undefined) return
  for (const customer of probes) {
    yield* query(`SET LOCAL ${customerSetting} = '${customer}'`)
    const [row] = yield* queryValues(
      `SELECT count(*), current_setting('${customerSetting}', true) FROM ${schema}.${String(readable[0])}
        WHERE customer_id = '${customer}'`,
    ).pipe(
      Effect.mapError((error) =>
        sqlStateOf(error)?.startsWith("08") === true
          ? refused(
              `${causeOf(error)} between the nodes: each must let the session's role log in at the others; run migrate with distribute: true, and see pg_hba.conf and pg_dist_authinfo`,
            )
          : error,
      ),
    )
    if (row?.[1] !== customer) {
      return yield* refused(
        "the tables are distributed, and the nodes do not see the Customer of a transaction: set distributed: true",
      )
    }
  }
})
