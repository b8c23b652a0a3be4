/**
 * A parameter of a privacy policy: its kind, the Schema of its values and the two ways of combining them.
 */
import type * as Schema from "effect/Schema"
import type { PolicyRuleKey } from "./RuleKey.ts"

/**
 * - `permissions`: a closed list of allowed values; any other is refused.
 * - `duties`: what must be done or carried; all of it.
 * - `levels`: one of several levels, ordered from the strictest to the loosest.
 * - `ends`: moments of which the earliest counts.
 * - `atLeast`, `atMost`: a number that is a lower or an upper bound.
 * - `choice`: one of several ways of which none is stricter.
 * - `fact`: a plain fact, such as the law that a version names.
 */
export type Kind = "permissions" | "duties" | "levels" | "ends" | "atLeast" | "atMost" | "choice" | "fact"

/**
 * The reader of a parameter. CI compares it with the sources.
 *
 * - `decider`: a decider, a check or a service asks it before it acts;
 * - `register`: it decides which text binds, in the resolver and the registers of `binding`;
 * - `declared`: no code decides by it; it is shown, and the law can bind it.
 */
export type Reader = "decider" | "register" | "declared"

/** The description of a parameter, without its values. */
export interface About {
  /** The decision it controls, in a sentence. */
  readonly about: string
  /** The rules that it decides. */
  readonly rules: ReadonlyArray<PolicyRuleKey>
  readonly readBy: Reader
}

/** A parameter. */
export interface Parameter<A> extends About {
  readonly kind: Kind
  readonly schema: Schema.Codec<A>
  /** The words that its values are made of, from the strictest where they are levels; none for numbers and facts. */
  readonly words: ReadonlyArray<string>
  /** Where it holds a value for each of several keys, or for some of them: the keys, and what the values are. */
  readonly entries?: { readonly keys: ReadonlyArray<string>; readonly of: Parameter<never>; readonly partial: boolean }
  /** The value where neither the version, another version nor the law states one: the one that allows the least. */
  readonly strictest: A
  /** The value that obeys both; for a `choice` and a `fact` the later of two. */
  readonly meet: (earlier: A, later: A) => A
  /** The base read together with a supplement. */
  readonly extend: (base: A, supplement: A) => A
}

/** The values of a parameter. */
export type Value<P> = P extends Parameter<infer A> ? A : never

/** @internal */
export const codec = <A>(schema: Schema.Top): Schema.Codec<A> => schema as unknown as Schema.Codec<A>
