/**
 * The operator's data centres: entered before they are used, and checked on any date against what the policy promises of them
 * (LOC-LIST, HOST-2DC, HOST-EU, BACKUP, CERT). They are recorded in the operator's own compartment, under the policy that it
 * has adopted there.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Calendar from "../calendar/Calendar.ts"
import * as HostingRegister from "../domain/HostingRegister.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import type { EventStore } from "../eventsourcing/EventStore.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import * as Check from "../policy/checks/Hosting.ts"
import * as LegalData from "../policy/legal/LegalData.ts"
import * as Declarations from "./internal/Declarations.ts"
import * as Decisions from "./internal/Decisions.ts"
import { momentOrNow } from "./internal/Moments.ts"

/** What every operation can fail with besides refusals: the log could not be reached, or is not whole. */
export type DataCentresError = Decisions.DecisionError

/** The register on a date, with each promise of the policy that is not kept. */
export interface Inspected {
  readonly inUse: ReadonlyArray<Check.DataCentre>
  readonly violations: ReadonlyArray<Check.Violation>
}

/** The service. */
export class DataCentres extends Context.Service<
  DataCentres,
  {
    /**
     * Enters a data centre before its use, or that it is left. Refused where the policy lists its place neither for storage
     * nor for backups (LOC-LIST, BACKUP), and without a certification that it asks for (CERT).
     */
    readonly declare: (
      operator: CustomerId,
      command: HostingRegister.Command,
    ) => Effect.Effect<ReadonlyArray<HostingRegister.Event>, Refusal | DataCentresError>
    /** Inspects the register at a moment under the policy that binds then. Default: now. */
    readonly inspect: (
      operator: CustomerId,
      at?: EpochMillis,
    ) => Effect.Effect<Inspected, Refusal | LegalData.LegalDataTooOld | DataCentresError>
  }
>()("@tacet/core/services/DataCentres") {}

/** The service over the event store in force. */
export const layer: Layer.Layer<DataCentres, never, EventStore> = Layer.effect(
  DataCentres,
  Effect.gen(function* () {
    const decisions = yield* Decisions.make
    return DataCentres.of({
      declare: Effect.fn("DataCentres.declare")((operator, command) =>
        decisions.enter(HostingRegister.aggregate, operator, command, (policy) => ({
          policy,
          legal: LegalData.legalData,
        })),
      ),
      inspect: Effect.fn("DataCentres.inspect")(function* (operator, moment) {
        const at = yield* momentOrNow("DataCentres.inspect", moment)
        const policy = yield* Declarations.bound(yield* decisions.declared(operator), "InspectHosting", at)
        const { state } = yield* decisions.load(HostingRegister.aggregate, operator, operator)
        const register = HostingRegister.dataCentres(state, policy.timeZone)
        const date = Calendar.localDate(at, policy.timeZone)
        return {
          inUse: Check.inUse(register, date),
          violations: yield* Effect.fromResult(Check.violations(policy, register, date, LegalData.legalData)),
        }
      }),
    })
  }),
)
