import { describe, expect, it } from "@tacet/vitest"
import fc from "fast-check"
import { holding } from "../laws.testing.ts"
import { equal } from "../law/Requirement.ts"
import { type Parameter, samples } from "../text/Parameter.ts"
import * as Policy from "../text/PrivacyPolicy.ts"
import { published } from "../versions/index.ts"
import * as TextDigest from "./TextDigest.ts"

/** A value at a boundary of a parameter. */
const aSampleOf = (name: Policy.ParameterName): fc.Arbitrary<never> =>
  fc.constantFrom(...samples(Policy.parameter(name) as unknown as Parameter<never>))

const reversed = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(reversed)
    : typeof value === "object" && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .toReversed()
            .map(([key, one]) => [key, reversed(one)]),
        )
      : value

describe("The digest of a text", () => {
  it("is pinned: a change to the text of a version changes it here", () => {
    expect(published.map((policy) => [policy.id, TextDigest.of(policy)])).toMatchInlineSnapshot(`
      [
        [
          "dialonce/2016-06-29",
          "e299ac12ef876fe86c5106f0d8f4141e26ba65d7b1c8db5cabfb39c8563f7f9f",
        ],
        [
          "dialonce/2019-03-05",
          "4aa604347490b3d7ebdf35e704106b5d1ccc8a4e94247b401b36d7eed83d165a",
        ],
        [
          "dialonce/2021-02-17",
          "60d48ddcdeac11d3f60383758e694edd5f12dfb76c005294f91b43865816bb5c",
        ],
        [
          "dialogra",
          "10ddba056fdefa151f88c4947218dbccec03114d27036d95200ebb13fbc59064",
        ],
      ]
    `)
  })
  it("RECORDED: differs by id, country, time zone and first day", () => {
    const [policy] = published
    const changed = [{ id: "own/1" }, { country: "DE" }, { timeZone: "UTC" }, { effectiveFrom: "2016-07-01" }] as const
    const digests = [policy!, ...changed.map((one) => ({ ...policy!, ...one }))].map(TextDigest.of)
    expect(new Set(digests).size).toBe(5)
  })
  it("depends on the values of a text, not on the order of keys and lists, its sources or its publisher", () => {
    for (const policy of published) {
      const otherwise = { ...(reversed(policy) as typeof policy), operator: "Another name" }
      expect(TextDigest.of({ ...otherwise, variants: otherwise.variants ?? [] })).toBe(TextDigest.of(policy))
    }
  })
  for (const { id, text } of holding("ARCHIVE")) {
    const alone = { ...text, variants: [] }
    const before = TextDigest.of(alone)
    // Planted and found: the values left out of the hash; the sources hashed too.
    it.prop(
      `ARCHIVE under ${id}: a text that states another value has another digest, and one that quotes another place has not`,
      [fc.constantFrom(...Policy.parameterNames).chain((name) => fc.tuple(fc.constant(name), aSampleOf(name)))],
      ([name, value]) => {
        const { meet } = Policy.parameter(name)
        const stated = Policy.statement(text.parameters, name)
        const isSame = stated !== undefined && equal(meet(stated.value, stated.value), meet(value, value))
        const changed = { ...alone, parameters: { ...text.parameters, [name]: { value, sources: [] } } }
        expect(TextDigest.of(changed) === before).toBe(isSame)
      },
      { numRuns: 150 },
    )
  }
})
