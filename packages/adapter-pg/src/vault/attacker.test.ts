import { type CustomerId, Uuid } from "@tacet/core/eventsourcing"
import { OpeningPolicy, type Subject, Vault } from "@tacet/core/privacy"
import { beforeAll, describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { accountsOf, denied } from "../attacker.testing.ts"
import { vaultForThisFile } from "../testDatabase.testing.ts"
import * as VaultPostgres from "./VaultPostgres.ts"

const options = vaultForThisFile()
const asked = accountsOf(options.vault, ["log", "vault", "keys", "operator"])

const mine = "11111111-1111-4111-8111-111111111111" as CustomerId.CustomerId
const theirs = "22222222-2222-4222-8222-222222222222" as CustomerId.CustomerId

const tables = {
  vault: ["keyring", "sealed_value", "destroyed_value", "link", "locator"].map((table) => `tacet_vault.${table}`),
  keys: ["customer_keys", "record_number", "erasure"].map((table) => `tacet_keys.${table}`),
  log: ["record_number", "erasure", "access_record"].map((table) => `tacet.${table}`),
}

/** Which role works on the tables of which database. */
const roleOf = { vault: "vault", keys: "keys", log: "vault" } as const

const parts = ["vault", "keys", "log"] as const

const policy = Layer.succeed(OpeningPolicy.OpeningPolicy, { check: () => Effect.void })

/** Keeps something of every kind for a Customer: a value, a link, a locator, remains, an erasure, an access. */
const keepEverything = Effect.fnUntraced(function* (customer: CustomerId.CustomerId) {
  const vault = yield* Vault.Vault
  const subject = (yield* Uuid.next) as Subject.SubjectId
  const gone = (yield* Uuid.next) as Subject.SubjectId
  const seal = (subject: Subject.SubjectId) =>
    vault.seal({
      customer,
      subject,
      category: "freeText",
      value: "canary",
      purposes: ["customerCare"],
      collectedAt: 0,
      retentionEnd: undefined,
    })
  yield* seal(gone)
  yield* vault.erase(customer, gone, "request")
  const sealed = yield* seal(subject)
  yield* vault.link(customer, subject, yield* Uuid.next, undefined)
  yield* vault.observe({
    customer,
    subject,
    identifier: { kind: "ipAddress", text: "192.0.2.7" },
    validFrom: 0,
    validTo: undefined,
    retentionEnd: undefined,
  })
  const actor = { id: yield* Uuid.next, roles: [] }
  yield* vault.open({ customer, sealed, purpose: "customerCare", actor, reason: "customerSupport" })
})

const counting = (table: string) => `SELECT count(*)::int FROM ${table}`

// Planted: a table without `secured`; USING (true); a grant to another role; one on whole rows of remains. Each was found.
describe("an attacker who writes SQL under a role of the vault", () => {
  beforeAll(() =>
    Effect.runPromise(
      Effect.forEach([mine, theirs], keepEverything, { discard: true }).pipe(
        Effect.provide(Layer.provide(Vault.layer, Layer.merge(VaultPostgres.layer(options), policy))),
      ),
    ),
  )

  it.live.each(parts)("sees nothing of %s without a Customer, with an empty one, and after the transaction", (part) =>
    Effect.gen(function* () {
      const counts = tables[part].map(counting)
      const rows = yield* asked(
        roleOf[part],
        [
          ...counts,
          "SET tacet.customer_id = ''",
          ...counts,
          "BEGIN",
          `SET LOCAL tacet.customer_id = '${mine}'`,
          ...counts.map((count) => count.replace("count(*)::int", "count(*) > 0")),
          "COMMIT",
          ...counts,
        ],
        options[part],
      )
      const nothing = tables[part].map(() => [[0]])
      const something = tables[part].map(() => [[true]])
      expect(rows).toEqual([...nothing, [], ...nothing, [], [], ...something, [], ...nothing])
    }),
  )

  it.live.each(parts)("sees and changes nothing of another Customer's in %s, whatever it asks for", (part) =>
    Effect.gen(function* () {
      const set = `SET tacet.customer_id = '${mine}'`
      const [, ...seen] = yield* asked(
        roleOf[part],
        [set, ...tables[part].map((table) => `${counting(table)} WHERE customer_id <> '${mine}'`)],
        options[part],
      )
      expect(seen).toEqual(tables[part].map(() => [[0]]))
      const changes = {
        vault: [
          `DELETE FROM tacet_vault.sealed_value WHERE customer_id = '${theirs}' RETURNING 1`,
          `DELETE FROM tacet_vault.locator WHERE customer_id <> '${mine}' RETURNING 1`,
          `UPDATE tacet_vault.keyring SET is_restricted = true WHERE customer_id <> '${mine}' RETURNING 1`,
        ],
        keys: [`UPDATE tacet_keys.customer_keys SET revision = 0 WHERE customer_id = '${theirs}' RETURNING 1`],
        log: [`UPDATE tacet.record_number SET last = 0 WHERE customer_id = '${theirs}' RETURNING 1`],
      }[part]
      const [, ...changed] = yield* asked(roleOf[part], [set, ...changes], options[part])
      expect(changed).toEqual(changes.map(() => []))
      const moves = {
        vault: [
          `UPDATE tacet_vault.keyring SET customer_id = '${theirs}'`,
          `INSERT INTO tacet_vault.link VALUES ('${theirs}', '${mine}', '${mine}')`,
        ],
        keys: [`UPDATE tacet_keys.customer_keys SET customer_id = '${theirs}'`],
        log: [`INSERT INTO tacet.erasure VALUES ('${theirs}', 99, 'forged', 0, 'request')`],
      }[part]
      const [, ...moved] = yield* asked(roleOf[part], [set, ...moves], options[part])
      expect(moved).toEqual(moves.map(() => denied))
    }),
  )

  it.live("reads the tables of no other part, in whichever database they are", () =>
    Effect.gen(function* () {
      const set = `SET tacet.customer_id = '${mine}'`
      for (const part of parts) {
        for (const role of ["log", "vault", "keys", "operator"] as const) {
          if (role === roleOf[part]) continue
          const statements = tables[part].flatMap((table) => [
            `SELECT * FROM ${table}`,
            counting(table),
            `DELETE FROM ${table}`,
          ])
          const [, ...answers] = yield* asked(role, [set, ...statements], options[part])
          expect(answers, `${role} in ${part}`).toEqual(statements.map(() => denied))
        }
      }
      const events = ["SELECT * FROM tacet.event", "SELECT * FROM tacet.compartment", "SELECT * FROM tacet.projection"]
      const [, ...answers] = yield* asked("vault", [set, ...events], options.log)
      expect(answers).toEqual(events.map(() => denied))
    }),
  )

  it.live("takes back no fence, no record, no role and no policy", () =>
    Effect.gen(function* () {
      const set = `SET tacet.customer_id = '${mine}'`
      const roles = ["SET ROLE tacet_log", "SET ROLE postgres", "SET SESSION AUTHORIZATION postgres"]
      const tried = {
        vault: [
          "DELETE FROM tacet_vault.keyring",
          "DELETE FROM tacet_vault.destroyed_value",
          "UPDATE tacet_vault.destroyed_value SET cause = 'retention'",
          "UPDATE tacet_vault.sealed_value SET retention_end = NULL",
          "UPDATE tacet_vault.link SET subject_id = interaction_id",
          "TRUNCATE tacet_vault.locator",
          "ALTER TABLE tacet_vault.keyring DISABLE ROW LEVEL SECURITY",
          "DROP POLICY own_rows ON tacet_vault.sealed_value",
          "CREATE TABLE tacet_vault.mine (n int)",
          "SET ROLE tacet_keys",
        ],
        keys: [
          "DELETE FROM tacet_keys.customer_keys",
          "DELETE FROM tacet_keys.erasure",
          "UPDATE tacet_keys.erasure SET cause = 'retention'",
          "SET ROLE tacet_vault",
        ],
        log: [
          "DELETE FROM tacet.erasure",
          "UPDATE tacet.erasure SET fingerprint = 'other'",
          "DELETE FROM tacet.access_record",
          "UPDATE tacet.access_record SET actor_id = customer_id",
          "SET ROLE tacet_keys",
        ],
      }
      for (const part of parts) {
        const statements = [...tried[part], ...roles]
        const [, ...answers] = yield* asked(roleOf[part], [set, ...statements], options[part])
        expect(answers, part).toEqual(statements.map(() => denied))
      }
    }),
  )

  it.live("cannot find out which values were destroyed together", () =>
    Effect.gen(function* () {
      const set = `SET tacet.customer_id = '${mine}'`
      const columns = ["xmin", "ctid", "xmax", "cmin"]
      const [, remains, ...answers] = yield* asked("vault", [
        set,
        "SELECT reference IS NOT NULL, cause FROM tacet_vault.destroyed_value",
        ...columns.map((column) => `SELECT ${column} FROM tacet_vault.destroyed_value`),
        "SELECT reference FROM tacet_vault.destroyed_value ORDER BY xmin::text",
        "SELECT d.reference FROM tacet_vault.destroyed_value d WHERE d.ctid = '(0,1)'",
      ])
      expect(remains).toEqual([[true, "request"]])
      expect(answers).toEqual(answers.map(() => denied))
    }),
  )
})
