import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "@tacet/vitest"
import type { Entry } from "./RuleCatalogue.ts"
import { catalogue, figures, pending, rules } from "./RuleCatalogue.ts"
import { RuleKey } from "@tacet/core/policy"
import { rows } from "./RuleRows.ts"

const source = (path: string): string => fileURLToPath(new URL(`../../../packages/core/src/${path}`, import.meta.url))
const held = rules.flatMap(({ entry, key }) => (entry.kind === "organisational" ? [] : [{ entry, key }]))
const names = (text: string, key: string): boolean => new RegExp(`(?<![A-Z0-9-])${key}(?![A-Z0-9-])`).test(text)

describe("The rule catalogue", () => {
  it("has an entry for each of the 186 keys, and covers all 487 rows", () => {
    expect(Object.keys(catalogue).length).toBe(186)
    expect(new Set(Object.keys(catalogue))).toEqual(new Set(RuleKey.policyRuleKeys))
    expect(new Set(rules.flatMap((rule) => rule.rows.map(({ id }) => id)))).toEqual(new Set(rows.map(({ id }) => id)))
  })
  it("holds at least 150 of them as enforced or declared, and says why of each that only people can do", () => {
    const counts = figures()
    expect(counts.enforced + counts.declared).toBeGreaterThanOrEqual(150)
    expect(counts).toEqual({ enforced: 176, declared: 5, organisational: 5 })
    for (const { entry } of rules) if (entry.kind === "organisational") expect(entry.why).toMatch(/^[A-Z].{40,}\.$/)
  })
  it("knows in which versions a rule holds", () => {
    const found = (key: string) => rules.find((rule) => rule.key === key)
    expect(found("RET-12M")?.versions).toEqual(["dialonce/2019-03-05"])
    expect(found("ANON-ASAP")?.documents).toEqual(["D19", "D21", "DF21"])
    expect(found("ANON-ASAP")?.versions).toEqual(["dialonce/2019-03-05", "dialonce/2021-02-17"])
  })
  it("names tests that exist and whose text names the key", () => {
    const wrong = held.flatMap(({ entry, key }) =>
      entry.tests
        .filter((test) => !existsSync(source(test)) || !names(readFileSync(source(test), "utf8"), key))
        .map((test) => [key, test]),
    )
    expect(wrong).toEqual([])
  })
  it("names modules that exist where a test already stands", () => {
    const missing = held.filter(({ entry }) => entry.tests.length > 0 && !existsSync(source(entry.module)))
    expect(missing.map(({ entry, key }) => [key, entry.module])).toEqual([])
  })
  it("has a test for every rule that this folder holds", () => {
    const own = (entry: Exclude<Entry, { kind: "organisational" }>) => entry.module.startsWith("policy/")
    expect(
      held
        .filter(({ entry }) => own(entry) && !entry.tests.some((test) => test.startsWith("policy/")))
        .map(({ key }) => key),
    ).toEqual([])
    expect(pending.every((key) => !held.some(({ entry, key: other }) => other === key && own(entry)))).toBe(true)
  })
})
