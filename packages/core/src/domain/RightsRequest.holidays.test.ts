import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import fc from "fast-check"
import * as Decider from "../eventsourcing/Decider.ts"
import type { Uuid } from "../eventsourcing/Uuid.ts"
import * as Calendar from "../calendar/Calendar.ts"
import * as History from "../policy/binding/History.ts"
import { amount, type Period } from "../calendar/Period.ts"
import type { PlainDate } from "../calendar/PlainDate.ts"
import { resolve } from "../policy/binding/Resolve.ts"
import { published } from "../policy/versions/index.ts"
import * as RightsRequest from "./RightsRequest.ts"

const zone = "Europe/Paris"
const day = 86_400_000
const { decider } = RightsRequest

/** The holidays of France in 2022 and 2023, as far as they fall on working days, and two in a row for bridges. */
const holidays: Calendar.HolidayTable = {
  country: "FR",
  from: "2022-01-01",
  to: "2023-12-31",
  dates: new Set<PlainDate>([
    "2022-04-18",
    "2022-05-26",
    "2022-06-06",
    "2022-07-14",
    "2022-08-15",
    "2022-11-01",
    "2022-11-11",
    "2023-04-10",
    "2023-05-01",
    "2023-05-08",
    "2023-05-18",
    "2023-05-29",
    "2023-07-14",
    "2023-08-15",
    "2023-11-01",
    "2023-12-25",
    "2023-12-26",
  ]),
}

/** Counted on the days of the week as JavaScript knows them, not by the library's calendar. */
const workingDayFrom = (date: PlainDate): PlainDate => {
  for (let time = Date.parse(`${date}T00:00:00Z`); ; time += day) {
    const one = new Date(time).toISOString().slice(0, 10) as PlainDate
    const weekday = new Date(time).getUTCDay()
    if (weekday !== 0 && weekday !== 6 && !holidays.dates.has(one)) return one
  }
}

const aReceipt = fc.oneof(
  fc.constantFrom("2022-03-18", "2022-10-11", "2022-12-31", "2023-03-31", "2023-11-25", "2023-01-31"),
  fc
    .integer({ min: 0, max: 600 })
    .map((days) => new Date(Date.UTC(2022, 0, 1) + days * day).toISOString().slice(0, 10)),
)

const noon = (date: PlainDate) => DateTime.makeUnsafe(`${date}T11:00:00Z`)

/** Months with months and days with days. */
const together = (one: Period, other: Period): Period => {
  const [left, right] = [amount(one), amount(other)]
  return `P${left.months + right.months}M${left.days + right.days}D`
}

describe("a request that is due on a non-working day", () => {
  for (const policy of published) {
    const at = DateTime.makeUnsafe("2022-01-01T12:00:00Z")
    const effective = Result.getOrThrow(resolve(History.of(policy), { at }))

    // Planted and found: an overdue that does not move with the due date; a move of the date of receipt; a Saturday that counts.
    it.prop(
      `R-1M R-30D R-DELAY under ${policy.id}: is due on the next working day where a table of holidays says which those are`,
      [aReceipt, fc.option(fc.tuple(fc.nat(20), fc.nat(20)), { nil: undefined }), fc.boolean()],
      (date, suspension, isDelayed) => {
        const receipt = DateTime.makeUnsafe(`${date}T10:00:00Z`)
        const moment = (days: number) => DateTime.makeUnsafe(DateTime.toEpochMillis(receipt) + days * day)
        const commands: ReadonlyArray<RightsRequest.Command> = [
          {
            _tag: "ReceiveRequest",
            at: receipt,
            kind: "access",
            channel: "email",
            requester: "4f0c8a51-6a0e-4c39-8d0f-5d1d3a2b7c09" as Uuid,
            registered: true,
            purposes: [],
          },
          { _tag: "TakeRequest", at: receipt },
          ...(suspension === undefined
            ? []
            : ([
                { _tag: "DoubtIdentity", at: moment(Math.min(...suspension)), doubt: "signInMissing" },
                { _tag: "VerifyIdentity", at: moment(Math.max(...suspension)), by: "operator", method: "document" },
              ] as const)),
          ...(isDelayed
            ? [
                {
                  _tag: "NotifyDelay",
                  at: moment(21),
                  reasons: ["complexity"],
                  expected: Calendar.localDate(moment(22), zone),
                } as const,
              ]
            : []),
        ]
        const state = commands.reduce(
          (before, command) =>
            Decider.replay(
              decider,
              Result.getOrElse(decider.decide(before, command, { policy: effective, holdings: [] }), () => []),
              before,
            ),
          decider.initial,
        )
        const due = RightsRequest.dueDate(state)
        const moved = RightsRequest.dueDate(state, holidays)
        if (due === undefined) return expect(moved).toBeUndefined()
        const next = workingDayFrom(due)
        expect(moved).toBe(due < holidays.from || next > holidays.to ? due : next)
        const end = DateTime.toEpochMillis(Calendar.endOfDay(moved!, zone))
        for (const [millis, late] of [
          [-1, false],
          [0, true],
        ] as const) {
          expect(RightsRequest.overdue(state, DateTime.makeUnsafe(end + millis), holidays)).toBe(late)
        }
        expect(RightsRequest.overdue(state, Calendar.endOfDay(due, zone))).toBe(true)
      },
      { numRuns: 1000 },
    )
  }

  for (const policy of published) {
    const at = DateTime.makeUnsafe("2022-01-01T12:00:00Z")
    const effective = Result.getOrThrow(resolve(History.of(policy), { at }))
    const { answerExtension } = effective.parameters
    const answerWithin: ReadonlyArray<Period> = ["dialonce/2019-03-05", "dialonce/2021-02-17"].includes(policy.id)
      ? ["P1M"]
      : ["P1M", "P30D"]

    // Planted and found: an extension that is decided by the date that has not moved.
    it.prop(
      `R-1M R-30D R-DELAY under ${policy.id}: a delay is announced by the end of the same working day, and to an end that moves alike`,
      [aReceipt, fc.integer({ min: -1, max: 5 }), fc.integer({ min: -1, max: 4 }), fc.boolean()],
      (date, announcedAfter, expectedAfter, hasTable) => {
        const received = date as PlainDate
        const shown = (one: PlainDate): PlainDate =>
          hasTable && one >= holidays.from && workingDayFrom(one) <= holidays.to ? workingDayFrom(one) : one
        const soonest = (more: Period | undefined): PlainDate =>
          answerWithin
            .map((period) => Calendar.add(received, more === undefined ? period : together(period, more)))
            .toSorted()[0]!
        const first = soonest(undefined)
        const announced = Calendar.addDays(first, announcedAfter)
        const last = answerExtension === "twoMonthsWithReasons" ? shown(soonest("P2M")) : undefined
        const expected = Calendar.addDays(last ?? announced, expectedAfter)
        const command: RightsRequest.Command = {
          _tag: "NotifyDelay",
          at: noon(announced),
          reasons: ["complexity"],
          expected,
        }
        const state = Decider.replay(decider, [
          {
            _tag: "RequestReceived",
            occurredAt: noon(received),
            kind: "access",
            channel: "email",
            requester: "4f0c8a51-6a0e-4c39-8d0f-5d1d3a2b7c09" as Uuid,
            registered: true,
            purposes: [],
            policyVersion: policy.id as never,
            received,
            within: answerWithin,
            timeZone: zone,
          },
          { _tag: "RequestTaken", occurredAt: noon(received) },
        ])
        const table = hasTable ? { holidays } : {}
        const decision = decider.decide(state, command, { policy: effective, ...table })
        const refusal =
          answerExtension === "none" || expected < announced
            ? "R-DELAY"
            : announced > shown(first)
              ? first < Calendar.add(received, "P1M")
                ? "R-30D"
                : "R-1M"
              : last !== undefined && expected > last
                ? "R-1M"
                : undefined
        expect(Result.isFailure(decision) ? decision.failure.rule : undefined).toBe(refusal)
        if (Result.isFailure(decision)) return
        const extended = Decider.replay(decider, decision.success, state)
        const due = RightsRequest.dueDate(extended, hasTable ? holidays : undefined)!
        expect(due >= expected).toBe(true)
        expect(due).toBe(last ?? shown(expected > first ? expected : Calendar.addDays(first, 1)))
      },
      { numRuns: 1000 },
    )
  }

  it("R-1M: a year that the table does not cover stays as it is", () => {
    const state = Decider.replay(decider, [
      {
        _tag: "RequestReceived",
        occurredAt: DateTime.makeUnsafe("2024-05-15T10:00:00Z"),
        kind: "access",
        channel: "email",
        requester: "4f0c8a51-6a0e-4c39-8d0f-5d1d3a2b7c09" as Uuid,
        registered: true,
        purposes: [],
        policyVersion: "any/1" as never,
        received: "2024-05-15",
        within: ["P1M"],
        timeZone: zone,
      },
    ])
    expect([RightsRequest.dueDate(state), RightsRequest.dueDate(state, holidays)]).toEqual(["2024-06-15", "2024-06-15"])
  })
})
