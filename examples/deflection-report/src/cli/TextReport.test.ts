import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import { documentOf } from "../report/json.ts"
import { importing, morning, numbered, step } from "../import/importing.testing.ts"
import { renderText } from "./TextReport.ts"

const textOf = (...steps: ReadonlyArray<string>) =>
  Effect.map(
    importing(numbered(steps.map((name, place) => ({ case: name, at: morning + place, facts: [step(name)] })))),
    ({ input, report }) => renderText(documentOf(report, input, undefined)),
  )

describe("the text report", () => {
  it.live("of an empty input is a report: nothing is 0 % of nothing", () =>
    Effect.gen(function* () {
      const text = yield* textOf()
      expect(text).toContain("no event")
      expect(text).toContain("0 of 0")
      expect(text).not.toMatch(/NaN|null|undefined|\b0\.0%/)
    }),
  )

  it.live("cannot be steered by a name", () =>
    Effect.gen(function* () {
      const text = yield* textOf("red \u009b31m alert", "turned \u202e around", "home")
      expect(text).not.toMatch(/[\u0080-\u009f\u202e\u001b]/)
      expect(text).toContain("home")
    }),
  )

  it.live("never calls a deflected interaction resolved", () =>
    Effect.gen(function* () {
      expect(yield* textOf("home")).not.toMatch(/resolv|solved/i)
    }),
  )

  it.live("keeps no line end of white space", () =>
    Effect.gen(function* () {
      expect(yield* textOf("home", "bill")).not.toMatch(/[ \t]\n/)
    }),
  )
})
