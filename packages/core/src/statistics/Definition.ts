/**
 * The definition of a statistic: every parameter that changes a figure although the events are the same. Every report
 * prints it, and two reports are comparable only if their definitions agree.
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/**
 * How long after an interaction a call of the same person still counts as its own, as ISO 8601 durations;
 * `in-interaction`: only calls made before it ended.
 */
export const Window = Schema.Literals(["in-interaction", "PT24H", "PT72H", "P7D"])
export type Window = typeof Window.Type

/** All windows, shortest first. Every report carries them side by side. */
export const windows: ReadonlyArray<Window> = ["in-interaction", "PT24H", "PT72H", "P7D"]

const hour = 3_600_000

/** The length of each window in milliseconds. */
export const windowMillis: Readonly<Record<Window, number>> = {
  "in-interaction": 0,
  PT24H: 24 * hour,
  PT72H: 72 * hour,
  P7D: 7 * 24 * hour,
}

const Positive = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))
const NonNegative = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))

/** The name of a time zone in the IANA database, such as `Europe/Paris`. */
export const TimeZone = Schema.String.check(
  Schema.makeFilter((name: string) =>
    Option.isSome(DateTime.zoneMakeNamed(name)) ? undefined : "the name of an IANA time zone, such as Europe/Paris",
  ),
)

/** The parameters of a report. */
export const Definition = Schema.Struct({
  /** The version of the definitions in the code; it changes when a figure's meaning does. */
  version: Schema.String,
  /** The window of the headline figures, the journeys and the waterfall. */
  window: Window,
  /** A call is effective when a person spoke for more than so many seconds. */
  minTalkSeconds: NonNegative,
  /** How a call counts of which only the disposition is known. */
  unknownHuman: Schema.Literals(["effective", "not-effective"]),
  /** Minutes without activity after which an interaction without an end has ended. */
  idleMinutes: NonNegative,
  /** Minutes by which events may arrive late without restating anything. */
  latenessMinutes: NonNegative,
  /** The IANA time zone in which days and hours are counted. */
  timeZone: TimeZone,
  /** Whether consecutive repeats of a step count as one. */
  collapse: Schema.Boolean,
  /** Longer journeys are cut after so many steps; `null`: no limit. */
  maxSteps: Schema.NullOr(Positive),
  /** How many places the prefix tree may hold; journeys beyond it are counted as overflow. */
  maxNodes: Positive,
  /** Journeys with fewer interactions are not named in the list of the least used. */
  rareBelow: Positive,
  /** Journeys with fewer settled interactions are not ranked by rate. */
  minimumForRate: Positive,
})
export type Definition = typeof Definition.Type

/** The default definition. */
export const standard: Definition = {
  version: "1",
  window: "PT24H",
  minTalkSeconds: 0,
  unknownHuman: "effective",
  idleMinutes: 30,
  latenessMinutes: 60,
  timeZone: "UTC",
  collapse: true,
  maxSteps: 50,
  maxNodes: 2_000_000,
  rareBelow: 5,
  minimumForRate: 10,
}

/**
 * The standard definition with changes.
 *
 * @example
 * ```ts
 * import { Definition } from "@tacet/core/statistics"
 *
 * const strict = Definition.make({ minTalkSeconds: 10, timeZone: "Europe/Paris" })
 * strict.window // => "PT24H"
 * ```
 */
export const make = (changes: Partial<Definition>): Definition => ({ ...standard, ...changes })
