import { describe, expect, it } from "@tacet/vitest"
import * as fc from "fast-check"
import { Violation } from "./Violation.ts"
import { callTimes } from "./Call.ts"

const aCount = () => ({ records: 0, dropped: 0, clamped: 0, objects: 0 })
const nothing = { answered: undefined, ended: undefined, duration: undefined, talk: undefined }

describe("the times of a call", () => {
  it("are as written", () => {
    const written = { placed: 1000, answered: 3000, ended: 9000, duration: 8, talk: 6 }
    expect(callTimes(written, true, aCount())).toEqual({
      placedAt: 1000,
      answeredAt: 3000,
      endedAt: 9000,
      talkSeconds: 6,
    })
  })

  it("lack an answer where there was none", () => {
    expect(callTimes({ ...nothing, placed: 1000 }, false, aCount())).toEqual({
      placedAt: 1000,
      endedAt: 1000,
      talkSeconds: 0,
    })
  })

  it("put an answer that lies outside the call at its nearest moment", () => {
    const early = callTimes({ ...nothing, placed: 5000, answered: 1000, ended: 9000 }, true, aCount())
    expect(early).toEqual({ placedAt: 5000, answeredAt: 5000, endedAt: 9000, talkSeconds: 4 })
    const late = callTimes({ ...nothing, placed: 5000, answered: 90_000, ended: 9000 }, true, aCount())
    expect(late).toEqual({ placedAt: 5000, answeredAt: 9000, endedAt: 9000, talkSeconds: 0 })
  })

  it("derive an end from the answer and the talk time", () => {
    const times = callTimes({ ...nothing, placed: 1000, answered: 3000, talk: 6 }, true, aCount())
    expect(times).toEqual({ placedAt: 1000, answeredAt: 3000, endedAt: 9000, talkSeconds: 6 })
  })

  it("need a start", () => {
    expect(() => callTimes({ ...nothing, placed: undefined }, false, aCount())).toThrow("the moment at which")
  })

  const maybe = (arbitrary: fc.Arbitrary<number>) => fc.option(arbitrary, { nil: undefined })

  // Planted: an answer that may come after the end of the call.
  it.prop(
    "follow one another, whatever was written",
    [
      fc.nat(100_000),
      maybe(fc.nat(100_000)),
      maybe(fc.nat(100_000)),
      maybe(fc.nat(100)),
      maybe(fc.nat(100)),
      fc.boolean(),
    ],
    (placed, answered, ended, duration, talk, saysAnswered) => {
      const count = aCount()
      const times = callTimes({ placed, answered, ended, duration, talk }, saysAnswered, count)
      if (times.endedAt === undefined) {
        // An answer is all that was written.
        expect([ended, duration, talk, times.talkSeconds]).toEqual([undefined, undefined, undefined, undefined])
        expect(times.answeredAt).toBe(Math.max(placed, answered ?? placed))
        return
      }
      expect(times.endedAt).toBeGreaterThanOrEqual(times.placedAt)
      expect(times.talkSeconds!).toBeGreaterThanOrEqual(0)
      if (ended !== undefined) expect(count.clamped).toBe(ended < placed ? 1 : 0)
      if (times.answeredAt === undefined) {
        expect(times.talkSeconds).toBe(0)
      } else {
        expect(times.answeredAt).toBeGreaterThanOrEqual(times.placedAt)
        expect(times.answeredAt).toBeLessThanOrEqual(times.endedAt)
      }
    },
  )

  it("are a violation where an answer or an end is farther away than the longest call", () => {
    const placed = Date.UTC(2026, 0, 5, 10)
    const times = { placed, answered: undefined, ended: undefined, duration: undefined, talk: undefined }
    expect(() => callTimes({ ...times, answered: Date.UTC(1970, 0, 2) }, false, aCount())).toThrow(Violation)
    expect(() => callTimes({ ...times, ended: placed + 86_400_001 }, false, aCount())).toThrow(Violation)
    expect(() => callTimes({ ...times, duration: 61 }, false, aCount(), 60)).toThrow(Violation)
    expect(callTimes({ ...times, ended: placed + 60_000 }, false, aCount(), 60).endedAt).toBe(placed + 60_000)
  })
})
