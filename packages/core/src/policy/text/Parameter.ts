/**
 * The kinds of parameters that a privacy policy is made of. Each kind knows the Schema of its values and two ways of
 * combining them: `meet` obeys two values at once, so that its result is never looser than either (rules.md 7.1, rule 2),
 * and `extend` reads a base together with a supplement that adds to it (SUPPLEMENT).
 *
 * For every kind but `choice` and `fact`, `meet` is idempotent, commutative and associative: the order in which versions
 * are read does not matter. A `choice` and a `fact` have no stricter side; there the later statement holds.
 */
import * as Schema from "effect/Schema"
import type { PolicyRuleKey } from "./RuleKey.ts"
import type { Period } from "../../calendar/Period.ts"
import * as Periods from "../../calendar/Period.ts"

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
 * What reads a parameter. CI compares it with the sources.
 *
 * - `decider`: a decider, a check or a service asks it before it acts;
 * - `register`: it decides which text binds, in the resolver and the registers of `binding`;
 * - `declared`: no code decides by it; it is shown, and the law can bind it.
 */
export type Reader = "decider" | "register" | "declared"

/** The description of a parameter, without its values. */
export interface About {
  /** What it decides, in a sentence. */
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
  /** What holds where neither the version, another version nor the law says anything: what allows the least. */
  readonly strictest: A
  /** What obeys both; for a `choice` and a `fact` the later of two. */
  readonly meet: (earlier: A, later: A) => A
  /** The base read together with a supplement. */
  readonly extend: (base: A, supplement: A) => A
}

/** The values of a parameter. */
export type Value<P> = P extends Parameter<infer A> ? A : never

const codec = <A>(schema: Schema.Top): Schema.Codec<A> => schema as unknown as Schema.Codec<A>

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

// Periods and ends

const neverLongerThanAnother = (periods: ReadonlyArray<Period>): ReadonlyArray<Period> =>
  Array.from(new Set(periods))
    .filter((one) => !periods.some((other) => comesFirst(other, one)))
    .toSorted()

/** Of two periods of equal length the one that sorts first stays, so that `P1Y` and `P12M` become one value. */
const comesFirst = (one: Period, other: Period): boolean =>
  one !== other && Periods.neverLonger(one, other) && (!Periods.neverLonger(other, one) || one < other)

/**
 * Periods of which the one that ends first counts: `P1M` and `P30D` together are whichever is sooner.
 *
 * @example
 * ```ts
 * import { Parameter } from "@tacet/core/policy"
 *
 * const answer = Parameter.periods({ about: "Answers.", rules: ["R-1M"], readBy: "decider", strictest: ["P1M"] })
 * const both = answer.meet(["P1M"], ["P31D"]) // => ["P1M"]
 * ```
 */
export const periods = (
  about: About & { readonly strictest: ReadonlyArray<Period> },
): Parameter<ReadonlyArray<Period>> => {
  const both = (one: ReadonlyArray<Period>, other: ReadonlyArray<Period>) => neverLongerThanAnother([...one, ...other])
  return {
    ...about,
    kind: "ends",
    words: [],
    schema: codec(Schema.Array(Periods.Period).check(Schema.isUnique())),
    strictest: about.strictest,
    meet: both,
    extend: both,
  }
}

/** From when a datum's end is counted. */
export const endEvents = [
  "collection",
  "purposeFulfilled",
  "changedOrDeletedByUser",
  "retentionEnd",
  "contractEnd",
  "relationshipEnd",
  "accountDeletion",
] as const
export type EndEvent = (typeof endEvents)[number]

/** An end: so long after an event, or at the event itself. */
export interface End {
  readonly after: EndEvent
  readonly within?: Period
}

/** The Schema of an end. */
export const End: Schema.Codec<End> = codec(
  Schema.Struct({ after: Schema.Literals(endEvents), within: Schema.optionalKey(Periods.Period) }),
)

const earliestEnds = (ends: ReadonlyArray<End>): ReadonlyArray<End> =>
  endEvents.flatMap((after) => {
    const own = ends.filter((end) => end.after === after)
    if (own.length === 0) return []
    if (own.some((end) => end.within === undefined)) return [{ after }]
    return neverLongerThanAnother(own.flatMap((end) => end.within ?? [])).map((within): End => ({ after, within }))
  })

const endsSchema: Schema.Codec<ReadonlyArray<End>> = codec(Schema.Array(End))

/**
 * Ends of which the earliest counts. An empty list is no end at all.
 *
 * @example
 * ```ts
 * import { Parameter } from "@tacet/core/policy"
 *
 * const cap = Parameter.ends({ about: "Retention.", rules: ["RET-NEC"], readBy: "decider", strictest: [{ after: "contractEnd" }] })
 * const cap12 = cap.meet([{ after: "collection", within: "P2Y" }], [{ after: "collection", within: "P12M" }])
 * cap12 // => [{ after: "collection", within: "P12M" }]
 * ```
 */
export const ends = (about: About & { readonly strictest: ReadonlyArray<End> }): Parameter<ReadonlyArray<End>> => {
  const both = (one: ReadonlyArray<End>, other: ReadonlyArray<End>) => earliestEnds([...one, ...other])
  return {
    ...about,
    kind: "ends",
    words: endEvents,
    schema: endsSchema,
    strictest: about.strictest,
    meet: both,
    extend: both,
  }
}

// One value for each of several keys

/** A value for each key. */
export type Each<K extends string, A> = { readonly [Key in K]: A }
/** A value for some of the keys. */
export type Some<K extends string, A> = { readonly [Key in K]?: A }

const record = <K extends string, A>(entries: Iterable<readonly [K, A]>): Each<K, A> =>
  Object.fromEntries(entries) as Each<K, A>

/**
 * A parameter for each key, such as a list of purposes for each role.
 *
 * @example
 * ```ts
 * import { Parameter } from "@tacet/core/policy"
 *
 * const about = { about: "Purposes.", rules: ["PURPOSES"], readBy: "decider" } as const
 * const byRole = Parameter.forEach(["controller", "processor"], Parameter.permissions(["support"], about))
 * byRole.strictest // => { controller: [], processor: [] }
 * ```
 */
export const forEach = <const K extends string, A>(
  keys: ReadonlyArray<K>,
  of: Parameter<A>,
): Parameter<Each<K, A>> => ({
  about: of.about,
  rules: of.rules,
  readBy: of.readBy,
  kind: of.kind,
  words: of.words,
  entries: { keys, of: of as unknown as Parameter<never>, partial: false },
  schema: codec(Schema.Struct(record(keys.map((key) => [key, of.schema])))),
  strictest: record(keys.map((key) => [key, of.strictest])),
  meet: (one, other) => record(keys.map((key) => [key, of.meet(one[key], other[key])])),
  extend: (base, more) => record(keys.map((key) => [key, of.extend(base[key], more[key])])),
})

/**
 * A parameter that only some keys have: a key without a value is not bound by it, so two together bind both's keys.
 *
 * @example
 * ```ts
 * import { Parameter } from "@tacet/core/policy"
 *
 * const about = { about: "Ends.", rules: ["RET-NEC"], readBy: "decider", strictest: [] } as const
 * const byCategory = Parameter.forSome(["ipAddress", "name"], Parameter.ends(about))
 * byCategory.meet({}, { name: [{ after: "contractEnd" }] }) // => { name: [{ after: "contractEnd" }] }
 * ```
 */
export const forSome = <const K extends string, A>(
  keys: ReadonlyArray<K>,
  of: Parameter<A>,
  strictest: Some<NoInfer<K>, NoInfer<A>> = {},
): Parameter<Some<K, A>> => {
  const combine =
    (both: (one: A, other: A) => A) =>
    (one: Some<K, A>, other: Some<K, A>): Some<K, A> =>
      record(
        keys.flatMap((key): ReadonlyArray<readonly [K, A | undefined]> => {
          const left = one[key]
          const right = other[key]
          if (left === undefined) return right === undefined ? [] : [[key, right]]
          return [[key, right === undefined ? left : both(left, right)]]
        }),
      )
  return {
    about: of.about,
    rules: of.rules,
    readBy: of.readBy,
    kind: of.kind,
    words: of.words,
    entries: { keys, of: of as unknown as Parameter<never>, partial: true },
    schema: codec(Schema.Struct(record(keys.map((key) => [key, Schema.optionalKey(of.schema)])))),
    strictest,
    meet: combine(of.meet),
    extend: combine(of.extend),
  }
}

/**
 * Values at the boundaries of a parameter: nothing, everything, each word alone and each left out, the ends of numbers.
 * What they allow and forbid differs as far as it can, so they are what tests and walk-throughs start from.
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
