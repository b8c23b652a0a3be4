/**
 * The subjects compared beside Emmett: COPY, the other way to write rows without a check, and Castore. Their packages
 * are named by values, so that types and lint are the same whether they are installed or not.
 */
import { randomUUID } from "node:crypto"
import { once } from "node:events"
import type { Writable } from "node:stream"
import { finished } from "node:stream/promises"
import { bareTable, database, execute, type Ready } from "./subjects.ts"

const postgresPackage: string = "postgres"
const castoreCorePackage: string = "@castore/core"
const castorePackage: string = "@castore/event-storage-adapter-postgres"

interface Sql {
  readonly unsafe: (text: string) => { readonly writable: () => Promise<Writable> }
  readonly end: () => Promise<void>
}

const load = async <Module>(name: string): Promise<Module | undefined> => {
  try {
    return (await import(name)) as Module
  } catch {
    return undefined
  }
}

/** The text format of COPY keeps backslashes, tabs and line ends for itself. */
const escaped = (text: string): string =>
  text.replace(/[\\\t\n\r]/g, (one) => `\\${{ "\\": "\\", "\t": "t", "\n": "n", "\r": "r" }[one]}`)

/** The same table as that of the bare insert, written by COPY; nothing where the driver is not installed. */
export const copyWriter = async (server: string, writers: number): Promise<Ready | undefined> => {
  const module = await load<{ readonly default: (url: string, options: { readonly max: number }) => Sql }>(
    postgresPackage,
  )
  if (module === undefined) return undefined
  const url = await database(server, "bench_copy")
  await execute(url, bareTable)
  const sql = module.default(url, { max: writers })
  const customer = randomUUID()
  let position = 0
  return {
    append: async (stream, version, events) => {
      const [commit, now] = [randomUUID(), Date.now()]
      const rows = events.map(({ data, type }, index) =>
        [
          customer,
          ++position,
          "interaction",
          stream,
          version + index + 1,
          type,
          1,
          1_700_000_000_000,
          now,
          commit,
          escaped(data),
        ].join("\t"),
      )
      const copy = await sql.unsafe("COPY event FROM STDIN").writable()
      const done = finished(copy, { readable: false })
      if (!copy.write(`${rows.join("\n")}\n`)) await once(copy, "drain")
      copy.end()
      await done
    },
    close: () => sql.end(),
  }
}

interface Event {
  readonly aggregateId: string
  readonly version: number
  readonly type: string
  readonly payload: unknown
  readonly timestamp: string
}

interface Adapter {
  readonly pushEvent: (event: Event, options: { readonly eventStoreId: string }) => Promise<unknown>
  readonly pushEventGroup: (options: object, ...events: ReadonlyArray<unknown>) => Promise<unknown>
}

interface Castore {
  readonly PostgresEventStorageAdapter: {
    new (options: { readonly connectionString: string }): Adapter
    readonly createEventTable: (options: { readonly connectionString: string }) => Promise<unknown>
  }
}

interface CastoreCore {
  readonly GroupedEvent: new (grouped: {
    readonly event: Event
    readonly context: { readonly eventStoreId: string }
    readonly eventStorageAdapter: Adapter
  }) => unknown
}

/**
 * Castore: the version of each event is checked by a unique index. Several events go out as a group, in a transaction.
 */
export const castoreWriter = async (server: string): Promise<Ready | undefined> => {
  const [core, castore] = [await load<CastoreCore>(castoreCorePackage), await load<Castore>(castorePackage)]
  if (core === undefined || castore === undefined) return undefined
  const connectionString = await database(server, "bench_castore")
  await castore.PostgresEventStorageAdapter.createEventTable({ connectionString })
  const adapter = new castore.PostgresEventStorageAdapter({ connectionString })
  const context = { eventStoreId: "interaction" }
  return {
    append: async (stream, version, events) => {
      const timestamp = new Date().toISOString()
      const written = events.map(({ data, type }, index): Event => ({
        aggregateId: stream,
        version: version + index + 1,
        type,
        payload: JSON.parse(data) as unknown,
        timestamp,
      }))
      const [first] = written
      if (written.length === 1) await adapter.pushEvent(first!, context)
      else {
        const grouped = written.map((event) => new core.GroupedEvent({ event, context, eventStorageAdapter: adapter }))
        await adapter.pushEventGroup({}, ...grouped)
      }
    },
    // It has no way to close its connections; they go with the server.
    close: () => Promise.resolve(),
  }
}
