import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { describe, expect, it, runs } from "@tacet/vitest"
import type { EffectivePolicy } from "./EffectivePolicy.ts"
import * as Ends from "../checks/Ends.ts"
import * as History from "./History.ts"
import { holding, proves } from "../laws.testing.ts"
import { legalData } from "../legal/LegalData.ts"
import type { Parameter } from "../text/Parameter.ts"
import { samples } from "../text/Parameter.ts"
import type { ParameterName, PrivacyPolicy, Statements } from "../text/PrivacyPolicy.ts"
import * as Policy from "../text/PrivacyPolicy.ts"
import { purposes } from "../text/parameters/purposes.ts"
import { equal } from "../law/Requirement.ts"
import { resolve } from "./Resolve.ts"
import { sever } from "./Severability.ts"
import { dialogra, dialonce20160629, dialonce20190305, dialonce20210217, published } from "../versions/index.ts"

const at = (text: string): DateTime.Utc => DateTime.makeUnsafe(text.length === 10 ? `${text}T12:00:00Z` : text)
const under = (policy: PrivacyPolicy, time: string): EffectivePolicy =>
  Result.getOrThrow(resolve(History.of(policy), { at: at(time) }))
const stated = <A>(value: A) => ({ value, sources: [] })
/** A policy that says only this. */
const saying = (parameters: Statements, change: Partial<PrivacyPolicy> = {}): PrivacyPolicy => ({
  id: "own/1",
  operator: "Own",
  version: "1",
  language: "en",
  publishedOn: "2022-01-01",
  effectiveFrom: "2022-01-01",
  country: "FR",
  timeZone: "Europe/Paris",
  parameters,
  ...change,
})
const adopting = (...adopted: ReadonlyArray<readonly [string, PrivacyPolicy]>): History.History => ({
  adopted: adopted.map(([from, policy]) => ({ from: at(from), policy })),
})
const ordered = Policy.parameterNames.filter((name) => !["choice", "fact"].includes(Policy.parameter(name).kind))
/** Whether the first value is at least as strict as the second. */
const asStrict = (name: ParameterName, one: unknown, other: unknown): boolean => {
  const { meet } = Policy.parameter(name) as unknown as Parameter<unknown>
  return equal(meet(one, other), meet(one, one))
}

describe("POLICY-BIND: the version that binds a moment", () => {
  const history = adopting(
    ["2016-06-29", dialonce20160629],
    ["2019-03-05", dialonce20190305],
    ["2021-02-17", dialonce20210217],
  )
  it.each([
    ["2016-06-29T12:00:00.000Z", "dialonce/2016-06-29"],
    ["2019-03-05T11:59:59.999Z", "dialonce/2016-06-29"],
    ["2019-03-05T12:00:00.000Z", "dialonce/2019-03-05"],
    ["2026-01-01T00:00:00.000Z", "dialonce/2021-02-17"],
  ])("at %s it is %s", ([time = "", id]) => {
    expect(Result.map(resolve(history, { at: at(time) }), ({ policy }) => policy)).toEqual(Result.succeed(id))
  })
  it("before the first adoption nothing binds, and nothing is allowed", () => {
    const answer = resolve(history, { at: at("2016-06-29T11:59:59.999Z") })
    expect(Result.isFailure(answer) && answer.failure.rule).toBe("POLICY-BIND")
  })
  // Planted and found: `from < at` in place of `from <= at`.
  it.prop(
    "it is the latest adopted at or before the moment, in whatever order the versions are listed",
    [fc.uniqueArray(fc.nat({ max: 50 }), { minLength: 1, maxLength: 8 }), fc.nat({ max: 60 })],
    (times, moment) => {
      const day = (index: number) => DateTime.makeUnsafe(1_600_000_000_000 + index * 86_400_000)
      const adopted = times.map((index) => ({ from: day(index), policy: saying({}, { id: `own/${index}` }) }))
      const bound = History.bindingAt({ adopted }, day(moment))
      const expected = times.filter((index) => index <= moment).toSorted((one, other) => other - one)[0]
      expect(Result.isSuccess(bound) ? bound.success.policy.id : undefined).toBe(
        expected === undefined ? undefined : `own/${expected}`,
      )
    },
  )
})

describe("Silence is not permission", () => {
  it("an entry that no closed list names is refused: a category, an operation, a ground", () => {
    const { parameters } = under(dialonce20210217, "2021-03-01")
    expect(parameters.categories.processor).not.toContain("advertisingIdentifier")
    expect(parameters.disclosureGrounds).not.toContain("advertiser")
    expect(parameters.instruments).not.toContain("derogation")
  })
  it("V01: a version that says nothing of location forbids it", () => {
    for (const policy of [dialogra, saying({})]) {
      const { parameters, reasons } = under(policy, "2022-06-01")
      expect(parameters.geolocation).toBe("forbidden")
      expect(reasons.geolocation.resolutions).toContain("silent")
    }
  })
  it("a silent parameter is that of the strictest other version, with its sources and the reason", () => {
    const { parameters, reasons } = under(dialonce20160629, "2017-01-01")
    expect(parameters.recognition).toBe("ifInstructed")
    expect(reasons.recognition.resolutions).toEqual(["silent"])
    expect(reasons.recognition.policies).toEqual(["dialonce/2019-03-05", "dialonce/2021-02-17"])
    expect(reasons.recognition.sources.map(({ document }) => document)).toEqual(["D19", "DF21"])
  })
  // Planted and found: choices taken for parameters that have an order.
  it.prop(
    "a policy that says nothing at all is as strict as each published one",
    [fc.constantFrom(...published)],
    (policy) => {
      const silent = under(saying({}), "2022-06-01").parameters
      const loud = under(policy, "2022-06-01").parameters
      const looser = ordered.filter((name) => {
        const said = Policy.statement(policy.parameters, name)
        return said !== undefined && !asStrict(name, silent[name], loud[name])
      })
      // The law demands this ground: what must be kept by law cannot be erased, whatever a version says.
      expect(looser).toEqual([])
    },
  )
})

describe("Special beats general", () => {
  it("V03: twelve months displace the contract's term, and only a recorded legal ground extends", () => {
    const { parameters, reasons } = under(dialonce20190305, "2019-06-01")
    expect(parameters.retentionCap).toEqual([{ after: "collection", within: "P12M" }])
    expect(reasons.retentionCap.resolutions).toEqual(["stated", "specialBeatsGeneral"])
    expect(parameters.retentionExtension).toBe("recordedLegalGround")
  })
  it("V04: the same with the end of the contract", () => {
    expect(under(dialonce20210217, "2021-06-01").parameters.retentionCap).toEqual([{ after: "contractEnd" }])
  })
})

describe("LANGUAGE: French beats English", () => {
  const { parameters, reasons } = under(dialonce20210217, "2021-06-01")
  it("V12, V54: a refusal on a legal ground is open, and an objection meets legally necessary processing", () => {
    expect(parameters.refusalGrounds).toContain("legalLimit")
    expect(parameters.objectionTest).toBe("unlessStrictlyOrLegallyNecessary")
    expect(reasons.objectionTest.resolutions).toContain("languagePrevails")
  })
  it("V21, V23, V58: processors of the operator, the opening of a page, every ground of law", () => {
    expect(parameters.interactionDataRecipients).toEqual(["owningCustomer", "subProcessor"])
    expect(parameters.operations.processor).toContain("openThirdPartyPage")
    expect(parameters.accountLegalGrounds).toEqual(["billing", "litigation", "legalDuty"])
  })
  it("V16, V34, V37: a duty that only the English states is obeyed beside the French", () => {
    expect(parameters.dataCentres).toBe(2)
    expect(parameters.registersOnDemand).toContain("recipients")
    expect(reasons.registersOnDemand.resolutions).toContain("stricterLanguageKept")
    expect(parameters.processorPurposes).toBe("instructedByCustomer")
  })
  const variant = (en: Statements, fr: Statements): PrivacyPolicy =>
    saying(fr, { language: "fr", variants: [{ language: "en", document: "EN", parameters: en }] })
  it.each(["stated in French", "stated in English"])(
    "the language that a version names decides permissions: %s",
    (which) => {
      const precedence = which === "stated in French" ? "fr" : "en"
      const policy = variant(
        { channels: stated(["web", "sms"] as const) },
        { channels: stated(["web"] as const), languagePrecedence: stated(precedence) },
      )
      expect(under(policy, "2022-06-01").parameters.channels).toEqual(precedence === "fr" ? ["web"] : ["web", "sms"])
    },
  )
  it("V42: where no language prevails the stricter one of each point does", () => {
    const policy = variant(
      { channels: stated(["web", "sms"] as const) },
      { channels: stated(["web", "app"] as const), languagePrecedence: stated("none") },
    )
    expect(under(policy, "2022-06-01").parameters.channels).toEqual(["web"])
  })
})

describe("Never loosen backwards (V02)", () => {
  const history = adopting(["2019-03-05", dialonce20190305], ["2021-02-17", dialonce20210217])
  const held = (collected: string, time: string) =>
    Result.getOrThrow(resolve(history, { at: at(time), collectedAt: at(collected) }))
  it("a datum collected in 2019 keeps its twelve months after the version of 2021 is adopted (RET-12M)", () => {
    const policy = held("2020-12-01", "2021-03-01")
    expect(policy.policy).toBe("dialonce/2021-02-17")
    expect(policy.parameters.retentionCap).toEqual([{ after: "collection", within: "P12M" }, { after: "contractEnd" }])
    expect(policy.reasons.retentionCap.resolutions).toContain("neverLoosened")
    const end = Ends.readableUntil(policy, { category: "ipAddress", events: { collection: at("2020-12-01") } })
    expect(end && DateTime.formatIso(end)).toBe("2021-12-01T12:00:00.000Z")
  })
  it("a datum collected in 2021 lives by the version of 2021 alone (RET-CONTRACT-CAP)", () => {
    expect(held("2021-03-01", "2021-03-02").parameters.retentionCap).toEqual([{ after: "contractEnd" }])
  })
  it("a use that either version forbids stays forbidden", () => {
    expect(held("2020-12-01", "2021-03-01").parameters.advertisingIdentifier).toBe("notAllowed")
    expect(held("2020-12-01", "2021-03-01").parameters.channels).toEqual(["outgoingCall", "incomingCall"])
    expect(held("2020-12-01", "2021-03-01").parameters.interception).toEqual(["activateInterface"])
  })
  it("a stricter version in between still binds after it was replaced", () => {
    const strict = saying({ retentionCap: stated([{ after: "collection", within: "P1M" }] as const) })
    const path = adopting(["2019-03-05", dialonce20190305], ["2020-01-01", strict], ["2020-02-01", dialonce20190305])
    const policy = Result.getOrThrow(resolve(path, { at: at("2020-03-01"), collectedAt: at("2019-12-01") }))
    expect(policy.parameters.retentionCap).toEqual([{ after: "collection", within: "P1M" }])
  })

  // A random history: versions that say random things, adopted on random days; supplements; policies of the Customer.
  const aStatement = fc
    .constantFrom(...Policy.parameterNames)
    .chain((name) =>
      fc
        .constantFrom(...samples(Policy.parameter(name) as unknown as Parameter<unknown>))
        .map((value) => [name, stated(value)] as const),
    )
  const someStatements = fc.array(aStatement, { maxLength: 25 }).map((list) => Object.fromEntries(list) as Statements)
  const aDay = fc.integer({ min: 0, max: 40 })
  const day = (index: number) => DateTime.makeUnsafe(Date.UTC(2021, 0, 1) + index * 86_400_000)
  const aHistory = fc
    .record({
      first: someStatements,
      adopted: fc.array(fc.tuple(aDay, someStatements), { maxLength: 4 }),
      supplements: fc.array(fc.tuple(aDay, someStatements), { maxLength: 2 }),
      own: fc.array(fc.tuple(aDay, someStatements), { maxLength: 2 }),
    })
    .map(({ adopted, first, own, supplements }): History.History => {
      const dated = <A>(
        list: ReadonlyArray<readonly [number, Statements]>,
        make: (statements: Statements, index: number) => A,
      ) =>
        list
          .toSorted(([one], [other]) => one - other)
          .map(([index, statements], position) => ({ from: day(index), ...make(statements, position) }))
      return {
        adopted: dated([[0, first], ...adopted], (statements, index) => ({
          policy: saying(statements, { id: `own/${index}` }),
        })),
        supplements: dated(supplements, (parameters, index) => ({
          id: `supplement/${index}`,
          product: "app",
          parameters,
        })),
        customerPolicies: dated(own, (parameters, index) => ({ id: `customer/${index}`, parameters })),
      }
    })
  // Planted and found: only the first and the last version read; the last one alone.
  it.prop(
    "whatever is published later, an earlier datum is never kept longer and never disclosed further",
    [aHistory, aDay, aDay, aDay],
    (random, ...days) => {
      const [collected = 0, sooner = 0, later = 0] = days.toSorted((one, other) => one - other)
      const ask = (index: number) =>
        Result.getOrThrow(
          resolve(random, { at: day(index), collectedAt: day(collected), product: "app", role: "processor" }),
        ).parameters
      const before = ask(sooner)
      const after = ask(later)
      expect(ordered.filter((name) => !asStrict(name, after[name], before[name]))).toEqual([])
      const events = { collection: day(collected), contractEnd: day(70) }
      const end = (cap: ReadonlyArray<Policy.ValueOf<"retentionCap">[number]>) =>
        DateTime.toEpochMillis(Ends.earliest(cap, events, "Europe/Paris") ?? day(100_000))
      expect(end(after.retentionCap)).toBeLessThanOrEqual(end(before.retentionCap))
    },
    { numRuns: 300 },
  )
  // Planted and found: a value for silence without its reason.
  it.prop("every parameter has a value and a reason, under any history", [aHistory, aDay], (random, index) => {
    const policy = Result.getOrThrow(resolve(random, { at: day(index) }))
    for (const name of Policy.parameterNames) {
      expect(policy.parameters[name]).toBeDefined()
      expect(policy.reasons[name].resolutions.length).toBeGreaterThan(0)
    }
  })
  it("is checked often enough", () => expect(runs(300)).toBeGreaterThanOrEqual(300))
})

describe("Law beats all from its date", () => {
  it("V10: `impractical` is open on 24 May 2018 and no longer on the 25th", () => {
    const grounds = (time: string) => under(dialonce20160629, time).parameters.refusalGrounds
    expect(grounds("2018-05-24")).toContain("impractical")
    expect(grounds("2018-05-25")).not.toContain("impractical")
  })
  it("the day begins at midnight in the zone of the policy", () => {
    expect(under(dialonce20160629, "2018-05-24T21:59:59Z").parameters.roleModel).toBe("publisher")
    expect(under(dialonce20160629, "2018-05-24T22:00:00Z").parameters.roleModel).toBe("controllerAndProcessor")
  })
  it("in an EEA state outside the EU it comes on 20 July 2018", () => {
    const policy = saying(dialonce20160629.parameters, { country: "NO", effectiveFrom: "2016-06-29" })
    expect(under(policy, "2018-07-19").parameters.roleModel).toBe("publisher")
    expect(under(policy, "2018-07-20").parameters.roleModel).toBe("controllerAndProcessor")
  })
  it("V11: the rights of 2016 become those of the GDPR, with the articles as the reason", () => {
    const { parameters, reasons } = under(dialonce20160629, "2018-06-01")
    expect(parameters.rights).toEqual([
      "access",
      "portability",
      "rectification",
      "erasure",
      "restriction",
      "objection",
      "consentWithdrawal",
      "complaint",
    ])
    expect(reasons.rights.resolutions).toEqual(["stated", "law"])
    expect(reasons.rights.articles).toContain("GDPR 20")
  })
  it("V09: of thirty days and one month the sooner counts", () => {
    expect(under(dialogra, "2021-01-31").parameters.answerWithin).toEqual(["P1M", "P30D"])
  })
  it("a duty of the law binds whatever a version says: data that the law requires are not erased", () => {
    for (const policy of published) {
      expect(under(policy, "2022-06-01").parameters.refusalGrounds).toContain("legalObligation")
    }
  })
  it("a country that the GDPR does not reach keeps its words", () => {
    const policy = saying({ answerWithin: stated(["P6M"] as const) }, { country: "US", timeZone: "America/New_York" })
    expect(under(policy, "2022-06-01").parameters.answerWithin).toEqual(["P6M"])
  })
  it("other legal data decide otherwise", () => {
    const later = { ...legalData, regulationFrom: { union: "2019-01-01", freeTradeStates: "2019-01-01" } } as const
    const policy = Result.getOrThrow(resolve(History.of(dialonce20160629), { at: at("2018-06-01") }, { legal: later }))
    expect(policy.parameters.roleModel).toBe("publisher")
  })
})

describe("What no version switches off", () => {
  const loose = saying(
    {
      categories: stated({
        controller: ["deviceCallLog", "addressBook", "ipAddress"] as const,
        processor: ["deviceCallLog", "addressBook", "ipAddress"] as const,
        publisher: ["deviceCallLog", "addressBook", "ipAddress"] as const,
      }),
      purposes: stated({ controller: ["sale"] as const, processor: ["sale"] as const, publisher: ["sale"] as const }),
      directAccess: stated(["customer", "partner"] as const),
      advertising: stated("onLegitimateInterest" as const),
      retentionExtension: stated("contractTerm" as const),
      publication: stated([]),
      groundConditions: stated({ explicitConsent: [] }),
      mandatoryFreeText: stated("allowed" as const),
    },
    { country: "US", timeZone: "UTC" },
  )
  const { parameters, reasons } = under(loose, "2022-06-01")
  it("CALL-LOG, ADDR-READ: no category of a call log or an address book", () => {
    expect(parameters.categories.processor).toEqual(["ipAddress"])
    expect(reasons.categories.resolutions).toEqual(["stated", "libraryInvariant"])
  })
  it("NOT-SOLD (V31): no purpose of sale", () => expect(parameters.purposes.controller).toEqual([]))
  it("NO-ACCESS-PUB (V20): no direct reading", () => expect(parameters.directAccess).toEqual([]))
  it("NO-ADS (V30): no advertising without consent", () => expect(parameters.advertising).toBe("withConsent"))
  it("RET-NEC (V03): no contract extends", () => expect(parameters.retentionExtension).toBe("recordedLegalGround"))
  it("ARCHIVE: earlier versions stay", () => expect(parameters.publication).toContain("earlierVersions"))
  it("VOLUNTARY: no free text must be filled in", () => expect(parameters.mandatoryFreeText).toBe("never"))
  it("D-CONSENT (V32): a consent names recipient and manner", () =>
    expect(parameters.groundConditions.explicitConsent).toEqual(["explicitConsent", "namedRecipient", "namedManner"]))
})

describe("SUPPLEMENT", () => {
  const history: History.History = {
    ...adopting(["2021-02-17", dialonce20210217]),
    supplements: [
      {
        id: "dialonce/app",
        product: "app",
        from: at("2022-01-01"),
        parameters: {
          dataPurposes: stated({}),
          purposes: stated({
            controller: [],
            processor: ["softwareUpdate"],
            publisher: [],
          }),
        },
      },
    ],
  }
  const ask = (time: string, product?: string, collected?: string) =>
    Result.getOrThrow(
      resolve(history, { at: at(time), ...(product && { product }), ...(collected && { collectedAt: at(collected) }) }),
    )
  it("adds to its own product from its own day, with its name among the reasons", () => {
    const policy = ask("2022-06-01", "app")
    expect(policy.parameters.purposes.processor).toContain("softwareUpdate")
    expect(policy.parameters.purposes.processor).toContain("requestedService")
    expect(policy.reasons.purposes.policies).toContain("dialonce/app")
  })
  it("is never seen by another product, and not before its day", () => {
    for (const policy of [ask("2022-06-01", "web"), ask("2022-06-01"), ask("2021-12-31", "app")]) {
      expect(policy.parameters.purposes.processor).not.toContain("softwareUpdate")
    }
  })
  it("does not open anything for data that were collected before it", () => {
    expect(ask("2022-06-01", "app", "2021-12-01").parameters.purposes.processor).not.toContain("softwareUpdate")
  })
})

describe("PRECEDENCE: the Customer's own policy", () => {
  const history: History.History = {
    ...adopting(["2019-03-05", dialonce20190305]),
    customerPolicies: [
      {
        id: "bank/1",
        from: at("2019-06-01"),
        parameters: {
          retentionCap: stated([{ after: "collection", within: "P3M" }] as const),
          recognition: stated("off" as const),
          answerWithin: stated(["P2M"] as const),
        },
      },
    ],
  }
  const ask = (role: "controller" | "processor", time = "2019-07-01") =>
    Result.getOrThrow(resolve(history, { at: at(time), role }))
  it("decides every point that it regulates, for data handled as processor, and is named", () => {
    const policy = ask("processor")
    expect(policy.parameters.retentionCap).toEqual([{ after: "collection", within: "P3M" }])
    expect(policy.parameters.recognition).toBe("off")
    expect(policy.reasons.recognition).toMatchObject({ resolutions: ["customerPolicy"], policies: ["bank/1"] })
  })
  it("leaves the points that it does not regulate to the operator's", () => {
    expect(ask("processor").reasons.geolocation.policies).toEqual(["dialonce/2019-03-05"])
  })
  it("decides nothing of the operator's own data, and nothing before its day", () => {
    expect(ask("controller").parameters.recognition).toBe("on")
    expect(ask("processor", "2019-05-01").parameters.recognition).toBe("on")
  })
  it("ranks below the law", () => expect(ask("processor").parameters.answerWithin).toEqual(["P1M"]))
  const aPoint = fc.constantFrom(...Policy.parameterNames)
  for (const { id, text } of holding("PRECEDENCE")) {
    // Planted and found: the Customer's policy read for the operator's own data too.
    it.prop(
      `under ${id} decision.source is the Customer whenever the Customer regulates the point`,
      [fc.uniqueArray(aPoint, { maxLength: 12 })],
      (points) => {
        const parameters = Object.fromEntries(
          points.map((name) => [name, stated(Policy.parameter(name).strictest)]),
        ) as Statements
        const policy = Result.getOrThrow(
          resolve(
            {
              ...History.of(text),
              customerPolicies: [{ id: "bank/2", from: at(text.effectiveFrom), parameters }],
            },
            { at: at("2022-07-01"), role: "processor" },
          ),
        )
        const decided = Policy.parameterNames.filter((name) => policy.reasons[name].policies.includes("bank/2"))
        expect(decided.toSorted()).toEqual(points.toSorted())
      },
      { numRuns: 1000 },
    )
  }
})

describe("SEVER: a provision found invalid", () => {
  for (const { id, text } of holding("SEVER")) {
    const before = under(text, "2022-06-01").parameters
    const without = new Map<ParameterName, EffectivePolicy["parameters"]>()
    const severed = (name: ParameterName) => {
      const known = without.get(name) ?? under(sever(text, [name]), "2022-06-01").parameters
      without.set(name, known)
      return known
    }
    it.prop(
      `under ${id} leaves every other parameter as it was`,
      // Planted and found: the variants severed of everything.
      [fc.constantFrom(...Policy.parameterNames)],
      (name) => {
        // Severing the rule on languages or on the Customer's policy changes how the others are read, not what they say.
        fc.pre(name !== "languagePrecedence")
        const after = severed(name)
        expect(Policy.parameterNames.filter((other) => other !== name && !equal(after[other], before[other]))).toEqual(
          [],
        )
      },
      { numRuns: 1000 },
    )
  }
  it("gives way to the strictest other version", () => {
    const policy = under(sever(dialonce20160629, ["refusalGrounds"]), "2017-01-01")
    expect(policy.parameters.refusalGrounds).not.toContain("impractical")
    expect(policy.reasons.refusalGrounds.resolutions).toEqual(["silent"])
  })
})

describe("What each version holds for its own time", () => {
  it.each([
    ["V01 GEO-OK, GEO-NEVER", "geolocation", ["allowed", "forbidden", "forbidden", "forbidden"]],
    ["V05 FREETEXT-LIFE16, FREETEXT-LIFE", "freeTextEnd", [1, 2, 2, 2]],
    ["V06 STAT-FOREVER16, ANON-ASAP", "statisticsInput", ["raw", "anonymised", "anonymised", "anonymised"]],
    [
      "V07 R-TO-OPERATOR, R-TO-CUSTOMER",
      "requestAddressee",
      ["operator", "operator", "customerOfInteraction", "operator"],
    ],
    ["V26 RECOG-ATTACH", "recognition", ["ifInstructed", "on", "ifInstructed", "ifInstructed"]],
    ["V29 ADDR-READ", "addressBook", ["displayNameOnly", "displayNameOnly", "notAccessed", "notAccessed"]],
    ["V33 D-NOOTHER, D-NOOTHER-AUTH", "otherPurposeOfRecipient", ["never", "ifAuthorised", "ifAuthorised", "never"]],
    ["V52 COOKIE-DOC", "cookieRules", ["inThisPolicy", "inThisPolicy", "inSeparateDocument", "inThisPolicy"]],
    [
      "V56 ROLE",
      "roleModel",
      ["publisher", "controllerAndProcessor", "controllerAndProcessor", "controllerAndProcessor"],
    ],
    ["V42 LANGUAGE", "languagePrecedence", ["fr", "fr", "fr", "none"]],
  ] as const)("%s: %s", ([, name, expected]) => {
    const times = ["2016-07-01", "2019-04-01", "2021-04-01", "2019-04-01"]
    const values = published.map((policy, index) => under(policy, times[index] ?? "").parameters[name])
    expect(values.map((value) => (Array.isArray(value) ? value.length : value))).toEqual(expected)
  })
  it("DECLARED: in 2016 with an authority, by its number; since in the operator's own record", () => {
    expect(under(dialonce20160629, "2016-07-01").parameters.processingRecord).toBe("authorityDeclaration")
    expect(dialonce20160629.declaration).toEqual({ authority: "CNIL", number: "1966881" })
    for (const policy of [dialonce20190305, dialonce20210217, dialogra]) {
      expect(under(policy, "2021-04-01").parameters.processingRecord).toBe("internalRecord")
    }
  })
  it.each(published)("LAW: under $id every resolved policy carries the laws that the version names", (policy) => {
    const { parameters, reasons } = under(policy, "2021-04-01")
    expect(parameters.applicableLaws.length).toBeGreaterThan(0)
    expect(reasons.applicableLaws.resolutions).toEqual(["stated"])
  })
  it.each(published)("SEC-MEAS: under $id the measures can be listed", (policy) => {
    const { securityMeasures } = under(policy, "2021-04-01").parameters
    expect(securityMeasures).toEqual(expect.arrayContaining(["attackProtection", "accessControl"]))
    if (policy !== dialogra) {
      expect(securityMeasures).toEqual(["encryption", "attackProtection", "accessControl", "training", "contracts"])
    }
  })
  it.each(published)(
    "REUSE-CLAUSE: under $id the provisions may be adapted, and a copy changes nothing in the original",
    (policy) => {
      expect(under(policy, "2021-04-01").parameters.reuseOfProvisions).toBe("allowed")
      const before = JSON.stringify(policy)
      const copy: PrivacyPolicy = {
        ...policy,
        id: "own/copy",
        parameters: { ...policy.parameters, rights: stated([]) },
      }
      expect(under(copy, "2021-04-01").policy).toBe("own/copy")
      expect(JSON.stringify(policy)).toBe(before)
    },
  )
  it("V08 R-LOCATE, R-LOCATE-AD: the advertising identifier locates in 2019 alone", () => {
    const locates = [
      under(dialonce20190305, "2019-04-01"),
      under(dialonce20210217, "2021-04-01"),
      under(dialonce20160629, "2016-07-01"),
    ]
    expect(locates.map(({ parameters }) => parameters.locators.includes("advertisingIdentifier"))).toEqual([
      true,
      false,
      false,
    ])
  })
  it("V25, V28, V39 CATEGORIES: each has its own list, and an entry of the list is accepted", () => {
    const imei = published.map((policy) =>
      under(policy, "2021-04-01").parameters.categories.processor.includes("deviceIdentifier"),
    )
    expect(imei).toEqual([true, true, false, false])
    expect(under(dialonce20210217, "2021-04-01").parameters.categories.controller).toContain("workContact")
    expect(under(dialogra, "2021-04-01").parameters.categories.controller).toContain("voiceRecording")
  })
  it("V27 TRIGGER, INHIBIT, ACTIVATE: calls in 2016 and 2019, the web and messages in 2021", () => {
    expect(under(dialonce20190305, "2019-04-01").parameters.channels).toEqual(["outgoingCall", "incomingCall"])
    expect(under(dialonce20210217, "2021-04-01").parameters.channels.toSorted()).toEqual(
      ["outgoingCall", "incomingCall", "web", "app", "sms", "qr"].toSorted(),
    )
    expect(under(dialonce20210217, "2021-04-01").parameters.interception).toEqual(["activateInterface"])
  })
  it("V13, V14: each its own test of the place", () => {
    expect(under(dialonce20160629, "2016-07-01").parameters.locationRules).toEqual(["similarProtection"])
    expect(under(dialonce20190305, "2019-04-01").parameters.locationRules).toContain("unionOrAdequateCountryAndPartner")
    expect(under(dialonce20210217, "2021-04-01").parameters.locationRules).toContain("unionOrAdequateCountryOrPartner")
  })
})

describe("Texts of several parts", () => {
  const aList = fc.subarray(["web", "app", "sms"] as const, { minLength: 1 })
  for (const { id, text } of holding("LANGUAGE")) {
    const resolved = new Map<string, EffectivePolicy["parameters"]["channels"]>()
    it.prop(
      `LANGUAGE under ${id}: where the languages differ the prevailing one decides, and where none prevails both`,
      // Planted and found: the first language read, whatever the version names.
      [aList, aList, fc.constantFrom("fr", "en", "none")],
      (french, english, precedence) => {
        const policy: PrivacyPolicy = {
          ...text,
          language: "fr",
          parameters: { ...text.parameters, channels: stated(french), languagePrecedence: stated(precedence) },
          variants: [{ language: "en", document: "EN", parameters: { channels: stated(english) } }],
        }
        const both = french.filter((channel) => english.includes(channel))
        const expected = { fr: french, en: english, none: both }[precedence]
        // Each of the 147 cases is resolved once.
        const key = JSON.stringify([french, english, precedence])
        const channels = resolved.get(key) ?? under(policy, "2022-06-01").parameters.channels
        resolved.set(key, channels)
        expect(channels.toSorted()).toEqual(expected?.toSorted())
      },
      { numRuns: 1000 },
    )
  }
  const day = (index: number) => DateTime.makeUnsafe(Date.UTC(2022, 0, 1) + index * 86_400_000)
  proves("SUPPLEMENT", {
    claim: "adds to its own product, from its own day on, and to data collected since",
    // Planted and found: the product not looked at; the day of the collection not looked at.
    values: () =>
      fc.record({
        from: fc.nat(6),
        asked: fc.nat(6),
        before: fc.option(fc.nat(6), { nil: undefined }),
        product: fc.constantFrom("app", "web", undefined),
      }),
    forbids: ({ asked, before, from, product }) =>
      product !== "app" || asked < from || (before !== undefined && asked - before < from),
    refusal: ({ asked, before, from, product }, { parameters: own, policy: id }) => {
      const text = published.find((policy) => policy.id === id)!
      const added = purposes.find((purpose) => purpose !== "sale" && !own.purposes.processor.includes(purpose))!
      const answer = resolve(
        {
          ...History.of(text),
          supplements: [
            {
              id: "own/app",
              product: "app",
              from: day(from),
              parameters: {
                purposes: stated({ controller: [], processor: [added], publisher: [] }),
              },
            },
          ],
        },
        {
          at: day(asked),
          ...(product === undefined ? {} : { product }),
          ...(before === undefined ? {} : { collectedAt: day(asked - before) }),
        },
      )
      return Result.getOrThrow(answer).parameters.purposes.processor.includes(added) ? undefined : "SUPPLEMENT"
    },
  })
})
