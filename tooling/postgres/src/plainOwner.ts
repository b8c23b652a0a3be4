/**
 * An account as a managed service gives it: it may create databases and roles, and is no superuser.
 */
import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { randomBytes } from "node:crypto"

/** Makes the account on the server of a URL, and answers the URL with which it logs in. */
export const makePlainOwner = async (server: string): Promise<string> => {
  const url = new URL(server)
  Object.assign(url, { username: "plain_owner", password: randomBytes(12).toString("hex") })
  await Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(PgConnection.make({ url: Redacted.make(server) }), ({ query }) =>
        query(`CREATE ROLE ${url.username} LOGIN CREATEDB CREATEROLE PASSWORD '${url.password}'`),
      ),
    ),
  )
  return url.href
}
