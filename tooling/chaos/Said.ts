/**
 * What the workers of a chaos run write to their own files, a line of JSON each, before they continue: intentions, results
 * and what they have seen. It is all that the audit goes by.
 */
import type { CustomerId, Uuid } from "@tacet/core/eventsourcing"
import type { Sealed, Subject } from "@tacet/core/privacy"

/** What a process does. */
export type Role = "writer" | "keeper" | "reader"

/** The task of a process. */
export interface Task {
  readonly role: Role
  readonly url: string
  /** Whether its appends call the functions of the schema. */
  readonly appendFunctions: boolean
  readonly customers: ReadonlyArray<CustomerId.CustomerId>
  /** The file that it writes. */
  readonly file: string
}

/** A call that is measured. */
export type Call = "append" | "read" | "timed read" | "save" | "vault" | "start"

interface OfCommit {
  readonly customer: CustomerId.CustomerId
  readonly commitId: Uuid.Uuid
}

interface OfSubject {
  readonly customer: CustomerId.CustomerId
  readonly subject: Subject.SubjectId
}

/** A line of such a file. */
export type Said =
  | ({ readonly _tag: "intent"; readonly events: number } & OfCommit)
  | ({ readonly _tag: "unknown" } & OfCommit)
  /** It was told that nothing was written, and has given the commit up. */
  | ({ readonly _tag: "refused" } & OfCommit)
  | ({ readonly _tag: "acknowledged"; readonly first: number; readonly last: number } & OfCommit)
  /** Events that a subscription brought: their positions and commits, and how far it has come with them. */
  | {
      readonly _tag: "seen"
      readonly customer: CustomerId.CustomerId
      readonly after: number
      readonly through: number
      readonly events: ReadonlyArray<readonly [position: number, commitId: string]>
    }
  | ({ readonly _tag: "sealed"; readonly sealed: Sealed.Sealed<string>; readonly text: string } & OfSubject)
  | ({ readonly _tag: "erasing" } & OfSubject)
  | ({ readonly _tag: "erased" } & OfSubject)
  /** A saved state of a projection that this fiber alone saves: it is its own checkpoint, as text. */
  | {
      readonly _tag: "saving" | "saved"
      readonly customer: CustomerId.CustomerId
      readonly name: string
      readonly checkpoint: number
    }
  /** A call has ended: how long it took, and for how long this process was kept from working meanwhile, in milliseconds. */
  | { readonly _tag: "called"; readonly call: Call; readonly took: number; readonly kept: number; readonly end: string }
  /** A call that has not ended long behind its limit. */
  | { readonly _tag: "hangs"; readonly call: Call; readonly since: number }
  /** An answer that no fault explains. */
  | { readonly _tag: "wrong"; readonly call: Call; readonly answer: string }

/** The limits with which the adapter is built, in milliseconds. */
export const limits = { statementTimeout: 1_000, connectTimeout: 1_000, waitTimeout: 2_000 } as const

/**
 * A transaction: to get a connection (to try one that was idle, wait for another's attempt to connect, connect), the
 * statement and the second that the server is given, and whatever failed within a second before it was repeated.
 */
const transaction = 3 * limits.connectTimeout + limits.statementTimeout + 1_000 + 1_000

/** What is stated to be a little more: timers, and the work of a process on a machine with others. */
const more = 500

/** When a call must have ended, in milliseconds. */
export const ends: Readonly<Record<Call, number>> = {
  read: transaction + more,
  save: transaction + more,
  // The batch before it, its own, and the look-up of a commit that is known already.
  append: 3 * transaction + more,
  // `Effect.timeout` at so many.
  "timed read": 300 + more,
  // Several transactions, of which the first that fails is the last.
  vault: 2 * transaction + more,
  // One connection, and the version of the schema, for each of five parts.
  start: 2 * transaction + more,
}
