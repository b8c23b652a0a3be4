/**
 * The envelope around a stored event: its position, its time and its bytes. Stores know envelopes only; an `EventCodec`
 * gives `data` its meaning.
 */
import type * as CustomerId from "./CustomerId.ts"
import type { Version } from "./ExpectedVersion.ts"
import type { StreamId } from "./StreamId.ts"
import type { Uuid } from "./Uuid.ts"

/** A place in the log of one compartment: 1, 2, 3 … in commit order, without holes but for recorded purges. */
export type Position = number

/** Milliseconds since 1970-01-01T00:00:00Z, a whole number. */
export type EpochMillis = number

/**
 * An event as a writer hands it to a store.
 */
export interface NewEvent {
  /** The wire name: past tense, a storage format, never changed. */
  readonly type: string
  /** The version of the payload's shape, 1 or more. */
  readonly schemaVersion: number
  /** When it happened, by the source's clock. */
  readonly occurredAt: EpochMillis
  /** The payload as compact JSON; a store keeps these characters as they are. */
  readonly data: string
}

/**
 * An event as a store hands it to a reader.
 */
export interface RecordedEvent extends NewEvent {
  readonly customer: CustomerId.CustomerId
  readonly position: Position
  readonly stream: StreamId
  /** The place in its stream: 1 for the first event. */
  readonly version: Version
  /** When the store accepted it, by the store's clock: that of its server, or of the process that keeps it. Positions, not times, say the order. */
  readonly recordedAt: EpochMillis
  readonly commitId: Uuid
}
