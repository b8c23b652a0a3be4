/**
 * Emmett as a reader and as a projection: by its own functions, with what makes them fastest. Its packages are named by
 * values, so that types and lint are the same whether they are installed or not.
 */
import { emmett, execute } from "./subjects.ts"

interface Executor {
  readonly query: unknown
}

interface Pool {
  readonly execute: Executor
  readonly close: () => Promise<void>
}

interface Dumbo {
  readonly dumbo: (options: { readonly connectionString: string }) => Pool
  readonly sql: (text: string, ...parameters: ReadonlyArray<unknown>) => unknown
  readonly rawSql: (text: string) => unknown
}

interface StepTaken {
  readonly type: string
  readonly data: { readonly step: string }
}

interface Page {
  readonly messages: ReadonlyArray<StepTaken>
  readonly currentGlobalPosition: bigint
  readonly areMessagesLeft: boolean
}

interface Consumer {
  readonly projector: (options: { readonly processorId: string; readonly projection: unknown }) => unknown
  readonly start: () => Promise<void>
  readonly close: () => Promise<void>
}

interface EmmettPostgres {
  readonly readMessagesBatch: (
    execute: Executor,
    options: { readonly after: bigint; readonly batchSize: number },
  ) => Promise<Page>
  readonly postgreSQLEventStoreConsumer: (options: {
    readonly connectionString: string
    readonly pulling: { readonly batchSize: number; readonly pullingFrequencyInMs: number }
    readonly stopWhen: { readonly noMessagesLeft: true }
  }) => Consumer
  readonly postgreSQLRawSQLProjection: (options: {
    readonly name: string
    readonly canHandle: ReadonlyArray<string>
    readonly init: () => unknown
    readonly evolve: (event: StepTaken) => unknown
  }) => unknown
}

const emmettPackage: string = "@event-driven-io/emmett-postgresql"
const dumboPackage: string = "@event-driven-io/dumbo"

/** Page sizes of which the best is taken. */
export const pageSizes = [1_000, 5_000, 20_000, 100_000] as const

/** A log of Emmett's, and what it takes to get its events out again. */
export interface EmmettLog {
  /** Reads all events page by page, and returns how many it saw. */
  readonly readAll: (pageSize: number) => Promise<number>
  /**
   * Counts steps in a table, one more version of it each time, from the first event on; returns how many it counted.
   */
  readonly project: (pageSize: number) => Promise<number>
  readonly close: () => Promise<void>
}

/** Fills a log with streams of a hundred events; nothing where Emmett is not installed. */
export const emmettLog = async (
  server: string,
  streams: Iterable<ReadonlyArray<{ readonly type: string; readonly data: unknown }>>,
): Promise<EmmettLog | undefined> => {
  const store = await emmett(server)
  if (store === undefined) return undefined
  const { postgreSQLEventStoreConsumer, postgreSQLRawSQLProjection, readMessagesBatch } = (await import(
    emmettPackage
  )) as EmmettPostgres
  const { dumbo, rawSql, sql } = (await import(dumboPackage)) as Dumbo
  let stream = 0
  for (const events of streams) {
    await store.appendToStream(`interaction-${stream++}`, events, { expectedStreamVersion: 0n })
  }
  await execute(store.url, ["VACUUM ANALYZE"])
  const pool = dumbo({ connectionString: store.url })
  let version = 0
  return {
    readAll: async (batchSize) => {
      let [seen, after, areLeft] = [0, 0n, true]
      while (areLeft) {
        const { areMessagesLeft, currentGlobalPosition, messages } = await readMessagesBatch(pool.execute, {
          after,
          batchSize,
        })
        seen += messages.length
        after = currentGlobalPosition
        areLeft = areMessagesLeft
      }
      return seen
    },
    project: async (batchSize) => {
      const table = `steps_${++version}`
      let counted = 0
      const consumer = postgreSQLEventStoreConsumer({
        connectionString: store.url,
        pulling: { batchSize, pullingFrequencyInMs: 0 },
        stopWhen: { noMessagesLeft: true },
      })
      consumer.projector({
        processorId: table,
        projection: postgreSQLRawSQLProjection({
          name: table,
          canHandle: ["StepTaken"],
          init: () => rawSql(`CREATE TABLE IF NOT EXISTS ${table} (step text PRIMARY KEY, count bigint NOT NULL)`),
          evolve: ({ data }) => {
            counted++
            return sql(
              `INSERT INTO ${table} AS t VALUES (%L, 1) ON CONFLICT (step) DO UPDATE SET count = t.count + 1`,
              data.step,
            )
          },
        }),
      })
      await consumer.start()
      await consumer.close()
      return counted
    },
    close: async () => {
      await pool.close()
      await store.close()
    },
  }
}
