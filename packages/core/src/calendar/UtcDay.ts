/**
 * Days of UTC, numbered from 1970-01-01: for rounding and bucketing instants where no time zone is meant. Local days are in
 * `Calendar` and `LocalTime`.
 */

/** The length of a day of UTC in milliseconds. A local day can be shorter or longer. */
export const dayMillis = 86_400_000

/**
 * The number of the day of an instant, in days since 1970-01-01.
 *
 * @example
 * ```ts
 * import { UtcDay } from "@tacet/core/calendar"
 *
 * UtcDay.dayOf(Date.UTC(1970, 0, 2, 23)) // => 1
 * ```
 */
export const dayOf = (at: number): number => Math.floor(at / dayMillis)

/**
 * The first instant of the day of an instant, both in epoch milliseconds.
 *
 * @example
 * ```ts
 * import { UtcDay } from "@tacet/core/calendar"
 *
 * UtcDay.startOfDay(Date.UTC(2021, 1, 28, 23, 30)) === Date.UTC(2021, 1, 28) // => true
 * ```
 */
export const startOfDay = (at: number): number => dayOf(at) * dayMillis
