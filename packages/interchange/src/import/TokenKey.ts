/**
 * Keyed tokens in place of the source's own keys. Cases, persons, calls and row ids become HMAC-SHA-256 tokens. Those
 * of persons and rows are made under a key that is generated for one run and never stored. So are those of cases and
 * calls where the store is in memory: afterwards no one, including the operator, can link an interaction in the log to
 * its case in the source (MINIMISE, KEY-APART). Where the store outlives the run they are made under a key that is kept
 * apart from it, so that the same case is the same interaction in every run. The keys are a service, so that a test can
 * fix them.
 */
import { createHmac, hash, randomBytes } from "node:crypto"
import { link, mkdir, readFile, stat, unlink, writeFile } from "node:fs/promises"
import { dirname } from "node:path"
import type { Identifier } from "@tacet/core/domain"
import { type CustomerId, Uuid } from "@tacet/core/eventsourcing"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { InputError } from "../SourceRow.ts"

/** The keys of a run. */
export interface Keys {
  /** For recorded ids: those of interactions and calls. */
  readonly recorded: Uint8Array
  /** For what never leaves the memory of the importer: persons, rows. */
  readonly run: Uint8Array
}

export class TokenKey extends Context.Service<TokenKey, Keys>()("@tacet/interchange/TokenKey") {}

const length = 32

/** Keys of 256 random bits that die with the layer. */
export const layerRandom: Layer.Layer<TokenKey> = Layer.sync(TokenKey, () => ({
  recorded: randomBytes(length),
  run: randomBytes(length),
}))

/** Known keys, for tests: with them the ids of a run can be repeated. */
export const layerFixed = (bytes: Uint8Array): Layer.Layer<TokenKey> =>
  Layer.succeed(TokenKey, { recorded: bytes, run: bytes })

/** Keeps the key for recorded ids in a file that only its owner can read, and generates it where there is none. */
export const layerKept = (path: string): Layer.Layer<TokenKey, InputError> =>
  Layer.effect(
    TokenKey,
    Effect.map(
      Effect.tryPromise({
        try: () => kept(path),
        catch: (cause) =>
          cause instanceof InputError ? cause : new InputError("--key-file: the file cannot be read or written"),
      }),
      (recorded) => ({ recorded, run: randomBytes(length) }),
    ),
  )

const kept = async (path: string): Promise<Uint8Array> => {
  const known = await keyIn(path)
  if (known !== undefined) return known
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  // Another run may draw one at the same moment: the first to have it in place wins, and it is whole when it is there.
  const drawn = `${path}.${randomBytes(8).toString("hex")}`
  await writeFile(drawn, `${randomBytes(length).toString("base64")}\n`, { mode: 0o600, flag: "wx" })
  try {
    await link(drawn, path)
  } catch (cause) {
    if (!isCode(cause, "EEXIST")) throw cause
  } finally {
    await unlink(drawn)
  }
  return (await keyIn(path))!
}

const keyIn = async (path: string): Promise<Uint8Array | undefined> => {
  try {
    const { mode, size } = await regularFile(path)
    if (size === 0) throw new InputError("--key-file: the file is empty; delete it, and a key is made in its place")
    if ((mode & 0o077) !== 0) {
      throw new InputError("--key-file: others can read or write the file; make it its owner's alone (chmod 600)")
    }
    const bytes = Buffer.from((await readFile(path, "utf8")).trim(), "base64")
    if (bytes.length !== length) throw new InputError("--key-file: holds no key of 32 bytes in base64")
    return bytes
  } catch (cause) {
    if (isCode(cause, "ENOENT")) return undefined
    throw cause
  }
}

/** A pipe would be read for ever, and a device never ends. */
const regularFile = async (path: string) => {
  const found = await stat(path)
  if (!found.isFile()) throw new InputError("--key-file: must be a file, not a folder, a pipe or a device")
  return found
}

const isCode = (cause: unknown, code: string): boolean =>
  cause instanceof Error && "code" in cause && cause.code === code

/** The tokens of one Customer. The same key in two compartments has two tokens (RECOG-1CUST). */
export interface Tokens {
  readonly interaction: (caseKey: string) => Uuid.Uuid
  readonly call: (caseKey: string, callKey: string) => Identifier.CallId
  /** A person within this run. Never leaves the memory of the importer. */
  readonly person: (personKey: string) => string
  /** The id and the content of a row, within this run. Neither ever leaves the importer's memory. */
  readonly rowId: (id: string) => string
  readonly content: (row: unknown) => string
}

export const tokensOf = ({ recorded, run }: Keys, customer: CustomerId.CustomerId): Tokens => {
  const digest = (key: Uint8Array, kind: string, ...parts: ReadonlyArray<string>): Buffer =>
    createHmac("sha256", key)
      .update(JSON.stringify([customer, kind, ...parts]))
      .digest()
  const secret = Buffer.from(run).toString("base64")
  return {
    interaction: remembering((caseKey) => Uuid.fromBytes(digest(recorded, "interaction", caseKey), 8)),
    call: (caseKey, callKey) => Uuid.fromBytes(digest(recorded, "call", caseKey, callKey), 8) as Identifier.CallId,
    person: remembering((personKey) => digest(run, "person", personKey).toString("base64")),
    rowId: (id) => hash("sha256", `${secret} id ${id}`, "base64"),
    content: (row) => hash("sha256", `${secret} content ${JSON.stringify(row)}`, "base64"),
  }
}

/** The last answer again: rows of one case mostly come together. */
const remembering = <A>(compute: (text: string) => A): ((text: string) => A) => {
  let last: { readonly text: string; readonly answer: A } | undefined
  return (text) => {
    if (last?.text !== text) last = { text, answer: compute(text) }
    return last.answer
  }
}
