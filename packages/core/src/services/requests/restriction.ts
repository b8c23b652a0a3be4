/**
 * The right to restriction (R-RESTRICT, GDPR 18): the person's data is stored and not used, and recipients are notified.
 */
import * as Effect from "effect/Effect"
import { type Fulfilment, fulfilling, pseudonymOf } from "./answering.ts"
import { holdingsOf } from "./erasure.ts"
import { notify } from "./notifying.ts"
import { decide, disclosuresOf, foresee, type Ports } from "./records.ts"

/** Restricts, and answers the disclosures whose recipients were not notified. */
export const restrict = Effect.fnUntraced(function* (ports: Ports, fulfilment: Fulfilment) {
  const { answer, at, subjects } = fulfilment
  const { customer } = answer
  const holdings = yield* holdingsOf(ports, customer, subjects)
  const restricted = holdings.map(({ reference }) => reference)
  const command = fulfilling(fulfilment, { _tag: "restriction", restricted })
  yield* foresee(ports, answer, command, holdings)
  for (const subject of subjects) {
    yield* ports.pseudonyms.declare(pseudonymOf(fulfilment, subject), { _tag: "RestrictProcessing", at })
  }
  const unnotified = yield* notify(ports, answer, "restriction", yield* disclosuresOf(ports, customer, subjects))
  yield* decide(ports, answer, command, holdings)
  return unnotified
})
