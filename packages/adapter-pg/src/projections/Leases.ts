/**
 * The leases of projections: one row for each, with its status and a fence that is counted on whenever the lease changes
 * hands. Leases are judged on the database's clock.
 */
import type { CustomerId, EventStoreError, ProjectionStore, Uuid } from "@tacet/core/eventsourcing"
import * as Effect from "effect/Effect"
import type { Database } from "../server/Database.ts"
import type { Rows, Statement } from "../server/Sessions.ts"
import * as Projections from "./ProjectionStore.ts"

/** Where a projection is in its life. */
export type Status = "new" | "catching-up" | "live" | "paused" | "failed" | "retired"

/** Changes the status of a projection. */
export type Change = (
  customer: CustomerId.CustomerId,
  key: ProjectionStore.ProjectionKey,
) => Effect.Effect<void, EventStoreError.StoreError>

/** Makes the leases over databases. */
export const make = (locate: (customer: CustomerId.CustomerId) => Database) => {
  const ask = (
    customer: CustomerId.CustomerId,
    key: ProjectionStore.ProjectionKey,
    statement: (schema: string) => Statement,
  ): Effect.Effect<Rows, EventStoreError.StoreError> =>
    Effect.map(
      Projections.run(locate(customer), customer, "saveProjection", "write", (schema) => {
        const { parameters = [], sql } = statement(schema)
        return [{ sql, parameters: [customer, key.name, String(key.version), ...parameters] }]
      }),
      ([rows]) => rows!,
    )

  const status = (
    customer: CustomerId.CustomerId,
    key: ProjectionStore.ProjectionKey,
  ): Effect.Effect<Status, EventStoreError.StoreError> =>
    Effect.map(
      ask(customer, key, (schema) => ({ sql: `SELECT status FROM ${schema}.projection_lease WHERE ${ofKey}` })),
      ([row]) => (row?.[0] as Status | undefined) ?? "new",
    )

  // A higher fence excludes the present holder of the lease.
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
  ): Effect.Effect<number | undefined, EventStoreError.StoreError> =>
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
  ): Effect.Effect<void, EventStoreError.StoreError> =>
    Effect.flatMap(
      ask(customer, key, (schema) => ({
        sql: `UPDATE ${schema}.projection_lease SET expires_at = now() + $4::int * interval '1 millisecond', status = $5
          WHERE ${ofKey} AND fence = $6 AND owner = $7 AND expires_at > now() RETURNING 1`,
        parameters: [String(milliseconds), to, String(fence), owner],
      })),
      (rows) => (rows.length > 0 ? Effect.void : Effect.fail(Projections.leaseLost)),
    )

  return { status, change, take, renew }
}

const ofKey = "customer_id = $1 AND name = $2 AND version = $3"
