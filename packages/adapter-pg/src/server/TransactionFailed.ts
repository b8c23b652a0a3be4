import { SqlError, UnknownError } from "effect/sql/SqlError"
import { LocalFault } from "./DatabaseError.ts"

/** Why a transaction gave no result. */
export class TransactionFailed {
  readonly error: SqlError
  /** False where nothing was sent, so that nothing can have happened. */
  readonly sent: boolean
  /** Whether the connection had not been used for a while: the server may have closed it before the statements came. */
  readonly wasIdle: boolean
  constructor(error: SqlError, sent: boolean, wasIdle = false) {
    this.error = error
    this.sent = sent
    this.wasIdle = wasIdle
  }

  /** The compartment's fence is up: it lives on another server. */
  static get moved(): TransactionFailed {
    return new TransactionFailed(failure("the compartment has been moved", "55000"), true)
  }
}

/** An error of this process, with the SQLSTATE that says it best, or in its own words. */
export const failure = (message: string, code?: string): SqlError =>
  new SqlError({
    reason: new UnknownError({
      cause: code === undefined ? new LocalFault(message) : Object.assign(new Error(message), { code }),
      message,
      operation: "transact",
    }),
  })
