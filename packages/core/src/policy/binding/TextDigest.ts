/**
 * The digest that pins the text of a version. It covers the parts that decisions depend on: id, first day, country,
 * time zone and values. Sources, the order of lists and the choice of languages do not change it (ARCHIVE, RECORDED).
 * An adoption stores it, and another text under the same id is then refused.
 */
import * as Schema from "effect/Schema"
import { ofPublic } from "../../eventsourcing/FieldClass.ts"
import type { PrivacyPolicy } from "../text/PrivacyPolicy.ts"
import { sha256 } from "./internal/sha256.ts"
import { ownValues } from "./Resolve.ts"

/** The digest of a text: SHA-256 in hexadecimal. */
export const TextDigest = Schema.String.check(
  Schema.isPattern(/^[0-9a-f]{64}$/, { expected: "a SHA-256 digest in hexadecimal" }),
).annotate(ofPublic)
export type TextDigest = typeof TextDigest.Type

/** JSON with the keys of every object in order, so that equal values are equal texts. */
const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  const entries = Object.entries(value as Readonly<Record<string, unknown>>)
    .filter(([, one]) => one !== undefined)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(",")}}`
}

const known = new WeakMap<PrivacyPolicy, TextDigest>()

/**
 * The digest of a version's text, read in all its languages. A parameter on which it is silent is no part of it: what
 * holds there comes from other texts and from the law.
 *
 * @example
 * ```ts
 * import { TextDigest, Versions } from "@tacet/core/policy"
 *
 * const { dialonce20190305 } = Versions
 * const elsewhere = { ...dialonce20190305, timeZone: "America/Cayenne" }
 * TextDigest.of(elsewhere) === TextDigest.of(dialonce20190305) // => false
 * ```
 */
export const of = (policy: PrivacyPolicy): TextDigest => {
  const found = known.get(policy)
  if (found !== undefined) return found
  const { country, effectiveFrom, id, timeZone } = policy
  const digest = sha256(canonical({ id, effectiveFrom, country, timeZone, values: ownValues(policy) }))
  known.set(policy, digest)
  return digest
}

/**
 * The digest of a text as it is, such as a statistic that is published.
 *
 * @example
 * ```ts
 * import { TextDigest } from "@tacet/core/policy"
 *
 * TextDigest.ofText("abc") // => "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
 * ```
 */
export const ofText = (text: string): TextDigest => sha256(text)
