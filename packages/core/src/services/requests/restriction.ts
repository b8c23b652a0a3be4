/**
 * The right to restriction (R-RESTRICT, GDPR 18): the person's data is stored and not used, or not used for the purposes
 * that the request names, and recipients are notified. It ends once the person was told.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Pseudonym from "../../domain/Pseudonym.ts"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import type { Purpose } from "../../policy/text/parameters/purposes.ts"
import type { Actor } from "../../privacy/AccessLog.ts"
import { type Fulfilment, fulfilling, pseudonymOf } from "./answering.ts"
import { holdingsOf } from "./erasure.ts"
import { notify } from "./notifying.ts"
import { decide, disclosuresOf, foresee, located, type Ports, type RequestRef, stateOf } from "./records.ts"

/** Restricts, and answers the disclosures whose recipients were not notified. */
export const restrict = Effect.fnUntraced(function* (ports: Ports, fulfilment: Fulfilment) {
  const { answer, at, purposes, subjects } = fulfilment
  const { customer } = answer
  const holdings = yield* holdingsOf(ports, customer, subjects)
  const restricted = holdings.map(({ reference }) => reference)
  const command = fulfilling(fulfilment, { _tag: "restriction", restricted })
  yield* foresee(ports, answer, command, holdings)
  for (const subject of subjects) {
    for (const of of partsOf(purposes)) {
      const restriction = { _tag: "RestrictProcessing", at, request: answer.request, ...of } as const
      yield* ports.pseudonyms.declare(pseudonymOf(fulfilment, subject), restriction)
    }
  }
  const unnotified = yield* notify(ports, answer, "restriction", yield* disclosuresOf(ports, customer, subjects))
  yield* decide(ports, answer, command, holdings)
  return unnotified
})

/** The end of a restriction: whether the person was told of it before (GDPR 18(3)). */
export interface Lifting extends RequestRef {
  readonly actor: Actor
  readonly informed: boolean
}

/** Ends the restriction for each subject, and records that; the same again has no further effect. */
export const lift = (ports: Ports) =>
  Effect.fn("DataSubjectRequests.lift")(function* (lifting: Lifting) {
    const { actor, customer, informed } = lifting
    const at = yield* DateTime.now
    const command = { _tag: "LiftRestriction", at, informed } as const
    yield* foresee(ports, lifting, command)
    const { request: asked } = yield* stateOf(ports, lifting)
    for (const subject of yield* located(ports, lifting, actor)) {
      const whose = { customer, pseudonym: subject as Uuid as Pseudonym.PseudonymId }
      for (const of of partsOf(asked?.purposes ?? [])) {
        const end = { _tag: "LiftRestriction", at, personTold: informed, request: lifting.request, ...of } as const
        yield* ports.pseudonyms.declare(whose, end)
      }
    }
    yield* decide(ports, lifting, command)
  })

/** The parts of a restriction: each purpose that it names, or the whole. */
const partsOf = (purposes: ReadonlyArray<Purpose>): ReadonlyArray<{ readonly purpose?: Purpose }> =>
  purposes.length === 0 ? [{}] : purposes.map((purpose) => ({ purpose }))
