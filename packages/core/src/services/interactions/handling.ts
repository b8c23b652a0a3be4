/**
 * Decides commands that are made from the state of an interaction, on the facts that they rest on.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Interaction from "../../domain/Interaction.ts"
import type * as CommandHandler from "../../eventsourcing/CommandHandler.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { StreamCheck } from "../../eventsourcing/Commit.ts"
import type { UndecodableEvent } from "../../eventsourcing/EventCodec.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import type { ReadError } from "../../eventsourcing/EventStoreError.ts"
import type { Refusal } from "../../eventsourcing/Refusal.ts"
import * as Declarations from "../internal/Declarations.ts"
import type * as Decisions from "../internal/Decisions.ts"
import type * as Recorder from "../internal/Recorder.ts"

/** The result of a recording: the state of the interaction and the outcome of each command. */
export type Handled = CommandHandler.Handled<Interaction.State, Interaction.Event>

/** Commands, and the streams that must be as they were when the commands were made. */
interface Made {
  readonly commands: ReadonlyArray<Interaction.Command>
  readonly checks?: ReadonlyArray<StreamCheck>
}

/**
 * Decides the commands that are made from the state of an interaction, and appends their events in one commit. They are made
 * anew where another append came between.
 */
export const handleBy =
  ({ decisions, prepare }: Recorder.Recorder) =>
  (
    target: CommandHandler.Target,
    make: (state: Interaction.State) => Effect.Effect<Made, ReadError | UndecodableEvent>,
    switches: Recorder.Switches = {},
  ): Effect.Effect<Handled, Decisions.DecisionError> => {
    let isAgain = false
    return decisions.handlePrepared(Interaction.aggregate, target, (state) =>
      Effect.gen(function* () {
        const { checks = [], commands } = yield* make(state)
        const options = { afresh: isAgain, collects: false }
        isAgain = true
        const facts = yield* prepare(target.customer, commands, switches, options)
        return { ...facts, commands, checks: [...(facts.checks ?? []), ...checks] }
      }),
    )
  }

/**
 * Does the same to each of many, so many at a time, and gives up the turn before each but the first ones: fibers that are
 * forked do not, and a store in the same process answers at once, so that timers and requests would wait for the last.
 */
export const forEachInTurns = <A, B, E>(
  many: Iterable<A>,
  atOnce: number,
  each: (one: A) => Effect.Effect<B, E>,
): Effect.Effect<Array<B>, E> =>
  Effect.forEach(many, (one, place) => (place < atOnce ? each(one) : Effect.andThen(Effect.yieldNow, each(one))), {
    concurrency: atOnce,
  })

/** Refuses a moment that no policy binds (POLICY-BIND), and answers the declarations of the Customer. */
export const requireBound = Effect.fnUntraced(function* (
  { decisions }: Pick<Recorder.Recorder, "decisions">,
  customer: CustomerId,
  command: string,
  moment: EpochMillis,
): Effect.fn.Return<Declarations.Declared, Refusal | ReadError | UndecodableEvent> {
  const declared = yield* decisions.declared(customer)
  yield* Declarations.bound(declared, command, DateTime.makeUnsafe(moment))
  return declared
})
