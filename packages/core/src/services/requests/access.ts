/**
 * The rights of access and portability (R-ACCESS, GDPR 15, 20): a copy of the person's data, and the record that it was
 * given.
 */
import * as Effect from "effect/Effect"
import * as RightsRequest from "../../domain/RightsRequest.ts"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import type { Actor } from "../../privacy/AccessLog.ts"
import type { Kept } from "../../privacy/Vault.ts"
import * as Declarations from "../internal/Declarations.ts"
import { type Fulfilment, fulfilling } from "./answering.ts"
import {
  accessOf,
  decide,
  type Disclosed,
  disclosuresOf,
  located,
  type Ports,
  type RequestRef,
  stateOf,
  utcNow,
  valuesOf,
} from "./records.ts"

/** A value of the person, open. */
export interface OpenedValue extends Kept {
  readonly value: string
}

/** A copy of a person's data, with the information that the law requires with it (GDPR 15(1), (2), 20). */
export interface DataCopy {
  readonly values: ReadonlyArray<OpenedValue>
  readonly disclosures: ReadonlyArray<Disclosed>
}

/** Reads the person's data for a request whose requester was verified (R-VERIFY). */
export const read = (ports: Ports) =>
  Effect.fn("DataSubjectRequests.read")(function* (which: RequestRef, actor: Actor) {
    const { customer } = which
    yield* requireVerified(ports, which)
    const subjects = yield* located(ports, which, actor)
    const values: Array<OpenedValue> = []
    for (const subject of subjects) {
      for (const kept of yield* valuesOf(ports, customer, subject)) {
        const answer = yield* ports.vault.open({ customer, sealed: kept, ...accessOf(which, actor) })
        if (answer._tag === "Open") values.push({ ...kept, value: answer.value })
      }
    }
    const copy: DataCopy = { values, disclosures: yield* disclosuresOf(ports, customer, subjects) }
    return copy
  })

/** Refused until the requester was verified, where the policy requires that before an answer (R-VERIFY). */
const requireVerified = Effect.fnUntraced(function* (ports: Ports, which: RequestRef) {
  const declared = yield* ports.decisions.declared(which.customer)
  const { parameters } = yield* Declarations.bound(declared, "ReadData", yield* utcNow)
  const { verified } = yield* stateOf(ports, which)
  if (verified || parameters.verification !== "beforeAnswer") return
  const accepted = "requester and data that correspond: VerifyIdentity first"
  return yield* new Refusal({ rule: "R-VERIFY", command: "ReadData", accepted })
})

/** Records that the person was given their data. */
export const giveAccess = Effect.fnUntraced(function* (ports: Ports, fulfilment: Fulfilment) {
  const { actor, given = [] } = fulfilment.answer
  const { values } = yield* read(ports)(fulfilment.answer, actor)
  const outcome = { _tag: "access" as const, given, explains: [...RightsRequest.explanations] }
  yield* decide(ports, fulfilment.answer, fulfilling(fulfilment, outcome), holdingsOf(values))
})

/** Records that the person was given their data in a format that other programs read. */
export const givePortableData = Effect.fnUntraced(function* (ports: Ports, fulfilment: Fulfilment) {
  const { actor, format = "json", given = [] } = fulfilment.answer
  const { values } = yield* read(ports)(fulfilment.answer, actor)
  const outcome = { _tag: "portability" as const, given, format }
  yield* decide(ports, fulfilment.answer, fulfilling(fulfilment, outcome), holdingsOf(values))
})

const holdingsOf = (values: ReadonlyArray<OpenedValue>): ReadonlyArray<RightsRequest.Holding> =>
  values.map(({ reference }) => ({ reference, portable: true }))
