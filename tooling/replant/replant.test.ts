import { readFileSync } from "node:fs"
import { RuleKey } from "@tacet/core/policy"
import { describe, expect, it } from "@tacet/vitest"
import { bugs } from "./bugs.ts"
import { judge, plant, type Report } from "./replant.ts"

const report = (message: string, ...tests: ReadonlyArray<readonly [fullName: string, status: string]>): Report => ({
  testResults: [{ message, assertionResults: tests.map(([fullName, status]) => ({ fullName, status })) }],
})

describe("a planted bug", () => {
  it("replaces the text that occurs once", () => {
    expect(plant({ find: "a < b", replace: "a <= b" }, "if (a < b) c")).toBe("if (a <= b) c")
    expect(plant({ find: "a", replace: "$&$&" }, "a")).toBe("$&$&")
  })
  it("is misplaced where its text is missing, or occurs twice", () => {
    expect(plant({ find: "a > b", replace: "" }, "if (a < b) c")).toBe(0)
    expect(plant({ find: "a", replace: "" }, "a a")).toBe(2)
    expect(plant({ find: "", replace: "b" }, "a")).toBe(0)
  })
  it("is found by a test that names its key and fails, and by no other", () => {
    const key = "RET-12M"
    expect(judge({ key }, report("", ["suite RET-12M: ends", "failed"]))._tag).toBe("found")
    expect(judge({ key }, report("", ["suite RET-12M: ends", "passed"], ["RET-3Y: ends", "failed"]))._tag).toBe(
      "missed",
    )
    expect(judge({ key }, report("", ["suite RET-12MS: ends", "failed"]))._tag).toBe("missed")
    expect(judge({ key }, report(""))._tag).toBe("missed")
    expect(judge({ key }, report("Unexpected token"))._tag).toBe("unreadable")
  })
})

describe("the bugs that are replanted", () => {
  it("are twelve or more, in the policy, the domain and the statistics", () => {
    expect(bugs.length).toBeGreaterThanOrEqual(12)
    for (const folder of ["policy", "domain", "statistics"]) {
      expect(bugs.some(({ file }) => file.startsWith(`packages/core/src/${folder}/`))).toBe(true)
    }
  })
  it.each(bugs)("$key in $file stands where it is looked for", (bug) => {
    expect(RuleKey.policyRuleKeys).toContain(bug.key)
    expect(plant(bug, readFileSync(bug.file, "utf8"))).toBeTypeOf("string")
    expect(readFileSync(bug.test, "utf8")).toContain(bug.key)
  })
})
