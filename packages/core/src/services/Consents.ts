/**
 * The consents and objections of a person: given with the notice that was shown, withdrawn, objected to, and read as a record
 * and a receipt after ISO/IEC TS 27560 (D-CONSENT, WITHDRAW, R-OBJECT, GDPR 7, 8, 21). A consent is recorded once, in the
 * pseudonym's own events.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Pseudonym from "../domain/Pseudonym.ts"
import type { DocumentReference, RecipientId } from "../domain/Recipient.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type { Purpose } from "../policy/text/parameters/purposes.ts"
import type { SubjectErased } from "../privacy/VaultError.ts"
import { type ConsentRecord, eventsOf, recordOf } from "./consents/record.ts"
import { toReceipt } from "./consents/receipt.ts"
import * as Decisions from "./internal/Decisions.ts"
import { momentOrNow } from "./internal/Moments.ts"
import type { JsonLd } from "./internal/JsonLd.ts"
import { Pseudonyms, type PseudonymRef, type PseudonymsError } from "./Pseudonyms.ts"

export type { Change, Consent, ConsentRecord, Objection } from "./consents/record.ts"
export type { JsonLd } from "./internal/JsonLd.ts"
export type { PseudonymRef } from "./Pseudonyms.ts"
export { toReceipt }

/** A consent is to a purpose, and for a recipient where it names one. */
export interface Of {
  readonly purpose: Purpose
  readonly recipient?: RecipientId
  /** Default: now. */
  readonly at?: EpochMillis
}

/** A consent that a person gives. */
export interface Given extends Of, Pick<GiveConsent, "manner" | "text" | "disclosure" | "givenBy" | "age"> {
  /** The notice that was shown before, by the reference under which it is kept (GDPR 7(1), 13). */
  readonly notice: typeof DocumentReference.Type
}

type GiveConsent = Extract<Pseudonym.Command, { readonly _tag: "GiveConsent" }>

/** The service. */
export class Consents extends Context.Service<
  Consents,
  {
    /**
     * Records a consent and answers its receipt. Refused where the policy asks for an explicit one and the manner is not
     * (D-CONSENT, MARKETING), for a child below the age of the policy without the guardian (FAIR, GDPR 8), and where a manner of
     * disclosure names no recipient (D-CONSENT). Repeating it changes nothing and answers the same receipt.
     */
    readonly give: (
      whose: PseudonymRef,
      given: Given,
    ) => Effect.Effect<JsonLd, Refusal | SubjectErased | PseudonymsError>
    /** Withdraws a consent, in every state, and answers the receipt of the withdrawal (WITHDRAW, GDPR 7(3)). */
    readonly withdraw: (
      whose: PseudonymRef,
      of: Of,
    ) => Effect.Effect<JsonLd | undefined, Refusal | SubjectErased | PseudonymsError>
    /** Records an objection: from its moment no value opens for the purpose (R-OBJECT, GDPR 21). */
    readonly object: (
      whose: PseudonymRef,
      of: Omit<Of, "recipient">,
    ) => Effect.Effect<void, Refusal | SubjectErased | PseudonymsError>
    /** The consents and objections of a person as they are, each consent with its changes. Empty after an erasure. */
    readonly record: (whose: PseudonymRef) => Effect.Effect<ConsentRecord, PseudonymsError>
    /** The receipt of a consent as it is; `undefined` where it was never given. */
    readonly receipt: (whose: PseudonymRef, of: Omit<Of, "at">) => Effect.Effect<JsonLd | undefined, PseudonymsError>
  }
>()("@tacet/core/services/Consents") {}

/** The service over pseudonyms and the event store in force. */
export const layer: Layer.Layer<Consents, never, Pseudonyms | EventStore> = Layer.effect(
  Consents,
  Effect.gen(function* () {
    const store = yield* EventStore
    const decisions = yield* Decisions.make
    const { declare } = yield* Pseudonyms

    const record = Effect.fnUntraced(function* (whose: PseudonymRef) {
      const { state } = yield* decisions.declared(whose.customer)
      return recordOf(whose, yield* eventsOf(store, whose), state)
    })

    const receipt = (whose: PseudonymRef, { purpose, recipient }: Omit<Of, "at">) =>
      Effect.map(record(whose), ({ consents }) => {
        const consent = consents.find((one) => one.purpose === purpose && one.recipient === recipient)
        return consent && toReceipt(whose, consent)
      })

    return Consents.of({
      give: Effect.fn("Consents.give")(function* (whose, { at: moment, ...given }) {
        const at = yield* momentOrNow("GiveConsent", moment)
        yield* declare(whose, { _tag: "GiveConsent", at, ...given })
        // A consent that is in force is in the record.
        return (yield* receipt(whose, given))!
      }),
      withdraw: Effect.fn("Consents.withdraw")(function* (whose, { at: moment, ...of }) {
        const at = yield* momentOrNow("WithdrawConsent", moment)
        yield* declare(whose, { _tag: "WithdrawConsent", at, ...of })
        return yield* receipt(whose, of)
      }),
      object: Effect.fn("Consents.object")(function* (whose, { at: moment, purpose }) {
        const at = yield* momentOrNow("RaiseObjection", moment)
        yield* declare(whose, { _tag: "RaiseObjection", at, purpose })
      }),
      record: Effect.fn("Consents.record")(record),
      receipt: Effect.fn("Consents.receipt")(receipt),
    })
  }),
)
