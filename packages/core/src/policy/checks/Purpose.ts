/**
 * Whether personal data may be used for a purpose: `allow`, `violation` where a rule forbids it, `undeclared` where no
 * declaration permits it. It is never passed over: it names the missing declaration.
 */
import type { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import type { EffectivePolicy } from "../binding/EffectivePolicy.ts"
import type { limitedData, Role } from "../text/parameters/processing.ts"
import type { LegalBasis, Purpose } from "../text/parameters/purposes.ts"
import type { PolicyRuleKey } from "../text/RuleKey.ts"
import { type OrganisationRecord, ofOrganisation } from "./Classification.ts"

export { LegalBasis, legalBases, legalBasisTerm, Purpose, purposes, purposeTerm } from "../text/parameters/purposes.ts"

/** A use that is asked about. */
export interface Use {
  readonly role: Role
  /** Its purpose; a use without one is undeclared. */
  readonly purpose: Purpose | undefined
  /** Whether the record identifies no person, alone or with anything else held. Default: it is personal. */
  readonly label?: "personal" | "nonPersonal"
  /** What a record about an organisation holds: it identifies no person unless it names or reaches one (LEGAL-PERSON). */
  readonly organisation?: OrganisationRecord
  /** Whether it is of a person who is named by a pseudonym. Default: no. */
  readonly ofPerson?: boolean
  /** The datum, with the purposes that were declared for it before it was recorded (MINIMISE). */
  readonly datum?: { readonly category: PersonalDataCategory; readonly declared: ReadonlyArray<Purpose> }
  /** Where the datum is of a kind that is limited to purposes of its own. */
  readonly kind?: (typeof limitedData)[number]
  /** The purposes that the Customer instructs by the contract in force; none without a contract. */
  readonly instructed?: ReadonlyArray<Purpose>
  /** The purposes for which a consent of the person is in force. */
  readonly consented?: ReadonlyArray<Purpose>
  /** The purposes that the person has opted out of or objected to. */
  readonly objected?: ReadonlyArray<Purpose>
  /** Why a purpose beyond the listed ones is compatible with the one of the collection, as recorded. */
  readonly compatibility?: string
  /** The law that demands the use, by its reference. */
  readonly legalReference?: string
  /** The legal basis in the record of processing, where the policy names none. */
  readonly basis?: LegalBasis
}

/** The answer. */
export type Answer =
  | { readonly _tag: "allow"; readonly rules: ReadonlyArray<PolicyRuleKey>; readonly basis?: LegalBasis }
  | { readonly _tag: "violation"; readonly rule: PolicyRuleKey; readonly accepted: string }
  | { readonly _tag: "undeclared"; readonly rule: PolicyRuleKey; readonly missing: string }

/**
 * Checks a use against the policy that binds it.
 *
 * @rule CTRL-MIN, FAIR, IP-SECURITY
 */
export const check = (policy: EffectivePolicy, use: Use): Answer => {
  const { purpose } = use
  if (purpose === undefined) return undeclared("PURPOSES", "the purpose of the use")
  if (use.label === "nonPersonal") return checkNonPersonal(policy, use, purpose)
  return (
    checkRole(policy, use) ??
    checkBans(policy, use, purpose) ??
    checkDutyOfLaw(use, purpose) ??
    checkDatum(policy, use, purpose) ??
    checkInstruction(policy, use, purpose) ??
    checkList(policy, use, purpose)
  )
}

const violation = (rule: PolicyRuleKey, accepted: string): Answer => ({ _tag: "violation", rule, accepted })
const undeclared = (rule: PolicyRuleKey, missing: string): Answer => ({ _tag: "undeclared", rule, missing })
const allow = (rules: ReadonlyArray<PolicyRuleKey>, basis?: LegalBasis): Answer => ({
  _tag: "allow",
  rules,
  ...(basis === undefined ? {} : { basis }),
})

const given = (text: string | undefined): boolean => text !== undefined && text.trim() !== ""

const improvements: ReadonlyArray<Purpose> = ["serviceUsageAnalytics", "serviceOptimisation", "visitorKnowledge"]

const checkNonPersonal = ({ parameters }: EffectivePolicy, use: Use, purpose: Purpose): Answer => {
  if (use.ofPerson === true || use.datum !== undefined) {
    const rule = improvements.includes(purpose) ? "STAT-IMPROVE" : "NONIDENT-FREE"
    return violation(rule, "records that identify no person: without a pseudonym, and without a datum of one")
  }
  if (use.organisation !== undefined && ofOrganisation(use.organisation) === "personal") {
    return violation("LEGAL-PERSON", "a record of an organisation that names no person and reaches no single one")
  }
  if (parameters.nonPersonalUses.includes("anyOtherPurpose")) return allow(["NONIDENT-FREE"])
  return parameters.nonPersonalUses.includes("improveServices") && improvements.includes(purpose)
    ? allow(["STAT-IMPROVE"])
    : violation("NONIDENT-FREE", `of these: ${improvements.join(", ")}`)
}

const checkRole = ({ parameters }: EffectivePolicy, { role }: Use): Answer | undefined => {
  if (!Object.hasOwn(parameters.purposes, role)) {
    return violation("ROLE", `one of these roles: ${Object.keys(parameters.purposes).join(", ")}`)
  }
  if (parameters.roleModel === "controllerAndProcessor" && role === "publisher") {
    return violation("ROLE", "the role of controller or of processor")
  }
  return role === "controller" && parameters.ownUse === "none"
    ? violation("NO-OWN-USE", "a use for a Customer, not for the operator itself")
    : undefined
}

const checkBans = ({ parameters }: EffectivePolicy, use: Use, purpose: Purpose): Answer | undefined => {
  const consented = use.consented?.includes(purpose) === true
  if (purpose === "sale") return violation("NOT-SOLD", "any purpose but sale")
  if (use.objected?.includes(purpose) === true) {
    return violation(
      purpose === "directMarketing" || purpose === "personalisedAdvertising" ? "OPTOUT" : "R-OBJECT",
      "a purpose that the person has not objected to",
    )
  }
  if (purpose === "retargeting" && parameters.retargeting === "none") {
    return violation("NO-RETARGET", "any purpose but retargeting")
  }
  if (purpose === "personalisedAdvertising") {
    if (parameters.advertising === "none") return violation("NO-ADS", "any purpose but advertising")
    if (!consented) return violation("NO-ADS", "advertising to which the person consented")
  }
  if (purpose === "directMarketing") {
    if (parameters.directMarketing === "none") return violation("MARKETING", "any purpose but marketing")
    if (parameters.directMarketing === "explicitConsent" && !consented) {
      return violation("MARKETING", "marketing to which the person explicitly consented")
    }
  }
  return undefined
}

/** A legal duty of the operator needs no place in a list of purposes, but its reference. */
const checkDutyOfLaw = (use: Use, purpose: Purpose): Answer | undefined => {
  if (purpose !== "legalCompliance" && purpose !== "rightsFulfilment" && purpose !== "identityVerification") {
    return undefined
  }
  return given(use.legalReference)
    ? allow(["PURPOSES", "BASIS"], "legalObligation")
    : undeclared("BASIS", "the law that demands it, or the request that is answered, by its reference")
}

const ruleOfKind: Readonly<Record<NonNullable<Use["kind"]>, PolicyRuleKey>> = {
  technicalData: "TECH-PURPOSE",
  callData: "SOLE-PURPOSE",
  advertisingIdentifier: "ADID-USE",
  thirdPartyServiceData: "3P-SERVICE",
  voiceRecording: "TRAINING",
}

const checkDatum = ({ parameters }: EffectivePolicy, use: Use, purpose: Purpose): Answer | undefined => {
  if (use.kind !== undefined) {
    const limited = parameters.dataPurposes[use.kind]
    if (limited !== undefined && !limited.includes(purpose)) {
      return violation(ruleOfKind[use.kind], `of these: ${limited.join(", ")}`)
    }
  }
  if (use.datum === undefined) return undefined
  if (!parameters.categories[use.role].includes(use.datum.category)) {
    return violation("CATEGORIES", "a datum of a category that the policy lists for the role")
  }
  if (use.datum.declared.length === 0) return undeclared("MINIMISE", "the purposes for which the datum was recorded")
  return use.datum.declared.includes(purpose) ||
    given(use.compatibility) ||
    given(use.legalReference) ||
    use.consented?.includes(purpose) === true
    ? undefined
    : violation("PURPOSES", `of these, for which the datum was recorded: ${use.datum.declared.join(", ")}`)
}

const checkInstruction = ({ parameters }: EffectivePolicy, use: Use, purpose: Purpose): Answer | undefined => {
  if (use.role !== "processor" || parameters.processorPurposes !== "instructedByCustomer") return undefined
  if (use.instructed === undefined)
    return undeclared("CUST-PURPOSE", "a contract in force with the Customer's instructions")
  return use.instructed.includes(purpose)
    ? undefined
    : violation("CUST-PURPOSE", `of these, which the Customer instructs: ${use.instructed.join(", ")}`)
}

const checkList = (policy: EffectivePolicy, use: Use, purpose: Purpose): Answer => {
  const { furtherPurposes, purposes } = policy.parameters
  const listed = purposes[use.role].includes(purpose)
  const further = !listed && furtherPurposes !== "none"
  const consented = use.consented?.includes(purpose) === true
  const compatible = furtherPurposes === "compatible" && given(use.compatibility)
  if (!listed && !(further && (consented || given(use.legalReference) || compatible))) {
    return violation("PURPOSES", `of these: ${purposes[use.role].join(", ")}`)
  }
  const rule: PolicyRuleKey = listed ? "PURPOSES" : "COMPATIBLE"
  return use.role === "controller" ? checkBasis(policy, use, purpose, rule) : allow([rule])
}

/** A controller needs one legal basis for each purpose; a processor works on that of the Customer. */
const checkBasis = (policy: EffectivePolicy, use: Use, purpose: Purpose, rule: PolicyRuleKey): Answer => {
  const { legalBases, roleModel } = policy.parameters
  if (roleModel === "publisher") return allow([rule])
  const named = legalBases.find((one) => one.purpose === purpose)?.basis
  const basis = named ?? use.basis
  if (basis === undefined) return undeclared("BASIS", "the legal basis of the purpose")
  if (named !== undefined && use.basis !== undefined && use.basis !== named) {
    return violation("BASIS", `the legal basis that the policy names: ${named}`)
  }
  if (basis === "consent" && use.consented?.includes(purpose) !== true) {
    return violation("BASIS", "a consent in force for the purpose")
  }
  return allow([rule, "BASIS"], basis)
}
