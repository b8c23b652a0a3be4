import { describe, expect, it, runs } from "@tacet/vitest"
import fc from "fast-check"
import { ArbitraryInteractions } from "@tacet/testing"
import * as Contribution from "./Contribution.ts"
import * as Definition from "./Definition.ts"
import { readings } from "./Fact.ts"
import * as PackedEvents from "./PackedEvents.ts"

const aHistory = ArbitraryInteractions.anInteraction().map(({ events }) =>
  events.map((event, index) => ({ version: index + 1, event })),
)

const throughJson = (packed: PackedEvents.PackedEvents): PackedEvents.PackedEvents =>
  JSON.parse(JSON.stringify(packed)) as PackedEvents.PackedEvents

describe("packed events", () => {
  // Planted and found: `unknown` unpacked as no person; the moment of the first event for each.
  it.prop(
    "make the contribution that its events make, at every watermark, from a saved state as well",
    [fc.array(aHistory, { maxLength: 5 }), fc.nat({ max: 15 * 86_400 })],
    (histories, seconds) => {
      const names = new PackedEvents.TextTable(["of another"])
      const packings = histories.map((history) => PackedEvents.of(history, names))
      const saved = new PackedEvents.TextTable(JSON.parse(JSON.stringify(names.all)) as ReadonlyArray<string>)
      histories.forEach((history, index) => {
        const packed = packings[index]!
        const watermark = packed.begin + seconds * 1000
        const contribution = (events: ReadonlyArray<Contribution.PlacedEvent>) =>
          Contribution.of(events, Definition.standard, watermark, Number.POSITIVE_INFINITY)
        const expected = contribution(history)
        expect(contribution(PackedEvents.eventsOf(packed, names))).toEqual(expected)
        expect(contribution(PackedEvents.eventsOf(throughJson(packed), saved))).toEqual(expected)
      })
    },
    { numRuns: runs(100) },
  )

  it("have a code of their own for each event", () => {
    const codes = Object.values(readings).map(({ code }) => code)
    expect(codes.toSorted((one, other) => one - other)).toEqual(codes.map((_, index) => index))
  })

  // Planted and found: each call under a place of its own.
  it.prop("hold numbers, and the id of each call once", [aHistory], (history) => {
    const packed = PackedEvents.of(history, new PackedEvents.TextTable())
    expect(packed.cells.every(Number.isFinite)).toBe(true)
    expect(new Set(packed.calls).size).toBe(packed.calls.length)
    const calls = history.flatMap(({ event }) => ("call" in event ? [event.call] : []))
    expect(new Set(packed.calls)).toEqual(new Set(calls))
  })
})
