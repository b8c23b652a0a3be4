/**
 * Look-ups after an append that was not simply written: the first result of a repeated commit, and the events that a
 * writer has missed.
 */
import type { Commit, CustomerId, EventEnvelope, EventStoreError } from "@tacet/core/eventsourcing"
import * as Effect from "effect/Effect"
import type { Database } from "../server/Database.ts"
import { columns, eventOf } from "./EventRow.ts"
import { pageBytes, paged } from "./Reading.ts"
import type { Rows, Statement } from "../server/Sessions.ts"
import { storeError } from "../server/TransactionFailed.ts"

/** The first result of a commit; `other` where it was made with other events, `gone` where no trace of it is left. */
export const repetition = (
  database: Database,
  commit: Commit.Commit,
): Effect.Effect<Commit.CommitResult | "other" | "gone", EventStoreError.StoreError> => {
  const { commitId, customer } = commit
  const { schema } = database
  return Effect.map(
    look(database, customer, [
      {
        sql: `SELECT ${columns} FROM ${schema}.event WHERE customer_id = $1 AND commit_id = $2 ORDER BY position`,
        parameters: [customer, commitId],
      },
      {
        sql: `SELECT first_position, events FROM ${schema}.commit_remnant WHERE customer_id = $1 AND commit_id = $2`,
        parameters: [customer, commitId],
      },
    ]),
    ([left, purged]) =>
      left!.length === 0
        ? "gone"
        : compare(
            commit,
            left!.map((row) => eventOf(customer, row)),
            new Map(purged as ReadonlyArray<readonly [number, number]>),
          ),
  )
}

const compare = (
  commit: Commit.Commit,
  left: ReadonlyArray<EventEnvelope.RecordedEvent>,
  purged: ReadonlyMap<EventEnvelope.Position, number>,
): Commit.CommitResult | "other" => {
  const firstPosition = Math.min(left[0]!.position, ...purged.keys())
  const total = [...purged.values()].reduce((sum, events) => sum + events, left.length)
  const at = new Map(left.map((event) => [event.position, event]))
  const versions: Array<Commit.CommitResult["versions"][number]> = []
  let position = firstPosition
  for (const { events, expected, stream } of commit.writes) {
    const { id, kind } = stream
    const gone = purged.get(position)
    if (gone !== undefined) {
      // Of purged events only the number can be compared; only the writer may know their version.
      if (gone !== events.length) return "other"
      position += gone
      const before = expected._tag === "exact" ? expected.version : 0
      versions.push({ stream: { kind, id }, version: before + gone })
      continue
    }
    let version = 0
    for (const event of events) {
      const stored = at.get(position++)
      if (stored === undefined || !isSame(stream, event, stored)) return "other"
      version = stored.version
    }
    versions.push({ stream: { kind, id }, version })
  }
  const lastPosition = position - 1
  return lastPosition - firstPosition + 1 === total ? { firstPosition, lastPosition, versions } : "other"
}

const isSame = (
  stream: EventEnvelope.RecordedEvent["stream"],
  event: EventEnvelope.NewEvent,
  stored: EventEnvelope.RecordedEvent,
): boolean =>
  stored.stream.kind === stream.kind &&
  stored.stream.id === stream.id &&
  stored.type === event.type &&
  stored.schemaVersion === event.schemaVersion &&
  stored.occurredAt === event.occurredAt &&
  stored.data === event.data

/**
 * The events between the expected and the actual version of the streams that a writer writes, as of the moment of the
 * verdict: events do not change, and later ones are left out. All streams together are given the bytes of a page, and each at
 * least one event. `gone` where a stream was purged since.
 */
export const missedEvents = (
  database: Database,
  { customer, writes }: Commit.Commit,
  mismatches: ReadonlyArray<EventStoreError.Mismatch>,
): Effect.Effect<ReadonlyArray<EventEnvelope.RecordedEvent> | "gone", EventStoreError.StoreError> => {
  const wanted = writes.flatMap(({ expected, stream }) => {
    const mismatch = mismatches.find((one) => one.stream.id === stream.id && one.stream.kind === stream.kind)
    const seen = expected._tag === "exact" ? expected.version : expected._tag === "none" ? 0 : undefined
    return mismatch === undefined || seen === undefined || seen >= mismatch.actual
      ? []
      : [{ stream, after: seen, through: mismatch.actual }]
  })
  if (wanted.length === 0) return Effect.succeed([])
  const statements = wanted.map(({ after, stream, through }) => ({
    sql: paged(
      database,
      columns,
      `${database.schema}.event WHERE customer_id = $1 AND stream_id = $2 AND stream_kind = $3 AND version > $4
        AND version <= $5`,
      "version",
      String(through - after),
      Math.ceil(pageBytes / wanted.length),
    ),
    parameters: [customer, stream.id, stream.kind, String(after), String(through)],
  }))
  return Effect.map(look(database, customer, statements), (answers) => {
    const isGone = answers.some(
      (rows, index) => rows.at(-1)?.at(-1) !== true && rows.length !== wanted[index]!.through - wanted[index]!.after,
    )
    return isGone ? "gone" : answers.flatMap((rows) => rows.map((row) => eventOf(customer, row)))
  })
}

// In the pool of the writers: a retry must not wait for readers.
const look = (
  { writes }: Database,
  customer: CustomerId.CustomerId,
  statements: ReadonlyArray<Statement>,
): Effect.Effect<ReadonlyArray<Rows>, EventStoreError.StoreError> =>
  Effect.mapError(writes.transact(customer, "read", statements), (failed) => storeError("append", failed))
