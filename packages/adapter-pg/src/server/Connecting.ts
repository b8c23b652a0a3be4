/**
 * Makes connections: to the first host of the URL that answers and will do, each with a wire that can be cut.
 */
import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { ConnectionError, SqlError } from "effect/sql/SqlError"
import * as Address from "./Address.ts"
import { LocalFault } from "./DatabaseError.ts"
import * as Wire from "./Wire.ts"

/** A connection with its wire. */
export interface Connected {
  readonly connection: PgConnection.PgConnection
  readonly wire: Wire.Wire
}

const unusable = (message: string): SqlError =>
  new SqlError({ reason: new ConnectionError({ cause: new LocalFault(message), message, operation: "connect" }) })

const isReadOnly = `SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on'`

const connectTo = (
  config: PgConnection.Config,
  url: NonNullable<PgConnection.Config["url"]>,
  wanted: Address.Wanted,
): Effect.Effect<Connected, SqlError, Scope.Scope> =>
  Effect.gen(function* () {
    const wire = Wire.make(url)
    yield* Effect.addFinalizer(() => Effect.sync(wire.leave))
    const connection = yield* PgConnection.make({ ...config, url, stream: wire.stream })
    if (wanted !== "any") {
      const milliseconds = Duration.toMillis(Duration.fromInputUnsafe(config.connectTimeout ?? "5 seconds"))
      const [row] = yield* answering({ connection, wire }, milliseconds).queryValues(isReadOnly, [], false)
      if ((row?.[0] === true) !== (wanted === "read-only")) {
        return yield* Effect.fail(unusable(`no host of the URL is ${wanted}`))
      }
    }
    return { connection, wire }
  })

/** Makes a connection. Every call begins with the host that served last. */
export const make = (config: PgConnection.Config): Effect.Effect<Connected, SqlError, Scope.Scope> => {
  const address = config.url === undefined ? "there is no URL" : Address.parse(config.url)
  if (typeof address === "string") return Effect.fail(unusable(address))
  const { urls, wanted } = address
  let first = 0
  const from = (tried: number): Effect.Effect<Connected, SqlError, Scope.Scope> =>
    Effect.suspend(() => {
      const index = (first + tried) % urls.length
      const scope = Scope.makeUnsafe()
      const connected = connectTo(config, urls[index]!, wanted).pipe(
        Effect.provideService(Scope.Scope, scope),
        Effect.onExit((exit) => (Exit.isSuccess(exit) ? Effect.void : Scope.close(scope, exit))),
        Effect.tap(() =>
          Effect.andThen(
            Effect.sync(() => void (first = index)),
            Effect.addFinalizer((exit) => Scope.close(scope, exit)),
          ),
        ),
      )
      return tried + 1 < urls.length ? connected.pipe(Effect.catch(() => from(tried + 1))) : connected
    })
  return from(0)
}

/** Asks over a connection, and gives it up where an answer takes longer than so many milliseconds. */
export const answering = (
  { connection, wire }: Connected,
  milliseconds: number,
): Pick<PgConnection.PgConnection, "query" | "queryValues"> => {
  const inTime = <A>(asked: Effect.Effect<A, SqlError>) =>
    Wire.inTime(wire, milliseconds, asked, () => unusable("no answer in time"))
  return {
    query: (sql, parameters) => inTime(connection.query(sql, parameters)),
    queryValues: (sql, parameters, prepare) => inTime(connection.queryValues(sql, parameters, prepare)),
  }
}
