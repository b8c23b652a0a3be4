/**
 * The options of a deployment: server, names, numbers of connections, time limits.
 */
import type { Projection } from "@tacet/core/eventsourcing"
import * as Config from "effect/Config"
import type * as Duration from "effect/Duration"
import type * as Redacted from "effect/Redacted"

/** Options of one database. */
export interface Options {
  /**
   * Server and database, as `postgresql://user:password@host:port/database`. Several hosts, `host:port,host:port`, are
   * tried in their order; `target_session_attrs` (`any`, `read-write`, `primary`, `read-only`, `standby`) says which
   * will do.
   */
  readonly url: Redacted.Redacted
  /** The schema that holds the tables. Default `tacet`. */
  readonly schema?: string
  /**
   * The role as which every connection works; the user of the URL must be a member of it. Row-level security binds this
   * role whatever the user may do. Default `<schema>_log`. With `null` connections work as the user itself.
   */
  readonly role?: string | null
  /** Connections for appends: so many compartments can be appended to at one moment. Default 4. */
  readonly appendConnections?: number
  /** Connections for reads and projections. Default 6. */
  readonly readConnections?: number
  /**
   * How long a statement may take before the server gives it up. A call whose server does not answer is given up a
   * second later by the clock of this process, and its connection closed. Default 30 seconds.
   */
  readonly statementTimeout?: Duration.Input
  /** How long a call may wait for a connection of its pool to become free. Default: a second more than a statement. */
  readonly waitTimeout?: Duration.Input
  /** How long connecting to one host may take. Default 5 seconds. */
  readonly connectTimeout?: Duration.Input
  /** How long a connection is used before another takes its place. Default 30 minutes. */
  readonly connectionLifetime?: Duration.Input
  /** How many calls may wait for a connection of one pool before others are refused. Default 100,000. */
  readonly waitingCalls?: number
  /** How many appends may wait in this process before others are refused. Default 100,000. */
  readonly waitingAppends?: number
  /**
   * The name of the service in the server's list of sessions, where the pool follows: `tacet log writes`, `tacet vault reads`,
   * `tacet listening`, `tacet migration`. Default `tacet`.
   */
  readonly applicationName?: string
  /**
   * Whether the processes of this database notify each other that logs have grown, besides polling. Appends are
   * announced in batches, off their own path; each process keeps one connection to listen. Default: no.
   */
  readonly announcements?: {
    /** Where to listen: a session of its own, past any proxy that pools by transaction. Default: the URL. */
    readonly url?: Redacted.Redacted
    /** How long announcements are collected before the next one is sent. Default 20 milliseconds. */
    readonly gather?: Duration.Input
  }
  /** How long a subscriber at the head sleeps before it looks again; longer each time nothing came. */
  readonly polling?: {
    /** Default 20 milliseconds. */
    readonly shortest?: Duration.Input
    /** Default 1 second. */
    readonly longest?: Duration.Input
  }
  /** Whether statements are prepared once for each connection and called by name. Default true. */
  readonly namedStatements?: boolean
  /**
   * Whether the URL is that of a proxy that lends a session for one transaction, such as PgBouncer. Nothing is then
   * kept in a session: no statement has a name, and each transaction sets the role and the other settings that a
   * connection otherwise sets once. Default false.
   */
  readonly transactionPooling?: boolean
  /**
   * Whether appends call the functions of the schema: one statement instead of five. If false, the statements are sent and
   * `migrate` makes no functions, for engines that do not support them. Default true.
   */
  readonly appendFunctions?: boolean
  /**
   * Whether Citus distributes the tables, see `migrate`'s `distribute`. Transactions then take their Customer along to the nodes,
   * and statements are planned for the values of their parameters. It does no harm where no table is distributed: set it in every
   * process before the tables are. Default false.
   */
  readonly distributed?: boolean
  /** Projections whose counters change in the append itself. */
  readonly inline?: ReadonlyArray<Projection.InlineProjection>
}

/**
 * The options that a deployment sets, from the environment: `DATABASE_URL`, and where they are given `TACET_SCHEMA` and
 * `TACET_ROLE`.
 *
 * @example
 * ```ts
 * import { config, layerConfig } from "@tacet/adapter-pg"
 *
 * const store = layerConfig(config)
 * ```
 */
export const config: Config.Config<Options> = Config.all({
  url: Config.Redacted("DATABASE_URL"),
  schema: Config.withDefault(Config.String("TACET_SCHEMA"), "tacet"),
  role: Config.withDefault(Config.String("TACET_ROLE"), undefined),
}).pipe(Config.map(({ role, schema, url }) => (role === undefined ? { url, schema } : { url, schema, role })))
