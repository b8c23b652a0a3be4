/**
 * The append as functions of the database: the same steps as the statements on the wire, lock first, in one call and
 * its own transaction. Each statement within a function sees all that was committed before the statement began, so a
 * probe behind the lock sees the commits that the lock waited for. The functions only save time: on engines that do not
 * support them, the statements do the same.
 *
 * The cost of a call is mostly the fixed cost of its statements; each row adds little. So each function has few
 * statements with few steps, and only a batch with a refusal is examined in full.
 *
 * They answer one list of numbers: the position before, how many events were written, the versions before of all streams
 * in their order, and for each commit whether its id is known (1 or 0). Nothing where the compartment has been moved.
 */
import { judging } from "./appendBatch.ts"
import { batch, columns, oneEvent, recordedAt } from "./appendContract.ts"
import type { Step } from "./secured.ts"

/** The first parameter of both functions. */
const customer = oneEvent.at.customer

/**
 * Sets the compartment, then locks and advances its row in one update, as if all commits were accepted. The positions
 * of refused commits are subtracted before the row becomes visible to others.
 */
const taken = (schema: string, count: string): string => `
  -- An assignment is evaluated as it stands, a PERFORM would be planned and run as a query.
  compartment := set_config('tacet.customer_id', ${customer}::text, true);
  UPDATE ${schema}.compartment c SET position = c.position + ${count}
    WHERE c.customer_id = ${customer} AND c.fence = 0 RETURNING c.position - ${count} INTO head;
  IF NOT FOUND THEN
    INSERT INTO ${schema}.compartment AS c (customer_id, position) VALUES (${customer}, ${count})
      ON CONFLICT (customer_id) DO UPDATE SET position = c.position + ${count} WHERE c.fence = 0
      RETURNING c.position - ${count} INTO head;
    IF NOT FOUND THEN RETURN NULL; END IF;
  END IF;`

/** Subtracts the positions that were counted and not written. */
const restored = (schema: string, written: string): string =>
  `UPDATE ${schema}.compartment SET position = head + ${written} WHERE customer_id = ${customer};`

const event = (schema: string): string => {
  const { at } = oneEvent
  // A probe reads from the end of a stream down to the least version that is accepted, and no further.
  return `
CREATE OR REPLACE FUNCTION ${schema}.append_event(${oneEvent.signature})
  RETURNS bigint[] LANGUAGE plpgsql VOLATILE AS $append$
DECLARE
  compartment text;
  head bigint;
  before integer;
  written bigint;
  is_known boolean;
  recorded bigint;
BEGIN${taken(schema, "1")}
  recorded := ${recordedAt.now};
  before := coalesce((
    SELECT e.version FROM ${schema}.event e
    WHERE e.customer_id = ${at.customer} AND e.stream_id = ${at.streamId} AND e.stream_kind = ${at.streamKind}
      AND e.version >= ${at.low}
    ORDER BY e.version DESC LIMIT 1
  ), 0);
  IF before BETWEEN ${at.low} AND ${at.high} THEN
    INSERT INTO ${schema}.event ${columns}
      SELECT ${at.customer}, head + 1, ${at.streamKind}, ${at.streamId}, before + 1, ${at.eventType},
        ${at.schemaVersion}::smallint, ${at.occurredAt}, recorded, ${at.commit}, ${at.data}
      WHERE NOT EXISTS (
        SELECT FROM ${schema}.event e WHERE e.customer_id = ${at.customer} AND e.commit_id = ${at.commit}
      )
      RETURNING position INTO written;
    IF FOUND THEN RETURN ARRAY[head, 1, before, 0]; END IF;
  END IF;
  ${restored(schema, "0")}
  SELECT coalesce((
      SELECT e.version FROM ${schema}.event e
      WHERE e.customer_id = ${at.customer} AND e.stream_id = ${at.streamId} AND e.stream_kind = ${at.streamKind}
      ORDER BY e.version DESC LIMIT 1
    ), 0),
    EXISTS (SELECT FROM ${schema}.event e WHERE e.customer_id = ${at.customer} AND e.commit_id = ${at.commit})
    INTO before, is_known;
  RETURN ARRAY[head, 0, before, is_known::integer];
END
$append$`
}

const many = (schema: string): string => {
  const { at } = batch
  return `
CREATE OR REPLACE FUNCTION ${schema}.append_batch(${batch.signature})
  RETURNS bigint[] LANGUAGE plpgsql VOLATILE AS $append$
#variable_conflict use_column
DECLARE
  compartment text;
  head bigint;
  written bigint := cardinality(${at.eventCommits});
  versions integer[];
  known boolean[];
  recorded bigint;
BEGIN${taken(schema, "written")}
  recorded := ${recordedAt.now};
  versions := ARRAY(
    SELECT CASE WHEN coalesce(e.version, 0) BETWEEN s.low AND s.high THEN coalesce(e.version, 0) ELSE -1 END
    FROM unnest(${at.streamKinds}, ${at.streamIds}, ${at.streamLows}, ${at.streamHighs})
      WITH ORDINALITY AS s (kind, id, low, high, n)
    LEFT JOIN LATERAL (
      SELECT version FROM ${schema}.event
      WHERE customer_id = ${at.customer} AND stream_id = s.id AND stream_kind = s.kind AND version >= s.low
      ORDER BY version DESC LIMIT 1
    ) e ON true
    ORDER BY s.n
  );
  IF -1 <> ALL (versions)
    AND NOT EXISTS (SELECT FROM ${schema}.event e
      WHERE e.customer_id = ${at.customer} AND e.commit_id = ANY (${at.commitIds}))
  THEN
    WITH w AS (
      INSERT INTO ${schema}.event ${columns}
      SELECT ${at.customer}, head + e.n, e.kind, e.id, versions[e.of_stream] + e.place, e.event_type,
        e.schema_version::smallint, e.occurred_at, recorded, (${at.commitIds})[e.of_commit], e.data
      FROM unnest(${at.eventCommits}, ${at.eventStreams}, ${at.eventPlaces}, ${at.eventKinds}, ${at.eventIds},
        ${at.eventTypes}, ${at.eventSchemaVersions}, ${at.eventOccurredAts}, ${at.eventData})
        WITH ORDINALITY AS e (of_commit, of_stream, place, kind, id, event_type, schema_version, occurred_at, data, n)
      RETURNING 1
    )
    SELECT count(*) FROM w INTO written;
    RETURN ARRAY[head, written] || versions || array_fill(0, ARRAY[cardinality(${at.commitIds})]);
  END IF;
  ${judging(schema, "head AS position, ", "", "recorded").trim()}
SELECT (SELECT events FROM total), versions, known FROM verdict
    INTO written, versions, known;
  ${restored(schema, "written")}
  RETURN ARRAY[head, written] || versions || known::integer[];
END
$append$`
}

/** The statements that call the functions of a schema. */
export interface Calls {
  /** One event of one commit to one stream. */
  readonly event: string
  /** Any batch that neither counts nor purges. */
  readonly batch: string
}

const known = new Map<string, Calls>()

/** How the functions of a schema are called. */
export const callsOf = (schema: string): Calls => {
  const calls = known.get(schema) ?? {
    event: `SELECT ${schema}.append_event(${oneEvent.call})`,
    batch: `SELECT ${schema}.append_batch(${batch.call})`,
  }
  known.set(schema, calls)
  return calls
}

/** The functions, each with the types of its parameters. The first parameter is the Customer. */
export const signatures = [`append_event(${oneEvent.signature})`, `append_batch(${batch.signature})`]

/** Creates or replaces the functions, where there are to be any. */
export const functions: Step = ({ log, schema }, appendFunctions = true) =>
  appendFunctions
    ? [
        event(schema),
        many(schema),
        ...signatures.flatMap((name) => [
          `REVOKE ALL ON FUNCTION ${schema}.${name} FROM PUBLIC`,
          `GRANT EXECUTE ON FUNCTION ${schema}.${name} TO ${log}`,
        ]),
      ]
    : []

/** Asks whether a schema has the functions as they are now. Earlier ones may be there: migrations that make none leave them. */
export const hasFunctions = (schema: string): string =>
  `SELECT ${Array.from([event(schema), many(schema)], (making, index) => {
    const [, body] = making.split("$append$")
    return `EXISTS (SELECT FROM pg_proc WHERE oid = to_regprocedure('${schema}.${signatures[index]}') AND prosrc = $body$${body}$body$)`
  }).join(" AND ")}`
