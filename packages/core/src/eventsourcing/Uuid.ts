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
 * const id: Uuid.Uuid = Schema.decodeUnknownSync(Uuid.Uuid)("0b1f6f0e-6c0c-4d0a-9a3e-2f1f5a1c9d10")
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
 * Where new ids come from. The default draws version 4 UUIDs from Effect's `Random`, so a seeded run repeats them; a
 * service in production provides a generator of its own (`crypto.randomUUID`).
 */
export const Identifiers = Context.Reference<{ readonly next: Effect.Effect<Uuid> }>(
  "@tacet/core/eventsourcing/Identifiers",
  { defaultValue: () => ({ next: fromRandom }) },
)

/**
 * Draws the next id from the {@link Identifiers} in force.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Uuid } from "@tacet/core/eventsourcing"
 *
 * const id: Effect.Effect<Uuid.Uuid> = Uuid.next
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
 * const id: Uuid.Uuid = Uuid.fromBytes(new Uint8Array(16), 8)
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
 * The id derived from these texts, always the same, so that a step that is repeated after a crash is recognised. It is
 * not secret and hides nothing: anyone who knows the texts can compute the id. Never derive one from a personal value.
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
