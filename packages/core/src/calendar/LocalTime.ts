/**
 * Days and hours in one time zone, for statistics: a day is numbered from 1970-01-01, an hour of the week from Monday
 * midnight. Offsets are looked up once for each quarter of an hour, since no zone changes within one.
 */
import * as DateTime from "effect/DateTime"

/** A clock on the wall of one time zone. */
export interface LocalTime {
  /** The number of the calendar day. */
  readonly day: (at: number) => number
  /** The hour of the week: 0 is Monday 00 h, 167 is Sunday 23 h. */
  readonly hourOfWeek: (at: number) => number
}

const quarter = 900_000
const day = 86_400_000

/**
 * The clock of a time zone. Throws where the name is no IANA zone; `Definition.TimeZone` checks it before.
 *
 * @example
 * ```ts
 * import { LocalTime } from "@tacet/core/calendar"
 *
 * const paris: LocalTime.LocalTime = LocalTime.make("Europe/Paris")
 * ```
 */
export const make = (timeZone: string): LocalTime => {
  const zone = DateTime.zoneMakeNamedUnsafe(timeZone)
  const offsets = new Map<number, number>()
  const local = (at: number): number => {
    const bucket = Math.floor(at / quarter)
    let offset = offsets.get(bucket)
    if (offset === undefined) {
      offset = DateTime.zonedOffset(DateTime.makeZonedUnsafe(bucket * quarter, { timeZone: zone }))
      if (offsets.size > 100_000) offsets.clear()
      offsets.set(bucket, offset)
    }
    return at + offset
  }
  return {
    day: (at) => Math.floor(local(at) / day),
    hourOfWeek: (at) => {
      const hours = Math.floor(local(at) / 3_600_000)
      // 1970-01-01 was a Thursday: three days after Monday.
      return (((hours + 72) % 168) + 168) % 168
    },
  }
}

/**
 * The date of a numbered day, `2026-11-22`.
 *
 * @example
 * ```ts
 * import { LocalTime } from "@tacet/core/calendar"
 *
 * const first: string = LocalTime.formatDay(0) // 1970-01-01
 * ```
 */
export const formatDay = (number: number): string => DateTime.formatIsoDateUtc(DateTime.makeUnsafe(number * day))
