/**
 * The decision loop: read the stream, fold it, decide, append; on a conflict fold the missed events and decide again, a
 * bounded number of times.
 */
import * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import type { CustomerId } from "./CustomerId.ts"
import type { UndecodableEvent } from "./EventCodec.ts"
import { EventStore } from "./EventStore.ts"
import type { AppendError, ReadError } from "./EventStoreError.ts"
import type { Refusal } from "./Refusal.ts"
import type * as Uuid from "./Uuid.ts"
import { decideOn } from "./command-handler/deciding.ts"
import { loadLooking } from "./command-handler/loading.ts"
import type { Aggregate, Handled, HandledOne, Loaded, Prepared, Request, Target } from "./command-handler/request.ts"

export {
  appendConflicts,
  appendedEvents,
  type Decided,
  decideOne,
  refusedCommands,
} from "./command-handler/deciding.ts"
export {
  type Aggregate,
  type Handled,
  type HandledOne,
  type Loaded,
  type Prepared,
  type Request,
  type Target,
} from "./command-handler/request.ts"
export { retries } from "./Retry.ts"

/**
 * Loads the state of one stream, reading only what came after `from` where it is given. Fails with `UndecodableEvent`,
 * `StoreUnavailable` or `LogFault`.
 */
export const load = <State, Command, Event, Context>(
  aggregate: Aggregate<State, Command, Event, Context>,
  customer: CustomerId,
  id: Uuid.Uuid,
  from?: Loaded<State>,
): Effect.Effect<Loaded<State>, ReadError | UndecodableEvent, EventStore> =>
  loadLooking(aggregate, customer, id, undefined, from)

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
    from?: Loaded<State>,
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
    load: (aggregate, customer, id, from) => inStore(load(aggregate, customer, id, from)),
    handleAll: (aggregate, request) => inStore(handleAll(aggregate, request)),
    handlePrepared: (aggregate, target, prepare) => inStore(handlePrepared(aggregate, target, prepare)),
    handle: (aggregate, request) => inStore(handle(aggregate, request)),
    handleBy: (aggregate, target, decide) => inStore(handleBy(aggregate, target, decide)),
  }
}
