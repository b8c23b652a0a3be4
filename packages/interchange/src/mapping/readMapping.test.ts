import { readdirSync } from "node:fs"
import { describe, expect, it } from "@tacet/vitest"
import * as fc from "fast-check"
import { shipped } from "../formats/reading.testing.ts"
import { InputError } from "../SourceRow.ts"
import { decodeMapping, readMapping } from "./readMapping.ts"

const shippedNames = readdirSync(new URL("../../mappings/", import.meta.url)).map((name) => name.replace(".json", ""))

const messageOf = (read: () => unknown): string => {
  try {
    read()
  } catch (error) {
    if (error instanceof InputError) return error.message
    throw error
  }
  return "accepted"
}

describe("mappings", () => {
  it.each(shippedNames)("the shipped %s is accepted and says what it is for", (name) => {
    expect(shipped(name)).toMatchObject({ about: expect.any(String), format: expect.any(String) })
  })

  it("accepts an object that says nothing", () => {
    expect(readMapping("\uFEFF{}")).toEqual({})
  })

  it.each([
    ['{ "colums": "header" }', "mapping, colums: an unknown key; accepted: about, format, encoding"],
    ['{ "time": { "feld": "a" } }', "mapping, time.feld: an unknown key; accepted: field, format, zone"],
    ['{ "time": {} }', "mapping, time.field: must be given"],
    ['{ "activities": { "a": "stepp" } }', 'mapping, activities.a: Expected "step" | "drop"'],
    ['{ "activities": { "a": { "as": "jump" } } }', "mapping, activities.a: Expected a rule: one of step, drop"],
    ['{ "activities": { "a": { "as": "step", "kind": "lift" } } }', 'mapping, activities.a.kind: Expected "page"'],
    [
      '{ "activities": { "a": ["step", { "as": "goal", "gaol": "x" }] } }',
      "mapping, activities.a.1.gaol: an unknown key",
    ],
    ['{ "facts": [{ "field": "f" }] }', "mapping, facts.0.values: must be given"],
    ['{ "case": [] }', "mapping, case.0: must be given"],
    ['{ "case": { "objectTyp": "x" } }', "mapping, case.objectTyp: an unknown key; accepted: objectType, qualifier"],
    ['{ "human": { "proof": "hope" } }', 'mapping, human.proof: Expected "bridged" | "disposition"'],
    [
      '{ "scenario": { "id": "s", "steps": [{ "step": "https://a.b" }] } }',
      "mapping, scenario.steps.0.step: the id of a screen",
    ],
    ['{ "delimiter": "||" }', "mapping, delimiter: Expected one character"],
    ["[]", "mapping: Expected object"],
    ["null", "mapping: Expected object"],
    ['{\n "a": 1,\n}', "mapping, line 3: not valid JSON"],
    ["", "mapping"],
    ['{ "a\\nb": 1 }', "mapping, a b: an unknown key"],
  ] as const)("refuses %j in one line", ([text, message]) => {
    const said = messageOf(() => readMapping(text))
    expect(said.startsWith(message), said).toBe(true)
    expect(said).not.toContain("\n")
  })

  // Planted: a refusal on two lines.
  it.prop("are read or refused in one line that repeats no value", [fc.json()], (text) => {
    expect(messageOf(() => readMapping(text))).not.toContain("\n")
  })

  // Planted: a refusal that repeats the mapping.
  it.prop(
    "repeat no value, wherever it is",
    [
      fc.constantFrom(
        "format",
        "columns",
        "order",
        "time",
        "case",
        "activities",
        "facts",
        "call",
        "human",
        "apps",
        "scenario",
        "trigger",
        "quote",
      ),
    ],
    (key) => {
      for (const value of [
        "CANARY",
        ["CANARY", 1],
        { CANARY_KEY: "CANARY" },
        { field: { as: "CANARY" } },
        [{ field: "CANARY" }],
      ]) {
        expect(messageOf(() => decodeMapping({ [key]: value })).replaceAll("CANARY_KEY", "")).not.toContain("CANARY")
      }
    },
  )
})
