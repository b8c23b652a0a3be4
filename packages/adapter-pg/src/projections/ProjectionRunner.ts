/**
 * Runs catch-up projections in whichever process holds their lease. A lease is judged on the database's clock, and its
 * fencing token is checked in the transaction that saves: a process that lost its lease, and does not know it yet, can
 * save nothing.
 *
 * A projection is `new` until somebody runs it, then `catching-up`, then `live`. It is `failed` after an event that it
 * cannot fold, which is never skipped, until it is resumed; `paused` until it is resumed; `retired` for good.
 */
import {
  type CustomerId,
  EventStore,
  EventStoreError,
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
import type { Database } from "../server/Database.ts"
import * as Projections from "./ProjectionStore.ts"
import type { Rows, Statement } from "../server/Sessions.ts"

/** Where a projection is in its life. */
export type Status = "new" | "catching-up" | "live" | "paused" | "failed" | "retired"

/** How a runner goes about it. */
export interface RunOptions {
  /** For how long a lease holds that is not renewed; it is renewed three times as often. Default 15 seconds. */
  readonly lease?: Duration.Input
}

/** Runs projections and says what became of them. */
export class ProjectionRunner extends Context.Service<
  ProjectionRunner,
  {
    /**
     * Waits for the lease, then folds the log for as long as it is run. It fails where the projection fails, and marks
     * it so. It waits while the projection is paused or failed, and ends when it is retired.
     */
    readonly run: <State, E, R>(
      projection: Projection.Projection<State, E, R>,
      customer: CustomerId.CustomerId,
      options?: RunOptions,
    ) => Effect.Effect<void, E | EventStoreError.ReadError | ProjectionStore.CheckpointMoved, R>
    readonly status: (
      customer: CustomerId.CustomerId,
      key: ProjectionStore.ProjectionKey,
    ) => Effect.Effect<Status, EventStoreError.StoreUnavailable>
    /** Whoever runs it loses the lease at once. */
    readonly pause: Change
    /** Makes a paused or failed projection run again. */
    readonly resume: Change
    /** Whoever runs it loses the lease at once, and nobody gets it again. */
    readonly retire: Change
  }
>()("@tacet/adapter-pg/ProjectionRunner") {}

type Change = (
  customer: CustomerId.CustomerId,
  key: ProjectionStore.ProjectionKey,
) => Effect.Effect<void, EventStoreError.StoreUnavailable>

/** Makes the runner of a store. */
export const make = (
  store: EventStore.EventStore["Service"],
  locate: (customer: CustomerId.CustomerId) => Database,
): ProjectionRunner["Service"] => {
  const ask = (
    customer: CustomerId.CustomerId,
    key: ProjectionStore.ProjectionKey,
    statement: (schema: string) => Statement,
  ): Effect.Effect<Rows, EventStoreError.StoreUnavailable> =>
    Effect.map(
      Projections.run(locate(customer), customer, "saveProjection", "write", (schema) => {
        const { parameters = [], sql } = statement(schema)
        return [{ sql, parameters: [customer, key.name, String(key.version), ...parameters] }]
      }),
      ([rows]) => rows!,
    )

  const status: ProjectionRunner["Service"]["status"] = (customer, key) =>
    Effect.map(
      ask(customer, key, (schema) => ({ sql: `SELECT status FROM ${schema}.projection_lease WHERE ${ofKey}` })),
      ([row]) => (row?.[0] as Status | undefined) ?? "new",
    )

  // A higher fence shuts out whoever holds the lease.
  const change =
    (to: Status, from: ReadonlyArray<Status>): Change =>
    (customer, key) =>
      Effect.asVoid(
        ask(customer, key, (schema) => ({
          sql: from.includes("new")
            ? `INSERT INTO ${schema}.projection_lease AS l
                (customer_id, name, version, fence, owner, expires_at, status)
              VALUES ($1::uuid, $2, $3::int, 1, $1::uuid, now(), $4)
              ON CONFLICT (customer_id, name, version)
              DO UPDATE SET fence = l.fence + 1, expires_at = now(), status = excluded.status
              WHERE l.status = ANY ($5::text[])`
            : `UPDATE ${schema}.projection_lease SET fence = fence + 1, expires_at = now(), status = $4
              WHERE ${ofKey} AND status = ANY ($5::text[])`,
          parameters: [to, `{${from.join(",")}}`],
        })),
      )

  const take = (
    customer: CustomerId.CustomerId,
    key: ProjectionStore.ProjectionKey,
    owner: Uuid.Uuid,
    milliseconds: number,
  ): Effect.Effect<number | undefined, EventStoreError.StoreUnavailable> =>
    Effect.map(
      ask(customer, key, (schema) => ({
        sql: `INSERT INTO ${schema}.projection_lease AS l (customer_id, name, version, fence, owner, expires_at, status)
          VALUES ($1, $2, $3, 1, $4, now() + $5::int * interval '1 millisecond', 'catching-up')
          ON CONFLICT (customer_id, name, version)
          DO UPDATE SET fence = l.fence + 1, owner = excluded.owner, expires_at = excluded.expires_at,
            status = excluded.status
          WHERE l.expires_at <= now() AND l.status IN ('new', 'catching-up', 'live')
          RETURNING fence`,
        parameters: [owner, String(milliseconds)],
      })),
      ([row]) => row?.[0] as number | undefined,
    )

  const renew = (
    customer: CustomerId.CustomerId,
    key: ProjectionStore.ProjectionKey,
    { fence, owner }: Projections.Fence,
    milliseconds: number,
    to: Status,
  ): Effect.Effect<void, EventStoreError.StoreUnavailable> =>
    Effect.flatMap(
      ask(customer, key, (schema) => ({
        sql: `UPDATE ${schema}.projection_lease SET expires_at = now() + $4::int * interval '1 millisecond', status = $5
          WHERE ${ofKey} AND fence = $6 AND owner = $7 AND expires_at > now() RETURNING 1`,
        parameters: [String(milliseconds), to, String(fence), owner],
      })),
      (rows) => (rows.length > 0 ? Effect.void : Effect.fail(Projections.leaseLost)),
    )

  const run: ProjectionRunner["Service"]["run"] = Effect.fn("ProjectionRunner.run")(
    function* (projection, customer, options) {
      const milliseconds = Math.ceil(Duration.toMillis(Duration.fromInputUnsafe(options?.lease ?? "15 seconds")))
      const pause = Effect.sleep(milliseconds / 3)

      const asOwner = Effect.fnUntraced(function* (held: Projections.Fence) {
        let now: Status = "catching-up"
        const say = (status: Status, for_ = milliseconds) => {
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
        // Whoever ends lets go at once. What the projection died of stops it until somebody looks.
        return yield* Effect.onExit(Effect.raceFirst(working, keeping), (exit) =>
          Effect.ignore(say(Exit.isFailure(exit) && !isTransient(exit.cause) ? "failed" : "catching-up", 0)),
        )
      })

      while (true) {
        const owner = yield* Uuid.next
        const attempt = Effect.gen(function* () {
          const fence = yield* take(customer, projection, owner, milliseconds)
          if (fence !== undefined) return yield* asOwner({ fence, owner })
          return (yield* status(customer, projection)) === "retired"
        })
        const exit = yield* Effect.exit(attempt)
        if (Exit.isSuccess(exit)) {
          if (exit.value) return
        } else if (!isTransient(exit.cause)) {
          return yield* exit
        }
        yield* pause
      }
    },
  )

  return {
    run,
    status,
    pause: change("paused", ["new", "catching-up", "live"]),
    resume: change("catching-up", ["paused", "failed"]),
    retire: change("retired", ["new", "catching-up", "live", "paused", "failed"]),
  }
}

/** Whether it may go better the next time: the lease was lost, the database was away, somebody else has saved. */
const isTransient = (cause: Cause.Cause<unknown>): boolean => {
  if (Cause.hasInterruptsOnly(cause)) return true
  const error = Option.getOrUndefined(Cause.findErrorOption(cause))
  return error instanceof EventStoreError.StoreUnavailable || error instanceof ProjectionStore.CheckpointMoved
}

const ofKey = "customer_id = $1 AND name = $2 AND version = $3"
