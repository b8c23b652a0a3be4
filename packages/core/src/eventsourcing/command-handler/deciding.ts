/**
 * The decision loop: read the stream, fold it, decide, append; on a conflict fold the missed events and decide again, a
 * bounded number of times.
 */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { UndecodableEvent } from "../EventCodec.ts"
import type { NewEvent } from "../EventEnvelope.ts"
import { EventStore } from "../EventStore.ts"
import { type AppendError, type ReadError, StoreUnavailable } from "../EventStoreError.ts"
import * as Expected from "../ExpectedVersion.ts"
import { Refusal } from "../Refusal.ts"
import * as Retry from "../Retry.ts"
import { format } from "../StreamId.ts"
import * as Uuid from "../Uuid.ts"
import { fold, loadLooking } from "./loading.ts"
import { type Aggregate, type Handled, type Prepared, type Target } from "./request.ts"

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

export const decideOn = Effect.fn("CommandHandler.handleAll")(function* <State, Command, Event, Context, E, R>(
  aggregate: Aggregate<State, Command, Event, Context>,
  target: Target,
  prepare: (state: State) => Effect.Effect<Prepared<Command, Context>, E, R>,
  preparesAgain: boolean,
): Effect.fn.Return<Handled<State, Event>, E | AppendError | ReadError | UndecodableEvent, R | EventStore> {
  const { codec } = aggregate
  const store = yield* EventStore
  const { customer } = target
  const stream = { kind: codec.kind, id: target.id }
  const commitId = target.commitId ?? (yield* Uuid.next)
  let loaded = yield* loadLooking(aggregate, customer, target.id, target.commitId)
  let prepared: Prepared<Command, Context> | undefined
  // Whether a try may have been carried out without an answer.
  let isUnknown = false
  const attempt = Effect.fnUntraced(function* (
    isLast: boolean,
  ): Effect.fn.Return<
    Option.Option<Handled<State, Event>>,
    E | AppendError | ReadError | UndecodableEvent,
    R | EventStore
  > {
    if (loaded.found) return Option.some({ ...loaded, outcomes: [], repeated: true })
    prepared ??= yield* prepare(loaded.state)
    const { checks, holds } = prepared
    const { events, outcomes, state } = decideAll(aggregate, loaded.state, prepared, target.accept)
    if (events.length === 0) {
      const isStale = !isLast && holds !== undefined && outcomes.some(Result.isFailure) && !(yield* holds)
      if (isStale) {
        prepared = undefined
        return Option.none()
      }
      yield* countRefusals(outcomes)
      return Option.some({ state, version: loaded.version, outcomes, repeated: false })
    }
    const appended = yield* Effect.result(
      store.append({
        customer,
        commitId,
        writes: [{ stream, expected: Expected.exact(loaded.version), events }],
        ...(checks === undefined ? {} : { checks }),
        wantMissedEvents: true,
      }),
    )
    if (Result.isSuccess(appended)) {
      yield* Metric.update(appendedEvents, events.length)
      yield* countRefusals(outcomes)
      return Option.some({ state, version: loaded.version + events.length, outcomes, repeated: false })
    }
    const error = appended.failure
    if (error._tag === "StoreUnavailable") {
      isUnknown ||= error.outcome === "unknown"
      if (error.outcome === "unknown" && !isLast) return Option.none()
      // "Nothing was written" is said of the last try alone.
      return yield* isUnknown
        ? new StoreUnavailable({ operation: "append", outcome: "unknown", cause: error.cause })
        : error
    }
    if (error._tag === "Overloaded" && isUnknown) {
      return yield* new StoreUnavailable({ operation: "append", outcome: "unknown", cause: "overloaded" })
    }
    if (error._tag === "CommitIdReused" && target.commitId !== undefined) {
      // Perhaps this very request was carried out meanwhile by another caller, on another state.
      loaded = yield* loadLooking(aggregate, customer, target.id, target.commitId)
      if (loaded.found) return Option.none()
    }
    if (error._tag !== "VersionConflict" || isLast) return yield* error
    isUnknown = false
    yield* Metric.update(appendConflicts, 1)
    const others = error.mismatches.filter((mismatch) => format(mismatch.stream) !== format(stream))
    if (others.length > 0) {
      // A check on another stream failed: the context is stale, and without `prepare` only the caller looks it up again.
      if (!preparesAgain && others.length === error.mismatches.length) return yield* error
      if (preparesAgain) prepared = undefined
    }
    loaded = yield* fold(aggregate, loaded, error.missed, target.commitId)
    const { actual = 0 } = error.mismatches.find((mismatch) => format(mismatch.stream) === format(stream)) ?? {}
    // A conflict carries missed events as far as a page goes: the rest is read.
    if (loaded.version < actual) loaded = yield* loadLooking(aggregate, customer, target.id, target.commitId, loaded)
    return Option.none()
  })
  return yield* Retry.untilAnswered(attempt, target.retries)
})

/** What one command comes to: its events, and the same as they are stored. */
export interface Decided<Event> {
  readonly events: ReadonlyArray<Event>
  readonly stored: ReadonlyArray<NewEvent>
}

/** Decides one command. An event with a field that does not fit its schema refuses it: the field came with the command. */
export const decideOne = <State, Command, Event, Context>(
  { codec, decider }: Aggregate<State, Command, Event, Context>,
  state: State,
  command: Command,
  context: Context,
): Result.Result<Decided<Event>, Refusal> => {
  const decided = decider.decide(state, command, context)
  if (Result.isFailure(decided)) return Result.fail(decided.failure)
  const stored: Array<NewEvent> = []
  for (const event of decided.success) {
    const encoded = codec.encodeResult(event)
    if (Result.isFailure(encoded))
      return Result.fail(new Refusal({ command: nameOf(command, event), ...encoded.failure }))
    stored.push(encoded.success)
  }
  return Result.succeed({ events: decided.success, stored })
}

/** A command that is no tagged value goes by the name of its event. */
const nameOf = (command: unknown, event: unknown): string => {
  const tagged = typeof command === "object" && command !== null && "_tag" in command ? command : event
  return (tagged as { readonly _tag: string })._tag
}

const decideAll = <State, Command, Event, Context>(
  aggregate: Aggregate<State, Command, Event, Context>,
  from: State,
  { commands, context }: Prepared<Command, Context>,
  accept: "all" | "each" = "each",
) => {
  const events: Array<NewEvent> = []
  const outcomes: Array<Result.Result<ReadonlyArray<Event>, Refusal>> = []
  let state = from
  for (const command of commands) {
    const outcome = decideOne(aggregate, state, command, context)
    outcomes.push(Result.map(outcome, ({ events }) => events))
    if (Result.isFailure(outcome)) {
      if (accept === "all") return { events: [], outcomes, state: from }
      continue
    }
    events.push(...outcome.success.stored)
    for (const event of outcome.success.events) state = aggregate.decider.evolve(state, event)
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
