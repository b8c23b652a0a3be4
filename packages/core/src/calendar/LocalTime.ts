/**
 * Local days and hours of one time zone, for statistics: a day is numbered from 1970-01-01, an hour of the week from
 * Monday midnight. The offset is computed once per quarter of an hour, because no zone changes its offset within one.
 */
import * as DateTime from "effect/DateTime"
import { dayOf } from "./UtcDay.ts"

/** The wall clock of one time zone. */
export interface LocalTime {
  /** The number of the calendar day. */
  readonly day: (at: number) => number
  /** The hour of the week: 0 is Monday 00 h, 167 is Sunday 23 h. */
  readonly hourOfWeek: (at: number) => number
}

const quarter = 900_000

/**
 * The wall-clock time of a zone at an instant, in milliseconds as if the zone were UTC.
 *
 * @example
 * ```ts
 * import { LocalTime } from "@tacet/core/calendar"
 *
 * LocalTime.wallMillis("Europe/Paris", Date.UTC(2021, 0, 31, 23, 30)) === Date.UTC(2021, 1, 1, 0, 30) // => true
 * ```
 */
export const wallMillis = (timeZone: string, at: number): number =>
  at + DateTime.zonedOffset(DateTime.makeZonedUnsafe(at, { timeZone: DateTime.zoneMakeNamedUnsafe(timeZone) }))

/**
 * The clock of a time zone. Throws where the name is not an IANA zone; `Definition.TimeZone` checks it before.
 *
 * @example
 * ```ts
 * import { LocalTime } from "@tacet/core/calendar"
 *
 * const paris = LocalTime.make("Europe/Paris")
 * paris.hourOfWeek(Date.UTC(2021, 1, 1, 9)) // => 10
 * ```
 */
export const make = (timeZone: string): LocalTime => {
  DateTime.zoneMakeNamedUnsafe(timeZone)
  const offsets = new Map<number, number>()
  const local = (at: number): number => {
    const bucket = Math.floor(at / quarter)
    let offset = offsets.get(bucket)
    if (offset === undefined) {
      offset = wallMillis(timeZone, bucket * quarter) - bucket * quarter
      if (offsets.size > 100_000) offsets.clear()
      offsets.set(bucket, offset)
    }
    return at + offset
  }
  return {
    day: (at) => dayOf(local(at)),
    hourOfWeek: (at) => {
      const hours = Math.floor(local(at) / 3_600_000)
      // 1970-01-01 was a Thursday: three days after Monday.
      return (((hours + 72) % 168) + 168) % 168
    },
  }
}
