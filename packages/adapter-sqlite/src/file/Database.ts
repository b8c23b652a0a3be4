/**
 * One file and this layer's connection to it. Every transaction runs at once and whole, without a pause in which another
 * fiber could run, so an interruption falls before it or after it. Transactions that write take the file's one write lock
 * first (`BEGIN IMMEDIATE`): what they read is what they change. While other processes hold it, fibers wait and try again.
 */
import { resolve } from "node:path"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Driver from "./Driver.ts"
import * as FileError from "./FileError.ts"
import { identityOf, open } from "./Opening.ts"
import type { FileOptions } from "./Options.ts"
import * as RealTime from "./RealTime.ts"
import type { Kind } from "./schema.ts"
import { over, type Transaction } from "./Transaction.ts"
import * as Upkeep from "./Upkeep.ts"

/** A file that is open. */
export interface Database {
  /** Runs statements that read, in one snapshot. */
  readonly read: <A>(
    work: (transaction: Omit<Transaction, "removes" | "run">) => A,
  ) => Effect.Effect<A, FileError.TransactionFailed>
  /** Runs statements that write, all or none. What the work throws of its own accord is a defect, and writes nothing. */
  readonly write: <A>(work: (transaction: Transaction) => A) => Effect.Effect<A, FileError.TransactionFailed>
}

interface Opened {
  readonly connection: Driver.Connection
  readonly statements: Omit<Transaction, "removes">
  readonly identity: string | undefined
}

/** The result of one attempt; `undefined`: another connection was at work. */
type Attempt<A> = { readonly value: A } | { readonly failure: FileError.TransactionFailed } | undefined

/** Opens the file, and closes it with the scope. */
export const make = Effect.fnUntraced(function* (
  options: FileOptions,
  kind: Kind,
  loading: Effect.Effect<Driver.Driver, FileError.SqliteMissing> = Driver.load(options.driver),
): Effect.fn.Return<Database, FileError.StartError, Scope.Scope> {
  const path = resolve(options.file)
  const patience = Duration.toMillis(Duration.fromInputUnsafe(options.patience ?? 5_000))
  const driver = yield* loading
  let [opened, mayCreate]: [Opened | undefined, boolean] = [undefined, options.create ?? true]

  const drop = () => {
    try {
      opened?.connection.close()
    } catch {
      // It was of no use any more.
    }
    opened = undefined
  }

  /** The connection, made anew where the file was put in place of another or failed. */
  const current = (): Opened => {
    if (opened !== undefined && opened.identity === identityOf(path)) return opened
    drop()
    const connection = open(driver, path, kind, mayCreate)
    opened = { connection, statements: over(connection), identity: identityOf(path) }
    return opened
  }

  /** Gives a transaction up; where even that fails, the connection too. Answers whether nothing is left of it. */
  const rollBack = ({ connection }: Opened, error: unknown): boolean => {
    try {
      connection.exec("ROLLBACK")
      if (isFatal(error)) drop()
      return true
    } catch {
      drop()
      return false
    }
  }

  const upkeep = yield* Upkeep.make(options, current)

  const attempt = <A>(mode: "DEFERRED" | "IMMEDIATE", work: (transaction: Transaction) => A): Attempt<A> => {
    const failed = (error: unknown, outcome: FileError.TransactionFailed["outcome"] = "notCommitted") => {
      if (!FileError.isOfFile(error)) throw error
      return { failure: new FileError.TransactionFailed({ cause: FileError.causeOf(error), outcome }) }
    }
    let at: Opened
    try {
      at = current()
      at.connection.exec(`BEGIN ${mode}`)
    } catch (error) {
      if (FileError.isBusy(error)) return undefined
      if (isFatal(error)) drop()
      return failed(error)
    }
    let [value, removed]: [A | undefined, boolean] = [undefined, false]
    try {
      value = work({ ...at.statements, removes: () => void (removed = true) })
      if (removed) Upkeep.note(at.statements)
    } catch (error) {
      rollBack(at, error)
      return FileError.isBusy(error) ? undefined : failed(error)
    }
    try {
      at.connection.exec("COMMIT")
    } catch (error) {
      const isGone = rollBack(at, error)
      if (isGone && FileError.isBusy(error)) return undefined
      // The end of the transaction may be on the disk although SQLite could not say so.
      return failed(error, mode === "IMMEDIATE" ? "unknown" : "notCommitted")
    }
    if (removed) upkeep.removed()
    return { value }
  }

  // Statements answer at once, so that a fiber of many transactions would let no timer and no request run before its end.
  let turnUntil = RealTime.now() + turnMillis
  const giveUpTurn = Effect.map(Effect.yieldNow, () => {
    turnUntil = RealTime.now() + turnMillis
  })

  const transact = <A>(mode: "DEFERRED" | "IMMEDIATE", work: (transaction: Transaction) => A) =>
    Effect.suspend(() => {
      const until = RealTime.now() + patience
      const again = (pause: number): Effect.Effect<A, FileError.TransactionFailed> =>
        Effect.suspend(() => {
          if (RealTime.now() > turnUntil) return Effect.andThen(giveUpTurn, again(pause))
          const came = attempt(mode, work)
          if (came === undefined) {
            if (RealTime.now() > until) return Effect.fail(busy)
            return Effect.andThen(RealTime.wait(pause), again(Math.min(pause * 2, 50)))
          }
          return "value" in came ? Effect.succeed(came.value) : Effect.fail(came.failure)
        })
      return again(1)
    })

  yield* opening(current, patience)
  mayCreate = false
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      upkeep.close()
      drop()
    }),
  )
  yield* upkeep.run
  return { read: (work) => transact("DEFERRED", work), write: (work) => transact("IMMEDIATE", work) }
})

/** For how many milliseconds transactions follow each other before the rest of the process has its turn. */
const turnMillis = 20

/** Opens for the first time, and waits while others hold the file. */
const opening = (current: () => Opened, patience: number): Effect.Effect<void, FileError.StartError> =>
  Effect.suspend(() => {
    const until = RealTime.now() + patience
    const again: Effect.Effect<void, FileError.StartError> = Effect.suspend(() => {
      try {
        current()
        return Effect.void
      } catch (error) {
        if (error instanceof FileError.WrongSchemaVersion) return Effect.fail(error)
        if (!FileError.isOfFile(error)) throw error
        if (FileError.isBusy(error) && RealTime.now() < until) return Effect.andThen(RealTime.wait(20), again)
        return Effect.fail(new FileError.FileUnavailable({ cause: FileError.causeOf(error) }))
      }
    })
    return again
  })

const busy = new FileError.TransactionFailed({
  cause: "SQLITE_BUSY: other processes write without a pause",
  outcome: "notCommitted",
})

/** Whether the connection is of no use any more. */
const isFatal = (error: unknown): boolean =>
  ["SQLITE_CANTOPEN", "SQLITE_CORRUPT", "SQLITE_IOERR", "SQLITE_MISUSE", "SQLITE_NOTADB", "SQLITE_READONLY"].includes(
    FileError.codeOf(error) ?? "",
  )
