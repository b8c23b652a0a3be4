/**
 * Records what happens in interactions. The service looks up the facts that a decision needs, and makes sure that they
 * still hold in the commit that rests on them.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Customer from "../domain/Customer.ts"
import * as Interaction from "../domain/Interaction.ts"
import * as CommandHandler from "../eventsourcing/CommandHandler.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import type { Uuid } from "../eventsourcing/Uuid.ts"
import * as PolicyBook from "../policy/binding/PolicyBook.ts"
import {
  check,
  type DecisionError,
  type Facts,
  isStale,
  purgesOf,
  retentionOf,
  Policies,
  retries as factRetries,
} from "./internal/Facts.ts"

/** What every operation can fail with besides refusals. */
export type InteractionsError = DecisionError

/** What happened in one interaction. */
export interface Recording {
  readonly customer: CustomerId
  /** The id of the interaction: random, or a keyed token of the source's own id. */
  readonly interaction: Uuid
  /** Decided in this order; those that are accepted are appended in one commit. */
  readonly commands: ReadonlyArray<Interaction.Command>
  /**
   * With `all`, one refused command refuses the whole: nothing is recorded, and every outcome that is not itself a
   * refusal is void. Default `each`: the accepted ones are recorded.
   */
  readonly accept?: "all" | "each"
  /** Whether the person has left the technology switched on (SWITCH). Default: true. */
  readonly switchedOn?: boolean
  /** Whether the person has left the location switched on in this application (GEO-SWITCH). Default: true. */
  readonly locationOn?: boolean
  /** The same id again has no further effect. */
  readonly commitId?: Uuid
}

/**
 * Whether a value is refused while the Customer's retention policy has no period for its category, where the policy asks
 * the contract to fix one (RET-CONTRACT). Default: it is not asked, for programs that keep retention elsewhere.
 *
 * @example
 * ```ts
 * import { Interactions } from "@tacet/core/services"
 * import * as Layer from "effect/Layer"
 *
 * const strict = Layer.provide(Interactions.layer, Layer.succeed(Interactions.AwaitsRetentionPeriod, true))
 * ```
 */
export const AwaitsRetentionPeriod: Context.Reference<boolean> = Context.Reference<boolean>(
  "@tacet/core/services/Interactions/AwaitsRetentionPeriod",
  { defaultValue: () => false },
)

/** The service. */
export class Interactions extends Context.Service<
  Interactions,
  {
    /** Records what happened in one interaction; `outcomes` says for each command whether it was accepted. */
    readonly record: (
      recording: Recording,
    ) => Effect.Effect<CommandHandler.Handled<Interaction.State, Interaction.Event>, InteractionsError>
  }
>()("@tacet/core/services/Interactions") {}

/** The service over the event store in force. */
export const layer: Layer.Layer<Interactions, never, EventStore> = Layer.effect(
  Interactions,
  Effect.gen(function* () {
    const store = yield* EventStore
    const policiesOf = yield* Policies
    const awaitsPeriod = yield* AwaitsRetentionPeriod
    const declarations = new Map<CustomerId, Facts>()

    /** Two may load at once, and the older answer may come last. */
    const remember = (customer: CustomerId, loaded: CommandHandler.Loaded<Customer.State>): Facts => {
      const policyAt = PolicyBook.timeline(policiesOf(customer), loaded.state.policyVersions)
      const facts: Facts = { state: loaded.state, version: loaded.version, policyAt }
      const known = declarations.get(customer)
      if (known === undefined || known.version < facts.version) declarations.set(customer, facts)
      return facts
    }

    const load = (customer: CustomerId) =>
      Effect.map(
        Effect.provideService(CommandHandler.load(Customer.aggregate, customer, customer), EventStore, store),
        (loaded) => remember(customer, loaded),
      )

    const isCurrent = (customer: CustomerId, { version }: Facts) =>
      Effect.map(
        store.readStream(customer, Customer.streamOf(customer), { after: version, limit: 1 }),
        (page) => page.version === version,
      )

    const record = Effect.fn("Interactions.record")(function* (
      recording: Recording,
    ): Effect.fn.Return<CommandHandler.Handled<Interaction.State, Interaction.Event>, InteractionsError> {
      const { accept = "each", commands, commitId, customer, interaction, locationOn = true } = recording
      const { switchedOn = true } = recording
      const now = yield* Clock.currentTimeMillis
      for (let attempt = 0; ; attempt++) {
        const cached = declarations.get(customer)
        const facts = cached ?? (yield* load(customer))
        const purges = yield* Effect.provideService(purgesOf(customer, facts, commands, now), EventStore, store)
        const retention = awaitsPeriod
          ? yield* Effect.provideService(retentionOf(customer), EventStore, store)
          : undefined
        const handling = CommandHandler.handleAll(Interaction.aggregate, {
          customer,
          id: interaction,
          commands,
          context: {
            customer: facts.state,
            policyAt: facts.policyAt,
            switchedOn,
            locationOn,
            ...(retention === undefined ? {} : { mayCollect: retention.mayCollect }),
            isPurged: purges.isPurged,
          },
          // What was looked up must still be so when the events are appended.
          checks: [check(customer, facts), ...(retention === undefined ? [] : [retention.check]), ...purges.checks],
          accept,
          // Each conflict is another recording that has landed, so as many as come at once get their turn.
          retries: 100,
          ...(commitId === undefined ? {} : { commitId }),
        })
        const result = yield* Effect.result(Effect.provideService(handling, EventStore, store))
        const isLast = attempt >= factRetries
        if (Result.isSuccess(result)) {
          // A refusal without an append was decided on facts that nothing has checked.
          const isChecked = cached === undefined || !isRefusedWhole(result.success, accept)
          if (isChecked || isLast || (yield* isCurrent(customer, facts))) return result.success
        } else {
          if (!isStale(result.failure) || isLast) return yield* result.failure
        }
        declarations.delete(customer)
      }
    })

    return Interactions.of({ record })
  }),
)

const isRefusedWhole = (
  { outcomes, repeated }: CommandHandler.Handled<Interaction.State, Interaction.Event>,
  accept: "all" | "each",
): boolean =>
  !repeated &&
  outcomes.some(Result.isFailure) &&
  (accept === "all" || !outcomes.some((outcome) => Result.isSuccess(outcome) && outcome.success.length > 0))
