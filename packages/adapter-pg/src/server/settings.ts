/**
 * The settings with which connections work. They are the adapter's: none is left to the defaults of a server, a database
 * or a role.
 */
import type * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Duration from "effect/Duration"
import { workingOn } from "./Names.ts"
import type { Options } from "./Options.ts"
import type { Statement } from "./Statement.ts"
import { types } from "./types.ts"

/** The name under which the compartment of a transaction is set; the policies of the tables read it. */
export const customerSetting = "tacet.customer_id"

/** Settings of the server by name. */
export type Settings = Readonly<Record<string, string>>

/** The options of the connections for a purpose, which their name in the server's list of sessions says. */
export const named = (options: Options, purpose: string): Options => ({
  ...options,
  applicationName: `${options.applicationName ?? "tacet"} ${purpose}`,
})

/** How long a statement may take, in milliseconds. */
const statementTimeoutOf = ({ statementTimeout }: Options): number =>
  Duration.toMillis(Duration.fromInputUnsafe(statementTimeout ?? "30 seconds"))

/** By how much the server's own limit is given precedence over that of this process, in milliseconds. */
export const grace = 1_000

/** How long a call waits for the answer to its statements, in milliseconds. */
export const answerTimeoutOf = (options: Options): number => statementTimeoutOf(options) + grace

/** How long connecting may take. */
export const connectTimeoutOf = ({ connectTimeout }: Options): Duration.Input => connectTimeout ?? "5 seconds"

/** The role, the limits and the planner's settings: what each transaction sets where sessions are shared by clients. */
const transactionSettings = (options: Options, settings: Settings): Settings => {
  const { role } = workingOn("log", options)
  return {
    ...settings,
    ...(typeof role === "string" ? { role } : {}),
    statement_timeout: String(statementTimeoutOf(options)),
    lock_timeout: "0",
    // A transaction of ours comes in one piece: where the rest of it does not come, its locks would be held for as long as the
    // server takes the client for alive.
    idle_in_transaction_session_timeout: String(statementTimeoutOf(options)),
    // Last: what a transaction sets behind it, its Customer, is set on the nodes too.
    ...(options.distributed === true ? { "citus.propagate_set_commands": "local" } : {}),
  }
}

/**
 * The settings of a session. A transaction says its own isolation; a call that is its own transaction takes the session's.
 * Whether the server may be written to is the server's to say.
 */
const sessionSettings = (options: Options, settings: Settings): Settings => ({
  default_transaction_isolation: "read committed",
  default_transaction_deferrable: "off",
  idle_session_timeout: "0",
  search_path: "pg_catalog",
  row_security: "on",
  timezone: "UTC",
  datestyle: "ISO, MDY",
  client_encoding: "UTF8",
  ...transactionSettings(options, settings),
})

/** The statements by which a transaction makes its settings, where sessions are shared: none otherwise. */
export const localSettings = (options: Options, settings: Settings): ReadonlyArray<Statement> =>
  options.transactionPooling === true
    ? Object.entries(transactionSettings(options, settings)).map(([name, value]) => ({
        sql: `SET LOCAL ${name} = '${value.replaceAll("'", "''")}'`,
      }))
    : []

/** The configuration of one connection. */
export const connectionConfig = (options: Options, settings: Settings): PgConnection.Config => {
  const { namedStatements = true, transactionPooling = false } = options
  return {
    url: options.url,
    applicationName: options.applicationName ?? "tacet",
    connectTimeout: connectTimeoutOf(options),
    keepAlive: "30 seconds",
    prepare: namedStatements && !transactionPooling,
    maxMessageSize: 1 << 30,
    types,
    ...(transactionPooling ? {} : { startupParameters: sessionSettings(options, settings) }),
  }
}
