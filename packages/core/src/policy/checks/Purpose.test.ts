import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { describe, expect, it } from "@tacet/vitest"
import { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import * as History from "../binding/History.ts"
import type { Answer, Use } from "./Purpose.ts"
import * as Purpose from "./Purpose.ts"
import { resolve } from "../binding/Resolve.ts"
import { published } from "../versions/index.ts"

const versions = published.map((policy, index) => ({
  id: policy.id,
  policy: Result.getOrThrow(
    resolve(History.of(policy), {
      at: DateTime.makeUnsafe(`${["2016-07-01", "2019-04-01", "2021-04-01", "2021-04-01"][index]}T12:00:00Z`),
    }),
  ),
}))
const [v2016, v2019, v2021, dialogra] = versions.map(({ policy }) => policy) as unknown as [
  (typeof versions)[0]["policy"],
  (typeof versions)[0]["policy"],
  (typeof versions)[0]["policy"],
  (typeof versions)[0]["policy"],
]
const brief = (answer: Answer): string => (answer._tag === "allow" ? "allow" : `${answer._tag} ${answer.rule}`)
const everyPurpose = Purpose.purposes

describe.each(versions)("PURPOSES under $id", ({ policy }) => {
  const { parameters } = policy
  const role = parameters.roleModel === "publisher" ? "publisher" : "processor"
  const ask = (use: Partial<Use>): Answer =>
    Purpose.check(policy, { role, purpose: "requestedService", instructed: everyPurpose, ...use })

  it("allows a listed purpose that the Customer instructs", () => {
    expect(brief(ask({}))).toBe("allow")
  })
  it.each(everyPurpose)("allows %s if it is listed and nothing forbids it, and refuses it otherwise", (purpose) => {
    const answer = ask({ purpose, consented: everyPurpose, legalReference: "GDPR 15" })
    const lawful = ["legalCompliance", "rightsFulfilment", "identityVerification"].includes(purpose)
    const banned =
      purpose === "sale" ||
      (purpose === "retargeting" && parameters.retargeting === "none") ||
      (purpose === "personalisedAdvertising" && parameters.advertising === "none") ||
      (purpose === "directMarketing" && parameters.directMarketing === "none")
    const listed = parameters.purposes[role].includes(purpose)
    const further = parameters.furtherPurposes !== "none"
    expect(answer._tag).toBe(lawful || (!banned && (listed || further)) ? "allow" : "violation")
  })
  it("a use without a purpose is undeclared, which is no permission", () => {
    expect(brief(ask({ purpose: undefined }))).toBe("undeclared PURPOSES")
  })
  it("NOT-SOLD: sale is refused under any consent", () => {
    expect(brief(ask({ purpose: "sale", consented: ["sale"] }))).toBe("violation NOT-SOLD")
  })
  it("R-OBJECT, OPTOUT: an objection ends the purpose", () => {
    expect(brief(ask({ objected: ["requestedService"] }))).toBe("violation R-OBJECT")
    expect(
      brief(ask({ purpose: "directMarketing", consented: ["directMarketing"], objected: ["directMarketing"] })),
    ).toBe("violation OPTOUT")
  })
  it("MARKETING: a message takes an explicit consent where the version does", () => {
    const marketing = ask({ purpose: "directMarketing" })
    if (parameters.directMarketing === "explicitConsent") expect(brief(marketing)).toBe("violation MARKETING")
    else expect(brief(marketing)).toBe("allow")
  })
  it("NO-ADS (V30): advertising always needs consent", () => {
    expect(brief(ask({ purpose: "personalisedAdvertising" }))).toBe("violation NO-ADS")
  })
  it("NO-RETARGET: retargeting is refused", () => {
    expect(brief(ask({ purpose: "retargeting", consented: ["retargeting"] }))).toBe("violation NO-RETARGET")
  })
  it("a legal duty needs its reference", () => {
    expect(brief(ask({ purpose: "rightsFulfilment" }))).toBe("undeclared BASIS")
    expect(ask({ purpose: "rightsFulfilment", legalReference: "GDPR 15" })).toMatchObject({
      _tag: "allow",
      basis: "legalObligation",
    })
  })
  it("MINIMISE: a datum without declared purposes is undeclared, one with others a violation", () => {
    const [category = "ipAddress"] = parameters.categories[role]
    expect(brief(ask({ datum: { category, declared: [] } }))).toBe("undeclared MINIMISE")
    expect(brief(ask({ datum: { category, declared: ["serviceUsageAnalytics"] } }))).toBe("violation PURPOSES")
    expect(brief(ask({ datum: { category, declared: ["requestedService"] } }))).toBe("allow")
  })
  it("CATEGORIES: a datum of a category that is not listed is refused", () => {
    expect(brief(ask({ datum: { category: "deviceCallLog", declared: everyPurpose } }))).toBe("violation CATEGORIES")
  })
  it("NONIDENT-FREE, STAT-IMPROVE: anonymous data may be used without an instruction", () => {
    const answer = Purpose.check(policy, { role, purpose: "serviceUsageAnalytics", label: "nonPersonal" })
    expect(brief(answer)).toBe("allow")
    const other = Purpose.check(policy, { role, purpose: "marketMeasurement", label: "nonPersonal" })
    expect(other._tag).toBe(parameters.nonPersonalUses.includes("anyOtherPurpose") ? "allow" : "violation")
  })
  // Planted and found: any instruction taken for the one that was asked about.
  it.prop(
    "never answers allow for a purpose that the Customer did not instruct (CUST-PURPOSE)",
    [fc.subarray([...everyPurpose]), fc.constantFrom(...everyPurpose)],
    (instructed, purpose) => {
      const bound = parameters.processorPurposes === "instructedByCustomer" && !instructed.includes(purpose)
      if (bound)
        expect(ask({ purpose, instructed, consented: everyPurpose, compatibility: "recorded" })._tag).not.toBe("allow")
    },
  )
  // Planted and found: a known datum taken for none.
  it.prop(
    "more bans, or less of what supports it, never turn a refusal into a permission",
    [fc.constantFrom(...everyPurpose), fc.subarray([...everyPurpose]), fc.subarray([...everyPurpose]), fc.boolean()],
    (purpose, instructed, consented, legal) => {
      const full = ask({ purpose, instructed, consented, ...(legal && { legalReference: "law" }) })
      const less = [
        ask({ purpose, instructed, consented: [], ...(legal && { legalReference: "law" }) }),
        ask({ purpose, instructed, consented }),
        ask({ purpose, instructed: [], consented, ...(legal && { legalReference: "law" }) }),
        ask({ purpose, instructed, consented, objected: [purpose], ...(legal && { legalReference: "law" }) }),
      ]
      if (full._tag !== "allow") for (const answer of less) expect(answer._tag).not.toBe("allow")
    },
  )
})

describe("Kinds of data with purposes of their own", () => {
  it("SOLE-PURPOSE: call data serve the requested service alone", () => {
    for (const [policy, role] of [
      [v2016, "publisher"],
      [v2019, "processor"],
    ] as const) {
      const ask = (purpose: Purpose.Purpose) =>
        brief(Purpose.check(policy, { role, purpose, kind: "callData", instructed: everyPurpose }))
      expect(ask("requestedService")).toBe("allow")
      for (const purpose of everyPurpose)
        if (purpose !== "requestedService") expect(ask(purpose)).toMatch(/^(violation|undeclared)/)
    }
  })
  it("TECH-PURPOSE, ADID-USE, TRAINING, 3P-SERVICE", () => {
    const ask = (policy: typeof v2016, role: Use["role"], kind: NonNullable<Use["kind"]>, purpose: Purpose.Purpose) =>
      brief(Purpose.check(policy, { role, purpose, kind, instructed: everyPurpose, basis: "contract" }))
    expect(ask(v2021, "processor", "technicalData", "customerCare")).toBe("allow")
    expect(ask(v2021, "processor", "technicalData", "serviceOptimisation")).toBe("violation TECH-PURPOSE")
    expect(ask(v2019, "processor", "advertisingIdentifier", "serviceUsageAnalytics")).toBe("allow")
    expect(ask(v2019, "processor", "advertisingIdentifier", "requestedService")).toBe("violation ADID-USE")
    expect(ask(dialogra, "controller", "voiceRecording", "customerCare")).toBe("violation TRAINING")
    expect(
      brief(Purpose.check(dialogra, { role: "controller", purpose: "staffTraining", kind: "voiceRecording" })),
    ).toBe("allow")
    expect(ask(v2016, "publisher", "thirdPartyServiceData", "customerCare")).toBe("violation 3P-SERVICE")
    expect(ask(v2016, "publisher", "thirdPartyServiceData", "requestedService")).toBe("allow")
  })
})

describe("Roles, instructions and bases", () => {
  it("CUST-PURPOSE: without a contract that instructs it is undeclared", () => {
    expect(brief(Purpose.check(v2021, { role: "processor", purpose: "requestedService" }))).toBe(
      "undeclared CUST-PURPOSE",
    )
    expect(
      brief(Purpose.check(v2021, { role: "processor", purpose: "requestedService", instructed: ["customerCare"] })),
    ).toBe("violation CUST-PURPOSE")
  })
  it("CUST-PURPOSE: an instruction opens no purpose that the version does not offer (V37)", () => {
    expect(brief(Purpose.check(v2021, { role: "processor", purpose: "staffTraining", instructed: everyPurpose }))).toBe(
      "violation PURPOSES",
    )
  })
  it("NO-OWN-USE: in 2016 the operator uses nothing for itself", () => {
    expect(brief(Purpose.check(v2016, { role: "controller", purpose: "requestedService" }))).toBe(
      "violation NO-OWN-USE",
    )
    expect(brief(Purpose.check(v2019, { role: "controller", purpose: "accountManagement", basis: "contract" }))).toBe(
      "allow",
    )
  })
  it("ROLE: `publisher` is a word of 2016", () => {
    expect(brief(Purpose.check(v2019, { role: "publisher", purpose: "requestedService" }))).toBe("violation ROLE")
    expect(brief(Purpose.check(v2016, { role: "publisher", purpose: "requestedService" }))).toBe("allow")
  })
  it("BASIS: a controller needs the one legal basis of the purpose, and a consent where that is the basis", () => {
    expect(brief(Purpose.check(v2021, { role: "controller", purpose: "visitorKnowledge" }))).toBe("undeclared BASIS")
    expect(
      brief(Purpose.check(v2021, { role: "controller", purpose: "visitorKnowledge", basis: "legitimateInterests" })),
    ).toBe("allow")
    expect(brief(Purpose.check(v2021, { role: "controller", purpose: "visitorKnowledge", basis: "consent" }))).toBe(
      "violation BASIS",
    )
    expect(Purpose.check(dialogra, { role: "controller", purpose: "paymentManagement" })).toMatchObject({
      basis: "contract",
    })
    expect(brief(Purpose.check(dialogra, { role: "controller", purpose: "paymentManagement", basis: "consent" }))).toBe(
      "violation BASIS",
    )
  })
  it("FAIR: nothing passes for a controller without a lawful ground, and with one that the record names it does", () => {
    for (const purpose of v2021.parameters.purposes.controller) {
      expect(brief(Purpose.check(v2021, { role: "controller", purpose }))).toBe("undeclared BASIS")
      expect(brief(Purpose.check(v2021, { role: "controller", purpose, basis: "contract" }))).toBe("allow")
    }
  })
  it("CTRL-MIN: as controller only the listed categories are used, and each of them may be", () => {
    const ask = (category: PersonalDataCategory) =>
      brief(
        Purpose.check(v2021, {
          role: "controller",
          purpose: "accountManagement",
          basis: "contract",
          datum: { category, declared: ["accountManagement"] },
        }),
      )
    for (const category of PersonalDataCategory.literals) {
      const needed = v2021.parameters.categories.controller.includes(category)
      expect(ask(category)).toBe(needed ? "allow" : "violation CATEGORIES")
    }
  })
  it("IP-SECURITY: Dialogra may block abuse", () => {
    const use: Use = {
      role: "controller",
      purpose: "misusePrevention",
      datum: { category: "ipAddress", declared: ["misusePrevention"] },
    }
    expect(Purpose.check(dialogra, use)).toMatchObject({ _tag: "allow", basis: "legitimateInterests" })
    expect(brief(Purpose.check(v2021, { ...use, basis: "legitimateInterests" }))).toBe("violation PURPOSES")
  })
  it("COMPATIBLE: another purpose takes a recorded compatibility, a consent or a law, where the version is open to it", () => {
    const ask = (policy: typeof v2016, more: Partial<Use>) =>
      brief(
        Purpose.check(policy, {
          role: "controller",
          purpose: "visitorKnowledge",
          basis: "legitimateInterests",
          ...more,
        }),
      )
    expect(ask(dialogra, {})).toBe("violation PURPOSES")
    expect(ask(dialogra, { compatibility: "same service, same visitors" })).toBe("allow")
    expect(ask(dialogra, { compatibility: " " })).toBe("violation PURPOSES")
    expect(ask(dialogra, { consented: ["visitorKnowledge"] })).toBe("allow")
    expect(ask(dialogra, { legalReference: "law 7" })).toBe("allow")
    expect(
      brief(
        Purpose.check(v2021, {
          role: "controller",
          purpose: "staffTraining",
          basis: "contract",
          compatibility: "recorded",
        }),
      ),
    ).toBe("violation PURPOSES")
  })
})
