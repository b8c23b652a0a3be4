/**
 * Parameters with a value for each of several keys, or for some of them.
 */
import * as Schema from "effect/Schema"
import { codec, type Parameter } from "./ParameterKind.ts"

/** A value for each key. */
export type Each<K extends string, A> = { readonly [Key in K]: A }
/** A value for some of the keys. */
export type Some<K extends string, A> = { readonly [Key in K]?: A }

/** @internal */
export const record = <K extends string, A>(entries: Iterable<readonly [K, A]>): Each<K, A> =>
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
