/**
 * Identifiers. Every id that Tacet writes is a UUID: random, so that it reveals nothing about the person, the device or
 * the moment that it identifies.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import { ofPseudonymous } from "./FieldClass.ts"

/**
 * A UUID in its canonical form: 36 characters, lower case.
 *
 * @example
 * ```ts
 * import * as Schema from "effect/Schema"
 * import { Uuid } from "@tacet/core/eventsourcing"
 *
 * Schema.is(Uuid.Uuid)("0b1f6f0e-6c0c-4d0a-9a3e-2f1f5a1c9d10") // => true
 * Schema.is(Uuid.Uuid)("ticket 12") // => false
 * ```
 */
export const Uuid = Schema.String.check(
  Schema.isPattern(/^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/, {
    expected: "a lower-case UUID",
  }),
)
  .annotate(ofPseudonymous)
  .pipe(Schema.brand("Uuid"))
export type Uuid = typeof Uuid.Type

/**
 * Whether a text is spelled as every UUID is stored: 36 characters, lower case. Two spellings of one id would be one id to
 * some stores and two to others.
 *
 * @example
 * ```ts
 * import { Uuid } from "@tacet/core/eventsourcing"
 *
 * Uuid.isCanonical("0b1f6f0e-6c0c-4d0a-9a3e-2f1f5a1c9d10") // => true
 * Uuid.isCanonical("0B1F6F0E-6C0C-4D0A-9A3E-2F1F5A1C9D10") // => false
 * ```
 */
export const isCanonical = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text)

/**
 * The source of new ids. The default draws version 4 UUIDs from the cryptographic generator of the platform, so that no
 * id can be guessed from others. Tests repeat their ids with {@link withSeed}.
 */
export const Identifiers = Context.Reference<{ readonly next: Effect.Effect<Uuid> }>(
  "@tacet/core/eventsourcing/Identifiers",
  { defaultValue: () => ({ next: fromCrypto }) },
)

/**
 * Runs a program with ids, and all else that is drawn from Effect's `Random`, from a seed: the same seed gives the same
 * ids. For tests and demonstrations alone: such ids can be guessed.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Uuid } from "@tacet/core/eventsourcing"
 *
 * const drawn = Effect.runSync(Uuid.withSeed(Uuid.next, "a seed"))
 * drawn === Effect.runSync(Uuid.withSeed(Uuid.next, "a seed")) // => true
 * drawn === Effect.runSync(Uuid.next) // => false
 * ```
 */
export const withSeed = <A, E, R>(program: Effect.Effect<A, E, R>, seed: string | number): Effect.Effect<A, E, R> =>
  program.pipe(Effect.provideService(Identifiers, { next: fromRandom }), Random.withSeed(seed))

/**
 * Draws the next id from the {@link Identifiers} in force.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Uuid } from "@tacet/core/eventsourcing"
 *
 * Uuid.isCanonical(Effect.runSync(Uuid.next)) // => true
 * ```
 */
export const next: Effect.Effect<Uuid> = Effect.flatMap(Identifiers, (identifiers) => identifiers.next)

/**
 * Forms a UUID from 16 bytes: the version and variant bits are set, all others are kept. Use it with the output of a
 * keyed hash; version 8 is the one RFC 9562 leaves to applications.
 *
 * @example
 * ```ts
 * import { Uuid } from "@tacet/core/eventsourcing"
 *
 * Uuid.fromBytes(new Uint8Array(16), 8) // => "00000000-0000-8000-8000-000000000000"
 * ```
 */
export const fromBytes = (bytes: Uint8Array, version: 4 | 8): Uuid => {
  let text = ""
  for (let index = 0; index < 16; index++) {
    let byte = bytes[index] ?? 0
    if (index === 6) byte = (byte & 0x0f) | (version << 4)
    if (index === 8) byte = (byte & 0x3f) | 0x80
    if (index === 4 || index === 6 || index === 8 || index === 10) text += "-"
    text += hexadecimal[byte]
  }
  return text as Uuid
}

/**
 * The id that represents an id of another system under a secret key: HMAC-SHA-256, shortened to a version 8 UUID. The
 * same key and text always give the same id, so that an import may be repeated; without the key nothing leads from the
 * id back to the text, nor from one Customer's ids to another's where each has its own key of at least 32 random bytes.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Uuid } from "@tacet/core/eventsourcing"
 *
 * const key = new Uint8Array(32).fill(7)
 * const [one, again, other] = await Effect.runPromise(
 *   Effect.all([Uuid.derive(key, "ticket 12"), Uuid.derive(key, "ticket 12"), Uuid.derive(key, "ticket 13")])
 * )
 * one === again // => true
 * one === other // => false
 * ```
 */
export const derive = (key: Uint8Array, text: string): Effect.Effect<Uuid> =>
  Effect.promise(async () => {
    const { subtle } = globalThis.crypto
    // No caller shares the memory of the key with another thread, which is what Web Crypto asks for.
    const secret = key as Uint8Array<ArrayBuffer>
    const imported = await subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"])
    const mac = await subtle.sign("HMAC", imported, new TextEncoder().encode(text))
    return fromBytes(new Uint8Array(mac), 8)
  })

/**
 * The id derived from these texts, always the same, so that a step that is repeated after a crash is recognised. It is
 * not secret: anyone who knows the texts can compute the id. Derive the id of a record of another system, or of anything
 * personal, under a key ({@link derive}).
 *
 * @example
 * ```ts
 * import { Uuid } from "@tacet/core/eventsourcing"
 *
 * const same: boolean = Uuid.derived("cohort", "2026-03-01") === Uuid.derived("cohort", "2026-03-01") // => true
 * ```
 */
export const derived = (...texts: ReadonlyArray<string>): Uuid => {
  const text = JSON.stringify(texts)
  const bytes = new Uint8Array(16)
  for (let lane = 0; lane < 4; lane++) {
    let hash = Math.imul(lane + 1, 0x9e3779b1)
    for (let index = 0; index < text.length; index++) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x85ebca6b)
      hash ^= hash >>> 13
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0xc2b2ae35)
    hash ^= hash >>> 16
    for (let byte = 0; byte < 4; byte++) bytes[lane * 4 + byte] = (hash >>> (byte * 8)) & 0xff
  }
  return fromBytes(bytes, 8)
}

const hexadecimal = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))

const fromCrypto: Effect.Effect<Uuid> = Effect.sync(() =>
  fromBytes(globalThis.crypto.getRandomValues(new Uint8Array(16)), 4),
)

const fromRandom: Effect.Effect<Uuid> = Effect.map(
  Effect.all([0, 1, 2, 3].map(() => Random.nextIntBetween(0, 0x100000000, { halfOpen: true }))),
  (words) => {
    const bytes = new Uint8Array(16)
    words.forEach((word, index) => {
      for (let byte = 0; byte < 4; byte++) bytes[index * 4 + byte] = (word >>> (byte * 8)) & 0xff
    })
    return fromBytes(bytes, 4)
  },
)
