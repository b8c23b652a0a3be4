/**
 * The one change that a log knows: a commit, carried out wholly or not at all.
 */
import type { EventEnvelope, StreamId, Uuid } from "@tacet/core/eventsourcing"
import { Commit, EventStoreError, ExpectedVersion, Projection } from "@tacet/core/eventsourcing"
import * as Result from "effect/Result"
import { type Compartment, eventsOf, formatKey, type StoredCommit, type StoredStream } from "./Compartment.ts"

type Refused = EventStoreError.VersionConflict | EventStoreError.CommitIdReused | EventStoreError.InvalidCommit

/**
 * Executes a commit at a time of the store's clock. The order of its steps is the contract: values that no store can
 * keep are refused, then a known commit id returns its first result, then expectations decide.
 */
export const append = (
  compartment: Compartment,
  inline: ReadonlyArray<Projection.InlineProjection>,
  commit: Commit.Commit,
  recordedAt: EventEnvelope.EpochMillis,
): Result.Result<Commit.CommitResult, Refused> => {
  const { commitId, customer } = commit
  const reason = Commit.violation(commit)
  if (reason !== undefined) return Result.fail(EventStoreError.invalidCommit(commit, reason))
  const known = compartment.commits.get(commitId)
  if (known !== undefined) {
    return isRepetition(compartment, known, commit)
      ? Result.succeed(known.result)
      : Result.fail(new EventStoreError.CommitIdReused({ customer, commitId }))
  }
  const mismatches = [...commit.writes, ...(commit.checks ?? [])].flatMap(({ expected, stream }) => {
    const actual = eventsOf(compartment, stream).length
    return ExpectedVersion.holds(expected, actual) ? [] : [{ stream, expected, actual }]
  })
  if (mismatches.length > 0) {
    const missed = commit.wantMissedEvents === true ? missedBy(compartment, commit) : []
    return Result.fail(new EventStoreError.VersionConflict({ customer, commitId, mismatches, missed }))
  }
  // A fold that throws must throw before anything has changed.
  const deltas = inline.map((projection) => [formatKey(projection), deltasOf(projection, commit)] as const)
  const result = record(compartment, commit, recordedAt)
  for (const [key, added] of deltas) {
    addTo(compartment, key, added)
    const events = result.lastPosition - result.firstPosition + 1
    compartment.counted.set(key, (compartment.counted.get(key) ?? 0) + events)
  }
  for (const stream of commit.purge?.streams ?? []) purge(compartment, stream)
  return Result.succeed(result)
}

const isSame = (one: StreamId.StreamId, other: StreamId.StreamId): boolean =>
  one.kind === other.kind && one.id === other.id

/** The same events for the same streams in the same order; of events that were purged since, only their number. */
const isRepetition = (compartment: Compartment, known: StoredCommit, commit: Commit.Commit): boolean => {
  const { firstPosition, versions } = known.result
  if (commit.writes.length !== versions.length) return false
  let position = firstPosition
  return commit.writes.every((write, index) => {
    if (!isSame(write.stream, versions[index]!.stream)) return false
    if (write.events.length !== known.sizes[index]) return false
    return write.events.every((event) => {
      const stored = compartment.log[position++ - 1]
      return (
        stored === undefined ||
        (stored.type === event.type &&
          stored.schemaVersion === event.schemaVersion &&
          stored.occurredAt === event.occurredAt &&
          stored.data === event.data)
      )
    })
  })
}

const missedBy = (compartment: Compartment, commit: Commit.Commit): ReadonlyArray<EventEnvelope.RecordedEvent> =>
  commit.writes.flatMap(({ expected, stream }) => {
    const events = eventsOf(compartment, stream)
    if (expected._tag === "exact") return events.slice(expected.version)
    return expected._tag === "none" ? events : []
  })

const record = (
  compartment: Compartment,
  { commitId, customer, writes }: Commit.Commit,
  recordedAt: EventEnvelope.EpochMillis,
): Commit.CommitResult => {
  const firstPosition = compartment.log.length + 1
  const versions = writes.map((write) => {
    const { events, id } = openStream(compartment, write.stream)
    for (const { data, occurredAt, schemaVersion, type } of write.events) {
      const event: EventEnvelope.RecordedEvent = Object.freeze({
        customer,
        position: compartment.log.length + 1,
        stream: id,
        version: events.length + 1,
        type,
        schemaVersion,
        occurredAt,
        recordedAt,
        commitId,
        data,
      })
      events.push(event)
      compartment.log.push(event)
    }
    return Object.freeze({ stream: id, version: events.length })
  })
  const result = Object.freeze({
    firstPosition,
    lastPosition: compartment.log.length,
    versions: Object.freeze(versions),
  })
  compartment.commits.set(commitId, {
    result,
    sizes: writes.map((write) => write.events.length),
    streamsLeft: writes.length,
  })
  return result
}

const openStream = (compartment: Compartment, stream: StreamId.StreamId): StoredStream => {
  const ofKind = compartment.streams.get(stream.kind) ?? new Map<Uuid.Uuid, StoredStream>()
  compartment.streams.set(stream.kind, ofKind)
  const existing = ofKind.get(stream.id)
  if (existing !== undefined) return existing
  const opened = { id: Object.freeze({ kind: stream.kind, id: stream.id }), events: [] }
  ofKind.set(stream.id, opened)
  return opened
}

const deltasOf = (
  projection: Projection.InlineProjection,
  commit: Commit.Commit,
): ReadonlyArray<readonly [counter: string, add: number]> =>
  commit.writes.flatMap(({ events, stream }) =>
    events.flatMap(({ data, occurredAt, schemaVersion, type }) => [
      ...Projection.increments(projection, { type, schemaVersion, occurredAt, data, stream }),
    ]),
  )

const addTo = (
  compartment: Compartment,
  key: string,
  added: ReadonlyArray<readonly [counter: string, add: number]>,
): void => {
  if (added.length === 0) return
  const counters = compartment.counters.get(key) ?? new Map<string, number>()
  compartment.counters.set(key, counters)
  for (const [counter, add] of added) counters.set(counter, (counters.get(counter) ?? 0) + add)
}

/** Removes a stream; its positions stay taken, and commits of which no stream is left are forgotten. */
const purge = (compartment: Compartment, stream: StreamId.StreamId): void => {
  const removed = eventsOf(compartment, stream)
  compartment.streams.get(stream.kind)?.delete(stream.id)
  let last: Uuid.Uuid | undefined
  for (const { commitId, position } of removed) {
    compartment.log[position - 1] = undefined
    // The events of one commit are adjacent in a stream.
    if (commitId === last) continue
    last = commitId
    const commit = compartment.commits.get(commitId)
    if (commit !== undefined && --commit.streamsLeft === 0) compartment.commits.delete(commitId)
  }
}
