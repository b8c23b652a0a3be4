/**
 * An account like those of managed services: it may create databases and roles, and is not a superuser.
 */
import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { randomBytes } from "node:crypto"

/** Creates the account on the server of a URL, and returns the URL with which it logs in. */
export const makePlainOwner = async (server: string): Promise<string> => {
  const url = new URL(server)
  Object.assign(url, { username: "plain_owner", password: randomBytes(12).toString("hex") })
  const created = `CREATE ROLE ${url.username} LOGIN CREATEDB CREATEROLE PASSWORD '${url.password}'`
  // From 16 on, the creator of a role may work as that role with this setting; before, once it was granted to it.
  const member = `ALTER ROLE ${url.username} SET createrole_self_grant = 'set, inherit'`
  const roles = ["log", "vault", "keys", "operator"].map((role) => `tacet_${role}`)
  const granted = [
    ...roles.map((role) => `CREATE ROLE ${role} NOLOGIN NOBYPASSRLS`),
    `GRANT ${roles.join(", ")} TO ${url.username}`,
  ]
  await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const { query, queryValues } = yield* PgConnection.make({ url: Redacted.make(server) })
        yield* query(created)
        const [row] = yield* queryValues("SELECT current_setting('server_version_num')::int >= 160000")
        for (const statement of row?.[0] === true ? [member] : granted) yield* query(statement)
      }),
    ),
  )
  return url.href
}
