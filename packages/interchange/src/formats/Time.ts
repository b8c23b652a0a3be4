/**
 * Reads moments in the form that a mapping declares. A text that is no date of the calendar, or a local time that does
 * not exist on the day clocks go forward, is rejected; one that occurs twice is taken as the earlier.
 */
import { DateTime } from "luxon"
import type { TimeField } from "../mapping/Field.ts"
import { InputError } from "../SourceRow.ts"
import { timeViolation } from "./Violation.ts"
import { type LocalClock, localClock } from "./LocalTime.ts"
import type { Get } from "./Record.ts"

/** Reads a moment, in epoch milliseconds; `undefined` where its fields say none; throws a `Violation`. */
export type TimeReader = (get: Get) => number | undefined

/** Compiles a reader; calls `use` with each field that it reads. `where` names the key of the mapping. */
export const timeReader = (
  declared: TimeField,
  zone: string,
  where: string,
  use: (field: string) => void,
): TimeReader => {
  const time = typeof declared === "string" ? { field: declared } : declared
  const fields = typeof time.field === "string" ? [time.field] : time.field
  const first = fields[0]
  for (const field of fields) use(field)
  const read = textReader(time.format ?? "ISO", localClock(time.zone ?? zone, `mapping, ${where}`), where)
  return (get) => {
    const text = fields
      .map((field) => get(field)?.trim() ?? "")
      .join(" ")
      .trim()
    if (text === "" || never.test(text)) return undefined
    const instant = read(text)
    // The moment that a column of seconds shows where nothing was written into it.
    if (instant === 0) return undefined
    if (typeof instant === "string") throw timeViolation(first, instant)
    return instant
  }
}

/** How systems write that something never happened, whatever the form of their times. */
const never =
  /^(0+|0000-00-00([T ]00:00(:00)?([.,]0+)?)?Z?|(1970-01-01|1900-01-01|1899-12-30|0001-01-01)([T ]00:00(:00)?([.,]0+)?)?(Z|[+-]\d\d:?\d\d)?|null|nan|nil|none|never|\\n|\(null\)|#?n\/a|-+)$/i

/** Reads a text: the instant, or what would be accepted. */
type TextReader = (text: string) => number | string

const textReader = (format: string, clock: LocalClock, where: string): TextReader => {
  switch (format) {
    case "ISO":
    case "SQL":
      return (text) => readIso(text, clock)
    case "epochSeconds":
      return (text) => readEpoch(text, 1000)
    case "epochMillis":
      return (text) => readEpoch(text, 1)
    case "epochMicros":
      return (text) => readEpoch(text, 0.001)
    default:
      return readTokens(format, clock, where)
  }
}

const day = 86_400_000

/** From 1900 to 9999: what lies outside is not a moment of a call. */
const inRange = (instant: number): boolean => instant >= -2_208_988_800_000 && instant < 253_402_300_800_000

const gap = "a local time that exists: on that day clocks went forward over this one"
const unreadable = "a date and time of the calendar in the declared format"

const readEpoch = (text: string, factor: number): number | string => {
  const instant = Math.round(Number(text) * factor)
  return /^-?\d+(\.\d+)?$/.test(text) && inRange(instant) ? instant : unreadable
}

const iso = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,30}))?)?)? ?(Z|z|[+-]\d\d(?::?\d\d)?)?$/

const readIso = (text: string, clock: LocalClock): number | string => {
  const [, year, month, date, hour = "0", minute = "0", second = "0", fraction = "", offset] = iso.exec(text) ?? []
  const [y, m, d] = [Number(year), Number(month) - 1, Number(date)]
  const monthStart = Date.UTC(y, m, 1)
  const daysInMonth = (Date.UTC(y, m + 1, 1) - monthStart) / day
  const ofCalendar = y >= 1900 && m >= 0 && m < 12 && d >= 1 && d <= daysInMonth
  if (!ofCalendar || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return unreadable
  const seconds = (Number(hour) * 60 + Number(minute)) * 60 + Number(second)
  const local = monthStart + (d - 1) * day + seconds * 1000 + Math.floor(Number(`0.${fraction}0`) * 1000)
  if (!inRange(local)) return unreadable
  if (offset === undefined) return clock(local) ?? gap
  if (offset === "Z" || offset === "z") return local
  const hours = Number(offset.slice(0, 3))
  const minutes = Number(offset.slice(3).replace(":", "")) * (offset.startsWith("-") ? -1 : 1)
  return Math.abs(hours) > 18 || Math.abs(minutes) > 59 ? unreadable : local - (hours * 60 + minutes) * 60_000
}

const readTokens = (format: string, clock: LocalClock, where: string): TextReader => {
  const parser = DateTime.buildFormatParser(format, { locale: "en-US" })
  const read = (text: string) => DateTime.fromFormatParser(text, parser, { zone: "utc", locale: "en-US" })
  // Luxon fills what a format leaves out from today: a format must read back the day that it writes.
  const sample = DateTime.utc(2001, 3, 4, 5, 6, 7)
  const back = read(sample.toFormat(format, { locale: "en-US" }))
  if (!back.isValid || back.toISODate() !== sample.toISODate()) {
    throw new InputError(`mapping, ${where}: the format must name year, month and day in Luxon tokens, as in d/M/yyyy`)
  }
  // An offset in the text decides; a local time is read as if it were UTC and then placed in its zone.
  const hasOffset = /[Zz]/.test(format.replace(/'[^']*'/g, ""))
  return (text) => {
    const parsed = read(text)
    if (!parsed.isValid || !inRange(parsed.toMillis())) return unreadable
    return hasOffset ? parsed.toMillis() : (clock(parsed.toMillis()) ?? gap)
  }
}
