/**
 * The correct answers of an event store, as pure functions over one growing list: the oracle of the model properties.
 * It is written for clarity, not for speed: everything is recomputed from the list, and nothing is cached.
 */
import {
  Commit,
  type EventEnvelope,
  type EventStore,
  type EventStoreError,
  type ExpectedVersion,
  type Projection,
  type StreamId,
} from "@tacet/core/eventsourcing"

/** An event without the time of its recording, which is the store's own matter. */
export type ModelEvent = Omit<EventEnvelope.RecordedEvent, "recordedAt">

/** One compartment: the entry at each position, and the answer to each commit. */
export interface Model {
  /** The entry of position n is at index n - 1. */
  readonly log: ReadonlyArray<ModelEvent | "purged">
  readonly answered: ReadonlyArray<{ readonly commit: Commit.Commit; readonly result: Commit.CommitResult }>
}

/** A compartment in which nothing happened. */
export const empty: Model = { log: [], answered: [] }

/** The answer of a store to a commit. */
export type Answer =
  | { readonly _tag: "Committed"; readonly result: Commit.CommitResult; readonly repeated: boolean }
  | { readonly _tag: "InvalidCommit" }
  | { readonly _tag: "CommitIdReused" }
  | {
      readonly _tag: "VersionConflict"
      readonly mismatches: ReadonlyArray<EventStoreError.Mismatch>
      readonly missed: ReadonlyArray<ModelEvent>
    }
  /** The port leaves it open: what would have to be compared was purged. */
  | { readonly _tag: "Unspecified" }

/**
 * Carries out a commit: the answer and the model after it.
 */
export const append = (model: Model, commit: Commit.Commit): readonly [Answer, Model] => {
  if (Commit.violation(commit) !== undefined) return [{ _tag: "InvalidCommit" }, model]
  if (model.log.some((entry) => entry !== "purged" && entry.commitId === commit.commitId)) {
    return [repeat(model, commit), model]
  }
  const mismatches = [...commit.writes, ...(commit.checks ?? [])].flatMap(
    ({ expected, stream }): Array<EventStoreError.Mismatch> => {
      const actual = eventsOf(model, stream).length
      return fits(expected, actual) ? [] : [{ stream, expected, actual }]
    },
  )
  if (mismatches.length > 0) {
    const missed = commit.wantMissedEvents === true ? missedBy(model, commit) : []
    return [{ _tag: "VersionConflict", mismatches, missed }, model]
  }
  return carryOut(model, commit)
}

/**
 * The events of a stream, in version order.
 */
export const eventsOf = (model: Model, stream: StreamId.StreamId): ReadonlyArray<ModelEvent> =>
  model.log.filter((entry): entry is ModelEvent => entry !== "purged" && isSame(entry.stream, stream))

/**
 * The events after one position, up to and including another.
 */
export const between = (
  model: Model,
  after: EventEnvelope.Position,
  through: EventEnvelope.Position,
  filter: EventStore.LogFilter = {},
): { readonly events: ReadonlyArray<ModelEvent>; readonly purged: ReadonlyArray<EventStore.PurgedPositions> } => {
  const stretch = model.log.slice(after, through)
  const events = stretch.filter(
    (entry): entry is ModelEvent =>
      entry !== "purged" &&
      (filter.streamKinds === undefined || filter.streamKinds.includes(entry.stream.kind)) &&
      (filter.eventTypes === undefined || filter.eventTypes.includes(entry.type)),
  )
  const gone = stretch.flatMap((entry, index) => (entry === "purged" ? [after + index + 1] : []))
  const starts = gone.filter((position) => !gone.includes(position - 1))
  const ends = gone.filter((position) => !gone.includes(position + 1))
  return { events, purged: starts.map((from, index) => ({ from, to: ends[index]! })) }
}

/**
 * The counters of an inline projection: a recount over every commit that was carried out. A purge leaves them.
 */
export const counters = (model: Model, projection: Projection.InlineProjection): ReadonlyMap<string, number> => {
  const totals = new Map<string, number>()
  for (const { commit } of model.answered) {
    for (const { events, stream } of commit.writes) {
      for (const { data, occurredAt, schemaVersion, type } of events) {
        for (const [counter, add] of projection.deltas({ type, schemaVersion, occurredAt, data, stream })) {
          totals.set(counter, (totals.get(counter) ?? 0) + add)
        }
      }
    }
  }
  return totals
}

const isSame = (one: StreamId.StreamId, other: StreamId.StreamId): boolean =>
  one.kind === other.kind && one.id === other.id

/** The table of `ExpectedVersion`, once more and on its own. */
const fits = (expected: ExpectedVersion.ExpectedVersion, actual: ExpectedVersion.Version): boolean =>
  ({
    none: actual === 0,
    exists: actual >= 1,
    any: true,
    exact: expected._tag === "exact" && expected.version === actual,
  })[expected._tag]

const repeat = (model: Model, commit: Commit.Commit): Answer => {
  const { commit: first, result } = model.answered.findLast((made) => made.commit.commitId === commit.commitId)!
  if (contentOf(first) === contentOf(commit)) return { _tag: "Committed", result, repeated: true }
  const isLeft = first.writes.every(({ stream }) =>
    eventsOf(model, stream).some((event) => event.commitId === commit.commitId),
  )
  return isLeft ? { _tag: "CommitIdReused" } : { _tag: "Unspecified" }
}

const contentOf = (commit: Commit.Commit): string =>
  JSON.stringify(
    commit.writes.map(({ events, stream }) => [
      stream.kind,
      stream.id,
      events.map(({ data, occurredAt, schemaVersion, type }) => [type, schemaVersion, occurredAt, data]),
    ]),
  )

const missedBy = (model: Model, commit: Commit.Commit): ReadonlyArray<ModelEvent> =>
  commit.writes.flatMap(({ expected, stream }) => {
    const seen = expected._tag === "exact" ? expected.version : expected._tag === "none" ? 0 : Number.POSITIVE_INFINITY
    return eventsOf(model, stream).filter((event) => event.version > seen)
  })

const carryOut = (model: Model, given: Commit.Commit): readonly [Answer, Model] => {
  // Later changes of the caller's commit must not affect the log.
  const commit = structuredClone(given)
  const { commitId, customer } = commit
  const firstPosition = model.log.length + 1
  const written = commit.writes.flatMap(({ events, stream }) =>
    events.map((event, index) => ({ ...event, stream, version: eventsOf(model, stream).length + index + 1 })),
  )
  const appended = written.map((event, index) => ({ ...event, customer, commitId, position: firstPosition + index }))
  const purged = commit.purge?.streams ?? []
  const kept = model.log.map((entry) =>
    entry !== "purged" && purged.some((stream) => isSame(stream, entry.stream)) ? "purged" : entry,
  )
  const result: Commit.CommitResult = {
    firstPosition,
    lastPosition: firstPosition + written.length - 1,
    versions: commit.writes.map(({ events, stream }) => ({
      stream,
      version: eventsOf(model, stream).length + events.length,
    })),
  }
  return [
    { _tag: "Committed", result, repeated: false },
    { log: [...kept, ...appended], answered: [...model.answered, { commit, result }] },
  ]
}
