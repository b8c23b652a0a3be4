/**
 * A requirement on one parameter that binds every version: of the law from its date, or of the library. It says what a
 * value becomes under it, and whether a policy that states another may be configured at all.
 */
import type { ParameterName, ValueOf } from "../text/PrivacyPolicy.ts"
import type { RuleKey } from "../text/RuleKey.ts"
import * as PrivacyPolicy from "../text/PrivacyPolicy.ts"

/** A requirement on the parameter `Name`. */
export interface Requirement<Name extends ParameterName = ParameterName> {
  readonly parameter: Name
  /** The articles of the law, such as `GDPR 12(3)`; none for a requirement of the library. */
  readonly articles: ReadonlyArray<string>
  /** The rules that it comes from. */
  readonly rules: ReadonlyArray<RuleKey>
  /** The value under the requirement; the same where it suffices. */
  readonly bind: (value: ValueOf<Name>, country: string) => ValueOf<Name>
  /**
   * Whether a policy that states the value is refused. Where it is not, the requirement is applied beside it: what the
   * text leaves out is supplied, and a value that is sometimes stricter, sometimes looser is obeyed together with the
   * law.
   */
  readonly refuses: (value: ValueOf<Name>, country: string) => boolean
  /** The accepted values, in words. */
  readonly accepted: string
}

/**
 * A requirement, checked against the type of its parameter.
 *
 * @example
 * ```ts
 * import { Requirement } from "@tacet/core/policy"
 *
 * const soon = Requirement.of("breachNoticeHours", {
 *   articles: ["GDPR 33(1)"],
 *   rules: ["BREACH"],
 *   bind: (hours) => Math.min(hours, 72),
 *   refuses: (hours) => hours > 72,
 *   accepted: "at most 72 hours",
 * })
 * soon.parameter // => "breachNoticeHours"
 * ```
 */
export const of = <Name extends ParameterName>(
  parameter: Name,
  requirement: Omit<Requirement<Name>, "parameter">,
): Requirement => ({ parameter, ...requirement }) as unknown as Requirement

/**
 * Whether two values of parameters say the same.
 *
 * @example
 * ```ts
 * import { Requirement } from "@tacet/core/policy"
 *
 * const same: boolean = Requirement.equal(["P1M"], ["P1M"]) // => true
 * ```
 */
export const equal = (one: unknown, other: unknown): boolean => {
  if (Object.is(one, other)) return true
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false
  const left = Object.entries(one)
  return (
    left.length === Object.keys(other).length &&
    left.every(([key, value]) => equal(value, (other as Record<string, unknown>)[key]))
  )
}

type PermissionName = {
  [Name in ParameterName]: ValueOf<Name> extends ReadonlyArray<string> ? Name : never
}[ParameterName]
type Element<Name extends PermissionName> = ValueOf<Name> extends ReadonlyArray<infer L> ? L : never

interface Origin {
  readonly articles?: ReadonlyArray<string>
  readonly rules: ReadonlyArray<RuleKey>
}

/**
 * Only these are open; a policy that states another is refused.
 *
 * @example
 * ```ts
 * import { Requirement } from "@tacet/core/policy"
 *
 * const tools = Requirement.only("instruments", ["adequacyDecision"], { articles: ["GDPR 45"], rules: ["A45-47"] })
 * tools.accepted // => "of these: adequacyDecision"
 * ```
 */
export const only = <Name extends PermissionName>(
  parameter: Name,
  allowed: ReadonlyArray<Element<Name>>,
  origin: Origin,
  accepted: string = `of these: ${allowed.join(", ")}`,
): Requirement => {
  const bound = allowed as unknown as ValueOf<Name>
  return of(parameter, {
    articles: origin.articles ?? [],
    rules: origin.rules,
    bind: (value) => PrivacyPolicy.parameter(parameter).meet(value, bound),
    refuses: (value) => (value as unknown as ReadonlyArray<Element<Name>>).some((one) => !allowed.includes(one)),
    accepted,
  })
}

/**
 * These are owed in any case. `omitting` says whether a policy that states a list without them is refused.
 *
 * @example
 * ```ts
 * import { Requirement } from "@tacet/core/policy"
 *
 * const access = Requirement.atLeast("rights", ["access"], {
 *   articles: ["GDPR 15"], rules: ["R-ACCESS"], omitting: "refused"
 * })
 * access.accepted // => "at least access"
 * ```
 */
export const atLeast = <Name extends PermissionName>(
  parameter: Name,
  owed: ReadonlyArray<Element<Name>>,
  origin: Origin & { readonly omitting: "refused" | "supplied" },
): Requirement => {
  const bound = owed as unknown as ValueOf<Name>
  return of(parameter, {
    articles: origin.articles ?? [],
    rules: origin.rules,
    bind: (value) => PrivacyPolicy.parameter(parameter).extend(value, bound),
    refuses: (value) =>
      origin.omitting === "refused" &&
      owed.some((one) => !(value as unknown as ReadonlyArray<Element<Name>>).includes(one)),
    accepted: `at least ${owed.join(", ")}`,
  })
}

/**
 * No looser than a value. `beyond` says whether a policy that states a looser one is refused.
 *
 * @example
 * ```ts
 * import { Requirement } from "@tacet/core/policy"
 *
 * const remote = Requirement.noLooserThan("remoteAccess", "isTransfer", {
 *   articles: ["GDPR 44"], rules: ["REMOTE"], beyond: "refused"
 * })
 * remote.articles // => ["GDPR 44"]
 * ```
 */
export const noLooserThan = <Name extends ParameterName>(
  parameter: Name,
  bound: ValueOf<Name>,
  origin: Origin & { readonly beyond: "refused" | "tightened" },
  accepted: string = `${JSON.stringify(bound)} or stricter`,
): Requirement =>
  of(parameter, {
    articles: origin.articles ?? [],
    rules: origin.rules,
    bind: (value) => PrivacyPolicy.parameter(parameter).meet(value, bound),
    refuses: (value) =>
      origin.beyond === "refused" && !equal(PrivacyPolicy.parameter(parameter).meet(value, bound), value),
    accepted,
  })

/**
 * This value and no other.
 *
 * @example
 * ```ts
 * import { Requirement } from "@tacet/core/policy"
 *
 * const record = Requirement.exactly("processingRecord", "internalRecord", {
 *   articles: ["GDPR 30"], rules: ["DECLARED"], otherwise: "replaced"
 * })
 * record.parameter // => "processingRecord"
 * ```
 */
export const exactly = <Name extends ParameterName>(
  parameter: Name,
  value: ValueOf<Name>,
  origin: Origin & { readonly otherwise: "refused" | "replaced" },
): Requirement =>
  of(parameter, {
    articles: origin.articles ?? [],
    rules: origin.rules,
    bind: () => value,
    refuses: (stated) => origin.otherwise === "refused" && !equal(stated, value),
    accepted: JSON.stringify(value),
  })
