/**
 * Keys in files: a folder for each Customer, with one file for each version of its keys.
 *
 * - Folders and files belong to their owner alone (0700, 0600); keys that others could read are refused.
 * - A version is written aside, flushed, and linked to its number: a crash leaves the version before or the whole new one.
 * - A link never replaces a file. Of several processes that write one number, one succeeds, and the others read again and
 *   repeat their change. There is no lock, so none can be left behind.
 * - Superseded versions are emptied at once. Their names stay for a minute, so that a process which has read an old
 *   number cannot take it again.
 * - A file that cannot be read is an error, never a Customer without keys.
 */
import { constants } from "node:fs"
import { type FileHandle, link, mkdir, open, readdir, readFile, rm, stat, truncate } from "node:fs/promises"
import { join } from "node:path"
import { type CustomerId, Uuid } from "@tacet/core/eventsourcing"
import { Encryption, KeyStore, VaultError } from "@tacet/core/privacy"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"

/** Where the keys are kept. */
export interface Options {
  /**
   * A folder for nothing else, on another disk than the vault's, and in no backup of it. The first use makes it; a folder
   * that is missing later, such as one on a disk that was unmounted, is an error.
   */
  readonly folder: string
  /** How long to repeat a change that other processes overtake, in milliseconds. Default 5,000. */
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

/** How long the name of a superseded version is kept, in milliseconds. */
const tombstoneAge = 60_000

/** The versions that a Customer's folder holds, in their order; none where there is no folder. */
const versionsIn = async (folder: string): Promise<ReadonlyArray<number>> => {
  try {
    await refuseIfOpenToOthers(folder)
    const names = await readdir(folder)
    return names
      .flatMap((name) => /^([1-9]\d{0,14})\.json$/.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((one, other) => one - other)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

interface Loaded {
  readonly version: number
  readonly keys: KeyStore.CustomerKeys
}

const textAt = async (path: string): Promise<string | undefined> => {
  try {
    await refuseIfOpenToOthers(path)
    return await readFile(path, "utf8")
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** The one file of a Customer's keys as earlier releases wrote it. It is read until the first version replaces it. */
const earlierLayout = (folder: string): string => `${folder}.json`

/** The newest version. One that is superseded between listing and reading is empty then, or missing: list again. */
const load = async (folder: string): Promise<Loaded> => {
  for (let attempts = 0; ; attempts++) {
    const version = (await versionsIn(folder)).at(-1)
    if (version === undefined) {
      const earlier = await textAt(earlierLayout(folder))
      if (earlier !== undefined) return { version: 0, keys: read(earlier) }
      // Another process may have written the first version in between, and removed the earlier file.
      if ((await versionsIn(folder)).length === 0) return { version: 0, keys: KeyStore.noKeys }
      continue
    }
    const text = await textAt(join(folder, `${version}.json`))
    if (text !== undefined && text !== "") return { version, keys: read(text) }
    if (attempts > 0 && (await versionsIn(folder)).at(-1) === version) throw new Error("the newest version is empty")
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

const flushFolder = async (folder: string): Promise<void> => {
  if (!hasModes) return
  const directory = await open(folder, constants.O_RDONLY)
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/** Links a text to the number of a version; `false` where another process has written that version or a later one. */
const write = async (folder: string, version: number, text: string, id: Uuid.Uuid): Promise<boolean> => {
  const aside = join(folder, `${id}.new`)
  const { O_CREAT, O_EXCL, O_WRONLY } = constants
  try {
    await flushed(await open(aside, O_WRONLY | O_CREAT | O_EXCL, 0o600), text)
    await link(aside, join(folder, `${version}.json`))
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false
    throw error
  } finally {
    await rm(aside, { force: true })
  }
  // A number can only be free again when a later version exists.
  if ((await versionsIn(folder)).at(-1) !== version) {
    await rm(join(folder, `${version}.json`), { force: true })
    return false
  }
  await flushFolder(folder)
  return true
}

/** Empties the versions before one, and removes those that are old, with the files that crashes have left aside. */
const supersede = async (folder: string, version: number, now: number): Promise<void> => {
  await rm(earlierLayout(folder), { force: true })
  const names = await readdir(folder)
  await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name)
      const number = /^(\d+)\.json$/.exec(name)?.[1]
      if (number !== undefined && Number(number) >= version) return
      try {
        const { mtimeMs, size } = await stat(path)
        if (number !== undefined && size > 0) await truncate(path)
        else if (mtimeMs < now - tombstoneAge) await rm(path, { force: true })
      } catch (error) {
        if (!isMissing(error)) throw error
      }
    }),
  )
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
  let isMade = false
  const ready = attempt(async () => {
    if (!isMade) await mkdir(folder, { recursive: true, mode: 0o700 })
    await refuseIfOpenToOthers(folder)
    isMade = true
  })
  const folderOf = (customer: CustomerId.CustomerId): string => join(folder, customer)

  /** Changes the newest version, again as long as others overtake. */
  const changing = (own: string, next: (keys: KeyStore.CustomerKeys) => KeyStore.CustomerKeys) =>
    Effect.gen(function* () {
      const clock = Clock.Clock.defaultValue()
      const until = clock.currentTimeMillisUnsafe() + patience
      yield* attempt(() => mkdir(own, { recursive: true, mode: 0o700 }))
      while (true) {
        const { keys, version } = yield* attempt(() => load(own))
        const changed = next(keys)
        const id = yield* Uuid.next
        if (yield* attempt(() => write(own, version + 1, written(changed), id))) {
          yield* attempt(() => supersede(own, version + 1, clock.currentTimeMillisUnsafe()))
          return changed
        }
        if (clock.currentTimeMillisUnsafe() > until) {
          return yield* new VaultError.VaultUnavailable({ store: "keyStore", cause: "overtaken" })
        }
      }
    })

  return {
    load: (customer) =>
      Effect.andThen(
        ready,
        Effect.map(
          attempt(() => load(folderOf(customer))),
          ({ keys }) => keys,
        ),
      ),
    change: (customer, next) =>
      inTurn(customer).withPermits(1)(
        Effect.andThen(ready, Effect.uninterruptible(changing(folderOf(customer), next))),
      ),
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
