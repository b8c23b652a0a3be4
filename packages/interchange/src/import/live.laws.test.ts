/**
 * The law of what happens and of what is read later: a service that records rows as they happen and an import of the same
 * rows have the same figures.
 */
import { layer as memory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import type { Mapping } from "../mapping/Mapping.ts"
import { abandonedCall, callFact, day, hour, importing, minute, morning, numbered } from "./importing.testing.ts"
import { live } from "./live.testing.ts"
import { anEnding, inMoments, inOrder, type Row, visited } from "./visits.testing.ts"

const screens = ["home", "bill", "move"] as const

const mapping: Mapping = {
  scenario: { id: "help" as never, binds: true, steps: screens.map((screen) => ({ step: screen as never })) },
}

/** Visits whose steps follow each other before they are idle, with calls within and after their windows. */
const aVisit = fc.record({
  start: fc.nat({ max: 20 * 24 * 60 }),
  person: fc.option(fc.constantFrom("ann", "bob"), { nil: undefined }),
  steps: fc.array(fc.constantFrom(...screens, "undeclared"), { maxLength: 3 }),
  /** Also with three steps between that are refused. */
  pause: fc.integer({ min: 1, max: 7 }),
  ending: anEnding,
  calls: fc.array(
    fc.record({
      how: fc.constantFrom("correlated", "dialled", "moments"),
      after: fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 9 * 24 * 60 })),
      reaches: fc.boolean(),
    }),
    { maxLength: 2 },
  ),
})

type Visit = typeof aVisit extends fc.Arbitrary<infer A> ? A : never

const rowsOf = ({ calls, ...visit }: Visit, name: string): ReadonlyArray<Row> => {
  const { end, known, rows } = visited(visit, name)
  const called = calls.flatMap(({ after, how, reaches }, place): ReadonlyArray<Row> => {
    const callAt = end + after * minute
    const call = {
      ...known,
      at: callAt,
      facts: [{ _tag: "call", ...(reaches ? callFact : abandonedCall)(callAt) }] as const,
    }
    const own = `${name} call ${place}`
    if (how !== "moments") return [{ ...call, case: how === "correlated" ? name : own }]
    return inMoments({ case: own, ...known, at: callAt, reaches })
  })
  return [...rows, ...called]
}

/** The rows of a log in the order of time, each at a moment of its own. */
const aLog = fc
  .array(aVisit, { minLength: 1, maxLength: 8 })
  .map((visits) => inOrder(visits.flatMap((visit, number) => rowsOf(visit, `case ${number}`))))

const asOf = morning + 60 * day

describe("a service that runs", () => {
  // Planted and found: an end by time-out that the figures take for one that was seen; an end of what is not idle; a call
  // attributed after its window; the answer to a call taken for that to another case's, in one interaction.
  it.live.prop(
    "has the figures of an import of what it recorded, however often it ends and notes, and though it does so again",
    [aLog, fc.constantFrom(hour, 5 * hour, 3 * day, 90 * day), fc.boolean()],
    (rows, everyMillis, repeats) =>
      Effect.gen(function* () {
        const imported = yield* importing(numbered(rows), { mapping, asOf })
        const reported = yield* Effect.promise(() =>
          live(rows, { stores: memory, mapping, everyMillis, repeats, asOf }),
        )
        expect(reported).toEqual(imported.report)
      }),
    { numRuns: 100 },
  )
})
