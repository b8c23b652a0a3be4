/**
 * A provision that is found invalid leaves the others in force and gives way to the nearest valid one (SEVER): the
 * parameter falls silent, and the resolver reads the strictest other version in its place.
 */
import * as DateTime from "effect/DateTime"
import type { ParameterName, PolicyId, PrivacyPolicy, Statements } from "../text/PrivacyPolicy.ts"

/** Provisions of a version that are invalid from a moment on. */
export interface Severance {
  readonly from: DateTime.Utc
  readonly policy: PolicyId
  readonly provisions: ReadonlyArray<ParameterName>
}

const without = (statements: Statements, names: ReadonlyArray<ParameterName>): Statements =>
  Object.fromEntries(Object.entries(statements).filter(([name]) => !names.includes(name as ParameterName)))

/**
 * The policy without its invalid provisions, in all its languages.
 *
 * @rule SEVER
 *
 * @example
 * ```ts
 * import { Severability, Versions } from "@tacet/core/policy"
 *
 * const rest = Severability.sever(Versions.dialonce20160629, ["refusalGrounds"])
 * "refusalGrounds" in rest.parameters // => false
 * ```
 */
export const sever = (policy: PrivacyPolicy, invalid: ReadonlyArray<ParameterName>): PrivacyPolicy => ({
  ...policy,
  parameters: without(policy.parameters, invalid),
  ...(policy.variants === undefined
    ? {}
    : {
        variants: policy.variants.map((variant) => ({ ...variant, parameters: without(variant.parameters, invalid) })),
      }),
})

/** One text for each set of invalid provisions, so that policies are resolved from it once. */
const known = new WeakMap<PrivacyPolicy, Map<string, PrivacyPolicy>>()

/**
 * The provisions of a version that are invalid at a moment, in the order in which they were severed.
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import { Severability, Versions } from "@tacet/core/policy"
 *
 * const invalid = Severability.invalidAt([], Versions.dialogra, DateTime.makeUnsafe(0)) // => []
 * ```
 */
export const invalidAt = (
  severances: ReadonlyArray<Severance>,
  { id }: PrivacyPolicy,
  at: DateTime.Utc,
): ReadonlyArray<ParameterName> => {
  const inForce = severances.filter(({ from, policy }) => policy === id && DateTime.isLessThanOrEqualTo(from, at))
  return Array.from(new Set(inForce.flatMap(({ provisions }) => provisions)))
}

/** A version as it binds at a moment: without the provisions that are invalid by then. */
export const severedAt = (
  policy: PrivacyPolicy,
  severances: ReadonlyArray<Severance>,
  at: DateTime.Utc,
): PrivacyPolicy => {
  const invalid = invalidAt(severances, policy, at)
  if (invalid.length === 0) return policy
  let texts = known.get(policy)
  if (texts === undefined) {
    texts = new Map()
    known.set(policy, texts)
  }
  const key = invalid.toSorted().join(" ")
  let text = texts.get(key)
  if (text === undefined) {
    text = sever(policy, invalid)
    texts.set(key, text)
  }
  return text
}
