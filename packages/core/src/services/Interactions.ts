/**
 * Records what happens in interactions: steps, calls, goals, ends. What a person enters, and what the terminal sends,
 * is recorded by `Collection`, which seals it.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Interaction from "../domain/Interaction.ts"
import type * as CommandHandler from "../eventsourcing/CommandHandler.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EventStore } from "../eventsourcing/EventStore.ts"
import type { Uuid } from "../eventsourcing/Uuid.ts"
import type * as Decisions from "./internal/Decisions.ts"
import * as Recorder from "./internal/Recorder.ts"

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
  }
>()("@tacet/core/services/Interactions") {}

/** The service over the event store in force. */
export const layer: Layer.Layer<Interactions, never, EventStore> = Layer.effect(
  Interactions,
  Effect.gen(function* () {
    const { decisions, prepare } = yield* Recorder.make

    const record = Effect.fn("Interactions.record")(function* (
      recording: Recording,
    ): Effect.fn.Return<CommandHandler.Handled<Interaction.State, Interaction.Event>, InteractionsError> {
      const { accept = "each", commands, commitId, customer, interaction } = recording
      const target = { customer, id: interaction, accept, ...(commitId === undefined ? {} : { commitId }) }
      let isAgain = false
      return yield* decisions.handlePrepared(Interaction.aggregate, target, () =>
        Effect.suspend(() => {
          const facts = prepare(customer, commands, recording, { afresh: isAgain, collects: false })
          isAgain = true
          return Effect.map(facts, (found) => ({ ...found, commands }))
        }),
      )
    })

    return Interactions.of({ record })
  }),
)
