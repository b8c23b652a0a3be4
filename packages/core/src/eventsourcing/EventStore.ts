/**
 * The event log as a port. An adapter implements these four operations; `@tacet/testing` proves that it keeps the
 * promises on which every reader builds:
 *
 * 1. Positions are dense per compartment, 1, 2, 3 … in commit order; a hole is a fault unless a purge accounts for it.
 * 2. A reader that has seen position n never later finds a new event at or below n.
 * 3. `append` is atomic over its streams, with an expectation for each and read-only checks on others.
 * 4. A conflict returns the actual versions and, on request, the missed events.
 * 5. Repeating a commit returns the first result; with other events it fails. This holds while a stream that it wrote
 *    exists.
 * 6. A purge removes streams in the transaction of the events that account for it; positions are never used again.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Commit, CommitResult } from "./Commit.ts"
import type { CustomerId } from "./CustomerId.ts"
import type { Position, RecordedEvent } from "./EventEnvelope.ts"
import { type AppendError, LogFault, type ReadError } from "./EventStoreError.ts"
import type { Version } from "./ExpectedVersion.ts"
import type { StreamId, StreamKind } from "./StreamId.ts"

/** Which part of one stream to read. */
export interface StreamRange {
  /** Read the events behind this version. Default 0: from the first. */
  readonly after?: Version
  /** At most so many events, 1 or more. Default {@link defaultPageSize}. */
  readonly limit?: number
}

/** A page of one stream, in version order. */
export interface StreamPage {
  readonly events: ReadonlyArray<RecordedEvent>
  /** The version of the stream when the page was read; 0 where it does not exist. */
  readonly version: Version
}

/** Which events of the log are wanted: those that meet every condition given. */
export interface LogFilter {
  readonly streamKinds?: ReadonlyArray<StreamKind>
  readonly eventTypes?: ReadonlyArray<string>
}

/** Which part of the log to read. */
export interface LogRange {
  /** Reads events after this position. Default 0: from the beginning. */
  readonly after?: Position
  readonly filter?: LogFilter
  /** At most so many events in one chunk, 1 or more. Default {@link defaultPageSize}. */
  readonly limit?: number
}

/** Positions `from` to `to`, both included, whose events were purged. */
export interface PurgedPositions {
  readonly from: Position
  readonly to: Position
}

/**
 * A stretch of the log that accounts for every position behind `after`, up to and with `through`: each is an event in
 * `events`, lies in a range of `purged`, or (with a filter) is an event that was not asked for. Chunks follow each
 * other without a gap, so a checkpoint is the one number `through`.
 */
export interface LogChunk {
  readonly after: Position
  readonly through: Position
  /** In position order. */
  readonly events: ReadonlyArray<RecordedEvent>
  /** In position order, as few ranges as possible. */
  readonly purged: ReadonlyArray<PurgedPositions>
  /** The last position of the log when the chunk was read. `through === head`: nothing more to read now. */
  readonly head: Position
}

/** Page size where a reader names none: 1,000 events. */
export const defaultPageSize = 1000

/** The port. */
export class EventStore extends Context.Service<
  EventStore,
  {
    /** Carries out a commit wholly or not at all. */
    readonly append: (commit: Commit) => Effect.Effect<CommitResult, AppendError>
    /** One page of a stream. A stream without events gives an empty page. */
    readonly readStream: (
      customer: CustomerId,
      stream: StreamId,
      range?: StreamRange,
    ) => Effect.Effect<StreamPage, ReadError>
    /**
     * One chunk of the log. At its end: an empty chunk whose `through` is the head. Fails with `LogFault` behind the head: whoever
     * read as far as that has seen events that the log does not hold, such as one that was restored from an older backup.
     */
    readonly readLog: (customer: CustomerId, range?: LogRange) => Effect.Effect<LogChunk, ReadError>
    /**
     * The log from a position on, then new events as they are appended, without a gap or a duplicate. It does not end by
     * itself: it fails where the store does, and ends with its scope. No
     * empty chunks.
     */
    readonly subscribe: (customer: CustomerId, range?: LogRange) => Stream.Stream<LogChunk, ReadError>
  }
>()("@tacet/core/eventsourcing/EventStore") {}

/**
 * Fails with `LogFault` where a chunk was asked for behind the head of the log. For adapters.
 *
 * @example
 * ```ts
 * import { type CustomerId, EventStore, Uuid } from "@tacet/core/eventsourcing"
 * import * as Effect from "effect/Effect"
 *
 * const customer = Uuid.derived("a customer") as CustomerId.CustomerId
 * const chunk = { after: 20, through: 20, events: [], purged: [], head: 10 }
 * const fault = Effect.runSync(Effect.flip(EventStore.requireReached(customer, chunk)))
 * fault.before // => 21
 * ```
 */
export const requireReached = (customer: CustomerId, chunk: LogChunk): Effect.Effect<LogChunk, LogFault> =>
  chunk.after > chunk.head
    ? Effect.fail(new LogFault({ customer, after: chunk.head, before: chunk.after + 1 }))
    : Effect.succeed(chunk)

/** All events of a stream, read page by page in constant memory. */
export const streamEvents = (
  customer: CustomerId,
  stream: StreamId,
  range?: StreamRange,
): Stream.Stream<RecordedEvent, ReadError, EventStore> =>
  Stream.paginate(range?.after ?? 0, (after) =>
    Effect.map(
      EventStore.use((store) => store.readStream(customer, stream, { ...range, after })),
      (page) => {
        const last = page.events[page.events.length - 1]
        return [
          page.events,
          last !== undefined && last.version < page.version ? Option.some(last.version) : Option.none<Version>(),
        ] as const
      },
    ),
  )

/**
 * The log so far, chunk by chunk in constant memory; the stream ends when it reaches the current head.
 *
 * @example
 * ```ts
 * import { layer } from "@tacet/adapter-memory"
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 * import { type CustomerId, EventStore, Uuid } from "@tacet/core/eventsourcing"
 *
 * const customer = Uuid.derived("a customer") as CustomerId.CustomerId
 * const events = EventStore.logChunks(customer).pipe(Stream.runFold(() => 0, (sum, chunk) => sum + chunk.events.length))
 * await Effect.runPromise(Effect.provide(events, layer)) // => 0
 * ```
 */
export const logChunks = (customer: CustomerId, range?: LogRange): Stream.Stream<LogChunk, ReadError, EventStore> =>
  Stream.paginate(range?.after ?? 0, (after) =>
    Effect.map(
      EventStore.use((store) => store.readLog(customer, { ...range, after })),
      (chunk) =>
        [
          chunk.through > chunk.after ? [chunk] : [],
          chunk.through < chunk.head ? Option.some(chunk.through) : Option.none<Position>(),
        ] as const,
    ),
  )

/**
 * Makes a `subscribe` out of `readLog` and a way to wait: the catch-up, the hand-over and the live part are one loop,
 * so there is no gap in which an event could be lost or duplicated. `waitBeyond(customer, position)` returns when the
 * log may have grown beyond the position; it may return too early (a poll), never too late.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { EventStore } from "@tacet/core/eventsourcing"
 *
 * const polling = (store: Pick<EventStore.EventStore["Service"], "readLog">) =>
 *   EventStore.subscribeBy(store.readLog, () => Effect.sleep("200 millis"))
 * ```
 */
export const subscribeBy =
  <E>(
    readLog: (customer: CustomerId, range?: LogRange) => Effect.Effect<LogChunk, E>,
    waitBeyond: (customer: CustomerId, position: Position) => Effect.Effect<void, E>,
  ) =>
  (customer: CustomerId, range?: LogRange): Stream.Stream<LogChunk, E> =>
    Stream.paginate(range?.after ?? 0, (after) =>
      Effect.flatMap(readLog(customer, { ...range, after }), (chunk) =>
        chunk.through > after
          ? Effect.succeed([[chunk], Option.some(chunk.through)] as const)
          : Effect.as(waitBeyond(customer, after), [[] as ReadonlyArray<LogChunk>, Option.some(after)] as const),
      ),
    )
