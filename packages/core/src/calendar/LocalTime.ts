/**
 * Local days and hours of one time zone, for statistics: a day is numbered from 1970-01-01, an hour of the week from
 * Monday midnight. The offset of a quarter of an hour is computed once, unless the zone changes its offset within it.
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

/** The latest instant that a date can name; the earliest lies as far before 1970. */
const latest = 8.64e15

/** How many quarters of an hour a zone keeps the offsets of: nearly three years. */
const quartersKept = 100_000

const offsetAt = (zone: DateTime.TimeZone, at: number): number =>
  DateTime.zonedOffset(DateTime.makeZonedUnsafe(at, { timeZone: zone }))

/** The wall clock of a zone: milliseconds as if the zone were UTC. */
const wallOf = (timeZone: string): ((at: number) => number) => {
  const zone = DateTime.zoneMakeNamedUnsafe(timeZone)
  const offsets = new Map<number, number>()
  return (at) => {
    const bucket = Math.floor(at / quarter)
    const known = offsets.get(bucket)
    if (known !== undefined) return at + known
    const offset = offsetAt(zone, Math.max(bucket * quarter, -latest))
    // Before standard time, zones changed at odd minutes and seconds.
    if (offset !== offsetAt(zone, Math.min((bucket + 1) * quarter - 1, latest))) return at + offsetAt(zone, at)
    if (offsets.size >= quartersKept) offsets.clear()
    offsets.set(bucket, offset)
    return at + offset
  }
}

const walls = new Map<string, (at: number) => number>()

/** How many zones are kept. There are fewer names, but case does not count in them. */
const zonesKept = 1_000

const wall = (timeZone: string): ((at: number) => number) => {
  let found = walls.get(timeZone)
  if (found === undefined) {
    found = wallOf(timeZone)
    if (walls.size >= zonesKept) walls.clear()
    walls.set(timeZone, found)
  }
  return found
}

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
export const wallMillis = (timeZone: string, at: number): number => wall(timeZone)(at)

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
  const local = wall(timeZone)
  return {
    day: (at) => dayOf(local(at)),
    hourOfWeek: (at) => {
      const hours = Math.floor(local(at) / 3_600_000)
      // 1970-01-01 was a Thursday: three days after Monday.
      return (((hours + 72) % 168) + 168) % 168
    },
  }
}
