import * as PgConnection from "@effect/sql-pg/PgConnection"
import { type CustomerId, EventStore, ExpectedVersion, ProjectionStore, Uuid } from "@tacet/core/eventsourcing"
import { beforeAll, describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import { accountsOf, denied } from "../attacker.testing.ts"
import { layer } from "../layer.ts"
import { connectionConfig } from "../server/settings.ts"
import { forThisFile } from "../testDatabase.testing.ts"

const options = forThisFile()

const mine = "11111111-1111-4111-8111-111111111111" as CustomerId.CustomerId
const theirs = "22222222-2222-4222-8222-222222222222" as CustomerId.CustomerId

const asked = accountsOf(options, ["log", "vault", "operator"])

const tables = [
  "compartment",
  "event",
  "purged_block",
  "commit_remnant",
  "purge",
  "projection",
  "active_projection",
  "projection_lease",
  "counter",
]

describe("an attacker who writes SQL under a role", () => {
  beforeAll(() =>
    Effect.runPromise(
      Effect.gen(function* () {
        const store = yield* EventStore.EventStore
        const projections = yield* ProjectionStore.ProjectionStore
        for (const customer of [mine, theirs]) {
          const [stream, gone] = [
            { kind: "jar", id: yield* Uuid.next },
            { kind: "jar", id: yield* Uuid.next },
          ]
          const events = [{ type: "Filled", schemaVersion: 1, occurredAt: 0, data: '{"of":"all"}' }]
          const write = { expected: ExpectedVersion.none, events }
          yield* store.append({ customer, commitId: yield* Uuid.next, writes: [{ stream: gone, ...write }] })
          yield* store.append({
            customer,
            commitId: yield* Uuid.next,
            writes: [{ stream, ...write }],
            purge: { streams: [gone], reason: "retention" },
          })
          yield* projections.save(customer, { name: "jars", version: 1 }, 0, { checkpoint: 1, state: "1" })
          yield* projections.activate(customer, { name: "jars", version: 1 })
        }
      }).pipe(Effect.provide(layer(options))),
    ),
  )

  it.live("reads no row without a compartment, with an empty one, or after the transaction that set it", () =>
    Effect.gen(function* () {
      const counts = tables.map((table) => `SELECT count(*)::int FROM tacet.${table}`)
      const rows = yield* asked("log", [
        ...counts,
        "SET tacet.customer_id = ''",
        ...counts,
        `BEGIN`,
        `SET LOCAL tacet.customer_id = '${mine}'`,
        "SELECT count(*)::int FROM tacet.event",
        "COMMIT",
        ...counts,
      ])
      const nothing = tables.map(() => [[0]])
      expect(rows).toEqual([...nothing, [], ...nothing, [], [], [[1]], [], ...nothing])
    }),
  )

  it.live("reads and changes its own compartment alone, whatever statement it sends", () =>
    Effect.gen(function* () {
      const [, , own, other, all, inserted] = yield* asked("log", [
        "BEGIN",
        `SET LOCAL tacet.customer_id = '${mine}'`,
        `SELECT customer_id FROM tacet.event`,
        `SELECT count(*)::int FROM tacet.event WHERE customer_id = '${theirs}'`,
        `SELECT count(*)::int FROM tacet.event e, tacet.compartment c WHERE c.customer_id <> '${mine}'`,
        `INSERT INTO tacet.compartment VALUES ('${theirs}', 99)`,
      ])
      expect([own, other, all, inserted]).toEqual([[[mine]], [[0]], [[0]], denied])
      for (const statement of [
        `UPDATE tacet.compartment SET position = 0 WHERE customer_id = '${theirs}' RETURNING 1`,
        `UPDATE tacet.compartment SET fence = 1 WHERE customer_id <> '${mine}' RETURNING 1`,
        `DELETE FROM tacet.event WHERE customer_id = '${theirs}' RETURNING 1`,
      ]) {
        const answers = yield* asked("log", ["BEGIN", `SET LOCAL tacet.customer_id = '${mine}'`, statement, "ROLLBACK"])
        expect(answers[2]).toEqual([])
      }
      const moved = yield* asked("log", [
        "BEGIN",
        `SET LOCAL tacet.customer_id = '${mine}'`,
        `UPDATE tacet.compartment SET customer_id = '00000000-0000-4000-8000-000000000000'`,
      ])
      expect(moved[2]).toBe(denied)
    }),
  )

  it.live("cannot change an event, a purge's record, the schema, its role or the policies", () =>
    Effect.gen(function* () {
      const answers = yield* asked("log", [
        "UPDATE tacet.event SET data = '{}'",
        "UPDATE tacet.purge SET reason = 'other'",
        "DELETE FROM tacet.purge",
        "DELETE FROM tacet.purged_block",
        "TRUNCATE tacet.event",
        "ALTER TABLE tacet.event DISABLE ROW LEVEL SECURITY",
        "DROP POLICY own_rows ON tacet.event",
        "CREATE TABLE tacet.mine (n int)",
        "DROP TABLE tacet.event",
        "SET ROLE tacet_vault",
        "SET ROLE tacet_operator",
        "SET ROLE postgres",
        "SET SESSION AUTHORIZATION postgres",
        "INSERT INTO tacet.migration VALUES (99, now())",
        "COPY tacet.event TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/passwd')",
      ])
      expect(answers).toEqual(answers.map(() => denied))
    }),
  )

  it.live("of the vault's role reads no table of the log, of the operator's reads no event and no state", () =>
    Effect.gen(function* () {
      const set = `SET tacet.customer_id = '${mine}'`
      const vault = yield* asked("vault", [set, ...tables.map((table) => `SELECT * FROM tacet.${table}`)])
      expect(vault.slice(1)).toEqual(tables.map(() => denied))
      const [, ...operator] = yield* asked("operator", [
        set,
        "SELECT * FROM tacet.event",
        "SELECT * FROM tacet.projection",
        "SELECT * FROM tacet.counter",
        "SELECT position::int FROM tacet.compartment",
        "UPDATE tacet.compartment SET fence = 1",
        "SELECT events::int FROM tacet.purge",
      ])
      expect(operator).toEqual([denied, denied, denied, [[2]], denied, [[1]]])
      // Planted and found: functions that everybody may call.
      const append = `SELECT tacet.append_event('${mine}', '${mine}', 'jar', '${mine}', 0, 0, 'Filled', 1, 1, '{}')`
      for (const role of ["vault", "operator"] as const) expect(yield* asked(role, [append])).toEqual([denied])
    }),
  )

  it.live("is bound by the policies also on the connections of a superuser's URL", () =>
    Effect.gen(function* () {
      const [row] = yield* Effect.scoped(
        Effect.flatMap(PgConnection.make(connectionConfig(options, {})), ({ queryValues }) =>
          queryValues("SELECT current_user::text, (SELECT count(*)::int FROM tacet.event)"),
        ),
      )
      expect(row).toEqual(["tacet_log", 0])
    }),
  )
})
