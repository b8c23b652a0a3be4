/**
 * Lends connections, each to one use at a time. A connection that has died while it was idle, is too old, or leads to a
 * server that has refused a write, is not lent again.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberSet from "effect/FiberSet"
import * as Pool from "effect/Pool"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import type { SqlError } from "effect/sql/SqlError"
import * as Connecting from "./Connecting.ts"
import { isFatal, sqlStateOf } from "./DatabaseError.ts"
import * as Deadlines from "./Deadlines.ts"
import type { Options } from "./Options.ts"
import * as RealTime from "./RealTime.ts"
import { answerTimeoutOf, connectionConfig, connectTimeoutOf, grace, type Settings } from "./settings.ts"
import { failure, TransactionFailed } from "./TransactionFailed.ts"

/** The settings by which pools differ. */
export interface LendingOptions {
  readonly size: number
  /** Settings of the server for these connections. */
  readonly settings: Settings
}

/** A connection that is lent. */
export interface Session extends Connecting.Connected {
  readonly madeAt: number
  /** How often a server had refused a write or shut down when the connection was made. */
  readonly epoch: number
  usedAt: number
}

/** After so many milliseconds without use, a connection is tried before it is lent. */
const triedAfter = 15_000

/** How long a connection is used, in milliseconds: up to a tenth more, so that not all are renewed at once. */
const lifetimeOf = ({ connectionLifetime }: Options): number =>
  Duration.toMillis(Duration.fromInputUnsafe(connectionLifetime ?? "30 minutes"))

/** Connections to lend. */
export interface Lending {
  /**
   * Lends a session. Only a caller that has to wait for another has a time limit: the limit costs more than the wait.
   * `use` is not interrupted; the session is lent until it has ended.
   */
  readonly withSession: <A>(
    use: (session: Session) => Effect.Effect<A, TransactionFailed>,
    isAwaited: boolean,
  ) => Effect.Effect<A, TransactionFailed>
  /** Lends the connection no more where an error shows that it, or its server, is of no more use. */
  readonly discard: (session: Session, error: SqlError) => Effect.Effect<void>
  /** The calls that are on their way. */
  readonly deadlines: Deadlines.Deadlines
}

/** The server takes no writes. */
export const readOnly = "25006"

/** A table was changed since the session planned its statement: every statement of the session, and of others, may be of before. */
export const changed = "0A000"

/** Opens a pool. Connections are made when they are first needed. */
export const make = Effect.fnUntraced(function* (
  options: Options,
  { settings, size }: LendingOptions,
): Effect.fn.Return<Lending, never, Scope.Scope> {
  const connecting = Connecting.make({ ...connectionConfig(options, settings), multiplex: true })
  const lifetime = lifetimeOf(options) * (1 + (yield* Random.next) / 10)
  const limit = answerTimeoutOf(options)
  let epoch = 0
  const pool: Pool.Pool<Session, SqlError> = yield* Pool.makeWithTTL({
    acquire: Effect.map(connecting, (connected): Session => ({
      ...connected,
      madeAt: RealTime.now(),
      epoch,
      usedAt: RealTime.now(),
    })),
    min: 0,
    max: size,
    timeToLive: "1 minute",
    timeToLiveStrategy: "usage",
  }).pipe(RealTime.passing)
  const deadlines = Deadlines.make(limit)
  const run = yield* FiberSet.runtime(yield* FiberSet.make<unknown, TransactionFailed>())()
  // Before the pool closes: statements under way have a moment, then their connections are cut.
  yield* Effect.addFinalizer(() => deadlines.close(grace))

  // When a connection that was tried gave no answer: those that have not been used since are not even tried.
  let silentAt = Number.NEGATIVE_INFINITY
  const isSound = (session: Session): Effect.Effect<boolean> => {
    const now = RealTime.now()
    const isOld = session.epoch !== epoch || now - session.madeAt > lifetime
    if (session.wire.isClosed() || isOld) return Effect.succeed(false)
    if (now - session.usedAt < triedAfter) return Effect.succeed(true)
    if (session.usedAt < silentAt) {
      session.wire.cut()
      return Effect.succeed(false)
    }
    return session.connection.queryValues("SELECT 1", [], false).pipe(
      Effect.timeout(connectTimeoutOf(options)),
      RealTime.passing,
      Effect.match({ onSuccess: () => true, onFailure: () => false }),
      Effect.tap((sound) =>
        Effect.sync(() => {
          if (sound) return
          session.wire.cut()
          silentAt = RealTime.now()
        }),
      ),
    )
  }

  const sound: Effect.Effect<Session, SqlError, Scope.Scope> = Effect.flatMap(Pool.get(pool), (session) =>
    Effect.flatMap(isSound(session), (isSound) =>
      isSound ? Effect.succeed(session) : Effect.andThen(Pool.invalidate(pool, session), sound),
    ),
  )
  let lent = 0
  const exhausted = Effect.suspend(() =>
    Effect.fail(
      new TransactionFailed(
        failure(`overloaded: ${lent - size} calls wait for one of ${size} connections`),
        false,
        false,
        lent - size,
      ),
    ),
  )
  const next = Effect.mapError(sound, (error) => new TransactionFailed(error, false))
  const nextInTime = RealTime.passing(
    Effect.timeoutOrElse(next, { duration: options.waitTimeout ?? limit, orElse: () => exhausted }),
  )
  const most = size + (options.waitingCalls ?? 100_000)

  /**
   * Lends a session. Only who has to wait for another is given a time limit: it costs more than the waiting. `use` is
   * not interrupted; the session is lent until it has ended.
   */
  const withSession = <A>(
    use: (session: Session) => Effect.Effect<A, TransactionFailed>,
    isAwaited: boolean,
  ): Effect.Effect<A, TransactionFailed> =>
    Effect.uninterruptibleMask((restore) => {
      if (lent >= most) return exhausted
      const scope = Scope.makeUnsafe()
      const lease = Effect.provideService(lent < size ? next : nextInTime, Scope.Scope, scope)
      lent++
      const release = Effect.suspend(() => {
        lent--
        return Scope.close(scope, Exit.void)
      })
      const leased = Effect.onExit(restore(lease), (exit) => (Exit.isSuccess(exit) ? Effect.void : release))
      return Effect.flatMap(leased, (session) => {
        const used = Effect.ensuring(
          Effect.suspend(() => use(session)),
          release,
        )
        if (isAwaited) return used
        const running = run(Effect.uninterruptible(used))
        return Effect.onInterrupt(restore(Fiber.join(running)), () =>
          Effect.sync(() => deadlines.hasten(session, grace)),
        )
      })
    })

  /** Discards a connection after an error, and others of its server where the error concerns the server. */
  const discard = (session: Session, error: SqlError): Effect.Effect<void> => {
    const state = sqlStateOf(error)
    const leaves = state === readOnly || state === changed || (state?.startsWith("57P") ?? false)
    if (leaves && session.epoch === epoch) epoch++
    return leaves || isFatal(error) ? Pool.invalidate(pool, session) : Effect.void
  }

  return { withSession, discard, deadlines }
})
