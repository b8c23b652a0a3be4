import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "@tacet/vitest"
import { Mapping } from "./Mapping.ts"
import { accepted } from "./Rule.ts"
import { readMapping } from "./readMapping.ts"

const page = readFileSync(new URL("../../../../docs/mapping.md", import.meta.url), "utf8")
/** The page without its examples. */
const text = page.replaceAll(/```json\n[^]*?```/g, "")
const examples = [...page.matchAll(/```json\n([^]*?)```/g)].map((match) => match[1] ?? "")

describe("docs/mapping.md", () => {
  it("has an example for each format, and each is accepted", () => {
    const formats = new Set(examples.map((example) => readMapping(example).format))
    expect(formats).toEqual(new Set(["asterisk-cdr", "cloudevents", "csv", "freeswitch-cdr", "ocel2", "xes"]))
  })

  it("explains every key", () => {
    for (const key of Object.keys(Mapping.fields)) expect(page).toMatch(new RegExp(`^\\| .*\`${key}[\`.]`, "m"))
  })

  // Planted: `qr` left out of the page's list of triggers.
  it("names every value that a record may give", () => {
    const values = Object.values(accepted).flat()
    expect(values.map((value) => `\`${value}\``).filter((value) => !text.includes(value))).toEqual([])
  })

  it("names every mapping that is shipped", () => {
    for (const name of readdirSync(new URL("../../mappings/", import.meta.url))) expect(page).toContain(`\`${name}\``)
  })
})
