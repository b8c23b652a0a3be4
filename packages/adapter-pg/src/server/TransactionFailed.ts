import { SqlError, UnknownError } from "effect/sql/SqlError"
import { EventStoreError } from "@tacet/core/eventsourcing"
import { causeOf, LocalFault } from "./DatabaseError.ts"

/** Why a transaction gave no result. */
export class TransactionFailed {
  readonly error: SqlError
  /** False where nothing was sent, so that nothing can have happened. */
  readonly sent: boolean
  /** Whether the connection had not been used for a while: the server may have closed it before the statements came. */
  readonly wasIdle: boolean
  /** How many calls wait for a connection, where that is why this one was given up. */
  readonly waiting: number | undefined
  constructor(error: SqlError, sent: boolean, wasIdle = false, waiting?: number) {
    this.error = error
    this.sent = sent
    this.wasIdle = wasIdle
    this.waiting = waiting
  }

  /** The compartment's fence is up: it lives on another server. */
  static get moved(): TransactionFailed {
    return new TransactionFailed(failure("the compartment has been moved", "55000"), true)
  }
}

/** The error of a port for a transaction that has failed; `outcome` says whether a write may have happened. */
export const storeError = (
  operation: EventStoreError.StoreUnavailable["operation"],
  { error, waiting }: TransactionFailed,
  outcome: EventStoreError.StoreUnavailable["outcome"] = "notCommitted",
): EventStoreError.StoreError =>
  waiting === undefined
    ? new EventStoreError.StoreUnavailable({ operation, outcome, cause: causeOf(error) })
    : new EventStoreError.Overloaded({ operation, what: "calls", waiting })

/** An error of this process, with the SQLSTATE that says it best, or in its own words. */
export const failure = (message: string, code?: string): SqlError =>
  new SqlError({
    reason: new UnknownError({
      cause: code === undefined ? new LocalFault(message) : Object.assign(new Error(message), { code }),
      message,
      operation: "transact",
    }),
  })
