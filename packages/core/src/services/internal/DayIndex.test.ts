import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import fc from "fast-check"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { RecordedEvent } from "../../eventsourcing/EventEnvelope.ts"
import { fromEpochDay } from "../../calendar/PlainDate.ts"
import * as DayIndex from "./DayIndex.ts"

const customer = "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as CustomerId
const index = DayIndex.projection("Europe/Paris")

/** Starts on one of three days, far apart in the log or near. */
const starts = fc.array(
  fc.record({
    gap: fc.oneof(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1999, max: 2001 }),
      fc.integer({ min: 1, max: 9000 }),
    ),
    occurredAt: fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 0, 4) }),
  }),
  { maxLength: 200 },
)

describe("the days of a log", () => {
  it.effect.prop(
    "SWEEP: every start lies in a stretch of its day, of which there are few, and between its first and last moment",
    [starts, fc.integer({ min: 1, max: 50 })],
    (drawn, size) =>
      Effect.gen(function* () {
        let position = 0
        const events = drawn.map(
          ({ gap, occurredAt }) => ({ occurredAt, position: (position += gap) }) as RecordedEvent,
        )
        let state = index.initial()
        for (let at = 0; at < events.length; at += size) {
          const chunk = { after: 0, through: 0, events: events.slice(at, at + size), purged: [], head: 0 }
          state = index.decode(index.encode(yield* index.apply(state, chunk, customer)))
        }
        const days = new Map<string, Array<RecordedEvent>>()
        const format = new Intl.DateTimeFormat("sv", { timeZone: "Europe/Paris" })
        for (const event of events) {
          const date = format.format(event.occurredAt)
          days.set(date, [...(days.get(date) ?? []), event])
        }
        expect(state.days.size).toBe(days.size)
        for (const [number, { first, last, stretches }] of state.days) {
          const own = days.get(fromEpochDay(number))!
          expect(stretches.length).toBeLessThanOrEqual(32)
          // Planted and found: a stretch that is not begun; a last moment that is not moved on.
          for (const event of own) {
            expect(stretches.some(({ from, to }) => from <= event.position && event.position <= to)).toBe(true)
          }
          expect([first, last]).toEqual([
            Math.min(...own.map(({ occurredAt }) => occurredAt)),
            Math.max(...own.map(({ occurredAt }) => occurredAt)),
          ])
          // In order, and no wider than the recorded positions.
          const ends = stretches.flatMap(({ from, to }) => [from, to])
          expect(ends).toEqual(ends.toSorted((one, other) => one - other))
          expect(ends.every((end) => own.some((event) => event.position === end))).toBe(true)
          if (own.length < 32) {
            const gaps = stretches.slice(1).map(({ from }, at) => from - stretches[at]!.to)
            expect(gaps.every((gap) => gap > 2000)).toBe(true)
          }
        }
      }),
    { numRuns: 300 },
  )
})
