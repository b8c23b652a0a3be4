/**
 * Projections: named, versioned folds of a compartment's log. An *inline* projection is a set of additive counters,
 * changed in the very append; a *catch-up* projection keeps any state, and folds the log at its own pace from its
 * checkpoint. A new version is built beside the old one and becomes active in one instant.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import { CustomerId } from "./CustomerId.ts"
import type { NewEvent, Position } from "./EventEnvelope.ts"
import { EventStore, type LogChunk, type LogFilter } from "./EventStore.ts"
import type { ReadError, StoreError } from "./EventStoreError.ts"
import { forgetLag, noteLag } from "./Observability.ts"
import { type CheckpointMoved, type ProjectionKey, ProjectionStore, type SavedProjection } from "./ProjectionStore.ts"
import * as Retry from "./Retry.ts"
import type { StreamId } from "./StreamId.ts"

/** A catch-up projection. */
export interface Projection<State, E = never, R = never> extends ProjectionKey {
  readonly filter?: LogFilter
  /** A fresh state: the fold may change it in place. */
  readonly initial: () => State
  /** Folds one chunk. An event that cannot be read fails the projection; it is never skipped. */
  readonly apply: (state: State, chunk: LogChunk, customer: CustomerId) => Effect.Effect<State, E, R>
  readonly encode: (state: State) => string
  readonly decode: (state: string) => State
}

/**
 * An inline projection: each event adds to counters. It counts what is appended by processes that know it: no event from before, none
 * of a process without it, such as one of an older release. Where some are missing, `ProjectionStore.counters` fails with
 * `CountersIncomplete`; give the projection to every process, then `recount` the log. A purge leaves what was counted.
 */
export interface InlineProjection extends ProjectionKey {
  /**
   * The increments of an event, computed from the event alone: safe integers, since a sum of fractions depends on the order in which a
   * store adds them up. Count cents, not euros. The name of a counter may be any text that does not begin with U+0001. Where this
   * function throws or gives anything else, the append fails with that defect before anything is written.
   */
  readonly deltas: (
    event: NewEvent & { readonly stream: StreamId },
  ) => Iterable<readonly [counter: string, add: number]>
}

/**
 * The increments of an event, for adapters: call it for all events before the first write. It throws where `deltas` does, and a
 * `RangeError` for an increment that stores would not add up alike or a name that is theirs.
 *
 * @example
 * ```ts
 * import { Projection } from "@tacet/core/eventsourcing"
 *
 * const halves: Projection.InlineProjection = { name: "halves", version: 1, deltas: () => [["half", 0.5]] }
 * const event = { type: "Filled", schemaVersion: 1, occurredAt: 0, data: "{}" }
 * const stream = { kind: "tank", id: "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" } as const
 * const refused = () => Projection.increments(halves, { ...event, stream } as never) // throws a RangeError
 * ```
 */
export const increments = (
  { deltas, name, version }: InlineProjection,
  event: NewEvent & { readonly stream: StreamId },
): ReadonlyArray<readonly [counter: string, add: number]> =>
  Array.from(deltas(event), ([counter, add]) => {
    if (!Number.isSafeInteger(add)) {
      throw new RangeError(
        `Inline projection ${name} version ${version} adds ${add} for an event of type ${event.type}: an increment is a safe integer.`,
      )
    }
    if (counter.startsWith(reserved)) {
      throw new RangeError(
        `Inline projection ${name} version ${version} names a counter that begins with U+0001: such names are the store's.`,
      )
    }
    // A zero below zero is one like any other.
    return [counter, add + 0] as const
  })

/** Stores keep numbers of their own under names that begin so. */
const reserved = "\u0001"

/** For adapters: a name that no counter of an application has, for how many events were counted. */
export const countedEvents = `${reserved}events`

/** A state with the position up to which it holds. */
export interface Projected<State> {
  readonly state: State
  readonly checkpoint: Position
}

/** Why a projection stops. */
export type RunError<E> = E | ReadError | StoreError | CheckpointMoved

/** How a projection is brought up to the head. */
export interface CatchUpOptions {
  /** Save after so many events, besides at the end, and in a tenth of the time at most. Default 100,000. */
  readonly saveEvery?: number
  /** Events in one chunk. Default: the store's page size. */
  readonly chunkSize?: number
}

/**
 * Brings a projection up to the head of the log and saves it. Safe to call again, and from several processes at once:
 * one of them saves, the others fail with `CheckpointMoved` and have changed nothing.
 */
export const catchUp = Effect.fn("Projection.catchUp")(function* <State, E, R>(
  projection: Projection<State, E, R>,
  customer: CustomerId,
  options?: CatchUpOptions,
): Effect.fn.Return<Projected<State>, RunError<E>, R | EventStore | ProjectionStore> {
  const projections = yield* ProjectionStore
  return yield* foldToHead(projection, customer, options, (expected, next) =>
    projections.save(customer, projection, expected, next),
  )
})

/**
 * Brings a projection up to the head of the log, whoever else does the same: a fold is right whether it is saved or not.
 * Of several at once the one that has read furthest saves, and none fails for it. For readers, such as reports; a state
 * that is changed otherwise than by its fold wants `catchUp`.
 *
 * @example
 * ```ts run
 * import { layer } from "@tacet/adapter-memory"
 * import type { CustomerId } from "@tacet/core/eventsourcing"
 * import { Projection } from "@tacet/core/eventsourcing"
 * import * as Effect from "effect/Effect"
 *
 * const counting: Projection.Projection<number> = {
 *   name: "counting",
 *   version: 1,
 *   initial: () => 0,
 *   apply: (count, { events }) => Effect.succeed(count + events.length),
 *   encode: String,
 *   decode: Number,
 * }
 * const customer = "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as CustomerId.CustomerId
 * const reading = Projection.catchUpTogether(counting, customer)
 * const reports = await Effect.runPromise(Effect.provide(Effect.all([reading, reading], { concurrency: 2 }), layer))
 * reports // => [{ state: 0, checkpoint: 0 }, { state: 0, checkpoint: 0 }]
 * ```
 */
export const catchUpTogether = Effect.fn("Projection.catchUpTogether")(function* <State, E, R>(
  projection: Projection<State, E, R>,
  customer: CustomerId,
  options?: CatchUpOptions,
): Effect.fn.Return<Projected<State>, E | ReadError | StoreError, R | EventStore | ProjectionStore> {
  const projections = yield* ProjectionStore
  return yield* foldToHead(projection, customer, options, (expected, next) => {
    let from = expected
    return Retry.untilAnswered((isLast) =>
      projections.save(customer, projection, from, next).pipe(
        Effect.as(Option.some(undefined)),
        Effect.catchTag("CheckpointMoved", ({ actual }) => {
          from = actual
          return Effect.succeed(isLast || actual >= next.checkpoint ? Option.some(undefined) : Option.none())
        }),
      ),
    )
  })
})

/** Events were purged that a recount would leave out, though they may have been counted before. */
export class EventsPurged extends Schema.TaggedError<EventsPurged>()("EventsPurged", {
  customer: CustomerId,
  name: Schema.String,
  version: Schema.Int,
  /** How many. */
  purged: Schema.Int,
}) {
  override get message(): string {
    return `Of the log, ${this.purged} events were purged: a recount of inline projection ${this.name} version ${this.version} would leave them out. Pass withoutPurged: true to count the others alone.`
  }
}

/**
 * Counts the whole log anew for an inline projection, and replaces its counters. Safe to call again, by several at once, and while the
 * log grows. It counts what is there: where events were purged it changes nothing and fails with `EventsPurged`, unless it is told to
 * do without them.
 *
 * @example
 * ```ts run
 * import { layer } from "@tacet/adapter-memory"
 * import type { CustomerId } from "@tacet/core/eventsourcing"
 * import { Projection } from "@tacet/core/eventsourcing"
 * import * as Effect from "effect/Effect"
 *
 * const byType: Projection.InlineProjection = { name: "by-type", version: 1, deltas: ({ type }) => [[type, 1]] }
 * const customer = "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as CustomerId.CustomerId
 * await Effect.runPromise(Effect.provide(Projection.recount(byType, customer), layer)) // => { counted: 0, purged: 0 }
 * ```
 */
export const recount = Effect.fn("Projection.recount")(function* (
  projection: InlineProjection,
  customer: CustomerId,
  options?: {
    /** Whether the counters may do without purged events, also those that they have counted. Default false. */
    readonly withoutPurged?: boolean
  },
): Effect.fn.Return<
  { readonly counted: number; readonly purged: number },
  CheckpointMoved | EventsPurged | ReadError | StoreError,
  EventStore | ProjectionStore
> {
  const store = yield* EventStore
  const projections = yield* ProjectionStore
  const counters = new Map<string, number>()
  let [through, counted] = [0, 0]
  const toHead = Effect.gen(function* () {
    for (let isAtHead = false; !isAtHead;) {
      const chunk = yield* store.readLog(customer, { after: through })
      for (const event of chunk.events) {
        for (const [counter, add] of increments(projection, event)) {
          counters.set(counter, (counters.get(counter) ?? 0) + add)
        }
      }
      counted += chunk.events.length
      through = chunk.through
      isAtHead = through >= chunk.head
    }
  })
  return yield* Retry.untilAnswered((isLast) =>
    Effect.gen(function* () {
      yield* toHead
      const purged = through - counted
      if (purged > 0 && options?.withoutPurged !== true) {
        const { name, version } = projection
        return yield* new EventsPurged({ customer, name, version, purged })
      }
      return yield* projections.replaceCounters(customer, projection, through, counters).pipe(
        Effect.as(Option.some({ counted, purged })),
        Effect.catchTag("CheckpointMoved", (moved) => (isLast ? Effect.fail(moved) : Effect.succeedNone)),
      )
    }),
  )
})

/** A fold that was interrupted no longer counts as behind; one that failed does. */
const whileFolding = <A, E, R>(
  folding: Effect.Effect<A, E, R>,
  projection: ProjectionKey,
  customer: CustomerId,
): Effect.Effect<A, E, R> => Effect.onInterrupt(folding, () => forgetLag(projection, customer))

const foldToHead = Effect.fnUntraced(function* <State, E, R, SaveError>(
  projection: Projection<State, E, R>,
  customer: CustomerId,
  options: CatchUpOptions | undefined,
  save: (expected: Position, next: SavedProjection) => Effect.Effect<void, SaveError>,
): Effect.fn.Return<Projected<State>, E | SaveError | ReadError | StoreError, R | EventStore | ProjectionStore> {
  const store = yield* EventStore
  const projections = yield* ProjectionStore
  const saveEvery = options?.saveEvery ?? 100_000
  const saved = yield* projections.load(customer, projection)
  let state = Option.isSome(saved) ? projection.decode(saved.value.state) : projection.initial()
  let checkpoint = Option.isSome(saved) ? saved.value.checkpoint : 0
  let savedAt = checkpoint
  let mayRestUntil = Number.NEGATIVE_INFINITY
  while (true) {
    const chunk = yield* store.readLog(customer, {
      after: checkpoint,
      ...(projection.filter === undefined ? {} : { filter: projection.filter }),
      ...(options?.chunkSize === undefined ? {} : { limit: options.chunkSize }),
    })
    if (chunk.through > checkpoint) {
      state = yield* projection.apply(state, chunk, customer)
      checkpoint = chunk.through
    }
    yield* noteLag(projection, customer, chunk)
    const atHead = chunk.through >= chunk.head
    const begun = yield* Clock.currentTimeMillis
    if (checkpoint > savedAt && (atHead || (checkpoint - savedAt >= saveEvery && begun >= mayRestUntil))) {
      yield* save(savedAt, { checkpoint, state: projection.encode(state) })
      savedAt = checkpoint
      const ended = yield* Clock.currentTimeMillis
      mayRestUntil = ended + (ended - begun) * restBetweenSaves
    }
    if (atHead) return { state, checkpoint }
  }
}, whileFolding)

/**
 * Follows the log for as long as it is run: catches up, then folds each chunk as it is appended, and saves. Saving takes
 * a tenth of the time at most: a small state is saved with each chunk, one of many megabytes every few seconds. Fork it in
 * a scope. It stops with an error at the first event that it cannot fold.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import type { CustomerId } from "@tacet/core/eventsourcing"
 * import { Projection } from "@tacet/core/eventsourcing"
 *
 * const start = <S>(projection: Projection.Projection<S>, customer: CustomerId.CustomerId) =>
 *   Effect.forkScoped(Projection.follow(projection, customer))
 * ```
 */
export const follow = Effect.fn("Projection.follow")(function* <State, E, R>(
  projection: Projection<State, E, R>,
  customer: CustomerId,
): Effect.fn.Return<never, RunError<E>, R | EventStore | ProjectionStore> {
  const store = yield* EventStore
  const projections = yield* ProjectionStore
  let { state, checkpoint } = yield* catchUp(projection, customer)
  const chunks = store.subscribe(customer, {
    after: checkpoint,
    ...(projection.filter === undefined ? {} : { filter: projection.filter }),
  })
  // A state is changed in place: it is not written down while a chunk is folded, nor after one that could not be.
  const inTurn = yield* Semaphore.make(1)
  let isWhole = true
  const grown = yield* Latch.make(false)
  const folding = Stream.runForEach(chunks, (chunk) =>
    inTurn.withPermit(
      Effect.gen(function* () {
        isWhole = false
        state = yield* projection.apply(state, chunk, customer)
        checkpoint = chunk.through
        isWhole = true
        yield* grown.open
        yield* noteLag(projection, customer, chunk)
      }),
    ),
  )
  const saving = Effect.gen(function* () {
    let savedAt = checkpoint
    while (true) {
      yield* grown.await
      const begun = yield* Clock.currentTimeMillis
      const next = yield* inTurn.withPermit(
        Effect.andThen(
          grown.close,
          Effect.suspend(() =>
            isWhole ? Effect.succeed({ checkpoint, state: projection.encode(state) }) : Effect.never,
          ),
        ),
      )
      yield* projections.save(customer, projection, savedAt, next)
      savedAt = next.checkpoint
      const took = (yield* Clock.currentTimeMillis) - begun
      if (took > 0) yield* Effect.sleep(took * restBetweenSaves)
    }
  })
  return yield* Effect.raceFirst(Effect.andThen(folding, Effect.never), saving)
}, whileFolding)

/** How many times as long as a save took is waited for the next one. */
const restBetweenSaves = 9

/**
 * Builds a version from the first event on, beside the active one, and switches readers to it when it has caught up.
 * The version that was active before stays readable until it is removed. A build that was interrupted is taken up
 * where it stopped.
 */
export const rebuild = Effect.fn("Projection.rebuild")(function* <State, E, R>(
  projection: Projection<State, E, R>,
  customer: CustomerId,
): Effect.fn.Return<Projected<State>, RunError<E>, R | EventStore | ProjectionStore> {
  const projections = yield* ProjectionStore
  const active = yield* projections.activeVersion(customer, projection.name)
  if (Option.isSome(active) && active.value === projection.version) {
    return yield* catchUp(projection, customer)
  }
  const built = yield* catchUp(projection, customer)
  yield* projections.activate(customer, projection)
  return built
})

/**
 * Reads the saved state of the active catch-up projection, if it was ever built: the given versions are those the
 * program knows.
 */
export const readActive = Effect.fn("Projection.readActive")(function* <State, E, R>(
  known: ReadonlyArray<Projection<State, E, R>>,
  customer: CustomerId,
): Effect.fn.Return<Option.Option<Projected<State>>, StoreError, ProjectionStore> {
  const projections = yield* ProjectionStore
  const name = known[0]?.name
  if (name === undefined) return Option.none()
  const version = yield* projections.activeVersion(customer, name)
  const projection = known.find((candidate) => Option.isSome(version) && candidate.version === version.value)
  if (projection === undefined) return Option.none()
  const saved = yield* projections.load(customer, projection)
  return Option.map(saved, ({ checkpoint, state }) => ({ checkpoint, state: projection.decode(state) }))
})
