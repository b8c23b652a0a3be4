import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import type { Fact, SourceItem } from "../SourceRow.ts"
import {
  abandonedCall,
  callFact,
  day,
  histories,
  hour,
  importing,
  minute,
  morning,
  numbered,
  step,
} from "./importing.testing.ts"

/** A visit: its steps a minute apart. */
const visit = (caseKey: string, start: number, steps: ReadonlyArray<string>, person?: string) =>
  steps.map((name, place) => ({
    case: caseKey,
    ...(person === undefined ? {} : { person }),
    at: start + place * minute,
    facts: [step(name)],
  }))

const call = (caseKey: string, at: number, person?: string, fact: Fact = { _tag: "call", ...callFact(at) }) => ({
  case: caseKey,
  ...(person === undefined ? {} : { person }),
  at,
  facts: [fact],
})

const leg = (caseKey: string, at: number, person?: string, changes = {}) =>
  call(caseKey, at, person, { _tag: "leg", ...callFact(at, changes) })

/** A row that moves the clock of the rows on. */
const later = (at: number) => ({ case: `later ${at}`, at, facts: [step("later")] })

const notesOf = (log: Effect.Success<ReturnType<typeof importing>>["log"]) =>
  log
    .filter(({ type }) => type === "RecontactObserved")
    .map(({ data, occurredAt }) => ({ occurredAt, ...(JSON.parse(data) as { readonly class: string }) }))

describe("an interaction", () => {
  it.live("starts with the first row of its case and holds the others", () =>
    Effect.gen(function* () {
      const { input, log, report } = yield* importing(
        numbered(
          [...visit("a", morning, ["home", "bill"]), ...visit("b", morning + 30_000, ["home"])].toSorted(
            (one, other) => one.at - other.at,
          ),
        ),
      )
      expect(histories(log)).toEqual([
        ["InteractionStarted", "StepTaken", "StepTaken"],
        ["InteractionStarted", "StepTaken"],
      ])
      expect(input).toMatchObject({ rows: 3, accepted: 3, rejected: 0, duplicates: 0 })
      expect(report.interactions.started).toBe(2)
    }),
  )

  it.live("ends where the source says that its case is complete", () =>
    Effect.gen(function* () {
      const items: ReadonlyArray<SourceItem> = [
        ...numbered(visit("a", morning, ["home", "bill"])),
        { _tag: "caseComplete", case: "a" },
        { _tag: "caseComplete", case: "never seen" },
      ]
      const { input, log } = yield* importing(items, { order: "case" })
      expect(histories(log)).toEqual([["InteractionStarted", "StepTaken", "StepTaken", "InteractionEnded"]])
      expect(log.at(-1)?.occurredAt).toBe(morning + minute)
      expect(input.rows).toBe(2)
    }),
  )

  it.live("does not end at the moment of a row that was rejected", () =>
    Effect.gen(function* () {
      const rows = numbered([
        ...visit("a", morning, ["home"]),
        ...visit("a", morning + day, ["https://a.example/?b=c"]),
      ])
      const { log } = yield* importing([...rows, { _tag: "caseComplete", case: "a" }], { order: "case" })
      expect(log.at(-1)).toMatchObject({ type: "InteractionEnded", occurredAt: morning })
    }),
  )
})

describe("a call group", () => {
  it.live("is an interaction of its own with the phone menu, once the clock has passed its last leg", () =>
    Effect.gen(function* () {
      const menu = leg("x", morning, undefined, { human: false, disposition: "automated", asksForPerson: false })
      const agent = leg("x", morning + minute)
      const { input, log, report } = yield* importing(numbered([menu, agent, later(morning + 3 * hour)]))
      expect(histories(log)[0]).toEqual([
        "InteractionStarted",
        "CallPlaced",
        "CallAnswered",
        "CallEnded",
        "InteractionEnded",
      ])
      expect(JSON.parse(log.find(({ type }) => type === "InteractionStarted")?.data ?? "")).toMatchObject({
        interface: "phone-menu",
        trigger: { _tag: "incomingCall" },
        linkable: false,
      })
      expect(report.calls).toMatchObject({ total: 1, legs: 2, effective: 1 })
      expect(input).toMatchObject({ rows: 3, accepted: 3 })
    }),
  )

  it.live("is held as long as one of its legs lasts", () =>
    Effect.gen(function* () {
      const end = { endedAt: morning + 4 * hour }
      const { report } = yield* importing(
        numbered([
          leg("x", morning),
          leg("x", morning + minute, undefined, end),
          later(morning + 2 * hour),
          leg("x", morning + 3 * hour, undefined, end),
          later(morning + 9 * hour),
        ]),
      )
      expect(report.calls).toMatchObject({ total: 1, legs: 3 })
    }),
  )

  it.live("is deflected where it never asked for a person, and excluded where it was a test", () =>
    Effect.gen(function* () {
      const quiet = { human: false, disposition: "automated", asksForPerson: false }
      const test = leg("test", morning)
      const { report } = yield* importing(
        numbered([
          leg("menu", morning, undefined, quiet),
          { ...test, facts: [...test.facts, { _tag: "excluded", reason: "test" }] },
        ]),
        { asOf: morning + 30 * day },
      )
      expect(report.interactions).toMatchObject({ started: 2, deflected: 1, excluded: 1, attemptFailed: 0 })
    }),
  )

  it.live("within a visit of the same case leaves the visit open", () =>
    Effect.gen(function* () {
      const { input, log } = yield* importing(
        numbered([
          ...visit("a", morning, ["home"]),
          leg("a", morning + minute),
          later(morning + 3 * hour),
          ...visit("a", morning + 3 * hour, ["bill"]),
        ]),
      )
      expect(histories(log).find((history) => history.includes("CallPlaced"))).toEqual([
        "InteractionStarted",
        "StepTaken",
        "CallPlaced",
        "CallAnswered",
        "CallEnded",
        "StepTaken",
      ])
      expect(input.rejected).toBe(0)
    }),
  )

  it.live("takes no leg any more when it is recorded", () =>
    Effect.gen(function* () {
      const { input, rejects } = yield* importing(
        numbered([leg("x", morning), later(morning + 5 * hour), later(morning + 7 * hour), leg("x", morning + minute)]),
      )
      expect(rejects).toMatchObject([{ line: 4, rule: "TACET-ENDED" }])
      expect(input).toMatchObject({ rows: 4, accepted: 3, rejected: 1, late: 1 })
    }),
  )
})

describe("a call without an interaction of its own", () => {
  it.live("belongs to the interaction that the same person started last", () =>
    Effect.gen(function* () {
      const { input, report } = yield* importing(
        numbered([
          ...visit("first", morning, ["home"], "p"),
          ...visit("second", morning + hour, ["bill"], "p"),
          ...visit("other", morning + 2 * hour, ["move"], "q"),
          call("c", morning + 3 * hour, "p"),
          ...visit("too late", morning + 4 * hour, ["outage"], "p"),
        ]),
        { asOf: morning + 30 * day },
      )
      expect(input.attributedCalls).toBe(1)
      expect(report.interactions.started).toBe(4)
      expect(report.journeys.mostCallsByVolume.map(({ effectiveCalls, steps }) => [steps, effectiveCalls])).toEqual([
        [["bill"], 1],
      ])
    }),
  )

  it.live("belongs to the interaction of its own case before that of the same person", () =>
    Effect.gen(function* () {
      const { input, log } = yield* importing(
        numbered([
          ...visit("first", morning, ["home"], "p"),
          ...visit("second", morning + 4 * hour, ["bill"], "p"),
          later(morning + 9 * hour),
          call("first", morning + 9 * hour + minute, "p"),
        ]),
      )
      expect(input.attributedCalls).toBe(0)
      expect(histories(log)[0]).toEqual(["InteractionStarted", "StepTaken", "CallPlaced", "CallAnswered", "CallEnded"])
    }),
  )

  it.live("is an interaction of its own after seven days, and where the person is not known", () =>
    Effect.gen(function* () {
      const { input, report } = yield* importing(
        numbered([
          ...visit("a", morning, ["home"], "p"),
          call("within", morning + 7 * day, "p"),
          call("beyond", morning + 7 * day + 1, "p"),
          call("unknown", morning + 7 * day + 2),
        ]),
      )
      expect(input.attributedCalls).toBe(1)
      expect(report.interactions.started).toBe(3)
    }),
  )

  it.live("does not belong to an interaction that began from another of the Customer's numbers", () =>
    Effect.gen(function* () {
      const from = (number: string) => (row: ReturnType<typeof call>) => ({ ...row, number })
      const { input, log } = yield* importing(
        numbered([
          ...visit("sales", morning, ["home"], "p").map((row) => ({ ...row, number: "sales" })),
          ...visit("anywhere", morning + hour, ["home"], "q"),
          from("help")(call("call 1", morning + 2 * hour, "p")),
          from("sales")(call("call 2", morning + 3 * hour, "p")),
          from("help")(call("call 3", morning + 4 * hour, "q")),
        ]),
        { mapping: { numbers: ["sales", "help"] } },
      )
      expect(histories(log)).toEqual([
        ["InteractionStarted", "StepTaken", "CallPlaced", "CallAnswered", "CallEnded"],
        ["InteractionStarted", "StepTaken", "CallPlaced", "CallAnswered", "CallEnded"],
        ["InteractionStarted", "CallPlaced", "CallAnswered", "CallEnded"],
      ])
      expect(input.attributedCalls).toBe(2)
    }),
  )

  it.live("to a number that the Customer does not list is refused", () =>
    Effect.gen(function* () {
      const { log, rejects } = yield* importing(
        numbered([
          { ...call("a", morning), number: "help" },
          { ...visit("b", morning, ["home"])[0]!, entryPoint: "x" },
        ]),
        { mapping: { numbers: ["sales"], entryPoints: ["shop"] } },
      )
      expect(histories(log)).toEqual([])
      expect(rejects.map(({ line, rule }) => ({ line, rule }))).toEqual([
        { line: 1, rule: "LISTED" },
        { line: 2, rule: "LISTED" },
      ])
    }),
  )

  it.live("can be found where the source names the person or carries the key of the interaction over", () =>
    Effect.gen(function* () {
      const rows = numbered([...visit("a", morning, ["home"]), ...visit("b", morning, ["home"], "p")])
      const linkable = (correlates: boolean) =>
        Effect.map(importing(rows, { mapping: { correlates } }), ({ log }) =>
          log
            .filter(({ type }) => type === "InteractionStarted")
            .map(({ data }) => (JSON.parse(data) as { readonly linkable: boolean }).linkable),
        )
      expect(yield* linkable(false)).toEqual([false, true])
      expect(yield* linkable(true)).toEqual([true, true])
    }),
  )

  it.live("never joins another call: each call of a call log is an interaction", () =>
    Effect.gen(function* () {
      const { report } = yield* importing(numbered([call("a", morning, "p"), leg("b", morning + hour, "p")]))
      expect(report.interactions.started).toBe(2)
      expect(report.calls.total).toBe(2)
    }),
  )

  it.live("waits for the end of a source that is not in the order of time", () =>
    Effect.gen(function* () {
      const rows = numbered([
        call("c", morning + 3 * hour, "p"),
        leg("d", morning + 4 * hour, "p"),
        ...visit("a", morning, ["home"], "p"),
        ...visit("b", morning + hour, ["bill"], "p"),
      ])
      const { input, report } = yield* importing(rows, { order: "case" })
      expect(input).toMatchObject({ rows: 4, accepted: 4, attributedCalls: 2 })
      expect(report.interactions.started).toBe(2)
    }),
  )

  it.live("may come moment by moment", () =>
    Effect.gen(function* () {
      const at = morning + 2 * hour
      const moments = [
        { case: "c", person: "p", at, facts: [{ _tag: "callPlaced" }] },
        { case: "c", at: at + minute, facts: [{ _tag: "callAnswered", human: true }] },
        { case: "c", at: at + 100 * minute, facts: [{ _tag: "callEnded" }] },
      ] as const
      const { input, log, report } = yield* importing(
        numbered([...visit("a", morning, ["home"], "p"), ...moments, later(at + 5 * hour)]),
      )
      expect(input).toMatchObject({ accepted: 5, attributedCalls: 1 })
      expect(report.calls).toMatchObject({ total: 1, effective: 1 })
      expect(JSON.parse(log.find(({ type }) => type === "CallEnded")?.data ?? "")).toMatchObject({
        talkSeconds: 99 * 60,
        disposition: "answered",
      })
    }),
  )
})

describe("two calls moment by moment", () => {
  // Planted and found: one open call for all cases of an interaction.
  it.live("are told apart by their cases, though both belong to one interaction", () =>
    Effect.gen(function* () {
      const at = (minutes: number) => morning + minutes * minute
      const of = (caseKey: string, minutes: number, fact: Fact) => ({
        case: caseKey,
        person: "ann",
        at: at(minutes),
        facts: [fact],
      })
      const { log, report } = yield* importing(
        numbered([
          ...visit("a", morning, ["home"], "ann"),
          of("one", 10, { _tag: "callPlaced" }),
          of("other", 11, { _tag: "callPlaced" }),
          of("one", 12, { _tag: "callAnswered", human: true }),
          of("other", 13, { _tag: "callAnswered", human: false }),
          of("one", 20, { _tag: "callEnded" }),
          of("other", 21, { _tag: "callEnded" }),
        ]),
        { asOf: morning + 30 * day },
      )
      const data = log
        .filter(({ type }) => type.startsWith("Call"))
        .map((event) => ({ type: event.type, ...(JSON.parse(event.data) as { readonly call: string }) }))
      const [one, other] = data
      expect(data.map(({ call }) => call)).toEqual([one, other, one, other, one, other].map((event) => event?.call))
      expect(report.calls).toMatchObject({ total: 2, effective: 1, notHuman: 1 })
    }),
  )
})

describe("a return", () => {
  const back = (after: number) =>
    numbered([
      ...visit("a", morning, ["home"], "p"),
      ...visit("b", morning + after, ["home"], "p"),
      later(morning + 30 * day),
    ])

  it.live.each([
    [23 * hour, "within24Hours", 24 * hour],
    [25 * hour, "within72Hours", 72 * hour],
    [100 * hour, "within7Days", 7 * day],
  ] as const)("after %s ms is noted on the earlier interaction when its window closes", ([after, expected, closes]) =>
    Effect.gen(function* () {
      const { log } = yield* importing(back(after))
      expect(notesOf(log)).toEqual([{ occurredAt: morning + closes, class: expected }])
      const note = log.find(({ type }) => type === "RecontactObserved")
      expect(log.find(({ type }) => type === "InteractionStarted")?.stream).toEqual(note?.stream)
    }),
  )

  it.live("is not noted after seven days, nor where the earlier or the later interaction counts in nothing", () =>
    Effect.gen(function* () {
      expect(notesOf((yield* importing(back(8 * day))).log)).toEqual([])
      for (const excluded of ["a", "b"]) {
        const marked = back(hour).map((row) =>
          row.case === excluded
            ? { ...row, facts: [...row.facts, { _tag: "excluded", reason: "test" } as const] }
            : row,
        )
        expect(notesOf((yield* importing(marked)).log)).toEqual([])
      }
    }),
  )

  it.live("is noted with those of its hour in an order that says nothing", () =>
    Effect.gen(function* () {
      const visits = Array.from({ length: 40 }, (_, place) => place).flatMap((place) => [
        ...visit(`a${place}`, morning + place * 1000, ["home"], `p${place}`),
        ...visit(`b${place}`, morning + hour + place * 1000, ["home"], `p${place}`),
      ])
      const rows = numbered([...visits.toSorted((one, other) => one.at - other.at), later(morning + 3 * day)])
      const order = (seed: string) =>
        Effect.map(importing(rows, { seed }), ({ log }) => notesOf(log).map(({ occurredAt }) => occurredAt))
      const [one, other] = [yield* order("one"), yield* order("other")]
      expect(one).toHaveLength(40)
      expect(one).not.toEqual(other)
      expect(one.toSorted((a, b) => a - b)).toEqual(other.toSorted((a, b) => a - b))
      expect(one).not.toEqual(one.toSorted((a, b) => a - b))
    }),
  )

  it.live("is noted at the end of the file where the moment of the report lets its window close", () =>
    Effect.gen(function* () {
      const rows = back(hour).slice(0, 2)
      expect(notesOf((yield* importing(rows)).log)).toEqual([])
      const { log, report } = yield* importing(rows, { asOf: morning + 25 * hour })
      expect(notesOf(log)).toMatchObject([{ class: "within24Hours" }])
      expect(report.noRepeat.PT24H).toMatchObject({ k: 1, n: 2 })
    }),
  )

  it.live("makes the earlier interaction count as repeated", () =>
    Effect.gen(function* () {
      const { report } = yield* importing(back(hour))
      expect(report.noRepeat.PT24H).toMatchObject({ k: 1, n: 2 })
    }),
  )
})

describe("a row", () => {
  it.live("that comes again is a duplicate, however late within the memory of ids", () =>
    Effect.gen(function* () {
      const rows = visit("a", morning, ["home", "bill"]).map((row, place) => ({ ...row, id: `r${place}` }))
      const { input, log } = yield* importing(numbered([...rows, ...rows, later(morning + hour), ...rows]))
      expect(input).toMatchObject({ rows: 7, accepted: 3, duplicates: 4, rejected: 0 })
      expect(histories(log)[0]).toEqual(["InteractionStarted", "StepTaken", "StepTaken"])
    }),
  )

  it.live("with the id of another contradicts it, and may come again mended where that was rejected", () =>
    Effect.gen(function* () {
      const [row] = visit("a", morning, ["home"])
      if (row === undefined) return
      const { input, rejects } = yield* importing(
        numbered([
          { ...row, id: "1" },
          { ...row, id: "1", at: morning + 1 },
          { ...row, id: "2", facts: [step("mail a@b.example")] },
          { ...row, id: "2", facts: [step("bill")] },
        ]),
      )
      expect(rejects.map(({ line, rule }) => [line, rule])).toEqual([
        [3, "NO-IDENTIFY"],
        [2, "TACET-ONCE"],
      ])
      expect(input).toMatchObject({ rows: 4, accepted: 2, rejected: 2 })
    }),
  )

  it.live("is accepted whole or rejected whole", () =>
    Effect.gen(function* () {
      const { input, log } = yield* importing(
        numbered([
          { case: "a", at: morning, facts: [step("home"), step("https://a.example/?q=1")] },
          { case: "a", at: morning + 1, facts: [step("bill")] },
        ]),
      )
      expect(histories(log)).toEqual([["InteractionStarted", "StepTaken"]])
      expect(log.at(-1)?.data).toContain("bill")
      expect(input).toMatchObject({ accepted: 1, rejected: 1 })
    }),
  )

  it.live("of a scenario that binds names one of its screens", () =>
    Effect.gen(function* () {
      const { rejects } = yield* importing(numbered(visit("a", morning, ["home", "elsewhere"])), {
        mapping: { scenario: { id: "s" as never, binds: true, steps: [{ step: "home" as never }] } },
      })
      expect(rejects).toMatchObject([{ line: 2, rule: "RECORDED", field: "step" }])
    }),
  )

  it.live("of a moment that cannot be is rejected, and holds up no other", () =>
    Effect.gen(function* () {
      const { input, rejects } = yield* importing(
        numbered([
          { case: "a", at: Date.parse("9999-01-01"), facts: [step("home")] },
          { case: "b", at: Number.NaN, facts: [step("home")] },
          ...visit("c", morning, ["home"]),
        ]),
      )
      expect(rejects.map(({ line, rule }) => [line, rule])).toEqual([
        [1, "TACET-TIME"],
        [2, "TACET-TIME"],
      ])
      expect(input).toMatchObject({ accepted: 1, late: 0 })
    }),
  )

  it.live("after the end, or at the Customer's own, is refused by the domain's rule", () =>
    Effect.gen(function* () {
      const { rejects } = yield* importing(
        numbered([
          { case: "a", at: morning, facts: [step("home"), { _tag: "redirected" }] },
          { case: "a", at: morning + 1, facts: [step("bill")] },
          { case: "b", at: morning + 2, facts: [step("home"), { _tag: "ended" }] },
          { case: "b", at: morning + 3, facts: [step("bill")] },
        ]),
      )
      expect(rejects.map(({ line, rule }) => [line, rule])).toEqual([
        [2, "REDIRECT-END"],
        [4, "TACET-ENDED"],
      ])
    }),
  )

  it.live("that comes after its day was published restates the day", () =>
    Effect.gen(function* () {
      const { report } = yield* importing(
        numbered([
          ...visit("a", morning, ["home"]),
          later(morning + 10 * day),
          later(morning + 12 * day),
          later(morning + 14 * day),
          call("a", morning + hour),
        ]),
      )
      expect(report.restated.find(({ window }) => window === "PT24H")).toMatchObject({
        day: "2026-03-02",
        before: { k: 1, n: 1 },
        after: { k: 0, n: 1 },
      })
    }),
  )
})

describe("the memory of an import", () => {
  it.live("is bounded by the lateness, the open cases and seven days of persons, not by the file", () =>
    Effect.gen(function* () {
      const rows = (days: number) =>
        Array.from({ length: days * 24 }, (_, place) => place).flatMap((place) =>
          visit(`s${place}`, morning + place * hour, ["home", "bill"], `p${place % 500}`).map((row, number) => ({
            ...row,
            id: `${place} ${number}`,
          })),
        )
      const held = (days: number) => Effect.map(importing(numbered(rows(days))), ({ mostHeld }) => mostHeld)
      const [short, long] = [yield* held(12), yield* held(36)]
      expect(short).toBeLessThan(200)
      expect(long).toBeLessThanOrEqual(short)
    }),
  )

  it.live("of the log is read in chunks while rows come, in whichever order", () =>
    Effect.gen(function* () {
      const items = Array.from({ length: 200 }, (_, place) => place).flatMap((place): ReadonlyArray<SourceItem> => [
        ...numbered(visit(`s${place}`, morning + place * minute, ["home", "bill"])),
        { _tag: "caseComplete", case: `s${place}` },
      ])
      for (const order of ["time", "case"] as const) {
        const sizes: Array<number> = []
        yield* importing(items, { order, batchSize: 40, onChunk: ({ events }) => sizes.push(events.length) })
        expect(Math.max(...sizes)).toBeLessThan(200)
        expect(sizes.filter((size) => size > 0).length).toBeGreaterThan(4)
      }
    }),
  )

  it.live("of a failed attempt is its moment", () =>
    Effect.gen(function* () {
      const { report } = yield* importing(
        numbered([call("a", morning, undefined, { _tag: "call", ...abandonedCall(morning) })]),
        {
          asOf: morning + 30 * day,
        },
      )
      expect(report.failedByHour[0]?.[9]).toBe(1)
      expect(report.failedReasons).toEqual({ queueAbandoned: 1 })
    }),
  )
})
