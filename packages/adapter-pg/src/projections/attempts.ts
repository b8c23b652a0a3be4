/**
 * One attempt to fold the log of a Customer: it takes the lease of the projection, works under it, and says what became of it.
 */
import {
  type CustomerId,
  EventStore,
  EventStoreError,
  Observability,
  Projection,
  ProjectionStore,
  Uuid,
} from "@tacet/core/eventsourcing"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type { Database } from "../server/Database.ts"
import * as RealTime from "../server/RealTime.ts"
import type * as Leases from "./Leases.ts"
import * as Projections from "./ProjectionStore.ts"

type Stores = EventStore.EventStore | ProjectionStore.ProjectionStore

/** What became of an attempt to fold the log of a Customer: how far it is folded, or why it is not. */
export type Attempted = Projection.Projected<unknown> | "waits" | "retired"

/** Attempts to take the lease of a projection of one Customer, and works under it. Says what fails; fails with nothing. */
export const attemptsOver =
  (
    store: EventStore.EventStore["Service"],
    locate: (customer: CustomerId.CustomerId) => Database,
    { renew, status, take }: ReturnType<typeof Leases.make>,
  ) =>
  <State, E, R>(
    projection: Projection.Projection<State, E, R>,
    customer: CustomerId.CustomerId,
    milliseconds: number,
    work: (
      caughtUp: Effect.Effect<Projection.Projected<State>, Projection.RunError<E>, R | Stores>,
    ) => Effect.Effect<Projection.Projected<State>, Projection.RunError<E>, R | Stores>,
  ): Effect.Effect<Attempted, never, R> => {
    const asOwner = Effect.fnUntraced(function* (held: Projections.Fence) {
      let now: Leases.Status = "catching-up"
      const say = (status: Leases.Status, for_ = milliseconds) => {
        now = status
        return renew(customer, projection, held, for_, status)
      }
      const keeping = Effect.forever(
        Effect.andThen(
          RealTime.wait(milliseconds / 3),
          Effect.suspend(() => say(now)),
        ),
      )
      const working = work(Effect.tap(Projection.catchUp(projection, customer), () => say("live"))).pipe(
        Effect.provideService(EventStore.EventStore, store),
        Effect.provideService(ProjectionStore.ProjectionStore, Projections.make(locate, held)),
      )
      // A runner that ends releases its lease at once. A permanent failure stops the projection until it is resumed.
      return yield* Effect.onExit(Effect.raceFirst(working, keeping), (exit) => Effect.ignore(say(endOf(exit), 0)))
    })

    /** How far the log is folded and where its head is, for a projection that has failed. */
    const howFar = Effect.gen(function* () {
      const saved = yield* Projections.make(locate).load(customer, projection)
      const through = Option.match(saved, { onNone: () => 0, onSome: ({ checkpoint }) => checkpoint })
      const { head } = yield* store.readLog(customer, { after: through, limit: 1 })
      yield* Observability.noteLag(projection, customer, { head, through })
      return { head, through }
    })

    const attempt = Effect.gen(function* (): Effect.fn.Return<
      Attempted,
      Projection.RunError<E> | EventStoreError.StoreError,
      R
    > {
      const owner = yield* Uuid.next
      const fence = yield* take(customer, projection, owner, milliseconds)
      if (fence !== undefined) return yield* asOwner({ fence, owner })
      const now = yield* status(customer, projection)
      yield* now === "failed" ? Effect.ignore(howFar) : Observability.forgetLag(projection, customer)
      return now === "retired" ? "retired" : "waits"
    })

    let failures = 0
    return Effect.flatMap(Effect.exit(attempt), (exit) => {
      if (Exit.isSuccess(exit)) {
        failures = 0
        return Effect.succeed(exit.value)
      }
      const said = isTransient(exit.cause)
        ? Effect.when(stillFailing(projection, customer, ++failures, exit.cause), Effect.succeed(isTold(failures)))
        : Effect.flatMap(Effect.option(howFar), (at) =>
            hasFailed(projection, customer, exit.cause, Option.getOrUndefined(at)),
          )
      return Effect.as(said, "waits" as const)
    })
  }

/** What a projection is once nobody works on it. */
const endOf = (exit: Exit.Exit<unknown, unknown>): Leases.Status =>
  Exit.isSuccess(exit) ? "live" : isTransient(exit.cause) ? "catching-up" : "failed"

/** One failure alone is part of life, such as a lease that was lost; of many, fewer and fewer are logged. */
const isTold = (failures: number): boolean => failures >= 3 && Number.isInteger(Math.log2(failures / 3))

/** Logs that a projection keeps trying in vain, for a reason that may not pass by itself. */
const stillFailing = (
  { name, version }: ProjectionStore.ProjectionKey,
  customer: CustomerId.CustomerId,
  failures: number,
  cause: Cause.Cause<unknown>,
): Effect.Effect<void> => {
  const error = Option.getOrUndefined(Cause.findErrorOption(cause))
  const reason = error instanceof Error ? error.message : "interrupted"
  return Effect.logWarning(
    `projection ${name} version ${version} of Customer ${customer} has failed ${failures} times in a row and tries again: ${reason}`,
  )
}

/** Logs that a projection has failed, without the message of its error, which may repeat data of an event. */
const hasFailed = (
  { name, version }: ProjectionStore.ProjectionKey,
  customer: CustomerId.CustomerId,
  cause: Cause.Cause<unknown>,
  at: { readonly head: number; readonly through: number } | undefined,
): Effect.Effect<void> => {
  const error = Cause.squash(cause)
  const kind = Predicate.hasProperty(error, "_tag")
    ? String(error._tag)
    : error instanceof Error
      ? error.name
      : "a defect"
  const place = at === undefined ? "" : `; what is saved ends at position ${at.through}, the log at ${at.head}`
  return Effect.logError(
    `projection ${name} version ${version} of Customer ${customer} has failed (${kind})${place}. Mend it, then resume it.`,
  )
}

/** Whether a retry may succeed: the lease was lost, the database was unavailable, another process has saved. */
const isTransient = (cause: Cause.Cause<unknown>): boolean => {
  if (Cause.hasInterruptsOnly(cause)) return true
  const error = Option.getOrUndefined(Cause.findErrorOption(cause))
  return (
    error instanceof EventStoreError.StoreUnavailable ||
    error instanceof EventStoreError.Overloaded ||
    error instanceof ProjectionStore.CheckpointMoved
  )
}
