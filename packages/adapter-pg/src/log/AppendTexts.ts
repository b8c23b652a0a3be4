/**
 * The SQL of an append without the functions of the schema: for one stream, and for any batch with counters and a purge
 * where it has them. A text is composed once for each schema and shape.
 */
import { judging } from "../schema/appendBatch.ts"
import { batch, columns, counters, oneStream, purgeAfter, recordedAt } from "../schema/appendContract.ts"
import { blockSize } from "../schema/blockSize.ts"

const composed = new Map<string, string>()

const once = (key: string, compose: () => string): string => {
  const known = composed.get(key)
  if (known !== undefined) return known
  const made = compose()
  composed.set(key, made)
  return made
}

/** Events of one commit to one stream, which neither counts nor purges. */
export const forOneStream = (schema: string): string => once(`${schema} one`, () => composeOneStream(schema))

/** Any batch. */
export const forBatch = (schema: string, counts: boolean, purges: boolean): string =>
  once(`${schema} ${counts} ${purges}`, () => composeBatch(schema, counts, purges))

const composeOneStream = (schema: string): string => {
  const { as, at } = oneStream
  return `
WITH verdict AS MATERIALIZED (
  SELECT c.position, coalesce(s.version, 0) AS version, k.commit_id IS NOT NULL AS is_known
  FROM ${schema}.compartment c
  LEFT JOIN LATERAL (
    SELECT version FROM ${schema}.event
    WHERE customer_id = ${at.customer} AND stream_id = ${at.streamId} AND stream_kind = ${at.streamKind}
    ORDER BY version DESC LIMIT 1
  ) s ON true
  LEFT JOIN LATERAL (
    SELECT commit_id FROM ${schema}.event WHERE customer_id = ${at.customer} AND commit_id = ${at.commit} LIMIT 1
  ) k ON true
  WHERE c.customer_id = ${at.customer} AND c.fence = 0
), written AS (
  INSERT INTO ${schema}.event ${columns}
  SELECT ${at.customer}, v.position + e.n, ${at.streamKind}, ${at.streamId}, v.version + e.n, e.event_type,
    e.schema_version::smallint, e.occurred_at, ${recordedAt.ofStatement}, ${at.commit}, e.data
  FROM verdict v, unnest(${as.eventTypes}, ${as.schemaVersions}, ${as.occurredAts}, ${as.data})
    WITH ORDINALITY AS e (event_type, schema_version, occurred_at, data, n)
  WHERE NOT v.is_known AND v.version BETWEEN ${as.low} AND ${as.high}
  RETURNING 1
), total AS MATERIALIZED (
  SELECT count(*) AS events FROM written
), advanced AS (
  UPDATE ${schema}.compartment SET position = position + (SELECT events FROM total)
  WHERE customer_id = ${at.customer} AND (SELECT events FROM total) > 0
)
SELECT position, (SELECT events FROM total), ARRAY[version], ARRAY[is_known] FROM verdict`
}

const { customer } = batch.at

const composeBatch = (schema: string, counts: boolean, purges: boolean): string => `${judging(
  schema,
  "position, ",
  `FROM ${schema}.compartment WHERE customer_id = ${customer} AND fence = 0`,
  recordedAt.ofStatement,
)}, advanced AS (
  UPDATE ${schema}.compartment SET position = position + (SELECT events FROM total)
  WHERE customer_id = ${customer} AND (SELECT events FROM total) > 0
)${counts ? counting(schema) : ""}${purges ? purging(schema, counts) : ""}
SELECT position, (SELECT events FROM total), versions, known FROM verdict`

const counting = (schema: string): string => {
  const { as } = counters
  return `, counted AS (
  INSERT INTO ${schema}.counter AS c (customer_id, name, version, counter, value)
  SELECT ${customer}, d.name, d.version, d.counter, sum(d.add)
  FROM verdict v, unnest(${as.counterCommits}, ${as.counterNames}, ${as.counterVersions}, ${as.counterKeys}, ${as.counterAdds})
    AS d (of_commit, name, version, counter, add)
  WHERE NOT v.refused[d.of_commit]
  GROUP BY d.name, d.version, d.counter
  ON CONFLICT (customer_id, name, version, counter) DO UPDATE SET value = c.value + excluded.value RETURNING 1
)`
}

/** Removes the events of listed streams. */
export const removal = (schema: string, kinds: string, ids: string): string => `DELETE FROM ${schema}.event e
  USING unnest(${kinds}, ${ids}) AS s (kind, id)
  WHERE e.customer_id = ${customer} AND e.stream_id = s.id AND e.stream_kind = s.kind`

const purging = (schema: string, counts: boolean): string => {
  const { as, at } = purgeAfter(counts)
  return `, gone AS (
  ${removal(schema, as.purgeKinds, as.purgeIds)}
    AND (SELECT events FROM total) > 0
  RETURNING e.position, e.stream_kind, e.stream_id, e.commit_id
), blocked AS (
  INSERT INTO ${schema}.purged_block AS b (customer_id, block, events)
  SELECT ${customer}, (position - 1) / ${blockSize}, count(*) FROM gone GROUP BY (position - 1) / ${blockSize}
  ON CONFLICT (customer_id, block) DO UPDATE SET events = b.events + excluded.events
  RETURNING 1
), broken AS MATERIALIZED (
  SELECT commit_id, min(position) AS first_position, count(*) AS events
  FROM gone GROUP BY commit_id, stream_kind, stream_id
), left_over AS MATERIALIZED (
  SELECT c.commit_id, EXISTS (
    SELECT FROM ${schema}.event e
    WHERE e.customer_id = ${customer} AND e.commit_id = c.commit_id AND NOT EXISTS (
      SELECT FROM unnest(${as.purgeKinds}, ${as.purgeIds}) AS s (kind, id)
      WHERE s.id = e.stream_id AND s.kind = e.stream_kind
    )
  ) AS is_left
  FROM (SELECT DISTINCT commit_id FROM broken) c
), remembered AS (
  INSERT INTO ${schema}.commit_remnant (customer_id, commit_id, first_position, events)
  SELECT ${customer}, b.commit_id, b.first_position, b.events
  FROM broken b JOIN left_over l ON l.commit_id = b.commit_id WHERE l.is_left
  RETURNING 1
), forgotten AS (
  DELETE FROM ${schema}.commit_remnant r USING left_over l
  WHERE r.customer_id = ${customer} AND r.commit_id = l.commit_id AND NOT l.is_left
), recorded AS (
  INSERT INTO ${schema}.purge (customer_id, position, reason, streams, events, recorded_at)
  SELECT ${customer}, v.position + (SELECT events FROM total), ${at.purgeReason},
    (SELECT count(DISTINCT (stream_kind, stream_id)) FROM gone), (SELECT count(*) FROM gone), ${recordedAt.ofStatement}
  FROM verdict v WHERE (SELECT events FROM total) > 0
  RETURNING 1
)`
}
