/**
 * The right to erasure (R-ERASE, GDPR 17): all data are erased except those that a law requires the Customer to keep,
 * which are restricted, and recipients are notified.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as RetentionPolicy from "../../domain/RetentionPolicy.ts"
import type * as RightsRequest from "../../domain/RightsRequest.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import * as RetentionEnds from "../internal/RetentionEnds.ts"
import type { SubjectId } from "../../privacy/Subject.ts"
import { type Answer, type Fulfilment, fulfilling, pseudonymOf } from "./answering.ts"
import { notify } from "./notifying.ts"
import { decide, type Disclosed, disclosuresOf, foresee, keep, noted, type Ports, valuesOf } from "./records.ts"

/** The values to be erased and the recipients to be notified, as they were when the erasure began. */
interface Plan {
  readonly holdings: ReadonlyArray<RightsRequest.Holding>
  readonly disclosures: ReadonlyArray<Pick<Disclosed, "recipient" | "transfer">>
}

/** Erases, and answers the disclosures whose recipients were not notified. */
export const erase = Effect.fnUntraced(function* (ports: Ports, fulfilment: Fulfilment) {
  const { answer, at, subjects } = fulfilment
  const { customer } = answer
  const { isKept, plan } = yield* planOf(ports, answer, subjects)
  const erasable = plan.holdings.filter(({ keptBy }) => keptBy === undefined)
  const erased = erasable.map(({ reference }) => reference)
  const signInRemoved = answer.signInRemoved === true
  const command = fulfilling(fulfilment, { _tag: "erasure", erased, keysDestroyed: true, signInRemoved })
  yield* foresee(ports, answer, command, plan.holdings)
  if (!isKept) yield* keep(ports, answer, "transaction", JSON.stringify(plan))
  if (erasable.length === plan.holdings.length) {
    for (const subject of subjects) yield* ports.erasure.erase({ customer, subject, cause: "request" })
  } else {
    // Values that a law makes the Customer keep are stored and not used.
    yield* ports.vault.destroy(customer, erased, "request")
    for (const subject of subjects) {
      const restriction = { _tag: "RestrictProcessing", at, request: answer.request } as const
      yield* ports.pseudonyms.declare(pseudonymOf(fulfilment, subject), restriction)
    }
  }
  const unnotified = yield* notify(ports, answer, "erasure", plan.disclosures)
  yield* decide(ports, answer, command, plan.holdings)
  return unnotified
})

/** The plan of an erasure, which an attempt that was stopped has kept: it may have erased some of it. */
const planOf = Effect.fnUntraced(function* (ports: Ports, answer: Answer, subjects: ReadonlyArray<SubjectId>) {
  const [text] = yield* noted(ports, answer, "transaction", answer.actor)
  if (text !== undefined) return { isKept: true, plan: JSON.parse(text) as Plan }
  const holdings = yield* holdingsOf(ports, answer.customer, subjects)
  const disclosures = yield* disclosuresOf(ports, answer.customer, subjects)
  const plan: Plan = { holdings, disclosures: disclosures.map(({ recipient, transfer }) => ({ recipient, transfer })) }
  return { isKept: false, plan }
})

/** The values that are kept of some subjects, each with the law that makes the Customer keep it. */
export const holdingsOf = Effect.fnUntraced(function* (
  ports: Ports,
  customer: CustomerId,
  subjects: ReadonlyArray<SubjectId>,
) {
  const at = yield* DateTime.now
  const declared = yield* ports.decisions.declared(customer)
  const { state } = yield* ports.decisions.load(RetentionPolicy.aggregate, customer, customer)
  const now = DateTime.toEpochMillis(at)
  const kept = yield* Effect.forEach(subjects, (subject) => valuesOf(ports, customer, subject))
  return kept.flat().map(({ category, collectedAt, reference }): RightsRequest.Holding => {
    // Every policy under which it was held counts: one that promised never to keep it longer is not loosened.
    const held = RetentionEnds.held(declared, { category, collectedAt, at: now })
    const keptBy = held && RetentionPolicy.legalGround(state, held.facts, held.policies, at)
    return { reference, portable: true, ...(keptBy === undefined ? {} : { keptBy }) }
  })
})
