/**
 * Connections that the adapter owns. Each is lent to one transaction at a time, and a transaction is one write and one
 * round trip: its statements follow each other on the wire without waiting for answers. Whatever becomes of it, the
 * connection is outside of a transaction afterwards, or is thrown away.
 *
 * Every call ends: one whose server does not answer is given up by this process's own clock, a little after the server
 * should have given it up, and its connection with it. A connection that has died while it was idle, is too old, or
 * leads to a server that has refused a write, is not lent again.
 */
import type * as PgConnection from "@effect/sql-pg/PgConnection"
import { type CustomerId, Uuid } from "@tacet/core/eventsourcing"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import type { SqlError } from "effect/sql/SqlError"
import { isFatal, sqlStateOf } from "./DatabaseError.ts"
import * as Lending from "./Lending.ts"
import * as RealTime from "./RealTime.ts"
import type { Statement } from "./Statement.ts"
import type { Options } from "./Options.ts"
import { customerSetting, localSettings } from "./settings.ts"
import { failure, TransactionFailed } from "./TransactionFailed.ts"

export type { Statement } from "./Statement.ts"
export { TransactionFailed } from "./TransactionFailed.ts"

/** The rows that a statement gave, by place. */
export type Rows = ReadonlyArray<ReadonlyArray<unknown>>

/** How a transaction begins. */
export type Beginning = "read" | "write"

/** A pool of such connections. */
export interface Sessions {
  /**
   * Runs statements in one transaction of one compartment. Fails with the first statement's error, or the commit's, and
   * has changed nothing then, unless the error leaves it unknown. An interruption ends the call at once; a write may
   * then still be carried out.
   */
  readonly transact: (
    customer: CustomerId.CustomerId,
    beginning: Beginning,
    statements: ReadonlyArray<Statement>,
  ) => Effect.Effect<ReadonlyArray<Rows>, TransactionFailed>
  /**
   * The same for one write whose caller waits for the end even when it is interrupted, so that nothing is still to come
   * when it has ended.
   */
  readonly transactToEnd: (
    customer: CustomerId.CustomerId,
    statements: ReadonlyArray<Statement>,
  ) => Effect.Effect<ReadonlyArray<Rows>, TransactionFailed>
  /** Runs one statement that is a transaction of its own, to its end, and sets its compartment itself. */
  readonly call: (statement: Statement) => Effect.Effect<Rows, TransactionFailed>
}

const beginnings: Readonly<Record<Beginning, string>> = {
  // Read committed: the statement behind the lock sees what the lock waited for.
  write: "BEGIN ISOLATION LEVEL READ COMMITTED",
  // One snapshot for all its statements.
  read: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
}

/** After so many milliseconds without use, an error of a connection is its own. */
const idleAfter = 500

/** A transaction that was lost after so many milliseconds is not repeated: its caller has waited long enough. */
export const patience = 1_000

/** How often a transaction is repeated that the server has rolled back for the sake of others. */
const repetitions = 10

/** Opens a pool. Connections are made when they are first needed. */
export const make = Effect.fnUntraced(function* (
  options: Options,
  lendingOptions: Lending.LendingOptions,
): Effect.fn.Return<Sessions, never, Scope.Scope> {
  const { deadlines, discard, withSession } = yield* Lending.make(options, lendingOptions)

  const send = (
    session: Lending.Session,
    sending: Effect.Effect<Answers>,
  ): Effect.Effect<ReadonlyArray<Rows>, TransactionFailed> =>
    Effect.suspend(() => {
      const begun = RealTime.now()
      const wasIdle = begun - session.usedAt > idleAfter
      const watched = deadlines.watch(session)
      return Effect.flatMap(sending, ({ committed, failures, rows }) => {
        const isLate = deadlines.settle(watched)
        session.usedAt = RealTime.now()
        const isEarly = session.usedAt - begun < patience
        const [first] = failures
        if (first === undefined && committed) return Effect.succeed(rows)
        const error = isLate ? late : (first ?? rolledBack)
        const failed = Effect.fail(new TransactionFailed(error, true, wasIdle && isEarly))
        return Effect.andThen(discard(session, failures.find(isFatal) ?? error), failed)
      })
    })

  const preamble = localSettings(options, lendingOptions.settings)
  const inTransaction = (
    beginning: Beginning,
    begun: ReadonlyArray<Statement>,
    statements: ReadonlyArray<Statement>,
    isAwaited: boolean,
  ): Effect.Effect<ReadonlyArray<Rows>, TransactionFailed> =>
    withSession(
      (session) =>
        Effect.map(
          send(
            session,
            pipelined(session.connection, [{ sql: beginnings[beginning] }, ...preamble, ...begun, ...statements]),
          ),
          (rows) => rows.slice(1 + preamble.length + begun.length),
        ),
      isAwaited,
    )
  const transactOnce = (
    customer: CustomerId.CustomerId,
    beginning: Beginning,
    statements: ReadonlyArray<Statement>,
    isAwaited: boolean,
  ) =>
    // A literal: this statement takes no parameters. Customers are UUIDs, which hold no quote.
    Uuid.isCanonical(customer)
      ? inTransaction(beginning, [{ sql: `SET LOCAL ${customerSetting} = '${customer}'` }], statements, isAwaited)
      : Effect.fail(new TransactionFailed(failure("the id of a Customer is a lower-case UUID"), false))

  // Answered once the server is ready for the next one, which is after the commit.
  const callOnce = ({ parameters, sql }: Statement): Effect.Effect<Rows, TransactionFailed> =>
    withSession(
      (session) =>
        Effect.map(
          send(
            session,
            Effect.match(session.connection.queryValues(sql, parameters), {
              onSuccess: (rows): Answers => ({ rows: [rows], failures: [], committed: true }),
              onFailure: (error): Answers => ({ rows: [], failures: [error], committed: false }),
            }),
          ),
          ([rows]) => rows!,
        ),
      true,
    )
  const call: Sessions["call"] =
    preamble.length === 0
      ? (statement) => repeating("write", callOnce(statement))
      : (statement) =>
          repeating(
            "write",
            Effect.map(inTransaction("write", [], [statement], true), ([rows]) => rows!),
          )
  return {
    transact: (customer, beginning, statements) =>
      repeating(beginning, transactOnce(customer, beginning, statements, false)),
    transactToEnd: (customer, statements) => repeating("write", transactOnce(customer, "write", statements, true)),
    call,
  }
})

/**
 * Repeats a transaction that has certainly changed nothing: one that was rolled back for the sake of others, and, once, one that
 * met a server that is read-only by now or a table that was changed since, and a read whose connection was lost.
 */
const repeating = <A>(
  beginning: Beginning,
  once: Effect.Effect<A, TransactionFailed>,
  attempt = 0,
): Effect.Effect<A, TransactionFailed> => {
  const answer = (failed: TransactionFailed, begun: number) => {
    const state = failed.sent ? sqlStateOf(failed.error) : undefined
    const again = Effect.suspend(() => repeating(beginning, once, attempt + 1))
    if ((state === "40001" || state === "40P01") && attempt < repetitions) {
      const pause = Effect.flatMap(Random.next, (share) => RealTime.wait(share * 2 ** Math.min(attempt, 6)))
      return Effect.andThen(pause, again)
    }
    const isEarly = RealTime.now() - begun < patience
    const isLost = failed.sent && beginning === "read" && isEarly && isFatal(failed.error)
    const isElsewhere = state === Lending.readOnly || state === Lending.changed
    return (isLost || isElsewhere) && attempt === 0 ? again : Effect.fail(failed)
  }
  return Effect.suspend(() => {
    const begun = RealTime.now()
    return once.pipe(Effect.catch((failed) => answer(failed, begun)))
  })
}

interface Answers {
  readonly rows: ReadonlyArray<Rows>
  readonly failures: ReadonlyArray<SqlError>
  readonly committed: boolean
}

/**
 * Sends all statements and a commit at once, then waits for every answer, whatever the first of them are: nothing of
 * this transaction is left on the wire when the next one uses the connection.
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
  return Effect.map(Effect.all(sent, { concurrency: "unbounded", discard: true }), () => ({
    rows,
    failures,
    committed,
  }))
}

const rolledBack = failure("the transaction was rolled back", "40000")

/** The server has not answered in time. */
const late = failure("no answer in time")
