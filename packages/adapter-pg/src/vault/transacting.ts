/**
 * Transactions of the stores around the vault. Each is safe to repeat: after a deadlock or a lost connection it is sent
 * again, in the latter case even if it may have been committed. An access may thus be recorded twice, but never
 * omitted. Any other error is reported by its class.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import type { CustomerId } from "@tacet/core/eventsourcing"
import { VaultError } from "@tacet/core/privacy"
import * as Effect from "effect/Effect"
import type { Database } from "../server/Database.ts"
import { causeOf, isFatal } from "../server/DatabaseError.ts"
import * as RealTime from "../server/RealTime.ts"
import { type Beginning, patience, type Rows, type Statement } from "../server/Sessions.ts"

/** Which database a Customer's rows are in. */
export type Locate = (customer: CustomerId.CustomerId) => Database

/** Runs statements in one transaction and answers their rows. */
export type Transact = (
  customer: CustomerId.CustomerId,
  beginning: Beginning,
  statements: (schema: string) => ReadonlyArray<Statement>,
) => Effect.Effect<ReadonlyArray<Rows>, VaultError.VaultUnavailable>

/** How a store runs its transactions. */
export const transacting =
  (store: VaultError.VaultUnavailable["store"], locate: Locate): Transact =>
  (customer, beginning, compose) =>
    Effect.suspend(() => {
      const { reads, schema, writes } = locate(customer)
      const statements = compose(schema)
      if (statements.some(({ parameters = [] }) => parameters.some(isUnkept))) {
        return Effect.fail(
          new VaultError.VaultUnavailable({ store, cause: "a character that the database cannot keep" }),
        )
      }
      const sessions = beginning === "read" ? reads : writes
      const begun = RealTime.now()
      return Effect.retry(sessions.transact(customer, beginning, statements), {
        times: attempts,
        // Where nothing could be sent, the server is away; where it took long, the server does not answer.
        while: ({ error, sent }) => sent && isFatal(error) && RealTime.now() - begun < patience,
      }).pipe(Effect.mapError(({ error }) => new VaultError.VaultUnavailable({ store, cause: causeOf(error) })))
    })

/** More than a pool has connections by default, each of which may have been lost with its server. */
const attempts = 20

/** PostgreSQL keeps no zero in a text, and UTF-8 no half of a pair: neither is silently changed. */
const isUnkept = (parameter: unknown): boolean => {
  const value = PgTypes.isParameter(parameter) ? parameter.value : parameter
  const all: ReadonlyArray<unknown> = Array.isArray(value) ? value : [value]
  return all.some((each) => typeof each === "string" && /\0|\p{Surrogate}/u.test(each))
}

/** A whole number as a parameter. A value out of range, such as infinity, becomes the nearest `bigint`. */
export const whole = (value: number): string => {
  if (value >= 2 ** 63) return greatest
  return value < -(2 ** 63) ? "-9223372036854775808" : String(value)
}

/** A list of whole numbers as a parameter. */
export const wholes = (values: Iterable<number | undefined>): string =>
  `{${Array.from(values, (value) => (value === undefined ? "NULL" : whole(value))).join()}}`

/** The greatest whole number that a column holds. */
export const greatest = "9223372036854775807"

/** A list of texts as a parameter: any text, whatever its characters. */
export const texts = (values: Iterable<string>): string => JSON.stringify(Array.from(values))

/** The list of such a column. */
export const textsOf = (column: unknown): ReadonlyArray<string> => JSON.parse(column as string) as ReadonlyArray<string>
