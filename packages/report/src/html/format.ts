/**
 * Numbers, days and durations as the page writes them, in the page's language.
 */
import type { Definition } from "@tacet/core/statistics"

/** The language of the page: its words, its numbers and its `lang`. */
export const language = "en-GB"

const counts = new Intl.NumberFormat(language, { maximumFractionDigits: 0 })
const percents = new Intl.NumberFormat(language, {
  style: "percent",
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
})
const percentPoints = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const days = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" })
const shortDays = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", timeZone: "UTC" })
const dayNames = new Intl.DateTimeFormat(language, { weekday: "short", timeZone: "UTC" })

export const count = (value: number): string => counts.format(value)

/** A share of 1 as a percentage with one decimal. */
export const percent = (share: number): string => percents.format(share)

/** From one share to another; the percent sign is written once. */
export const range = ([from, to]: readonly [number, number]): string =>
  `${percentPoints.format(from * 100)} – ${percents.format(to)}`

/** Midnight of a calendar day, as a number that formats and axes take. */
export const dayMillis = (day: string): number => Date.parse(`${day}T00:00:00Z`)

/** `2026-10-01` in words; any other text is returned unchanged. */
export const day = (value: string): string => (Number.isNaN(dayMillis(value)) ? value : days.format(dayMillis(value)))

export const shortDay = (millis: number): string => shortDays.format(millis)

export const weekdayOf = (value: string): string =>
  Number.isNaN(dayMillis(value)) ? "" : dayNames.format(dayMillis(value))

/** A moment in the Customer's time zone, with the zone's short name. */
export const instant = (iso: string, timeZone: string): string => {
  const millis = Date.parse(iso)
  if (Number.isNaN(millis)) return iso
  const options = {
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  } as const
  return new Intl.DateTimeFormat(language, { ...options, timeZone: knownZone(timeZone) }).format(millis)
}

const knownZone = (timeZone: string): string => {
  try {
    return new Intl.DateTimeFormat(language, { timeZone }).resolvedOptions().timeZone
  } catch {
    return "UTC"
  }
}

export const duration = (seconds: number): string => {
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`
  return `${Math.floor(seconds / 3600)} h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, "0")} min`
}

export const hour = (value: number): string => `${String(value).padStart(2, "0")}:00`

/** Monday first, as the report counts. */
export const weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const

/** "1 day", "2 days". */
export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`

const windowNames: Readonly<Record<Definition.Window, string>> = {
  "in-interaction": "during the interaction",
  PT24H: "within 24 hours",
  PT72H: "within 72 hours",
  P7D: "within 7 days",
}

/** How long a call counts as the interaction's own, to be read after "calls". */
export const windowName = (window: Definition.Window): string => windowNames[window]
