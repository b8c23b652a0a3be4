/**
 * The requirements of the GDPR on a policy, parameter by parameter, from the day on which it applies (rules.md 7.1,
 * rule 5).
 *
 * A version that was published before keeps its own words for its own time; from the day on, the law is read beside it.
 * A policy that is configured after that day and states less than the law is refused (`configure`).
 */
import type * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Calendar from "../../calendar/Calendar.ts"
import type { LegalData } from "../legal/LegalData.ts"
import { legalData, regulationApplies } from "../legal/LegalData.ts"
import { invariants } from "./LibraryInvariant.ts"
import * as Period from "../../calendar/Period.ts"
import type { ParameterName, PrivacyPolicy } from "../text/PrivacyPolicy.ts"
import * as Policy from "../text/PrivacyPolicy.ts"
import * as Requirement from "./Requirement.ts"
import type { RuleKey } from "../text/RuleKey.ts"

/** The age from which GDPR 8(1) lets no state go down. */
const lowestConsentAge = 13

/**
 * The requirements of the GDPR.
 *
 * @example
 * ```ts
 * import { Law, LegalData } from "@tacet/core/policy"
 *
 * const articles = Law.requirements(LegalData.legalData).flatMap((requirement) => requirement.articles)
 * articles.includes("GDPR 12(3)") // => true
 * ```
 */
export const requirements = (data: LegalData): ReadonlyArray<Requirement.Requirement> => [
  Requirement.exactly("roleModel", "controllerAndProcessor", {
    articles: ["GDPR 4(7)", "GDPR 4(8)"],
    rules: ["ROLE"],
    otherwise: "refused",
  }),
  Requirement.noLooserThan("processorPurposes", "instructedByCustomer", {
    articles: ["GDPR 28(3)(a)"],
    rules: ["CUST-PURPOSE"],
    beyond: "refused",
  }),
  Requirement.of("legalBases", {
    articles: ["GDPR 6(1)"],
    rules: ["BASIS"],
    bind: (bases) => bases,
    refuses: (bases) => new Set(bases.map(({ purpose }) => purpose)).size < bases.length,
    accepted: "one legal basis for each purpose",
  }),
  Requirement.atLeast(
    "agreementClauses",
    [
      "processing",
      "security",
      "confidentiality",
      "documentedInstructions",
      "subProcessing",
      "assistanceWithRequests",
      "breachNotice",
      "returnOrDeletion",
      "audit",
    ],
    { articles: ["GDPR 28(3)"], rules: ["CLAUSES"], omitting: "supplied" },
  ),
  Requirement.noLooserThan("automatedDecisions", "withHumanReview", {
    articles: ["GDPR 22(1)", "GDPR 22(3)"],
    rules: ["MOSTUSED"],
    beyond: "refused",
  }),
  Requirement.noLooserThan("statisticsInput", "anonymised", {
    articles: ["GDPR 89(1)"],
    rules: ["ANON-ASAP"],
    beyond: "refused",
  }),
  Requirement.noLooserThan("specialCategories", "explicitConsent", {
    articles: ["GDPR 9(1)", "GDPR 9(2)(a)"],
    rules: ["CATEGORIES"],
    beyond: "refused",
  }),
  Requirement.atLeast("collectionNotice", ["policyBeforeInput", "purposeBeforeCollection"], {
    articles: ["GDPR 13(1)"],
    rules: ["ACK-FIRST", "PURPOSE-FIRST"],
    omitting: "supplied",
  }),
  Requirement.atLeast("publication", ["controllerContact"], {
    articles: ["GDPR 13(1)(a)"],
    rules: ["CONTACT"],
    omitting: "supplied",
  }),
  Requirement.exactly("processingRecord", "internalRecord", {
    articles: ["GDPR 30"],
    rules: ["DECLARED"],
    otherwise: "replaced",
  }),
  Requirement.of("retentionCap", {
    articles: ["GDPR 5(1)(e)"],
    rules: ["RET-NEC"],
    bind: (ends) => (ends.length === 0 ? [{ after: "purposeFulfilled" }] : ends),
    refuses: (ends) => ends.length === 0,
    accepted: "an end: a period, the end of the contract, or the purpose fulfilled",
  }),
  Requirement.of("retentionByCategory", {
    articles: ["GDPR 5(1)(e)"],
    rules: ["RET-NEC"],
    bind: (categories) =>
      Object.fromEntries(
        Object.entries(categories).map(([category, ends]) => [
          category,
          ends.length === 0 ? [{ after: "purposeFulfilled" as const }] : ends,
        ]),
      ),
    refuses: (categories) => Object.values(categories).some((ends) => ends.length === 0),
    accepted: "an end for each category that is named",
  }),
  Requirement.noLooserThan("retentionExtension", "recordedLegalGround", {
    articles: ["GDPR 5(1)(e)"],
    rules: ["RET-NEC"],
    beyond: "refused",
  }),
  Requirement.noLooserThan("technicalStatisticsRetention", "asOtherData", {
    articles: ["GDPR 5(1)(e)"],
    rules: ["STAT-FOREVER16", "RET-NEC"],
    beyond: "refused",
  }),
  Requirement.of("freeTextEnd", {
    articles: ["GDPR 5(1)(e)"],
    rules: ["FREETEXT-LIFE"],
    bind: (ends) => Policy.parameter("freeTextEnd").meet(ends, [{ after: "retentionEnd" }]),
    refuses: (ends) => ends.every(({ after }) => after === "changedOrDeletedByUser"),
    accepted: "an end that comes even where the user does nothing, such as the end of the retention",
  }),
  Requirement.of("accountRetention", {
    articles: ["GDPR 5(1)(e)"],
    rules: ["RET-ACCOUNT"],
    bind: (ends) => (ends.length === 0 ? [{ after: "relationshipEnd" }] : ends),
    refuses: (ends) => ends.length === 0,
    accepted: "an end: that of the relationship, or the deletion of the account",
  }),
  Requirement.atLeast("recipientDuties", ["contractInForce", "priorAuthorisation", "sameDutiesAsProcessor"], {
    articles: ["GDPR 28(2)", "GDPR 28(4)"],
    rules: ["SUBPROC"],
    omitting: "supplied",
  }),
  Requirement.atLeast("registersOnDemand", ["recipients", "safeguards"], {
    articles: ["GDPR 15(1)(c)", "GDPR 13(1)(f)"],
    rules: ["REGISTER-RCPT", "SAFEGUARD-COPY"],
    omitting: "supplied",
  }),
  Requirement.of("locationRules", {
    articles: ["GDPR 44", "GDPR 45", "GDPR 46"],
    rules: ["LOC-NONEEA", "A45-47"],
    bind: (rules) => Policy.parameter("locationRules").meet(rules, ["areaOrSafeguards"]),
    refuses: (rules) => rules.every((rule) => rule === "similarProtection"),
    accepted: "a rule that keeps processing in the EEA, in an adequate country, or under an appropriate safeguard",
  }),
  Requirement.only(
    "instruments",
    [
      "adequacyDecision",
      "standardContractualClauses",
      "codeOfConduct",
      "certification",
      "adHocClauses",
      "bindingCorporateRules",
      "derogation",
    ],
    { articles: ["GDPR 44", "GDPR 45", "GDPR 46", "GDPR 47", "GDPR 49"], rules: ["A45-47"] },
  ),
  Requirement.noLooserThan("remoteAccess", "isTransfer", {
    articles: ["GDPR 44"],
    rules: ["REMOTE"],
    beyond: "refused",
  }),
  Requirement.of("rights", {
    articles: ["GDPR 15", "GDPR 16", "GDPR 17", "GDPR 18", "GDPR 20", "GDPR 21", "GDPR 77", "GDPR 7(3)"],
    rules: ["R-ACCESS", "R-RECT", "R-ERASE", "R-RESTRICT", "R-PORT", "R-OBJECT", "R-COMPLAINT", "WITHDRAW"],
    bind: (stated) => Policy.parameter("rights").meet(stated, [...chapterThree, "consentWithdrawal"]),
    refuses: (stated) => chapterThree.some((right) => !stated.includes(right)),
    accepted: `at least ${chapterThree.join(", ")}`,
  }),
  Requirement.of("answerWithin", {
    articles: ["GDPR 12(3)"],
    rules: ["R-1M"],
    bind: (periods) => Policy.parameter("answerWithin").meet(periods, ["P1M"]),
    // Thirty days are sooner than a month in March and later in February: both are then obeyed.
    refuses: (periods) => periods.every((period) => period !== "P1M" && Period.neverLonger("P1M", period)),
    accepted: "one month (P1M) or a period that is not always as long",
  }),
  Requirement.noLooserThan("answerExtension", "twoMonthsWithReasons", {
    articles: ["GDPR 12(3)"],
    rules: ["R-1M", "R-DELAY"],
    beyond: "tightened",
  }),
  Requirement.atLeast("delayNotice", ["reason", "beforeDueDate"], {
    articles: ["GDPR 12(3)"],
    rules: ["R-DELAY"],
    omitting: "supplied",
  }),
  Requirement.of("refusalGrounds", {
    articles: ["GDPR 12(5)", "GDPR 17(3)(b)"],
    rules: ["R-REFUSE16", "R-LEGAL-LIMIT"],
    bind: (grounds) => {
      const { extend, meet } = Policy.parameter("refusalGrounds")
      return extend(meet(grounds, lawfulRefusals), ["legalObligation"])
    },
    refuses: (grounds) => grounds.some((ground) => !lawfulRefusals.includes(ground)),
    accepted: `of these: ${["manifestlyUnfounded", "manifestlyExcessive", "identityNotEstablished", "legalObligation"].join(", ")}, or another limit that the law sets`,
  }),
  Requirement.atLeast("answerDuties", ["ground", "complaintToAuthority", "courtRemedy"], {
    articles: ["GDPR 12(4)"],
    rules: ["R-COMPLAINT"],
    omitting: "supplied",
  }),
  Requirement.noLooserThan("identityEvidence", "onReasonableDoubt", {
    articles: ["GDPR 12(6)"],
    rules: ["R-VERIFY"],
    beyond: "tightened",
  }),
  Requirement.atLeast("consent", ["purpose", "textVersion", "withdrawalAtAnyTime", "earlierProcessingStaysValid"], {
    articles: ["GDPR 4(11)", "GDPR 7(1)", "GDPR 7(3)"],
    rules: ["WITHDRAW", "FAIR"],
    omitting: "supplied",
  }),
  Requirement.of("childConsentAge", {
    articles: ["GDPR 8(1)"],
    rules: ["FAIR"],
    bind: (age, country) => Math.max(age, consentAgeOf(data, country)),
    refuses: (age, country) => age < consentAgeOf(data, country),
    accepted: "16, or the age of at least 13 that the law of the country sets",
  }),
  Requirement.atLeast("staffAccess", ["authorisedRole"], {
    articles: ["GDPR 29", "GDPR 32(4)"],
    rules: ["AUTHZ"],
    omitting: "supplied",
  }),
  Requirement.atLeast("breach", ["register", "authorityNotice", "personNotice"], {
    articles: ["GDPR 33", "GDPR 34"],
    rules: ["BREACH"],
    omitting: "supplied",
  }),
  Requirement.noLooserThan("breachNoticeHours", 72, {
    articles: ["GDPR 33(1)"],
    rules: ["BREACH"],
    beyond: "refused",
  }),
]

const chapterThree = [
  "access",
  "portability",
  "rectification",
  "erasure",
  "restriction",
  "objection",
  "complaint",
] as const

const lawfulRefusals: Policy.ValueOf<"refusalGrounds"> = [
  "badFaith",
  "strictlyNecessary",
  "legallyNecessary",
  "legalLimit",
  "legalObligation",
  "legalClaims",
  "compellingGrounds",
  "manifestlyUnfounded",
  "manifestlyExcessive",
  "identityNotEstablished",
]

const consentAgeOf = (data: LegalData, country: string): number =>
  Math.max(lowestConsentAge, data.childConsentAges[country] ?? 16)

/** A statement that is weaker than the law. */
export const Violation = Schema.Struct({
  parameter: Schema.String,
  articles: Schema.Array(Schema.String),
  rules: Schema.Array(Schema.String),
  accepted: Schema.String,
})
export type Violation = typeof Violation.Type

/** A policy that states less than the law, configured at a time at which the law applies. */
export class PolicyWeakerThanLaw extends Schema.TaggedError<PolicyWeakerThanLaw>()("PolicyWeakerThanLaw", {
  policy: Schema.String,
  /** The day of the configuration. */
  on: Schema.String,
  violations: Schema.Array(Violation),
}) {
  override get message(): string {
    const each = this.violations.map(
      ({ accepted, articles, parameter }) => `${parameter} (${articles.join(", ")}; accepted: ${accepted})`,
    )
    return `The policy ${this.policy} is weaker than the law on ${this.on}: ${each.join("; ")}.`
  }
}

/** A statement that is not refused: law or library supplies, tightens or is obeyed beside it. */
export interface Finding {
  readonly parameter: ParameterName
  /** The articles of the law; none where it is an invariant of the library. */
  readonly articles: ReadonlyArray<string>
  readonly rules: ReadonlyArray<RuleKey>
}

/**
 * Checks a policy that is to be adopted at a moment, and names what the law and the library add to it. Fails with
 * `PolicyWeakerThanLaw` where the law applies by then and the policy states less.
 */
export const configure = (
  policy: PrivacyPolicy,
  at: DateTime.Utc,
  data: LegalData = legalData,
): Result.Result<ReadonlyArray<Finding>, PolicyWeakerThanLaw> => {
  const on = Calendar.localDate(at, policy.timeZone)
  const law = regulationApplies(data, policy.country, on) ? requirements(data) : []
  const violations: Array<Violation> = []
  const findings: Array<Finding> = []
  for (const statements of [policy.parameters, ...(policy.variants ?? []).map((variant) => variant.parameters)]) {
    for (const requirement of [...law, ...invariants]) {
      const { accepted, articles, bind, parameter, refuses, rules } = requirement
      const stated = Policy.statement(statements, parameter)
      if (stated === undefined) continue
      if (articles.length > 0 && refuses(stated.value, policy.country)) {
        violations.push({ parameter, articles, rules, accepted })
      } else if (!Requirement.equal(bind(stated.value, policy.country), stated.value)) {
        findings.push({ parameter, articles, rules })
      }
    }
  }
  return violations.length > 0
    ? Result.fail(new PolicyWeakerThanLaw({ policy: policy.id, on, violations }))
    : Result.succeed(findings)
}
