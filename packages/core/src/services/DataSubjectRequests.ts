/**
 * Requests of people about their data, from receipt to answer: locates the person in the vault, carries the request out,
 * notifies recipients, and records the outcome (GDPR 11, 12, 15 to 21). The answer is recorded last: a crash leaves an
 * open request, never a record of an answer that was not carried out. Repeat an operation that was stopped.
 */
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as RightsRequest from "../domain/RightsRequest.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import { Refusal } from "../eventsourcing/Refusal.ts"
import type { Actor } from "../privacy/AccessLog.ts"
import type * as Identifiers from "../privacy/Identifiers.ts"
import { type OpenError, type SealError, Vault } from "../privacy/Vault.ts"
import type { SubjectErased, UnknownReference } from "../privacy/VaultError.ts"
import { Erasure } from "./Erasure.ts"
import * as Decisions from "./internal/Decisions.ts"
import { Pseudonyms, type PseudonymsError } from "./Pseudonyms.ts"
import { giveAccess, givePortableData, read } from "./requests/access.ts"
import { type Answer, type Answered, type Fulfilment, fulfilling } from "./requests/answering.ts"
import { erase } from "./requests/erasure.ts"
import type { CopiedDisclosure, CopiedInteraction, DataCopy, OpenedValue, ReadableEvent } from "./requests/copying.ts"
import { choose, type Choice } from "./requests/choosing.ts"
import { type Candidate, type Detail, locate } from "./requests/locating.ts"
import { type Notice, type Notification, NotifyRecipient } from "./requests/notifying.ts"
import { decide, type Disclosed, located, type Ports, type RequestRef, stateOf, subjectOf } from "./requests/records.ts"
import { join } from "./requests/joining.ts"
import { receive, type Received } from "./requests/receiving.ts"
import { listOpen, type OpenRequest } from "./requests/listing.ts"
import { refuse, type RequestRefusal } from "./requests/refusing.ts"
import { rectify } from "./requests/rectification.ts"
import { lift, type Lifting, restrict } from "./requests/restriction.ts"
import { HolidaysOf } from "./requests/settings.ts"
import { object, withdraw } from "./requests/stopping.ts"

export { HolidaysOf, NotifyRecipient }
export type {
  Answer,
  Answered,
  Candidate,
  Choice,
  CopiedDisclosure,
  CopiedInteraction,
  DataCopy,
  Detail,
  Disclosed,
  Lifting,
  Notice,
  Notification,
  OpenedValue,
  OpenRequest,
  ReadableEvent,
  Received,
  RequestRef,
  RequestRefusal,
}

/** The errors of every operation: a refusal, or a log or vault that is unavailable or damaged. */
export type DataSubjectRequestsError =
  | Refusal
  | OpenError
  | SealError
  | UnknownReference
  | SubjectErased
  | PseudonymsError

/** Verification, doubt, delay: the commands of a request that need nothing of the vault. */
export type Declaration = Exclude<
  RightsRequest.Command,
  {
    readonly _tag:
      | "ReceiveRequest"
      | "LocateSubject"
      | "FulfilRequest"
      | "RefuseRequest"
      | "AcceptDuplicate"
      | "MarkDuplicate"
      | "LiftRestriction"
  }
>

/** The service. */
export class DataSubjectRequests extends Context.Service<
  DataSubjectRequests,
  {
    /** Records a request, and assigns it to the party that the policy names (R-TO-OPERATOR, R-TO-CUSTOMER). */
    readonly receive: (received: Received) => Effect.Effect<RightsRequest.RequestId, DataSubjectRequestsError>
    /** The state of a request. */
    readonly stateOf: (which: RequestRef) => Effect.Effect<RightsRequest.State, DataSubjectRequestsError>
    /** Records a declaration about a request: verification, doubt, delay, refusal and others. */
    readonly declare: (which: RequestRef, declaration: Declaration) => Effect.Effect<void, DataSubjectRequestsError>
    /**
     * Looks for the person by the details that they bring (R-LOCATE, GDPR 11(2)) and answers who it may be: what
     * distinguishes the candidates, and none of their data. Records nothing but the access.
     */
    readonly locate: (
      which: RequestRef,
      details: ReadonlyArray<Detail>,
      actor: Actor,
    ) => Effect.Effect<ReadonlyArray<Candidate>, DataSubjectRequestsError | Identifiers.NoIdentifier>
    /**
     * Takes candidates into the request and leaves the others out, and records both. Refused where the details lead to
     * more than one person; the refusal says what to ask for. The details and the choice are sealed under the request,
     * and end with it. Call it again, with other details, for another device of the same person.
     */
    readonly choose: (
      which: RequestRef,
      choice: Choice,
      actor: Actor,
    ) => Effect.Effect<void, DataSubjectRequestsError | Identifiers.NoIdentifier>
    /**
     * The data of the person who was located and verified: every value, every linked interaction with its events, and the
     * information of GDPR 15(1). Each value that is opened leaves a record.
     */
    readonly read: (which: RequestRef, actor: Actor) => Effect.Effect<DataCopy, DataSubjectRequestsError>
    /**
     * Refuses the request, and seals the reasons under it. A legal ground cites an act and the values that it holds, of a
     * person who was located and verified (R-LEGAL-LIMIT, GDPR 17(3)). The same refusal again has no further effect.
     */
    readonly refuse: (refusal: RequestRefusal) => Effect.Effect<void, DataSubjectRequestsError>
    /**
     * Carries a request out and records its answer. An answer that the policy or the law forbids is refused before
     * anything is changed.
     */
    readonly fulfil: (answer: Answer) => Effect.Effect<Answered, DataSubjectRequestsError>
    /**
     * Ends a restriction of which the person was told before (R-RESTRICT, GDPR 18(3)); refused without that. The same again
     * has no further effect.
     */
    readonly lift: (lifting: Lifting) => Effect.Effect<void, DataSubjectRequestsError>
    /**
     * Joins a request to an earlier one of the same person that says the same, and whose requester is verified: it is
     * answered with that one, and due no later. `open` names such a pair. The same again has no further effect.
     */
    readonly join: (
      duplicate: RequestRef,
      original: RightsRequest.RequestId,
    ) => Effect.Effect<void, DataSubjectRequestsError>
    /** The requests without an answer, each with its due date and whether that is past at a moment. Default: now. */
    readonly open: (
      customer: CustomerId,
      options?: { readonly at?: EpochMillis },
    ) => Effect.Effect<ReadonlyArray<OpenRequest>, DataSubjectRequestsError>
  }
>()("@tacet/core/services/DataSubjectRequests") {}

/** The service over the vault, the event store and the services of pseudonyms and erasure in force. */
export const layer: Layer.Layer<DataSubjectRequests, never, Vault | EventStore | Pseudonyms | Erasure> = Layer.effect(
  DataSubjectRequests,
  Effect.gen(function* () {
    const ports: Ports = {
      vault: yield* Vault,
      pseudonyms: yield* Pseudonyms,
      erasure: yield* Erasure,
      decisions: yield* Decisions.make,
      store: yield* EventStore,
      holidaysOf: yield* HolidaysOf,
    }
    return DataSubjectRequests.of({
      receive: receive(ports),
      stateOf: (which) => stateOf(ports, which),
      declare: (which, declaration) => decide(ports, which, declaration),
      locate: locate(ports),
      choose: choose(ports),
      read: read(ports),
      refuse: refuse(ports),
      fulfil: fulfil(ports),
      lift: lift(ports),
      join: join(ports),
      open: listOpen(ports),
    })
  }),
)

const fulfil = (ports: Ports) =>
  Effect.fn("DataSubjectRequests.fulfil")(function* (answer: Answer) {
    const { actor, customer, request } = answer
    const state = yield* stateOf(ports, answer)
    const eraseRequest = Effect.forEach([request, ...state.duplicates], (one) =>
      ports.erasure.erase({ customer, subject: subjectOf(one), cause: "request" }),
    )
    const isErasure = state.request?.kind === "erasure"
    if (isErasure && state.status === "requestFulfilled") {
      yield* eraseRequest
      return { unnotified: [] }
    }
    if (state.handler === undefined) {
      const accepted = "a request that was received and handed to the one who answers it"
      return yield* new Refusal({ rule: "TACET-STARTED", command: "FulfilRequest", accepted })
    }
    const fulfilment: Fulfilment = {
      answer,
      by: answer.by,
      at: yield* DateTime.now,
      subjects: yield* subjectsOf(ports, answer, state.duplicates, actor),
      purposes: state.request?.purposes ?? [],
    }
    const unnotified = yield* carryOut(ports, state.request?.kind, fulfilment)
    // The details by which the person was located are erased with their data.
    if (isErasure) yield* eraseRequest
    return { unnotified: unnotified ?? [] }
  })

/** The subjects that were taken into the request, and into those that were joined to it as the same. */
const subjectsOf = Effect.fnUntraced(function* (
  ports: Ports,
  which: RequestRef,
  duplicates: Iterable<RightsRequest.RequestId>,
  actor: Actor,
) {
  const subjects = new Set(yield* located(ports, which, actor))
  for (const request of duplicates) {
    const joined = { customer: which.customer, request }
    if (!(yield* stateOf(ports, joined)).located) continue
    for (const subject of yield* located(ports, joined, actor)) subjects.add(subject)
  }
  return Array.from(subjects)
})

/** Carries out the right and records the outcome. */
const carryOut = Effect.fnUntraced(function* (
  ports: Ports,
  kind: Received["kind"] | undefined,
  fulfilment: Fulfilment,
) {
  switch (kind) {
    case "access":
      return yield* giveAccess(ports, fulfilment)
    case "portability":
      return yield* givePortableData(ports, fulfilment)
    case "rectification":
      return yield* rectify(ports, fulfilment)
    case "erasure":
      return yield* erase(ports, fulfilment)
    case "restriction":
      return yield* restrict(ports, fulfilment)
    case "objection":
      return yield* object(ports, fulfilment)
    case "consentWithdrawal":
      return yield* withdraw(ports, fulfilment)
    case "complaint":
    case undefined:
      return yield* decide(ports, fulfilment.answer, fulfilling(fulfilment, { _tag: "complaint" }))
  }
})
