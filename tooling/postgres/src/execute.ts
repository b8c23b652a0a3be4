import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"

/** Runs statements one after the other in one session, as soon as the server takes them: for ten seconds they are repeated. */
export const execute = (url: string, ...statements: ReadonlyArray<string>): Promise<void> =>
  Effect.runPromise(
    Effect.flatMap(PgConnection.make({ url: Redacted.make(url), prepare: false }), ({ query }) =>
      Effect.forEach(statements, (statement) => query(statement), { discard: true }),
    ).pipe(Effect.scoped, Effect.retry({ times: 100, schedule: Schedule.spaced("100 millis") })),
  )
