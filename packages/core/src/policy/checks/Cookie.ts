/**
 * Cookies of the operator's own sites, as they are declared and used. The operator's own measurement and that of a
 * vendor are two classes (V51): the first keeps five fields for six months and discloses none, the second moves data
 * under an instrument until the visitor asks for it to stop.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import * as Calendar from "../../calendar/Calendar.ts"
import { neverLonger, Period } from "../../calendar/Period.ts"
import { isPlainDate, type PlainDate } from "../../calendar/PlainDate.ts"
import type { EffectivePolicy } from "../binding/EffectivePolicy.ts"
import type { End } from "../text/Parameter.ts"
import { cookieFields, CookiePurpose } from "../text/parameters/protection.ts"
import type { PolicyRuleKey } from "../text/RuleKey.ts"

/** A cookie as it is declared. */
export const Cookie = Schema.Struct({
  name: Schema.NonEmptyString,
  /** The party whose server sets it; no other party can read it. */
  setBy: Schema.NonEmptyString,
  purpose: CookiePurpose,
  measurement: Schema.Literals(["none", "own", "vendor"]),
  /** The user's choices about it. */
  control: Schema.Array(Schema.Literals(["delete", "block"])),
  /** For a necessary one: the stated consequence of blocking it. */
  consequence: Schema.optionalKey(Schema.NonEmptyString),
  /** How long a browser keeps it; `session`: until it is closed. */
  duration: Schema.Union([Schema.Literal("session"), Period]),
})
export type Cookie = typeof Cookie.Type

/** The document with the rules on cookies, where a version leaves them to one, and the purposes that it lists. */
export interface CookieDocument {
  readonly purposes: ReadonlyArray<CookiePurpose>
}

/**
 * A record of the operator's own measurement: these fields and no other.
 *
 * @rule COOKIE-FIELDS
 */
export const AnalyticsRecord = Schema.Struct(
  Object.fromEntries(cookieFields.map((field) => [field, Schema.String])) as {
    readonly [Field in (typeof cookieFields)[number]]: typeof Schema.String
  },
)
export type AnalyticsRecord = typeof AnalyticsRecord.Type

/**
 * Whether a cookie may be declared (COOKIE-PURPOSE, COOKIE-CTRL, VENDOR-OPTOUT, RET-COOKIE6M). A version that leaves the
 * rules on cookies to a separate document lists no purpose itself: the document has to be published first (COOKIE-DOC).
 */
export const declare = (
  policy: EffectivePolicy,
  cookie: Cookie,
  document?: CookieDocument,
): Result.Result<Cookie, Refusal> => {
  const { parameters } = policy
  const isElsewhere = parameters.cookieRules === "inSeparateDocument"
  if (isElsewhere && document === undefined) {
    return refuse(
      "COOKIE-DOC",
      "purpose",
      "the document to which the policy leaves the rules on cookies, published first",
    )
  }
  const purposes = (isElsewhere ? document?.purposes : undefined) ?? parameters.cookiePurposes
  if (!purposes.includes(cookie.purpose)) {
    return refuse("COOKIE-PURPOSE", "purpose", `of these: ${purposes.join(", ")}`)
  }
  for (const control of ["delete", "block"] as const) {
    if (parameters.cookieControl.includes(control) && !cookie.control.includes(control)) {
      return refuse("COOKIE-CTRL", "control", `a cookie that the user can ${control}`)
    }
  }
  if (
    cookie.purpose === "necessary" &&
    parameters.cookieControl.includes("tellConsequence") &&
    cookie.consequence === undefined
  ) {
    return refuse("COOKIE-CTRL", "consequence", "what blocking it may stop")
  }
  if (cookie.measurement === "vendor" && parameters.vendorAnalytics === "none") {
    return refuse("VENDOR-OPTOUT", "measurement", "the operator's own measurement, or none")
  }
  return withinEnds(policy, cookie)
}

/** Whether a browser keeps a cookie no longer than the policy lets the data that it collects be kept. */
const withinEnds = ({ parameters }: EffectivePolicy, cookie: Cookie): Result.Result<Cookie, Refusal> => {
  const { duration, measurement } = cookie
  if (duration === "session") return Result.succeed(cookie)
  const { cookieIdentifier = [], measurementRecord = [] } = parameters.retentionByCategory
  const caps: ReadonlyArray<readonly [PolicyRuleKey, ReadonlyArray<End>]> = [
    ["RET-COOKIE6M", measurement === "own" ? measurementRecord : []],
    ["RET-NEC", cookieIdentifier],
    ["RET-12M", parameters.retentionCap],
  ]
  for (const [rule, ends] of caps) {
    for (const { after, within } of ends) {
      if (after !== "collection" || (within !== undefined && neverLonger(duration, within))) continue
      return refuse(rule, "duration", `a duration of no more than ${within ?? "a session"}`)
    }
  }
  return Result.succeed(cookie)
}

/**
 * Whether the document with the rules on cookies may be published: only where the version leaves them to one (COOKIE-DOC).
 */
export const publishRules = ({ parameters }: EffectivePolicy): Result.Result<void, Refusal> =>
  parameters.cookieRules === "inSeparateDocument"
    ? Result.void
    : Result.fail(
        new Refusal({
          rule: "COOKIE-DOC",
          command: "PublishCookieRules",
          field: "document",
          accepted: "the rules that the policy itself states",
        }),
      )

/**
 * Whether a party may read a cookie (COOKIE-READ).
 *
 * @rule COOKIE-READ
 */
export const canRead = (cookie: Cookie, party: string): boolean => cookie.setBy === party

/** A use of a record of the operator's own measurement. */
export type RecordUse = "measure" | "transferToThirdParty" | "reuse" | "join"

/**
 * Whether a record of the operator's own measurement may be used so (COOKIE-NO3P, COOKIE-NOJOIN).
 */
export const useRecord = (
  { parameters }: EffectivePolicy,
  use: RecordUse,
  command = "UseMeasurementRecord",
): Result.Result<void, Refusal> => {
  if (use === "measure" || parameters.analyticsCookieUses.includes(use)) return Result.void
  return use === "transferToThirdParty"
    ? refuse("COOKIE-NO3P", "use", "measurement by the operator", command)
    : refuse("COOKIE-NOJOIN", "use", "measurement, apart from other processings and from customer files", command)
}

/**
 * Whether a record has the fields that the version lists for the operator's own measurement, and no other, and has not come
 * to its end on a date (COOKIE-FIELDS, RET-COOKIE6M). The answer says nothing of the record's values.
 */
export const keepRecord = (
  { parameters }: EffectivePolicy,
  record: { readonly [field: string]: string },
  today: PlainDate,
): Result.Result<void, Refusal> => {
  const command = "UseMeasurementRecord"
  const fields = parameters.analyticsCookieFields
  const present = Object.keys(record)
  if (present.length !== fields.length || !fields.every((field) => present.includes(field))) {
    const accepted = fields.length === 0 ? "no record" : `a record of these fields: ${fields.join(", ")}`
    return refuse("COOKIE-FIELDS", "record", accepted, command)
  }
  const { date = "" } = record
  if (!isPlainDate(date)) return refuse("COOKIE-FIELDS", "record", "a record with its date, as yyyy-mm-dd", command)
  for (const { after, within } of parameters.retentionByCategory.measurementRecord ?? []) {
    if (after !== "collection" || (within !== undefined && today < Calendar.add(date, within))) continue
    return refuse("RET-COOKIE6M", "record", `a record of no more than ${within ?? "a day"}`, command)
  }
  return Result.void
}

/**
 * Whether a vendor may go on measuring a visitor (VENDOR-OPTOUT).
 */
export const vendorMayMeasure = (
  { parameters }: EffectivePolicy,
  { askedToStop }: { readonly askedToStop: boolean },
): boolean => parameters.vendorAnalytics === "withInstrumentUntilOptOut" && !askedToStop

const refuse = (
  rule: PolicyRuleKey,
  field: string,
  accepted: string,
  command = "DeclareCookie",
): Result.Result<never, Refusal> => Result.fail(new Refusal({ rule, command, field, accepted }))
