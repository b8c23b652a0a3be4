/**
 * A date of the calendar without a time: what laws, contracts and published documents are dated with. It is a text, so
 * that comparing two of them with `<` compares their dates.
 */
import * as Schema from "effect/Schema"

/** A date of the Gregorian calendar as `yyyy-mm-dd`, from 0001-01-01 to 9999-12-31. */
export type PlainDate = `${number}-${number}-${number}`

/** The parts of a date. Months count from 1. */
export interface Parts {
  readonly year: number
  readonly month: number
  readonly day: number
}

/**
 * Whether a text is a date that exists.
 *
 * @example
 * ```ts
 * import { PlainDate } from "@tacet/core/calendar"
 *
 * const exists: boolean = PlainDate.isPlainDate("2021-02-29") // => false
 * ```
 */
export const isPlainDate = (text: string): text is PlainDate => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const { day, month, year } = parts(text as PlainDate)
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
}

/** The annotation of the schemas of this folder: a date or a period is the same for everybody. */
export const calendarValue = "@tacet/core/calendar/value"

/** The Schema of a date that exists. */
export const PlainDate: Schema.Codec<PlainDate> = Schema.String.check(
  Schema.makeFilter((text: string) => (isPlainDate(text) ? undefined : "a date that exists, as yyyy-mm-dd")),
).annotate({ [calendarValue]: true }) as unknown as Schema.Codec<PlainDate>

/**
 * The year, month and day of a date.
 *
 * @example
 * ```ts
 * import { PlainDate } from "@tacet/core/calendar"
 *
 * const parts = PlainDate.parts("2021-01-31") // => { year: 2021, month: 1, day: 31 }
 * ```
 */
export const parts = (date: PlainDate): Parts => ({
  year: Number(date.slice(0, 4)),
  month: Number(date.slice(5, 7)),
  day: Number(date.slice(8, 10)),
})

/**
 * The date of a year, a month and a day. The caller answers for its existence: a day beyond the month is not moved.
 *
 * @example
 * ```ts
 * import { PlainDate } from "@tacet/core/calendar"
 *
 * const date: PlainDate.PlainDate = PlainDate.of({ year: 2021, month: 2, day: 28 }) // => "2021-02-28"
 * ```
 */
export const of = ({ day, month, year }: Parts): PlainDate =>
  `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}` as PlainDate

/**
 * Whether a year has a 29 February.
 *
 * @example
 * ```ts
 * import { PlainDate } from "@tacet/core/calendar"
 *
 * const leap: boolean = PlainDate.isLeapYear(1900) // => false
 * ```
 */
export const isLeapYear = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0

/**
 * The number of days of a month.
 *
 * @example
 * ```ts
 * import { PlainDate } from "@tacet/core/calendar"
 *
 * const days: number = PlainDate.daysInMonth(2020, 2) // => 29
 * ```
 */
export const daysInMonth = (year: number, month: number): number => {
  if (month === 2) return isLeapYear(year) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/**
 * The number of days from 1970-01-01: the line on which differences of dates are counted.
 *
 * @example
 * ```ts
 * import { PlainDate } from "@tacet/core/calendar"
 *
 * const days: number = PlainDate.toEpochDay("1970-01-02") // => 1
 * ```
 */
export const toEpochDay = (date: PlainDate): number => epochDayOf(parts(date))

/**
 * The same for a date by its parts.
 *
 * @example
 * ```ts
 * import { PlainDate } from "@tacet/core/calendar"
 *
 * const days: number = PlainDate.epochDayOf({ year: 1970, month: 2, day: 1 }) // => 31
 * ```
 */
export const epochDayOf = ({ day, month, year }: Parts): number => {
  // Years that begin in March put the leap day at their end; 400 of them are 146,097 days.
  const shifted = month > 2 ? year : year - 1
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/**
 * The date that lies so many days after 1970-01-01.
 *
 * @example
 * ```ts
 * import { PlainDate } from "@tacet/core/calendar"
 *
 * const date: PlainDate.PlainDate = PlainDate.fromEpochDay(-1) // => "1969-12-31"
 * ```
 */
export const fromEpochDay = (epochDay: number): PlainDate => {
  const shifted = epochDay + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  return of({ year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day })
}
