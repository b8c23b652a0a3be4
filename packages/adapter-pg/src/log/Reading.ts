/**
 * Pages of streams and chunks of the log, each from one snapshot of the database.
 */
import type { CustomerId, StreamId } from "@tacet/core/eventsourcing"
import { EventStore, EventStoreError, Uuid } from "@tacet/core/eventsourcing"
import * as Effect from "effect/Effect"
import type { Database } from "../server/Database.ts"
import type { Operation } from "../server/DatabaseError.ts"
import { columns, columnsOfStream, eventOf, eventOfStream } from "./EventRow.ts"
import { blockSize } from "../schema/blockSize.ts"
import type { Rows, Statement } from "../server/Sessions.ts"
import { storeError } from "../server/TransactionFailed.ts"
import { list } from "../server/types.ts"

/** How many bytes of payload a page holds, as far as the server knows them without reading them, beyond its last event. */
export const pageBytes = 8_000_000

/**
 * The size of a payload: as it is stored, with room for what has been compressed, which is not unpacked for its size. Engines
 * without the functions of the schema may not know of compression.
 */
const sizeIn = ({ appendFunctions }: Database): string =>
  appendFunctions
    ? `least(pg_column_size(data), ${pageBytes}) * CASE WHEN pg_column_compression(data) IS NULL THEN 1 ELSE 32 END`
    : "octet_length(data)"

/**
 * The query of a page: at most so many rows, and none behind the bytes of a page. All are `filled` where the bytes have ended it.
 * Where it ends is looked for only where the whole is too large.
 */
export const paged = (
  database: Database,
  columns: string,
  from: string,
  order: "position" | "version",
  limit: string,
  bytes = pageBytes,
): string => {
  const sized = `(SELECT ${order}, ${sizeIn(database)} AS size FROM ${from} ORDER BY ${order} LIMIT ${limit}) sized`
  return `WITH cut AS MATERIALIZED (
      SELECT CASE WHEN (SELECT sum(size) FROM ${sized}) >= ${bytes} THEN (
        SELECT min(${order}) FROM (
          SELECT ${order}, sum(size) OVER (ORDER BY ${order} ROWS UNBOUNDED PRECEDING) AS reached FROM ${sized}
        ) summed WHERE reached >= ${bytes}
      ) END AS at
    )
    SELECT *, (SELECT at IS NOT NULL FROM cut) AS filled
    FROM (SELECT ${columns} FROM ${from} ORDER BY ${order} LIMIT ${limit}) found
    WHERE ${order} <= coalesce((SELECT at FROM cut), ${Number.MAX_SAFE_INTEGER}) ORDER BY ${order}`
}

/** Whether a page may have ended before the log does: it holds as many events, or as many bytes, as a page may. */
const isFull = (rows: Rows, limit: number): boolean => rows.length >= limit || rows.at(-1)?.at(-1) === true

/** A page of one stream. */
export const readStream = (
  database: Database,
  customer: CustomerId.CustomerId,
  { id, kind }: StreamId.StreamId,
  range: EventStore.StreamRange = {},
): Effect.Effect<EventStore.StreamPage, EventStoreError.StoreError> => {
  // No stream has another id, and the server would write a text in its place to its log.
  if (!Uuid.isCanonical(id)) return Effect.succeed({ events: [], version: 0 })
  const { schema } = database
  const ofStream = `${schema}.event WHERE customer_id = $1 AND stream_id = $2 AND stream_kind = $3`
  return Effect.map(
    read(database, customer, "readStream", [
      {
        sql: `SELECT version FROM ${ofStream} ORDER BY version DESC LIMIT 1`,
        parameters: [customer, id, kind],
      },
      {
        sql: paged(database, columnsOfStream, `${ofStream} AND version > $4::bigint`, "version", "$5"),
        parameters: [customer, id, kind, whole(range.after ?? 0), whole(limitOf(range))],
      },
    ]),
    ([last, rows]) => {
      // All events of the page share one address, frozen so that no reader can change it for the others.
      const stream = Object.freeze({ kind, id })
      return {
        events: rows!.map((row) => eventOfStream(customer, stream, row)),
        version: (last![0]?.[0] as number | undefined) ?? 0,
      }
    },
  )
}

/** A chunk of the log. Every hole in it is checked against the record of purges. */
export const readLog = (
  database: Database,
  customer: CustomerId.CustomerId,
  range: EventStore.LogRange = {},
): Effect.Effect<EventStore.LogChunk, EventStoreError.ReadError> =>
  Effect.flatMap(
    range.filter === undefined ? whatIsThere(database, customer, range) : whatIsWanted(database, customer, range),
    (chunk) =>
      chunk.purged.length === 0
        ? EventStore.requireReached(customer, chunk)
        : Effect.as(checkHoles(database, customer, chunk), chunk),
  )

type Read<A> = Effect.Effect<A, EventStoreError.StoreError>

const headOf = (schema: string, customer: string): Statement => ({
  sql: `SELECT position FROM ${schema}.compartment WHERE customer_id = $1`,
  parameters: [customer],
})

const whatIsThere = (
  database: Database,
  customer: CustomerId.CustomerId,
  range: EventStore.LogRange,
): Read<EventStore.LogChunk> => {
  const { schema } = database
  const [after, limit] = [range.after ?? 0, limitOf(range)]
  return Effect.map(
    read(database, customer, "readLog", [
      headOf(schema, customer),
      {
        sql: paged(database, columns, `${schema}.event WHERE customer_id = $1 AND position > $2`, "position", "$3"),
        parameters: [customer, whole(after), whole(limit)],
      },
    ]),
    ([counter, rows]) => {
      const head = (counter![0]?.[0] as number | undefined) ?? 0
      const events = rows!.map((row) => eventOf(customer, row))
      const through = isFull(rows!, limit) ? events[events.length - 1]!.position : Math.max(after, head)
      const purged: Array<EventStore.PurgedPositions> = []
      if (events.length < through - after) {
        let last = after
        for (const { position } of [...events, { position: through + 1 }]) {
          if (position > last + 1) purged.push({ from: last + 1, to: position - 1 })
          last = position
        }
      }
      return { after, through, events, purged, head }
    },
  )
}

/** How many positions a chunk with a filter accounts for at most. */
const span = 50_000

const whatIsWanted = (
  database: Database,
  customer: CustomerId.CustomerId,
  range: EventStore.LogRange,
): Read<EventStore.LogChunk> => {
  const { schema } = database
  const { eventTypes, streamKinds } = range.filter ?? {}
  const [after, limit] = [range.after ?? 0, limitOf(range)]
  const conditions = [
    ...(streamKinds === undefined ? [] : [`stream_kind = ANY ($4::text[])`]),
    ...(eventTypes === undefined ? [] : [`event_type = ANY ($5::text[])`]),
    // Both parameters are always there, so that there is one numbering.
    "$4::text[] IS NOT NULL AND $5::text[] IS NOT NULL",
  ].join(" AND ")
  const wanted = `${schema}.event WHERE customer_id = $1 AND position > $2::bigint AND position <= $2::bigint + ${span}
    AND ${conditions}`
  const parameters = [customer, whole(after), whole(limit), list.text(streamKinds ?? []), list.text(eventTypes ?? [])]
  return Effect.map(
    read(database, customer, "readLog", [
      headOf(schema, customer),
      {
        sql: paged(database, columns, wanted, "position", "$3::bigint"),
        parameters,
      },
      {
        sql: `WITH reach AS MATERIALIZED (
            SELECT CASE WHEN count(*) >= $3::bigint OR bool_or(filled) THEN max(position)
              ELSE least($2::bigint + ${span}, coalesce((
                SELECT position FROM ${schema}.compartment WHERE customer_id = $1
              ), 0)) END AS through
            FROM (${paged(database, "position", wanted, "position", "$3::bigint")}) page
          )
          SELECT before + 1, position - 1 FROM (
            SELECT position, lag(position, 1, $2::bigint) OVER (ORDER BY position) AS before FROM (
              SELECT position FROM ${schema}.event, reach
              WHERE customer_id = $1 AND position > $2::bigint AND position <= reach.through
              UNION ALL SELECT through + 1 FROM reach WHERE through >= $2::bigint
            ) present
          ) pairs WHERE position > before + 1 ORDER BY position`,
        parameters,
      },
    ]),
    ([counter, rows, holes]) => {
      const head = (counter![0]?.[0] as number | undefined) ?? 0
      const events = rows!.map((row) => eventOf(customer, row))
      const through = isFull(rows!, limit)
        ? events[events.length - 1]!.position
        : Math.max(after, Math.min(head, after + span))
      const purged = holes!.map(([from, to]) => ({ from: from as number, to: to as number }))
      return { after, through, events, purged, head }
    },
  )
}

/**
 * A hole is a purge's where its block lacks exactly as many positions as purges have recorded for it; otherwise events
 * were lost.
 */
const checkHoles = (
  database: Database,
  customer: CustomerId.CustomerId,
  { purged }: EventStore.LogChunk,
): Effect.Effect<void, EventStoreError.ReadError> => {
  const { schema } = database
  const blockOf = (position: number) => Math.floor((position - 1) / blockSize)
  const [first, last] = [blockOf(purged[0]!.from), blockOf(purged[purged.length - 1]!.to)]
  return Effect.flatMap(
    read(database, customer, "readLog", [
      {
        sql: `SELECT block, events FROM ${schema}.purged_block
          WHERE customer_id = $1 AND block BETWEEN $2 AND $3`,
        parameters: [customer, whole(first), whole(last)],
      },
      {
        sql: `SELECT (position - 1) / ${blockSize} AS block, count(*) FROM ${schema}.event
          WHERE customer_id = $1 AND position > $2 AND position <= $3 GROUP BY 1`,
        parameters: [customer, whole(first * blockSize), whole((last + 1) * blockSize)],
      },
      headOf(schema, customer),
    ]),
    ([recorded, present, counter]) => {
      const head = (counter![0]?.[0] as number | undefined) ?? 0
      const purgedIn = new Map(recorded as ReadonlyArray<readonly [number, number]>)
      const presentIn = new Map(present as ReadonlyArray<readonly [number, number]>)
      for (let block = first; block <= last; block++) {
        const size = Math.min((block + 1) * blockSize, head) - block * blockSize
        if ((purgedIn.get(block) ?? 0) + (presentIn.get(block) ?? 0) === size) continue
        const hole = purged.find(({ from, to }) => blockOf(from) <= block && block <= blockOf(to)) ?? purged[0]!
        return Effect.fail(new EventStoreError.LogFault({ customer, after: hole.from - 1, before: hole.to + 1 }))
      }
      return Effect.void
    },
  )
}

const limitOf = (range: { readonly limit?: number }): number => Math.max(1, range.limit ?? EventStore.defaultPageSize)

/** A whole number as a parameter, whatever its size. */
const whole = (value: number): string => String(value)

const read = (
  { reads }: Database,
  customer: CustomerId.CustomerId,
  operation: Operation,
  statements: ReadonlyArray<Statement>,
): Read<ReadonlyArray<Rows>> =>
  Effect.mapError(reads.transact(customer, "read", statements), (failed) => storeError(operation, failed))
