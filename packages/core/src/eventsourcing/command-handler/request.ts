/**
 * Requests to a command handler, and their results.
 */
import type * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import type { StreamCheck } from "../Commit.ts"
import type { CustomerId } from "../CustomerId.ts"
import type { Decider } from "../Decider.ts"
import type { EventCodec, UndecodableEvent } from "../EventCodec.ts"
import type { ReadError } from "../EventStoreError.ts"
import type * as Expected from "../ExpectedVersion.ts"
import type { Refusal } from "../Refusal.ts"
import type * as Uuid from "../Uuid.ts"

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
  /**
   * How often to decide again after a conflict, and to repeat a commit of unknown outcome. Default
   * `CommandHandler.retries`.
   */
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
  readonly holds?: Effect.Effect<boolean, ReadError | UndecodableEvent>
}

/** Commands for one stream. */
export interface Request<Command, Context> extends Target, Prepared<Command, Context> {}

/** The result of a request. */
export interface Handled<State, Event> extends Loaded<State> {
  /**
   * For each command, in order: its events or its refusal. A refused command leaves no trace; with `accept: "all"` one
   * refusal voids the others' events too.
   */
  readonly outcomes: ReadonlyArray<Result.Result<ReadonlyArray<Event>, Refusal>>
  /** True where this commit id had been carried out before: nothing was decided, `outcomes` is empty. */
  readonly repeated: boolean
}

/** The result of a request of one command. */
export interface HandledOne<State, Event> extends Loaded<State> {
  readonly events: ReadonlyArray<Event>
  /** True where this commit id had been carried out before: nothing was decided, `events` is empty. */
  readonly repeated: boolean
}
