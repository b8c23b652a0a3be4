/**
 * The part of an append that judges a batch and writes its events, for a function of the schema and for the statement
 * that does without.
 *
 * Plans are made once, for lists of any length: each look into the log is one descent of an index for one row of a list,
 * with a limit, so that no plan reads a whole index first. Verdicts are lists in one row, looked up by place.
 */
import { batch, columns } from "./appendContract.ts"

const { as, at } = batch

/**
 * The verdicts, and the events of the commits that are accepted. `position` gives the position before the batch as a
 * column, out of `from`, and `recorded` the time of recording.
 */
export const judging = (schema: string, position: string, from: string, recorded: string): string => `
WITH stream AS MATERIALIZED (
  SELECT s.n, s.of_commit, coalesce(e.version, 0) AS version,
    coalesce(e.version, 0) BETWEEN s.low AND s.high AS holds
  FROM unnest(${as.streamCommits}, ${as.streamKinds}, ${as.streamIds}, ${as.streamLows}, ${as.streamHighs})
    WITH ORDINALITY AS s (of_commit, kind, id, low, high, n)
  LEFT JOIN LATERAL (
    SELECT version FROM ${schema}.event
    WHERE customer_id = ${at.customer} AND stream_id = s.id AND stream_kind = s.kind
    ORDER BY version DESC LIMIT 1
  ) e ON true
), made AS MATERIALIZED (
  SELECT c.n, c.events, e.commit_id IS NOT NULL AS is_known,
    e.commit_id IS NOT NULL OR c.n = ANY (ARRAY(SELECT of_commit FROM stream WHERE NOT holds)) AS is_refused
  FROM unnest(${as.commitIds}, ${as.commitEvents}) WITH ORDINALITY AS c (id, events, n)
  LEFT JOIN LATERAL (
    SELECT commit_id FROM ${schema}.event WHERE customer_id = ${at.customer} AND commit_id = c.id LIMIT 1
  ) e ON true
), verdict AS MATERIALIZED (
  SELECT ${position}
    ARRAY(SELECT version FROM stream ORDER BY n) AS versions,
    ARRAY(SELECT is_known FROM made ORDER BY n) AS known,
    ARRAY(SELECT is_refused FROM made ORDER BY n) AS refused,
    -- How many events of refused commits come before those of a commit: positions stay dense without them.
    ARRAY(SELECT sum(CASE WHEN is_refused THEN events ELSE 0 END) OVER (ORDER BY n) FROM made ORDER BY n) AS left_out
  ${from}
), written AS (
  INSERT INTO ${schema}.event ${columns}
  SELECT ${at.customer}, v.position + e.n - v.left_out[e.of_commit], e.kind, e.id, v.versions[e.of_stream] + e.place,
    e.event_type, e.schema_version::smallint, e.occurred_at, ${recorded}, (${as.commitIds})[e.of_commit], e.data
  FROM verdict v, unnest(${as.eventCommits}, ${as.eventStreams}, ${as.eventPlaces}, ${as.eventKinds}, ${as.eventIds},
    ${as.eventTypes}, ${as.eventSchemaVersions}, ${as.eventOccurredAts}, ${as.eventData})
    WITH ORDINALITY AS e (of_commit, of_stream, place, kind, id, event_type, schema_version, occurred_at, data, n)
  WHERE NOT v.refused[e.of_commit]
  RETURNING 1
), total AS MATERIALIZED (
  SELECT count(*) AS events FROM written
)`
