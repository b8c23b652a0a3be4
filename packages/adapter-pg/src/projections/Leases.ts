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
  /** Runs statements on a lease in one transaction, and answers the rows of the last. */
  const ask = (
    customer: CustomerId.CustomerId,
    key: ProjectionStore.ProjectionKey,
    statements: (schema: string) => ReadonlyArray<Statement>,
  ): Effect.Effect<Rows, EventStoreError.StoreError> =>
    Effect.map(
      Projections.run(locate(customer), customer, "saveProjection", "write", (schema) =>
        statements(schema).map(({ parameters = [], sql }) => ({
          sql,
          parameters: [customer, key.name, String(key.version), ...parameters],
        })),
      ),
      (answers) => answers.at(-1)!,
    )

  const status = (
    customer: CustomerId.CustomerId,
    key: ProjectionStore.ProjectionKey,
  ): Effect.Effect<Status, EventStoreError.StoreError> =>
    Effect.map(
      ask(customer, key, (schema) => [{ sql: `SELECT status FROM ${schema}.projection_lease WHERE ${ofKey}` }]),
      ([row]) => (row?.[0] as Status | undefined) ?? "new",
    )

  // A higher fence excludes the present holder of the lease.
  const change =
    (to: Status, from: ReadonlyArray<Status>): Change =>
    (customer, key) =>
      Effect.asVoid(
        ask(customer, key, (schema) => [
          ...(from.includes("new") ? [opening(schema)] : []),
          {
            sql: `UPDATE ${schema}.projection_lease SET fence = fence + 1, expires_at = now(), status = $4
              WHERE ${ofKey} AND status = ANY ($5::text[])`,
            parameters: [to, `{${from.join(",")}}`],
          },
        ]),
      )

  const take = (
    customer: CustomerId.CustomerId,
    key: ProjectionStore.ProjectionKey,
    owner: Uuid.Uuid,
    milliseconds: number,
  ): Effect.Effect<number | undefined, EventStoreError.StoreError> =>
    Effect.map(
      ask(customer, key, (schema) => [
        opening(schema),
        {
          sql: `UPDATE ${schema}.projection_lease
            SET fence = fence + 1, owner = $4, expires_at = now() + $5::int * interval '1 millisecond',
              status = 'catching-up'
            WHERE ${ofKey} AND expires_at <= now() AND status IN ('new', 'catching-up', 'live') RETURNING fence`,
          parameters: [owner, String(milliseconds)],
        },
      ]),
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
      ask(customer, key, (schema) => [
        {
          sql: `UPDATE ${schema}.projection_lease SET expires_at = now() + $4::int * interval '1 millisecond', status = $5
            WHERE ${ofKey} AND fence = $6 AND owner = $7 AND expires_at > now() RETURNING 1`,
          parameters: [String(milliseconds), to, String(fence), owner],
        },
      ]),
      (rows) => (rows.length > 0 ? Effect.void : Effect.fail(Projections.leaseLost)),
    )

  return { status, change, take, renew }
}

/**
 * Makes the row of a lease that nobody has held, where there is none: the statement behind it, which sees the row of whoever
 * was first, takes or changes it. One statement for both would need a clock in its ON CONFLICT, which Citus refuses.
 */
const opening = (schema: string): Statement => ({
  sql: `INSERT INTO ${schema}.projection_lease (customer_id, name, version, fence, owner, expires_at, status)
    VALUES ($1, $2, $3, 0, $1, '-infinity', 'new') ON CONFLICT (customer_id, name, version) DO NOTHING`,
})

const ofKey = "customer_id = $1 AND name = $2 AND version = $3"
