/**
 * The kinds of parameters that a privacy policy is made of. Each kind knows the Schema of its values and two ways of
 * combining them: `meet` obeys two values at once, so that its result is never looser than either (rules.md 7.1, rule
 * 2), and `extend` reads a base together with a supplement that adds to it (SUPPLEMENT).
 *
 * For every kind but `choice` and `fact`, `meet` is idempotent, commutative and associative: the order in which versions
 * are read does not matter. A `choice` and a `fact` have no stricter side; there the later statement holds.
 */
import * as Schema from "effect/Schema"
import { record } from "./ParameterEntries.ts"
import { type About, codec, type Parameter } from "./ParameterKind.ts"

export { End, type EndEvent, endEvents, ends, periods } from "./EndParameter.ts"
export { type Each, forEach, forSome, type Some } from "./ParameterEntries.ts"
export type { About, Kind, Parameter, Reader, Value } from "./ParameterKind.ts"

/** In the order of the vocabulary and without repetition, so that equal sets are equal values. */
const ordered = <const L extends string>(literals: ReadonlyArray<L>, keep: (literal: L) => boolean): ReadonlyArray<L> =>
  literals.filter(keep)

const setOf = <const L extends string>(literals: ReadonlyArray<L>): Schema.Codec<ReadonlyArray<L>> =>
  codec(Schema.Array(Schema.Literals(literals)).check(Schema.isUnique()))

/**
 * A closed list of allowed values.
 *
 * @example
 * ```ts
 * import { Parameter } from "@tacet/core/policy"
 *
 * const grounds = Parameter.permissions(["contract", "consent"], { about: "Grounds.", rules: ["BASIS"], readBy: "decider" })
 * const both = grounds.meet(["contract", "consent"], ["consent"]) // => ["consent"]
 * ```
 */
export const permissions = <const L extends string>(
  literals: ReadonlyArray<L>,
  about: About,
): Parameter<ReadonlyArray<L>> => ({
  ...about,
  kind: "permissions",
  words: literals,
  schema: setOf(literals),
  strictest: [],
  meet: (one, other) => ordered(literals, (literal) => one.includes(literal) && other.includes(literal)),
  extend: (base, more) => ordered(literals, (literal) => base.includes(literal) || more.includes(literal)),
})

/**
 * A list of what must be done or carried. Where no text states it, all of it is owed, or what `strictest` names.
 *
 * @example
 * ```ts
 * import { Parameter } from "@tacet/core/policy"
 *
 * const notices = Parameter.duties(["publish", "notify"], { about: "Notices.", rules: ["NOTIFY"], readBy: "decider" })
 * const both = notices.meet(["publish"], ["notify"]) // => ["publish", "notify"]
 * ```
 */
export const duties = <const L extends string>(
  literals: ReadonlyArray<L>,
  about: About & { readonly strictest?: ReadonlyArray<NoInfer<L>> },
): Parameter<ReadonlyArray<L>> => {
  const both = (one: ReadonlyArray<L>, other: ReadonlyArray<L>): ReadonlyArray<L> =>
    ordered(literals, (literal) => one.includes(literal) || other.includes(literal))
  return {
    ...about,
    kind: "duties",
    words: literals,
    schema: setOf(literals),
    strictest: about.strictest ?? literals,
    meet: both,
    extend: both,
  }
}

/**
 * One of several levels, from the strictest to the loosest.
 *
 * @example
 * ```ts
 * import { Parameter } from "@tacet/core/policy"
 *
 * const recording = Parameter.levels(["never", "withConsent"], { about: "Recording.", rules: ["TRAINING"], readBy: "decider" })
 * const both = recording.meet("withConsent", "never") // => "never"
 * ```
 */
export const levels = <const L extends string>(
  strictToLoose: readonly [L, ...Array<L>],
  about: About,
): Parameter<L> => ({
  ...about,
  kind: "levels",
  words: strictToLoose,
  schema: codec(Schema.Literals(strictToLoose)),
  strictest: strictToLoose[0],
  meet: (one, other) => (strictToLoose.indexOf(one) <= strictToLoose.indexOf(other) ? one : other),
  extend: (_base, supplement) => supplement,
})

/**
 * One of several ways of which none is stricter than another.
 *
 * @example
 * ```ts
 * import { Parameter } from "@tacet/core/policy"
 *
 * const addressee = Parameter.choice(["operator", "customer"], {
 *   about: "Who answers.", rules: ["R-TO-OPERATOR"], readBy: "decider", otherwise: "customer"
 * })
 * const later = addressee.meet("operator", "customer") // => "customer"
 * ```
 */
export const choice = <const L extends string>(
  literals: ReadonlyArray<L>,
  about: About & { readonly otherwise: NoInfer<L> },
): Parameter<L> => ({
  ...about,
  kind: "choice",
  words: literals,
  schema: codec(Schema.Literals(literals)),
  strictest: about.otherwise,
  meet: (_earlier, later) => later,
  extend: (_base, supplement) => supplement,
})

/**
 * A plain fact, such as the law that a version names.
 *
 * @example
 * ```ts
 * import * as Schema from "effect/Schema"
 * import { Parameter } from "@tacet/core/policy"
 *
 * const law = Parameter.fact(Schema.String, { about: "The law.", rules: ["LAW"], readBy: "decider", otherwise: "" })
 * law.meet("95/46/EC", "GDPR") // => "GDPR"
 * ```
 */
export const fact = <A>(schema: Schema.Codec<A>, about: About & { readonly otherwise: NoInfer<A> }): Parameter<A> => ({
  ...about,
  kind: "fact",
  words: [],
  schema,
  strictest: about.otherwise,
  meet: (_earlier, later) => later,
  extend: (_base, supplement) => supplement,
})

/**
 * A number that must be reached.
 *
 * @example
 * ```ts
 * import { Parameter } from "@tacet/core/policy"
 *
 * const centres = Parameter.atLeast({ about: "Data centres.", rules: ["HOST-2DC"], readBy: "decider", strictest: 2 })
 * const both = centres.meet(2, 3) // => 3
 * ```
 */
export const atLeast = (about: About & { readonly strictest: number }): Parameter<number> => ({
  ...about,
  kind: "atLeast",
  words: [],
  schema: codec(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))),
  strictest: about.strictest,
  meet: Math.max,
  extend: Math.max,
})

/**
 * A number that must not be passed.
 *
 * @example
 * ```ts
 * import { Parameter } from "@tacet/core/policy"
 *
 * const hours = Parameter.atMost({ about: "Hours.", rules: ["BREACH"], readBy: "decider", strictest: 72 })
 * const both = hours.meet(72, 96) // => 72
 * ```
 */
export const atMost = (about: About & { readonly strictest: number }): Parameter<number> => ({
  ...about,
  kind: "atMost",
  words: [],
  schema: codec(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))),
  strictest: about.strictest,
  meet: Math.min,
  extend: Math.min,
})

/**
 * Values at the boundaries of a parameter: nothing, everything, each word alone and each left out, the ends of numbers.
 * They differ as far as possible in what they allow and forbid, so tests and walk-throughs start from them.
 *
 * @example
 * ```ts
 * import { Parameter, PrivacyPolicy } from "@tacet/core/policy"
 *
 * const levels = Parameter.samples(PrivacyPolicy.parameter("recognition")) // => ["off", "ifInstructed", "on"]
 * ```
 */
export const samples = <A>(parameter: Parameter<A>): ReadonlyArray<A> => {
  const { entries, kind, strictest, words } = parameter as unknown as Parameter<unknown>
  const made = (): ReadonlyArray<unknown> => {
    if (entries !== undefined) {
      return samples(entries.of as unknown as Parameter<unknown>).map((value) =>
        record(entries.keys.map((key) => [key, value])),
      )
    }
    switch (kind) {
      case "permissions":
      case "duties":
        return [[], words, ...words.flatMap((word) => [[word], words.filter((other) => other !== word)])]
      case "levels":
      case "choice":
        return words
      case "ends":
        return words.length === 0
          ? [["P1M"], ["P30D"], ["P1M", "P30D"]]
          : [[], ...words.flatMap((after) => [[{ after }], [{ after, within: "P12M" }]])]
      case "atLeast":
      case "atMost":
        return [0, 1, 1000]
      case "fact":
        return []
    }
  }
  return [...(kind === "levels" || kind === "choice" ? [] : [strictest]), ...made()] as ReadonlyArray<A>
}
