/**
 * The rights that stop purposes: to object (R-OBJECT, GDPR 21), and to withdraw a consent (CONSENT-WD, GDPR 7(3)).
 */
import * as Effect from "effect/Effect"
import * as Pseudonym from "../../domain/Pseudonym.ts"
import { type Fulfilment, fulfilling, pseudonymOf } from "./answering.ts"
import { decide, foresee, type Ports } from "./records.ts"

/** Raises and upholds an objection to each purpose of the request. */
export const object = Effect.fnUntraced(function* (ports: Ports, fulfilment: Fulfilment) {
  const { answer, at, purposes, subjects } = fulfilment
  const command = fulfilling(fulfilment, { _tag: "objection", stopped: purposes })
  yield* foresee(ports, answer, command)
  for (const subject of subjects) {
    const whose = pseudonymOf(fulfilment, subject)
    for (const purpose of purposes) {
      yield* ports.pseudonyms.declare(whose, { _tag: "RaiseObjection", at, purpose })
      const { objections } = yield* ports.pseudonyms.stateOf(whose)
      if (objections.get(purpose) === "upheld") continue
      yield* ports.pseudonyms.declare(whose, { _tag: "ResolveObjection", at, purpose, upheld: true })
    }
  }
  yield* decide(ports, answer, command)
})

/** Withdraws the consents to each purpose of the request, with or without a recipient. */
export const withdraw = Effect.fnUntraced(function* (ports: Ports, fulfilment: Fulfilment) {
  const { answer, at, purposes, subjects } = fulfilment
  const command = fulfilling(fulfilment, { _tag: "consentWithdrawal", stopped: purposes })
  yield* foresee(ports, answer, command)
  for (const subject of subjects) {
    const whose = pseudonymOf(fulfilment, subject)
    const state = yield* ports.pseudonyms.stateOf(whose)
    for (const purpose of purposes) {
      for (const recipient of Pseudonym.consentsTo(state, purpose)) {
        const to = recipient === undefined ? {} : { recipient }
        yield* ports.pseudonyms.declare(whose, { _tag: "WithdrawConsent", at, purpose, ...to })
      }
    }
  }
  yield* decide(ports, answer, command)
})
