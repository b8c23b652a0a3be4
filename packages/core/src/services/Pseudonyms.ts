/**
 * People as pseudonyms of one Customer: their identifiers and values, consents, objections and corrections. Each
 * operation keeps log and vault consistent: a value is sealed before the event that names it, and the vault refuses a
 * use before the event that stops it is recorded. A refusal changes neither.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { PolicyVersionId } from "../domain/Identifier.ts"
import * as Pseudonym from "../domain/Pseudonym.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import type { EventStore } from "../eventsourcing/EventStore.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import type * as Identifiers from "../privacy/Identifiers.ts"
import type { Sealed } from "../privacy/Sealed.ts"
import { type SealError, Vault } from "../privacy/Vault.ts"
import type { PeriodClosed, SubjectErased, UnknownReference, VaultUnavailable } from "../privacy/VaultError.ts"
import * as Declarations from "./internal/Declarations.ts"
import * as Decisions from "./internal/Decisions.ts"
import { momentOrNow } from "./internal/Moments.ts"
import { type Declaration, declare } from "./pseudonyms/declaring.ts"
import { keep, link, observe, type Observed, rectify, type ToKeep } from "./pseudonyms/observing.ts"
import { contextOf, type Ports, type PseudonymRef, stateOf } from "./pseudonyms/recording.ts"
import { layerNoticedElsewhere, NoticedElsewhere } from "./pseudonyms/settings.ts"

export { layerNoticedElsewhere, NoticedElsewhere }
export type { Declaration, Observed, PseudonymRef, ToKeep }

/** The errors of every operation besides refusals: the log or the vault is unavailable or damaged. */
export type PseudonymsError = Decisions.DecisionError | VaultUnavailable

/** The service. */
export class Pseudonyms extends Context.Service<
  Pseudonyms,
  {
    /**
     * Issues a pseudonym. With an id of the caller's (`pseudonym`) it may be repeated after a crash, and issues one alone. Refused
     * where the Customer has adopted no policy by then (POLICY-BIND), and for one that was erased (R-ERASE).
     */
    readonly issue: (
      customer: CustomerId,
      options?: { readonly at?: EpochMillis; readonly pseudonym?: Pseudonym.PseudonymId },
    ) => Effect.Effect<Pseudonym.PseudonymId, Refusal | PseudonymsError>
    /** The state of a pseudonym. */
    readonly stateOf: (whose: PseudonymRef) => Effect.Effect<Pseudonym.State, PseudonymsError>
    /** Decides and records a declaration, and applies restrictions and objections to the vault. */
    readonly declare: (
      whose: PseudonymRef,
      declaration: Declaration,
    ) => Effect.Effect<ReadonlyArray<Pseudonym.Event>, Refusal | SubjectErased | PseudonymsError>
    /**
     * Seals a value, with its retention end by periods, contract and policy, for an event that will name it. Refused for
     * what a person says or types before they were informed (PURPOSE-FIRST, ACK-FIRST).
     */
    readonly keep: (value: ToKeep) => Effect.Effect<Sealed<string>, Refusal | SealError | PseudonymsError>
    /**
     * Records an identifier: seals its value, stores a keyed token by which the person can be located (R-LOCATE), and
     * appends `IdentifierObserved`.
     */
    readonly observe: (
      observed: Observed,
    ) => Effect.Effect<Sealed<string>, Refusal | Identifiers.NoIdentifier | PeriodClosed | SealError | PseudonymsError>
    /** Links an interaction to the pseudonym, in the vault alone. */
    readonly link: (
      whose: PseudonymRef,
      interaction: Uuid.Uuid,
      options?: { readonly at?: EpochMillis },
    ) => Effect.Effect<void, Refusal | SealError | PseudonymsError>
    /**
     * Replaces a value by its correction; the old one can no longer be read (R-RECT, GDPR 16). Refused for a value that
     * was corrected before, once its old value is certainly destroyed: repeat it after a crash.
     */
    readonly rectify: (
      whose: PseudonymRef,
      old: Sealed<string>,
      value: string,
    ) => Effect.Effect<Sealed<string>, Refusal | UnknownReference | SealError | PseudonymsError>
  }
>()("@tacet/core/services/Pseudonyms") {}

/** The service over the vault and the event store in force. */
export const layer: Layer.Layer<Pseudonyms, never, Vault | EventStore> = Layer.effect(
  Pseudonyms,
  Effect.gen(function* () {
    const ports: Ports = { vault: yield* Vault, decisions: yield* Decisions.make }
    return Pseudonyms.of({
      issue: issue(ports),
      stateOf: (whose) => stateOf(ports.decisions, whose),
      declare: declare(ports),
      keep: keep(ports),
      observe: observe(ports),
      link: link(ports),
      rectify: rectify(ports),
    })
  }),
)

const issue = ({ decisions }: Ports) =>
  Effect.fn("Pseudonyms.issue")(function* (
    customer: CustomerId,
    options?: { readonly at?: EpochMillis; readonly pseudonym?: Pseudonym.PseudonymId },
  ) {
    const pseudonym = options?.pseudonym ?? ((yield* Uuid.next) as Pseudonym.PseudonymId)
    const at = yield* momentOrNow("IssuePseudonym", options?.at)
    yield* decisions.decide(Pseudonym.aggregate, { customer, id: pseudonym }, (declared) =>
      Effect.gen(function* () {
        const { policy } = yield* Declarations.bound(declared, "IssuePseudonym", at)
        const policyVersion = policy as PolicyVersionId
        const command: Pseudonym.Command = { _tag: "IssuePseudonym", at, policyVersion }
        return { command, context: yield* contextOf(decisions, customer, declared, command) }
      }),
    )
    return pseudonym
  })
