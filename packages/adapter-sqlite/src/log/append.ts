/**
 * The one change that a log knows: a commit, carried out within a transaction that holds the file's write lock.
 */
import {
  type Commit,
  type EventEnvelope,
  EventStoreError,
  ExpectedVersion,
  Projection,
  type StreamId,
} from "@tacet/core/eventsourcing"
import * as Result from "effect/Result"
import type { Value } from "../file/Driver.ts"
import type { Transaction } from "../file/Transaction.ts"
import { eventOf } from "./EventRow.ts"
import { purge } from "./purge.ts"
import { pageBytes, pageOf } from "./reading.ts"

type Refused = EventStoreError.VersionConflict | EventStoreError.CommitIdReused

/** What a commit adds to the counters of inline projections. */
export interface Deltas {
  readonly projection: Projection.InlineProjection
  readonly added: ReadonlyArray<readonly [counter: string, add: number]>
}

/** Computes what a commit adds: code of the application, which may throw, before anything is written. */
export const deltasOf = (
  inline: ReadonlyArray<Projection.InlineProjection>,
  { writes }: Commit.Commit,
): ReadonlyArray<Deltas> =>
  inline.map((projection) => ({
    projection,
    added: writes.flatMap(({ events, stream }) =>
      events.flatMap(({ data, occurredAt, schemaVersion, type }) => [
        ...Projection.increments(projection, { type, schemaVersion, occurredAt, data, stream }),
      ]),
    ),
  }))

/** A known commit id returns its first result, then expectations decide, then the commit is written. */
export const append = (
  transaction: Transaction,
  commit: Commit.Commit,
  deltas: ReadonlyArray<Deltas>,
  recordedAt: EventEnvelope.EpochMillis,
): Result.Result<Commit.CommitResult, Refused> => {
  const { all, one, run } = transaction
  const { commitId, customer } = commit
  const found = one("SELECT id, position FROM customer WHERE customer_id = ?", customer)
  const id = found?.["id"] ?? null

  const known = one(
    "SELECT id, first_position, sizes, versions FROM made_commit WHERE customer = ? AND commit_id = ?",
    id,
    commitId,
  )
  if (known !== undefined) {
    const [sizes, versions] = [known["sizes"], known["versions"]].map(
      (list) => JSON.parse(list as string) as Array<number>,
    )
    const first = known["first_position"] as number
    return isRepetition(transaction, known["id"]!, first, sizes!, commit)
      ? Result.succeed(resultOf(commit, first, versions!))
      : Result.fail(new EventStoreError.CommitIdReused({ customer, commitId }))
  }

  const streamOf = ({ id: streamId, kind }: StreamId.StreamId) =>
    one("SELECT id, version FROM stream WHERE customer = ? AND stream_id = ? AND kind = ?", id, streamId, kind)
  const versionOf = (stream: StreamId.StreamId) => (streamOf(stream)?.["version"] as number | undefined) ?? 0
  const mismatches = [...commit.writes, ...(commit.checks ?? [])].flatMap(({ expected, stream }) => {
    const actual = versionOf(stream)
    return ExpectedVersion.holds(expected, actual) ? [] : [{ stream, expected, actual }]
  })
  if (mismatches.length > 0) {
    const missed =
      commit.wantMissedEvents !== true
        ? []
        : commit.writes.flatMap(({ expected, stream }) => {
            if (expected._tag !== "exact" && expected._tag !== "none") return []
            const seen = expected._tag === "exact" ? expected.version : 0
            return pageOf(
              all,
              "version",
              "s.customer = ? AND s.stream_id = ? AND s.kind = ? AND e.version > ?",
              [id, stream.id, stream.kind, seen],
              { limit: Number.MAX_SAFE_INTEGER },
              pageBytes / commit.writes.length,
            ).rows.map((row) => eventOf(customer, row))
          })
    return Result.fail(new EventStoreError.VersionConflict({ customer, commitId, mismatches, missed }))
  }

  const before = (found?.["position"] as number | undefined) ?? 0
  const count = commit.writes.reduce((sum, write) => sum + write.events.length, 0)
  const owner = one(
    `INSERT INTO customer (customer_id, position) VALUES (?, ?)
      ON CONFLICT (customer_id) DO UPDATE SET position = excluded.position RETURNING id`,
    customer,
    before + count,
  )!["id"]!
  const versions = commit.writes.map(({ events, stream }) => versionOf(stream) + events.length)
  const made = one(
    "INSERT INTO made_commit (customer, commit_id, first_position, sizes, versions) VALUES (?, ?, ?, ?, ?) RETURNING id",
    owner,
    commitId,
    before + 1,
    JSON.stringify(commit.writes.map(({ events }) => events.length)),
    JSON.stringify(versions),
  )!["id"]!
  let position = before
  for (const [nth, { events, stream }] of commit.writes.entries()) {
    const written = one(
      `INSERT INTO stream (customer, stream_id, kind, version) VALUES (?, ?, ?, ?)
        ON CONFLICT (customer, stream_id, kind) DO UPDATE SET version = excluded.version RETURNING id`,
      owner,
      stream.id,
      stream.kind,
      versions[nth],
    )!["id"]!
    let version = versions[nth]! - events.length
    for (const { data, occurredAt, schemaVersion, type } of events) {
      run(
        `INSERT INTO event (customer, position, stream, version, made_commit, type, schema_version, occurred_at,
          recorded_at, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        owner,
        ++position,
        written,
        ++version,
        made,
        type,
        schemaVersion,
        occurredAt,
        recordedAt,
        data,
      )
    }
  }
  for (const { added, projection } of deltas) {
    for (const [counter, add] of [...added, [Projection.countedEvents, position - before] as const]) {
      run(
        `INSERT INTO counter VALUES (?, ?, ?, ?, ?)
          ON CONFLICT (customer_id, name, version, counter) DO UPDATE SET value = value + excluded.value`,
        customer,
        projection.name,
        projection.version,
        counter,
        add,
      )
    }
  }
  if (commit.purge !== undefined) purge(transaction, owner, commit.purge, position, recordedAt)
  return Result.succeed(resultOf(commit, before + 1, versions))
}

/** The result of a commit whose events begin at a position. */
const resultOf = (
  { writes }: Commit.Commit,
  firstPosition: EventEnvelope.Position,
  versions: ReadonlyArray<number>,
): Commit.CommitResult => ({
  firstPosition,
  lastPosition: firstPosition + writes.reduce((sum, { events }) => sum + events.length, 0) - 1,
  versions: writes.map(({ stream: { id, kind } }, nth) => ({ stream: { kind, id }, version: versions[nth]! })),
})

/** The same events for the same streams in the same order; of events that were purged since, only their number. */
const isRepetition = (
  { all }: Transaction,
  made: Value,
  firstPosition: EventEnvelope.Position,
  sizes: ReadonlyArray<number>,
  { writes }: Commit.Commit,
): boolean => {
  if (writes.length !== sizes.length || writes.some(({ events }, nth) => events.length !== sizes[nth])) return false
  const stored = new Map(
    all(
      `SELECT e.position, s.kind, s.stream_id, e.type, e.schema_version, e.occurred_at, e.data
        FROM event e JOIN stream s ON s.id = e.stream WHERE e.made_commit = ?`,
      made,
    ).map((row) => [row["position"], row]),
  )
  let position = firstPosition
  return writes.every(({ events, stream }) =>
    events.every((event) => {
      const row = stored.get(position++)
      return (
        row === undefined ||
        (row["stream_id"] === stream.id &&
          row["kind"] === stream.kind &&
          row["type"] === event.type &&
          row["schema_version"] === event.schemaVersion &&
          row["occurred_at"] === event.occurredAt &&
          row["data"] === event.data)
      )
    }),
  )
}
