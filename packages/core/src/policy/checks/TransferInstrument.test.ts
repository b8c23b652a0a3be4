import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "@tacet/vitest"
import { proves } from "../laws.testing.ts"
import { legalData } from "../legal/LegalData.ts"
import type { AdequacyQuestion } from "../legal/LegalData.ts"
import { instruments } from "../text/parameters/location.ts"
import { fromEpochDay, type PlainDate, toEpochDay } from "../../calendar/PlainDate.ts"
import * as ProcessingLocation from "./ProcessingLocation.ts"
import type { Safeguard } from "./TransferInstrument.ts"
import * as TransferInstrument from "./TransferInstrument.ts"
import { dialogra, dialonce20160629, dialonce20190305, dialonce20210217 } from "../versions/index.ts"
import * as Policy from "../text/PrivacyPolicy.ts"

const allowedBy = (policy: Policy.PrivacyPolicy) => Policy.statement(policy.parameters, "instruments")?.value ?? []
const check = (safeguard: Partial<Safeguard>, question: AdequacyQuestion, policy = dialonce20210217): string => {
  const carried = TransferInstrument.check(
    { instrument: "standardContractualClauses", reference: "contract 7", recordedOn: "2016-01-01", ...safeguard },
    question,
    allowedBy(policy),
    legalData,
  )
  return Result.isSuccess(carried) ? carried.success.article : carried.failure._tag
}
const to = (date: PlainDate, entity = "IN"): AdequacyQuestion => ({ entity, date })
const clauses = (act: string, contractMadeOn: PlainDate) => ({ act, contractMadeOn }) as const

describe("A45-47: instruments by date (V18)", () => {
  it("SHIELD: a transfer of 2019 under Privacy Shield replays as lawful, the same one today is refused (V19)", () => {
    const shield = { instrument: "adequacyDecision", reference: "" } as const
    const question = (date: PlainDate): AdequacyQuestion => ({ entity: "US", date, conditions: ["selfCertified"] })
    expect(check(shield, question("2019-06-01"), dialonce20190305)).toBe("GDPR 45")
    expect(check(shield, question("2020-07-15"), dialonce20190305)).toBe("GDPR 45")
    expect(check(shield, question("2020-07-16"), dialonce20190305)).toBe("NotAdequate")
    expect(check(shield, question("2026-09-01"))).toBe("NotAdequate")
  })
  it.each<readonly [string, Partial<Safeguard>, PlainDate, boolean]>([
    ["old clauses in an old contract, on their last day", clauses("2010/87/EU", "2021-09-26"), "2022-12-27", true],
    ["old clauses in an old contract, a day later", clauses("2010/87/EU", "2021-09-26"), "2022-12-28", false],
    ["old clauses in a new contract", clauses("2010/87/EU", "2021-09-27"), "2021-10-01", false],
    ["new clauses on their first day", clauses("(EU) 2021/914", "2021-06-27"), "2021-06-27", true],
    ["new clauses before their first day", clauses("(EU) 2021/914", "2021-06-26"), "2021-06-27", false],
    ["clauses that carry no transfer", clauses("(EU) 2021/915", "2022-01-01"), "2022-02-01", false],
    ["a contract of tomorrow", clauses("(EU) 2021/914", "2022-02-02"), "2022-02-01", false],
    ["without a contract", { act: "(EU) 2021/914" }, "2022-02-01", false],
  ])("%s", ([, safeguard, date, carried]) => {
    expect(check(safeguard, to(date)) === "GDPR 46(2)(c)").toBe(carried)
  })
  it("others need what proves them, before the transfer", () => {
    expect(check({ instrument: "bindingCorporateRules" }, to("2022-02-01"))).toBe("GDPR 47")
    expect(check({ instrument: "bindingCorporateRules", reference: " " }, to("2022-02-01"))).toBe("InstrumentRefused")
    expect(check({ instrument: "bindingCorporateRules", recordedOn: "2022-02-02" }, to("2022-02-01"))).toBe(
      "InstrumentRefused",
    )
    expect(check({ instrument: "codeOfConduct" }, to("2022-02-01"))).toBe("GDPR 46(2)(e)")
    expect(check({ instrument: "codeOfConduct" }, to("2018-05-24"))).toBe("InstrumentRefused")
    expect(check({ instrument: "adHocClauses" }, to("2022-02-01"))).toBe("InstrumentRefused")
    expect(check({ instrument: "adHocClauses", authorisation: "CNIL 12" }, to("2022-02-01"))).toBe("GDPR 46(3)(a)")
  })
  it("a derogation is in no version, though the law knows it (V18)", () => {
    for (const policy of [dialonce20160629, dialonce20190305, dialonce20210217, dialogra]) {
      expect(check({ instrument: "derogation" }, to("2022-02-01"), policy)).toBe("InstrumentRefused")
    }
  })
  it("LOC-ANY16: a consent to the transfer, or anonymisation before, carried in 2016 alone", () => {
    for (const instrument of ["consentToTransfer", "anonymisationBefore", "otherRecordedMeasure"] as const) {
      expect(check({ instrument, recordedOn: "2016-07-01" }, to("2016-08-01"), dialonce20160629)).toMatch(/^95\/46\/EC/)
      expect(check({ instrument }, to("2021-08-01"))).toBe("InstrumentRefused")
    }
  })
})

describe("LOC-ANY16, LOC-EU-AND, LOC-EU, LOC-3WAY, LOC-NONEEA: where data may be processed (V13, V14)", () => {
  const rules = {
    D16: "similarProtection",
    D19: "unionOrAdequateCountryAndPartner",
    D21: "unionOrAlternative",
    DF21: "unionOrAdequateCountryOrPartner",
    DG: "areaOrSafeguards",
  } as const
  const safeguard: Safeguard = { instrument: "bindingCorporateRules", reference: "BCR 3", recordedOn: "2018-01-01" }
  const passes = (rule: (typeof rules)[keyof typeof rules], entity: string, date: PlainDate, given?: Safeguard) =>
    Result.getOrThrow(
      ProcessingLocation.evaluate(rule, { entity, date, ...(given && { safeguard: given }) }, instruments, legalData),
    )
  it.each<readonly [string, PlainDate, Safeguard | undefined, string]>([
    // LOC-ANY16, LOC-EU-AND, LOC-EU, LOC-3WAY, LOC-NONEEA
    ["FR", "2021-07-01", undefined, "yes yes yes yes yes"],
    ["NO", "2021-07-01", undefined, "yes no yes yes yes"],
    ["CH", "2021-07-01", undefined, "yes no yes yes yes"],
    ["CH", "2021-07-01", safeguard, "yes yes yes yes yes"],
    ["IN", "2021-07-01", undefined, "no no no no no"],
    ["IN", "2021-07-01", safeguard, "yes no yes yes yes"],
    ["GB", "2020-01-15", undefined, "yes yes yes yes yes"],
    ["GB", "2020-06-01", undefined, "yes no yes yes yes"],
    ["GB", "2021-07-01", undefined, "yes no yes yes yes"],
    ["BR", "2026-01-25", undefined, "no no no no no"],
    ["BR", "2026-01-26", undefined, "yes no yes yes yes"],
    ["RE", "2021-07-01", undefined, "yes yes yes yes yes"],
    ["GL", "2021-07-01", undefined, "no no no no no"],
  ])("%s on %s", ([entity, date, given, expected]) => {
    expect(
      Object.values(rules)
        .map((rule) => (passes(rule, entity, date, given) ? "yes" : "no"))
        .join(" "),
    ).toBe(expected)
  })
  it("a safeguard that the policy does not list, or of tomorrow, is none", () => {
    const evaluate = (given: Safeguard, allowed: typeof instruments | readonly []) =>
      Result.getOrThrow(
        ProcessingLocation.evaluate(
          "areaOrSafeguards",
          { entity: "IN", date: "2021-07-01", safeguard: given },
          allowed,
          legalData,
        ),
      )
    expect(evaluate(safeguard, instruments)).toBe(true)
    expect(evaluate(safeguard, [])).toBe(false)
    expect(evaluate({ ...safeguard, recordedOn: "2021-07-02" }, instruments)).toBe(false)
  })
  it("LOC-LIST, BACKUP: servers are only where the lists of the version allow", () => {
    const listed = (
      country: string,
      town: string | undefined,
      places: ReadonlyArray<string>,
      date: PlainDate = "2021-07-01",
    ) =>
      Result.getOrThrow(
        ProcessingLocation.isListed({ country, ...(town !== undefined && { town }) }, places, date, legalData),
      )
    expect(listed("BE", "Brussels", ["BE", "DE", "EU", "FR"])).toBe(true)
    expect(listed("SE", undefined, ["EU", "FR"])).toBe(true)
    expect(listed("GB", undefined, ["EU", "FR"], "2020-01-31")).toBe(true)
    expect(listed("GB", undefined, ["EU", "FR"], "2020-02-01")).toBe(false)
    expect(listed("NO", undefined, ["EU", "FR"])).toBe(false)
    expect(listed("NO", undefined, ["EEA"])).toBe(true)
    expect(listed("DE", "Frankfurt", ["DE/Frankfurt"])).toBe(true)
    expect(listed("DE", "Berlin", ["DE/Frankfurt"])).toBe(false)
    expect(listed("IN", undefined, ["anywhere"])).toBe(true)
    expect(listed("IN", undefined, [])).toBe(false)
  })
})

describe("Privacy Shield, day by day", () => {
  const first = toEpochDay("2016-07-12")
  const last = toEpochDay("2020-07-15")
  // Before October 2015 there was another decision, which is not asked about here.
  proves("SHIELD", {
    claim: "carries a transfer to whoever certified, from its first day to its last",
    // Planted and found: the day of the judgement counted as one of its own.
    values: () =>
      fc.record({
        day: fc.oneof(
          fc.integer({ min: first - 270, max: last + 2000 }),
          fc.constantFrom(first - 1, first, last, last + 1),
        ),
        certified: fc.boolean(),
      }),
    forbids: ({ certified, day }) => !certified || day < first || day > last,
    refusal: ({ certified, day }) => {
      const carried = TransferInstrument.check(
        { instrument: "adequacyDecision", reference: "", recordedOn: "2014-01-01" },
        { entity: "US", date: fromEpochDay(day), conditions: certified ? ["selfCertified"] : [] },
        ["adequacyDecision"],
        legalData,
      )
      return Result.isSuccess(carried) ? undefined : "SHIELD"
    },
  })
})
