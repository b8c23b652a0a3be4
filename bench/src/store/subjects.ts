/**
 * The compared subjects: each writes the same events to a database of its own, on one server.
 */
import { randomUUID } from "node:crypto"
import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as PgPool from "@effect/sql-pg/PgPool"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { layer, migrate } from "@tacet/adapter-pg"
import { type CustomerId, EventStore, ExpectedVersion, ProjectionStore, type Uuid } from "@tacet/core/eventsourcing"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Plan from "./Plan.ts"

/** An event as all subjects write it. */
export interface Written {
  readonly type: string
  readonly data: string
}

/** A subject that is ready to be used. */
export interface Ready {
  /** Appends events to a stream that has so many; resolves when they are durable. */
  readonly append: (stream: string, version: number, events: ReadonlyArray<Written>) => Promise<void>
  readonly close: () => Promise<void>
}

/** Runs statements as the owner. */
export const execute = (url: string, statements: ReadonlyArray<string>): Promise<void> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(PgConnection.make({ url: Redacted.make(url), prepare: false }), ({ query }) =>
        Effect.forEach(statements, (statement) => query(statement), { discard: true }),
      ),
    ),
  )

/** Makes a new database on a server. */
export const database = async (server: string, name: string): Promise<string> => {
  await execute(server, [`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`, `CREATE DATABASE ${name}`])
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

/** The stores of a database, for as long as the program runs. */
export const tacet = async (server: string, name = "bench_tacet") => {
  const options = { url: Redacted.make(await database(server, name)) }
  const scope = Scope.makeUnsafe()
  await Effect.runPromise(migrate(options))
  const context = await Effect.runPromise(Layer.buildWithScope(layer(options), scope))
  return {
    url: Redacted.value(options.url),
    customer: randomUUID() as CustomerId.CustomerId,
    store: Context.get(context, EventStore.EventStore),
    projections: Context.get(context, ProjectionStore.ProjectionStore),
    close: () => Effect.runPromise(Scope.close(scope, Exit.void)),
  }
}

/** Tacet: checked, dense, idempotent, with row-level security. */
export const tacetWriter = async (server: string): Promise<Ready> => {
  const { close, customer, store } = await tacet(server)
  return {
    append: (stream, version, events) =>
      Effect.runPromise(
        Effect.asVoid(
          store.append({
            customer,
            commitId: randomUUID() as Uuid.Uuid,
            writes: [
              {
                stream: { kind: "interaction", id: stream as Uuid.Uuid },
                expected: ExpectedVersion.exact(version),
                events: events.map(({ data, type }) => ({
                  type,
                  data,
                  schemaVersion: 1,
                  occurredAt: 1_700_000_000_000,
                })),
              },
            ],
          }),
        ),
      ),
    close,
  }
}

const columns = [
  ["customer_id", PgTypes.OID.uuid],
  ["position", PgTypes.OID.int8],
  ["stream_kind", PgTypes.OID.text],
  ["stream_id", PgTypes.OID.uuid],
  ["version", PgTypes.OID.int4],
  ["event_type", PgTypes.OID.text],
  ["schema_version", PgTypes.OID.int2],
  ["occurred_at", PgTypes.OID.int8],
  ["recorded_at", PgTypes.OID.int8],
  ["commit_id", PgTypes.OID.uuid],
  ["data", PgTypes.OID.text],
] as const

/** The same table and indexes as Tacet's, with neither policies nor a counter. */
export const bareTable = [
  `CREATE TABLE event (
    customer_id uuid NOT NULL, position bigint NOT NULL, stream_kind text COLLATE "C" NOT NULL, stream_id uuid NOT NULL,
    version integer NOT NULL, event_type text COLLATE "C" NOT NULL, schema_version smallint NOT NULL,
    occurred_at bigint NOT NULL, recorded_at bigint NOT NULL, commit_id uuid NOT NULL, data text NOT NULL,
    PRIMARY KEY (customer_id, position), UNIQUE (customer_id, stream_id, stream_kind, version))`,
  "CREATE INDEX ON event (customer_id, commit_id)",
]

/** The limit: a bare multi-row insert, by the same driver, that checks nothing; positions are counted by the client. */
export const bareWriter = async (server: string, writers: number, rows: number): Promise<Ready> => {
  const url = await database(server, "bench_bare")
  await execute(url, bareTable)
  const scope = Scope.makeUnsafe()
  const pool = await Effect.runPromise(
    Scope.provide(PgPool.make({ url: Redacted.make(url), maxConnections: writers, minConnections: writers }), scope),
  )
  const customer = randomUUID()
  let position = 0
  const texts = new Map<number, string>()
  const textFor = (rows: number): string => {
    const known = texts.get(rows)
    if (known !== undefined) return known
    const values = Array.from({ length: rows }, (_, row) => {
      const places = columns.map((_, column) => `$${row * columns.length + column + 1}`)
      return `(${places.join(",")})`
    })
    const made = `INSERT INTO event (${columns.map(([name]) => name).join(",")}) VALUES ${values.join(",")}`
    texts.set(rows, made)
    return made
  }
  await Plan.check(url, {
    baseline: "bare insert",
    text: textFor(rows),
    parameters: [Array.from({ length: rows * columns.length }, () => "NULL")],
    allowed: Plan.inserting,
  })
  return {
    append: (stream, version, events) => {
      const commit = randomUUID()
      const now = BigInt(Date.now())
      const parameters = events.flatMap(({ data, type }, index) => [
        PgTypes.uuid(customer),
        PgTypes.int8(BigInt(++position)),
        PgTypes.text("interaction"),
        PgTypes.uuid(stream),
        PgTypes.int4(version + index + 1),
        PgTypes.text(type),
        PgTypes.int2(1),
        PgTypes.int8(1_700_000_000_000n),
        PgTypes.int8(now),
        PgTypes.uuid(commit),
        PgTypes.text(data),
      ])
      return Effect.runPromise(
        Effect.asVoid(pool.use(({ queryValues }) => queryValues(textFor(events.length), parameters))),
      )
    },
    close: () => Effect.runPromise(Scope.close(scope, Exit.void)),
  }
}

interface Emmett {
  readonly appendToStream: (
    stream: string,
    events: ReadonlyArray<{ readonly type: string; readonly data: unknown }>,
    options: { readonly expectedStreamVersion: bigint },
  ) => Promise<unknown>
  readonly readStream: (stream: string) => Promise<{ readonly events: ReadonlyArray<unknown> }>
  readonly close: () => Promise<void>
  readonly schema: { readonly migrate: () => Promise<unknown> }
}

// Named by a value, so that types and lint are the same whether the packages of the benchmarks are installed or not.
const emmettPackage: string = "@event-driven-io/emmett-postgresql"

/** Emmett with its defaults, in a new database; nothing where it is not installed. */
export const emmett = async (server: string): Promise<(Emmett & { readonly url: string }) | undefined> => {
  let module: { readonly getPostgreSQLEventStore: (url: string) => Emmett }
  try {
    module = (await import(emmettPackage)) as typeof module
  } catch {
    return undefined
  }
  const url = await database(server, "bench_emmett")
  const store = module.getPostgreSQLEventStore(url)
  await store.schema.migrate()
  return Object.assign(store, { url })
}

/** Emmett as a writer: an expected version for each append. */
export const emmettWriter = async (server: string): Promise<Ready | undefined> => {
  const store = await emmett(server)
  if (store === undefined) return undefined
  return {
    append: async (stream, version, events) => {
      await store.appendToStream(
        stream,
        events.map(({ data, type }) => ({ type, data: JSON.parse(data) as unknown })),
        { expectedStreamVersion: BigInt(version) },
      )
    },
    close: () => store.close(),
  }
}
