import { readFileSync } from "node:fs"
import { describe, expect, it } from "@tacet/vitest"
import { filesUnder } from "../sources.ts"

const rows = readFileSync("docs/glossary.md", "utf8")
  .split("\n")
  .flatMap((line) => {
    const [, term, meaning, code] = /^\| ([^|]+?) *\| ([^|]+?) *\| ([^|]*?) *\|$/.exec(line) ?? []
    return term === undefined || meaning === undefined || code === undefined || term === "term" || /^-+$/.test(term)
      ? []
      : [{ term, meaning, modules: Array.from(code.matchAll(/`(\w+)`/g), ([, name]) => name!) }]
  })

/** The modules that core exports, by the names under which they are imported. */
const modules = filesUnder(["packages/core/src"], "index.ts").flatMap((file) =>
  Array.from(readFileSync(file, "utf8").matchAll(/^export \* as (\w+) from/gm), ([, name]) => name!),
)

describe("docs/glossary.md", () => {
  it("defines each term once, in a line", () => {
    expect(rows.length).toBeGreaterThan(60)
    expect(rows.map(({ term }) => term.toLowerCase())).toEqual([...new Set(rows.map(({ term }) => term.toLowerCase()))])
    expect(rows.filter(({ meaning }) => meaning.length < 15)).toEqual([])
  })

  it("has a term for each module of core, and names no other", () => {
    const named = new Set(rows.flatMap(({ modules }) => modules))
    expect(modules.filter((name) => !named.has(name))).toEqual([])
    expect(Array.from(named).filter((name) => !modules.includes(name))).toEqual([])
  })
})
