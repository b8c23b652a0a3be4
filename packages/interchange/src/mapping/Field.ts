/**
 * How a mapping names its inputs: fields, moments, durations and values looked up in a field.
 *
 * A field is a CSV column, an XES attribute, an OCEL attribute or a path into a JSON record. Only fields that a mapping
 * or a format names are read: all others are dropped at this boundary.
 */
import * as Schema from "effect/Schema"

const text = Schema.String.check(Schema.isMinLength(1, { expected: "a text that is not empty" }))

/** The name of a field. */
export const Field = text.annotate({ expected: "the name of a field" })
export type Field = typeof Field.Type

/** One field, or several that make one key together. */
export const Fields = Schema.Union([Field, Schema.NonEmptyArray(Field)]).annotate({
  expected: "the name of a field, or a list of names",
})
export type Fields = typeof Fields.Type

/** A moment: its field, its format and, where it names no offset itself, its zone. */
export const TimeField = Schema.Union([
  Field,
  Schema.Struct({
    /** Several fields (a date, a time) are read as one text, with a space between. */
    field: Fields,
    /** `ISO` (default; with `T` or a space), `SQL` (the same), `epochSeconds`, `epochMillis`, `epochMicros`, or Luxon tokens. */
    format: Schema.optionalKey(text),
    /** An IANA zone. Default: the mapping's, else that of the command line. */
    zone: Schema.optionalKey(text),
  }),
]).annotate({ expected: "the name of a field, or an object with field, format, zone" })
export type TimeField = typeof TimeField.Type

/** The units in which a duration may be written. */
const DurationUnit = Schema.Literals(["seconds", "millis", "minutes", "HH:mm:ss"])

/** A duration: its field and its unit (default seconds). */
export const DurationField = Schema.Union([
  Field,
  Schema.Struct({ field: Field, unit: Schema.optionalKey(DurationUnit) }),
]).annotate({ expected: "the name of a field, or an object with field, unit" })
export type DurationField = typeof DurationField.Type

/**
 * A value: itself, or looked up. Without `values` the text of the field is the value; `other` is the value for unlisted
 * texts; without it a row with such a text is rejected.
 */
export type Value<A> = A | Lookup<A>

/** A value that a field decides. */
interface Lookup<A> {
  readonly field: Field
  readonly values?: { readonly [text: string]: A }
  readonly other?: A
}

/** A schema for a value or its lookup. */
export const valueOf = <A, S extends Schema.Codec<A, A>>(schema: S) =>
  Schema.Union([
    schema,
    Schema.Struct({
      field: Field,
      values: Schema.optionalKey(Schema.Record(Schema.String, schema)),
      other: Schema.optionalKey(schema),
    }),
  ])
