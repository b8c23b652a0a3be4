/**
 * Records what happens in interactions. The service looks up the facts that a decision needs, and makes sure that they
 * still hold in the commit that rests on them.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Customer from "../domain/Customer.ts"
import * as Interaction from "../domain/Interaction.ts"
import type * as CommandHandler from "../eventsourcing/CommandHandler.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import type { Uuid } from "../eventsourcing/Uuid.ts"
import { check, type Declared } from "./internal/Declarations.ts"
import * as Decisions from "./internal/Decisions.ts"
import * as PurgedDays from "./internal/PurgedDays.ts"
import * as RetentionEnds from "./internal/RetentionEnds.ts"

/** What every operation can fail with besides refusals. */
export type InteractionsError = Decisions.DecisionError

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
    const decisions = yield* Decisions.make
    const awaitsPeriod = yield* AwaitsRetentionPeriod
    const declarations = new Map<CustomerId, Declared>()

    const load = (customer: CustomerId) =>
      Effect.tap(decisions.declared(customer), (declared) =>
        Effect.sync(() => {
          // Two may load at once, and the older answer may come last.
          const known = declarations.get(customer)
          if (known === undefined || known.version < declared.version) declarations.set(customer, declared)
        }),
      )

    const holds = (customer: CustomerId, { version }: Declared) =>
      Effect.suspend(() =>
        Effect.map(
          store.readStream(customer, Customer.streamOf(customer), { after: version, limit: 1 }),
          (page) => page.version === version,
        ),
      )

    const record = Effect.fn("Interactions.record")(function* (
      recording: Recording,
    ): Effect.fn.Return<CommandHandler.Handled<Interaction.State, Interaction.Event>, InteractionsError> {
      const { accept = "each", commands, commitId, customer, interaction, locationOn = true } = recording
      const { switchedOn = true } = recording
      const now = yield* Clock.currentTimeMillis
      let isFirst = true
      const target = { customer, id: interaction, accept, ...(commitId === undefined ? {} : { commitId }) }
      return yield* decisions.handlePrepared(Interaction.aggregate, target, () =>
        Effect.gen(function* () {
          if (!isFirst) declarations.delete(customer)
          isFirst = false
          const cached = declarations.get(customer)
          const declared = cached ?? (yield* load(customer))
          const purged = yield* PurgedDays.lookUp(store, customer, declared, commands, now)
          const periods = awaitsPeriod ? yield* RetentionEnds.fixedPeriods(decisions, customer) : undefined
          return {
            commands,
            context: {
              customer: declared.state,
              policyAt: declared.policyAt,
              switchedOn,
              locationOn,
              ...(periods === undefined ? {} : { mayCollect: periods.mayCollect }),
              isPurged: purged.isPurged,
            },
            checks: [check(customer, declared), ...(periods === undefined ? [] : [periods.check]), ...purged.checks],
            ...(cached === undefined ? {} : { holds: holds(customer, declared) }),
          }
        }),
      )
    })

    return Interactions.of({ record })
  }),
)
