import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { describe, expect, it } from "@tacet/vitest"
import type { End, Parameter } from "./Parameter.ts"
import { endEvents } from "./Parameter.ts"
import type { Period } from "../../calendar/Period.ts"
import * as Policy from "./PrivacyPolicy.ts"
import { equal } from "../law/Requirement.ts"
import { published } from "../versions/index.ts"

const aPeriod: fc.Arbitrary<Period> = fc.constantFrom<Period>(
  "P1M",
  "P28D",
  "P30D",
  "P31D",
  "P2M",
  "P6M",
  "P12M",
  "P1Y",
  "P365D",
  "P366D",
  "P3Y",
  "P1Y1D",
)
const anEnd: fc.Arbitrary<End> = fc
  .tuple(fc.constantFrom(...endEvents), fc.option(aPeriod, { nil: undefined }))
  .map(([after, within]) => (within === undefined ? { after } : { after, within }))

/** Any value of a parameter, made of its words. */
export const aValueOf = (name: Policy.ParameterName): fc.Arbitrary<never> => {
  const definition = Policy.parameter(name) as unknown as Parameter<never>
  const made =
    name === "hostingLocations" || name === "backupLocations"
      ? (fc.uniqueArray(aPlace, { maxLength: 5 }) as unknown as fc.Arbitrary<never>)
      : aValue(definition)
  const stated = published.flatMap((policy) => {
    const statement = Policy.statement(policy.parameters, name)
    return statement === undefined ? [] : [statement.value as never]
  })
  return fc.oneof(fc.constantFrom(definition.strictest, ...stated), made ?? fc.constant(definition.strictest))
}

const aPlace = fc.constantFrom(
  "EU",
  "EEA",
  "anywhere",
  "DE",
  "DE/Frankfurt",
  "FR",
  "RE",
  "NO",
  "GB",
  "US",
  "US/Ashburn",
)

const aValue = (definition: Parameter<never>): fc.Arbitrary<never> | undefined => {
  const { entries, kind, words } = definition
  if (entries !== undefined) {
    const value = aValue(entries.of) ?? fc.constant(entries.of.strictest)
    return fc.record(
      Object.fromEntries(entries.keys.map((key) => [key, value])),
      entries.partial ? { requiredKeys: [] } : {},
    ) as fc.Arbitrary<never>
  }
  switch (kind) {
    case "permissions":
    case "duties":
      return words.length === 0 ? undefined : (fc.subarray([...words]) as unknown as fc.Arbitrary<never>)
    case "levels":
    case "choice":
      return fc.constantFrom(...words) as fc.Arbitrary<never>
    case "ends":
      return (words.length === 0
        ? fc.uniqueArray(aPeriod, { maxLength: 3 })
        : fc.array(anEnd, { maxLength: 3 })) as unknown as fc.Arbitrary<never>
    case "atLeast":
    case "atMost":
      return fc.nat({ max: 100 }) as unknown as fc.Arbitrary<never>
    case "fact":
      return undefined
  }
}

describe.each(Policy.parameterNames.map((name) => [name] as const))("The parameter %s", (name) => {
  const { extend, kind, meet, rules, schema, strictest } = Policy.parameter(name) as unknown as Parameter<never>
  const value = aValueOf(name)
  const canonical = (one: never): never => meet(one, one)

  // Planted and found: a Schema of periods that knows no years.
  it.prop("has values that its Schema reads back", [value], (one) => {
    expect(Schema.decodeUnknownSync(schema)(JSON.parse(JSON.stringify(one)))).toEqual(one)
  })
  // Planted and found: of levels the looser kept; of equal periods whichever came first.
  it.prop(
    "obeys two values at once, in any order and however often (never loosen backwards)",
    [value, value, value],
    (a, b, c) => {
      expect(meet(canonical(a), canonical(a))).toEqual(canonical(a))
      expect(meet(a, meet(b, c))).toEqual(meet(meet(a, b), c))
      if (kind === "choice" || kind === "fact") expect(meet(a, b)).toEqual(canonical(b))
      else expect(meet(a, b)).toEqual(meet(b, a))
    },
  )
  // Planted and found: `within` taken for missing where it is given.
  it.prop("reads a supplement with its base, and a supplement that says the same changes nothing", [value], (one) => {
    expect(equal(canonical(extend(one, one)), canonical(one))).toBe(true)
  })
  it("names the rules that read it, and a value for silence that its Schema reads", () => {
    expect(rules.length).toBeGreaterThan(0)
    expect(Schema.decodeUnknownSync(schema)(JSON.parse(JSON.stringify(strictest)))).toEqual(strictest)
  })
})

describe("Obeying two values", () => {
  const meet = <Name extends Policy.ParameterName>(
    name: Name,
    one: Policy.ValueOf<Name>,
    other: Policy.ValueOf<Name>,
  ) => Policy.parameter(name).meet(one, other)
  it("allows only what both allow, and owes every duty of either", () => {
    expect(meet("refusalGrounds", ["badFaith", "legalLimit"], ["legalLimit", "legalClaims"])).toEqual(["legalLimit"])
    expect(meet("rights", ["access"], ["erasure"])).toEqual(["access", "erasure"])
  })
  it("keeps the sooner of two ends where one is never the later, and both where neither is", () => {
    expect(meet("answerWithin", ["P1M"], ["P31D"])).toEqual(["P1M"])
    expect(meet("answerWithin", ["P1M"], ["P30D"])).toEqual(["P1M", "P30D"])
    expect(meet("retentionCap", [{ after: "collection", within: "P12M" }], [{ after: "contractEnd" }])).toEqual([
      { after: "collection", within: "P12M" },
      { after: "contractEnd" },
    ])
    expect(
      meet("retentionCap", [{ after: "collection", within: "P12M" }], [{ after: "collection", within: "P6M" }]),
    ).toEqual([{ after: "collection", within: "P6M" }])
  })
  it("narrows places: Frankfurt within Germany, what both name, nothing where they name none in common", () => {
    expect(meet("hostingLocations", ["DE"], ["DE/Frankfurt", "FR"])).toEqual(["DE/Frankfurt"])
    expect(meet("hostingLocations", ["anywhere"], ["EU"])).toEqual(["EU"])
    expect(meet("hostingLocations", ["BE"], ["FR"])).toEqual([])
    expect(meet("hostingLocations", ["BE", "GB", "NO"], ["EU"])).toEqual(["BE"])
    expect(meet("hostingLocations", ["BE", "RE", "NO", "US"], ["EEA"])).toEqual(["BE", "NO", "RE"])
    expect(meet("hostingLocations", ["BE", "DE", "EU", "FR"], ["anywhere"])).toEqual(["EU"])
  })
  it("takes the stricter level", () => {
    expect(meet("recognition", "on", "ifInstructed")).toBe("ifInstructed")
    expect(meet("dataCentres", 2, 3)).toBe(3)
    expect(meet("breachNoticeHours", 72, 96)).toBe(72)
  })
})
