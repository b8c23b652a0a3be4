/**
 * Privacy policies for property tests: random ones, made of the values at the boundaries of each parameter and the
 * statements of the published versions, and edits of them that loosen, tighten or remove the statement on one
 * parameter.
 */
import fc from "fast-check"
import { Parameter, PrivacyPolicy as Policy, Requirement, Versions } from "@tacet/core/policy"

const definitionOf = (name: Policy.ParameterName): Parameter.Parameter<never> =>
  Policy.parameter(name) as unknown as Parameter.Parameter<never>

/**
 * Values of a parameter: its boundaries, and the statements of the published versions.
 */
export const valuesOf = (name: Policy.ParameterName): ReadonlyArray<unknown> => [
  ...Parameter.samples(definitionOf(name)),
  ...Versions.published.flatMap((policy): ReadonlyArray<unknown> => {
    const statement = Policy.statement(policy.parameters, name)
    return statement === undefined ? [] : [statement.value]
  }),
]

const stating = (statements: Policy.Statements, name: Policy.ParameterName, value: unknown): Policy.Statements => ({
  ...statements,
  [name]: { value, sources: [{ document: "own", section: "1", rows: [] }] },
})

/**
 * A user's own policy that sets some of these parameters, or some of all.
 */
export const aPolicy = (
  about: ReadonlyArray<Policy.ParameterName> = Policy.parameterNames,
): fc.Arbitrary<Policy.PrivacyPolicy> =>
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
      parameters: about.reduce<Policy.Statements>(
        (statements, name, index) =>
          values[index] === undefined ? statements : stating(statements, name, values[index]),
        {},
      ),
    }))

/** A policy and the same with one change. */
export interface Edit {
  readonly kind: "looser" | "tighter" | "silent"
  readonly parameter: Policy.ParameterName
  readonly before: Policy.PrivacyPolicy
  readonly after: Policy.PrivacyPolicy
}

/**
 * An edit of a policy: something that it states becomes looser or tighter, or is no longer said. A parameter without a
 * stricter side is only left out.
 */
export const anEdit = (about: ReadonlyArray<Policy.ParameterName> = Policy.parameterNames): fc.Arbitrary<Edit> =>
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
      if (isSilent === 0 || kind === "choice" || kind === "fact" || Requirement.equal(both, meet(one, one))) {
        const { [parameter]: _, ...rest } = policy.parameters
        return { kind: "silent", parameter, before, after: { ...policy, id, parameters: rest } }
      }
      const strict = { ...policy, parameters: stating(policy.parameters, parameter, both) }
      return isSilent < 3
        ? { kind: "looser", parameter, before: strict, after: { ...before, id } }
        : { kind: "tighter", parameter, before, after: { ...strict, id } }
    })
