import { describe, expect, it } from "@tacet/vitest"
import { violations } from "./check-imports.ts"

const core = (path: string) => `packages/core/src/${path}`

/** The messages for planted files, given as `path: source`. */
const messages = (sources: Record<string, string>) =>
  violations(new Map(Object.entries(sources))).map(({ file, line, message }) => `${file}:${line}: ${message}`)

describe("imports that are refused", () => {
  it.each<[name: string, path: string, source: string, message: RegExp]>([
    ["upwards", core("policy/A.ts"), 'import { b } from "../domain/B.ts"', /policy may not import domain/],
    [
      "upwards, for a type",
      core("domain/A.ts"),
      'import type { B } from "../services/B.ts"',
      /may not import services/,
    ],
    ["upwards, re-exported", core("privacy/A.ts"), 'export * from "../policy/B.ts"', /may not import policy/],
    ["upwards, as a namespace", core("domain/A.ts"), 'export * as B from "../statistics/B.ts"', /may not import stat/],
    ["upwards, later", core("eventsourcing/A.ts"), 'const b = import("../privacy/B.ts")', /may not import privacy/],
    ["recognition for a statistic", core("statistics/A.ts"), 'import "../recognition/B.ts"', /may not import recog/],
    ["from and to an unknown folder", core("domain/A.ts"), 'import "../helpers/B.ts"', /no folder "helpers"/],
    [
      "upwards, to the calendar's users",
      core("calendar/A.ts"),
      'import "../eventsourcing/B.ts"',
      /may not import events/,
    ],
    ["upwards, between rooms of policy", core("policy/text/A.ts"), 'import "../law/B.ts"', /text may not import law/],
    [
      "between rooms of which neither is above",
      core("policy/law/A.ts"),
      'import "../versions/B.ts"',
      /may not import vers/,
    ],
    [
      "upwards, between rooms of an adapter",
      "packages/adapter-pg/src/server/A.ts",
      'import "../log/B.ts"',
      /server may not import log/,
    ],
    ["a face, from a room", "packages/adapter-pg/src/log/A.ts", 'import "../layer.ts"', /is a face of/],
    ["an unknown room of policy", core("policy/law/A.ts"), 'import "../misc/B.ts"', /no room "misc"/],
    ["the suites in core", core("services/A.ts"), 'import "@tacet/testing"', /only tests/],
    ["all of Effect", core("domain/A.ts"), 'import { Effect } from "effect"', /by subpath/],
    [
      "a part of Effect that is not stable",
      core("domain/A.ts"),
      'import * as S from "effect/sql/SqlClient"',
      /not stable/,
    ],
    ["fast-check in core", core("domain/A.ts"), 'import fc from "fast-check"', /Effect alone/],
    ["core's files in the suites", "packages/testing/src/A.ts", 'import "../../core/src/index.ts"', /by name/],
    ["an adapter in the suites", "packages/testing/src/A.ts", 'import "@tacet/adapter-memory"', /not each other/],
    ["Arbitrary in core", core("domain/A.ts"), 'import * as A from "effect/Arbitrary"', /not stable/],
    ["Node in core", core("domain/A.ts"), 'import { readFileSync } from "node:fs"', /Effect alone/],
    ["a package in core", core("domain/A.ts"), 'import "luxon"', /Effect alone/],
    ["core by its own name", core("domain/A.ts"), 'import "@tacet/core"', /by path/],
    ["the kit outside of tests", "packages/testing/src/A.ts", 'import { it } from "@tacet/vitest"', /only tests/],
    ["another adapter", "packages/adapter-pg/src/A.ts", 'import "@tacet/adapter-memory"', /not each other/],
    ["testing in an adapter", "packages/adapter-pg/src/A.ts", 'import "@tacet/testing"', /only tests/],
    ["files of another package", "packages/adapter-pg/src/A.ts", 'import "../../core/src/index.ts"', /by name/],
    ["files of a package", "examples/report/src/A.ts", 'import "../../../packages/core/src/index.ts"', /by name/],
    ["what is not public", "examples/report/src/A.ts", 'import "@tacet/core/src/index.ts"', /no public name/],
    ["internals from outside", core("domain/A.ts"), 'import "../policy/internal/B.ts"', /not for other folders/],
    ["Vitest itself", core("domain/A.test.ts"), 'import { it } from "vitest"', /@tacet\/vitest/],
  ])("%s", ([, path, source, message]) => {
    const found = messages({ [path]: `\n${source}\n` })
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(message)
    expect(found[0]).toContain(`${path}:2:`)
  })

  it("a circle of three", () => {
    const found = messages({
      [core("domain/A.ts")]: 'import "./B.ts"',
      [core("domain/B.ts")]: 'import type { C } from "./C.ts"',
      [core("domain/C.ts")]: 'export * from "./A.ts"',
    })
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(/imports itself: .*A\.ts → .*B\.ts → .*C\.ts → .*A\.ts/)
  })
})

describe("imports that are fine", () => {
  it.each<[name: string, path: string, source: string]>([
    ["downwards", core("services/A.ts"), 'import "../eventsourcing/B.ts"'],
    ["its own folder", core("policy/A.ts"), 'import "./internal/B.ts"'],
    ["the index of core", core("index.ts"), 'export * as Interaction from "./domain/Interaction.ts"'],
    ["core and fast-check, for the suites", "packages/testing/src/A.ts", 'import "@tacet/core"; import "fast-check"'],
    ["the suites and Node, for a test", core("domain/A.test.ts"), 'import "@tacet/testing"; import "node:fs"'],
    ["stable Effect", core("domain/A.ts"), 'import * as Schema from "effect/Schema"'],
    ["core by name", "packages/adapter-pg/src/A.ts", 'import "@tacet/core"; import "@effect/sql-pg/PgClient"'],
    ["the suites, for an adapter's test", "packages/adapter-pg/src/A.test.ts", 'import "@tacet/testing"'],
    ["public names", "examples/report/src/A.ts", 'import "@tacet/core/statistics"; import "@tacet/adapter-memory"'],
    ["an import in a comment", core("domain/A.ts"), '// import "../services/B.ts"'],
  ])("%s", ([, path, source]) => expect(messages({ [path]: source })).toEqual([]))
})
