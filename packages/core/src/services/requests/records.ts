/**
 * The records of an open request: its decisions in the log, and in the vault, under its own id, the details by which the
 * person was located and the plan of an erasure.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { RecipientId } from "../../domain/Recipient.ts"
import * as RightsRequest from "../../domain/RightsRequest.ts"
import * as Transfer from "../../domain/Transfer.ts"
import type { HolidayTable } from "../../calendar/Calendar.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { EventStore } from "../../eventsourcing/EventStore.ts"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import { Uuid } from "../../eventsourcing/Uuid.ts"
import type { EffectivePolicy } from "../../policy/binding/EffectivePolicy.ts"
import type { Purpose } from "../../policy/text/parameters/purposes.ts"
import type { Access, Actor } from "../../privacy/AccessLog.ts"
import type { SubjectId } from "../../privacy/Subject.ts"
import type { Kept, Vault } from "../../privacy/Vault.ts"
import type { Erasure } from "../Erasure.ts"
import * as Declarations from "../internal/Declarations.ts"
import * as Decisions from "../internal/Decisions.ts"
import * as RetentionEnds from "../internal/RetentionEnds.ts"
import { allKept } from "../pseudonyms/recording.ts"
import type { Pseudonyms } from "../Pseudonyms.ts"

/** A request of a Customer's people. */
export interface RequestRef {
  readonly customer: CustomerId
  readonly request: RightsRequest.RequestId
}

/** The ports of the operations on requests. */
export interface Ports {
  readonly vault: Vault["Service"]
  readonly pseudonyms: Pseudonyms["Service"]
  readonly erasure: Erasure["Service"]
  readonly decisions: Decisions.Decisions
  readonly store: EventStore["Service"]
  readonly holidaysOf: (customer: CustomerId) => HolidayTable | undefined
}

/** A disclosure about the person: its recipient, its purpose, and the safeguard under which it crossed a border. */
export interface Disclosed {
  readonly transfer: Transfer.TransferId
  readonly recipient: RecipientId
  readonly purpose: Purpose
  /** Whether it left the places that need no safeguard (GDPR 44). */
  readonly isAbroad: boolean
  readonly safeguard: Transfer.SafeguardCopy | undefined
}

const isUuid = Schema.is(Uuid)

/** The purpose for which a request reads and keeps data. */
const purpose = "rightsFulfilment"

/** The reader, the reason, and the request. */
export const accessOf = ({ request }: RequestRef, actor: Actor): Access => ({
  purpose,
  actor,
  reason: "personRequest",
  matter: request,
})

/** The values of a request are kept in the vault under its own id. */
export const subjectOf = (request: RightsRequest.RequestId): SubjectId => request as Uuid as SubjectId

/** The state of a request. */
export const stateOf = ({ decisions }: Ports, { customer, request }: RequestRef) =>
  Effect.map(decisions.load(RightsRequest.aggregate, customer, request), ({ state }) => state)

/** The facts of a decision under a policy, on working days where the Customer's holidays are known. */
export const contextOf = (
  { holidaysOf }: Ports,
  customer: CustomerId,
  policy: EffectivePolicy,
): Pick<RightsRequest.Context, "holidays" | "policy"> => {
  const holidays = holidaysOf(customer)
  return holidays === undefined ? { policy } : { policy, holidays }
}

/** Decides a command and records it. */
export const decide = (
  ports: Ports,
  { customer, request }: RequestRef,
  command: RightsRequest.Command,
  holdings: ReadonlyArray<RightsRequest.Holding> = [],
) =>
  Effect.asVoid(
    ports.decisions.decide(RightsRequest.aggregate, { customer, id: request }, (declared) =>
      Effect.map(Declarations.bound(declared, command._tag, command.at), (policy) => ({
        command,
        context: { ...contextOf(ports, customer, policy), holdings },
      })),
    ),
  )

/** Fails with the refusal that a command would meet, and writes nothing. */
export const foresee = Effect.fnUntraced(function* (
  ports: Ports,
  which: RequestRef,
  command: RightsRequest.Command,
  holdings: ReadonlyArray<RightsRequest.Holding> = [],
) {
  const declared = yield* ports.decisions.declared(which.customer)
  const policy = yield* Declarations.bound(declared, command._tag, command.at)
  const state = yield* stateOf(ports, which)
  const context = { ...contextOf(ports, which.customer, policy), holdings }
  yield* Decisions.foresee(RightsRequest.aggregate, state, { command, context })
})

/** Seals a value under the request; it ends as its category does, or with the request. */
export const keep = Effect.fnUntraced(function* (
  { decisions, vault }: Ports,
  { customer, request }: RequestRef,
  category: Kept["category"],
  value: string,
) {
  const at = yield* Clock.currentTimeMillis
  const declared = yield* decisions.declared(customer)
  const datum = { category, collectedAt: at, at }
  const retentionEnd = yield* RetentionEnds.usualEnd(decisions, customer, declared, datum)
  const subject = subjectOf(request)
  return yield* vault.seal({ customer, subject, category, value, purposes: [purpose], collectedAt: at, retentionEnd })
})

/** All values that are kept under a subject, none of them opened. */
export const valuesOf = ({ vault }: Ports, customer: CustomerId, subject: SubjectId) =>
  allKept(vault, customer, subject)

/** The values of a category that the request keeps, open. */
export const noted = Effect.fnUntraced(function* (
  ports: Ports,
  which: RequestRef,
  category: Kept["category"],
  actor: Actor,
) {
  const { customer } = which
  const values = yield* valuesOf(ports, customer, subjectOf(which.request))
  const opened = yield* Effect.forEach(
    values.filter((value) => value.category === category),
    (sealed) => ports.vault.open({ customer, sealed, ...accessOf(which, actor) }),
  )
  return opened.flatMap((answer) => (answer._tag === "Open" ? [answer.value] : []))
})

/** Who was taken into a request and who was left out, by what its events name. */
export const choicesOf = Effect.fnUntraced(function* (ports: Ports, which: RequestRef, actor: Actor) {
  const { customer } = which
  const { choices } = yield* stateOf(ports, which)
  // Earlier releases kept each subject that was found as a value of its own.
  const found = (yield* noted(ports, which, "accountIdentifier", actor)).filter(isUuid)
  const taken = new Set<Uuid>(found)
  const leftOut = new Set<Uuid>()
  for (const sealed of choices) {
    const answer = yield* ports.vault.open({ customer, sealed, ...accessOf(which, actor) })
    if (answer._tag !== "Open") {
      const accepted = "a request whose list of subjects is readable: locate and choose again under a new request"
      return yield* new Refusal({ rule: "R-LOCATE", command: "ReadSubjects", accepted })
    }
    const list = JSON.parse(answer.value) as {
      readonly taken: ReadonlyArray<Uuid>
      readonly leftOut: ReadonlyArray<Uuid>
    }
    for (const one of list.taken) {
      taken.add(one)
      leftOut.delete(one)
    }
    for (const one of list.leftOut) {
      taken.delete(one)
      leftOut.add(one)
    }
  }
  return { taken, leftOut }
})

/** The subjects that were taken into the request. */
export const located = (ports: Ports, which: RequestRef, actor: Actor) =>
  Effect.map(choicesOf(ports, which, actor), ({ taken }) =>
    Array.from(taken, (subject) => subject as string as SubjectId),
  )

/** The disclosures that were made about some subjects. */
export const disclosuresOf = Effect.fnUntraced(function* (
  { decisions, vault }: Ports,
  customer: CustomerId,
  subjects: ReadonlyArray<SubjectId>,
) {
  const disclosures: Array<Disclosed> = []
  for (const subject of subjects) {
    for (const id of yield* vault.interactionsOf(customer, subject)) {
      const { state } = yield* decisions.load(Transfer.aggregate, customer, id)
      if (state.status !== "executed" || state.request === undefined) continue
      const { purpose: why, recipient } = state.request
      const transfer = id as Transfer.TransferId
      const isAbroad = state.carried !== undefined
      disclosures.push({ transfer, recipient, purpose: why, isAbroad, safeguard: Transfer.safeguardOf(state) })
    }
  }
  return disclosures
})
