/**
 * Reads lengths of time, in seconds. A negative one, as clocks that were set back leave behind, is taken as 0 and counted.
 */
import type { DurationField } from "../mapping/Field.ts"
import type { Quality } from "../SourceRow.ts"
import { formatViolation } from "./Violation.ts"
import type { Get } from "./Record.ts"

/** Reads a duration in seconds; `undefined` where its field is empty; throws a `Violation`. */
export type DurationReader = (get: Get, quality: Quality) => number | undefined

/** Compiles a reader; calls `use` with the field that it reads. */
export const durationReader = (declared: DurationField, use: (field: string) => void): DurationReader => {
  const { field, unit = "seconds" } = typeof declared === "string" ? { field: declared } : declared
  use(field)
  return (get, quality) => {
    const text = get(field)?.trim() ?? ""
    if (text === "" || noLength.test(text)) return undefined
    const seconds = unit === "HH:mm:ss" ? readClock(text) : readNumber(text, secondsIn[unit])
    if (seconds === undefined) {
      throw formatViolation(field, unit === "HH:mm:ss" ? "a length of time such as 00:01:30" : `a number of ${unit}`)
    }
    return notNegative(seconds, quality)
  }
}

/** How systems write that there is no length. */
const noLength = /^(null|nan|nil|none|\\n|\(null\)|#?n\/a|-+)$/i

/** A length of time that is never negative; where it was, it is counted. */
export const notNegative = (seconds: number, quality: Quality): number => {
  if (seconds >= 0) return seconds
  quality.clamped++
  return 0
}

const secondsIn = { seconds: 1, millis: 0.001, minutes: 60 } as const

/** A century: anything longer is not a call. */
const longest = 100 * 366 * 86_400

const readNumber = (text: string, factor: number): number | undefined => {
  const seconds = Number(text) * factor
  return /^-?\d+(\.\d+)?$/.test(text) && Math.abs(seconds) <= longest ? seconds : undefined
}

const readClock = (text: string): number | undefined => {
  const [, sign, hours, minutes, seconds] = /^(-?)(\d{1,5}):([0-5]?\d):([0-5]?\d(?:\.\d{1,9})?)$/.exec(text) ?? []
  if (hours === undefined) return undefined
  return (sign === "-" ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds))
}
