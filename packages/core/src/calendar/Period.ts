/**
 * A length of calendar time, written as in ISO 8601: `P12M`, `P1M`, `P30D`, `P3Y`. It has no fixed length: its length
 * depends on where it begins, and a month is never a fixed number of days.
 */
import * as Schema from "effect/Schema"
import { calendarValue, daysInMonth } from "./PlainDate.ts"

/** Years, months, weeks and days of the calendar; no hours. */
export type Period =
  | `P${number}${"Y" | "M" | "W" | "D"}`
  | `P${number}Y${number}M`
  | `P${number}Y${number}D`
  | `P${number}M${number}D`
  | `P${number}Y${number}M${number}D`

/** The amount of a period: months (a year is twelve) and days (a week is seven). */
export interface Amount {
  readonly months: number
  readonly days: number
}

const form = /^P(?:(\d{1,4})W|(?=\d)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,5})D)?)$/

/**
 * Whether a text is a period of at least one day.
 *
 * @example
 * ```ts
 * import { Period } from "@tacet/core/calendar"
 *
 * const period: boolean = Period.isPeriod("P12M") // => true
 * ```
 */
export const isPeriod = (text: string): text is Period => {
  if (!form.test(text)) return false
  const { days, months } = amount(text as Period)
  return months + days > 0
}

/** The Schema of a period of at least one day. */
export const Period: Schema.Codec<Period> = Schema.String.check(
  Schema.makeFilter((text: string) =>
    isPeriod(text) ? undefined : "a period of ISO 8601 in years, months, weeks or days, such as P12M",
  ),
).annotate({ [calendarValue]: true }) as unknown as Schema.Codec<Period>

/**
 * The months and days of a period.
 *
 * @example
 * ```ts
 * import { Period } from "@tacet/core/calendar"
 *
 * const amount = Period.amount("P1Y6M") // => { months: 18, days: 0 }
 * ```
 */
export const amount = (period: Period): Amount => {
  const [, weeks, years, months, days] = form.exec(period) ?? []
  return {
    months: Number(years ?? 0) * 12 + Number(months ?? 0),
    days: Number(weeks ?? 0) * 7 + Number(days ?? 0),
  }
}

/**
 * Whether the first period never ends after the second, wherever both begin: `true` only where it holds for every date.
 * Of one month and thirty days neither is.
 *
 * @example
 * ```ts
 * import { Period } from "@tacet/core/calendar"
 *
 * const never: boolean = Period.neverLonger("P30D", "P1M") // => false
 * const always: boolean = Period.neverLonger("P28D", "P1M") // => true
 * ```
 */
export const neverLonger = (one: Period, other: Period): boolean => {
  const left = amount(one)
  const right = amount(other)
  const missing = right.months - left.months
  return missing >= 0
    ? left.days <= spanOf(missing).fewest + right.days
    : spanOf(-missing).most + left.days <= right.days
}

interface Span {
  readonly fewest: number
  readonly most: number
}

const spans = new Map<number, Span>([[0, { fewest: 0, most: 0 }]])

/** The fewest and the most days that so many months can have, over all months of the 400 years after which dates repeat. */
const spanOf = (months: number): Span => {
  const known = spans.get(months)
  if (known !== undefined) return known
  let fewest = Number.POSITIVE_INFINITY
  let most = 0
  for (let start = 0; start < monthsOfCycle; start++) {
    // Up to the 28th nothing is cut off; each later day is cut off in its own months.
    for (let day = 28; day <= 31; day++) {
      const days = dayOf(start + months, day) - dayOf(start, day)
      if (days < fewest) fewest = days
      if (days > most) most = days
    }
  }
  const span = { fewest, most }
  spans.set(months, span)
  return span
}

const monthsOfCycle = 4800
const daysOfCycle = 146_097

/** The length of each month of the cycle, and the day on which it begins. */
const cycle: { readonly begin: Array<number>; readonly length: Array<number> } = { begin: [], length: [] }

const dayOf = (monthIndex: number, day: number): number => {
  if (cycle.length.length === 0) {
    let begin = 0
    for (let month = 0; month < monthsOfCycle; month++) {
      const length = daysInMonth(2000 + Math.floor(month / 12), (month % 12) + 1)
      cycle.begin.push(begin)
      cycle.length.push(length)
      begin += length
    }
  }
  const month = monthIndex % monthsOfCycle
  const begin = Math.floor(monthIndex / monthsOfCycle) * daysOfCycle + (cycle.begin[month] ?? 0)
  return begin + Math.min(day, cycle.length[month] ?? 0)
}
