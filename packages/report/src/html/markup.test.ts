import { describe, expect, it } from "@tacet/vitest"
import fc from "fast-check"
import { draw } from "./charts/draw.ts"
import { journey } from "./journey.ts"
import { markup } from "./markup.ts"
import { all, named, parse, textOf } from "./parsed.testing.ts"
import { table } from "./table.ts"
import { visible } from "./visible.ts"

const aText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({
    unit: fc.constantFrom(
      "<",
      ">",
      "&",
      '"',
      "'",
      "/",
      "!",
      "-",
      "[",
      "]",
      "{",
      "|",
      "}",
      "script",
      "style",
      " onload=",
      "\n",
      "&lt;",
      "\u202e",
    ),
  }),
)

describe("markup", () => {
  // Planted: a quotation mark that is left as it is.
  it.prop(
    "holds any text as text, in elements and in attributes",
    [aText, aText],
    (inside, attribute) => {
      const tree = parse(markup`<p title="${attribute}">${inside}</p>`.source)
      expect(all(tree).map(({ name }) => name)).toEqual(["#document", "p"])
      expect(named(tree, "p").map(({ attributes }) => attributes)).toEqual([{ title: visible(attribute) }])
      expect(textOf(tree)).toBe(visible(inside))
    },
    { numRuns: 500 },
  )

  // Planted: a `<` that is left as it is.
  it.prop(
    "of a table and a journey has the same elements for any names",
    [fc.array(aText, { minLength: 1, maxLength: 16 })],
    (steps) => {
      const page = (names: ReadonlyArray<string>) =>
        parse(
          table<ReadonlyArray<string>>({
            id: "a",
            caption: names[0] ?? "",
            columns: [{ head: names[0] ?? "", kind: "text", cell: (row) => journey(row) }],
            rows: [names],
          }).source,
        )
      expect(all(page(steps)).map(({ name }) => name)).toEqual(
        all(page(steps.map(() => "step"))).map(({ name }) => name),
      )
      expect(named(page(steps), "bdi").map(textOf)).toEqual(steps.map(visible))
    },
    { numRuns: 200 },
  )
})

describe("a drawing", () => {
  const option = (label: string) => ({
    xAxis: { type: "category", data: [label] },
    yAxis: {},
    series: [{ type: "bar", data: [1], label: { show: true, formatter: () => label } }],
  })
  const naming = { id: "a", title: "Title", description: "Description" }

  // Planted: a `<` that is left as it is.
  it.prop(
    "holds labels as text and nothing that is not known",
    [aText],
    (label) => {
      const tree = parse(draw(option(visible(label)), { width: 200, height: 100 }, naming).source)
      const names = new Set(all(tree).map(({ name }) => name))
      expect(
        [...names].filter((name) => !["#document", "svg", "title", "desc", "g", "path", "rect", "text"].includes(name)),
      ).toEqual([])
      for (const { attributes } of all(tree))
        for (const name of Object.keys(attributes)) expect(name).not.toMatch(/^on|class|ecmeta/)
    },
    { numRuns: 50 },
  )

  it("has a name, a description and the same bytes each time", () => {
    const [first, second] = [1, 2].map(() => draw(option("x"), { width: 200, height: 100 }, naming).source)
    expect(second).toBe(first)
    const svg = named(parse(first ?? ""), "svg")[0]
    expect(svg?.attributes["role"]).toBe("img")
    expect(svg?.attributes["aria-labelledby"]).toBe("a-title a-description")
    expect(named(parse(first ?? ""), "title").map(textOf)).toEqual(["Title"])
  })
})
