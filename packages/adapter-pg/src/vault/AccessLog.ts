/**
 * The access log in PostgreSQL. Records of one Customer that wait in the process are written together.
 */
import type { CustomerId, Uuid } from "@tacet/core/eventsourcing"
import { type AccessLog, type PersonalDataCategory, VaultError } from "@tacet/core/privacy"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import * as GroupCommit from "../server/GroupCommit.ts"
import { list } from "../server/types.ts"
import * as Records from "./Records.ts"
import { type Locate, transacting, whole, wholes } from "./transacting.ts"

/** At most so many records go out together. */
const most = 500

/** Makes the log over databases. */
export const make = Effect.fnUntraced(function* (
  locate: Locate,
): Effect.fn.Return<AccessLog.AccessLog["Service"], never, Scope.Scope> {
  const transact = transacting("accessLog", locate)

  const keep = (customer: CustomerId.CustomerId, records: ReadonlyArray<AccessLog.AccessRecord>) =>
    Effect.asVoid(
      transact(customer, "write", (schema) => [
        Records.lock(schema, customer, "access"),
        {
          sql: `WITH added AS (
              INSERT INTO ${schema}.access_record (customer_id, number, ${columns})
              SELECT $1::uuid, ${Records.last(schema, "access")} + r.n, ${columns}
              FROM unnest($2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::text[], $9::text[],
                  $10::text[])
                WITH ORDINALITY AS r (${columns}, n)
              RETURNING 1
            ) ${Records.counting(schema, "access")}`,
          parameters: [
            customer,
            wholes(records.map(({ at }) => at)),
            list.uuid(records.map(({ actor }) => actor)),
            list.text(records.map(({ purpose }) => purpose)),
            list.text(records.map(({ reason }) => reason)),
            list.uuid(records.map(({ matter }) => matter ?? null)),
            list.uuid(records.map(({ reference }) => reference ?? null)),
            list.text(records.map(({ category }) => category)),
            list.text(records.map(({ outcome }) => outcome)),
            list.text(records.map(({ reader }) => reader ?? null)),
          ],
        },
      ]),
    )

  const record = yield* GroupCommit.make<
    CustomerId.CustomerId,
    AccessLog.AccessRecord,
    void,
    VaultError.VaultUnavailable
  >({
    choose: (waiting) => {
      const chosen: Array<number> = []
      for (const _ of waiting) if (chosen.push(chosen.length) === most) break
      return chosen
    },
    most: 100_000,
    overloaded: (waiting) =>
      new VaultError.VaultUnavailable({ store: "accessLog", cause: `overloaded: ${waiting} records wait` }),
    isAwaited: false,
    carryOut: (customer, batch) => {
      const told = (entries: typeof batch) => (exit: Exit.Exit<void, VaultError.VaultUnavailable>) =>
        Effect.sync(() => {
          for (const { answer } of entries) answer(exit)
        })
      const all = Effect.exit(
        keep(
          customer,
          batch.map(({ request }) => request),
        ),
      )
      return Effect.flatMap(all, (exit) => {
        if (exit._tag === "Success" || batch.length === 1) return told(batch)(exit)
        // A record that is refused must not fail the others: each is sent alone.
        return Effect.forEach(
          batch,
          (entry) => Effect.flatMap(Effect.exit(keep(customer, [entry.request])), told([entry])),
          { discard: true },
        )
      })
    },
  })

  return {
    record: (kept) => record(kept.customer, kept),
    read: (customer, { after, limit }) =>
      Effect.map(
        transact(customer, "read", (schema) => [
          {
            sql: `SELECT ${columns} FROM ${schema}.access_record
              WHERE customer_id = $1 AND number > $2 ORDER BY number LIMIT $3`,
            parameters: [customer, whole(after), whole(limit)],
          },
        ]),
        ([rows]) => rows!.map((row) => recordOf(customer, row)),
      ),
  }
})

const columns = "accessed_at, actor_id, purpose, reason, matter_id, reference, category, outcome, reader"

const recordOf = (customer: CustomerId.CustomerId, row: ReadonlyArray<unknown>): AccessLog.AccessRecord => ({
  customer,
  at: row[0] as number,
  actor: row[1] as Uuid.Uuid,
  purpose: row[2] as string,
  reason: row[3] as AccessLog.AccessReason,
  matter: (row[4] as Uuid.Uuid | null) ?? undefined,
  reference: (row[5] as Uuid.Uuid | null) ?? undefined,
  category: row[6] as PersonalDataCategory.PersonalDataCategory,
  outcome: row[7] as AccessLog.AccessOutcome,
  reader: (row[8] as AccessLog.ReaderSide | null) ?? undefined,
})
