/**
 * The measures of security of a compartment, most often the operator's own: declared with their state and date, and read as
 * of any date with those that the policy demands and that are not in place (SEC-MEAS, GDPR 32).
 */
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SecurityRegister from "../domain/SecurityRegister.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import type { EventStore } from "../eventsourcing/EventStore.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type { Measure } from "../policy/text/parameters/protection.ts"
import * as Declarations from "./internal/Declarations.ts"
import * as Decisions from "./internal/Decisions.ts"
import { momentOrNow } from "./internal/Moments.ts"

/** The errors of every operation besides refusals: the log is unavailable or damaged. */
export type SecurityMeasuresError = Decisions.DecisionError

/** A measure at a date. */
export interface Declared {
  readonly measure: Measure
  readonly state: SecurityRegister.MeasureState
  /** Since when it has this state. */
  readonly since: EpochMillis
  readonly document: string | undefined
}

/** The measures at a date. */
export interface Measures {
  readonly declared: ReadonlyArray<Declared>
  /** Those that the policy of that date demands and that are not in place, each with its rule. */
  readonly missing: ReadonlyArray<SecurityRegister.Missing>
}

/** The service. */
export class SecurityMeasures extends Context.Service<
  SecurityMeasures,
  {
    /**
     * Declares the state of a measure. Repeating it changes nothing. Refused for a suspension of what is not in place, and
     * for the end of what was never declared (SEC-MEAS).
     */
    readonly declare: (
      compartment: CustomerId,
      command: SecurityRegister.Command,
    ) => Effect.Effect<ReadonlyArray<SecurityRegister.Event>, Refusal | SecurityMeasuresError>
    /**
     * The measures at a moment (default: now), and those that are missing by the policy that binds then. Refused where the
     * compartment has adopted none by then (POLICY-BIND).
     */
    readonly asOf: (
      compartment: CustomerId,
      at?: EpochMillis,
    ) => Effect.Effect<Measures, Refusal | SecurityMeasuresError>
  }
>()("@tacet/core/services/SecurityMeasures") {}

/** The service over the event store in force. */
export const layer: Layer.Layer<SecurityMeasures, never, EventStore> = Layer.effect(
  SecurityMeasures,
  Effect.gen(function* () {
    const decisions = yield* Decisions.make
    return SecurityMeasures.of({
      declare: Effect.fn("SecurityMeasures.declare")((compartment, command) =>
        Effect.map(
          decisions.handle(SecurityRegister.aggregate, {
            customer: compartment,
            id: compartment,
            command,
            context: undefined,
          }),
          ({ events }) => events,
        ),
      ),
      asOf: Effect.fn("SecurityMeasures.asOf")(function* (compartment, moment) {
        const at = yield* momentOrNow("SecurityMeasures.asOf", moment)
        const policy = yield* Declarations.bound(yield* decisions.declared(compartment), "ReadMeasures", at)
        const { state } = yield* decisions.load(SecurityRegister.aggregate, compartment, compartment)
        const declared = Array.from(SecurityRegister.measuresAt(state, at).values(), (event): Declared => ({
          measure: event.measure,
          state: event.state,
          since: DateTime.toEpochMillis(event.occurredAt),
          document: event.document,
        }))
        return { declared, missing: SecurityRegister.missingMeasures(state, policy, at) }
      }),
    })
  }),
)
