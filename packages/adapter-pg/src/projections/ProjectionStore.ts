/**
 * The projection store: a state and its checkpoint are one row, changed only by who knows the checkpoint.
 */
import { type CustomerId, EventStoreError, ProjectionStore } from "@tacet/core/eventsourcing"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Database } from "../server/Database.ts"
import { isFatal } from "../server/DatabaseError.ts"
import type { Beginning, Rows, Statement } from "../server/Sessions.ts"
import { storeError } from "../server/TransactionFailed.ts"

/** The conditions on the saving process's lease, besides the checkpoint. */
export interface Fence {
  readonly owner: string
  readonly fence: number
}

/** Makes the projection store over databases. With a fence, only its holder saves. */
export const make = (
  locate: (customer: CustomerId.CustomerId) => Database,
  fence?: Fence,
): ProjectionStore.ProjectionStore["Service"] => ({
  load: (customer, key) =>
    Effect.map(
      run(locate(customer), customer, "loadProjection", "read", (schema) => [
        {
          sql: `SELECT checkpoint, state FROM ${schema}.projection
            WHERE customer_id = $1 AND name = $2 AND version = $3`,
          parameters: of(customer, key),
        },
      ]),
      ([rows]) =>
        Option.map(Option.fromNullishOr(rows![0]), ([checkpoint, state]) => ({
          checkpoint: checkpoint as number,
          state: state as string,
        })),
    ),
  save: (customer, key, expected, { checkpoint, state }) =>
    Effect.flatMap(
      run(locate(customer), customer, "saveProjection", "write", (schema) => [
        ...(fence === undefined ? [] : [lock(schema, customer, key)]),
        save(schema, customer, key, expected, checkpoint, state, fence),
        {
          sql: `SELECT checkpoint FROM ${schema}.projection WHERE customer_id = $1 AND name = $2 AND version = $3`,
          parameters: of(customer, key),
        },
      ]),
      (answers): Effect.Effect<void, ProjectionStore.CheckpointMoved | EventStoreError.StoreError> => {
        const [saved, found] = answers.slice(-2)
        if (saved!.length > 0) return Effect.void
        const { name, version } = key
        const actual = (found![0]?.[0] as number | undefined) ?? 0
        // The checkpoint is as expected: it was the fence that let nothing through.
        if (actual === expected) return Effect.fail(leaseLost)
        return Effect.fail(new ProjectionStore.CheckpointMoved({ customer, name, version, expected, actual }))
      },
    ),
  activeVersion: (customer, name) =>
    Effect.map(
      run(locate(customer), customer, "loadProjection", "read", (schema) => [
        {
          sql: `SELECT version FROM ${schema}.active_projection WHERE customer_id = $1 AND name = $2`,
          parameters: [customer, name],
        },
      ]),
      ([rows]) => Option.fromNullishOr(rows![0]?.[0] as number | undefined),
    ),
  activate: (customer, key) =>
    Effect.asVoid(
      run(locate(customer), customer, "saveProjection", "write", (schema) => [
        {
          sql: `INSERT INTO ${schema}.active_projection (customer_id, name, version) VALUES ($1, $2, $3)
            ON CONFLICT (customer_id, name) DO UPDATE SET version = excluded.version`,
          parameters: of(customer, key),
        },
      ]),
    ),
  remove: (customer, key) =>
    Effect.asVoid(
      run(locate(customer), customer, "saveProjection", "write", (schema) => [
        {
          sql: `DELETE FROM ${schema}.projection WHERE customer_id = $1 AND name = $2 AND version = $3`,
          parameters: of(customer, key),
        },
      ]),
    ),
  counters: (customer, key) =>
    Effect.map(
      run(locate(customer), customer, "loadProjection", "read", (schema) => [
        {
          sql: `SELECT counter, value FROM ${schema}.counter
            WHERE customer_id = $1 AND name = $2 AND version = $3`,
          parameters: of(customer, key),
        },
      ]),
      ([rows]) => new Map(rows as ReadonlyArray<readonly [string, number]>),
    ),
})

/** The error of a save without the lease. */
export const leaseLost = new EventStoreError.StoreUnavailable({
  operation: "saveProjection",
  outcome: "notCommitted",
  cause: "the lease was lost",
})

const of = (
  customer: CustomerId.CustomerId,
  { name, version }: ProjectionStore.ProjectionKey,
): ReadonlyArray<unknown> => [customer, name, String(version)]

/**
 * Locks the lease's row, whoever holds it, until the commit: no other process takes it over while its holder saves. The
 * statement that saves follows, and sees what the lock waited for.
 */
const lock = (schema: string, customer: CustomerId.CustomerId, key: ProjectionStore.ProjectionKey): Statement => ({
  sql: `SELECT 1 FROM ${schema}.projection_lease WHERE customer_id = $1 AND name = $2 AND version = $3 FOR SHARE`,
  parameters: of(customer, key),
})

const save = (
  schema: string,
  customer: CustomerId.CustomerId,
  key: ProjectionStore.ProjectionKey,
  expected: number,
  checkpoint: number,
  state: string,
  fence: Fence | undefined,
): Statement => {
  const parameters = [...of(customer, key), String(checkpoint), state, String(expected)]
  const held =
    fence === undefined
      ? "held AS (SELECT 1)"
      : `held AS MATERIALIZED (
          SELECT 1 FROM ${schema}.projection_lease WHERE customer_id = $1 AND name = $2 AND version = $3
            AND fence = $7 AND owner = $8 AND expires_at > now()
        )`
  const fenced = fence === undefined ? parameters : [...parameters, String(fence.fence), fence.owner]
  // Where nothing was saved, the checkpoint is 0; of several who save first, the key lets one. What the update asks for is
  // among what is inserted: an engine that plans the two apart would know no type of a parameter that only one of them has.
  return expected === 0
    ? {
        sql: `WITH ${held}
          INSERT INTO ${schema}.projection AS p (customer_id, name, version, checkpoint, state)
          SELECT $1::uuid, $2, $3::int, $4::bigint, $5 FROM held WHERE $6::bigint = 0
          ON CONFLICT (customer_id, name, version)
          DO UPDATE SET checkpoint = excluded.checkpoint, state = excluded.state WHERE p.checkpoint = $6::bigint
          RETURNING 1`,
        parameters: fenced,
      }
    : {
        sql: `WITH ${held}
          UPDATE ${schema}.projection SET checkpoint = $4, state = $5 FROM held
          WHERE customer_id = $1 AND name = $2 AND version = $3 AND checkpoint = $6 RETURNING 1`,
        parameters: fenced,
      }
}

/** Runs statements for a projection. */
export const run = (
  { reads, schema }: Database,
  customer: CustomerId.CustomerId,
  operation: "loadProjection" | "saveProjection",
  beginning: Beginning,
  statements: (schema: string) => ReadonlyArray<Statement>,
): Effect.Effect<ReadonlyArray<Rows>, EventStoreError.StoreError> =>
  Effect.mapError(reads.transact(customer, beginning, statements(schema)), (failed) => {
    const isUnknown = beginning === "write" && failed.sent && isFatal(failed.error)
    return storeError(operation, failed, isUnknown ? "unknown" : "notCommitted")
  })
