/**
 * The errors of a file, and the causes of failures by name: by SQLite's result code, never by the text of a message, which
 * may quote values.
 */
import * as Data from "effect/Data"
import * as Schema from "effect/Schema"

/** There is no SQLite for this process. */
export class SqliteMissing extends Schema.TaggedError<SqliteMissing>()("SqliteMissing", {
  /** The version of Node. */
  node: Schema.String,
  /** Why the last driver that was tried cannot be used, such as `ERR_MODULE_NOT_FOUND`. */
  cause: Schema.String,
}) {
  override get message(): string {
    return `Node ${this.node} offers no SQLite (${this.cause}). Run Node 22.13 or later, or install the package better-sqlite3.`
  }
}

/** The file cannot be worked with: it cannot be opened, is no file of Tacet's, or holds another kind of data. */
export class FileUnavailable extends Schema.TaggedError<FileUnavailable>()("FileUnavailable", {
  /** The cause by name, such as `SQLITE_CANTOPEN: the file cannot be opened`. */
  cause: Schema.String,
}) {
  override get message(): string {
    return `The file cannot be used (${this.cause}).`
  }
}

/** A newer release has written the file. */
export class WrongSchemaVersion extends Schema.TaggedError<WrongSchemaVersion>()("WrongSchemaVersion", {
  expected: Schema.Int,
  actual: Schema.Int,
}) {
  override get message(): string {
    return `The file is at version ${this.actual}; this release works with ${this.expected}. Run the release that wrote it, or a newer one.`
  }
}

/** Why a layer could not be built. */
export type StartError = SqliteMissing | FileUnavailable | WrongSchemaVersion

/** A transaction that was not acknowledged. `unknown`: it failed while it was committed. */
export class TransactionFailed extends Data.TaggedError("TransactionFailed")<{
  readonly cause: string
  readonly outcome: "notCommitted" | "unknown"
}> {}

/** A fault that this package finds itself; its message is the cause. */
export class LocalFault extends Error {}

/** SQLite's primary result code of an error; nothing where it is not SQLite's. */
export const codeOf = (error: unknown): string | undefined => {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined
  // `better-sqlite3` answers an extended code by name, `node:sqlite` as a number.
  if (typeof error.code === "string" && error.code.startsWith("SQLITE_")) {
    return codes.find((code) => code !== undefined && (error.code as string).startsWith(code)) ?? "SQLITE_ERROR"
  }
  if (error.code === "ERR_SQLITE_ERROR" && "errcode" in error && typeof error.errcode === "number") {
    return codes[error.errcode & 255] ?? "SQLITE_ERROR"
  }
  // A connection that is closed.
  return error.code === "ERR_INVALID_STATE" ? "SQLITE_MISUSE" : undefined
}

/** Whether the fault is SQLite's or this package's, and not one of the application's code. */
export const isOfFile = (error: unknown): boolean => error instanceof LocalFault || codeOf(error) !== undefined

/** Whether another connection is at work; nothing was done. */
export const isBusy = (error: unknown): boolean => {
  const code = codeOf(error)
  return code === "SQLITE_BUSY" || code === "SQLITE_LOCKED"
}

/** The cause by name. */
export const causeOf = (error: unknown): string => {
  if (error instanceof LocalFault) return error.message
  const code = codeOf(error) ?? "no answer"
  const name = names[code]
  return name === undefined ? code : `${code}: ${name}`
}

const names: Readonly<Record<string, string>> = {
  SQLITE_BUSY: "other processes write without a pause",
  SQLITE_LOCKED: "other processes write without a pause",
  SQLITE_READONLY: "the file may not be written",
  SQLITE_IOERR: "the disk does not read or write",
  SQLITE_CORRUPT: "the file is damaged: restore it",
  SQLITE_FULL: "the disk is full",
  SQLITE_CANTOPEN: "the file cannot be opened",
  SQLITE_NOTADB: "the file is no database",
  SQLITE_CONSTRAINT: "a constraint does not hold",
  SQLITE_TOOBIG: "more than a row can hold",
  SQLITE_MISUSE: "the file is closed",
}

/** The primary result codes, by number. */
const codes: ReadonlyArray<string | undefined> = [
  undefined,
  "SQLITE_ERROR",
  "SQLITE_INTERNAL",
  "SQLITE_PERM",
  "SQLITE_ABORT",
  "SQLITE_BUSY",
  "SQLITE_LOCKED",
  "SQLITE_NOMEM",
  "SQLITE_READONLY",
  "SQLITE_INTERRUPT",
  "SQLITE_IOERR",
  "SQLITE_CORRUPT",
  "SQLITE_NOTFOUND",
  "SQLITE_FULL",
  "SQLITE_CANTOPEN",
  "SQLITE_PROTOCOL",
  "SQLITE_EMPTY",
  "SQLITE_SCHEMA",
  "SQLITE_TOOBIG",
  "SQLITE_CONSTRAINT",
  "SQLITE_MISMATCH",
  "SQLITE_MISUSE",
  "SQLITE_NOLFS",
  "SQLITE_AUTH",
  "SQLITE_FORMAT",
  "SQLITE_RANGE",
  "SQLITE_NOTADB",
]
