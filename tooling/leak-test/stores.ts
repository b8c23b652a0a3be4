/**
 * The stores that the histories are written to, and how to read all their data as an attacker with access to the disk
 * would.
 */
import { layer as fileKeys } from "@tacet/adapter-file"
import { layer as eventStores, VaultMemory } from "@tacet/adapter-memory"
import { layer as postgres, migrate, type StartError, VaultPostgres } from "@tacet/adapter-pg"
import { layer as sqlite, type StartError as FileError, VaultSqlite } from "@tacet/adapter-sqlite"
import type { EventStore, ProjectionStore } from "@tacet/core/eventsourcing"
import type { AccessLog, ErasureLedger, KeyStore, VaultStore } from "@tacet/core/privacy"
import { type Server, start } from "@tacet/postgres-server"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

type Ports =
  | EventStore.EventStore
  | ProjectionStore.ProjectionStore
  | VaultStore.VaultStore
  | KeyStore.KeyStore
  | AccessLog.AccessLog
  | ErasureLedger.ErasureLedger

/** Stores, and their contents. */
export interface Stores {
  readonly layer: Layer.Layer<Ports, StartError | FileError>
  /** The stored texts, by place. */
  readonly kept: () => Readonly<Record<string, string>>
  /** Takes a backup of the vault's rows, if the store supports it; the returned function restores it. */
  readonly backup?: () => () => void
}

/** Bytes as text and as digits, so that a value is found in either. */
export const dump = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => {
    if (part instanceof Map) return Array.from(part)
    if (part instanceof Set) return Array.from(part)
    if (part instanceof Uint8Array) {
      return [Buffer.from(part).toString("latin1"), Buffer.from(part).toString("hex")]
    }
    return typeof part === "bigint" ? String(part) : part
  })

/** The contents of a folder's files that were written from a moment on. */
const filesOf = (folder: string, since = 0): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => {
      const content = changedSince(join(parentPath, name), since)
      // Pages and segments are mostly zeros, in which nothing is found.
      return content === undefined ? "" : `${name}\n${content.toString("latin1").replaceAll(/\0{2,}/g, "\0")}`
    })
    .join("\n")

/** What a file contains that was changed since; nothing where it is older, or the server has removed it meanwhile. */
const changedSince = (path: string, since: number): Buffer | undefined => {
  try {
    return statSync(path).mtimeMs >= since ? readFileSync(path) : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw error
  }
}

/** Everything in memory, but for the keys, which are in files. */
export const inMemory = (keys: string): Stores => {
  const memory = VaultMemory.make()
  return {
    layer: Layer.merge(eventStores, Layer.provideMerge(fileKeys({ folder: keys }), VaultMemory.layerOver(memory))),
    kept: () => ({
      "vault rows": dump(memory.rows),
      "key store": filesOf(keys),
      "access log": dump(memory.accesses),
      "erasure ledger": dump(memory.erasures),
    }),
    backup: () => VaultMemory.backup(memory),
  }
}

/**
 * Everything in one PostgreSQL server, whose folder contains tables, indexes, the write-ahead log and the server's log.
 */
const inPostgres = ({ url }: Server, folder: string): Stores => {
  const begin = Date.now()
  const options = { url: Redacted.make(url) }
  const all = { vault: options, keys: options, log: options }
  const prepared = Layer.effectDiscard(Effect.andThen(migrate(options), VaultPostgres.migrate(all)))
  return {
    layer: Layer.merge(postgres(options), VaultPostgres.layer(all)).pipe(Layer.provide(prepared)),
    kept: () => ({ "files of the server": filesOf(folder, begin) }),
  }
}

/** Everything in one file, with the keys in another. Nothing has been removed from sight by then: no file is closed. */
const inFile = (folder: string): Stores => {
  const file = join(folder, "tacet.db")
  return {
    layer: Layer.merge(sqlite({ file }), VaultSqlite.layer({ file, keys: join(folder, "tacet.keys") })),
    // Another process reads: closing a file drops the locks that SQLite has on it in this one.
    kept: () => {
      const files = readdirSync(folder).map((name) => join(folder, name))
      return { files: spawnSync("cat", files, { encoding: "latin1", maxBuffer: 2 ** 30 }).stdout }
    },
  }
}

const aFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "tacet-leak-test-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true })),
)

/** Where histories go. */
export type Kind = "memory" | "file" | "embedded"

/** What makes the stores of a history: new ones in memory or in files, or one server for all, which logs every statement. */
export const makeStores = Effect.fnUntraced(function* (kind: Kind) {
  const folder = yield* aFolder
  if (kind === "memory") return () => inMemory(mkdtempSync(join(folder, "keys-")))
  if (kind === "file") return () => inFile(mkdtempSync(join(folder, "files-")))
  const settings = { log_statement: "all", log_parameter_max_length: "-1", log_parameter_max_length_on_error: "-1" }
  const server = yield* Effect.acquireRelease(
    Effect.promise(() => start({ directory: folder, settings })),
    ({ stop }) => Effect.promise(stop),
  )
  const stores = inPostgres(server, folder)
  return () => stores
})
