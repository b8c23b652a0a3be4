import { describe, expect, it, runs } from "@tacet/vitest"
import fc from "fast-check"
import { anInteraction } from "../testing/interactions.ts"
import * as Contribution from "./Contribution.ts"
import * as Definition from "./Definition.ts"
import * as Trace from "./PackedEvents.ts"

const aHistory = anInteraction().map(({ events }) => events.map((event, index) => ({ version: index + 1, event })))

const throughJson = (trace: Trace.Trace): Trace.Trace => JSON.parse(JSON.stringify(trace)) as Trace.Trace

describe("a trace", () => {
  // Planted and found: the legs of a call before its disposition; a person who is not known taken for none; the moment of
  // the first event for each.
  it.prop(
    "makes the contribution that its events make, at every watermark, from a saved state as well",
    [fc.array(aHistory, { maxLength: 5 }), fc.nat({ max: 15 * 86_400 })],
    (histories, seconds) => {
      const names = new Trace.Names(["of another"])
      const traces = histories.map((history) => Trace.of(history, names))
      const saved = new Trace.Names(JSON.parse(JSON.stringify(names.all)) as ReadonlyArray<string>)
      histories.forEach((history, index) => {
        const trace = traces[index]!
        const watermark = trace.begin + seconds * 1000
        const contribution = (events: ReadonlyArray<Contribution.PlacedEvent>) =>
          Contribution.of(events, Definition.standard, watermark, Number.POSITIVE_INFINITY)
        const expected = contribution(history)
        expect(contribution(Trace.eventsOf(trace, names))).toEqual(expected)
        expect(contribution(Trace.eventsOf(throughJson(trace), saved))).toEqual(expected)
      })
    },
    { numRuns: runs(100) },
  )

  // Planted and found: each call under a place of its own.
  it.prop("holds numbers, and the id of each call once", [aHistory], (history) => {
    const trace = Trace.of(history, new Trace.Names())
    expect(trace.cells.every(Number.isFinite)).toBe(true)
    expect(new Set(trace.calls).size).toBe(trace.calls.length)
    const calls = history.flatMap(({ event }) => ("call" in event ? [event.call] : []))
    expect(new Set(trace.calls)).toEqual(new Set(calls))
  })
})
