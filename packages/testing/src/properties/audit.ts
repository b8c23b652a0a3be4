/**
 * Writers that record their expectation in each event they append, so that the log itself can be audited: replayed from
 * the first position, every expectation must have held at the exact position of its commit.
 */
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Result from "effect/Result"
import {
  type Commit,
  type CustomerId,
  type EventEnvelope,
  EventStore,
  type EventStoreError,
  ExpectedVersion as Expected,
  StreamId,
} from "@tacet/core/eventsourcing"
import { CurrentSettings, Deviation, holds } from "../Property.ts"
import * as Scene from "../Scene.ts"

/** The answer that a writer got to one attempt. */
export interface Attempt {
  readonly commit: Commit.Commit
  /** The versions that the writer had read before it appended, by stream. */
  readonly known: ReadonlyMap<string, number>
  readonly answer: Result.Result<Commit.CommitResult, EventStoreError.VersionConflict>
}

/** Sets many writers to work on few streams; each attempt is made once, whatever its outcome. */
export const contend = Effect.fnUntraced(function* (
  customer: CustomerId.CustomerId,
  streams: ReadonlyArray<StreamId.StreamId>,
  attempts: number,
): Effect.fn.Return<
  ReadonlyArray<Attempt>,
  EventStoreError.AppendError | EventStoreError.ReadError,
  EventStore.EventStore
> {
  const { writers } = yield* CurrentSettings
  const answers = yield* Scene.atOnce(
    Array.from({ length: writers }, (_, writer) =>
      Effect.forEach(Array.from({ length: attempts }), (_, n) => attempt(customer, streams, writer, n)).pipe(
        // Half of the writers give way at every turn, half do not.
        writer % 2 === 0 ? Scene.givingWay(8 + writer) : identity,
      ),
    ),
  )
  return answers.flat()
})

/** Passes if the expectation of every commit in the log held at its own position. */
export const replayed = (events: ReadonlyArray<EventEnvelope.RecordedEvent>): Effect.Effect<void, Deviation> => {
  const versions = new Map<string, number>()
  let commitId: string | undefined
  for (const event of events) {
    if (event.commitId !== commitId) {
      commitId = event.commitId
      for (const { expected, stream } of expectationsOf(event)) {
        const actual = versions.get(stream) ?? 0
        if (!Expected.holds(expected, actual)) {
          return Effect.fail(
            new Deviation({
              expected: `${stream} at ${Expected.format(expected)} when ${commitId} was made at ${event.position}`,
              seen: `it was at ${actual}`,
            }),
          )
        }
      }
    }
    versions.set(StreamId.format(event.stream), event.version)
  }
  return Effect.void
}

/** Passes where the log holds each acknowledged commit exactly once, at the acknowledged position, and nothing else. */
export const accountedFor = Effect.fnUntraced(function* (
  attempts: ReadonlyArray<Attempt>,
  events: ReadonlyArray<EventEnvelope.RecordedEvent>,
): Effect.fn.Return<void, Deviation> {
  const places = new Map<string, Array<number>>()
  for (const { commitId, position } of events) places.set(commitId, [...(places.get(commitId) ?? []), position])
  let acknowledged = 0
  for (const { answer, commit } of attempts) {
    const found = places.get(commit.commitId) ?? []
    if (Result.isFailure(answer)) {
      yield* holds(`nothing of the refused commit ${commit.commitId}`, found.length === 0, found)
      continue
    }
    const { firstPosition, lastPosition } = answer.success
    const written = commit.writes.reduce((sum, write) => sum + write.events.length, 0)
    acknowledged += written
    yield* holds(
      `${written} events of commit ${commit.commitId} at ${firstPosition} to ${lastPosition}`,
      found.length === written && found.every((position, index) => position === firstPosition + index),
      found,
    )
  }
  yield* holds(
    `${acknowledged} acknowledged events in the log and no others`,
    events.length === acknowledged,
    events.length,
  )
})

/** Passes where every refused attempt had really met another version, and was answered one that the stream has had since. */
export const reallyConflicted = Effect.fnUntraced(function* (
  attempts: ReadonlyArray<Attempt>,
  events: ReadonlyArray<EventEnvelope.RecordedEvent>,
): Effect.fn.Return<void, Deviation> {
  const final = new Map<string, number>()
  for (const { stream, version } of events) final.set(StreamId.format(stream), version)
  for (const { answer, commit, known } of attempts) {
    if (Result.isSuccess(answer)) continue
    const { mismatches } = answer.failure
    yield* holds(`mismatches in the conflict of ${commit.commitId}`, mismatches.length > 0, mismatches)
    for (const { actual, expected, stream } of mismatches) {
      const key = StreamId.format(stream)
      const atLeast = known.get(key) ?? 0
      yield* holds(
        `${key}, known at ${atLeast} and finally at ${final.get(key) ?? 0}, to conflict with ${Expected.format(expected)}`,
        !Expected.holds(expected, actual) && actual >= atLeast && actual <= (final.get(key) ?? 0),
        actual,
      )
    }
  }
})

const attempt = Effect.fnUntraced(function* (
  customer: CustomerId.CustomerId,
  streams: ReadonlyArray<StreamId.StreamId>,
  writer: number,
  n: number,
): Effect.fn.Return<Attempt, EventStoreError.AppendError | EventStoreError.ReadError, EventStore.EventStore> {
  const store = yield* EventStore.EventStore
  const pick = (offset: number): StreamId.StreamId => streams[(writer + n + offset) % streams.length]!
  const known = new Map<string, number>()
  for (const stream of [pick(0), pick(1), pick(2)]) {
    known.set(StreamId.format(stream), (yield* store.readStream(customer, stream, { limit: 1 })).version)
  }
  yield* Effect.yieldNow
  const expecting = (stream: StreamId.StreamId, way: number): Expected.ExpectedVersion =>
    [Expected.exact(known.get(StreamId.format(stream))!), Expected.any, Expected.exists, Expected.none][
      way % 7 > 3 ? 0 : way % 7
    ]!
  const written = n % 3 === 0 ? [pick(0), pick(1)] : [pick(0)]
  const checked = n % 2 === 0 ? [pick(2)] : []
  const stated = [...written, ...checked].map((stream, index) => ({
    stream,
    expected: expecting(stream, writer + n + index),
  }))
  const data = JSON.stringify({
    writer,
    n,
    expected: stated.map(({ expected, stream }) => ({ stream: StreamId.format(stream), expected })),
  })
  const commit = yield* Scene.commit(
    customer,
    stated.slice(0, written.length).map(({ expected, stream }) => ({
      stream,
      expected,
      events: Array.from({ length: 1 + (n % 2) }, () => ({ ...Scene.event(n), data })),
    })),
    { checks: stated.slice(written.length) },
  )
  const answer = yield* store.append(commit).pipe(
    Effect.map(Result.succeed),
    Effect.catchTag("VersionConflict", (conflict) => Effect.succeed(Result.fail(conflict))),
  )
  yield* Effect.yieldNow
  return { commit, known, answer }
})

const expectationsOf = (
  event: EventEnvelope.RecordedEvent,
): ReadonlyArray<{ readonly stream: string; readonly expected: Expected.ExpectedVersion }> =>
  (JSON.parse(event.data) as { readonly expected: ReturnType<typeof expectationsOf> }).expected
