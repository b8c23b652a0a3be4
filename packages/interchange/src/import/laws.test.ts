/**
 * The laws of every log: neither the order within the lateness, nor the size of batches, nor duplicates, nor refused
 * rows change the report on the other rows; and no personal data remain anywhere.
 */
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import type { Mapping } from "../mapping/Mapping.ts"
import { abandonedCall, callFact, day, hour, importing, minute, morning, numbered } from "./importing.testing.ts"
import { anEnding, inMoments, inOrder, type Row, visited } from "./visits.testing.ts"

const screens = ["home", "bill", "move"] as const

const mapping: Mapping = {
  scenario: {
    id: "help" as never,
    binds: true,
    steps: screens.map((screen) => ({ step: screen as never })),
    journeys: [["home" as never, "bill" as never]],
  },
}

/** A call after a visit: by its case, by the person alone, in legs or moment by moment. */
const aCall = fc.record({
  how: fc.constantFrom("none", "correlated", "dialled", "legs", "moments"),
  after: fc.nat({ max: 9 * 24 * 60 }),
  reaches: fc.boolean(),
})

const aVisit = fc.record({
  start: fc.nat({ max: 20 * 24 * 60 }),
  person: fc.option(fc.constantFrom("ann", "bob", "eve"), { nil: undefined }),
  steps: fc.array(fc.constantFrom(...screens, "undeclared", "https://a.example/?b=c"), { maxLength: 4 }),
  pause: fc.integer({ min: 1, max: 50 }),
  ending: anEnding,
  call: aCall,
})

/** The rows of a log in the order of time, each at a moment of its own. */
const aLog = fc
  .array(aVisit, { minLength: 1, maxLength: 9 })
  .map((visits) => inOrder(visits.flatMap((visit, number) => rowsOf(visit, `case ${number}`))))

type Visit = typeof aVisit extends fc.Arbitrary<infer A> ? A : never

const rowsOf = ({ call, ...visit }: Visit, name: string): ReadonlyArray<Row> => {
  const { end, known, rows } = visited(visit, name)
  const callAt = end + call.after * minute
  const fact = call.reaches ? callFact(callAt) : abandonedCall(callAt)
  const callRows: Readonly<Record<typeof call.how, ReadonlyArray<Row>>> = {
    none: [],
    correlated: [{ case: name, ...known, at: callAt, facts: [{ _tag: "call", ...fact }] }],
    dialled: [{ case: `${name} dialled`, ...known, at: callAt, facts: [{ _tag: "call", ...fact }] }],
    legs: [
      { case: `${name} legs`, ...known, at: callAt, facts: [{ _tag: "leg", ...fact }] },
      { case: `${name} legs`, ...known, at: callAt + minute, facts: [{ _tag: "leg", ...callFact(callAt + minute) }] },
    ],
    moments: inMoments({ case: `${name} moments`, ...known, at: callAt, reaches: call.reaches }),
  }
  return [...rows, ...callRows[call.how]]
}

const withoutId = (row: Row): Row => {
  const { id: _id, ...rest } = row
  return rest
}

/** A log with the order in which its rows were written: each within the lateness of its own moment. */
const aShuffledLog = fc.tuple(aLog, fc.infiniteStream(fc.nat({ max: hour }))).map(([rows, delays]) => {
  const written = rows.map((row) => ({ row, at: row.at + Number(delays.next().value) }))
  return { rows, shuffled: written.toSorted((one, other) => one.at - other.at).map(({ row }) => row) }
})

const asOf = morning + 60 * day
const reportOf = (rows: ReadonlyArray<Row>, settings: Parameters<typeof importing>[1] = {}) =>
  Effect.map(importing(numbered(rows), { mapping, asOf, ...settings }), ({ input, report }) => ({ input, report }))

/** The events of each stream, whatever the order of the streams among each other. */
const byStream = (log: Effect.Success<ReturnType<typeof importing>>["log"]) =>
  log
    .map(({ data, occurredAt, stream, type, version }) => [stream.id, version, type, occurredAt, data] as const)
    .toSorted(([one, first], [other, second]) => (one < other ? -1 : one > other ? 1 : first - second))

const some = { numRuns: 25 }

describe("the import", () => {
  // Planted: rows that are held for no time.
  it.live.prop(
    "of rows shuffled within the lateness is the import of rows in order",
    [aShuffledLog],
    ({ rows, shuffled }) =>
      Effect.gen(function* () {
        expect(yield* reportOf(shuffled)).toEqual(yield* reportOf(rows))
      }),
    some,
  )

  // Planted: rows decided in the order of the file; a sort that compares rows of a run only.
  it.live.prop(
    "of the same rows in any order is the import of a source in the order of time, in memory or through files",
    [aLog, fc.infiniteStream(fc.nat()), fc.constantFrom(3, 1000)],
    (rows, places, sortedInMemory) =>
      Effect.gen(function* () {
        const written = rows
          .map((row) => ({ row, place: Number(places.next().value) }))
          .toSorted((one, other) => one.place - other.place)
          .map(({ row }) => row)
        const inOrder = yield* reportOf(rows)
        const inAnyOrder = yield* reportOf(written, { order: "case", sortedInMemory })
        // Only a source in the order of time publishes days before its end, so only there a day can be restated.
        expect(inAnyOrder).toEqual({ ...inOrder, report: { ...inOrder.report, restated: [] } })
      }),
    some,
  )

  // Planted: a batch of which the first row is skipped.
  it.live.prop(
    "is the same in batches of any size",
    [aLog, fc.constantFrom(1, 2, 3, 7), fc.constantFrom<"time" | "case">("time", "case")],
    (rows, batchSize, order) =>
      Effect.gen(function* () {
        expect(yield* reportOf(rows, { batchSize, order, read: batchSize })).toEqual(yield* reportOf(rows, { order }))
      }),
    some,
  )

  // Planted: a row that is recorded again though its id was recorded.
  it.live.prop(
    "counts rows that come again and nothing else of them",
    [aLog, fc.infiniteStream(fc.boolean())],
    (rows, again) =>
      Effect.gen(function* () {
        const repeated = rows.flatMap((row) => (again.next().value === true ? [row, row] : [row]))
        const [once, twice] = [yield* reportOf(rows), yield* reportOf(repeated)]
        expect(twice.report).toEqual(once.report)
        expect(twice.input.accepted).toBe(once.input.accepted)
        expect(twice.input.rows).toBe(repeated.length)
      }),
    some,
  )

  // Planted: commands that are sent again though their events are in the log.
  it.live.prop(
    "of the same rows in a later run adds nothing, with or without ids, and reports the same",
    [aLog, fc.constantFrom<"time" | "case">("time", "case"), fc.boolean()],
    (log, order, withIds) =>
      Effect.gen(function* () {
        const rows = numbered(withIds ? log : log.map(withoutId))
        const once = yield* importing(rows, { mapping, asOf, order })
        const again = yield* importing(rows, { mapping, asOf, order, before: rows })
        expect(again.found).toBe(once.log.length)
        expect(again.log.slice(again.found)).toEqual([])
        expect(again.input.accepted).toBe(0)
        expect(again.input.duplicates).toBe(once.input.accepted + once.input.duplicates)
        // Refused again, though perhaps by another rule: the interaction has advanced since.
        expect(again.rejects.map(({ line }) => line)).toEqual(once.rejects.map(({ line }) => line))
        expect(again.report).toEqual(once.report)
      }),
    { numRuns: 40 },
  )

  // Planted: commands that are sent again though their events are in the log.
  it.live.prop(
    "of a file whose beginning an earlier run has read adds the rest, and no row twice",
    [aLog, fc.nat({ max: 100 })],
    (log, share) =>
      Effect.gen(function* () {
        const rows = numbered(log)
        const once = yield* importing(rows, { mapping, asOf })
        const before = rows.slice(0, Math.floor((rows.length * share) / 100))
        const rest = yield* importing(rows, { mapping, asOf, before })
        const stepsOf = ({ log }: typeof once) =>
          byStream(log.filter(({ type }) => type === "StepTaken" || type.startsWith("Call")))
            .map(([stream, , type, at, data]) => JSON.stringify([stream, type, at, data]))
            .toSorted()
        expect(stepsOf(rest)).toEqual(stepsOf(once))
      }),
    some,
  )

  // Planted: a unit of which the accepted commands stay when one is refused.
  it.live.prop(
    "leaves nothing of a rejected row: without it the log is the same",
    [aLog],
    (rows) =>
      Effect.gen(function* () {
        const whole = yield* importing(numbered(rows), { mapping })
        const bad = new Set(whole.rejects.map(({ line }) => line))
        const good = numbered(rows).filter(({ line }) => !bad.has(line))
        const clean = yield* importing(good, { mapping })
        expect(clean.rejects).toEqual([])
        expect(clean.report).toEqual(whole.report)
        expect(byStream(clean.log)).toEqual(byStream(whole.log))
      }),
    some,
  )

  // Planted: a unit of several rows that is counted as one.
  it.live.prop(
    "accounts for every row",
    [aLog],
    (rows) =>
      Effect.gen(function* () {
        const { input, rejects } = yield* importing(numbered(rows), { mapping })
        expect(input.rows).toBe(rows.length)
        expect(input.accepted + input.rejected + input.duplicates).toBe(rows.length)
        expect(input.rejected).toBe(rejects.length)
      }),
    some,
  )

  // Planted: an interaction under the key of its case.
  it.live.prop(
    "keeps nothing of a person or of the source's keys",
    [aLog],
    (rows) =>
      Effect.gen(function* () {
        const canary = "+33 6 12 34 56 78 Canary"
        const marked = rows.map((row) => ({
          ...row,
          case: `${row.case} ${canary}`,
          person: `${row.person ?? "nobody"} ${canary}`,
          id: `${row.id ?? ""} ${canary}`,
          facts: row.facts.map((fact) =>
            fact._tag === "step" && fact.step === "undeclared" ? { ...fact, step: `undeclared ${canary}` } : fact,
          ),
        }))
        const { input, log, rejects, report } = yield* importing(numbered(marked), { mapping })
        const text = JSON.stringify([input, log, rejects, report])
        expect(text).not.toContain("Canary")
        expect(text).not.toContain("34 56 78")
      }),
    some,
  )
})
