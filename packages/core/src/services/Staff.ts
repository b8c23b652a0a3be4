/**
 * The staff who may read personal data: the roles that each member holds, and the missions for which they read, entered
 * before the reading (AUTHZ, NEED). The register is the operator's (`Policies.OperatorOf`), or the compartment's own where no
 * operator is named. With `Staff.layerRequired` the vault opens nothing to staff beside it.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { StaffRole } from "../domain/Identifier.ts"
import * as StaffRegister from "../domain/StaffRegister.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import type { EventStore } from "../eventsourcing/EventStore.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type { Uuid } from "../eventsourcing/Uuid.ts"
import * as Decisions from "./internal/Decisions.ts"
import { momentOrNow, requireCome } from "./internal/Moments.ts"
import { layerRequired, Required } from "./staff/settings.ts"

export { layerRequired, Required }

/** The errors of every operation besides refusals: the log is unavailable or damaged. */
export type StaffError = Decisions.DecisionError

/** What a member of the staff may read for, at a moment. */
export interface Standing {
  readonly roles: ReadonlyArray<StaffRole>
  readonly missions: ReadonlyArray<StaffRegister.Mission>
}

/** The service. */
export class Staff extends Context.Service<
  Staff,
  {
    /**
     * Grants or revokes a role, opens or closes a mission. Repeating it changes nothing. Refused for a mission of a member
     * without a role (AUTHZ), without purposes (NEED), and before the last entry (TACET-TIME).
     */
    readonly declare: (
      compartment: CustomerId,
      command: StaffRegister.Command,
    ) => Effect.Effect<ReadonlyArray<StaffRegister.Event>, Refusal | StaffError>
    /** The roles of a member and their open missions at a moment. Default: now. */
    readonly asOf: (
      compartment: CustomerId,
      member: Uuid,
      at?: EpochMillis,
    ) => Effect.Effect<Standing, Refusal | StaffError>
  }
>()("@tacet/core/services/Staff") {}

/** The service over the event store in force. */
export const layer: Layer.Layer<Staff, never, EventStore> = Layer.effect(
  Staff,
  Effect.gen(function* () {
    const decisions = yield* Decisions.make
    return Staff.of({
      declare: Effect.fn("Staff.declare")(function* (compartment, command) {
        yield* requireCome(command._tag, command.at)
        const target = { customer: compartment, id: compartment }
        const { events } = yield* decisions.handle(StaffRegister.aggregate, { ...target, command, context: undefined })
        return events
      }),
      asOf: Effect.fn("Staff.asOf")(function* (compartment, member, moment) {
        const at = yield* momentOrNow("Staff.asOf", moment)
        const { state } = yield* decisions.load(StaffRegister.aggregate, compartment, compartment)
        return {
          roles: StaffRegister.rolesAt(state, member, at),
          missions: StaffRegister.missionsAt(state, member, at),
        }
      }),
    })
  }),
)
