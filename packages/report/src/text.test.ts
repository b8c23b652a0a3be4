import { describe, expect, it } from "@tacet/vitest"
import { anEmptyReport, aReport, renamed } from "./html/aReport.testing.ts"
import { renderText } from "./text.ts"

const report = aReport()

describe("the text report", () => {
  it("of an empty input is a report: nothing is 0 % of nothing", () => {
    const text = renderText(anEmptyReport())
    expect(text).toContain("no event")
    expect(text).toContain("0 of 0")
    expect(text).not.toMatch(/NaN|null|undefined|\b0\.0%/)
  })

  it("cannot be steered by a name", () => {
    const text = renderText(renamed(report, (id) => `red \u009b31m ${id} \u202e around`))
    expect(text).not.toMatch(/[\u0080-\u009f\u202e\u001b]/)
    expect(text).toContain("home/menu")
  })

  it("never calls a deflected interaction resolved", () => {
    expect(renderText(report)).not.toMatch(/resolv|solved/i)
  })

  it("keeps no line end of white space", () => {
    expect(renderText(report)).not.toMatch(/[ \t]\n/)
  })
})
