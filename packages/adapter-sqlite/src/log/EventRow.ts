/**
 * Events as rows.
 */
import type { CustomerId, EventEnvelope, StreamId, Uuid } from "@tacet/core/eventsourcing"
import type { Row } from "../file/Driver.ts"

/** Selects events with their streams and commits; conditions follow. */
export const events = `SELECT e.position, s.kind, s.stream_id, e.version, e.type, e.schema_version, e.occurred_at,
    e.recorded_at, c.commit_id, e.data
  FROM event e JOIN stream s ON s.id = e.stream JOIN made_commit c ON c.id = e.made_commit`

/** The event of a row; those of one stream may share its frozen address. */
export const eventOf = (
  customer: CustomerId.CustomerId,
  row: Row,
  stream: StreamId.StreamId = Object.freeze({
    kind: row["kind"] as StreamId.StreamKind,
    id: row["stream_id"] as Uuid.Uuid,
  }),
): EventEnvelope.RecordedEvent => ({
  customer,
  position: row["position"] as number,
  stream,
  version: row["version"] as number,
  type: row["type"] as string,
  schemaVersion: row["schema_version"] as number,
  occurredAt: row["occurred_at"] as number,
  recordedAt: row["recorded_at"] as number,
  commitId: row["commit_id"] as Uuid.Uuid,
  data: row["data"] as string,
})

/** The key of a Customer, as a term of a condition. */
export const ofCustomer = "(SELECT id FROM customer WHERE customer_id = ?)"
