/**
 * What reads and writes the file: `node:sqlite` where Node has it, else `better-sqlite3` where the application has
 * installed it. Neither is touched before a layer is built, so that importing this package never fails.
 */
import * as Effect from "effect/Effect"
import { SqliteMissing } from "./FileError.ts"

/** What a statement takes and what a row holds. */
export type Value = string | number | null | Uint8Array

/** A row, by column. */
export type Row = Readonly<Record<string, Value>>

/** A statement that is prepared. */
export interface Prepared {
  readonly all: (...parameters: ReadonlyArray<Value>) => ReadonlyArray<unknown>
  readonly run: (...parameters: ReadonlyArray<Value>) => { readonly changes: number | bigint }
}

/** An open file. Both drivers have these functions. */
export interface Connection {
  readonly exec: (sql: string) => unknown
  readonly prepare: (sql: string) => Prepared
  readonly close: () => unknown
}

/** Opens files. */
export type Driver = (path: string) => Connection

/** The names by which an application chooses. */
export type DriverName = "node:sqlite" | "better-sqlite3"

type Constructor = new (path: string) => Connection

/** Node's own, where this Node has it: 22.13, or 22.5 with a flag. */
const ofNode = (): Driver | undefined => {
  // Newer than the types of the oldest Node that is supported.
  const { getBuiltinModule } = process as { getBuiltinModule?: (name: string) => unknown }
  const module = getBuiltinModule?.("node:sqlite") as { readonly DatabaseSync: Constructor } | undefined
  return module === undefined ? undefined : (path) => new module.DatabaseSync(path)
}

// In a variable, so that neither TypeScript nor a bundler looks for a package that need not be there.
const better: DriverName = "better-sqlite3"

const ofBetter: Effect.Effect<Driver, SqliteMissing> = Effect.tryPromise({
  try: async () => {
    const { default: Opened } = (await import(better)) as { readonly default: Constructor }
    // The package finds its binary when it opens a file.
    new Opened(":memory:").close()
    return (path: string) => new Opened(path)
  },
  catch: (error) =>
    new SqliteMissing({
      node: process.version,
      cause: error instanceof Error && "code" in error ? String(error.code) : "it cannot be loaded",
    }),
})

/**
 * The driver of that name, or the first there is.
 */
export const load = (name?: DriverName): Effect.Effect<Driver, SqliteMissing> =>
  Effect.suspend(() => {
    if (name === better) return ofBetter
    const own = ofNode()
    if (own !== undefined) return Effect.succeed(own)
    return name === undefined
      ? ofBetter
      : Effect.fail(new SqliteMissing({ node: process.version, cause: "no node:sqlite" }))
  })

/**
 * Whether this process can open a file.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { hasSqlite } from "@tacet/adapter-sqlite"
 *
 * const where = Effect.map(hasSqlite, (has) => (has ? "in a file" : "in memory"))
 * ```
 */
export const hasSqlite: Effect.Effect<boolean> = Effect.match(load(), {
  onSuccess: () => true,
  onFailure: () => false,
})
