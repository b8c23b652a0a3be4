/**
 * Records what happens in interactions: steps, calls, goals, ends. What a person enters, and what the terminal sends,
 * is recorded by `Collection`, which seals it.
 *
 * What nobody reports is found here: an interaction that is idle ends, a call that comes later belongs to the interaction
 * that the same person had, and a person who comes back is noted on the earlier one. An import of a log asks the same
 * verbs, so that a service that runs and an import of what it recorded have the same figures.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Interaction from "../domain/Interaction.ts"
import type * as CommandHandler from "../eventsourcing/CommandHandler.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import { ProjectionStore } from "../eventsourcing/ProjectionStore.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type { Uuid } from "../eventsourcing/Uuid.ts"
import {
  attributeCall,
  attributionOf,
  type CallCommand,
  type CallOf,
  isOfCall,
  type Known,
  type LaterCall,
} from "./interactions/attributing.ts"
import { endIdle, type Idle } from "./interactions/ending.ts"
import { handleBy } from "./interactions/handling.ts"
import { type Noted, noteReturns, type Returning } from "./interactions/returning.ts"
import type * as Decisions from "./internal/Decisions.ts"
import * as Recorder from "./internal/Recorder.ts"

export { isOfCall }
export type { CallCommand, CallOf, Idle, Known, LaterCall, Noted, Returning }

/** The errors of every operation besides refusals. */
export type InteractionsError = Decisions.DecisionError

/** Commands of one interaction. */
export interface Recording extends Recorder.Switches {
  readonly customer: CustomerId
  /** The id of the interaction: random, or a keyed token of the source's own id. */
  readonly interaction: Uuid
  /** Decided in this order; the accepted ones are appended in one commit. */
  readonly commands: ReadonlyArray<Interaction.Command>
  /**
   * With `all`, one refused command refuses the whole: nothing is recorded, and every outcome that is not itself a
   * refusal is void. Default `each`: the accepted ones are recorded.
   */
  readonly accept?: "all" | "each"
  /** Repeating the same id has no further effect. */
  readonly commitId?: Uuid
}

/** The service. */
export class Interactions extends Context.Service<
  Interactions,
  {
    /** Records commands of one interaction; `outcomes` holds the result of each. */
    readonly record: (
      recording: Recording,
    ) => Effect.Effect<CommandHandler.Handled<Interaction.State, Interaction.Event>, InteractionsError>
    /**
     * Ends every interaction in which nothing was seen for a time, at the moment when something was seen last, and answers how
     * many it ended. The figures do not change by it: they take an interaction for ended as soon as it is idle. Run it every
     * few minutes; repeating it, or stopping it, does no harm. Only calls are recorded of an interaction afterwards: a person
     * who goes on begins another. Refused where no policy binds the moment (POLICY-BIND), and ahead of the clock.
     */
    readonly endIdle: (idle: Idle) => Effect.Effect<number, Refusal | InteractionsError>
    /**
     * The interaction that a call belongs to: of the person's own the one that was started last, showed an interface, is within
     * its longest window and began from no other number. `undefined` where there is none: the call is then an interaction of
     * its own. Nothing is written. Refused at a number that is no moment (TACET-FORMAT).
     */
    readonly attributionOf: (call: CallOf) => Effect.Effect<Uuid | undefined, Refusal | InteractionsError>
    /**
     * Records a call on the interaction that it belongs to, by `attributionOf`, and answers which that was; `undefined`, and
     * nothing recorded, where it belongs to none. Repeating it changes nothing: a call is known by its id. Refused where the
     * number is not listed (LISTED), where no policy binds the moment (POLICY-BIND), and as `record` refuses its commands.
     */
    readonly attributeCall: (call: LaterCall) => Effect.Effect<Uuid | undefined, Refusal | InteractionsError>
    /**
     * Notes on interactions that the same person came back, within 24 hours, 72 hours or 7 days of their end, each once, when
     * the window has closed. A note names no other interaction. Run it once in an hour for all persons who had an interaction in
     * the last week; repeating it, or stopping it, does no harm. Refused where no policy binds the moment (POLICY-BIND).
     */
    readonly noteReturns: (returning: Returning) => Effect.Effect<Noted, Refusal | InteractionsError>
  }
>()("@tacet/core/services/Interactions") {}

/** The service over the event store in force. */
export const layer: Layer.Layer<Interactions, never, EventStore> = Layer.effect(
  Interactions,
  Effect.gen(function* () {
    const recorder = yield* Recorder.make
    const handle = handleBy(recorder)
    const ports = {
      store: yield* EventStore,
      projections: Option.getOrUndefined(yield* Effect.serviceOption(ProjectionStore)),
    }

    const record = Effect.fn("Interactions.record")(function* (
      recording: Recording,
    ): Effect.fn.Return<CommandHandler.Handled<Interaction.State, Interaction.Event>, InteractionsError> {
      const { accept = "each", commands, commitId, customer, interaction, ...switches } = recording
      const target = { customer, id: interaction, accept, ...(commitId === undefined ? {} : { commitId }) }
      return yield* handle(target, () => Effect.succeed({ commands }), switches)
    })

    return Interactions.of({
      record,
      endIdle: endIdle(recorder, ports),
      attributionOf: attributionOf(recorder),
      attributeCall: attributeCall(recorder),
      noteReturns: noteReturns(recorder),
    })
  }),
)
