/**
 * A privacy policy as a value: who published it, when, and what it says on each parameter, with the place where it says
 * so. A parameter that it does not name is *silent*, which is never a permission (rules.md 7.1, rule 1).
 *
 * The policy that binds a moment is not read here but resolved: `Resolve.resolve` turns the versions that a Customer
 * has adopted into an `EffectivePolicy`, in which every parameter has a value and the reasons for it.
 */
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { isTimeZone } from "../../calendar/Calendar.ts"
import type { Parameter, Value } from "./Parameter.ts"
import * as Collection from "./parameters/collection.ts"
import * as Disclosure from "./parameters/disclosure.ts"
import * as Location from "./parameters/location.ts"
import * as Notice from "./parameters/notice.ts"
import * as Processing from "./parameters/processing.ts"
import * as Protection from "./parameters/protection.ts"
import * as Retention from "./parameters/retention.ts"
import * as Rights from "./parameters/rights.ts"
import { PlainDate } from "../../calendar/PlainDate.ts"

/** All parameters by name. */
export const parameters = {
  ...Notice.definitions,
  ...Processing.definitions,
  ...Collection.definitions,
  ...Retention.definitions,
  ...Disclosure.definitions,
  ...Location.definitions,
  ...Rights.definitions,
  ...Protection.definitions,
}

/** The name of a parameter. */
export type ParameterName = keyof typeof parameters

/** The names of all parameters. */
export const parameterNames = Object.keys(parameters) as ReadonlyArray<ParameterName>

/** The value of a parameter. */
export type ValueOf<Name extends ParameterName> = Value<(typeof parameters)[Name]>

/** A value for every parameter. */
export type Parameters = { readonly [Name in ParameterName]: ValueOf<Name> }

/**
 * A parameter by its name, for code that treats all alike.
 *
 * @example
 * ```ts
 * import { PrivacyPolicy } from "@tacet/core/policy"
 *
 * PrivacyPolicy.parameter("retentionCap").kind // => "ends"
 * ```
 */
export const parameter = <Name extends ParameterName>(name: Name): Parameter<ValueOf<Name>> =>
  parameters[name] as unknown as Parameter<ValueOf<Name>>

/** Where a document says something. */
export const Source = Schema.Struct({
  /** The document: `D16`, `D19`, `D21`, `DF21`, `DG`, or the name of one of your own. */
  document: Schema.NonEmptyString,
  /** Its section, as numbered there. */
  section: Schema.NonEmptyString,
  /** The rows of the rule catalogue that were drawn from it. */
  rows: Schema.Array(Schema.String),
  /** The contradiction (V01 to V60) that decided how the text is read. */
  contradiction: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^V\d{2}$/))),
})
export type Source = typeof Source.Type

/** The statement of a version on a parameter. */
export interface Stated<A> {
  readonly value: A
  readonly sources: ReadonlyArray<Source>
  /** The general clause of the same document that this special one displaces (V03, V04). */
  readonly general?: { readonly value: A; readonly sources: ReadonlyArray<Source> }
}

/** The statements of a version: one for each parameter on which it is not silent. */
export type Statements = { readonly [Name in ParameterName]?: Stated<ValueOf<Name>> }

const stated = <A>(value: Schema.Codec<A>) =>
  Schema.Struct({
    value,
    sources: Schema.Array(Source),
    general: Schema.optionalKey(Schema.Struct({ value, sources: Schema.Array(Source) })),
  })

/** The Schema of the statements of a version or of a supplement. */
export const Statements: Schema.Codec<Statements> = Schema.Struct(
  Object.fromEntries(
    Object.entries(parameters).map(([name, definition]) => [
      name,
      Schema.optionalKey(stated(definition.schema as Schema.Codec<unknown>)),
    ]),
  ),
)

/** The id of a version, such as `dialonce/2021-02-17`. */
export const PolicyId = Schema.String.check(
  Schema.isPattern(/^[a-z0-9][a-z0-9./-]{0,119}$/, { expected: "an id such as operator/2021-02-17" }),
)
export type PolicyId = typeof PolicyId.Type

const Language = Schema.String.check(Schema.isPattern(/^[a-z]{2}$/, { expected: "a language of two letters" }))

/** The contact of the controller. */
export const Contact = Schema.Struct({
  name: Schema.NonEmptyString,
  postalAddress: Schema.optionalKey(Schema.NonEmptyString),
  email: Schema.optionalKey(Schema.NonEmptyString),
  telephone: Schema.optionalKey(Schema.NonEmptyString),
})

/** The Schema of a privacy policy: the one form in which versions are written, adopted and checked. */
export const PrivacyPolicy = Schema.Struct({
  id: PolicyId,
  operator: Schema.NonEmptyString,
  version: Schema.NonEmptyString,
  language: Language,
  /** The date that the document bears; a document without one is bound by `effectiveFrom` alone. */
  publishedOn: Schema.optionalKey(PlainDate),
  /** The first day on which it binds. */
  effectiveFrom: PlainDate,
  /** The country whose law governs it, by ISO 3166: it decides from when the GDPR applies and who a child is. */
  country: Schema.String.check(Schema.isPattern(/^[A-Z]{2}$/, { expected: "a country of two letters" })),
  /** The zone in which its days begin and end. */
  timeZone: Schema.String.check(
    Schema.makeFilter((name: string) => (isTimeZone(name) ? undefined : "a time zone such as Europe/Paris")),
  ),
  contact: Schema.optionalKey(Contact),
  /** The declaration to an authority, where a law before the GDPR asked for one. */
  declaration: Schema.optionalKey(Schema.Struct({ authority: Schema.NonEmptyString, number: Schema.NonEmptyString })),
  parameters: Statements,
  /** Other language versions of the same text: what each says, where it differs. */
  variants: Schema.optionalKey(
    Schema.Array(Schema.Struct({ language: Language, document: Schema.NonEmptyString, parameters: Statements })),
  ),
})
export type PrivacyPolicy = typeof PrivacyPolicy.Type

const decode = Schema.decodeUnknownResult(PrivacyPolicy, { onExcessProperty: "error" })

/**
 * Reads a policy that people wrote, such as a parsed JSON file. Unknown parameters and misspelt values are refused.
 */
export const read = (input: unknown): Result.Result<PrivacyPolicy, Schema.SchemaError> => decode(input)

/**
 * The statement of a policy itself on a parameter, or `undefined` where it is silent.
 */
export const statement = <Name extends ParameterName>(
  statements: Statements,
  name: Name,
): Stated<ValueOf<Name>> | undefined => statements[name]
