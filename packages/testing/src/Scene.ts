/**
 * The vocabulary of the properties: new Customers, streams and commits, and readers that check the data as they read.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as Scheduler from "effect/Scheduler"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import {
  type Commit,
  type CustomerId,
  type EventEnvelope,
  EventStore,
  type EventStoreError,
  ExpectedVersion as Expected,
  StreamId,
  Uuid,
} from "@tacet/core/eventsourcing"
import { chunkFault } from "./chunkFault.ts"
import { CurrentSettings, Deviation, same, show } from "./Property.ts"

/** A Customer that no one has met. */
export const aCustomer: Effect.Effect<CustomerId.CustomerId> = Effect.map(
  Uuid.next,
  (id) => id as CustomerId.CustomerId,
)

/** A stream that no one has written. */
export const aStream = (kind = "interaction"): Effect.Effect<StreamId.StreamId> =>
  Effect.map(Uuid.next, (id) => ({ kind, id }))

/** The event number n: unlike all other numbers. */
export const event = (n: number, type = "StepTaken"): EventEnvelope.NewEvent => ({
  type,
  schemaVersion: 1,
  occurredAt: 1_700_000_000_000 + n,
  data: `{"n":${n}}`,
})

/** The events from n on. */
export const events = (n: number, count: number, type?: string): ReadonlyArray<EventEnvelope.NewEvent> =>
  Array.from({ length: count }, (_, index) => event(n + index, type))

/** A write, by default without an expectation. */
export const write = (
  stream: StreamId.StreamId,
  written: ReadonlyArray<EventEnvelope.NewEvent>,
  expected: Expected.ExpectedVersion = Expected.any,
): Commit.StreamWrite => ({ stream, expected, events: written })

/** A commit with a new id. */
export const commit = (
  customer: CustomerId.CustomerId,
  writes: ReadonlyArray<Commit.StreamWrite>,
  rest: Partial<Commit.Commit> = {},
): Effect.Effect<Commit.Commit> => Effect.map(Uuid.next, (commitId) => ({ customer, commitId, writes, ...rest }))

/** Appends. */
export const append = (
  made: Commit.Commit,
): Effect.Effect<Commit.CommitResult, EventStoreError.AppendError, EventStore.EventStore> =>
  EventStore.EventStore.use((store) => store.append(made))

/** Appends with a new id. */
export const commits = (
  customer: CustomerId.CustomerId,
  writes: ReadonlyArray<Commit.StreamWrite>,
  rest: Partial<Commit.Commit> = {},
): Effect.Effect<Commit.CommitResult, EventStoreError.AppendError, EventStore.EventStore> =>
  Effect.flatMap(commit(customer, writes, rest), append)

/** Appends, and expects to be refused with an error of this name. */
export const refused = <Tag extends EventStoreError.AppendError["_tag"]>(
  made: Commit.Commit,
  tag: Tag,
): Effect.Effect<Extract<EventStoreError.AppendError, { readonly _tag: Tag }>, Deviation, EventStore.EventStore> =>
  Effect.flatMap(Effect.result(append(made)), (answer) => {
    const expected = `commit ${made.commitId} to be refused with ${tag}`
    if (Result.isSuccess(answer)) {
      const { firstPosition, lastPosition } = answer.success
      return Effect.fail(new Deviation({ expected, seen: `it was made at ${firstPosition} to ${lastPosition}` }))
    }
    const error: EventStoreError.AppendError = answer.failure
    return isTagged(error, tag)
      ? Effect.succeed(error)
      : Effect.fail(new Deviation({ expected, seen: `${error._tag}: ${error.message}` }))
  })

/** Appends, and expects a conflict over exactly these versions. */
export const conflicts = (
  made: Commit.Commit,
  mismatches: EventStoreError.VersionConflict["mismatches"],
): Effect.Effect<EventStoreError.VersionConflict, EventStoreError.AppendError | Deviation, EventStore.EventStore> =>
  Effect.tap(refused(made, "VersionConflict"), (conflict) =>
    same(`commit ${made.commitId} to name the mismatches`, plainMismatches(conflict.mismatches), mismatches),
  )

/** The log behind a position as a reader finds it, each chunk checked. */
export interface LogRead {
  readonly events: ReadonlyArray<EventEnvelope.RecordedEvent>
  readonly purged: EventStore.LogChunk["purged"]
  readonly head: EventEnvelope.Position
  readonly chunks: ReadonlyArray<EventStore.LogChunk>
}

/** Reads one chunk and checks that it accounts for what it claims. */
export const chunk = (
  customer: CustomerId.CustomerId,
  range: EventStore.LogRange = {},
): Effect.Effect<EventStore.LogChunk, EventStoreError.ReadError | Deviation, EventStore.EventStore> =>
  Effect.tap(
    EventStore.EventStore.use((store) => store.readLog(customer, range)),
    (read) => checkChunk(customer, read, range),
  )

/** Reads the log to its head. */
export const log = Effect.fnUntraced(function* (
  customer: CustomerId.CustomerId,
  range: EventStore.LogRange = {},
): Effect.fn.Return<LogRead, EventStoreError.ReadError | Deviation, EventStore.EventStore> {
  const chunks: Array<EventStore.LogChunk> = []
  let after = range.after ?? 0
  while (true) {
    const read = yield* chunk(customer, { ...range, after })
    chunks.push(read)
    after = read.through
    if (read.through >= read.head) {
      const events = chunks.flatMap((chunk) => chunk.events)
      return { events, purged: joined(chunks), head: read.head, chunks }
    }
  }
})

/** Reads a whole stream, page by page, and checks that its versions are dense. */
export const stream = Effect.fnUntraced(function* (
  customer: CustomerId.CustomerId,
  id: StreamId.StreamId,
  range: { readonly after?: Expected.Version; readonly limit?: number } = {},
): Effect.fn.Return<EventStore.StreamPage, EventStoreError.ReadError | Deviation, EventStore.EventStore> {
  const store = yield* EventStore.EventStore
  const events: Array<EventEnvelope.RecordedEvent> = []
  let after = range.after ?? 0
  while (true) {
    const page = yield* store.readStream(customer, id, { ...range, after })
    yield* checkPage(id, page, after, range.limit ?? 1000)
    events.push(...page.events)
    after += page.events.length
    if (after >= page.version) return { events, version: page.version }
  }
})

/** Passes where the recorded events are these, to these streams, in this order, character for character. */
export const recorded = (
  what: string,
  seen: ReadonlyArray<EventEnvelope.RecordedEvent>,
  expected: ReadonlyArray<EventEnvelope.NewEvent & { readonly stream?: StreamId.StreamId }>,
): Effect.Effect<void, Deviation> => {
  const differs = expected.findIndex((event, index) => {
    const other = seen[index]
    return other === undefined || contentOf(other, event.stream) !== contentOf(event, event.stream)
  })
  if (differs === -1 && seen.length === expected.length) return Effect.void
  const index = differs === -1 ? expected.length : differs
  return Effect.fail(
    new Deviation({
      expected: `${what}: ${expected.length} events, number ${index + 1} being ${show(expected[index])}`,
      seen: `${seen.length} events, that one being ${show(seen[index])}${firstDifference(expected[index], seen[index])}`,
    }),
  )
}

/** A running subscriber, with the events that it has received so far. */
export interface Tail {
  readonly customer: CustomerId.CustomerId
  readonly chunks: ReadonlyArray<EventStore.LogChunk>
  readonly fiber: Fiber.Fiber<unknown, EventStoreError.ReadError>
}

/** Subscribes in the background, until the scope is closed. */
export const tail = Effect.fnUntraced(function* (
  customer: CustomerId.CustomerId,
  range?: EventStore.LogRange,
): Effect.fn.Return<Tail, never, EventStore.EventStore | Scope.Scope> {
  const store = yield* EventStore.EventStore
  const chunks: Array<EventStore.LogChunk> = []
  const fiber = yield* store.subscribe(customer, range).pipe(
    Stream.runForEach((chunk) => Effect.sync(() => void chunks.push(chunk))),
    Effect.forkScoped({ startImmediately: true }),
  )
  return { customer, chunks, fiber }
})

/** Waits until a subscriber has received everything up to a position; checks its chunks; answers its events. */
export const heard = Effect.fnUntraced(function* (
  tail: Tail,
  through: EventEnvelope.Position,
  range: EventStore.LogRange = {},
): Effect.fn.Return<ReadonlyArray<EventEnvelope.RecordedEvent>, EventStoreError.ReadError | Deviation> {
  const { patience } = yield* CurrentSettings
  const clock = Clock.Clock.defaultValue()
  const until = clock.currentTimeMillisUnsafe() + patience
  const reached = () => tail.chunks[tail.chunks.length - 1]?.through ?? range.after ?? 0
  while (reached() < through) {
    const ended = tail.fiber.pollUnsafe()
    if (ended !== undefined) {
      if (Exit.isFailure(ended)) return yield* Effect.andThen(ended, Effect.never)
      return yield* new Deviation({ expected: "a subscription that never ends", seen: `an end after ${reached()}` })
    }
    if (clock.currentTimeMillisUnsafe() > until) {
      return yield* new Deviation({
        expected: `a subscriber to reach position ${through} within ${patience} ms`,
        seen: `everything up to ${reached()}`,
      })
    }
    yield* Effect.provideService(Effect.sleep(1), Clock.Clock, clock)
  }
  let after = range.after ?? 0
  for (const chunk of tail.chunks) {
    yield* checkChunk(tail.customer, chunk, { ...range, after })
    if (chunk.through <= after) {
      return yield* new Deviation({ expected: "no empty chunk", seen: `one at ${chunk.through}` })
    }
    after = chunk.through
  }
  return tail.chunks.flatMap((chunk) => chunk.events)
})

/** Gives way to others after every few operations, so that whatever can come between any two of them does. */
export const givingWay = (operations: number): (<A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>) =>
  Effect.provideService(Scheduler.MaxOpsBeforeYield, operations)

/** Runs effects at once. */
export const atOnce = <A, E, R>(effects: Iterable<Effect.Effect<A, E, R>>): Effect.Effect<Array<A>, E, R> =>
  Effect.all(effects, { concurrency: "unbounded" })

const isTagged = <Tag extends EventStoreError.AppendError["_tag"]>(
  error: EventStoreError.AppendError,
  tag: Tag,
): error is Extract<EventStoreError.AppendError, { readonly _tag: Tag }> => error._tag === tag

const checkChunk = (
  customer: CustomerId.CustomerId,
  read: EventStore.LogChunk,
  range: EventStore.LogRange,
): Effect.Effect<void, Deviation> => {
  const fault = chunkFault(customer, read, range)
  return fault === undefined ? Effect.void : Effect.fail(new Deviation(fault))
}

const checkPage = (
  id: StreamId.StreamId,
  page: EventStore.StreamPage,
  after: Expected.Version,
  limit: number,
): Effect.Effect<void, Deviation> => {
  const wrong = page.events.findIndex(
    (event, index) => event.version !== after + index + 1 || StreamId.format(event.stream) !== StreamId.format(id),
  )
  const seen = page.events.map((event) => `${StreamId.format(event.stream)}@${event.version}`)
  const what = `${StreamId.format(id)} from version ${after + 1} on, at most ${limit} events, at version ${page.version}`
  const fits =
    wrong === -1 &&
    page.events.length <= limit &&
    page.events.length <= Math.max(0, page.version - after) &&
    (page.events.length > 0 || page.version <= after)
  return fits ? Effect.void : Effect.fail(new Deviation({ expected: what, seen: show(seen.slice(0, 8)) }))
}

/** Joins ranges that continue in the next chunk. */
const joined = (chunks: ReadonlyArray<EventStore.LogChunk>): EventStore.LogChunk["purged"] => {
  const ranges: Array<{ from: EventEnvelope.Position; to: EventEnvelope.Position }> = []
  for (const { from, to } of chunks.flatMap((chunk) => chunk.purged)) {
    const last = ranges[ranges.length - 1]
    if (last?.to === from - 1) last.to = to
    else ranges.push({ from, to })
  }
  return ranges
}

const plainMismatches = (
  mismatches: EventStoreError.VersionConflict["mismatches"],
): EventStoreError.VersionConflict["mismatches"] =>
  mismatches.map(({ actual, expected, stream }) => ({ stream, expected, actual }))

const contentOf = (
  event: EventEnvelope.NewEvent & { readonly stream?: StreamId.StreamId },
  stream: StreamId.StreamId | undefined,
): string =>
  JSON.stringify([
    event.type,
    event.schemaVersion,
    event.occurredAt,
    event.data,
    stream === undefined || event.stream === undefined ? "" : StreamId.format(event.stream),
  ])

const firstDifference = (
  expected: EventEnvelope.NewEvent | undefined,
  seen: EventEnvelope.NewEvent | undefined,
): string => {
  if (expected === undefined || seen === undefined || expected.data === seen.data) return ""
  let index = 0
  while (expected.data[index] === seen.data[index]) index++
  return `, whose data differs at character ${index}`
}
