import { describe, expect, it } from "@tacet/vitest"
import { checkDocs } from "./check-docs.ts"
import { fencesOf } from "./docs/fence.ts"

const markdown = (...lines: ReadonlyArray<string>) => ["# A guide", "", ...lines, ""].join("\n")

const failuresOf = async (file: string, text: string) => {
  const { failures } = await checkDocs(new Map([[file, text]]))
  return failures.map(({ file, line, message }) => `${file}:${line}: ${message}`)
}

describe("fences", () => {
  it("are found in Markdown, in lists too, and other languages are not", () => {
    const text = markdown("```ts", "a", "```", "```text", "b", "```", "- item", "  ```ts run", "  c", "  ```")
    expect(fencesOf("guide.md", text)).toEqual([
      { file: "guide.md", line: 4, code: "a", runs: false },
      { file: "guide.md", line: 11, code: "c", runs: true },
    ])
  })

  it("are found in the documentation of a source file", () => {
    const text = "/**\n * @example\n * ```ts\n * a(\n *   1,\n * ) // => 2\n * ```\n */\nexport const a = 1\n"
    expect(fencesOf("a.ts", text)).toEqual([{ file: "a.ts", line: 4, code: "a(\n  1,\n) // => 2", runs: true }])
  })

  it("must be closed", () => expect(() => fencesOf("guide.md", "```ts\na")).toThrow("guide.md:1"))
})

describe("checking", () => {
  it("finds what does not compile, by file and line", async () => {
    const [first, ...others] = await failuresOf("guide.md", markdown("```ts", "const a = 1", 'a.b("x")', "```"))
    expect(first).toMatch(/^guide\.md:5: TS2339/)
    expect(others).toEqual([])
  })

  it("finds an import of something that is not public", async () => {
    const found = await failuresOf("guide.md", markdown("```ts", 'import * as x from "@tacet/core/nowhere"', "```"))
    expect(found[0]).toMatch(/^guide\.md:4: TS2307/)
  })

  it("runs assertions and finds those that do not hold", async () => {
    const text = markdown(
      "```ts run",
      'import * as Option from "effect/Option"',
      "const sum = 1 + 1 // => 2",
      "const wrong = 1 + 1 // => 3",
      "Option.some(sum) // => Option.some(2)",
      "console.log({ a: [sum] }) // => { a: [2] }",
      "Math.max(",
      "  1,",
      "  wrong,",
      ") // => 5",
      "await Promise.resolve(sum)",
      "// => 2",
      "Promise.resolve(sum) // => 2",
      "const { a, b: [c] }: { a: number; b: [number] } = { a: 1, b: [3] } // => { a: 1, b: [2] }",
      'new Error("no code") // => Error: no code',
      "```",
    )
    expect(await failuresOf("guide.md", text)).toEqual([
      "guide.md:6: is 2, not 3",
      "guide.md:12: is 2, not 5",
      "guide.md:15: a promise is compared with 2: await it",
      "guide.md:16: is { a: 1, b: [ 3 ] }, not { a: 1, b: [2] }",
    ])
  })

  it("finds where a fence throws", async () => {
    const text = markdown("```ts run", "const a: Array<number> = []", "", "a.at(0)!.toFixed()", "```")
    expect(await failuresOf("guide.md", text)).toEqual([expect.stringMatching(/^guide\.md:6: throws: Cannot read/)])
  })

  it("refuses an assertion of nothing", async () => {
    const text = markdown("```ts run", "const sum = 2", "", "// => 2", "```")
    expect(await failuresOf("guide.md", text)).toEqual([expect.stringContaining("no expression to compare")])
  })
})
