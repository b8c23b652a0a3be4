/**
 * Arithmetic of the calendar, pure and exact. One month is not thirty days: a month after 31 January 2021 is 28 February,
 * and a year after 29 February 2020 is 28 February 2021, for a date that does not exist gives way to the last of its
 * month. Periods are counted as Regulation (EEC, Euratom) 1182/71 Article 3 counts them: the day of the event is not
 * counted, and the period ends with the last hour of the day that bears the same date.
 *
 * A date has no instant without a time zone: the functions at the end take one.
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import { wallMillis } from "./LocalTime.ts"
import type { Period } from "./Period.ts"
import { amount } from "./Period.ts"
import type { PlainDate } from "./PlainDate.ts"
import { daysInMonth, fromEpochDay, of, parts, toEpochDay } from "./PlainDate.ts"
import { dayMillis, dayOf, startOfDay as startOfUtcDay } from "./UtcDay.ts"

/**
 * The date so long after another: months first, cut off at the last of the month, then days.
 *
 * @example
 * ```ts
 * import { Calendar } from "@tacet/core/calendar"
 *
 * const due = Calendar.add("2021-01-31", "P1M") // => "2021-02-28"
 * const notThirtyDays = Calendar.add("2021-01-31", "P30D") // => "2021-03-02"
 * ```
 */
export const add = (date: PlainDate, period: Period): PlainDate => {
  const { days, months } = amount(period)
  return addDays(addMonths(date, months), days)
}

/**
 * The date so many months after another, at the latest the last of its month.
 *
 * @example
 * ```ts
 * import { Calendar } from "@tacet/core/calendar"
 *
 * const later = Calendar.addMonths("2020-02-29", 12) // => "2021-02-28"
 * ```
 */
export const addMonths = (date: PlainDate, months: number): PlainDate => {
  const { day, month, year } = parts(date)
  const index = year * 12 + (month - 1) + months
  const target = { year: Math.floor(index / 12), month: (((index % 12) + 12) % 12) + 1 }
  return of({ ...target, day: Math.min(day, daysInMonth(target.year, target.month)) })
}

/**
 * The date so many days after another.
 *
 * @example
 * ```ts
 * import { Calendar } from "@tacet/core/calendar"
 *
 * const next = Calendar.addDays("2020-02-28", 1) // => "2020-02-29"
 * ```
 */
export const addDays = (date: PlainDate, days: number): PlainDate => fromEpochDay(toEpochDay(date) + days)

/**
 * How many days the second date lies after the first.
 *
 * @example
 * ```ts
 * import { Calendar } from "@tacet/core/calendar"
 *
 * const days: number = Calendar.daysBetween("2021-01-31", "2021-02-28") // => 28
 * ```
 */
export const daysBetween = (from: PlainDate, to: PlainDate): number => toEpochDay(to) - toEpochDay(from)

/**
 * The earlier of dates, or `undefined` of none.
 *
 * @example
 * ```ts
 * import { Calendar } from "@tacet/core/calendar"
 *
 * const first = Calendar.earliest(["2021-03-02", "2021-02-28"]) // => "2021-02-28"
 * ```
 */
export const earliest = (dates: ReadonlyArray<PlainDate>): PlainDate | undefined => {
  let first: PlainDate | undefined
  for (const date of dates) if (first === undefined || date < first) first = date
  return first
}

// Working days

/** Public holidays of a country for some years; replace the value with your own. */
export interface HolidayTable {
  readonly country: string
  /** The years that the table covers: for another it gives no answer. */
  readonly from: PlainDate
  readonly to: PlainDate
  readonly dates: ReadonlySet<PlainDate>
}

/**
 * The day of the week, Monday being 1 and Sunday 7.
 *
 * @example
 * ```ts
 * import { Calendar } from "@tacet/core/calendar"
 *
 * const sunday: number = Calendar.dayOfWeek("2021-02-28") // => 7
 * ```
 */
export const dayOfWeek = (date: PlainDate): number => ((((toEpochDay(date) + 3) % 7) + 7) % 7) + 1

/**
 * The date itself, or the next working day where it is a Saturday, a Sunday or a holiday (1182/71 Article 3(4)); without
 * a move where the table does not cover the date, which is the safe side for a deadline.
 *
 * @example
 * ```ts
 * import { Calendar } from "@tacet/core/calendar"
 *
 * const table: Calendar.HolidayTable = {
 *   country: "FR", from: "2021-01-01", to: "2021-12-31", dates: new Set(["2021-05-24"])
 * }
 * const due = Calendar.rollForward("2021-05-22", table) // => "2021-05-25"
 * ```
 */
export const rollForward = (date: PlainDate, holidays: HolidayTable): PlainDate => {
  let day = date
  while (dayOfWeek(day) > 5 || holidays.dates.has(day)) {
    day = addDays(day, 1)
    if (day > holidays.to) return date
  }
  return date < holidays.from ? date : day
}

// Instants

/** A name of the time-zone database, such as `Europe/Paris`. */
export type TimeZoneName = string

/**
 * Whether a time zone of that name is known.
 *
 * @example
 * ```ts
 * import { Calendar } from "@tacet/core/calendar"
 *
 * const known: boolean = Calendar.isTimeZone("Europe/Paris") // => true
 * ```
 */
export const isTimeZone = (name: TimeZoneName): boolean => Option.isSome(DateTime.zoneMakeNamed(name))

/**
 * The date that a clock on the wall shows at an instant.
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import { Calendar } from "@tacet/core/calendar"
 *
 * const date = Calendar.localDate(DateTime.makeUnsafe("2021-01-31T23:30:00Z"), "Europe/Paris") // => "2021-02-01"
 * ```
 */
export const localDate = (instant: DateTime.Utc, timeZone: TimeZoneName): PlainDate =>
  fromEpochDay(dayOf(wallMillis(timeZone, DateTime.toEpochMillis(instant))))

/**
 * The first instant of a day. If midnight occurs twice, it is the first one; if the clock jumps over midnight, the day
 * begins with the jump; a day that a zone leaves out begins with the next.
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import { Calendar } from "@tacet/core/calendar"
 *
 * DateTime.formatIso(Calendar.startOfDay("2021-03-01", "Europe/Paris")) // => "2021-02-28T23:00:00.000Z"
 * DateTime.formatIso(Calendar.startOfDay("2021-11-07", "America/Havana")) // => "2021-11-07T04:00:00.000Z"
 * ```
 */
export const startOfDay = (date: PlainDate, timeZone: TimeZoneName): DateTime.Utc => {
  const midnight = toEpochDay(date) * dayMillis
  const hasBegun = (at: number) => wallMillis(timeZone, at) >= midnight
  const earlier = onTheWall(date, 0, timeZone, "earlier")
  let before = DateTime.toEpochMillis(earlier)
  if (hasBegun(before)) return earlier
  // Midnight is skipped: the jump lies between the two readings of it.
  let begun = DateTime.toEpochMillis(onTheWall(date, 0, timeZone, "later"))
  while (begun - before > 1) {
    const middle = Math.floor((before + begun) / 2)
    if (hasBegun(middle)) begun = middle
    else before = middle
  }
  return DateTime.makeUnsafe(begun)
}

/**
 * The end of a day, which is the start of the next: something due on a date is in time before this instant.
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import { Calendar } from "@tacet/core/calendar"
 *
 * const end: DateTime.Utc = Calendar.endOfDay("2021-02-28", "Europe/Paris") // => "2021-02-28T23:00:00.000Z"
 * ```
 */
export const endOfDay = (date: PlainDate, timeZone: TimeZoneName): DateTime.Utc =>
  startOfDay(addDays(date, 1), timeZone)

/**
 * The instant one period after another by the wall clock: the same time of day on the date that the period leads to. It
 * serves for ends that must not be passed, so where clocks are turned back it is the first of the two instants.
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import { Calendar } from "@tacet/core/calendar"
 *
 * const end: DateTime.Utc = Calendar.addTo(DateTime.makeUnsafe("2020-02-29T10:00:00Z"), "P1Y", "Europe/Paris")
 * end // => "2021-02-28T10:00:00.000Z"
 * ```
 */
export const addTo = (instant: DateTime.Utc, period: Period, timeZone: TimeZoneName): DateTime.Utc => {
  const wall = wallMillis(timeZone, DateTime.toEpochMillis(instant))
  return onTheWall(add(fromEpochDay(dayOf(wall)), period), wall - startOfUtcDay(wall), timeZone, "earlier")
}

const onTheWall = (
  date: PlainDate,
  millisOfDay: number,
  timeZone: TimeZoneName,
  disambiguation: "earlier" | "later",
): DateTime.Utc =>
  DateTime.toUtc(
    DateTime.makeZonedUnsafe(toEpochDay(date) * dayMillis + millisOfDay, {
      timeZone: DateTime.zoneMakeNamedUnsafe(timeZone),
      adjustForTimeZone: true,
      disambiguation,
    }),
  )
