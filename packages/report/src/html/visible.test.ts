import { describe, expect, it } from "@tacet/vitest"
import fc from "fast-check"
import { shortened, visible } from "./visible.ts"

describe("a visible name", () => {
  it.each([
    { name: "invoice/explain", shown: "invoice/explain" },
    { name: "a\u202eb", shown: "a\ufffdb" },
    { name: "a\u2069b\u0000", shown: "a\ufffdb\ufffd" },
    { name: "a\r\nb\tc", shown: "a  b c" },
    { name: "\ud800x", shown: "\ufffdx" },
    { name: "حساب\u200f", shown: "حساب\u200f" },
    { name: "👩🏽‍🚒", shown: "👩🏽‍🚒" },
  ])("$name is shown as $shown", ({ name, shown }) => {
    expect(visible(name)).toBe(shown)
  })

  // Planted: control characters that are shown.
  it.prop("is allowed in any document", [fc.string({ unit: "binary" })], (name) => {
    expect(visible(name)).not.toMatch(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\ufffe\uffff]/u)
    expect(visible(visible(name))).toBe(visible(name))
  })

  it("is cut between characters, never within one", () => {
    expect(shortened("👩🏽‍🚒👩🏽‍🚒👩🏽‍🚒", 2)).toBe("👩🏽‍🚒…")
    expect(shortened("outage", 6)).toBe("outage")
    expect(shortened("outages", 6)).toBe("outag…")
  })
})
