/**
 * The statements of an append: first the lock, then, with the snapshot that the next statement gets once the lock is
 * given, one statement that probes, judges, writes and counts. A batch holds several commits, each with its own verdict;
 * commits of one batch share no stream that one of them writes.
 */
import type { Commit, ExpectedVersion, Projection, StreamId } from "@tacet/core/eventsourcing"
import { blockSize } from "./migrations.ts"
import type { Rows, Statement } from "./Sessions.ts"
import { list } from "./types.ts"

/** A commit with what it adds to counters. */
export interface Prepared {
  readonly commit: Commit.Commit
  readonly events: number
  readonly deltas: ReadonlyArray<Delta>
}

/** What a commit adds to one counter. */
interface Delta {
  readonly projection: Projection.InlineProjection
  readonly counter: string
  readonly add: number
}

/** What the database answered to a batch. */
export interface Judged {
  /** The position before the batch. */
  readonly head: number
  /** The versions before the batch of all streams that were written or checked, commit by commit. */
  readonly versions: ReadonlyArray<number>
  /** For each commit, whether its id is known. */
  readonly known: ReadonlyArray<boolean>
  /** How many events were written. */
  readonly written: number
}

/** Locks the compartment, which is opened by its first append. */
export const lock = (schema: string, customer: string): Statement => ({
  sql: `INSERT INTO ${schema}.compartment AS c (customer_id, position) VALUES ($1, 0)
    ON CONFLICT (customer_id) DO UPDATE SET fence = c.fence WHERE false`,
  parameters: [customer],
})

/** What is judged and written, for a batch of one compartment. A commit that purges comes alone. */
export const append = (
  schema: string,
  customer: string,
  batch: ReadonlyArray<Prepared>,
  recordedAt: number,
): Statement => {
  const streams = { commit: [] as Array<number>, kind: [] as Array<string>, id: [] as Array<string> }
  const [lowest, highest]: [Array<number>, Array<number>] = [[], []]
  const address = (commit: number, { kind, id }: StreamId.StreamId, expected: ExpectedVersion.ExpectedVersion) => {
    streams.commit.push(commit)
    streams.kind.push(kind)
    streams.id.push(id)
    const [low, high] = accepted(expected)
    lowest.push(low)
    highest.push(high)
  }
  const [stream, offset, schemaVersion]: [Array<number>, Array<number>, Array<number>] = [[], [], []]
  const [type, data]: [Array<string>, Array<string>] = [[], []]
  const occurredAt: Array<number> = []
  for (const [index, { commit }] of batch.entries()) {
    for (const write of commit.writes) {
      address(index + 1, write.stream, write.expected)
      const place = streams.commit.length
      for (let n = 0; n < write.events.length; n++) {
        const event = write.events[n]!
        stream.push(place)
        offset.push(n + 1)
        type.push(event.type)
        schemaVersion.push(event.schemaVersion)
        occurredAt.push(event.occurredAt)
        data.push(event.data)
      }
    }
    for (const check of commit.checks ?? []) address(index + 1, check.stream, check.expected)
  }
  const parameters: Array<unknown> = [
    customer,
    list.uuid(batch.map(({ commit }) => commit.commitId)),
    list.int4(streams.commit),
    list.text(streams.kind),
    list.uuid(streams.id),
    list.int4(lowest),
    list.int4(highest),
    list.int4(stream),
    list.int4(offset),
    list.text(type),
    list.int4(schemaVersion),
    list.int8(occurredAt),
    list.json(data),
    String(recordedAt),
  ]
  const deltas = batch.flatMap(({ deltas }, index) => deltas.map((delta) => ({ ...delta, commit: index + 1 })))
  if (deltas.length > 0) {
    parameters.push(
      list.int4(deltas.map(({ commit }) => commit)),
      list.text(deltas.map(({ projection }) => projection.name)),
      list.int4(deltas.map(({ projection }) => projection.version)),
      list.text(deltas.map(({ counter }) => counter)),
      list.float8(deltas.map(({ add }) => add)),
    )
  }
  const purge = batch[0]!.commit.purge
  if (purge !== undefined) {
    parameters.push(list.text(purge.streams.map(({ kind }) => kind)), list.uuid(purge.streams.map(({ id }) => id)))
    parameters.push(purge.reason)
  }
  return { sql: text(schema, deltas.length > 0, purge !== undefined), parameters }
}

/** Reads what the database answered. */
export const judged = ([row]: Rows): Judged | undefined => {
  if (row === undefined) return undefined
  const [head, written, versions, known] = row as [number, number, ReadonlyArray<number>, ReadonlyArray<boolean>]
  return { head, written, versions, known }
}

const most = 2_147_483_647

/** From which version to which the expectation holds. */
const accepted = (expected: ExpectedVersion.ExpectedVersion): readonly [low: number, high: number] => {
  switch (expected._tag) {
    case "none":
      return [0, 0]
    case "exact":
      // Beyond what a stream can have, none holds.
      return expected.version > most ? [most, 0] : [expected.version, expected.version]
    case "exists":
      return [1, most]
    case "any":
      return [0, most]
  }
}

const texts = new Map<string, string>()

const text = (schema: string, counts: boolean, purges: boolean): string => {
  const key = `${schema} ${counts} ${purges}`
  const known = texts.get(key)
  if (known !== undefined) return known
  const made = compose(schema, counts, purges)
  texts.set(key, made)
  return made
}

const compose = (schema: string, counts: boolean, purges: boolean): string => {
  const purged = counts ? 20 : 15
  return `
WITH head AS MATERIALIZED (
  SELECT position FROM ${schema}.compartment WHERE customer_id = $1 AND fence = 0
), probed AS MATERIALIZED (
  SELECT s.n, s.of_commit, s.kind, s.id, coalesce(e.version, 0) AS version,
    coalesce(e.version, 0) BETWEEN s.low AND s.high AS holds
  FROM unnest($3::int[], $4::text[], $5::uuid[], $6::int[], $7::int[])
    WITH ORDINALITY AS s (of_commit, kind, id, low, high, n)
  LEFT JOIN LATERAL (
    SELECT version FROM ${schema}.event
    WHERE customer_id = $1 AND stream_id = s.id AND stream_kind = s.kind
    ORDER BY version DESC LIMIT 1
  ) e ON true
), known AS MATERIALIZED (
  SELECT c.n, EXISTS (
    SELECT FROM ${schema}.event WHERE customer_id = $1 AND commit_id = c.id
  ) AS is_known
  FROM unnest($2::uuid[]) WITH ORDINALITY AS c (id, n)
), refused AS MATERIALIZED (
  SELECT ARRAY(
    SELECT of_commit FROM probed WHERE NOT holds UNION ALL SELECT n::int FROM known WHERE is_known
  ) AS commits
), written AS (
  INSERT INTO ${schema}.event (customer_id, position, stream_kind, stream_id, version, event_type,
    schema_version, occurred_at, recorded_at, commit_id, data)
  SELECT $1, head.position + row_number() OVER (ORDER BY e.n), p.kind, p.id, p.version + e.place, e.event_type,
    e.schema_version::smallint, e.occurred_at, $14::bigint, ($2::uuid[])[p.of_commit], e.data
  FROM unnest($8::int[], $9::int[], $10::text[], $11::int[], $12::bigint[], $13::json[])
    WITH ORDINALITY AS e (stream, place, event_type, schema_version, occurred_at, data, n)
  JOIN probed p ON p.n = e.stream
  CROSS JOIN head CROSS JOIN refused
  WHERE p.of_commit <> ALL (refused.commits)
  RETURNING 1
), total AS MATERIALIZED (
  SELECT count(*) AS events FROM written
), advanced AS (
  UPDATE ${schema}.compartment SET position = position + (SELECT events FROM total)
  WHERE customer_id = $1 AND (SELECT events FROM total) > 0
)${counts ? counting(schema) : ""}${purges ? purging(schema, purged) : ""}
SELECT head.position, (SELECT events FROM total),
  ARRAY(SELECT version FROM probed ORDER BY n), ARRAY(SELECT is_known FROM known ORDER BY n)
FROM head`
}

const counting = (schema: string): string => `, counted AS (
  INSERT INTO ${schema}.counter AS c (customer_id, name, version, counter, value)
  SELECT $1, d.name, d.version, d.counter, sum(d.add)
  FROM unnest($15::int[], $16::text[], $17::int[], $18::text[], $19::double precision[])
    AS d (of_commit, name, version, counter, add)
  CROSS JOIN head CROSS JOIN refused
  WHERE d.of_commit <> ALL (refused.commits)
  GROUP BY d.name, d.version, d.counter
  ON CONFLICT (customer_id, name, version, counter) DO UPDATE SET value = c.value + excluded.value
)`

const purging = (schema: string, at: number): string => `, gone AS (
  DELETE FROM ${schema}.event e
  USING unnest($${at}::text[], $${at + 1}::uuid[]) AS s (kind, id)
  WHERE e.customer_id = $1 AND e.stream_id = s.id AND e.stream_kind = s.kind
    AND (SELECT events FROM total) > 0
  RETURNING e.position, e.stream_kind, e.stream_id, e.commit_id
), blocked AS (
  INSERT INTO ${schema}.purged_block AS b (customer_id, block, events)
  SELECT $1, (position - 1) / ${blockSize}, count(*) FROM gone GROUP BY (position - 1) / ${blockSize}
  ON CONFLICT (customer_id, block) DO UPDATE SET events = b.events + excluded.events
), broken AS MATERIALIZED (
  SELECT commit_id, min(position) AS first_position, count(*) AS events
  FROM gone GROUP BY commit_id, stream_kind, stream_id
), left_over AS MATERIALIZED (
  SELECT c.commit_id, EXISTS (
    SELECT FROM ${schema}.event e
    WHERE e.customer_id = $1 AND e.commit_id = c.commit_id AND NOT EXISTS (
      SELECT FROM unnest($${at}::text[], $${at + 1}::uuid[]) AS s (kind, id)
      WHERE s.id = e.stream_id AND s.kind = e.stream_kind
    )
  ) AS is_left
  FROM (SELECT DISTINCT commit_id FROM broken) c
), remembered AS (
  INSERT INTO ${schema}.commit_remnant (customer_id, commit_id, first_position, events)
  SELECT $1, b.commit_id, b.first_position, b.events
  FROM broken b JOIN left_over l ON l.commit_id = b.commit_id WHERE l.is_left
  RETURNING 1
), forgotten AS (
  DELETE FROM ${schema}.commit_remnant r USING left_over l
  WHERE r.customer_id = $1 AND r.commit_id = l.commit_id AND NOT l.is_left
), recorded AS (
  INSERT INTO ${schema}.purge (customer_id, position, reason, streams, events, recorded_at)
  SELECT $1, head.position + (SELECT events FROM total), $${at + 2},
    (SELECT count(DISTINCT (stream_kind, stream_id)) FROM gone), (SELECT count(*) FROM gone), $14::bigint
  FROM head WHERE (SELECT events FROM total) > 0
)`
