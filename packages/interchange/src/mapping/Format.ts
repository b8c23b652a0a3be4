/**
 * The input formats, by the names that `--format` takes.
 */
import * as Schema from "effect/Schema"

/** The names of the formats. */
export const formats = ["asterisk-cdr", "freeswitch-cdr", "xes", "ocel2", "csv", "cloudevents"] as const

export const Format = Schema.Literals(formats)
export type Format = typeof Format.Type
