import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { describe, expect, it } from "@tacet/vitest"
import * as Law from "./Law.ts"
import { legalData } from "../legal/LegalData.ts"
import type { Parameter } from "../text/Parameter.ts"
import { samples } from "../text/Parameter.ts"
import type { ParameterName, PrivacyPolicy, Statements, ValueOf } from "../text/PrivacyPolicy.ts"
import * as Policy from "../text/PrivacyPolicy.ts"
import { equal } from "./Requirement.ts"
import { dialogra, dialonce20160629, dialonce20190305, dialonce20210217 } from "../versions/index.ts"

const at = (date: string): DateTime.Utc => DateTime.makeUnsafe(`${date}T12:00:00Z`)
const saying = (parameters: Statements, country = "FR"): PrivacyPolicy => ({
  id: "own/1",
  operator: "Own",
  version: "1",
  language: "en",
  effectiveFrom: "2017-01-01",
  country,
  timeZone: "Europe/Paris",
  parameters,
})
const stating = <Name extends ParameterName>(name: Name, value: ValueOf<Name>, country?: string): PrivacyPolicy =>
  saying({ [name]: { value, sources: [] } }, country)
const articlesAgainst = (policy: PrivacyPolicy, date: string): ReadonlyArray<string> | undefined => {
  const answer = Law.configure(policy, at(date))
  return Result.isFailure(answer) ? answer.failure.violations.flatMap(({ articles }) => articles) : undefined
}

describe("A policy weaker than the law is refused when it is configured", () => {
  it.each([
    ["answerWithin", ["P2M"], "GDPR 12(3)"],
    ["answerWithin", ["P31D"], "GDPR 12(3)"],
    ["answerWithin", [], "GDPR 12(3)"],
    ["rights", ["access", "rectification", "erasure"], "GDPR 20"],
    ["refusalGrounds", ["impractical"], "GDPR 12(5)"],
    ["refusalGrounds", ["notRequiredByLocalLaw"], "GDPR 12(5)"],
    ["retentionCap", [], "GDPR 5(1)(e)"],
    ["retentionByCategory", { ipAddress: [] }, "GDPR 5(1)(e)"],
    ["retentionExtension", "contractTerm", "GDPR 5(1)(e)"],
    ["technicalStatisticsRetention", "withoutLimit", "GDPR 5(1)(e)"],
    ["freeTextEnd", [{ after: "changedOrDeletedByUser" }], "GDPR 5(1)(e)"],
    ["freeTextEnd", [], "GDPR 5(1)(e)"],
    ["accountRetention", [], "GDPR 5(1)(e)"],
    ["statisticsInput", "raw", "GDPR 89(1)"],
    ["locationRules", ["similarProtection"], "GDPR 44"],
    ["locationRules", [], "GDPR 44"],
    ["instruments", ["consentToTransfer"], "GDPR 46"],
    ["instruments", ["otherRecordedMeasure", "adequacyDecision"], "GDPR 46"],
    ["remoteAccess", "isNoTransfer", "GDPR 44"],
    ["childConsentAge", 12, "GDPR 8(1)"],
    ["childConsentAge", 14, "GDPR 8(1)"],
    ["specialCategories", "allowed", "GDPR 9(1)"],
    ["automatedDecisions", "withoutReview", "GDPR 22(1)"],
    ["breachNoticeHours", 96, "GDPR 33(1)"],
    ["roleModel", "publisher", "GDPR 4(7)"],
    ["processorPurposes", "list", "GDPR 28(3)(a)"],
    [
      "legalBases",
      [
        { purpose: "customerCare", basis: "contract" },
        { purpose: "customerCare", basis: "legitimateInterests" },
      ],
      "GDPR 6(1)",
    ],
  ] as const)("%s: %s, by %s", ([name, value, article]) => {
    const policy = stating(name, value as never)
    expect(articlesAgainst(policy, "2018-05-25")).toContain(article)
    expect(articlesAgainst(policy, "2018-05-24")).toBeUndefined()
  })
  it.each([
    ["answerWithin", ["P1M"]],
    ["answerWithin", ["P30D"]],
    ["answerWithin", ["P2W"]],
    ["rights", ["access", "portability", "rectification", "erasure", "restriction", "objection", "complaint"]],
    ["refusalGrounds", ["manifestlyUnfounded", "manifestlyExcessive", "legalLimit"]],
    ["retentionCap", [{ after: "contractEnd" }]],
    ["freeTextEnd", [{ after: "changedOrDeletedByUser" }, { after: "retentionEnd" }]],
    ["instruments", ["adequacyDecision", "derogation"]],
    ["locationRules", ["similarProtection", "areaOrSafeguards"]],
    ["childConsentAge", 15],
    ["breachNoticeHours", 48],
    ["specialCategories", "explicitConsent"],
    ["automatedDecisions", "withHumanReview"],
    ["advertising", "onLegitimateInterest"],
  ] as const)("%s: %s is accepted", ([name, value]) => {
    expect(articlesAgainst(stating(name, value as never), "2021-01-01")).toBeUndefined()
  })
  it("names the parameter and what would be accepted", () => {
    const answer = Law.configure(stating("answerWithin", ["P2M"]), at("2021-01-01"))
    expect(Result.isFailure(answer) && answer.failure.message).toBe(
      "The policy own/1 is weaker than the law on 2021-01-01: answerWithin (GDPR 12(3); accepted: one month (P1M) or a period that is not always as long).",
    )
  })
  it("names every weakness at once, in each language version", () => {
    const weak = stating("answerWithin", ["P2M"])
    const twice: PrivacyPolicy = {
      ...weak,
      variants: [{ language: "fr", document: "FR", parameters: stating("statisticsInput", "raw").parameters }],
    }
    expect(articlesAgainst(twice, "2021-01-01")).toEqual(["GDPR 12(3)", "GDPR 89(1)"])
  })
  it("the age of a child is that of the country, and 16 where it has set none", () => {
    expect(articlesAgainst(stating("childConsentAge", 15, "FR"), "2021-01-01")).toBeUndefined()
    expect(articlesAgainst(stating("childConsentAge", 15, "DE"), "2021-01-01")).toContain("GDPR 8(1)")
  })
  it("in an EEA state from 20 July 2018, outside the EEA never", () => {
    expect(articlesAgainst(stating("answerWithin", ["P2M"], "NO"), "2018-07-19")).toBeUndefined()
    expect(articlesAgainst(stating("answerWithin", ["P2M"], "NO"), "2018-07-20")).toContain("GDPR 12(3)")
    expect(articlesAgainst(stating("answerWithin", ["P2M"], "US"), "2021-01-01")).toBeUndefined()
  })
})

describe("The published versions", () => {
  it("2016 is configured in its own time, and refused after 25 May 2018 with each article named", () => {
    expect(Result.isSuccess(Law.configure(dialonce20160629, at("2016-06-29")))).toBe(true)
    const articles = articlesAgainst(dialonce20160629, "2020-01-01")
    for (const article of ["GDPR 12(5)", "GDPR 20", "GDPR 5(1)(e)", "GDPR 44", "GDPR 4(7)", "GDPR 89(1)"]) {
      expect(articles).toContain(article)
    }
  })
  it.each([
    [dialonce20190305, "2019-03-05"],
    [dialonce20210217, "2021-02-17"],
    [dialogra, "2021-02-17"],
  ] as const)("$id is configured in its own time", ([policy, date]) => {
    expect(Result.isSuccess(Law.configure(policy, at(date)))).toBe(true)
  })
  it("V09, V30: what Dialogra says beside the law is a finding", () => {
    const findings = Result.getOrThrow(Law.configure(dialogra, at("2021-02-17")))
    expect(findings.find(({ parameter }) => parameter === "answerWithin")?.articles).toEqual(["GDPR 12(3)"])
    expect(findings.find(({ parameter }) => parameter === "advertising")).toEqual({
      parameter: "advertising",
      articles: [],
      rules: ["NO-ADS"],
    })
  })
})

describe("Every requirement", () => {
  const requirements = Law.requirements(legalData)
  it.each(requirements)(
    "on $parameter names an article and what would be accepted",
    ({ accepted, articles, rules }) => {
      expect(articles.every((article) => article.startsWith("GDPR "))).toBe(true)
      expect(articles.length * rules.length).toBeGreaterThan(0)
      expect(accepted.length).toBeGreaterThan(2)
    },
  )
  const aCase = fc
    .constantFrom(...requirements)
    .chain((requirement) =>
      fc
        .constantFrom(...samples(Policy.parameter(requirement.parameter) as unknown as Parameter<unknown>))
        .map((value) => ({ requirement, value: value as never })),
    )
  // Planted and found: a refusal of categories that have ends, not of those that have none.
  it.prop(
    "binds once: a bound value satisfies it and is not refused",
    [aCase],
    ({ requirement, value }) => {
      const bound = requirement.bind(value, "FR") as never
      expect(equal(requirement.bind(bound, "FR"), bound)).toBe(true)
      if (requirement.parameter !== "legalBases") expect(requirement.refuses(bound, "FR")).toBe(false)
    },
    { numRuns: 500 },
  )
  // Planted and found: a refusal of categories that have ends, not of those that have none.
  it.prop(
    "accepts a sufficient value: one that it leaves unchanged is not refused",
    [aCase],
    ({ requirement, value }) => {
      fc.pre(requirement.parameter !== "legalBases")
      const { meet } = Policy.parameter(requirement.parameter) as unknown as Parameter<never>
      const canonical = meet(value, value)
      if (equal(requirement.bind(canonical, "FR"), canonical)) expect(requirement.refuses(canonical, "FR")).toBe(false)
    },
    { numRuns: 500 },
  )
})
