/**
 * The register of recipients: every party that receives data of a Customer, with its undertakings and their dates
 * (REGISTER, CONTRACT-RCPT, SUBPROC, GDPR 28(2)). `asOf` reads the register of a past or coming date; `changed` reads
 * the changes of which a Customer is to be informed.
 */
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Recipient from "../domain/Recipient.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import type { StoreError } from "../eventsourcing/EventStoreError.ts"
import * as Projection from "../eventsourcing/Projection.ts"
import { ProjectionStore } from "../eventsourcing/ProjectionStore.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import * as LegalData from "../policy/legal/LegalData.ts"
import * as Declarations from "./internal/Declarations.ts"
import * as Decisions from "./internal/Decisions.ts"
import { momentOrNow } from "./internal/Moments.ts"
import { type Entered } from "./internal/RecipientRegister.ts"
import * as RecipientRegister from "./internal/RecipientRegister.ts"

export type { Entered }

/** The errors of every operation besides refusals: the log is unavailable or damaged. */
export type RecipientsError = Decisions.DecisionError | StoreError

/** A recipient in the register at a date. */
export interface Entry {
  readonly recipient: Recipient.RecipientId
  readonly kind: Recipient.RecipientKind
  readonly country: string
  readonly registeredAt: EpochMillis
  /** Each commitment with the document that proves it. */
  readonly undertakings: Readonly<Partial<Record<Recipient.Undertaking, string>>>
  /** Whether a contract with it is in force. */
  readonly hasContract: boolean
  /** The unmet conditions of a disclosure to it, each with its rule. */
  readonly violations: ReadonlyArray<Recipient.Violation>
}

/** The service. */
export class Recipients extends Context.Service<
  Recipients,
  {
    /** Enters a recipient, a commitment, a contract or its end into the register. Repeating it changes nothing. */
    readonly declare: (
      customer: CustomerId,
      recipient: Recipient.RecipientId,
      command: Recipient.Command,
    ) => Effect.Effect<ReadonlyArray<Recipient.Event>, Refusal | RecipientsError>
    /**
     * The register as it is at a moment, under the policy that binds the Customer then. Default: now. Refused where the
     * Customer has adopted no policy by then (POLICY-BIND).
     */
    readonly asOf: (
      customer: CustomerId,
      at?: EpochMillis,
    ) => Effect.Effect<ReadonlyArray<Entry>, Refusal | RecipientsError>
    /** The entries made in the register in `[from, to)`, in order of time (GDPR 28(2)). Default of `to`: no bound. */
    readonly changed: (
      customer: CustomerId,
      from: EpochMillis,
      to?: EpochMillis,
    ) => Effect.Effect<ReadonlyArray<Entered>, RecipientsError>
  }
>()("@tacet/core/services/Recipients") {}

/** The service over the event store and the store of projections in force. */
export const layer: Layer.Layer<Recipients, never, EventStore | ProjectionStore> = Layer.effect(
  Recipients,
  Effect.gen(function* () {
    const stores = Context.make(EventStore, yield* EventStore).pipe(
      Context.add(ProjectionStore, yield* ProjectionStore),
    )
    const decisions = yield* Decisions.make

    const entries = (customer: CustomerId) =>
      Projection.catchUpTogether(RecipientRegister.projection, customer).pipe(
        Effect.flatMap(({ state }) => RecipientRegister.entries(state)),
        Effect.provideContext(stores),
      )

    const asOf = Effect.fn("Recipients.asOf")(function* (customer: CustomerId, moment?: EpochMillis) {
      const at = yield* momentOrNow("Recipients.asOf", moment)
      const policy = yield* Declarations.bound(yield* decisions.declared(customer), "ReadRegister", at)
      const states = new Map<Recipient.RecipientId, Recipient.State>()
      for (const { event, recipient } of yield* entries(customer)) {
        if (DateTime.isGreaterThan(event.occurredAt, at)) break
        states.set(recipient, Recipient.decider.evolve(states.get(recipient) ?? Recipient.initial, event))
      }
      return Array.from(states).flatMap(([recipient, state]): ReadonlyArray<Entry> => {
        const { registered, undertakings } = state
        if (registered === undefined) return []
        return [
          {
            recipient,
            kind: registered.kind,
            country: registered.country,
            registeredAt: registered.from,
            undertakings: Object.fromEntries(Array.from(undertakings, ([each, { document }]) => [each, document])),
            hasContract: Recipient.hasContractAt(state, at),
            violations: Recipient.violations(state, policy, LegalData.legalData, at),
          },
        ]
      })
    })

    return Recipients.of({
      declare: Effect.fn("Recipients.declare")((customer, recipient, command) =>
        Effect.map(
          decisions.handle(Recipient.aggregate, { customer, id: recipient, command, context: undefined }),
          ({ events }) => events,
        ),
      ),
      asOf,
      changed: Effect.fn("Recipients.changed")((customer, from, to = Number.POSITIVE_INFINITY) =>
        Effect.map(entries(customer), (all) =>
          all.filter(({ event }) => {
            const at = DateTime.toEpochMillis(event.occurredAt)
            return from <= at && at < to
          }),
        ),
      ),
    })
  }),
)
