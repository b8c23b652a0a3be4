import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, describe, expect, it } from "@tacet/vitest"
import { mutate, type Options } from "./mutate.ts"
import { apply, isSame, mutantsOf, type Operator } from "./operators.ts"
import { importersOf, testsOf } from "./related.ts"
import { shuffled } from "./sample.ts"

/** What the mutants of an operator make of a text. */
const made = (operator: Operator, source: string) =>
  mutantsOf("a.ts", source)
    .filter((mutant) => mutant.operator === operator)
    .map((mutant) => apply(mutant, source))

describe("the operators", () => {
  const cases: ReadonlyArray<readonly [Operator, string, ReadonlyArray<string>]> = [
    ["comparison", "a === b", ["a !== b"]],
    ["comparison", "a /* < */ >= b", ["a /* < */ < b"]],
    ["comparison", "(a) < b", ["(a) >= b"]],
    ["boundary", "a < b", ["a <= b"]],
    ["boundary", "DateTime.isLessThan(a, b)", ["DateTime.isLessThanOrEqualTo(a, b)"]],
    ["arithmetic", "a - b", ["a + b"]],
    ["arithmetic", "a += b", ["a -= b"]],
    ["boolean", "a && b", ["a || b"]],
    ["boolean", "!a", ["a"]],
    ["boolean", "f(true)", ["f(false)"]],
    ["condition", "if (a) b()", ["if (true) b()", "if (false) b()"]],
    ["condition", "a ? b : c", ["true ? b : c", "false ? b : c"]],
    ["condition", "while (a) b()", ["while (false) b()"]],
    ["statement", "a()\nb()", [";\nb()", "a()\n;"]],
    ["call", "x = a.filter(b)", ["x = a"]],
    ["number", "x = 4", ["x = 5", "x = 3"]],
    ["number", "x = 0", ["x = 1", "x = (-1)"]],
    ["string", 'f("a", "b", "a text to read")', ['f("b", "b", "a text to read")', 'f("a", "a", "a text to read")']],
    ["string", 'f("a")', []],
    ["argument", "f(a, b)", ["f(a)"]],
    ["argument", "f(a)", ["f()"]],
    ["fallback", "a ?? b", ["a", "b"]],
    ["method", "a.some(b)", ["a.every(b)"]],
    ["slice", "a.slice(b, c)", ["a.slice(b + 1, c)", "a.slice(b, c + 1)"]],
    ["element", "x = [a, b]", ["x = [b]", "x = [a]"]],
  ]
  it.each(cases.map(([operator, source, expected]) => ({ operator, source, expected })))(
    "$operator: $source",
    ({ expected, operator, source }) => expect(made(operator, source)).toEqual(expected),
  )

  it("leave types, imports and the names of properties alone", () => {
    const source = 'import a from "b"\nexport * from "c"\ntype D = "e" | 1\nlet x: Array<"f"> = { "g": y }'
    expect(mutantsOf("a.ts", source)).toEqual([])
  })
  it("tell the line, and what it was and is", () => {
    expect(mutantsOf("a.ts", "x\nx = a < b").filter(({ operator }) => operator === "boundary")).toEqual([
      { file: "a.ts", line: 2, operator: "boundary", start: 8, end: 9, before: "<", after: "<=" },
    ])
  })
})

describe("a mutant that runs alike", () => {
  it("is the same once types and useless code are gone", () => {
    expect(isSame("x = a as B", "x = a")).toBe(true)
    expect(isSame("if (!a) b(); else c()", "if (a) c(); else b()")).toBe(true)
    expect(isSame("x = a < b", "x = a <= b")).toBe(false)
    expect(isSame("x = a", "x = (")).toBe(false)
  })
})

describe("the order of mutants", () => {
  const values = Array.from({ length: 50 }, (_, at) => at)
  it("follows from the seed", () => {
    expect(shuffled(values, 7)).toEqual(shuffled(values, 7))
    expect(shuffled(values, 7)).not.toEqual(shuffled(values, 8))
    expect(shuffled(values, 7).toSorted((one, other) => one - other)).toEqual(values)
  })
})

describe("the tests of a file", () => {
  const importers = importersOf(
    new Map([
      ["src/a/x.test.ts", 'import "./x.ts"'],
      ["src/a/far.test.ts", 'import "../b/y.ts"'],
      ["src/a/direct.test.ts", 'import "./x.ts"'],
      ["src/b/y.ts", 'import "../a/x.ts"'],
      ["src/b/y.test.ts", 'import "./y.ts"'],
      ["src/b/direct.test.ts", 'export * from "../a/x.ts"'],
      ["src/b/other.test.ts", 'import "./z.ts"'],
    ]),
  )
  it("are its own, those beside it, and those few imports away", () => {
    const all = [
      "src/a/x.test.ts",
      "src/a/direct.test.ts",
      "src/a/far.test.ts",
      "src/b/direct.test.ts",
      "src/b/y.test.ts",
    ]
    expect(testsOf("src/a/x.ts", importers, 9)).toEqual(all)
    expect(testsOf("src/a/x.ts", importers, 2)).toEqual(all.slice(0, 2))
  })
})

describe("a sample", () => {
  const copy = mkdtempSync(join(tmpdir(), "tacet-mutate-test-"))
  afterAll(() => rmSync(copy, { recursive: true, force: true }))
  const file = "packages/a/src/a.ts"
  const source = 'export const isMany = (count: number): boolean => count > 2\nexport const word: "w" = "w"\n'
  const write = (path: string, text: string) => writeFileSync(join(copy, path), text)
  const testThat = (...expectations: ReadonlyArray<string>) =>
    write(
      "packages/a/src/a.test.ts",
      `import { expect, it } from "vitest"\nimport { isMany } from "./a.ts"\nit("tells many", () => {\n${expectations.join("\n")}\n})\n`,
    )
  mkdirSync(join(copy, "packages/a/src"), { recursive: true })
  symlinkSync(resolve("node_modules"), join(copy, "node_modules"))
  write("package.json", '{ "type": "module" }')
  write("tsconfig.json", readFileSync("tsconfig.json", "utf8"))
  write("vitest.config.ts", 'export default { test: { projects: [{ test: { name: "code" } }] } }')
  write(file, source)
  const sampleWith = (options: Partial<Options> = {}) =>
    mutate({
      copy,
      files: [file],
      sample: 100,
      seed: 1,
      tests: 2,
      limit: 50_000,
      goesOn: () => true,
      onJudged: () => {},
      ...options,
    })
  const survivors = async () =>
    (await sampleWith()).judged
      .filter(({ verdict }) => verdict._tag === "survived")
      .map(({ mutant }) => `${mutant.operator}: ${mutant.before} → ${mutant.after}`)

  it("shows what a weak test does not see, and leaves the file as it was", async () => {
    testThat("expect(isMany(9)).toBe(true)", "expect(isMany(0)).toBe(false)")
    expect((await survivors()).toSorted()).toEqual(["boundary: > → >=", "number: 2 → 1", "number: 2 → 3"])
    expect(readFileSync(join(copy, file), "utf8")).toBe(source)
    testThat("expect(isMany(3)).toBe(true)", "expect(isMany(2)).toBe(false)")
    expect(await survivors()).toEqual([])
  })
  it("leaves out mutants that TypeScript refuses", async () => {
    write(file, 'export const word: "w" | 1 = "w"\nexport const other = "x"\nexport const isMany = () => true\n')
    testThat("expect(isMany()).toBe(true)")
    const { judged, of, refused } = await sampleWith()
    expect({ of, refused, judged: judged.map(({ mutant }) => mutant.before) }).toEqual({
      of: 3,
      refused: 1,
      judged: expect.toSatisfy((before: ReadonlyArray<string>) => before.toSorted().join() === '"x",true'),
    })
    write(file, source)
  })
  it("refuses to judge by tests that fail without a mutant", async () => {
    testThat("expect(isMany(9)).toBe(false)")
    await expect(sampleWith({ sample: 1 })).rejects.toThrow('Without a mutant "tells many" fails')
    expect(readFileSync(join(copy, file), "utf8")).toBe(source)
  })
})
