/**
 * The parameters of an append, one table for each form: the functions of the schema and the equivalent statements have
 * the same parameters.
 */
import { numbered } from "./Parameters.ts"

/** The columns of an event, in the order in which they are written. */
export const columns = `(customer_id, position, stream_kind, stream_id, version, event_type, schema_version, occurred_at,
    recorded_at, commit_id, data)`

const milliseconds = (time: string): string => `floor(extract(epoch FROM ${time}) * 1000)::bigint`

/** The time of recording is the server's: the clocks of the processes that append may differ. */
export const recordedAt = {
  /** For a statement that follows the lock. */
  ofStatement: milliseconds("statement_timestamp()"),
  /** For a function that takes the lock itself. */
  now: milliseconds("clock_timestamp()"),
}

/** One event of one commit. The stream's version must be between `low` and `high`. */
export const oneEvent = numbered({
  customer: "uuid",
  commit: "uuid",
  streamKind: "text",
  streamId: "uuid",
  low: "int",
  high: "int",
  eventType: "text",
  schemaVersion: "int",
  occurredAt: "bigint",
  data: "text",
})

/** Events of one commit to one stream. */
export const oneStream = numbered({
  customer: "uuid",
  commit: "uuid",
  streamKind: "text",
  streamId: "uuid",
  low: "int",
  high: "int",
  eventTypes: "text[]",
  schemaVersions: "int[]",
  occurredAts: "bigint[]",
  data: "text[]",
})

/** Any batch of commits. Lists whose names begin alike have one element for each commit, stream or event. */
export const batch = numbered({
  customer: "uuid",
  commitIds: "uuid[]",
  commitEvents: "int[]",
  /** The number of the commit that writes or checks the stream. */
  streamCommits: "int[]",
  streamKinds: "text[]",
  streamIds: "uuid[]",
  streamLows: "int[]",
  streamHighs: "int[]",
  /** The number of the commit and of the stream that the event belongs to, and its place among the stream's events. */
  eventCommits: "int[]",
  eventStreams: "int[]",
  eventPlaces: "int[]",
  eventKinds: "text[]",
  eventIds: "uuid[]",
  eventTypes: "text[]",
  eventSchemaVersions: "int[]",
  eventOccurredAts: "bigint[]",
  eventData: "text[]",
})

/** The increments that the commits of a batch make to counters. */
export const counters = numbered(
  {
    counterCommits: "int[]",
    counterNames: "text[]",
    counterVersions: "int[]",
    counterKeys: "text[]",
    counterAdds: "double precision[]",
  },
  batch.count,
)

/** Which streams a batch purges, and why, behind its counters where it has some. */
export const purgeAfter = (counts: boolean) =>
  numbered({ purgeKinds: "text[]", purgeIds: "uuid[]", purgeReason: "text" }, counts ? counters.count : batch.count)
