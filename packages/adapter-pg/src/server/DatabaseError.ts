/**
 * Classifies the errors of the database by the class of their SQLSTATE: never by the name of a constraint, never by the
 * text of a message, which may contain written values.
 */
import type { EventStoreError } from "@tacet/core/eventsourcing"
import * as Schema from "effect/Schema"
import type { SqlError } from "effect/sql/SqlError"

/** The database cannot be worked with: it is out of reach, refuses the connection, or holds another schema. */
export class DatabaseUnavailable extends Schema.TaggedError<DatabaseUnavailable>()("DatabaseUnavailable", {
  /** The cause by name, such as `no connection` or `SQLSTATE 28P01: wrong user or password`. */
  cause: Schema.String,
}) {
  override get message(): string {
    return `The database cannot be used (${this.cause}).`
  }
}

/** The tables are those of another release. */
export class WrongSchemaVersion extends Schema.TaggedError<WrongSchemaVersion>()("WrongSchemaVersion", {
  schema: Schema.String,
  expected: Schema.Int,
  /** 0 where there are no tables. */
  actual: Schema.Int,
}) {
  override get message(): string {
    const advice =
      this.actual < this.expected
        ? "Run `migrate` with this release."
        : "A newer release has migrated it: run that release, or a newer one."
    return `Schema "${this.schema}" is at version ${this.actual}; this release works with ${this.expected}. ${advice}`
  }
}

/** Why a layer could not be built. Build it again once the cause is mended. */
export type StartError = DatabaseUnavailable | WrongSchemaVersion

/** The SQLSTATE of an error; nothing where the server did not answer. */
export const sqlStateOf = ({ reason }: SqlError): string | undefined => {
  const { cause } = reason as { readonly cause?: unknown }
  if (typeof cause !== "object" || cause === null || !("code" in cause)) return undefined
  const { code } = cause
  // The classes of the server: an error of the socket, such as `EPIPE`, has five letters too.
  return typeof code === "string" && /^([0-9][0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/.test(code) ? code : undefined
}

/**
 * Whether the connection is unusable: it was lost, or the server shut down or failed internally. A transaction in
 * progress may have been committed all the same.
 */
export const isFatal = (error: SqlError): boolean => {
  const state = sqlStateOf(error)
  return state === undefined || /^(08|57P|XX|25P0[34])/.test(state)
}

/** The SQLSTATE of a key that is there already. */
const taken = "23505"

/**
 * Whether the fault lies in the data of one commit, so that the rest of its batch may be sent without it. A position
 * that is taken is not the sender's fault: counter and log disagree, as after a failover to a standby that lagged.
 */
export const isOfData = (error: SqlError): boolean => {
  const state = sqlStateOf(error) ?? ""
  return state !== taken && /^(21|22|23|54)/.test(state)
}

/** A fault of which this process knows itself, without a word of the server: its message is the cause. */
export class LocalFault extends Error {}

/** The cause by name. */
export const causeOf = (error: SqlError): string => {
  const { cause } = error.reason as { readonly cause?: unknown }
  if (cause instanceof LocalFault) return cause.message
  const state = sqlStateOf(error)
  if (state === undefined) return error.reason._tag === "ConnectionError" ? "no connection" : "no answer"
  const name = names.find(([prefix]) => state.startsWith(prefix))?.[1]
  return `SQLSTATE ${state}${name === undefined ? "" : `: ${name}`}`
}

const names: ReadonlyArray<readonly [prefix: string, name: string]> = [
  ["08", "connection lost"],
  ["0A", "the server cannot do this"],
  ["22P05", "a character that the database cannot keep"],
  ["22", "a value that the database cannot keep"],
  [taken, "a position is taken: the compartment's counter lags behind its log"],
  ["23", "a constraint does not hold"],
  ["25006", "the server is read-only"],
  ["25P02", "the transaction was given up"],
  ["25P", "the transaction stood still"],
  ["28", "wrong user or password, or no permission to connect"],
  ["3D000", "there is no such database"],
  ["3F000", "there is no such schema"],
  ["40", "the transaction was given up"],
  ["42501", "no permission"],
  ["42883", "there is no such function: run the migrations"],
  ["42P01", "there is no such table: run the migrations"],
  ["53100", "the disk is full"],
  ["53300", "too many connections"],
  ["53", "the server lacks resources"],
  ["54", "more than the database can take"],
  ["55P03", "a lock was not given in time"],
  ["55000", "the compartment has been moved to another server (its fence is up), or the database takes no connections"],
  ["57014", "the statement took too long"],
  ["57P", "the server is shutting down or starting"],
  ["58", "a fault of the system below the server"],
  ["XX", "a fault of the server"],
]

/** The same for the ports. */
export type Operation = EventStoreError.StoreUnavailable["operation"]
