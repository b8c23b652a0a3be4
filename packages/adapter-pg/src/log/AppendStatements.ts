/**
 * The statements of an append: first the lock, then, with the snapshot that the next statement gets once the lock is
 * given, one statement that probes, judges, writes and counts. A batch holds several commits, each with its own verdict;
 * commits of one batch share no stream that one of them writes.
 */
import type { Commit, EventEnvelope, ExpectedVersion, Projection, StreamId } from "@tacet/core/eventsourcing"
import { blockSize } from "../schema/blockSize.ts"
import type { Rows, Statement } from "../server/Sessions.ts"
import { list } from "../server/types.ts"

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

/** How the functions are called that do the same, lock and all. */
export interface Calls {
  /** One event of one commit to one stream. */
  readonly event: string
  /** Any batch that neither counts nor purges. */
  readonly batch: string
}

/** A statement that goes behind the lock, or a call that takes the lock itself. */
export interface Append extends Statement {
  readonly isCall: boolean
}

/** What is judged and written, for a batch of one compartment. A commit that purges comes alone. */
export const append = (
  schema: string,
  customer: string,
  batch: ReadonlyArray<Prepared>,
  recordedAt: number,
  calls?: Calls,
): Append => {
  const [first] = batch
  if (batch.length === 1 && isPlain(first!)) {
    if (calls === undefined) return appendOne(schema, customer, first!.commit, recordedAt)
    if (first!.events === 1) return appendEvent(calls, customer, first!.commit, recordedAt)
  }
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
  const events = eventLists()
  const [ofCommit, ofStream, kind, id]: [Array<number>, Array<number>, Array<string>, Array<string>] = [[], [], [], []]
  const place: Array<number> = []
  for (const [index, { commit }] of batch.entries()) {
    for (const { events: written, expected, stream } of commit.writes) {
      address(index + 1, stream, expected)
      for (let n = 0; n < written.length; n++) {
        ofCommit.push(index + 1)
        ofStream.push(streams.commit.length)
        place.push(n + 1)
        kind.push(stream.kind)
        id.push(stream.id)
        events.push(written[n]!)
      }
    }
    for (const check of commit.checks ?? []) address(index + 1, check.stream, check.expected)
  }
  const parameters: Array<unknown> = [
    customer,
    list.uuid(batch.map(({ commit }) => commit.commitId)),
    list.int4(batch.map(({ events }) => events)),
    list.int4(streams.commit),
    list.text(streams.kind),
    list.uuid(streams.id),
    list.int4(lowest),
    list.int4(highest),
    list.int4(ofCommit),
    list.int4(ofStream),
    list.int4(place),
    list.text(kind),
    list.uuid(id),
    ...events.parameters(),
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
  const purge = first!.commit.purge
  if (purge !== undefined) {
    parameters.push(list.text(purge.streams.map(({ kind }) => kind)), list.uuid(purge.streams.map(({ id }) => id)))
    parameters.push(purge.reason)
  }
  const [counts, purges] = [deltas.length > 0, purge !== undefined]
  return calls === undefined || counts || purges
    ? { sql: text(schema, counts, purges), parameters, isCall: false }
    : { sql: calls.batch, parameters, isCall: true }
}

/** One stream, and nothing besides: the most frequent commit of all, and the statement that costs least. */
const isPlain = ({ commit, deltas }: Prepared): boolean =>
  commit.writes.length === 1 && (commit.checks ?? []).length === 0 && commit.purge === undefined && deltas.length === 0

const appendOne = (schema: string, customer: string, commit: Commit.Commit, recordedAt: number): Append => {
  const { events: written, expected, stream } = commit.writes[0]!
  const [low, high] = accepted(expected)
  const events = eventLists()
  for (const event of written) events.push(event)
  return {
    sql: one(schema),
    isCall: false,
    parameters: [
      customer,
      commit.commitId,
      stream.kind,
      stream.id,
      String(low),
      String(high),
      ...events.parameters(),
      String(recordedAt),
    ],
  }
}

const appendEvent = (calls: Calls, customer: string, commit: Commit.Commit, recordedAt: number): Append => {
  const { events, expected, stream } = commit.writes[0]!
  const { data, occurredAt, schemaVersion, type } = events[0]!
  const [low, high] = accepted(expected)
  const numbers = [low, high, schemaVersion, occurredAt, recordedAt].map(String)
  return {
    sql: calls.event,
    isCall: true,
    parameters: [
      customer,
      commit.commitId,
      stream.kind,
      stream.id,
      numbers[0],
      numbers[1],
      type,
      numbers[2],
      numbers[3],
      data,
      numbers[4],
    ],
  }
}

const eventLists = () => {
  const [type, schemaVersion, occurredAt]: [Array<string>, Array<number>, Array<number>] = [[], [], []]
  const data: Array<string> = []
  return {
    push: (event: EventEnvelope.NewEvent): void => {
      type.push(event.type)
      schemaVersion.push(event.schemaVersion)
      occurredAt.push(event.occurredAt)
      data.push(event.data)
    },
    parameters: () => [list.text(type), list.int4(schemaVersion), list.int8(occurredAt), list.json(data)],
  }
}

/** Reads what the database answered; nothing where the compartment has been moved. */
export const judged = ([row]: Rows, batch: ReadonlyArray<Prepared>, isCall: boolean): Judged | undefined => {
  if (row === undefined || row[0] === null) return undefined
  if (!isCall) {
    const [head, written, versions, known] = row as [number, number, ReadonlyArray<number>, ReadonlyArray<boolean>]
    return { head, written, versions, known }
  }
  const numbers = row[0] as ReadonlyArray<number>
  const commits = numbers.length - batch.length
  return {
    head: numbers[0]!,
    written: numbers[1]!,
    versions: numbers.slice(2, commits),
    known: numbers.slice(commits).map((known) => known === 1),
  }
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

const remembered = (key: string, compose: () => string): string => {
  const known = texts.get(key)
  if (known !== undefined) return known
  const made = compose()
  texts.set(key, made)
  return made
}

/** The columns of an event, in the order in which they are written. */
export const columns = `(customer_id, position, stream_kind, stream_id, version, event_type, schema_version, occurred_at,
    recorded_at, commit_id, data)`

const one = (schema: string): string =>
  remembered(
    `${schema} one`,
    () => `
WITH verdict AS MATERIALIZED (
  SELECT c.position, coalesce(s.version, 0) AS version, k.commit_id IS NOT NULL AS is_known
  FROM ${schema}.compartment c
  LEFT JOIN LATERAL (
    SELECT version FROM ${schema}.event WHERE customer_id = $1 AND stream_id = $4 AND stream_kind = $3
    ORDER BY version DESC LIMIT 1
  ) s ON true
  LEFT JOIN LATERAL (
    SELECT commit_id FROM ${schema}.event WHERE customer_id = $1 AND commit_id = $2 LIMIT 1
  ) k ON true
  WHERE c.customer_id = $1 AND c.fence = 0
), written AS (
  INSERT INTO ${schema}.event ${columns}
  SELECT $1, v.position + e.n, $3, $4, v.version + e.n, e.event_type, e.schema_version::smallint, e.occurred_at,
    $11::bigint, $2, e.data
  FROM verdict v, unnest($7::text[], $8::int[], $9::bigint[], $10::json[])
    WITH ORDINALITY AS e (event_type, schema_version, occurred_at, data, n)
  WHERE NOT v.is_known AND v.version BETWEEN $5::int AND $6::int
  RETURNING 1
), total AS MATERIALIZED (
  SELECT count(*) AS events FROM written
), advanced AS (
  UPDATE ${schema}.compartment SET position = position + (SELECT events FROM total)
  WHERE customer_id = $1 AND (SELECT events FROM total) > 0
)
SELECT position, (SELECT events FROM total), ARRAY[version], ARRAY[is_known] FROM verdict`,
  )

const text = (schema: string, counts: boolean, purges: boolean): string =>
  remembered(`${schema} ${counts} ${purges}`, () => compose(schema, counts, purges))

// Plans are made once, for lists of any length: each look into the log is one descent of an index for one row of a list,
// with a limit, so that no plan reads a whole index first. Verdicts are lists in one row, looked up by place.
const compose = (schema: string, counts: boolean, purges: boolean): string => {
  const purged = counts ? 24 : 19
  return `${writing(schema, `position, `, `FROM ${schema}.compartment WHERE customer_id = $1 AND fence = 0`)}, advanced AS (
  UPDATE ${schema}.compartment SET position = position + (SELECT events FROM total)
  WHERE customer_id = $1 AND (SELECT events FROM total) > 0
)${counts ? counting(schema) : ""}${purges ? purging(schema, purged) : ""}
SELECT position, (SELECT events FROM total), versions, known FROM verdict`
}

/** What judges and writes a batch that neither counts nor purges, behind a lock that told `head`. */
export const batch = (schema: string): string =>
  `${writing(schema, "head AS position, ", "").trim()}
SELECT (SELECT events FROM total), versions, known FROM verdict`

/** The verdicts, and the events of the commits that are accepted. */
const writing = (schema: string, position: string, from: string): string => `
WITH stream AS MATERIALIZED (
  SELECT s.n, s.of_commit, coalesce(e.version, 0) AS version,
    coalesce(e.version, 0) BETWEEN s.low AND s.high AS holds
  FROM unnest($4::int[], $5::text[], $6::uuid[], $7::int[], $8::int[])
    WITH ORDINALITY AS s (of_commit, kind, id, low, high, n)
  LEFT JOIN LATERAL (
    SELECT version FROM ${schema}.event
    WHERE customer_id = $1 AND stream_id = s.id AND stream_kind = s.kind
    ORDER BY version DESC LIMIT 1
  ) e ON true
), made AS MATERIALIZED (
  SELECT c.n, c.events, e.commit_id IS NOT NULL AS is_known,
    e.commit_id IS NOT NULL OR c.n = ANY (ARRAY(SELECT of_commit FROM stream WHERE NOT holds)) AS is_refused
  FROM unnest($2::uuid[], $3::int[]) WITH ORDINALITY AS c (id, events, n)
  LEFT JOIN LATERAL (
    SELECT commit_id FROM ${schema}.event WHERE customer_id = $1 AND commit_id = c.id LIMIT 1
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
  SELECT $1, v.position + e.n - v.left_out[e.of_commit], e.kind, e.id, v.versions[e.of_stream] + e.place, e.event_type,
    e.schema_version::smallint, e.occurred_at, $18::bigint, ($2::uuid[])[e.of_commit], e.data
  FROM verdict v, unnest($9::int[], $10::int[], $11::int[], $12::text[], $13::uuid[], $14::text[], $15::int[],
    $16::bigint[], $17::json[])
    WITH ORDINALITY AS e (of_commit, of_stream, place, kind, id, event_type, schema_version, occurred_at, data, n)
  WHERE NOT v.refused[e.of_commit]
  RETURNING 1
), total AS MATERIALIZED (
  SELECT count(*) AS events FROM written
)`

const counting = (schema: string): string => `, counted AS (
  INSERT INTO ${schema}.counter AS c (customer_id, name, version, counter, value)
  SELECT $1, d.name, d.version, d.counter, sum(d.add)
  FROM verdict v, unnest($19::int[], $20::text[], $21::int[], $22::text[], $23::double precision[])
    AS d (of_commit, name, version, counter, add)
  WHERE NOT v.refused[d.of_commit]
  GROUP BY d.name, d.version, d.counter
  ON CONFLICT (customer_id, name, version, counter) DO UPDATE SET value = c.value + excluded.value RETURNING 1
)`

/** Removes the events of listed streams. */
export const removal = (schema: string, kinds: string, ids: string): string => `DELETE FROM ${schema}.event e
  USING unnest(${kinds}::text[], ${ids}::uuid[]) AS s (kind, id)
  WHERE e.customer_id = $1 AND e.stream_id = s.id AND e.stream_kind = s.kind`

const purging = (schema: string, at: number): string => `, gone AS (
  ${removal(schema, `$${at}`, `$${at + 1}`)}
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
  SELECT $1, v.position + (SELECT events FROM total), $${at + 2},
    (SELECT count(DISTINCT (stream_kind, stream_id)) FROM gone), (SELECT count(*) FROM gone), $18::bigint
  FROM verdict v WHERE (SELECT events FROM total) > 0
)`
