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
  type EventStore,
  type EventStoreError,
  Observability,
  Projection,
  type ProjectionStore,
} from "@tacet/core/eventsourcing"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Database } from "../server/Database.ts"
import { attemptsOver } from "./attempts.ts"
import * as Leases from "./Leases.ts"
import { type Growth, loop } from "./loop.ts"
import * as RealTime from "../server/RealTime.ts"

export type { Status } from "./Leases.ts"

/** How a runner works. */
export interface RunOptions {
  /** For how long a lease holds that is not renewed; it is renewed three times as often. Default 15 seconds. */
  readonly lease?: Duration.Input
}

/** How one loop works for many Customers. */
export interface RunAllOptions extends RunOptions {
  /** Of how many Customers the logs are folded at a time. Default 4. */
  readonly concurrency?: number
  /**
   * After how long a Customer's log is asked again whether it has grown where nobody has announced that. Each answer that it has not
   * doubles the time. Default 1 second.
   */
  readonly shortest?: Duration.Input
  /** The longest time between two questions. Default 1 minute. */
  readonly longest?: Duration.Input
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
    /**
     * Does in one loop what `run` does for each of many Customers, a few at a time: for a thousand Customers whose logs rarely grow,
     * a thousand runs would ask the database all the time. The Customers are asked for again in each turn; the loop fails only
     * where that fails.
     */
    readonly runAll: <State, E, R, CustomersError, CustomersR>(
      projection: Projection.Projection<State, E, R>,
      customers: Effect.Effect<Iterable<CustomerId.CustomerId>, CustomersError, CustomersR>,
      options?: RunAllOptions,
    ) => Effect.Effect<never, CustomersError, R | CustomersR>
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
  growth: Growth,
): ProjectionRunner["Service"] => {
  const leases = Leases.make(locate)
  const { change, status } = leases
  const attempting = attemptsOver(store, locate, leases)
  return {
    run: Effect.fn("ProjectionRunner.run")(
      function* (projection, customer, options) {
        const milliseconds = leaseOf(options)
        const attempt = attempting(projection, customer, milliseconds, (caughtUp) =>
          Effect.andThen(caughtUp, Projection.follow(projection, customer)),
        )
        while (true) {
          if ((yield* attempt) === "retired") return
          yield* RealTime.wait(milliseconds / 3)
        }
      },
      // Whoever runs it no more says nothing of its lag, also of one that has failed.
      (running, projection, customer) => Effect.ensuring(running, Observability.forgetLag(projection, customer)),
    ),
    runAll: Effect.fn("ProjectionRunner.runAll")(
      (projection, customers, options) =>
        loop(
          store,
          growth,
          customers,
          (customer) => attempting(projection, customer, leaseOf(options), (caughtUp) => caughtUp),
          (customer) => Observability.forgetLag(projection, customer),
          { concurrency: 4, shortest: "1 second", longest: "1 minute", ...options },
        ),
      Effect.scoped,
    ),
    status,
    pause: change("paused", ["new", "catching-up", "live"]),
    resume: change("catching-up", ["paused", "failed"]),
    retire: change("retired", ["new", "catching-up", "live", "paused", "failed"]),
  }
}

const leaseOf = ({ lease = "15 seconds" }: RunOptions = {}): number =>
  Math.ceil(Duration.toMillis(Duration.fromInputUnsafe(lease)))
