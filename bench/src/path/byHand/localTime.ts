/**
 * Days and hours of the week in the time zone of the statistics, by hand. No zone changes its offset within a quarter of an
 * hour, so that each is looked up once.
 */

const quarter = 900_000

/** Converts epoch milliseconds to days and hours of one time zone. */
interface LocalTime {
  /** The number of the calendar day since 1970. */
  readonly day: (at: number) => number
  /** 0 is Monday 00 h. The first day of 1970 was a Thursday. */
  readonly hourOfWeek: (at: number) => number
}

const known = new Map<string, LocalTime>()

/** The conversions of a time zone, with what they have looked up already. */
export const localTime = (timeZone: string): LocalTime => {
  const made = known.get(timeZone) ?? make(timeZone)
  known.set(timeZone, made)
  return made
}

const make = (timeZone: string): LocalTime => {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  })
  const offsets = new Map<number, number>()
  const local = (at: number): number => {
    const bucket = Math.floor(at / quarter)
    let offset = offsets.get(bucket)
    if (offset === undefined) {
      const parts = Object.fromEntries(
        format.formatToParts(bucket * quarter).map(({ type, value }) => [type, Number(value)]),
      )
      const { day, hour, minute, month, second, year } = parts as Record<string, number>
      offset = Date.UTC(year!, month! - 1, day, hour, minute, second) - bucket * quarter
      offsets.set(bucket, offset)
    }
    return at + offset
  }
  return {
    day: (at) => Math.floor(local(at) / 86_400_000),
    hourOfWeek: (at) => (Math.floor(local(at) / 3_600_000) + 72) % 168,
  }
}
