/**
 * The common part of every answer to a request, and the fields of each right.
 */
import type * as DateTime from "effect/DateTime"
import type * as RightsRequest from "../../domain/RightsRequest.ts"
import type * as Transfer from "../../domain/Transfer.ts"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import type * as Pseudonym from "../../domain/Pseudonym.ts"
import type * as Competence from "../../policy/binding/Competence.ts"
import type { Purpose } from "../../policy/text/parameters/purposes.ts"
import type { Actor } from "../../privacy/AccessLog.ts"
import type { Sealed } from "../../privacy/Sealed.ts"
import type { SubjectId } from "../../privacy/Subject.ts"
import type { PseudonymRef } from "../pseudonyms/recording.ts"
import type { RequestRef } from "./records.ts"

/** The answer to a request: who decides, the notices in it, and the fields of its kind. */
export interface Answer extends RequestRef {
  readonly actor: Actor
  /** Who decides: the one to whom the request was handed (R-TO-CUSTOMER, R-TO-OPERATOR). */
  readonly by: RightsRequest.Handler
  /** The notices in the answer besides its outcome; the policy may require them (R-COMPLAINT). */
  readonly states: (typeof RightsRequest.RequestFulfilled.Type)["states"]
  /** The law of the place that decides the answer, where it differs from the policy's. Default: that of the request. */
  readonly localLaw?: Competence.LocalLaw
  /** Access: the `references` of the copy that the person was given, as `read` answered it; portability: its `portable`. */
  readonly given?: ReadonlyArray<Uuid>
  /** Portability: the format. */
  readonly format?: typeof RightsRequest.ExportFormat.Type
  /** Rectification: the correction of each value. */
  readonly corrections?: ReadonlyArray<{ readonly old: Sealed<string>; readonly value: string }>
  /** Erasure: whether the account of a registered person no longer opens. */
  readonly signInRemoved?: boolean
}

/** The result of an answer: the disclosures whose recipients still have to be notified (GDPR 19). */
export interface Answered {
  readonly unnotified: ReadonlyArray<Transfer.TransferId>
}

/** An answer in progress: the subjects that the request has located, and who answers when. */
export interface Fulfilment {
  readonly answer: Answer
  readonly by: RightsRequest.Handler
  readonly at: DateTime.Utc
  readonly subjects: ReadonlyArray<SubjectId>
  /** The purposes of an objection or a withdrawal. */
  readonly purposes: ReadonlyArray<Purpose>
}

/** The command that records an outcome. */
export const fulfilling = (
  { answer: { localLaw, states }, at, by }: Fulfilment,
  outcome: RightsRequest.Outcome,
): RightsRequest.Command => ({
  _tag: "FulfilRequest",
  at,
  by,
  outcome,
  ...(localLaw === undefined ? {} : { localLaw }),
  states,
})

/** The pseudonym of a subject that a request has located. */
export const pseudonymOf = ({ answer: { customer } }: Fulfilment, subject: SubjectId): PseudonymRef => ({
  customer,
  pseudonym: subject as Uuid as Pseudonym.PseudonymId,
})
