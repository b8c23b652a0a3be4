/**
 * Whether personal data may be used for a purpose, by the policy that binds the compartment: the operator as controller in
 * its own (CTRL-MIN, BASIS, NO-OWN-USE, MARKETING, NO-ADS, NO-RETARGET, COMPATIBLE), or as processor for a Customer. The
 * vault asks for the values that it keeps; a program asks here for any other use, such as a mailing, before it begins.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Contract from "../domain/Contract.ts"
import * as Pseudonym from "../domain/Pseudonym.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import type { EventStore } from "../eventsourcing/EventStore.ts"
import { Refusal } from "../eventsourcing/Refusal.ts"
import * as Operations from "../policy/checks/Operation.ts"
import * as Purpose from "../policy/checks/Purpose.ts"
import type { Operation } from "../policy/text/parameters/processing.ts"
import * as Declarations from "./internal/Declarations.ts"
import * as Decisions from "./internal/Decisions.ts"
import { momentOrNow } from "./internal/Moments.ts"
import { stateOf } from "./pseudonyms/recording.ts"

/** What every operation can fail with besides refusals: the log could not be reached, or is not whole. */
export type UsesError = Decisions.DecisionError

/**
 * A use that is asked about. The consents and objections of the person and the instructions of the Customer are read from
 * the log, and cannot be given by the caller.
 */
export interface Asked extends Omit<Purpose.Use, "purpose" | "instructed" | "consented" | "objected" | "ofPerson"> {
  /** The compartment in which the data are held: the operator's own, or a Customer's. */
  readonly compartment: CustomerId
  readonly purpose: Purpose.Purpose
  /** The operation on the data (PROCESSINGS). Default: it is not asked. */
  readonly operation?: Operation
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
     * In a Customer's compartment the operator is processor (ROLE), and does nothing that the policy does not list for the
     * role (PROCESSINGS).
     */
    readonly ask: (asked: Asked) => Effect.Effect<Permitted, Refusal | UsesError>
  }
>()("@tacet/core/services/Uses") {}

/** The service over the event store in force. */
export const layer: Layer.Layer<Uses, never, EventStore> = Layer.effect(
  Uses,
  Effect.gen(function* () {
    const decisions = yield* Decisions.make
    const operatorOf = yield* Declarations.OperatorOf
    return Uses.of({
      ask: Effect.fn("Uses.ask")(function* ({ at: moment, compartment, operation, pseudonym, ...use }) {
        const at = yield* momentOrNow("Uses.ask", moment)
        const declared = yield* decisions.declared(compartment)
        const policy = yield* Declarations.bound(declared, "UsePersonalData", at)
        const operator = operatorOf(compartment)
        const isCustomers =
          (operator !== undefined && operator !== compartment) ||
          Contract.termsAt(declared.state, policy, at) !== undefined
        if (isCustomers && use.role === "controller" && policy.parameters.roleModel === "controllerAndProcessor") {
          const accepted = "the role of processor: a Customer decides on the data of its own people"
          return yield* new Refusal({ rule: "ROLE", command: "UsePersonalData", field: "role", accepted })
        }
        if (operation !== undefined) yield* Effect.fromResult(Operations.check(policy, use.role, operation))
        const person =
          pseudonym === undefined ? Pseudonym.initial : yield* stateOf(decisions, { customer: compartment, pseudonym })
        if (person.phase === "restricted" || person.restrictions.has(use.purpose)) {
          const accepted = "storing alone, or a purpose that the person has not restricted (GDPR 18(2))"
          return yield* new Refusal({ rule: "R-RESTRICT", command: "UsePersonalData", field: "purpose", accepted })
        }
        const instructed = Contract.instructedPurposes(declared.state, policy, at)
        const answer = Purpose.check(policy, {
          ...use,
          ofPerson: pseudonym !== undefined,
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
