/**
 * What laws are written with: new Customers, streams and commits, and readers that check what they read on the way.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as Scheduler from "effect/Scheduler"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Commit, CommitResult, StreamWrite } from "../eventsourcing/Commit.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { NewEvent, Position, RecordedEvent } from "../eventsourcing/EventEnvelope.ts"
import { EventStore, type LogChunk, type LogRange, type StreamPage } from "../eventsourcing/EventStore.ts"
import type { AppendError, ReadError, VersionConflict } from "../eventsourcing/EventStoreError.ts"
import * as Expected from "../eventsourcing/ExpectedVersion.ts"
import { format, type StreamId } from "../eventsourcing/StreamId.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import { chunkFault } from "./chunkFault.ts"
import { CurrentSettings, Deviation, same, show } from "./Law.ts"

/** A Customer that no one has met. */
export const aCustomer: Effect.Effect<CustomerId> = Effect.map(Uuid.next, (id) => id as CustomerId)

/** A stream that no one has written. */
export const aStream = (kind = "interaction"): Effect.Effect<StreamId> => Effect.map(Uuid.next, (id) => ({ kind, id }))

/** The event number n: unlike all other numbers. */
export const event = (n: number, type = "StepTaken"): NewEvent => ({
  type,
  schemaVersion: 1,
  occurredAt: 1_700_000_000_000 + n,
  data: `{"n":${n}}`,
})

/** The events from n on. */
export const events = (n: number, count: number, type?: string): ReadonlyArray<NewEvent> =>
  Array.from({ length: count }, (_, index) => event(n + index, type))

/** A write that expects nothing, unless told otherwise. */
export const write = (
  stream: StreamId,
  written: ReadonlyArray<NewEvent>,
  expected: Expected.ExpectedVersion = Expected.any,
): StreamWrite => ({ stream, expected, events: written })

/** A commit with a new id. */
export const commit = (
  customer: CustomerId,
  writes: ReadonlyArray<StreamWrite>,
  rest: Partial<Commit> = {},
): Effect.Effect<Commit> => Effect.map(Uuid.next, (commitId) => ({ customer, commitId, writes, ...rest }))

/** Appends. */
export const append = (made: Commit): Effect.Effect<CommitResult, AppendError, EventStore> =>
  EventStore.use((store) => store.append(made))

/** Appends with a new id. */
export const commits = (
  customer: CustomerId,
  writes: ReadonlyArray<StreamWrite>,
  rest: Partial<Commit> = {},
): Effect.Effect<CommitResult, AppendError, EventStore> => Effect.flatMap(commit(customer, writes, rest), append)

/** Appends, and expects to be refused with an error of this name. */
export const refused = <Tag extends AppendError["_tag"]>(
  made: Commit,
  tag: Tag,
): Effect.Effect<Extract<AppendError, { readonly _tag: Tag }>, Deviation, EventStore> =>
  Effect.flatMap(Effect.result(append(made)), (answer) => {
    const expected = `commit ${made.commitId} to be refused with ${tag}`
    if (Result.isSuccess(answer)) {
      const { firstPosition, lastPosition } = answer.success
      return Effect.fail(new Deviation({ expected, seen: `it was made at ${firstPosition} to ${lastPosition}` }))
    }
    const error: AppendError = answer.failure
    return isTagged(error, tag)
      ? Effect.succeed(error)
      : Effect.fail(new Deviation({ expected, seen: `${error._tag}: ${error.message}` }))
  })

/** Appends, and expects a conflict over exactly these versions. */
export const conflicts = (
  made: Commit,
  mismatches: VersionConflict["mismatches"],
): Effect.Effect<VersionConflict, AppendError | Deviation, EventStore> =>
  Effect.tap(refused(made, "VersionConflict"), (conflict) =>
    same(`commit ${made.commitId} to name the mismatches`, plainMismatches(conflict.mismatches), mismatches),
  )

/** The log behind a position as a reader finds it, each chunk checked. */
export interface LogRead {
  readonly events: ReadonlyArray<RecordedEvent>
  readonly purged: LogChunk["purged"]
  readonly head: Position
  readonly chunks: ReadonlyArray<LogChunk>
}

/** Reads one chunk and checks that it accounts for what it claims. */
export const chunk = (
  customer: CustomerId,
  range: LogRange = {},
): Effect.Effect<LogChunk, ReadError | Deviation, EventStore> =>
  Effect.tap(
    EventStore.use((store) => store.readLog(customer, range)),
    (read) => checkChunk(customer, read, range),
  )

/** Reads the log to its head. */
export const log = Effect.fnUntraced(function* (
  customer: CustomerId,
  range: LogRange = {},
): Effect.fn.Return<LogRead, ReadError | Deviation, EventStore> {
  const chunks: Array<LogChunk> = []
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

/** Reads a stream to its end, page by page, and checks that its versions are dense. */
export const stream = Effect.fnUntraced(function* (
  customer: CustomerId,
  id: StreamId,
  range: { readonly after?: Expected.Version; readonly limit?: number } = {},
): Effect.fn.Return<StreamPage, ReadError | Deviation, EventStore> {
  const store = yield* EventStore
  const events: Array<RecordedEvent> = []
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
  seen: ReadonlyArray<RecordedEvent>,
  expected: ReadonlyArray<NewEvent & { readonly stream?: StreamId }>,
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

/** A subscriber at work: what it was given so far. */
export interface Tail {
  readonly customer: CustomerId
  readonly chunks: ReadonlyArray<LogChunk>
  readonly fiber: Fiber.Fiber<unknown, ReadError>
}

/** Subscribes in the background, until the scope is closed. */
export const tail = Effect.fnUntraced(function* (
  customer: CustomerId,
  range?: LogRange,
): Effect.fn.Return<Tail, never, EventStore | Scope.Scope> {
  const store = yield* EventStore
  const chunks: Array<LogChunk> = []
  const fiber = yield* store.subscribe(customer, range).pipe(
    Stream.runForEach((chunk) => Effect.sync(() => void chunks.push(chunk))),
    Effect.forkScoped({ startImmediately: true }),
  )
  return { customer, chunks, fiber }
})

/** Waits until a subscriber has been told of everything up to a position; checks its chunks; answers its events. */
export const heard = Effect.fnUntraced(function* (
  tail: Tail,
  through: Position,
  range: LogRange = {},
): Effect.fn.Return<ReadonlyArray<RecordedEvent>, ReadError | Deviation> {
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
        expected: `a subscriber to be told of position ${through} within ${patience} ms`,
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

const isTagged = <Tag extends AppendError["_tag"]>(
  error: AppendError,
  tag: Tag,
): error is Extract<AppendError, { readonly _tag: Tag }> => error._tag === tag

const checkChunk = (customer: CustomerId, read: LogChunk, range: LogRange): Effect.Effect<void, Deviation> => {
  const fault = chunkFault(customer, read, range)
  return fault === undefined ? Effect.void : Effect.fail(new Deviation(fault))
}

const checkPage = (
  id: StreamId,
  page: StreamPage,
  after: Expected.Version,
  limit: number,
): Effect.Effect<void, Deviation> => {
  const wrong = page.events.findIndex(
    (event, index) => event.version !== after + index + 1 || format(event.stream) !== format(id),
  )
  const seen = page.events.map((event) => `${format(event.stream)}@${event.version}`)
  const what = `${format(id)} from version ${after + 1} on, at most ${limit} events, at version ${page.version}`
  const fits =
    wrong === -1 &&
    page.events.length <= limit &&
    page.events.length <= Math.max(0, page.version - after) &&
    (page.events.length > 0 || page.version <= after)
  return fits ? Effect.void : Effect.fail(new Deviation({ expected: what, seen: show(seen.slice(0, 8)) }))
}

/** Ranges that go on in the next chunk, as one. */
const joined = (chunks: ReadonlyArray<LogChunk>): LogChunk["purged"] => {
  const ranges: Array<{ from: Position; to: Position }> = []
  for (const { from, to } of chunks.flatMap((chunk) => chunk.purged)) {
    const last = ranges[ranges.length - 1]
    if (last?.to === from - 1) last.to = to
    else ranges.push({ from, to })
  }
  return ranges
}

const plainMismatches = (mismatches: VersionConflict["mismatches"]): VersionConflict["mismatches"] =>
  mismatches.map(({ actual, expected, stream }) => ({ stream, expected, actual }))

const contentOf = (event: NewEvent & { readonly stream?: StreamId }, stream: StreamId | undefined): string =>
  JSON.stringify([
    event.type,
    event.schemaVersion,
    event.occurredAt,
    event.data,
    stream === undefined || event.stream === undefined ? "" : format(event.stream),
  ])

const firstDifference = (expected: NewEvent | undefined, seen: NewEvent | undefined): string => {
  if (expected === undefined || seen === undefined || expected.data === seen.data) return ""
  let index = 0
  while (expected.data[index] === seen.data[index]) index++
  return `, whose data differs at character ${index}`
}
