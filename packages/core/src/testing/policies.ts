/**
 * Privacy policies for property tests: random ones, made of the values at the boundaries of each parameter and of what
 * the published versions state, and edits of them that loosen, tighten or leave out what they say on one parameter.
 */
import fc from "fast-check"
import type { Parameter } from "../policy/text/Parameter.ts"
import { samples } from "../policy/text/Parameter.ts"
import type { ParameterName, PrivacyPolicy, Statements } from "../policy/text/PrivacyPolicy.ts"
import * as Policy from "../policy/text/PrivacyPolicy.ts"
import { equal } from "../policy/law/Requirement.ts"
import { published } from "../policy/versions/index.ts"

const definitionOf = (name: ParameterName): Parameter<never> => Policy.parameter(name) as unknown as Parameter<never>

/**
 * Values of a parameter: its boundaries, and what the published versions state.
 *
 * @example
 * ```ts
 * import { Policies } from "@tacet/core/testing"
 *
 * const channels = Policies.valuesOf("channels") // nothing, everything, each alone, all but each, the published ones
 * ```
 */
export const valuesOf = (name: ParameterName): ReadonlyArray<unknown> => [
  ...samples(definitionOf(name)),
  ...published.flatMap((policy): ReadonlyArray<unknown> => {
    const statement = Policy.statement(policy.parameters, name)
    return statement === undefined ? [] : [statement.value]
  }),
]

const stating = (statements: Statements, name: ParameterName, value: unknown): Statements => ({
  ...statements,
  [name]: { value, sources: [{ document: "own", section: "1", rows: [] }] },
})

/**
 * A policy of somebody's own that says something on some of these parameters, or on some of all.
 *
 * @example
 * ```ts
 * import { Policies } from "@tacet/core/testing"
 *
 * const policies = Policies.aPolicy(["channels", "categories"])
 * ```
 */
export const aPolicy = (about: ReadonlyArray<ParameterName> = Policy.parameterNames): fc.Arbitrary<PrivacyPolicy> =>
  fc
    .tuple(...about.map((name) => fc.option(fc.constantFrom(...valuesOf(name)), { nil: undefined, freq: 3 })))
    .map((values) => ({
      id: "own/1",
      operator: "Own",
      version: "1",
      language: "en",
      effectiveFrom: "2017-01-01",
      country: "FR",
      timeZone: "Europe/Paris",
      parameters: about.reduce<Statements>(
        (statements, name, index) =>
          values[index] === undefined ? statements : stating(statements, name, values[index]),
        {},
      ),
    }))

/** A policy and the same with one change. */
export interface Edit {
  readonly kind: "looser" | "tighter" | "silent"
  readonly parameter: ParameterName
  readonly before: PrivacyPolicy
  readonly after: PrivacyPolicy
}

/**
 * An edit of a policy: something that it states becomes looser or tighter, or is no longer said. A parameter without a
 * stricter side is only left out.
 *
 * @example
 * ```ts
 * import { Policies } from "@tacet/core/testing"
 *
 * const edits = Policies.anEdit(["channels", "categories"])
 * ```
 */
export const anEdit = (about: ReadonlyArray<ParameterName> = Policy.parameterNames): fc.Arbitrary<Edit> =>
  fc
    .record({
      policy: aPolicy(about),
      parameter: fc.constantFrom(...about),
      value: fc.nat(),
      other: fc.nat(),
      isSilent: fc.nat(5),
    })
    .map(({ isSilent, other, parameter, policy, value }): Edit => {
      const values = valuesOf(parameter) as ReadonlyArray<never>
      const { kind, meet } = definitionOf(parameter)
      const one = values[value % values.length]!
      const both = meet(one, values[other % values.length]!)
      const before = { ...policy, parameters: stating(policy.parameters, parameter, one) }
      const id = "own/2"
      if (isSilent === 0 || kind === "choice" || kind === "fact" || equal(both, meet(one, one))) {
        const { [parameter]: _, ...rest } = policy.parameters
        return { kind: "silent", parameter, before, after: { ...policy, id, parameters: rest } }
      }
      const strict = { ...policy, parameters: stating(policy.parameters, parameter, both) }
      return isSilent < 3
        ? { kind: "looser", parameter, before: strict, after: { ...before, id } }
        : { kind: "tighter", parameter, before, after: { ...strict, id } }
    })
