/**
 * The projection store: a state and its checkpoint are one row, changed only by who knows the checkpoint.
 */
import { type CustomerId, EventStoreError, Projection, ProjectionStore } from "@tacet/core/eventsourcing"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Database } from "../server/Database.ts"
import { isFatal } from "../server/DatabaseError.ts"
import type { Beginning, Rows, Statement } from "../server/Sessions.ts"
import { storeError } from "../server/TransactionFailed.ts"
import { list } from "../server/types.ts"

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
    Effect.flatMap(
      run(locate(customer), customer, "loadProjection", "read", (schema) => [
        {
          // One statement sees counters and head at one instant.
          sql: `SELECT counter, value FROM ${schema}.counter WHERE customer_id = $1 AND name = $2 AND version = $3
            UNION ALL SELECT NULL, position FROM ${schema}.compartment WHERE customer_id = $1`,
          parameters: of(customer, key),
        },
      ]),
      ([rows]) => {
        const counters = new Map(rows as ReadonlyArray<readonly [string | null, number]>)
        const [counted, head] = [counters.get(Projection.countedEvents) ?? 0, counters.get(null) ?? 0]
        counters.delete(Projection.countedEvents)
        counters.delete(null)
        if (counted === head) return Effect.succeed(counters as ReadonlyMap<string, number>)
        const { name, version } = key
        return Effect.fail(new ProjectionStore.CountersIncomplete({ customer, name, version, counted, head }))
      },
    ),
  replaceCounters: (customer, key, through, counters) =>
    Effect.flatMap(
      run(locate(customer), customer, "saveProjection", "write", (schema) => [
        {
          // The lock of appends: the log does not grow before the commit.
          sql: `SELECT 1 FROM ${schema}.compartment WHERE customer_id = $1 FOR UPDATE`,
          parameters: [customer],
        },
        {
          sql: `DELETE FROM ${schema}.counter c USING ${schema}.compartment p
            WHERE c.customer_id = $1 AND c.name = $2 AND c.version = $3 AND p.customer_id = $1 AND p.position = $4`,
          parameters: [...of(customer, key), String(through)],
        },
        {
          sql: `INSERT INTO ${schema}.counter (customer_id, name, version, counter, value)
            SELECT p.customer_id, $2::text, $3::int, d.counter, d.value
            FROM ${schema}.compartment p, unnest($5::text[], $6::double precision[]) AS d (counter, value)
            WHERE p.customer_id = $1 AND p.position = $4 RETURNING 1`,
          parameters: [
            ...of(customer, key),
            String(through),
            list.text([...counters.keys(), Projection.countedEvents]),
            list.float8([...counters.values(), through]),
          ],
        },
        { sql: `SELECT position FROM ${schema}.compartment WHERE customer_id = $1`, parameters: [customer] },
      ]),
      (answers): Effect.Effect<void, ProjectionStore.CheckpointMoved> => {
        const actual = (answers.at(-1)![0]?.[0] as number | undefined) ?? 0
        if (actual === through) return Effect.void
        const { name, version } = key
        return Effect.fail(new ProjectionStore.CheckpointMoved({ customer, name, version, expected: through, actual }))
      },
    ),
})

/** The error of a save without the lease. */
export const leaseLost = new EventStoreError.StoreUnavailable({
  operation: "saveProjection",
  outcome: "notCommitted",
  cause: "the lease was lost",
})

const of = (customer: CustomerId.CustomerId, { name, version }: ProjectionStore.ProjectionKey): Array<unknown> => [
  customer,
  name,
  String(version),
]

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
  const parameters = [...of(customer, key), String(checkpoint), state]
  if (fence !== undefined) parameters.push(String(fence.fence), fence.owner)
  const held = `FROM ${schema}.projection_lease l
    WHERE l.customer_id = $1 AND l.name = $2 AND l.version = $3 AND l.fence = $6 AND l.owner = $7 AND l.expires_at > now()`
  // Where nothing was saved, the checkpoint is 0; of several who save first, the key lets one.
  if (expected === 0) {
    const row =
      fence === undefined
        ? "VALUES ($1, $2, $3, $4, $5)"
        : `SELECT l.customer_id, l.name, l.version, $4::bigint, $5::text ${held}`
    return {
      sql: `INSERT INTO ${schema}.projection AS p (customer_id, name, version, checkpoint, state) ${row}
        ON CONFLICT (customer_id, name, version)
        DO UPDATE SET checkpoint = excluded.checkpoint, state = excluded.state WHERE p.checkpoint = 0 RETURNING 1`,
      parameters,
    }
  }
  const [where, at] = fence === undefined ? ["WHERE", "$6"] : [`${held} AND`, "$8"]
  return {
    sql: `UPDATE ${schema}.projection p SET checkpoint = $4, state = $5
      ${where} p.customer_id = $1 AND p.name = $2 AND p.version = $3 AND p.checkpoint = ${at} RETURNING 1`,
    parameters: [...parameters, String(expected)],
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
