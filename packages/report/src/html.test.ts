import { describe, expect, it } from "@tacet/vitest"
import { renderHtml } from "./html.ts"
import { all, byId, named, parse, textOf } from "./html/parsed.testing.ts"
import { anEmptyReport, aReport } from "./html/aReport.testing.ts"

const report = aReport()
const page = renderHtml(report)
const tree = parse(page)

describe("the page", () => {
  it("has the same bytes for the same report, in one process too", () => {
    expect(renderHtml(aReport())).toBe(page)
  })

  it("is one file without a script, and asks for nothing", () => {
    expect(named(tree, "script")).toEqual([])
    for (const { attributes, name } of all(tree)) {
      for (const [attribute, value] of Object.entries(attributes)) {
        expect(attribute, name).not.toMatch(/^on/)
        if (["href", "src", "srcset", "action", "data"].includes(attribute)) expect(value).toMatch(/^(#|data:,$)/)
      }
    }
    const styles = named(tree, "style").map(textOf).join("\n")
    expect(styles).not.toMatch(/@import|url\(/)
    expect(page.match(/https?:\/\/[^"\s]*/g)?.filter((address) => address !== "http://www.w3.org/2000/svg")).toEqual([])
  })

  it("STAT-NOCALL: shows the contract figure and the people who reached no one at the same size, with interval and window", () => {
    const [first, second] = [byId(tree, "tile-no-effective-call"), byId(tree, "tile-attempt-failed")]
    expect(textOf(first)).toContain("Interactions that did not require an effective call")
    expect(textOf(second)).toContain("Tried to call, nobody reached")
    for (const tile of [first, second]) {
      expect(textOf(tile)).toContain("95% interval")
      expect(textOf(tile)).toContain("within 24 hours")
    }
    expect(all(second).map(({ attributes, name }) => [name, attributes["class"]])).toEqual(
      all(first).map(({ attributes, name }) => [name, attributes["class"]]),
    )
  })

  it("STAT-NOCALL: never says that anything was resolved", () => {
    expect(page.toLowerCase()).not.toMatch(/resolv|solved/)
  })

  it("says on what terms it counts and whose it is", () => {
    const definitions = textOf(byId(tree, "definitions"))
    for (const said of [
      "exact",
      "for this Customer only",
      "dies with the retention",
      "dialonce/2021-02-17",
      "within 24 hours",
      "Europe/Paris",
      "16 November 2025",
    ]) {
      expect(definitions).toContain(said)
    }
  })

  it("has a table for every drawing, and a name and a caption for every figure", () => {
    for (const figure of named(tree, "figure")) {
      expect(named(figure, "table").length).toBeGreaterThan(0)
      expect(named(figure, "figcaption").map(({ attributes }) => attributes["id"])).toEqual([
        figure.attributes["aria-labelledby"],
      ])
      for (const drawing of named(figure, "svg")) {
        expect(drawing.attributes["role"]).toBe("img")
        expect(drawing.attributes["aria-labelledby"]?.split(" ")).toEqual(
          [...named(drawing, "title"), ...named(drawing, "desc")].map(({ attributes }) => attributes["id"]),
        )
      }
    }
  })

  it("uses every id once, and refers to none that is not there", () => {
    const ids = all(tree).flatMap(({ attributes }) => attributes["id"] ?? [])
    expect(new Set(ids).size).toBe(ids.length)
    const known = new Set(ids)
    for (const { attributes } of all(tree)) {
      for (const id of attributes["aria-labelledby"]?.split(" ") ?? []) expect(known).toContain(id)
      const target = attributes["href"]
      if (target?.startsWith("#") === true) expect(known).toContain(target.slice(1))
      for (const value of Object.values(attributes)) {
        for (const [, id] of value.matchAll(/url\(#([^)]*)\)/g)) expect(known).toContain(id)
      }
    }
  })

  it("has headings that skip no level", () => {
    const levels = all(tree).flatMap(({ name }) => (/^h[1-6]$/.test(name) ? [Number(name.slice(1))] : []))
    expect(levels[0]).toBe(1)
    expect(levels.filter((level) => level === 1)).toHaveLength(1)
    levels.slice(1).forEach((level, index) => expect(level - (levels[index] ?? 0)).toBeLessThanOrEqual(1))
  })
})

describe("a page of little", () => {
  it.each([
    { of: "nothing", little: anEmptyReport() },
    { of: "one day without an interaction", little: aReport({ days: 1, perDay: 0 }) },
    { of: "one pending day", little: aReport({ days: 1, perDay: 9 }) },
    { of: "two days", little: aReport({ days: 2, perDay: 4 }) },
    { of: "one interaction a day", little: aReport({ days: 9, perDay: 1 }) },
  ])("of $of says so, and nothing that is no figure", ({ little }) => {
    const text = textOf(parse(renderHtml(little)))
    expect(text).not.toMatch(/NaN|Infinity|undefined|\bnull\b|Invalid|\[object/)
    for (const { attributes } of named(parse(renderHtml(little)), "data")) {
      expect(attributes["value"]).toMatch(/^\d+(\.\d+)?(e-\d+)?$/)
    }
    if (little.rates[little.window].noEffectiveCall.n === 0) expect(text).toContain("no data")
  })

  it("draws nothing where there is nothing to draw", () => {
    const empty = parse(renderHtml(anEmptyReport()))
    expect(named(empty, "svg")).toEqual([])
    expect(named(empty, "figcaption").map(textOf)).toEqual([
      "No day has settled yet.",
      "No journey was taken.",
      "Nobody tried to call in vain.",
    ])
  })
})
