import { Readable } from "node:stream"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import { reportOn } from "../cli/run.ts"
import type { Settings } from "../cli/Settings.ts"
import { log } from "./log.ts"
import { mapping } from "./scenario.ts"

const text = (seed: string) => Effect.map(log(seed), (lines) => Array.from(lines).join(""))

const settings: Settings = {
  input: { _tag: "standard" },
  format: "csv",
  mapping: undefined,
  customer: "example",
  timeZone: undefined,
  asOf: undefined,
  definition: {},
  json: undefined,
  html: undefined,
  rejects: undefined,
  strict: false,
  store: { _tag: "memory" },
}

describe("the invented month", () => {
  it.live(
    "is the same from the same seed and another from another",
    () =>
      Effect.gen(function* () {
        const [one, again, other] = [yield* text("a"), yield* text("a"), yield* text("b")]
        expect(one.split("\n").length).toBeGreaterThan(20_000)
        expect(again === one).toBe(true)
        expect(other === one).toBe(false)
      }),
    120_000,
  )

  it.live(
    "shows every part of the report",
    () =>
      Effect.gen(function* () {
        const lines = yield* log("test")
        const document = yield* Effect.scoped(reportOn(Readable.from(lines), mapping, settings))
        const { input, interactions, journeys, rates, restated } = document
        expect(interactions.started).toBeGreaterThan(4000)
        for (const part of ["open", "pending", "excluded", "effective", "attemptFailed", "deflected"] as const) {
          expect([part, interactions[part]]).not.toEqual([part, 0])
        }
        expect(input.rejected).toBeGreaterThan(10)
        expect(input.rejected).toBeLessThan(input.rows / 100)
        expect(Object.keys(input.rejectedByRule)).toEqual(
          expect.arrayContaining(["NO-AUTOSEND", "NO-IDENTIFY", "RECORDED", "TACET-FORMAT", "TACET-TIME"]),
        )
        expect(input.duplicates).toBeGreaterThan(50)
        expect(input.late).toBeGreaterThan(10)
        expect(input.attributedCalls).toBeGreaterThan(100)
        expect(input.recontacts).toBeGreaterThan(100)
        expect(restated.length).toBeGreaterThan(0)
        expect(journeys.leastUsed.declaredScreensUnused).toEqual([{ scenario: "energy-help", step: "move/abroad" }])
        expect(journeys.leastUsed.declaredUnused.length).toBeGreaterThan(0)
        expect(journeys.loops.k).toBeGreaterThan(0)
        expect(document.calls.humanUnknown).toBeGreaterThan(0)
        expect(rates.P7D.noEffectiveCall.k).toBeLessThan(rates.P7D.noEffectiveCall.n)
        expect(Object.keys(document.failedReasons)).toEqual(
          expect.arrayContaining(["queueAbandoned", "closed", "voicemail", "busy"]),
        )
      }),
    120_000,
  )
})
