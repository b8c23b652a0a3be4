/**
 * What every answer to a request has in common, and what each right adds to it.
 */
import type * as DateTime from "effect/DateTime"
import type * as RightsRequest from "../../domain/RightsRequest.ts"
import type * as Transfer from "../../domain/Transfer.ts"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import type * as Pseudonym from "../../domain/Pseudonym.ts"
import type { Purpose } from "../../policy/text/parameters/purposes.ts"
import type { Actor } from "../../privacy/AccessLog.ts"
import type { Sealed } from "../../privacy/Sealed.ts"
import type { SubjectId } from "../../privacy/Subject.ts"
import type { PseudonymRef } from "../pseudonyms/recording.ts"
import type { RequestRef } from "./records.ts"

/** How a request is answered: who decides, what the answer says, and what its kind asks for. */
export interface Answer extends RequestRef {
  readonly actor: Actor
  /** What the answer says besides its outcome; the policy may ask for it (R-COMPLAINT). */
  readonly states: (typeof RightsRequest.RequestFulfilled.Type)["states"]
  /** Access and portability: the references of the values that the person was given, as `read` answered them. */
  readonly given?: ReadonlyArray<Uuid>
  /** Portability: in which format. */
  readonly format?: typeof RightsRequest.ExportFormat.Type
  /** Rectification: the correction of each value. */
  readonly corrections?: ReadonlyArray<{ readonly old: Sealed<string>; readonly value: string }>
  /** Erasure: that the account of a registered person no longer opens. */
  readonly signInRemoved?: boolean
}

/** The answer to a request: the disclosures whose recipients still have to be notified (GDPR 19). */
export interface Answered {
  readonly unnotified: ReadonlyArray<Transfer.TransferId>
}

/** An answer in progress: the subjects that the request has located, and who answers when. */
export interface Fulfilment {
  readonly answer: Answer
  readonly by: RightsRequest.Handler
  readonly at: DateTime.Utc
  readonly subjects: ReadonlyArray<SubjectId>
  /** What an objection or a withdrawal is about. */
  readonly purposes: ReadonlyArray<Purpose>
}

/** The command that records an outcome. */
export const fulfilling = (
  { answer: { states }, at, by }: Fulfilment,
  outcome: RightsRequest.Outcome,
): RightsRequest.Command => ({ _tag: "FulfilRequest", at, by, outcome, states })

/** The pseudonym of a subject that a request has located. */
export const pseudonymOf = ({ answer: { customer } }: Fulfilment, subject: SubjectId): PseudonymRef => ({
  customer,
  pseudonym: subject as Uuid as Pseudonym.PseudonymId,
})
