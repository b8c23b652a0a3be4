/**
 * The data of one Customer in memory: the log and its indexes, and the saved states of projections. Plain mutable data;
 * every change runs synchronously, so readers see it whole or not at all.
 */
import type { Commit, EventEnvelope, ProjectionStore, StreamId, Uuid } from "@tacet/core/eventsourcing"

/** One stream that exists. */
export interface StoredStream {
  /** One frozen address, shared by all its envelopes. */
  readonly id: StreamId.StreamId
  /** In version order: the event of version n is at index n - 1. */
  readonly events: Array<EventEnvelope.RecordedEvent>
}

/** The memory of a commit while a stream that it wrote exists. */
export interface StoredCommit {
  readonly result: Commit.CommitResult
  /** The number of events appended to each written stream. */
  readonly sizes: ReadonlyArray<number>
  /** How many of the streams that it wrote were not purged since. */
  streamsLeft: number
}

/** The data of one Customer. */
export interface Compartment {
  /** The event of position n is at index n - 1; `undefined` where it was purged. */
  readonly log: Array<EventEnvelope.RecordedEvent | undefined>
  /** Streams with at least one event, by kind and id. */
  readonly streams: Map<StreamId.StreamKind, Map<Uuid.Uuid, StoredStream>>
  readonly commits: Map<Uuid.Uuid, StoredCommit>
  /** Counters of inline projections, by formatted key. */
  readonly counters: Map<string, Map<string, number>>
  /** How many events these have counted. */
  readonly counted: Map<string, number>
  /** The saved states of catch-up projections, by formatted key. */
  readonly saved: Map<string, ProjectionStore.SavedProjection>
  /** The active version of each projection, by name. */
  readonly active: Map<string, number>
  /** Subscribers at the head of the log; an append wakes and forgets them all. */
  readonly waiting: Set<() => void>
}

/** A compartment in which nothing happened yet. */
export const empty = (): Compartment => ({
  log: [],
  streams: new Map(),
  commits: new Map(),
  counters: new Map(),
  counted: new Map(),
  saved: new Map(),
  active: new Map(),
  waiting: new Set(),
})

/** The events of a stream, in version order; none where it does not exist. */
export const eventsOf = (
  compartment: Compartment,
  stream: StreamId.StreamId,
): ReadonlyArray<EventEnvelope.RecordedEvent> => compartment.streams.get(stream.kind)?.get(stream.id)?.events ?? []

/** One text for one version of a projection; names hold no slash. */
export const formatKey = (key: ProjectionStore.ProjectionKey): string => `${key.name}/${key.version}`
