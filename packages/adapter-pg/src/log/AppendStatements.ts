/**
 * The statements of an append: first the lock, then, with the snapshot that the next statement gets once it holds the
 * lock, one statement that probes, judges, writes and counts. A batch holds several commits, each with its own verdict;
 * commits of one batch share no stream that one of them writes.
 */
import type { Commit, EventEnvelope, ExpectedVersion, Projection, StreamId } from "@tacet/core/eventsourcing"
import { batch as batchTable, counters, oneEvent, oneStream, purgeAfter } from "../schema/appendContract.ts"
import { type Calls, callsOf } from "../schema/appendFunctions.ts"
import type { Rows, Statement } from "../server/Sessions.ts"
import * as AppendTexts from "./AppendTexts.ts"

/** A commit with its increments of counters. */
export interface Prepared {
  readonly commit: Commit.Commit
  readonly events: number
  readonly deltas: ReadonlyArray<Delta>
}

/** A commit's increment of one counter. */
interface Delta {
  readonly projection: Projection.InlineProjection
  readonly counter: string
  readonly add: number
}

/** The database's verdict on a batch. */
export interface Judged {
  /** The position before the batch. */
  readonly head: number
  /** The versions before the batch of all streams that were written or checked, commit by commit. */
  readonly versions: ReadonlyArray<number>
  /** For each commit, whether its id is known. */
  readonly known: ReadonlyArray<boolean>
  /** How many events were written. */
  readonly written: number
}

/** Locks the compartment, which is opened by its first append. */
export const lock = (schema: string, customer: string): Statement => ({
  sql: `INSERT INTO ${schema}.compartment AS c (customer_id, position) VALUES ($1, 0)
    ON CONFLICT (customer_id) DO UPDATE SET fence = c.fence WHERE false`,
  parameters: [customer],
})

/** A statement that runs behind the lock, or a call that takes the lock itself. */
export interface Append extends Statement {
  readonly isCall: boolean
}

/** Judges and writes a batch of one compartment. A commit that purges is alone in its batch. */
export const append = (
  schema: string,
  customer: string,
  batch: ReadonlyArray<Prepared>,
  appendFunctions: boolean,
): Append => {
  const [first] = batch
  const calls = appendFunctions ? callsOf(schema) : undefined
  if (batch.length === 1 && isPlain(first!)) {
    if (calls === undefined) return appendStream(schema, customer, first!.commit)
    if (first!.events === 1) return appendEvent(calls, customer, first!.commit)
  }
  const parameters = batchTable.encode({
    customer,
    ...commitsOf(batch),
    ...streamsOf(batch),
    ...eventsOf(batch),
  })
  const deltas = batch.flatMap(({ deltas }, index) => deltas.map((delta) => ({ ...delta, commit: index + 1 })))
  const { purge } = first!.commit
  const counts = deltas.length > 0
  const purges = purge !== undefined
  if (calls !== undefined && !counts && !purges) return { sql: calls.batch, parameters, isCall: true }
  if (counts) {
    parameters.push(
      ...counters.encode({
        counterCommits: deltas.map(({ commit }) => commit),
        counterNames: deltas.map(({ projection }) => projection.name),
        counterVersions: deltas.map(({ projection }) => projection.version),
        counterKeys: deltas.map(({ counter }) => counter),
        counterAdds: deltas.map(({ add }) => add),
      }),
    )
  }
  if (purges) {
    parameters.push(
      ...purgeAfter(counts).encode({
        purgeKinds: purge.streams.map(({ kind }) => kind),
        purgeIds: purge.streams.map(({ id }) => id),
        purgeReason: purge.reason,
      }),
    )
  }
  return { sql: AppendTexts.forBatch(schema, counts, purges), parameters, isCall: false }
}

const commitsOf = (batch: ReadonlyArray<Prepared>) => ({
  commitIds: batch.map(({ commit }) => commit.commitId),
  commitEvents: batch.map(({ events }) => events),
})

/** The streams of each commit, those it writes before those it checks. */
const streamsOf = (batch: ReadonlyArray<Prepared>) => {
  const streamCommits: Array<number> = []
  const streamKinds: Array<string> = []
  const streamIds: Array<string> = []
  const streamLows: Array<number> = []
  const streamHighs: Array<number> = []
  const add = (commit: number, { id, kind }: StreamId.StreamId, expected: ExpectedVersion.ExpectedVersion) => {
    const [low, high] = accepted(expected)
    streamCommits.push(commit)
    streamKinds.push(kind)
    streamIds.push(id)
    streamLows.push(low)
    streamHighs.push(high)
  }
  for (const [index, { commit }] of batch.entries()) {
    for (const { expected, stream } of commit.writes) add(index + 1, stream, expected)
    for (const { expected, stream } of commit.checks ?? []) add(index + 1, stream, expected)
  }
  return { streamCommits, streamKinds, streamIds, streamLows, streamHighs }
}

/** The events of each commit, with the number of their stream among all that are written or checked. */
const eventsOf = (batch: ReadonlyArray<Prepared>) => {
  const eventCommits: Array<number> = []
  const eventStreams: Array<number> = []
  const eventPlaces: Array<number> = []
  const eventKinds: Array<string> = []
  const eventIds: Array<string> = []
  const events: Array<EventEnvelope.NewEvent> = []
  let streams = 0
  for (const [index, { commit }] of batch.entries()) {
    for (const write of commit.writes) {
      streams++
      for (const [place, event] of write.events.entries()) {
        eventCommits.push(index + 1)
        eventStreams.push(streams)
        eventPlaces.push(place + 1)
        eventKinds.push(write.stream.kind)
        eventIds.push(write.stream.id)
        events.push(event)
      }
    }
    streams += commit.checks?.length ?? 0
  }
  return {
    eventCommits,
    eventStreams,
    eventPlaces,
    eventKinds,
    eventIds,
    eventTypes: events.map(({ type }) => type),
    eventSchemaVersions: events.map(({ schemaVersion }) => schemaVersion),
    eventOccurredAts: events.map(({ occurredAt }) => occurredAt),
    eventData: events.map(({ data }) => data),
  }
}

/** One stream, and nothing besides: the most frequent commit of all, and the statement that costs least. */
const isPlain = ({ commit, deltas }: Prepared): boolean =>
  commit.writes.length === 1 && (commit.checks ?? []).length === 0 && commit.purge === undefined && deltas.length === 0

const appendStream = (schema: string, customer: string, commit: Commit.Commit): Append => {
  const { events, expected, stream } = commit.writes[0]!
  const [low, high] = accepted(expected)
  return {
    sql: AppendTexts.forOneStream(schema),
    isCall: false,
    parameters: oneStream.encode({
      customer,
      commit: commit.commitId,
      streamKind: stream.kind,
      streamId: stream.id,
      low,
      high,
      eventTypes: events.map(({ type }) => type),
      schemaVersions: events.map(({ schemaVersion }) => schemaVersion),
      occurredAts: events.map(({ occurredAt }) => occurredAt),
      data: events.map(({ data }) => data),
    }),
  }
}

const appendEvent = (calls: Calls, customer: string, commit: Commit.Commit): Append => {
  const { events, expected, stream } = commit.writes[0]!
  const { data, occurredAt, schemaVersion, type } = events[0]!
  const [low, high] = accepted(expected)
  return {
    sql: calls.event,
    isCall: true,
    parameters: oneEvent.encode({
      customer,
      commit: commit.commitId,
      streamKind: stream.kind,
      streamId: stream.id,
      low,
      high,
      eventType: type,
      schemaVersion,
      occurredAt,
      data,
    }),
  }
}

/** Reads the database's verdict; `undefined` where the compartment has been moved. */
export const judged = ([row]: Rows, batch: ReadonlyArray<Prepared>, isCall: boolean): Judged | undefined => {
  if (row === undefined || row[0] === null) return undefined
  if (!isCall) {
    const [head, written, versions, known] = row as [number, number, ReadonlyArray<number>, ReadonlyArray<boolean>]
    return { head, written, versions, known }
  }
  const numbers = row[0] as ReadonlyArray<number>
  const commits = numbers.length - batch.length
  return {
    head: numbers[0]!,
    written: numbers[1]!,
    versions: numbers.slice(2, commits),
    known: numbers.slice(commits).map((known) => known === 1),
  }
}

const most = 2_147_483_647

/** From which version to which the expectation holds. */
const accepted = (expected: ExpectedVersion.ExpectedVersion): readonly [low: number, high: number] => {
  switch (expected._tag) {
    case "none":
      return [0, 0]
    case "exact":
      // A version beyond the greatest possible one never holds.
      return expected.version > most ? [most, 0] : [expected.version, expected.version]
    case "exists":
      return [1, most]
    case "any":
      return [0, most]
  }
}
