/**
 * What a Customer declares: the policy it adopts, its contracts, the numbers and entry points that it lists, the
 * scenarios and input fields that it publishes. Every other service reads these declarations before it decides.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Customer from "../domain/Customer.ts"
import * as CommandHandler from "../eventsourcing/CommandHandler.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import * as Archives from "./internal/Archives.ts"
import { KnownPolicies, withArchive } from "./internal/Declarations.ts"
import type { DecisionError } from "./internal/Decisions.ts"
import { Memory } from "./internal/Kept.ts"

/** The errors of every operation besides refusals. */
export type CustomersError = DecisionError

export { KnownPolicies, Memory }

/** The service. */
export class Customers extends Context.Service<
  Customers,
  {
    /** Records declarations of a Customer, all or none. Fails with the first `Refusal`. */
    readonly declare: (
      customer: CustomerId,
      commands: ReadonlyArray<Customer.Command>,
    ) => Effect.Effect<void, Refusal | CustomersError>
    /** The declarations of a Customer. */
    readonly declared: (customer: CustomerId) => Effect.Effect<Customer.State, CustomersError>
  }
>()("@tacet/core/services/Customers") {}

/** The service over the event store in force. */
export const layer: Layer.Layer<Customers, never, EventStore> = Layer.effect(
  Customers,
  Effect.gen(function* () {
    const handler = CommandHandler.over(yield* EventStore)
    const archives = yield* Archives.over(handler)
    const policiesOf = yield* KnownPolicies

    return Customers.of({
      declare: Effect.fn("Customers.declare")(function* (
        customer: CustomerId,
        commands: ReadonlyArray<Customer.Command>,
      ): Effect.fn.Return<void, Refusal | CustomersError> {
        const policies = withArchive(policiesOf(customer), yield* archives.of(customer))
        const { outcomes } = yield* handler.handleAll(Customer.aggregate, {
          customer,
          id: customer,
          commands,
          context: { policies },
          accept: "all",
        })
        for (const outcome of outcomes) yield* Effect.fromResult(outcome)
      }),
      declared: (customer) => Effect.map(handler.load(Customer.aggregate, customer, customer), ({ state }) => state),
    })
  }),
)
