/**
 * A provision that is found invalid leaves the others in force and gives way to the nearest valid one (SEVER): the
 * parameter falls silent, and the resolver reads the strictest other version in its place.
 */
import type { ParameterName, PrivacyPolicy, Statements } from "../text/PrivacyPolicy.ts"

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
