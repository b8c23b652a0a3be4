import { spawnSync } from "node:child_process"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { beforeAll, describe, expect, it, runs } from "@tacet/vitest"

interface Outcome {
  title: string
  status: string
  failureMessages: Array<string>
  meta: { runs?: number }
}

interface Report {
  testResults: Array<{ assertionResults: Array<Outcome> }>
}

const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs")

/** Runs the fixtures in a Vitest of their own. */
const runFixtures = () => {
  const folder = fileURLToPath(new URL("../fixtures", import.meta.url))
  const { status, stdout } = spawnSync(process.execPath, [vitest, "run"], { cwd: folder, encoding: "utf8" })
  const lines = stdout.trimEnd().split("\n")
  const report = JSON.parse(lines.find((line) => line.startsWith("{")) ?? "null") as Report
  const repeated = lines.filter((line) => line.startsWith("passed at its repetition: "))
  return {
    status,
    closingLine: lines.at(-1),
    repeated,
    tests: report.testResults.flatMap((file) => file.assertionResults),
  }
}

describe("the kit", () => {
  const { closingLine, repeated, status, tests } = runFixtures()
  const messageOf = (title: string) => tests.find((test) => test.title === title)?.failureMessages.join("\n")

  it.each(tests.map(({ status, title }) => [title, status] as const))("%s", ([title, status]) => {
    const expected = { passes: "passed", fails: "failed", skips: "skipped" }[title.split(":")[0] ?? ""]
    expect(status).toBe(expected)
  })

  it("refuses a plain test that returns an effect, and says what to use", () => {
    expect(messageOf("fails: plain that returns an effect")).toContain("Use it.effect")
  })

  it("shows the failure of an effect as it was raised", () => {
    expect(messageOf("fails: effect")).toContain("typed failure")
  })

  it("checks properties from a fixed seed and prints it with the smallest counterexample", () => {
    expect(messageOf("fails: effect property")).toMatch(/seed: 20261[^]*Counterexample: \[1000\]/)
  })

  it("reports how often a property is checked", () => {
    const runsOf = (title: string) => tests.find((test) => test.title === title)?.meta.runs
    expect(runsOf("passes: property")).toBe(runs())
    expect(runsOf("passes: effect property")).toBe(runs())
    expect(runsOf("passes: plain")).toBeUndefined()
  })

  // Planted and found: a repetition of which nothing is told.
  it("names a test that passed only when it was repeated", () => {
    expect(repeated).toEqual(["passed at its repetition: outcomes.fixture.ts > passes: once repeated"])
  })

  it("ends with the counts alone on the last line, a file that does not load among the failures", () => {
    const counted = (status: string) => tests.filter((test) => test.status === status).length
    expect(closingLine).toBe(
      `${counted("passed")} passed, ${counted("failed") + 1} failed, ${counted("skipped")} skipped`,
    )
    expect(status).toBe(1)
  })
})

// Code that must not compile; the function is never called.
export const typesThatMustNotFit = () => {
  // @ts-expect-error an Effect is run by it.effect
  it("effect", () => Effect.void)
  // @ts-expect-error nor promised
  it("effect", async () => Effect.void)
  // @ts-expect-error nor for a case
  it.each([1])("effect", () => Effect.void)
  // @ts-expect-error nor by a property
  it.prop("effect", [fc.boolean()], () => Effect.void)
  // @ts-expect-error it.effect takes no plain value
  it.effect("plain", () => 1)
  // @ts-expect-error no hook runs an Effect
  beforeAll(() => Effect.void)
  // @ts-expect-error what a test needs must be provided
  // @effect-diagnostics-next-line missingEffectContext:off
  it.effect("requirement", needsService)
}
declare const needsService: () => Effect.Effect<void, never, "missing">
