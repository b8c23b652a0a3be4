/**
 * Connections that the adapter owns. Each is lent to one transaction at a time, and a transaction is one write and one
 * round trip: its statements follow each other on the wire without waiting for answers. Whatever becomes of it, the
 * connection is outside of a transaction afterwards, or is thrown away.
 */
import * as PgConnection from "@effect/sql-pg/PgConnection"
import type { CustomerId } from "@tacet/core/eventsourcing"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Pool from "effect/Pool"
import type * as Scope from "effect/Scope"
import { SqlError, UnknownError } from "effect/sql/SqlError"
import { isFatal } from "./DatabaseError.ts"
import { workingOn } from "./Names.ts"
import type { Options } from "./Options.ts"
import { types } from "./types.ts"

/** One statement with its parameters. */
export interface Statement {
  readonly sql: string
  readonly parameters?: ReadonlyArray<unknown>
}

/** The rows that a statement gave, by place. */
export type Rows = ReadonlyArray<ReadonlyArray<unknown>>

/** How a transaction begins. */
export type Beginning = "read" | "write"

/** A pool of such connections. */
export interface Sessions {
  /**
   * Runs statements in one transaction of one compartment. Fails with the first statement's error, or the commit's, and
   * has changed nothing then, unless the error leaves it unknown.
   */
  readonly transact: (
    customer: CustomerId.CustomerId,
    beginning: Beginning,
    statements: ReadonlyArray<Statement>,
  ) => Effect.Effect<ReadonlyArray<Rows>, TransactionFailed>
  /** Runs one statement that is a transaction of its own, and sets its compartment itself. */
  readonly call: (statement: Statement) => Effect.Effect<Rows, TransactionFailed>
}

/** Why a transaction gave no result. */
export class TransactionFailed {
  readonly error: SqlError
  /** False where nothing was sent, so that nothing can have happened. */
  readonly sent: boolean
  constructor(error: SqlError, sent: boolean) {
    this.error = error
    this.sent = sent
  }

  /** The compartment's fence is up: it lives on another server. */
  static get moved(): TransactionFailed {
    return new TransactionFailed(failure("the compartment has been moved", "55000"), true)
  }
}

const failure = (message: string, code: string): SqlError =>
  new SqlError({
    reason: new UnknownError({ cause: Object.assign(new Error(message), { code }), message, operation: "transact" }),
  })

/** What distinguishes one pool from another. */
export interface SessionsOptions {
  readonly size: number
  /** Settings of the server for these connections. */
  readonly settings: Readonly<Record<string, string>>
}

/** The name under which the compartment of a transaction is set; the policies of the tables read it. */
const customerSetting = "tacet.customer_id"

const beginnings: Readonly<Record<Beginning, string>> = {
  // Read committed: the statement behind the lock sees what the lock waited for.
  write: "BEGIN ISOLATION LEVEL READ COMMITTED",
  // One snapshot for all its statements.
  read: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
}

/** The settings of a session: its role, its time limits and its planner settings. */
const sessionSettings = (
  options: Options,
  settings: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => {
  const { role } = workingOn("log", options)
  return {
    ...settings,
    ...(typeof role === "string" ? { role } : {}),
    statement_timeout: String(Duration.toMillis(Duration.fromInputUnsafe(options.statementTimeout ?? "30 seconds"))),
  }
}

/** The statements that make a session's settings for one transaction: none unless sessions are lent. */
export const localSettings = (options: Options, settings: Readonly<Record<string, string>>): ReadonlyArray<Statement> =>
  options.transactionPooling === true
    ? Object.entries(sessionSettings(options, settings)).map(([name, value]) => ({
        sql: `SET LOCAL ${name} = '${value.replaceAll("'", "''")}'`,
      }))
    : []

/** The configuration of one connection. */
export const connectionConfig = (options: Options, settings: Readonly<Record<string, string>>): PgConnection.Config => {
  const { namedStatements = true, transactionPooling = false } = options
  return {
    url: options.url,
    applicationName: "tacet",
    connectTimeout: connectTimeoutOf(options),
    keepAlive: "30 seconds",
    prepare: namedStatements && !transactionPooling,
    maxMessageSize: 1 << 30,
    types,
    ...(transactionPooling ? {} : { startupParameters: sessionSettings(options, settings) }),
  }
}

const connectTimeoutOf = ({ connectTimeout }: Options): Duration.Input => connectTimeout ?? "5 seconds"

/** Opens a pool. Connections are made when they are first needed. */
export const make = Effect.fnUntraced(function* (
  options: Options,
  { settings, size }: SessionsOptions,
): Effect.fn.Return<Sessions, never, Scope.Scope> {
  const config = { ...connectionConfig(options, settings), multiplex: true }
  const pool: Pool.Pool<PgConnection.PgConnection, SqlError> = yield* Pool.makeWithTTL({
    acquire: PgConnection.make(config),
    min: 0,
    max: size,
    timeToLive: "1 minute",
    timeToLiveStrategy: "usage",
  })
  const exhausted = Effect.sync(
    () => new TransactionFailed(failure("no connection became free in time", "53300"), false),
  )
  const next = Effect.mapError(Pool.get(pool), (error) => new TransactionFailed(error, false))
  const nextInTime = Effect.timeoutOrElse(next, {
    duration: connectTimeoutOf(options),
    orElse: () => Effect.flip(exhausted),
  })
  let lent = 0
  const returned = Effect.sync(() => void lent--)
  /**
   * Lends a connection. Only a request that has to wait for one gets a time limit: a timer costs more than taking a
   * free connection.
   */
  const withConnection = <A>(
    use: (connection: PgConnection.PgConnection) => Effect.Effect<A, TransactionFailed>,
  ): Effect.Effect<A, TransactionFailed> =>
    Effect.suspend(() => {
      const lease = lent < size ? next : nextInTime
      lent++
      return Effect.ensuring(Effect.scoped(Effect.flatMap(lease, use)), returned)
    })
  const preamble = localSettings(options, settings)
  const inTransaction = (
    beginning: Beginning,
    begun: ReadonlyArray<Statement>,
    statements: ReadonlyArray<Statement>,
  ): ReturnType<Sessions["transact"]> =>
    withConnection((connection) =>
      Effect.flatMap(
        pipelined(connection, [{ sql: beginnings[beginning] }, ...preamble, ...begun, ...statements]),
        ({ committed, failures, rows }) => {
          const [failure] = failures
          if (failure === undefined && committed) {
            return Effect.succeed(rows.slice(1 + preamble.length + begun.length))
          }
          const failed = Effect.fail(new TransactionFailed(failure ?? rolledBack, true))
          return failures.some(isFatal) ? Effect.andThen(Pool.invalidate(pool, connection), failed) : failed
        },
      ),
    )
  const transact: Sessions["transact"] = (customer, beginning, statements) =>
    // A literal: this statement takes no parameters. Customers are UUIDs, which hold no quote.
    inTransaction(beginning, [{ sql: `SET LOCAL ${customerSetting} = '${customer}'` }], statements)
  // Answered once the server is ready for the next one, which is after the commit. Once sent, it is not interrupted.
  const callAlone: Sessions["call"] = ({ parameters, sql }) =>
    withConnection((connection) =>
      Effect.uninterruptible(connection.queryValues(sql, parameters)).pipe(
        Effect.catch((error) => {
          const failed = Effect.fail(new TransactionFailed(error, true))
          return isFatal(error) ? Effect.andThen(Pool.invalidate(pool, connection), failed) : failed
        }),
      ),
    )
  const call: Sessions["call"] =
    preamble.length === 0
      ? callAlone
      : (statement) => Effect.map(inTransaction("write", [], [statement]), ([rows]) => rows!)
  return { transact, call }
})

interface Answers {
  readonly rows: ReadonlyArray<Rows>
  readonly failures: ReadonlyArray<SqlError>
  readonly committed: boolean
}

/**
 * Sends all statements and a commit at once, then waits for every answer, whatever the first of them are: nothing of
 * this transaction is left on the wire when the next one uses the connection. Once sent, it is not interrupted.
 */
const pipelined = (
  connection: PgConnection.PgConnection,
  statements: ReadonlyArray<Statement>,
): Effect.Effect<Answers> => {
  const rows: Array<Rows> = []
  const failures: Array<SqlError> = []
  let committed = false
  const sent = statements.map(({ parameters, sql }, index) =>
    Effect.match(connection.queryValues(sql, parameters), {
      onSuccess: (answer) => void (rows[index] = answer),
      onFailure: (error) => void failures.push(error),
    }),
  )
  sent.push(
    Effect.match(connection.query("COMMIT"), {
      // A transaction that was given up answers a commit with ROLLBACK.
      onSuccess: ({ command }) => void (committed = command === "COMMIT"),
      onFailure: (error) => void failures.push(error),
    }),
  )
  return Effect.uninterruptible(
    Effect.map(Effect.all(sent, { concurrency: "unbounded", discard: true }), () => ({ rows, failures, committed })),
  )
}

const rolledBack = failure("the transaction was rolled back", "40000")
