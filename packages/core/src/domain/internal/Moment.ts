/**
 * A moment as it comes from outside: an ISO 8601 text with its zone, as JSON has it, or a `DateTime.Utc`.
 */
import * as Schema from "effect/Schema"

const written =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/

const daysOf = (year: number, month: number): number =>
  month === 2
    ? year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
      ? 29
      : 28
    : [4, 6, 9, 11].includes(month)
      ? 30
      : 31

/** Only what says its zone, and only days that the calendar has: the parser below would take 30 February as 2 March. */
const isMoment = (text: string): boolean => {
  const [, year, month, day] = written.exec(text) ?? []
  return year !== undefined && Number(day) <= daysOf(Number(year), Number(month))
}

/** The accepted form, for refusals. */
export const accepted = "a moment with its zone, such as 2026-01-31T09:30:00Z"

const Text = Schema.String.check(Schema.makeFilter((text) => (isMoment(text) ? undefined : accepted))).pipe(
  Schema.decodeTo(Schema.DateTimeUtcFromString),
)

/**
 * The Schema of a moment from outside. Fractions of a second beyond the third digit are cut off.
 */
export const Moment = Schema.Union([Text, Schema.DateTimeUtc])
