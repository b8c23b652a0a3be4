import { describe, expect, it } from "@tacet/vitest"
import { RuleKey } from "@tacet/core/policy"
import { catalogue, figures, rules } from "./RuleCatalogue.ts"
import { rows } from "./RuleRows.ts"

describe("The rule catalogue", () => {
  it("has an entry for each of the 186 keys, and covers all 487 rows", () => {
    expect(Object.keys(catalogue).length).toBe(186)
    expect(new Set(Object.keys(catalogue))).toEqual(new Set(RuleKey.policyRuleKeys))
    expect(new Set(rules.flatMap((rule) => rule.rows.map(({ id }) => id)))).toEqual(new Set(rows.map(({ id }) => id)))
  })
  it("has at least 150 of them enforced or declared, and a reason for each that only people can keep", () => {
    const counts = figures()
    expect(counts.enforced + counts.declared).toBeGreaterThanOrEqual(150)
    expect(counts).toEqual({ enforced: 180, declared: 2, organisational: 4 })
    for (const { entry } of rules) if (entry.kind === "organisational") expect(entry.why).toMatch(/^[A-Z].{40,}\.$/)
  })
  it("lists the versions that state a rule", () => {
    const found = (key: string) => rules.find((rule) => rule.key === key)
    expect(found("RET-12M")?.versions).toEqual(["dialonce/2019-03-05"])
    expect(found("ANON-ASAP")?.documents).toEqual(["D19", "D21", "DF21"])
    expect(found("ANON-ASAP")?.versions).toEqual(["dialonce/2019-03-05", "dialonce/2021-02-17"])
  })
})
