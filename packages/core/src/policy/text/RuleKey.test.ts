import { describe, expect, expectTypeOf, it } from "@tacet/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import fc from "fast-check"
import { type LibraryRuleKey, libraryRuleKeys, PolicyRuleKey, policyRuleKeys, type RuleKey } from "./RuleKey.ts"

const decode = Schema.decodeUnknownResult(PolicyRuleKey)

describe("the keys of rules", () => {
  it("are the 186 invariants of the policies, each once and in order", () => {
    expect(policyRuleKeys).toHaveLength(186)
    expect([...policyRuleKeys]).toEqual([...new Set(policyRuleKeys)].toSorted())
  })

  it("are short words in capitals, those of the library marked as its own", () => {
    for (const key of policyRuleKeys) expect(key).toMatch(/^(?!TACET)[A-Z0-9]+(-[A-Z0-9]+)*$/)
    for (const key of Object.keys(libraryRuleKeys)) expect(key).toMatch(/^TACET-[A-Z]+$/)
  })

  it("of the library say what holds, in one sentence without an end", () => {
    for (const text of Object.values(libraryRuleKeys)) expect(text).toMatch(/^[a-z].{20,160}[^.]$/)
  })

  it("are distinguished by their types", () => {
    expectTypeOf<"LISTED">().toExtend<PolicyRuleKey>()
    expectTypeOf<"TACET-TIME">().toExtend<LibraryRuleKey>()
    expectTypeOf<"TACET-TIME">().not.toExtend<PolicyRuleKey>()
    expectTypeOf<"LISTEN">().not.toExtend<RuleKey>()
  })

  // Finds: a Schema of any text.
  it.prop(
    "are read as they are written, and nothing else is",
    [fc.oneof(fc.constantFrom<string>(...policyRuleKeys), fc.stringMatching(/^[A-Z0-9-]{1,12}$/), fc.anything())],
    (key) => {
      const known = (policyRuleKeys as ReadonlyArray<unknown>).includes(key)
      expect(Result.isSuccess(decode(key))).toBe(known)
    },
    { numRuns: 1000 },
  )
})
