import * as DateTime from "effect/DateTime"
import * as fc from "fast-check"
import { describe, expect, it } from "@tacet/vitest"
import * as Calendar from "./Calendar.ts"
import type { Period as PeriodOf } from "./Period.ts"
import * as Period from "./Period.ts"
import type { PlainDate as DateOf } from "./PlainDate.ts"
import * as PlainDate from "./PlainDate.ts"

const utc = (text: string): DateTime.Utc => DateTime.makeUnsafe(text)

// The oracle counts days one by one: it knows the lengths of the months and nothing of the arithmetic under test.
const lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const lengthOf = (year: number, month: number): number =>
  month === 2 && (year % 400 === 0 || (year % 4 === 0 && year % 100 !== 0)) ? 29 : (lengths[month - 1] ?? 0)
const nextDay = (date: DateOf): DateOf => {
  const [year = 0, month = 0, day = 0] = date.split("-").map(Number)
  if (day < lengthOf(year, month)) return PlainDate.of({ year, month, day: day + 1 })
  return month < 12
    ? PlainDate.of({ year, month: month + 1, day: 1 })
    : PlainDate.of({ year: year + 1, month: 1, day: 1 })
}
/** A month later by walking: to the first of the next month, then on to the day or to the last of the month. */
const nextMonth = (date: DateOf, day: number): DateOf => {
  const month = date.slice(5, 7)
  let walked = nextDay(date)
  while (walked.slice(5, 7) === month) walked = nextDay(walked)
  while (Number(walked.slice(8)) < day && nextDay(walked).slice(5, 7) === walked.slice(5, 7)) walked = nextDay(walked)
  return walked
}

const aDate = fc
  .oneof(
    fc.integer({ min: -150_000, max: 150_000 }),
    // Around leap days and ends of months.
    fc
      .tuple(fc.integer({ min: 1890, max: 2110 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: -2, max: 2 }))
      .map(([year, month, off]) => PlainDate.epochDayOf({ year, month, day: lengthOf(year, month) }) + off),
  )
  .map(PlainDate.fromEpochDay)
const months = fc.integer({ min: 1, max: 130 })
const aPeriod: fc.Arbitrary<PeriodOf> = fc.oneof(
  fc.constantFrom<PeriodOf>("P12M", "P1M", "P30D", "P3Y", "P5Y", "P6M", "P1Y", "P2W", "P1Y6M", "P1M1D", "P365D"),
  months.map((n): PeriodOf => `P${n}M`),
  fc.integer({ min: 1, max: 800 }).map((n): PeriodOf => `P${n}D`),
)

describe("Dates (R-1M, RET-12M, V09)", () => {
  it("one month after 31 January 2021 is 28 February, thirty days later is 2 March", () => {
    expect(Calendar.add("2021-01-31", "P1M")).toBe("2021-02-28")
    expect(Calendar.add("2021-01-31", "P30D")).toBe("2021-03-02")
  })
  it.each<readonly [DateOf, PeriodOf, DateOf]>([
    ["2020-01-31", "P1M", "2020-02-29"],
    ["2020-02-29", "P12M", "2021-02-28"],
    ["2020-02-29", "P4Y", "2024-02-29"],
    ["2020-02-29", "P3Y", "2023-02-28"],
    ["2096-02-29", "P4Y", "2100-02-28"],
    ["2019-02-28", "P1Y", "2020-02-28"],
    ["2021-03-31", "P6M", "2021-09-30"],
    ["2021-12-31", "P2M", "2022-02-28"],
    ["2021-12-31", "P1M1D", "2022-02-01"],
    ["2021-11-30", "P3M", "2022-02-28"],
    ["2021-10-15", "P2W", "2021-10-29"],
    ["2019-03-05", "P12M", "2020-03-05"],
    ["2021-01-30", "P1Y1M1D", "2022-03-01"],
  ])("%s and %s", ([from, period, to]) => {
    expect(Calendar.add(from, period)).toBe(to)
  })
  // Planted and found: a day beyond the last of the month kept; 30 days for a month.
  it.prop(
    "a month is what walking through the calendar makes it",
    [aDate, fc.integer({ min: 1, max: 30 })],
    (date, n) => {
      let walked = date
      for (let index = 0; index < n; index++) walked = nextMonth(walked, Number(date.slice(8)))
      expect(Calendar.addMonths(date, n)).toBe(walked)
    },
  )
  // Planted and found: a day too many beyond a year.
  it.prop("a day is the next one", [aDate, fc.integer({ min: 0, max: 1000 })], (date, n) => {
    let walked = date
    for (let index = 0; index < n; index++) walked = nextDay(walked)
    expect(Calendar.addDays(date, n)).toBe(walked)
  })
  // Planted and found: months counted from two before January.
  it.prop(
    "a period leads forwards, and later starts never lead to earlier ends",
    [aDate, aDate, aPeriod],
    (one, other, period) => {
      const [first, second] = one <= other ? [one, other] : [other, one]
      expect(Calendar.add(first, period) > first).toBe(true)
      expect(Calendar.add(first, period) <= Calendar.add(second, period)).toBe(true)
    },
  )
  // Planted and found: `Math.max` for `Math.min` of the day and the length of the month.
  it.prop("the day of the month is kept, or is the last of its month", [aDate, months], (date, n) => {
    const end = PlainDate.parts(Calendar.addMonths(date, n))
    const { day } = PlainDate.parts(date)
    expect(end.day === day || (end.day < day && end.day === lengthOf(end.year, end.month))).toBe(true)
  })
  // Planted and found: days before 1970 counted one too far.
  it.prop("days and dates are one line", [fc.integer({ min: -700_000, max: 2_900_000 })], (day) => {
    const date = PlainDate.fromEpochDay(day)
    expect(PlainDate.isPlainDate(date)).toBe(true)
    expect(PlainDate.toEpochDay(date)).toBe(day)
  })
  it("knows which dates exist", () => {
    for (const text of [
      "2021-02-29",
      "1900-02-29",
      "2021-13-01",
      "2021-00-10",
      "2021-04-31",
      "21-04-30",
      "0000-01-01",
    ]) {
      expect(PlainDate.isPlainDate(text)).toBe(false)
    }
    for (const text of ["2020-02-29", "2000-02-29", "2021-12-31", "0001-01-01", "9999-12-31"]) {
      expect(PlainDate.isPlainDate(text)).toBe(true)
    }
  })
})

describe("Periods", () => {
  it.each<readonly [PeriodOf, PeriodOf, boolean]>([
    ["P12M", "P1Y", true],
    ["P1Y", "P12M", true],
    ["P365D", "P1Y", true],
    ["P366D", "P1Y", false],
    ["P1Y", "P365D", false],
    ["P1Y", "P366D", true],
    ["P30D", "P1M", false],
    ["P1M", "P30D", false],
    ["P28D", "P1M", true],
    ["P1M", "P31D", true],
    ["P2M", "P1M30D", false],
    ["P1M28D", "P2M", true],
    ["P12M1D", "P12M", false],
    ["P4Y", "P1461D", true],
    ["P4Y", "P1460D", false],
  ])("%s never ends after %s: %s", ([one, other, expected]) => {
    expect(Period.neverLonger(one, other)).toBe(expected)
  })
  // Planted and found: the most days of a span compared where the fewest count.
  it.prop(
    "never longer means never later, from every date",
    [aDate, aPeriod, aPeriod],
    (date, one, other) => {
      if (Period.neverLonger(one, other)) expect(Calendar.add(date, one) <= Calendar.add(date, other)).toBe(true)
    },
    { numRuns: 500 },
  )
  it("is exact: where it says no, a date shows it", () => {
    const some: ReadonlyArray<PeriodOf> = [
      "P1M",
      "P30D",
      "P31D",
      "P2M",
      "P59D",
      "P60D",
      "P1Y",
      "P365D",
      "P366D",
      "P1M1D",
      "P24M",
      "P730D",
      "P731D",
    ]
    // Years without a leap day between two leap years, and leap years four years apart.
    const dates = [
      ...Array.from({ length: 3700 }, (_, day) => PlainDate.fromEpochDay(PlainDate.toEpochDay("1895-01-01") + day)),
      ...Array.from({ length: 2200 }, (_, day) => PlainDate.fromEpochDay(PlainDate.toEpochDay("1999-01-01") + day)),
    ]
    const ends = new Map(some.map((period) => [period, dates.map((date) => Calendar.add(date, period))]))
    for (const one of some) {
      for (const other of some) {
        const others = ends.get(other) ?? []
        const never = (ends.get(one) ?? []).every((end, index) => end <= (others[index] ?? ""))
        expect([one, other, Period.neverLonger(one, other)]).toEqual([one, other, never])
      }
    }
  })
  it("reads ISO 8601 and nothing else", () => {
    const decode = (text: string) => Period.isPeriod(text)
    for (const text of ["P12M", "P1M", "P30D", "P3Y", "P5Y", "P6M", "P2W", "P1Y6M", "P1Y2M3D", "P1Y3D", "P2M3D"]) {
      expect([text, decode(text)]).toEqual([text, true])
    }
    for (const text of ["P", "P0M", "P0D", "PT5M", "P1H", "12M", "P-1M", "P1.5Y", "P1W2D", "P1D1M", "p1m", ""]) {
      expect([text, decode(text)]).toEqual([text, false])
    }
  })
})

describe("Working days (Regulation 1182/71)", () => {
  const table: Calendar.HolidayTable = {
    country: "FR",
    from: "2021-01-01",
    to: "2021-12-31",
    dates: new Set<DateOf>(["2021-01-01", "2021-04-05", "2021-05-13", "2021-05-24", "2021-11-01", "2021-12-25"]),
  }
  it("moves from a Saturday, a Sunday and a holiday to the next working day", () => {
    expect(Calendar.rollForward("2021-02-28", table)).toBe("2021-03-01")
    expect(Calendar.rollForward("2021-04-03", table)).toBe("2021-04-06")
    expect(Calendar.rollForward("2021-05-13", table)).toBe("2021-05-14")
    expect(Calendar.rollForward("2021-03-01", table)).toBe("2021-03-01")
  })
  it("does not move beyond what the table knows: an earlier date is the safe one", () => {
    expect(Calendar.rollForward("2022-01-01", table)).toBe("2022-01-01")
    expect(Calendar.rollForward("2020-12-27", table)).toBe("2020-12-27")
    expect(Calendar.rollForward("2021-12-25", { ...table, to: "2021-12-26" })).toBe("2021-12-25")
  })
  it("knows the days of the week", () => {
    expect(
      ["2021-02-22", "2021-02-28", "1969-12-31", "2000-01-01"].map((date) => Calendar.dayOfWeek(date as DateOf)),
    ).toEqual([1, 7, 3, 6])
  })
})

describe("Instants", () => {
  it("a day ends when the next begins on the wall", () => {
    expect(DateTime.formatIso(Calendar.endOfDay("2021-02-28", "Europe/Paris"))).toBe("2021-02-28T23:00:00.000Z")
    expect(DateTime.formatIso(Calendar.endOfDay("2021-07-31", "Europe/Paris"))).toBe("2021-07-31T22:00:00.000Z")
    expect(DateTime.formatIso(Calendar.startOfDay("2021-03-28", "Europe/Paris"))).toBe("2021-03-27T23:00:00.000Z")
  })
  it("a day that begins with a jump of the clock begins after it", () => {
    // In Cairo the clock jumped from midnight to one o'clock on 28 April 2023.
    expect(DateTime.formatIso(Calendar.startOfDay("2023-04-28", "Africa/Cairo"))).toBe("2023-04-27T22:00:00.000Z")
  })
  it("a day that a place left out has no length", () => {
    const start = Calendar.startOfDay("2011-12-30", "Pacific/Apia")
    expect(DateTime.formatIso(start)).toBe(DateTime.formatIso(Calendar.endOfDay("2011-12-30", "Pacific/Apia")))
  })
  it("keeps the time of day on the wall over a change of the clock", () => {
    const end = Calendar.addTo(utc("2021-01-31T10:00:00Z"), "P6M", "Europe/Paris")
    expect(DateTime.formatIso(end)).toBe("2021-07-31T09:00:00.000Z")
  })
  it("never passes twelve months: 29 February 2020 at ten ends on 28 February 2021 at ten (RET-12M)", () => {
    const end = Calendar.addTo(utc("2020-02-29T09:00:00Z"), "P12M", "Europe/Paris")
    expect(DateTime.formatIso(end)).toBe("2021-02-28T09:00:00.000Z")
  })
  const zones = [
    "Europe/Paris",
    "UTC",
    "Europe/London",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "America/St_Johns",
  ]
  const anInstant = fc.integer({ min: 0, max: 4_102_444_800_000 }).map((millis) => DateTime.makeUnsafe(millis))
  // Planted and found: a day that ends where it begins.
  it.prop("an instant lies in its own day", [anInstant, fc.constantFrom(...zones)], (instant, zone) => {
    const date = Calendar.localDate(instant, zone)
    expect(DateTime.isLessThanOrEqualTo(Calendar.startOfDay(date, zone), instant)).toBe(true)
    expect(DateTime.isLessThan(instant, Calendar.endOfDay(date, zone))).toBe(true)
  })
  // Planted and found: a day more for what happens in the afternoon.
  it.prop(
    "a period of an instant leads to the date to which it leads that of its day",
    [anInstant, aPeriod, fc.constantFrom("Europe/Paris", "UTC")],
    (instant, period, zone) => {
      const date = Calendar.add(Calendar.localDate(instant, zone), period)
      expect(Calendar.localDate(Calendar.addTo(instant, period, zone), zone)).toBe(date)
    },
  )
  it("agrees with a clock that knows no months, in a zone without offset", () => {
    expect(DateTime.formatIso(Calendar.addTo(utc("2021-01-01T00:00:00Z"), "P30D", "UTC"))).toBe(
      "2021-01-31T00:00:00.000Z",
    )
  })
})
