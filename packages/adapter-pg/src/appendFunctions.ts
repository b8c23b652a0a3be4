/**
 * The append as functions of the database: the same steps as the statements on the wire, lock first, in one call and its
 * own transaction. Statements within a function see what was committed before each of them began, so what is probed
 * behind the lock is what the lock has waited for. They only save time: where functions do not travel, the statements do
 * the same.
 */
import { batch, columns } from "./appendStatements.ts"
import type { Step } from "./security.ts"

const answers = `OUT head bigint, OUT written bigint, OUT versions integer[], OUT known boolean[]`

/**
 * The compartment, then its row: locked and counted on at once, as if all were accepted. What is refused afterwards is
 * taken back before anybody sees it. `head` is null where the compartment has been moved elsewhere.
 */
const taken = (schema: string, count: string): string => `
  PERFORM set_config('tacet.customer_id', $1::text, true);
  UPDATE ${schema}.compartment c SET position = c.position + ${count}
    WHERE c.customer_id = $1 AND c.fence = 0 RETURNING c.position - ${count} INTO head;
  IF NOT FOUND THEN
    INSERT INTO ${schema}.compartment AS c (customer_id, position) VALUES ($1, ${count})
      ON CONFLICT (customer_id) DO UPDATE SET position = c.position + ${count} WHERE c.fence = 0
      RETURNING c.position - ${count} INTO head;
    IF NOT FOUND THEN RETURN; END IF;
  END IF;`

/** Takes back what was counted and not written. */
const restored = (schema: string): string =>
  `UPDATE ${schema}.compartment SET position = head + written WHERE customer_id = $1;`

const one = (schema: string): string => `
CREATE FUNCTION ${schema}.append_one(uuid, uuid, text, uuid, integer, integer, text[], integer[], bigint[], json[], bigint,
  ${answers}) LANGUAGE plpgsql VOLATILE AS $append$
#variable_conflict use_column
DECLARE
  before integer;
  is_known boolean;
BEGIN${taken(schema, "cardinality($7)")}
  SELECT coalesce((
      SELECT e.version FROM ${schema}.event e
      WHERE e.customer_id = $1 AND e.stream_id = $4 AND e.stream_kind = $3 ORDER BY e.version DESC LIMIT 1
    ), 0),
    EXISTS (SELECT FROM ${schema}.event e WHERE e.customer_id = $1 AND e.commit_id = $2)
    INTO before, is_known;
  versions := ARRAY[before];
  known := ARRAY[is_known];
  IF is_known OR before NOT BETWEEN $5 AND $6 THEN
    written := 0;
    ${restored(schema)}
  ELSIF cardinality($7) = 1 THEN
    INSERT INTO ${schema}.event ${columns} VALUES
      ($1, head + 1, $3, $4, before + 1, $7[1], $8[1]::smallint, $9[1], $11, $2, $10[1]);
    written := 1;
  ELSE
    INSERT INTO ${schema}.event ${columns}
      SELECT $1, head + e.n, $3, $4, before + e.n, e.event_type, e.schema_version::smallint, e.occurred_at, $11, $2, e.data
      FROM unnest($7, $8, $9, $10) WITH ORDINALITY AS e (event_type, schema_version, occurred_at, data, n);
    written := cardinality($7);
  END IF;
END
$append$`

const many = (schema: string): string => `
CREATE FUNCTION ${schema}.append_many(uuid, uuid[], integer[], integer[], text[], uuid[], integer[], integer[], integer[],
  integer[], integer[], text[], uuid[], text[], integer[], bigint[], json[], bigint,
  ${answers}) LANGUAGE plpgsql VOLATILE AS $append$
#variable_conflict use_column
BEGIN${taken(schema, "cardinality($9)")}
  ${batch(schema)}
    INTO written, versions, known;
  IF written < cardinality($9) THEN
    ${restored(schema)}
  END IF;
END
$append$`

const arguments_ = (count: number): string => Array.from({ length: count }, (_, index) => `$${index + 1}`).join(", ")

/** How a function is called in the place of the statement of the same parameters. */
export const callOf = (schema: string, name: "append_one" | "append_many"): string =>
  `SELECT head, written, versions, known FROM ${schema}.${name}(${arguments_(name === "append_one" ? 11 : 18)})`

/** The step that makes them. */
export const functions: Step = ({ log, schema }) => [
  one(schema),
  many(schema),
  ...["append_one", "append_many"].flatMap((name) => [
    `REVOKE ALL ON FUNCTION ${schema}.${name} FROM PUBLIC`,
    `GRANT EXECUTE ON FUNCTION ${schema}.${name} TO ${log}`,
  ]),
]
