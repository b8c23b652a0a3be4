/**
 * Whether personal data may be used for a purpose, by the policy that binds the compartment: the operator as controller in
 * its own (CTRL-MIN, BASIS, NO-OWN-USE, MARKETING, NO-ADS, NO-RETARGET, COMPATIBLE), or as processor for a Customer. The
 * vault asks for the values that it keeps; a program asks here for any other use, such as a mailing, before it begins.
 */
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Contract from "../domain/Contract.ts"
import * as Pseudonym from "../domain/Pseudonym.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import type { EventStore } from "../eventsourcing/EventStore.ts"
import { Refusal } from "../eventsourcing/Refusal.ts"
import * as Purpose from "../policy/checks/Purpose.ts"
import * as Declarations from "./internal/Declarations.ts"
import * as Decisions from "./internal/Decisions.ts"
import { orNow, stateOf } from "./pseudonyms/recording.ts"

/** What every operation can fail with besides refusals: the log could not be reached, or is not whole. */
export type UsesError = Decisions.DecisionError

/**
 * A use that is asked about. The consents and objections of the person and the instructions of the Customer are read from
 * the log, and cannot be given by the caller.
 */
export interface Asked extends Omit<Purpose.Use, "purpose" | "instructed" | "consented" | "objected"> {
  /** The compartment in which the data are held: the operator's own, or a Customer's. */
  readonly compartment: CustomerId
  readonly purpose: Purpose.Purpose
  /** The person whose data are used. Without one no consent is known. */
  readonly pseudonym?: Pseudonym.PseudonymId
  /** When the data are used. Default: now. */
  readonly at?: EpochMillis
}

/** A use that is permitted. */
export type Permitted = Extract<Purpose.Answer, { readonly _tag: "allow" }>

/** The service. */
export class Uses extends Context.Service<
  Uses,
  {
    /**
     * Answers by which rules a use is permitted, and on which legal basis. Refused by the first rule that forbids it, and
     * where a declaration is missing that would permit it, such as a legal basis (BASIS) or a contract (CUST-PURPOSE).
     */
    readonly ask: (asked: Asked) => Effect.Effect<Permitted, Refusal | UsesError>
  }
>()("@tacet/core/services/Uses") {}

/** The service over the event store in force. */
export const layer: Layer.Layer<Uses, never, EventStore> = Layer.effect(
  Uses,
  Effect.gen(function* () {
    const decisions = yield* Decisions.make
    return Uses.of({
      ask: Effect.fn("Uses.ask")(function* ({ at: moment, compartment, pseudonym, ...use }) {
        const at = DateTime.makeUnsafe(yield* orNow(moment))
        const declared = yield* decisions.declared(compartment)
        const policy = yield* Declarations.bound(declared, "UsePersonalData", at)
        const person =
          pseudonym === undefined ? Pseudonym.initial : yield* stateOf(decisions, { customer: compartment, pseudonym })
        const instructed = Contract.instructedPurposes(declared.state, policy, at)
        const answer = Purpose.check(policy, {
          ...use,
          ...(instructed === undefined ? {} : { instructed }),
          consented: Purpose.purposes.filter((each) => Pseudonym.hasConsent(person, each)),
          objected: Array.from(person.objections.keys()),
        })
        if (answer._tag === "allow") return answer
        const accepted = answer._tag === "violation" ? answer.accepted : answer.missing
        return yield* new Refusal({ rule: answer.rule, command: "UsePersonalData", field: "purpose", accepted })
      }),
    })
  }),
)
