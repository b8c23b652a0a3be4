/**
 * From a local time to an instant. A local time that occurs twice, when clocks go back, is taken as the earlier of the
 * two instants; one that never occurs, when clocks go forward, is none.
 */
import { IANAZone } from "luxon"
import { InputError } from "../SourceRow.ts"

const day = 86_400_000
const minute = 60_000

/** Gives the instant of a local time (milliseconds as if it were UTC) in a zone, or `undefined` where there is none. */
export type LocalClock = (local: number) => number | undefined

/** The clock of an IANA zone; `where` is named in the `InputError` if there is no such zone. */
export const localClock = (zone: string, where: string): LocalClock => {
  if (zone === "UTC" || zone === "Etc/UTC") return (local) => local
  if (!IANAZone.isValidZone(zone)) throw new InputError(`${where}: not an IANA time zone, such as Europe/Paris`)
  const iana = IANAZone.create(zone)
  // Asking the zone costs about 15 µs; on nearly every day its offset does not change.
  const offsets = new Map<number, number | "changes">()
  const offsetOf = (date: number): number | "changes" => {
    const known = offsets.get(date)
    if (known !== undefined) return known
    const before = iana.offset((date - 1) * day)
    const offset = before === iana.offset((date + 2) * day) ? before : "changes"
    if (offsets.size > 10_000) offsets.clear()
    offsets.set(date, offset)
    return offset
  }
  return (local) => {
    const offset = offsetOf(Math.floor(local / day))
    if (offset !== "changes") return local - offset * minute
    const candidates = [iana.offset(local - day), iana.offset(local + day)]
      .map((candidate) => local - candidate * minute)
      .filter((instant) => instant + iana.offset(instant) * minute === local)
    return candidates.length === 0 ? undefined : Math.min(...candidates)
  }
}
