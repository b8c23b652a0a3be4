import { describe, expect, it } from "@tacet/vitest"
import fc from "fast-check"
import { renderHtml } from "../html.ts"
import { aReport, renamed } from "./aReport.testing.ts"
import { stepIds } from "./drawn.testing.ts"
import { all, type Element, named, parse, textOf } from "./parsed.testing.ts"
import { visible } from "./visible.ts"

const report = aReport({ days: 4, perDay: 10, restated: false })

const fragments = [
  "<script>alert(1)</script>",
  "</style>",
  "<img src=x onerror=alert(1)>",
  '" onload="alert(1)',
  "' x='",
  "&lt;b&gt;",
  "&#60;",
  "]]>",
  "<!--",
  "-->",
  "<![CDATA[",
  "{a|b}",
  "{n}",
  "url(#zr0-c0)",
  "zr0-cls-0",
  "\u202e",
  "\u200f",
  "\u2069",
  "\u0000",
  "\ud800",
  "\ufffe",
  "فاتورة",
  "👩🏽‍🚒",
  "é",
  "\r\n",
  "\t",
  "${x}",
  "`",
  "\\",
  "javascript:alert(1)",
  "1. ",
  "other",
  "…",
]

const aName = fc
  .array(fc.oneof(fc.constantFrom(...fragments), fc.string({ unit: "binary", maxLength: 12 })), {
    minLength: 1,
    maxLength: 12,
  })
  .map((parts) => parts.join("").slice(0, 160))

/** A name for each step; no two are the same, as no two steps are. */
const someNames = fc.array(aName, { minLength: stepIds.length + 1, maxLength: stepIds.length + 1 }).map((names) => {
  const ids = [...stepIds, "customer-service"]
  const byId = new Map(ids.map((id, index) => [id, `${names[index] ?? ""}${index}`]))
  return (id: string): string => byId.get(id) ?? id
})

/** All elements and attributes outside the drawings, and whatever the drawings are made of. */
const structureOf = (page: Element) => {
  const outside: Array<string> = []
  const inside = new Set<string>()
  const walk = (element: Element, drawn: boolean): void => {
    const within = drawn || element.name === "svg"
    const names = Object.keys(element.attributes)
    if (within) for (const name of [element.name, ...names.map((one) => `${element.name}@${one}`)]) inside.add(name)
    else outside.push(`${element.name} ${JSON.stringify(element.attributes)}`)
    for (const child of element.children) if (typeof child !== "string") walk(child, within)
  }
  walk(page, false)
  return { outside, inside }
}

const plain = structureOf(parse(renderHtml(report)))

describe("names of steps and scenarios", () => {
  // Planted: a `<` that is left as it is.
  it.prop(
    "never become an element or an attribute, whatever they are",
    [someNames],
    (names) => {
      const page = parse(renderHtml(renamed(report, names)))
      const { inside, outside } = structureOf(page)
      expect(outside).toEqual(plain.outside)
      expect([...inside].filter((name) => !plain.inside.has(name))).toEqual([])
      const shown = new Set(named(page, "bdi").map(textOf))
      for (const { step } of report.waterfall) expect(shown).toContain(visible(names(step)))
    },
    // A page takes a quarter of a second: many names on each rather than many pages.
    { numRuns: 10 },
  )

  it("of 160 characters are cut in drawings alone", () => {
    const long = `${"x".repeat(158)}é`
    const page = parse(renderHtml(renamed(report, (id) => (id === "home/menu" ? long : id))))
    expect(named(page, "bdi").map(textOf)).toContain(long)
    expect(
      named(page, "text")
        .map(textOf)
        .every((text) => text.length <= 40),
    ).toBe(true)
  })

  it("of a Customer and a policy version are text as well", () => {
    const page = parse(renderHtml({ ...report, customer: '"><script>1</script>', policyVersion: "<b>&\u202e" }))
    expect(named(page, "script")).toEqual([])
    expect(named(page, "title").map(textOf)[0]).toBe('Deflection report, "><script>1</script>')
    expect(
      all(page)
        .filter(({ name }) => name === "bdi")
        .map(textOf),
    ).toContain("<b>&\ufffd")
  })
})
