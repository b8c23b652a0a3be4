/**
 * Events as rows.
 */
import type { CustomerId, EventEnvelope, StreamId, Uuid } from "@tacet/core/eventsourcing"

/** The columns of an event, in the order that {@link eventOf} reads. */
export const columns = `position, stream_kind, stream_id, version, event_type, schema_version, occurred_at, recorded_at,
  commit_id, data`

/** The event of a row. */
export const eventOf = (customer: CustomerId.CustomerId, row: ReadonlyArray<unknown>): EventEnvelope.RecordedEvent => ({
  customer,
  position: row[0] as number,
  stream: { kind: row[1] as StreamId.StreamKind, id: row[2] as Uuid.Uuid },
  version: row[3] as number,
  type: row[4] as string,
  schemaVersion: row[5] as number,
  occurredAt: row[6] as number,
  recordedAt: row[7] as number,
  commitId: row[8] as Uuid.Uuid,
  data: row[9] as string,
})

/** The columns of an event of a stream that is known, in the order that {@link eventOfStream} reads. */
export const columnsOfStream = `position, version, event_type, schema_version, occurred_at, recorded_at, commit_id, data`

/** The event of such a row. */
export const eventOfStream = (
  customer: CustomerId.CustomerId,
  stream: StreamId.StreamId,
  row: ReadonlyArray<unknown>,
): EventEnvelope.RecordedEvent => ({
  customer,
  position: row[0] as number,
  stream,
  version: row[1] as number,
  type: row[2] as string,
  schemaVersion: row[3] as number,
  occurredAt: row[4] as number,
  recordedAt: row[5] as number,
  commitId: row[6] as Uuid.Uuid,
  data: row[7] as string,
})
