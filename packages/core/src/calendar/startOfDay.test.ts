import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import fc from "fast-check"
import * as Calendar from "./Calendar.ts"
import { fromEpochDay, type PlainDate, toEpochDay } from "./PlainDate.ts"

interface Temporal {
  readonly PlainDate: {
    readonly from: (date: string) => {
      readonly toZonedDateTime: (zone: string) => { readonly epochMilliseconds: number }
    }
  }
}
const temporal = (globalThis as { readonly Temporal?: Temporal }).Temporal

/** The first minute at which the platform's formatter shows the date or a later one. */
const byMinutes = (date: PlainDate, timeZone: string): number => {
  const shown = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" })
  for (let at = toEpochDay(date) * 86_400_000 - 15 * 3_600_000; ; at += 60_000) if (shown.format(at) >= date) return at
}

const byPlatform = (date: PlainDate, timeZone: string): number =>
  temporal === undefined
    ? byMinutes(date, timeZone)
    : temporal.PlainDate.from(date).toZonedDateTime(timeZone).epochMilliseconds

const startOf = (date: PlainDate, timeZone: string): number =>
  DateTime.toEpochMillis(Calendar.startOfDay(date, timeZone))

describe("the start of a day", () => {
  // Planted and found: the later of two midnights; an hour after a jump that straddles midnight.
  it("is an instant that Temporal gives as well", () => {
    const days: ReadonlyArray<readonly [PlainDate, string, string]> = [
      ["2021-10-31", "Atlantic/Azores", "2021-10-31T00:00:00.000Z"],
      ["2021-11-07", "America/Havana", "2021-11-07T04:00:00.000Z"],
      ["2010-11-07", "America/St_Johns", "2010-11-07T02:30:00.000Z"],
      ["2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00.000Z"],
      ["1919-03-31", "America/Toronto", "1919-03-31T04:30:00.000Z"],
      ["2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00.000Z"],
    ]
    for (const [date, zone, start] of days)
      expect([zone, new Date(startOf(date, zone)).toISOString()]).toEqual([zone, start])
  })

  // Planted and found: the later of two midnights.
  it.prop(
    "is the platform's on the Sundays on which clocks change",
    [
      fc.integer({ min: 1990, max: 2026 }),
      fc.constantFrom("Atlantic/Azores", "America/Havana", "America/St_Johns", "America/Sao_Paulo", "Asia/Beirut"),
    ],
    (year, zone) => {
      const sundays = ["03", "10", "11"].flatMap((month) => {
        const first = toEpochDay(`${year}-${month}-01` as PlainDate)
        const sunday = first + 7 - Calendar.dayOfWeek(fromEpochDay(first))
        return [0, 1, 2, 3, 4].map((week) => fromEpochDay(sunday + week * 7))
      })
      expect(sundays.map((date) => [zone, date, startOf(date, zone)])).toEqual(
        sundays.map((date) => [zone, date, byPlatform(date, zone)]),
      )
    },
    { numRuns: 15 },
  )
})
