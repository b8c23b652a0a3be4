/**
 * Calendar time: plain dates, periods in months and days, and the local days of a time zone.
 */
export * as Calendar from "./Calendar.ts"
export * as LocalTime from "./LocalTime.ts"
export * as Period from "./Period.ts"
export * as PlainDate from "./PlainDate.ts"
export * as UtcDay from "./UtcDay.ts"
