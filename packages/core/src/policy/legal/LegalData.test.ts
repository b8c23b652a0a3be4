import * as Result from "effect/Result"
import * as fc from "fast-check"
import { describe, expect, it } from "@tacet/vitest"
import * as Calendar from "../../calendar/Calendar.ts"
import type { PlainDate } from "../../calendar/PlainDate.ts"
import { fromEpochDay, toEpochDay } from "../../calendar/PlainDate.ts"
import type { AdequacyQuestion } from "./LegalData.ts"
import { adequacyOf, answersFor, isMember, legalData, regulationApplies, statusOf } from "./LegalData.ts"

const status = (country: string, date: PlainDate) => Result.getOrThrow(statusOf(legalData, country, date))
const answer = (question: AdequacyQuestion): string => {
  const found = adequacyOf(legalData, question)
  if (Result.isSuccess(found)) return found.success.act
  return found.failure._tag === "NotAdequate" ? found.failure.reason : found.failure._tag
}
const countries = (date: PlainDate, set: "EU" | "EEA") =>
  Array.from(new Set(legalData.memberships.map(({ country }) => country))).filter((country) =>
    Result.getOrThrow(isMember(legalData, set, country, date)),
  )

describe("EU and EEA (V17)", () => {
  it.each<readonly [PlainDate, number, number]>([
    ["1958-01-01", 6, 0],
    ["1993-12-31", 12, 0],
    ["1994-01-01", 12, 14],
    ["1995-01-01", 15, 17],
    ["2004-05-01", 25, 28],
    ["2013-06-30", 27, 30],
    ["2013-07-01", 28, 31],
    ["2020-01-31", 28, 31],
    ["2020-02-01", 27, 30],
    ["2026-09-30", 27, 30],
  ])("on %s the EU has %s members, the EEA %s", ([date, union, area]) => {
    expect([countries(date, "EU").length, countries(date, "EEA").length]).toEqual([union, area])
  })
  it("GB: member, transition, bridge, adequate, expired", () => {
    expect(status("GB", "2020-01-15")).toBe("unionMember")
    expect(status("GB", "2020-01-31")).toBe("unionMember")
    expect(status("GB", "2020-02-01")).toBe("transition")
    expect(status("GB", "2020-06-01")).toBe("transition")
    expect(status("GB", "2020-12-31")).toBe("transition")
    expect(status("GB", "2021-01-01")).toBe("bridge")
    expect(status("GB", "2021-03-01")).toBe("bridge")
    expect(status("GB", "2021-06-27")).toBe("bridge")
    expect(status("GB", "2021-07-01")).toBe("thirdCountry")
    expect(answer({ entity: "GB", date: "2021-07-01" })).toBe("(EU) 2021/1772")
    expect(answer({ entity: "GB", date: "2026-01-01" })).toBe("renewal of (EU) 2021/1772")
    expect(answer({ entity: "GB", date: "2032-01-01" })).toBe("expired")
  })
  it("parts of members count as their member, merely linked territories do not", () => {
    for (const country of ["GF", "GP", "MQ", "RE", "YT", "MF", "AX"])
      expect(status(country, "2021-03-01")).toBe("unionMember")
    for (const country of ["FO", "GL", "NC", "PF", "WF", "PM", "BL", "GI", "IM", "JE", "GG", "CH"]) {
      expect(status(country, "2021-03-01")).toBe("thirdCountry")
    }
    expect(status("NO", "2021-03-01")).toBe("areaMember")
  })
  it("the GDPR applies from 25 May 2018 in the EU, from 20 July in the EEA states, in GB until its transition ends", () => {
    const applies = (country: string, date: PlainDate) => regulationApplies(legalData, country, date)
    expect([applies("FR", "2018-05-24"), applies("FR", "2018-05-25")]).toEqual([false, true])
    expect([applies("NO", "2018-07-19"), applies("NO", "2018-07-20")]).toEqual([false, true])
    expect([applies("GB", "2020-12-31"), applies("GB", "2021-01-01")]).toEqual([true, false])
    expect([applies("US", "2021-01-01"), applies("RE", "2021-01-01"), applies("FR", "2099-01-01")]).toEqual([
      false,
      true,
      true,
    ])
  })
})

describe("Adequacy (A45-47, SHIELD, V19)", () => {
  it.each<readonly [AdequacyQuestion, string]>([
    [{ entity: "US", date: "2016-07-11", conditions: ["selfCertified"] }, "expired"],
    [{ entity: "US", date: "2016-07-12", conditions: ["selfCertified"] }, "(EU) 2016/1250"],
    [{ entity: "US", date: "2019-06-01", conditions: ["selfCertified"] }, "(EU) 2016/1250"],
    [{ entity: "US", date: "2020-07-15", conditions: ["selfCertified"] }, "(EU) 2016/1250"],
    [{ entity: "US", date: "2020-07-16", conditions: ["selfCertified"] }, "expired"],
    [{ entity: "US", date: "2026-09-01", conditions: ["selfCertified"] }, "scope"],
    [{ entity: "US", date: "2026-09-01", conditions: ["onDataPrivacyFrameworkList"] }, "(EU) 2023/1795"],
    [{ entity: "US", date: "2026-09-01" }, "scope"],
    [{ entity: "US", date: "2015-10-05", conditions: ["selfCertified"] }, "2000/520/EC"],
    [{ entity: "US", date: "2015-10-06", conditions: ["selfCertified"] }, "expired"],
    [{ entity: "BR", date: "2026-01-25" }, "notYet"],
    [{ entity: "BR", date: "2026-01-26" }, "(EU) 2026/179"],
    [{ entity: "BR", date: "2026-03-01", exporter: "NO" }, "notIncorporated"],
    [{ entity: "BR", date: "2026-03-01", exporter: "FR" }, "(EU) 2026/179"],
    [{ entity: "CH", date: "2000-07-25" }, "notYet"],
    [{ entity: "CH", date: "2021-03-01" }, "2000/518/EC"],
    [{ entity: "CA", date: "2021-03-01" }, "scope"],
    [{ entity: "CA", date: "2021-03-01", conditions: ["commercialOrganisation"] }, "2002/2/EC"],
    [{ entity: "JP", date: "2019-01-22", conditions: ["privateOperatorUnderSupplementaryRules"] }, "notYet"],
    [{ entity: "JP", date: "2019-01-23", conditions: ["privateOperatorUnderSupplementaryRules"] }, "(EU) 2019/419"],
    [{ entity: "KR", date: "2021-12-17", conditions: ["underKoreanAct"] }, "(EU) 2022/254"],
    [{ entity: "FO", date: "2021-03-01", conditions: ["underFaroeseAct"] }, "2010/146/EU"],
    [{ entity: "FO", date: "2021-03-01" }, "scope"],
    [{ entity: "GL", date: "2021-03-01" }, "noDecision"],
    [{ entity: "GB", date: "2021-07-01", data: ["immigrationControlData"] }, "scope"],
    [{ entity: "GB", date: "2025-12-20", data: ["immigrationControlData"] }, "renewal of (EU) 2021/1772"],
    [{ entity: "EPO", date: "2025-07-15" }, "(EU) 2025/1382"],
    [{ entity: "IN", date: "2026-09-01" }, "noDecision"],
  ])("$entity on $date", ([question, expected]) => {
    expect(answer(question)).toBe(expected)
  })
  // Planted and found: the last day of an interval counted in.
  it.prop(
    "each decision holds from its first day to the day before its end, and not outside",
    [fc.constantFrom(...legalData.adequacyDecisions), fc.integer({ min: -800, max: 800 })],
    (decision, offset) => {
      const date = fromEpochDay(toEpochDay(offset < 0 ? decision.from : (decision.to ?? decision.from)) + offset)
      fc.pre(answersFor(legalData, date))
      const held = decision.from <= date && (decision.to === undefined || date < decision.to)
      const found = adequacyOf(
        { ...legalData, adequacyDecisions: [decision] },
        {
          entity: decision.entity,
          date,
          ...(decision.condition && { conditions: [decision.condition] }),
        },
      )
      expect(Result.isSuccess(found)).toBe(held)
    },
  )
  it("says why: never a bare no", () => {
    const found = adequacyOf(legalData, { entity: "US", date: "2021-06-01", conditions: ["selfCertified"] })
    expect(Result.isFailure(found) && found.failure.message).toBe(
      "US is not adequate on 2021-06-01: expired ((EU) 2016/1250).",
    )
  })
})

describe("Old data", () => {
  const horizon = Calendar.add(legalData.asOf, legalData.goodFor)
  it("answer until a year after the day up to which they were kept, and then say that they are too old", () => {
    expect(answer({ entity: "CH", date: horizon })).toBe("2000/518/EC")
    const after = Calendar.addDays(horizon, 1)
    expect(answer({ entity: "CH", date: after })).toBe("LegalDataTooOld")
    expect(Result.isFailure(statusOf(legalData, "FR", after))).toBe(true)
    expect(Result.isFailure(isMember(legalData, "EU", "FR", after))).toBe(true)
    expect(answer({ entity: "IN", date: after })).toBe("LegalDataTooOld")
  })
  it("are replaced by newer ones as a value", () => {
    const newer = { ...legalData, asOf: "2031-01-01" } as const
    expect(Result.isSuccess(statusOf(newer, "FR", "2031-06-01"))).toBe(true)
  })
})
