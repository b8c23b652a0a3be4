/**
 * Runs catch-up projections in whichever process holds their lease. A lease expires by the database's clock, and its
 * fencing token is checked in the transaction that saves: a process that has lost its lease without knowing it cannot
 * save.
 *
 * A projection is `new` until it first runs, then `catching-up`, then `live`. It is `failed` after an event that it
 * cannot fold, which is never skipped, until it is resumed; `paused` until it is resumed; `retired` for good.
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
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type { Database } from "../server/Database.ts"
import * as Leases from "./Leases.ts"
import * as Projections from "./ProjectionStore.ts"
import * as RealTime from "../server/RealTime.ts"

export type { Status } from "./Leases.ts"

/** How a runner works. */
export interface RunOptions {
  /** For how long a lease holds that is not renewed; it is renewed three times as often. Default 15 seconds. */
  readonly lease?: Duration.Input
}

/** Runs projections and says what became of them. */
export class ProjectionRunner extends Context.Service<
  ProjectionRunner,
  {
    /**
     * Waits for the lease, then folds the log for as long as it is run. Where the projection fails it marks it so, logs an error
     * that names the kind of the failure and the position, and waits until it is resumed, as it waits while it is paused; the
     * gauge `tacet_projection_lag` keeps growing meanwhile. It ends when the projection is retired.
     */
    readonly run: <State, E, R>(
      projection: Projection.Projection<State, E, R>,
      customer: CustomerId.CustomerId,
      options?: RunOptions,
    ) => Effect.Effect<void, never, R>
    readonly status: (
      customer: CustomerId.CustomerId,
      key: ProjectionStore.ProjectionKey,
    ) => Effect.Effect<Leases.Status, EventStoreError.StoreError>
    /** Revokes the lease at once. */
    readonly pause: Leases.Change
    /** Makes a paused or failed projection run again. */
    readonly resume: Leases.Change
    /** Revokes the lease at once and for good. */
    readonly retire: Leases.Change
  }
>()("@tacet/adapter-pg/ProjectionRunner") {}

/** Makes the runner of a store. */
export const make = (
  store: EventStore.EventStore["Service"],
  locate: (customer: CustomerId.CustomerId) => Database,
): ProjectionRunner["Service"] => {
  const { change, renew, status, take } = Leases.make(locate)

  const run: ProjectionRunner["Service"]["run"] = Effect.fn("ProjectionRunner.run")(
    function* (projection, customer, options) {
      const milliseconds = Math.ceil(Duration.toMillis(Duration.fromInputUnsafe(options?.lease ?? "15 seconds")))
      const pause = RealTime.wait(milliseconds / 3)

      const asOwner = Effect.fnUntraced(function* (held: Projections.Fence) {
        let now: Leases.Status = "catching-up"
        const say = (status: Leases.Status, for_ = milliseconds) => {
          now = status
          return renew(customer, projection, held, for_, status)
        }
        const keeping = Effect.forever(
          Effect.andThen(
            pause,
            Effect.suspend(() => say(now)),
          ),
        )
        const working = Effect.gen(function* () {
          yield* Projection.catchUp(projection, customer)
          yield* say("live")
          return yield* Projection.follow(projection, customer)
        }).pipe(
          Effect.provideService(EventStore.EventStore, store),
          Effect.provideService(ProjectionStore.ProjectionStore, Projections.make(locate, held)),
        )
        // A runner that ends releases its lease at once. A permanent failure stops the projection until it is resumed.
        return yield* Effect.onExit(Effect.raceFirst(working, keeping), (exit) =>
          Effect.ignore(say(Exit.isFailure(exit) && !isTransient(exit.cause) ? "failed" : "catching-up", 0)),
        )
      })

      /** How far the log is folded and where its head is, for a projection that has failed. */
      const howFar = Effect.gen(function* () {
        const saved = yield* Projections.make(locate).load(customer, projection)
        const through = Option.match(saved, { onNone: () => 0, onSome: ({ checkpoint }) => checkpoint })
        const { head } = yield* store.readLog(customer, { after: through, limit: 1 })
        yield* Observability.noteLag(projection, customer, { head, through })
        return { head, through }
      })

      let failures = 0
      while (true) {
        const owner = yield* Uuid.next
        const attempt = Effect.gen(function* () {
          const fence = yield* take(customer, projection, owner, milliseconds)
          if (fence !== undefined) return yield* asOwner({ fence, owner })
          const now = yield* status(customer, projection)
          yield* now === "failed" ? Effect.ignore(howFar) : Observability.forgetLag(projection, customer)
          return now === "retired"
        })
        const exit = yield* Effect.exit(attempt)
        if (Exit.isSuccess(exit)) {
          if (exit.value) return
          failures = 0
        } else if (isTransient(exit.cause)) {
          failures++
          if (isTold(failures)) yield* stillFailing(projection, customer, failures, exit.cause)
        } else {
          yield* hasFailed(projection, customer, exit.cause, Option.getOrUndefined(yield* Effect.option(howFar)))
        }
        yield* pause
      }
    },
    // Whoever runs it no more says nothing of its lag, also of one that has failed.
    (running, projection, customer) => Effect.ensuring(running, Observability.forgetLag(projection, customer)),
  )

  return {
    run,
    status,
    pause: change("paused", ["new", "catching-up", "live"]),
    resume: change("catching-up", ["paused", "failed"]),
    retire: change("retired", ["new", "catching-up", "live", "paused", "failed"]),
  }
}

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
