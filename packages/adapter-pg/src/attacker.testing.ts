/**
 * Accounts that log in and write SQL under a role, like an attacker who has taken over a service's connection.
 */
import * as PgConnection from "@effect/sql-pg/PgConnection"
import { afterAll, beforeAll } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { randomBytes } from "node:crypto"
import { sqlStateOf } from "./server/DatabaseError.ts"
import type { Options } from "./server/Options.ts"
import { asOwner } from "./testDatabase.testing.ts"

/** The SQLSTATE `insufficient_privilege`. */
export const denied = "42501"

/**
 * Makes an account for each role, for the tests of this file, and returns the results of that account's statements:
 * rows, or the SQLSTATE of the refusal.
 */
export const accountsOf = <Role extends "log" | "vault" | "keys" | "operator">(
  owner: Options,
  roles: ReadonlyArray<Role>,
) => {
  const password = randomBytes(12).toString("hex")
  const login = `tacet_attacker_${randomBytes(4).toString("hex")}`
  const each = (statement: (role: Role) => string) => () => asOwner(Redacted.value(owner.url), roles.map(statement))
  beforeAll(each((role) => `CREATE ROLE ${login}_${role} LOGIN PASSWORD '${password}' IN ROLE tacet_${role}`))
  afterAll(each((role) => `DROP ROLE ${login}_${role}`))

  return (role: Role, statements: ReadonlyArray<string>, database: Options = owner) => {
    const url = new URL(Redacted.value(database.url))
    url.username = `${login}_${role}`
    url.password = password
    return Effect.scoped(
      Effect.flatMap(PgConnection.make({ url: Redacted.make(url.href), prepare: false }), ({ queryValues }) =>
        Effect.forEach(statements, (statement) =>
          Effect.map(Effect.result(queryValues(statement)), (answer) =>
            Result.isSuccess(answer) ? answer.success : (sqlStateOf(answer.failure) ?? "no answer"),
          ),
        ),
      ),
    )
  }
}
