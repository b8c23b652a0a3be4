/**
 * Data of one person that may not meet: an advertising identifier beside a device identifier or any other personal data,
 * unless the person expressly consents to the analysis (ADID-DEV, ADID-PII).
 */
import type { EffectivePolicy } from "../../policy/binding/EffectivePolicy.ts"
import type { PolicyRuleKey } from "../../policy/text/RuleKey.ts"
import { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import { type State, consentKey, hasConsent } from "./state.ts"

/** The one purpose of an advertising identifier, and of the consent to join it with other data. */
const analysis = "serviceUsageAnalytics"

/**
 * The categories that may not meet a category of the same person without consent.
 *
 * @example
 * ```ts
 * import { Pseudonym } from "@tacet/core/domain"
 *
 * Pseudonym.apartFrom("telephoneNumber") // => ["advertisingIdentifier"]
 * ```
 */
export const apartFrom = (category: PersonalDataCategory): ReadonlyArray<PersonalDataCategory> =>
  category === "advertisingIdentifier"
    ? PersonalDataCategory.literals.filter((one) => one !== category)
    : ["advertisingIdentifier"]

/**
 * Whether a person, who may have several linked pseudonyms, consents to the analysis under one of them and has withdrawn
 * that under none.
 */
export const consentsToAnalysis = (pseudonyms: ReadonlyArray<State>): boolean =>
  pseudonyms.some((state) => hasConsent(state, analysis)) &&
  !pseudonyms.some((state) => state.consents.has(consentKey(analysis, undefined)) && !hasConsent(state, analysis))

/**
 * The rule against a category beside others of the same person, where one holds.
 */
export const meeting = (
  { parameters: { advertisingIdentifier: level } }: EffectivePolicy,
  category: PersonalDataCategory,
  beside: ReadonlySet<PersonalDataCategory>,
  isConsented: boolean,
): PolicyRuleKey | undefined => {
  const met = new Set(apartFrom(category).filter((one) => beside.has(one)))
  if (met.size === 0 || (level === "linkedWithExpressConsent" && isConsented)) return undefined
  return category === "deviceIdentifier" || met.has("deviceIdentifier") ? "ADID-DEV" : "ADID-PII"
}
