/**
 * Cookies of the operator's own sites, as they are declared and used. The operator's own measurement and that of a
 * vendor are two classes (V51): the first keeps five fields for six months and discloses none, the second moves data
 * under an instrument until the visitor asks for it to stop.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import type { EffectivePolicy } from "../binding/EffectivePolicy.ts"
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
})
export type Cookie = typeof Cookie.Type

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
 * Whether a cookie may be declared (COOKIE-PURPOSE, COOKIE-CTRL, VENDOR-OPTOUT).
 */
export const declare = ({ parameters }: EffectivePolicy, cookie: Cookie): Result.Result<Cookie, Refusal> => {
  if (!parameters.cookiePurposes.includes(cookie.purpose)) {
    return refuse("COOKIE-PURPOSE", "purpose", `of these: ${parameters.cookiePurposes.join(", ")}`)
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
  return cookie.measurement === "vendor" && parameters.vendorAnalytics === "none"
    ? refuse("VENDOR-OPTOUT", "measurement", "the operator's own measurement, or none")
    : Result.succeed(cookie)
}

/**
 * Whether a party may read a cookie (COOKIE-READ).
 *
 * @rule COOKIE-READ
 */
export const canRead = (cookie: Cookie, party: string): boolean => cookie.setBy === party

/**
 * Whether a record of the operator's own measurement may be used so (COOKIE-NO3P, COOKIE-NOJOIN).
 */
export const useRecord = (
  { parameters }: EffectivePolicy,
  use: "measure" | "transferToThirdParty" | "reuse" | "join",
): Result.Result<void, Refusal> => {
  if (use === "measure" || parameters.analyticsCookieUses.includes(use)) return Result.void
  return use === "transferToThirdParty"
    ? refuse("COOKIE-NO3P", "use", "measurement by the operator")
    : refuse("COOKIE-NOJOIN", "use", "measurement, apart from other processings and from customer files")
}

/**
 * Whether a vendor may go on measuring a visitor (VENDOR-OPTOUT).
 */
export const vendorMayMeasure = (
  { parameters }: EffectivePolicy,
  { askedToStop }: { readonly askedToStop: boolean },
): boolean => parameters.vendorAnalytics === "withInstrumentUntilOptOut" && !askedToStop

const refuse = (rule: PolicyRuleKey, field: string, accepted: string): Result.Result<never, Refusal> =>
  Result.fail(new Refusal({ rule, command: "DeclareCookie", field, accepted }))
