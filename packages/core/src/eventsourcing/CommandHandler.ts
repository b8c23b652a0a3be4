/**
 * The decision loop: read the stream, fold it, decide, append; on a conflict fold the missed events and decide again, a
 * bounded number of times.
 */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Result from "effect/Result"
import type { StreamCheck } from "./Commit.ts"
import type { CustomerId } from "./CustomerId.ts"
import type { Decider } from "./Decider.ts"
import type { EventCodec, UndecodableEvent } from "./EventCodec.ts"
import type { RecordedEvent } from "./EventEnvelope.ts"
import { EventStore } from "./EventStore.ts"
import { type AppendError, type ReadError, StoreUnavailable } from "./EventStoreError.ts"
import * as Expected from "./ExpectedVersion.ts"
import type { Refusal } from "./Refusal.ts"
import { format } from "./StreamId.ts"
import * as Uuid from "./Uuid.ts"

/** A decider together with how its events are stored. */
export interface Aggregate<State, Command, Event, Context> {
  readonly codec: EventCodec<Event>
  readonly decider: Decider<State, Command, Event, Context>
}

/** A stream as loaded: its state and its version. */
export interface Loaded<State> {
  readonly state: State
  readonly version: Expected.Version
}

/** A stream for which commands are decided, and how. */
export interface Target {
  readonly customer: CustomerId
  readonly id: Uuid.Uuid
  /** Repeating a request with the same commit id has no further effect. Default: a new id. */
  readonly commitId?: Uuid.Uuid
  /** With `all`, one refused command refuses the whole: nothing is appended. Default `each`. */
  readonly accept?: "all" | "each"
  /** How often to decide again after a conflict, and to repeat a commit of unknown outcome. Default {@link retries}. */
  readonly retries?: number
}

/** Commands, and the facts on which their decision rests. */
export interface Prepared<Command, Context> {
  /** Decided one after the other, each on the state that the one before left; appended in one commit. */
  readonly commands: ReadonlyArray<Command>
  readonly context: Context
  /** Expectations of other streams on which the context rests. */
  readonly checks?: ReadonlyArray<StreamCheck>
  /**
   * Whether the context still holds. Asked when a refusal leaves nothing to append, as no commit checks it then.
   * Default: it holds.
   */
  readonly holds?: Effect.Effect<boolean, ReadError>
}

/** Commands for one stream. */
export interface Request<Command, Context> extends Target, Prepared<Command, Context> {}

/** How often a request is decided again: each conflict is another commit that has landed, so every caller has its turn. */
export const retries = 100

/** What became of a request. */
export interface Handled<State, Event> extends Loaded<State> {
  /**
   * For each command, in order: its events or its refusal. A refused command leaves no trace; with `accept: "all"` one
   * refusal voids the others' events too.
   */
  readonly outcomes: ReadonlyArray<Result.Result<ReadonlyArray<Event>, Refusal>>
  /** True where this commit id had been carried out before: nothing was decided, `outcomes` is empty. */
  readonly repeated: boolean
}

/** What became of a request of one command. */
export interface HandledOne<State, Event> extends Loaded<State> {
  readonly events: ReadonlyArray<Event>
  /** True where this commit id had been carried out before: nothing was decided, `events` is empty. */
  readonly repeated: boolean
}

/** How many commands were refused, by rule. */
export const refusedCommands = Metric.counter("tacet_commands_refused", {
  description: "Commands refused, by rule",
  incremental: true,
})
/** How many appends met another version than expected. */
export const appendConflicts = Metric.counter("tacet_append_conflicts", {
  description: "Appends that met another version than expected",
  incremental: true,
})
/** How many events were appended by command handlers. */
export const appendedEvents = Metric.counter("tacet_events_appended", {
  description: "Events appended by command handlers",
  incremental: true,
})

/** Loads the state of one stream. Fails with `UndecodableEvent`, `StoreUnavailable` or `LogFault`. */
export const load = <State, Command, Event, Context>(
  aggregate: Aggregate<State, Command, Event, Context>,
  customer: CustomerId,
  id: Uuid.Uuid,
): Effect.Effect<Loaded<State>, ReadError | UndecodableEvent, EventStore> =>
  loadLooking(aggregate, customer, id, undefined)

/**
 * Handles commands for one stream. A refusal of one command does not stop the others; see `outcomes`. Fails with the
 * store's errors and `UndecodableEvent`; a `VersionConflict` surfaces only after all retries.
 */
export const handleAll = <State, Command, Event, Context>(
  aggregate: Aggregate<State, Command, Event, Context>,
  request: Request<Command, Context>,
): Effect.Effect<Handled<State, Event>, AppendError | ReadError | UndecodableEvent, EventStore> =>
  decideOn(aggregate, request, () => Effect.succeed(request), false)

/**
 * Handles commands that `prepare` makes from the state of their stream, with the context that it looks up. It runs
 * before the first decision, and again whenever a check on another stream fails, because the facts it depends on have
 * changed. Fails as `handleAll`, and as `prepare` does.
 *
 * @example
 * ```ts run
 * import { layer } from "@tacet/adapter-memory"
 * import { Customer, type Identifier } from "@tacet/core/domain"
 * import { CommandHandler, type CustomerId, Uuid } from "@tacet/core/eventsourcing"
 * import { PolicyBook } from "@tacet/core/policy"
 * import * as DateTime from "effect/DateTime"
 * import * as Effect from "effect/Effect"
 *
 * const policyVersion = "dialonce/2021-02-17" as Identifier.PolicyVersionId
 * const at = DateTime.makeUnsafe("2021-03-01T00:00:00Z")
 * const program = Effect.gen(function* () {
 *   const customer = (yield* Uuid.next) as CustomerId.CustomerId
 *   const adopting = ({ policyVersions }: Customer.State) =>
 *     Effect.succeed({
 *       commands: policyVersions.length > 0 ? [] : [{ _tag: "AdoptPolicyVersion" as const, at, policyVersion }],
 *       context: { policies: PolicyBook.published },
 *     })
 *   yield* CommandHandler.handlePrepared(Customer.aggregate, { customer, id: customer }, adopting)
 *   return (yield* CommandHandler.handlePrepared(Customer.aggregate, { customer, id: customer }, adopting)).version
 * })
 *
 * await Effect.runPromise(Effect.provide(program, layer)) // => 1
 * ```
 */
export const handlePrepared = <State, Command, Event, Context, E, R>(
  aggregate: Aggregate<State, Command, Event, Context>,
  target: Target,
  prepare: (state: State) => Effect.Effect<Prepared<Command, Context>, E, R>,
): Effect.Effect<Handled<State, Event>, E | AppendError | ReadError | UndecodableEvent, R | EventStore> =>
  decideOn(aggregate, target, prepare, true)

const decideOn = Effect.fn("CommandHandler.handleAll")(function* <State, Command, Event, Context, E, R>(
  aggregate: Aggregate<State, Command, Event, Context>,
  target: Target,
  prepare: (state: State) => Effect.Effect<Prepared<Command, Context>, E, R>,
  preparesAgain: boolean,
): Effect.fn.Return<Handled<State, Event>, E | AppendError | ReadError | UndecodableEvent, R | EventStore> {
  const { codec, decider } = aggregate
  const store = yield* EventStore
  const { customer } = target
  const stream = { kind: codec.kind, id: target.id }
  const commitId = target.commitId ?? (yield* Uuid.next)
  let loaded = yield* loadLooking(aggregate, customer, target.id, target.commitId)
  let prepared: Prepared<Command, Context> | undefined
  // Whether a try may have been carried out without an answer.
  let isUnknown = false
  for (let attempt = 0; ; attempt++) {
    if (loaded.found) return { ...loaded, outcomes: [], repeated: true }
    const last = attempt >= (target.retries ?? retries)
    prepared ??= yield* prepare(loaded.state)
    const { checks, holds } = prepared
    const { events, outcomes, state } = decideAll(decider, loaded.state, prepared, target.accept)
    if (events.length === 0) {
      const isStale = !last && holds !== undefined && outcomes.some(Result.isFailure) && !(yield* holds)
      if (isStale) {
        prepared = undefined
        continue
      }
      yield* countRefusals(outcomes)
      return { state, version: loaded.version, outcomes, repeated: false }
    }
    const appended = yield* Effect.result(
      store.append({
        customer,
        commitId,
        writes: [{ stream, expected: Expected.exact(loaded.version), events: events.map(codec.encode) }],
        ...(checks === undefined ? {} : { checks }),
        wantMissedEvents: true,
      }),
    )
    if (Result.isSuccess(appended)) {
      yield* Metric.update(appendedEvents, events.length)
      yield* countRefusals(outcomes)
      return { state, version: loaded.version + events.length, outcomes, repeated: false }
    }
    const error = appended.failure
    if (error._tag === "StoreUnavailable") {
      isUnknown ||= error.outcome === "unknown"
      if (error.outcome === "unknown" && !last) continue
      // "Nothing was written" is said of the last try alone.
      return yield* isUnknown
        ? new StoreUnavailable({ operation: "append", outcome: "unknown", cause: error.cause })
        : error
    }
    if (error._tag === "CommitIdReused" && target.commitId !== undefined) {
      // Perhaps this very request was carried out meanwhile by another caller, on another state.
      loaded = yield* loadLooking(aggregate, customer, target.id, target.commitId)
      if (loaded.found) continue
    }
    if (error._tag !== "VersionConflict" || last) return yield* error
    isUnknown = false
    yield* Metric.update(appendConflicts, 1)
    const others = error.mismatches.filter((mismatch) => format(mismatch.stream) !== format(stream))
    if (others.length > 0) {
      // A check on another stream failed: the context is stale, and without `prepare` only the caller looks it up again.
      if (!preparesAgain && others.length === error.mismatches.length) return yield* error
      if (preparesAgain) prepared = undefined
    }
    loaded = yield* fold(aggregate, loaded, error.missed, target.commitId)
  }
})

/** Handles one command for one stream. Fails with its `Refusal`, the store's errors or `UndecodableEvent`. */
export const handle = <State, Command, Event, Context>(
  aggregate: Aggregate<State, Command, Event, Context>,
  request: Omit<Request<Command, Context>, "commands"> & { readonly command: Command },
): Effect.Effect<HandledOne<State, Event>, Refusal | AppendError | ReadError | UndecodableEvent, EventStore> => {
  const { command, ...rest } = request
  return Effect.flatMap(handleAll(aggregate, { ...rest, commands: [command] }), one)
}

/** The answer to a request of one command: its events, or its refusal as failure. */
export const one = <State, Event>({
  outcomes,
  repeated,
  state,
  version,
}: Handled<State, Event>): Effect.Effect<HandledOne<State, Event>, Refusal> => {
  const [outcome] = outcomes
  if (outcome === undefined) return Effect.succeed({ state, version, repeated, events: [] })
  return Effect.map(Effect.fromResult(outcome), (events) => ({ state, version, repeated, events }))
}

/**
 * Handles one command by the pure function that decides it, where that function needs no context. Fails with the refusal,
 * the store's errors or `UndecodableEvent`.
 *
 * @example
 * ```ts
 * import { layer } from "@tacet/adapter-memory"
 * import { Pseudonym } from "@tacet/core/domain"
 * import { CommandHandler, type CustomerId, Uuid } from "@tacet/core/eventsourcing"
 * import * as DateTime from "effect/DateTime"
 * import * as Effect from "effect/Effect"
 *
 * const target = { customer: Uuid.derived("a customer") as CustomerId.CustomerId, id: Uuid.derived("a pseudonym") }
 * const command = { _tag: "ErasePseudonym", at: DateTime.makeUnsafe(0), cause: "request" } as const
 * const erase = CommandHandler.handleBy(Pseudonym.aggregate, target, (state) => Pseudonym.decideErasure(state, command))
 * const error = await Effect.runPromise(Effect.provide(Effect.flip(erase), layer))
 * error._tag // => "Refusal"
 * ```
 */
export const handleBy = <State, Command, Event, Context>(
  { codec, decider }: Aggregate<State, Command, Event, Context>,
  target: Target,
  decide: (state: State) => Result.Result<ReadonlyArray<Event>, Refusal>,
): Effect.Effect<HandledOne<State, Event>, Refusal | AppendError | ReadError | UndecodableEvent, EventStore> => {
  const { evolve, initial } = decider
  const deciding = { codec, decider: { initial, evolve, decide: (state: State) => decide(state) } }
  return handle(deciding, { ...target, command: undefined, context: undefined })
}

/** The decision loop over one event store, for a service that has taken its store when it was made. */
export interface Handler {
  /** As `load`. */
  readonly load: <State, Command, Event, Context>(
    aggregate: Aggregate<State, Command, Event, Context>,
    customer: CustomerId,
    id: Uuid.Uuid,
  ) => Effect.Effect<Loaded<State>, ReadError | UndecodableEvent>
  /** As `handleAll`. */
  readonly handleAll: <State, Command, Event, Context>(
    aggregate: Aggregate<State, Command, Event, Context>,
    request: Request<Command, Context>,
  ) => Effect.Effect<Handled<State, Event>, AppendError | ReadError | UndecodableEvent>
  /** As `handlePrepared`. */
  readonly handlePrepared: <State, Command, Event, Context, E>(
    aggregate: Aggregate<State, Command, Event, Context>,
    target: Target,
    prepare: (state: State) => Effect.Effect<Prepared<Command, Context>, E>,
  ) => Effect.Effect<Handled<State, Event>, E | AppendError | ReadError | UndecodableEvent>
  /** As `handle`. */
  readonly handle: <State, Command, Event, Context>(
    aggregate: Aggregate<State, Command, Event, Context>,
    request: Omit<Request<Command, Context>, "commands"> & { readonly command: Command },
  ) => Effect.Effect<HandledOne<State, Event>, Refusal | AppendError | ReadError | UndecodableEvent>
  /** As `handleBy`. */
  readonly handleBy: <State, Command, Event, Context>(
    aggregate: Aggregate<State, Command, Event, Context>,
    target: Target,
    decide: (state: State) => Result.Result<ReadonlyArray<Event>, Refusal>,
  ) => Effect.Effect<HandledOne<State, Event>, Refusal | AppendError | ReadError | UndecodableEvent>
}

/**
 * The decision loop over a given event store.
 *
 * @example
 * ```ts run
 * import { layer } from "@tacet/adapter-memory"
 * import { RecognitionModel } from "@tacet/core/domain"
 * import { CommandHandler, type CustomerId, EventStore, Uuid } from "@tacet/core/eventsourcing"
 * import * as Effect from "effect/Effect"
 *
 * const program = Effect.gen(function* () {
 *   const handler = CommandHandler.over(yield* EventStore.EventStore)
 *   const customer = (yield* Uuid.next) as CustomerId.CustomerId
 *   return (yield* handler.load(RecognitionModel.aggregate, customer, customer)).version
 * })
 *
 * await Effect.runPromise(Effect.provide(program, layer)) // => 0
 * ```
 */
export const over = (store: EventStore["Service"]): Handler => {
  const inStore = Effect.provideService(EventStore, store)
  return {
    load: (aggregate, customer, id) => inStore(load(aggregate, customer, id)),
    handleAll: (aggregate, request) => inStore(handleAll(aggregate, request)),
    handlePrepared: (aggregate, target, prepare) => inStore(handlePrepared(aggregate, target, prepare)),
    handle: (aggregate, request) => inStore(handle(aggregate, request)),
    handleBy: (aggregate, target, decide) => inStore(handleBy(aggregate, target, decide)),
  }
}

interface Looking<State> extends Loaded<State> {
  /** Whether the commit looked for is among the events. */
  readonly found: boolean
}

const decideAll = <State, Command, Event, Context>(
  decider: Decider<State, Command, Event, Context>,
  from: State,
  { commands, context }: Prepared<Command, Context>,
  accept: "all" | "each" = "each",
) => {
  const events: Array<Event> = []
  const outcomes: Array<Result.Result<ReadonlyArray<Event>, Refusal>> = []
  let state = from
  for (const command of commands) {
    const outcome = decider.decide(state, command, context)
    outcomes.push(outcome)
    if (Result.isFailure(outcome)) {
      if (accept === "all") return { events: [], outcomes, state: from }
      continue
    }
    for (const event of outcome.success) {
      events.push(event)
      state = decider.evolve(state, event)
    }
  }
  return { events, outcomes, state }
}

const countRefusals = Effect.fnUntraced(function* <Event>(
  outcomes: ReadonlyArray<Result.Result<ReadonlyArray<Event>, Refusal>>,
) {
  for (const outcome of outcomes) {
    if (Result.isFailure(outcome)) {
      yield* Metric.update(Metric.withAttributes(refusedCommands, { rule: outcome.failure.rule }), 1)
    }
  }
})

const loadLooking = Effect.fnUntraced(function* <State, Command, Event, Context>(
  aggregate: Aggregate<State, Command, Event, Context>,
  customer: CustomerId,
  id: Uuid.Uuid,
  commitId: Uuid.Uuid | undefined,
): Effect.fn.Return<Looking<State>, ReadError | UndecodableEvent, EventStore> {
  const store = yield* EventStore
  const stream = { kind: aggregate.codec.kind, id }
  let loaded: Looking<State> = { state: aggregate.decider.initial, version: 0, found: false }
  while (true) {
    const page = yield* store.readStream(customer, stream, { after: loaded.version })
    loaded = yield* fold(aggregate, loaded, page.events, commitId)
    if (page.events.length === 0 || loaded.version >= page.version) return loaded
  }
})

const fold = <State, Command, Event, Context>(
  { codec, decider }: Aggregate<State, Command, Event, Context>,
  from: Looking<State>,
  recorded: ReadonlyArray<RecordedEvent>,
  commitId: Uuid.Uuid | undefined,
): Effect.Effect<Looking<State>, UndecodableEvent> => {
  let { found, state, version } = from
  for (const envelope of recorded) {
    if (envelope.version <= version) continue
    const event = codec.decode(envelope)
    if (Result.isFailure(event)) return Effect.fail(event.failure)
    state = decider.evolve(state, event.success)
    version = envelope.version
    found ||= envelope.commitId === commitId
  }
  return Effect.succeed({ state, version, found })
}
