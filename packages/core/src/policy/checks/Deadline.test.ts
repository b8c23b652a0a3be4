import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { describe, expect, it } from "@tacet/vitest"
import * as Calendar from "../../calendar/Calendar.ts"
import * as Deadline from "./Deadline.ts"
import * as PlainDate from "../../calendar/PlainDate.ts"

const aDate = fc.integer({ min: 17_000, max: 22_000 }).map(PlainDate.fromEpochDay)
const month = (received: PlainDate.PlainDate) => Deadline.make(received, ["P1M"])

describe("R-1M: one calendar month after receipt (V09)", () => {
  it("2021-01-31 is due on 2021-02-28, and late from the midnight that ends it in Paris", () => {
    const deadline = month("2021-01-31")
    expect(Deadline.dueDate(deadline)).toBe("2021-02-28")
    expect(Deadline.lateFrom(deadline, "Europe/Paris")).toEqual(DateTime.makeUnsafe("2021-02-28T23:00:00Z"))
  })
  it("R-30D: thirty days are another time, and of both the sooner counts", () => {
    expect(Deadline.dueDate(Deadline.make("2021-01-31", ["P30D"]))).toBe("2021-03-02")
    expect(Deadline.dueDate(Deadline.make("2021-01-31", ["P30D", "P1M"]))).toBe("2021-02-28")
    expect(Deadline.dueDate(Deadline.make("2021-03-01", ["P30D", "P1M"]))).toBe("2021-03-31")
  })
  it("moves over a weekend only where a table of holidays is given", () => {
    const table: Calendar.HolidayTable = { country: "FR", from: "2021-01-01", to: "2021-12-31", dates: new Set() }
    expect(Deadline.dueDate(Deadline.make("2021-01-31", ["P1M"], { rollForward: table }))).toBe("2021-03-01")
  })
})

describe("Days that do not count", () => {
  it("add themselves to the end", () => {
    const deadline = Deadline.suspend(month("2021-03-01"), { from: "2021-03-10", to: "2021-03-15" })
    expect(Deadline.dueDate(deadline)).toBe("2021-04-06")
  })
  it("leave no due date while they last", () => {
    expect(Deadline.dueDate(Deadline.suspend(month("2021-03-01"), { from: "2021-03-10" }))).toBeUndefined()
    expect(Deadline.lateFrom(Deadline.suspend(month("2021-03-01"), { from: "2021-03-10" }), "UTC")).toBeUndefined()
  })
  it("count once where they overlap, and not at all before the receipt or after the end", () => {
    const deadline = [
      { from: "2021-03-10", to: "2021-03-15" },
      { from: "2021-03-12", to: "2021-03-17" },
      { from: "2021-02-01", to: "2021-03-02" },
      { from: "2021-06-01", to: "2021-06-10" },
    ] as const
    expect(Deadline.dueDate(deadline.reduce<Deadline.Deadline>(Deadline.suspend, month("2021-03-01")))).toBe(
      "2021-04-08",
    )
  })
  it("reach an end that they put off", () => {
    const first = Deadline.suspend(month("2021-03-01"), { from: "2021-03-31", to: "2021-04-05" })
    expect(Deadline.dueDate(first)).toBe("2021-04-06")
    expect(Deadline.dueDate(Deadline.suspend(first, { from: "2021-04-06", to: "2021-04-08" }))).toBe("2021-04-08")
  })

  const suspensions = fc
    .array(fc.tuple(fc.integer({ min: -10, max: 90 }), fc.integer({ min: 1, max: 20 })), { maxLength: 6 })
    .map(
      (list) => (received: PlainDate.PlainDate) =>
        list.map(([start, length]) => ({
          from: Calendar.addDays(received, start),
          to: Calendar.addDays(received, start + length),
        })),
    )
  // Planted and found: overlapping days counted twice; a suspension on the due date itself left out.
  it.prop(
    "equal those of a calendar with these days struck out, in any order",
    [aDate, suspensions],
    (received, make) => {
      const list = make(received)
      // The oracle walks from day to day and counts those that are not struck out.
      const owed = Calendar.daysBetween(received, Calendar.add(received, "P1M"))
      let counted = 0
      let day = received
      while (counted < owed) {
        day = Calendar.addDays(day, 1)
        if (!list.some(({ from, to }) => from <= day && day < to)) counted++
      }
      expect(Deadline.dueDate(list.reduce(Deadline.suspend, month(received)))).toBe(day)
      expect(Deadline.dueDate(list.toReversed().reduce(Deadline.suspend, month(received)))).toBe(day)
    },
  )
})

describe("R-DELAY: an extension", () => {
  const extension = { by: "P2M", announced: "2021-02-28", reasons: ["JustificationA12Complexity"] } as const
  it("is accepted on the first due date, and counts three months from the receipt", () => {
    const extended = Deadline.extend(month("2021-01-31"), extension)
    expect(Result.map(extended, Deadline.dueDate)).toEqual(Result.succeed("2021-04-30"))
    expect(Result.map(extended, Deadline.firstDueDate)).toEqual(Result.succeed("2021-02-28"))
  })
  const refused = (deadline: Deadline.Deadline, change: Partial<Deadline.Extension>) =>
    Result.isFailure(Deadline.extend(deadline, { ...extension, ...change }))
  it("is refused a day later, without a reason, before the receipt, and a second time", () => {
    expect(refused(month("2021-01-31"), { announced: "2021-03-01" })).toBe(true)
    expect(refused(month("2021-01-31"), { reasons: [] })).toBe(true)
    expect(refused(month("2021-01-31"), { reasons: [" "] })).toBe(true)
    expect(refused(month("2021-01-31"), { announced: "2021-01-30" })).toBe(true)
    const extended = Result.getOrThrow(Deadline.extend(month("2021-01-31"), extension))
    expect(refused(extended, {})).toBe(true)
  })
  it("is accepted while the time is suspended", () => {
    const waiting = Deadline.suspend(month("2021-01-31"), { from: "2021-02-10" })
    expect(refused(waiting, { announced: "2021-05-01" })).toBe(false)
  })
  it("says what would be accepted", () => {
    const answer = Deadline.extend(month("2021-01-31"), { ...extension, announced: "2021-03-01" })
    expect(Result.isFailure(answer) && answer.failure.message).toBe(
      "The extension was refused by rule R-1M. Accepted: an extension announced at the latest on the first due date.",
    )
  })
  // Planted and found: months cut off after each step, so that 31 January ends on 28 April.
  it.prop(
    "never moves an end to an earlier day, nor past three months where nothing is suspended",
    [aDate],
    (received) => {
      const deadline = month(received)
      const announced = Deadline.dueDate(deadline) ?? received
      const extended = Result.getOrThrow(Deadline.extend(deadline, { ...extension, announced }))
      const due = Deadline.dueDate(extended) ?? received
      expect(due > announced).toBe(true)
      expect(due).toBe(Calendar.addMonths(received, 3))
    },
  )
})
