/**
 * Keys in files: one for each Customer, in a folder of their own.
 *
 * - Folder and files belong to their owner alone (0700, 0600); keys that others could read are refused.
 * - A file is written beside its place, flushed, and moved there: a crash leaves the old keys or the new ones.
 * - Changes of one Customer's keys take turns, in one process and among several.
 * - A file that cannot be read is an error, never a Customer without keys.
 */
import { constants } from "node:fs"
import { type FileHandle, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises"
import { join } from "node:path"
import { type CustomerId, Uuid } from "@tacet/core/eventsourcing"
import { Encryption, KeyStore, VaultError } from "@tacet/core/privacy"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"

/** Where the keys are kept. */
export interface Options {
  /** A folder for nothing else, on another disk than the vault's, and in no backup of it. It is made where there is none. */
  readonly folder: string
  /** How long to wait for another process that changes the keys of the same Customer, in milliseconds. Default 5,000. */
  readonly patience?: number
}

const Hexadecimal = Schema.String.check(Schema.isPattern(/^(?:[0-9a-f]{2})+$/))

const Stored = Schema.Struct({
  format: Schema.Literal("tacet-keys-1"),
  wrapping: Schema.Array(
    Schema.Struct({ id: Uuid.Uuid, bytes: Hexadecimal, supersededAt: Schema.optionalKey(Schema.Number) }),
  ),
  /** A closed period has no key. */
  periods: Schema.Record(Schema.String, Schema.NullOr(Hexadecimal)),
  fingerprint: Schema.optionalKey(Hexadecimal),
})

const bytesOf = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits, "hex"))

const written = ({ fingerprint, periods, wrapping }: KeyStore.CustomerKeys): string =>
  JSON.stringify({
    format: "tacet-keys-1",
    wrapping: wrapping.map(({ bytes, id, supersededAt }) => ({
      id,
      bytes: Encryption.hexadecimalOf(bytes),
      ...(supersededAt === undefined ? {} : { supersededAt }),
    })),
    periods: Object.fromEntries(
      Array.from(periods, ([period, key]) => [period, key === undefined ? null : Encryption.hexadecimalOf(key)]),
    ),
    ...(fingerprint === undefined ? {} : { fingerprint: Encryption.hexadecimalOf(fingerprint) }),
  } satisfies typeof Stored.Type)

const read = (text: string): KeyStore.CustomerKeys => {
  const { fingerprint, periods, wrapping } = Schema.decodeUnknownSync(Stored)(JSON.parse(text))
  return {
    wrapping: wrapping.map(({ bytes, id, supersededAt }) => ({ id, bytes: bytesOf(bytes), supersededAt })),
    periods: new Map(Object.entries(periods).map(([period, key]) => [period, key === null ? undefined : bytesOf(key)])),
    fingerprint: fingerprint === undefined ? undefined : bytesOf(fingerprint),
  }
}

/** The cause by its code; an error never shows the contents of a file. */
const unavailable = (error: unknown): VaultError.VaultUnavailable =>
  new VaultError.VaultUnavailable({
    store: "keyStore",
    cause: error instanceof Error && "code" in error ? String(error.code) : "unreadable",
  })

const attempt = <A>(run: () => Promise<A>): Effect.Effect<A, VaultError.VaultUnavailable> =>
  Effect.tryPromise({ try: run, catch: unavailable })

/** Windows has other rights than these. */
const hasModes = process.platform !== "win32"

const refuseIfOpenToOthers = async (path: string): Promise<void> => {
  if (hasModes && ((await stat(path)).mode & 0o077) !== 0) {
    throw Object.assign(new Error("open to others"), { code: "open-to-others" })
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOENT"

const load = async (path: string): Promise<KeyStore.CustomerKeys> => {
  try {
    await refuseIfOpenToOthers(path)
    return read(await readFile(path, "utf8"))
  } catch (error) {
    if (isMissing(error)) return KeyStore.noKeys
    throw error
  }
}

const flushed = async (handle: FileHandle, text: string): Promise<void> => {
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const save = async (folder: string, path: string, keys: KeyStore.CustomerKeys): Promise<void> => {
  const beside = `${path}.new`
  // The rest of an earlier write that crashed.
  await rm(beside, { force: true })
  const { O_CREAT, O_EXCL, O_WRONLY } = constants
  await flushed(await open(beside, O_WRONLY | O_CREAT | O_EXCL, 0o600), written(keys))
  await rename(beside, path)
  if (!hasModes) return
  const directory = await open(folder, constants.O_RDONLY)
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/** Whether the process that holds a lock has ended. */
const isAbandoned = async (lock: string): Promise<boolean> => {
  try {
    process.kill(Number(await readFile(lock, "utf8")), 0)
    return false
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH"
  }
}

/**
 * Where the bytes of keys are kept: files in a folder.
 *
 * @example
 * ```ts
 * import { keyMaterial } from "@tacet/adapter-file"
 * import { KeyStore } from "@tacet/core/privacy"
 *
 * const keyStore = KeyStore.fromMaterial(keyMaterial({ folder: "/var/lib/tacet-keys" }))
 * ```
 */
export const keyMaterial = ({ folder, patience = 5_000 }: Options): KeyStore.KeyMaterial => {
  const turns = new Map<CustomerId.CustomerId, Semaphore.Semaphore>()
  const inTurn = (customer: CustomerId.CustomerId): Semaphore.Semaphore => {
    const known = turns.get(customer) ?? Semaphore.makeUnsafe(1)
    turns.set(customer, known)
    return known
  }
  const ready = attempt(async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await refuseIfOpenToOthers(folder)
  })
  const pathOf = (customer: CustomerId.CustomerId): string => join(folder, `${customer}.json`)

  /** Among processes a lock file decides, which names the process that holds it. */
  const locked = <A>(path: string, use: Effect.Effect<A, VaultError.VaultUnavailable>) => {
    const lock = `${path}.lock`
    const take = attempt(async () => {
      const { O_CREAT, O_EXCL, O_WRONLY } = constants
      await flushed(await open(lock, O_WRONLY | O_CREAT | O_EXCL, 0o600), String(process.pid))
    }).pipe(
      Effect.tapError(({ cause }) =>
        cause === "EEXIST"
          ? attempt(async () => {
              if (await isAbandoned(lock)) await rm(lock, { force: true })
            })
          : Effect.void,
      ),
      Effect.retry({
        while: ({ cause }) => cause === "EEXIST",
        schedule: Schedule.spaced(10),
        times: Math.ceil(patience / 10),
      }),
    )
    return Effect.acquireUseRelease(
      take,
      () => use,
      () => Effect.promise(() => rm(lock, { force: true })),
    )
  }

  return {
    load: (customer) =>
      Effect.andThen(
        ready,
        attempt(() => load(pathOf(customer))),
      ),
    change: (customer, next) => {
      const path = pathOf(customer)
      const changing = attempt(async () => {
        const changed = next(await load(path))
        await save(folder, path, changed)
        return changed
      })
      return inTurn(customer).withPermits(1)(Effect.andThen(ready, locked(path, Effect.uninterruptible(changing))))
    },
  }
}

/**
 * A key store over files in a folder.
 *
 * @example
 * ```ts
 * import { layer } from "@tacet/adapter-file"
 *
 * const keys = layer({ folder: "/var/lib/tacet-keys" })
 * ```
 */
export const layer = (options: Options): Layer.Layer<KeyStore.KeyStore> =>
  Layer.sync(KeyStore.KeyStore, () => KeyStore.fromMaterial(keyMaterial(options)))
