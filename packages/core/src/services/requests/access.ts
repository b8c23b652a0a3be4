/**
 * The rights of access and portability (R-ACCESS, R-PORT, GDPR 15, 20): a copy of the person's data, and the record that
 * it was given.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as RightsRequest from "../../domain/RightsRequest.ts"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import type { Actor } from "../../privacy/AccessLog.ts"
import * as Declarations from "../internal/Declarations.ts"
import { type Fulfilment, fulfilling } from "./answering.ts"
import { copyOf, type DataCopy } from "./copying.ts"
import { decide, located, type Ports, type RequestRef, stateOf } from "./records.ts"

/** Reads the person's data for a request whose requester was verified (R-VERIFY). */
export const read = (ports: Ports) =>
  Effect.fn("DataSubjectRequests.read")(function* (which: RequestRef, actor: Actor) {
    yield* requireVerified(ports, which)
    return yield* copyOf(ports, which, yield* located(ports, which, actor), actor)
  })

/** Refused until the requester was verified, where the policy requires that before an answer (R-VERIFY). */
const requireVerified = Effect.fnUntraced(function* (ports: Ports, which: RequestRef) {
  const declared = yield* ports.decisions.declared(which.customer)
  const { parameters } = yield* Declarations.bound(declared, "ReadData", yield* DateTime.now)
  const { verified } = yield* stateOf(ports, which)
  if (verified || parameters.verification !== "beforeAnswer") return
  const accepted = "requester and data that correspond: VerifyIdentity first"
  return yield* new Refusal({ rule: "R-VERIFY", command: "ReadData", accepted })
})

/** Records that the person was given their data, with the information that the copy really holds. */
export const giveAccess = Effect.fnUntraced(function* (ports: Ports, fulfilment: Fulfilment) {
  const { actor, given = [] } = fulfilment.answer
  const copy = yield* read(ports)(fulfilment.answer, actor)
  const outcome = { _tag: "access" as const, given, explains: copy.explains }
  yield* decide(ports, fulfilment.answer, fulfilling(fulfilment, outcome), holdingsOf(copy))
})

/** Records that the person was given their data in a format that other programs read. */
export const givePortableData = Effect.fnUntraced(function* (ports: Ports, fulfilment: Fulfilment) {
  const { actor, format = "json", given = [] } = fulfilment.answer
  const copy = yield* read(ports)(fulfilment.answer, actor)
  const outcome = { _tag: "portability" as const, given, format }
  yield* decide(ports, fulfilment.answer, fulfilling(fulfilment, outcome), holdingsOf(copy))
})

const holdingsOf = ({ portable, references }: DataCopy): ReadonlyArray<RightsRequest.Holding> =>
  references.map((reference) => ({ reference, portable: portable.includes(reference) }))
