/**
 * The rights that stop purposes: to object (R-OBJECT, GDPR 21), and to withdraw a consent (CONSENT-WD, GDPR 7(3)).
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Pseudonym from "../../domain/Pseudonym.ts"
import type { RequestReceived } from "../../domain/RightsRequest.ts"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import type { Purpose } from "../../policy/text/parameters/purposes.ts"
import type { Actor } from "../../privacy/AccessLog.ts"
import { type Fulfilment, fulfilling, pseudonymOf } from "./answering.ts"
import type { PseudonymRef } from "../pseudonyms/recording.ts"
import { decide, foresee, located, type Ports, type RequestRef, stateOf } from "./records.ts"

/** Raises and upholds an objection to each purpose of the request. */
export const object = Effect.fnUntraced(function* (ports: Ports, fulfilment: Fulfilment) {
  const { answer, at, purposes, subjects } = fulfilment
  const command = fulfilling(fulfilment, { _tag: "objection", stopped: purposes })
  yield* foresee(ports, answer, command)
  for (const subject of subjects) {
    const whose = pseudonymOf(fulfilment, subject)
    for (const purpose of purposes) {
      const of = { at, purpose, request: answer.request }
      yield* ports.pseudonyms.declare(whose, { _tag: "RaiseObjection", ...of })
      const { objections } = yield* ports.pseudonyms.stateOf(whose)
      if (objections.get(purpose) === "upheld") continue
      yield* ports.pseudonyms.declare(whose, { _tag: "ResolveObjection", ...of, upheld: true })
    }
  }
  yield* decide(ports, answer, command)
})

/** Withdraws the consents to each purpose of the request, with or without a recipient. */
export const withdraw = Effect.fnUntraced(function* (ports: Ports, fulfilment: Fulfilment) {
  const { answer, at, purposes, subjects } = fulfilment
  const command = fulfilling(fulfilment, { _tag: "consentWithdrawal", stopped: purposes })
  const { receivedAt } = yield* stateOf(ports, answer)
  yield* foresee(ports, answer, command)
  for (const subject of subjects) {
    const whose = pseudonymOf(fulfilment, subject)
    for (const purpose of purposes) yield* withdrawAll(ports, whose, { purpose, at, receivedAt })
  }
  yield* decide(ports, answer, command)
})

/**
 * Stops the purposes of an open objection or withdrawal as of its receipt, for each person who is taken into the request:
 * while it is decided, they are not used (GDPR 7(3), 18(1)(d), 21).
 */
export const stopFromReceipt = Effect.fnUntraced(function* (
  ports: Ports,
  which: RequestRef,
  taken: ReadonlyArray<Pseudonym.PseudonymId>,
) {
  const { answeredAt, receivedAt, request } = yield* stateOf(ports, which)
  if (request === undefined || answeredAt !== undefined) return
  const { kind, purposes } = request
  yield* stopPurposes(ports, { ...which, kind, purposes, from: DateTime.makeUnsafe(receivedAt) }, taken)
})

/** What a request stops, and from which moment on. */
interface Stopping extends RequestRef, Pick<typeof RequestReceived.Type, "kind" | "purposes"> {
  readonly from: DateTime.Utc
}

/** Stops the purposes of an objection or a withdrawal for each person; a request of another kind stops nothing. */
export const stopPurposes = Effect.fnUntraced(function* (
  ports: Ports,
  { customer, from, kind, purposes, request }: Stopping,
  taken: ReadonlyArray<Pseudonym.PseudonymId>,
) {
  if (kind !== "objection" && kind !== "consentWithdrawal") return
  for (const pseudonym of taken) {
    const whose = { customer, pseudonym }
    const { issuedAt } = yield* ports.pseudonyms.stateOf(whose)
    const at = DateTime.makeUnsafe(Math.max(DateTime.toEpochMillis(from), issuedAt))
    for (const purpose of purposes) {
      if (kind === "objection") yield* ports.pseudonyms.declare(whose, { _tag: "RaiseObjection", at, purpose, request })
      else yield* withdrawAll(ports, whose, { purpose, at, receivedAt: DateTime.toEpochMillis(from) })
    }
  }
})

/** Lets the purposes of an objection that was refused be used again. */
export const resumeAfterRefusal = Effect.fnUntraced(function* (
  ports: Ports,
  which: RequestRef,
  actor: Actor,
  grounds: string,
) {
  const { request } = yield* stateOf(ports, which)
  if (request?.kind !== "objection") return
  const at = yield* DateTime.now
  for (const whose of yield* pseudonymsOf(ports, which, actor)) {
    const { objectedBy, objections } = yield* ports.pseudonyms.stateOf(whose)
    for (const purpose of request.purposes) {
      if (objections.get(purpose) !== "raised" || !Pseudonym.claims(objectedBy, purpose, which.request)) continue
      const of = { at, purpose, request: which.request }
      yield* ports.pseudonyms.declare(whose, { _tag: "ResolveObjection", ...of, upheld: false, grounds })
    }
  }
})

const pseudonymsOf = (ports: Ports, which: RequestRef, actor: Actor) =>
  Effect.map(located(ports, which, actor), (subjects) =>
    subjects.map((subject): PseudonymRef => ({
      customer: which.customer,
      pseudonym: subject as Uuid as Pseudonym.PseudonymId,
    })),
  )

/** What a request withdraws, and when it came: a consent that was given since is no part of it. */
interface Withdrawal {
  readonly purpose: Purpose
  readonly at: DateTime.Utc
  readonly receivedAt: number
}

const withdrawAll = Effect.fnUntraced(function* (
  ports: Ports,
  whose: PseudonymRef,
  { at, purpose, receivedAt }: Withdrawal,
) {
  const person = yield* ports.pseudonyms.stateOf(whose)
  for (const recipient of Pseudonym.consentsTo(person, purpose, receivedAt)) {
    const to = recipient === undefined ? {} : { recipient }
    yield* ports.pseudonyms.declare(whose, { _tag: "WithdrawConsent", at, purpose, ...to })
  }
})
