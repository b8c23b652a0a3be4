/**
 * Pages of streams and chunks of the log, each from one snapshot of the file.
 */
import { type CustomerId, EventStore, EventStoreError, type StreamId, Uuid } from "@tacet/core/eventsourcing"
import * as Result from "effect/Result"
import type { Row } from "../file/Driver.ts"
import type { Parameter, Transaction } from "../file/Transaction.ts"
import { eventOf, events, ofCustomer } from "./EventRow.ts"

type Reading = Pick<Transaction, "all" | "one">

/** A page of one stream. */
export const readStream = (
  { all, one }: Reading,
  customer: CustomerId.CustomerId,
  { id, kind }: StreamId.StreamId,
  range: EventStore.StreamRange = {},
): EventStore.StreamPage => {
  // No stream has another id, and the file cannot compare every text.
  if (!Uuid.isCanonical(id)) return { events: [], version: 0 }
  const stream = Object.freeze({ kind, id })
  const found = one(
    `SELECT id, version FROM stream WHERE customer = ${ofCustomer} AND stream_id = ? AND kind = ?`,
    customer,
    id,
    kind,
  )
  if (found === undefined) return { events: [], version: 0 }
  const { rows } = pageOf(all, "version", "e.stream = ? AND e.version > ?", [found["id"], range.after ?? 0], range)
  return { events: rows.map((row) => eventOf(customer, row, stream)), version: found["version"] as number }
}

/** How many bytes of payload a page holds at most, beyond those of its last event. */
export const pageBytes = 8_000_000

/** Events that meet a condition, as far as a page goes, and whether there may be more. Sizes are read without the payloads. */
export const pageOf = (
  all: Reading["all"],
  order: "position" | "version",
  condition: string,
  parameters: ReadonlyArray<Parameter>,
  range: { readonly limit?: number },
  most = pageBytes,
): { readonly rows: ReadonlyArray<Row>; readonly isFull: boolean } => {
  // A whole number from 1 on: SQLite knows no other limit.
  const limit = Math.min(Math.max(1, Math.floor(range.limit ?? EventStore.defaultPageSize)), Number.MAX_SAFE_INTEGER)
  const sizes = all(
    `SELECT e.${order} AS at, octet_length(e.data) AS size FROM event e JOIN stream s ON s.id = e.stream
      WHERE ${condition} ORDER BY e.${order} LIMIT ?`,
    ...parameters,
    limit,
  )
  let bytes = 0
  const cut = sizes.findIndex(({ size }) => (bytes += size as number) >= most)
  const last = (cut < 0 ? sizes.at(-1) : sizes[cut])?.["at"]
  const rows =
    last === undefined
      ? []
      : all(`${events} WHERE ${condition} AND e.${order} <= ? ORDER BY e.${order}`, ...parameters, last)
  return { rows, isFull: cut >= 0 || sizes.length >= limit }
}

/** How many positions a chunk with a filter accounts for at most. */
const span = 50_000

/** A chunk of the log. Every hole in it is checked against the record of purges. */
export const readLog = (
  { all, one }: Reading,
  customer: CustomerId.CustomerId,
  range: EventStore.LogRange = {},
): Result.Result<EventStore.LogChunk, EventStoreError.LogFault> => {
  const { after = 0, filter = {} } = range
  const known = one("SELECT id, position FROM customer WHERE customer_id = ?", customer)
  const [id, head] = [known?.["id"] ?? null, (known?.["position"] as number | undefined) ?? 0]
  if (after > head) return Result.fail(new EventStoreError.LogFault({ customer, after: head, before: after + 1 }))
  if (id === null) return Result.succeed({ after, through: after, events: [], purged: [], head })
  const reach = range.filter === undefined ? head : Math.min(head, after + span)
  const isIn = (column: string, wanted: ReadonlyArray<string> | undefined): string =>
    wanted === undefined ? "" : ` AND ${column} IN (SELECT value FROM json_each(?))`
  const listed = [filter.streamKinds, filter.eventTypes].flatMap((wanted) =>
    wanted === undefined ? [] : [JSON.stringify(wanted)],
  )
  const wanted = `e.customer = ? AND e.position > ? AND e.position <= ?${isIn("s.kind", filter.streamKinds)}${isIn(
    "e.type",
    filter.eventTypes,
  )}`
  const page = pageOf(all, "position", wanted, [id, after, reach, ...listed], range)
  const rows = page.rows.map((row) => eventOf(customer, row))
  const through = page.isFull ? rows[rows.length - 1]!.position : Math.max(after, reach)
  const purged = all(
    "SELECT max(first, ?) AS first, min(last, ?) AS last FROM purged WHERE customer = ? AND last > ? AND first <= ? ORDER BY 1",
    after + 1,
    through,
    id,
    after,
    through,
  ).map(({ first, last }) => ({ from: first as number, to: last as number }))
  const present =
    range.filter === undefined
      ? rows.length
      : (one(
          "SELECT count(*) AS events FROM event WHERE customer = ? AND position > ? AND position <= ?",
          id,
          after,
          through,
        )!["events"] as number)
  const accounted = purged.reduce((sum, { from, to }) => sum + to - from + 1, present)
  if (accounted !== through - after) return Result.fail(faultIn(all, customer, after, through, purged))
  return Result.succeed({ after, through, events: rows, purged, head })
}

/** The first hole that no purge accounts for. */
const faultIn = (
  all: Reading["all"],
  customer: CustomerId.CustomerId,
  after: number,
  through: number,
  purged: ReadonlyArray<EventStore.PurgedPositions>,
): EventStoreError.LogFault => {
  const present = all(
    `SELECT position FROM event WHERE customer = ${ofCustomer} AND position > ? AND position <= ?`,
    customer,
    after,
    through,
  ).map(({ position }) => ({ from: position as number, to: position as number }))
  let last = after
  for (const { from, to } of [...present, ...purged].sort((one, other) => one.from - other.from)) {
    if (from > last + 1) return new EventStoreError.LogFault({ customer, after: last, before: from })
    last = Math.max(last, to)
  }
  return new EventStoreError.LogFault({ customer, after: last, before: through + 1 })
}
