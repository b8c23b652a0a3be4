/**
 * Decisions by which the European Commission finds a country adequate (GDPR 45; Directive 95/46 Article 25(6) before),
 * with their scope, their start and their end. Intervals are half-open: `to` is the first day on which it is over.
 */
import type { PlainDate } from "../../calendar/PlainDate.ts"

/** A condition on the recipient or the data under which a decision covers a transfer. */
export type AdequacyCondition =
  | "commercialOrganisation"
  | "underFaroeseAct"
  | "automatedProcessing"
  | "privateOperatorUnderSupplementaryRules"
  | "underKoreanAct"
  | "selfCertified"
  | "onDataPrivacyFrameworkList"

/** Data that a decision does not cover. */
export type AdequacyExclusion = "immigrationControlData"

/** A decision. */
export interface AdequacyDecision {
  /** The country by ISO 3166, or the name of an international organisation. */
  readonly entity: string
  readonly name: string
  readonly act: string
  readonly condition?: AdequacyCondition
  readonly excludes?: AdequacyExclusion
  readonly from: PlainDate
  readonly to?: PlainDate
  /** Why it ended, or its known future. */
  readonly note?: string
  /** Exporters bound by no such decision yet at `asOf`: it had not been incorporated into the EEA agreement. */
  readonly notFor?: ReadonlyArray<string>
  /** `read` in a source of its date, or `known` and not checked again. */
  readonly verified: "read" | "known"
}

const decision = (
  entity: string,
  name: string,
  act: string,
  from: PlainDate,
  more: Partial<AdequacyDecision> = {},
): AdequacyDecision => ({ entity, name, act, from, verified: "known", ...more })

/** The decisions, those that ended among them. */
export const adequacyDecisions: ReadonlyArray<AdequacyDecision> = [
  decision("CH", "Switzerland", "2000/518/EC", "2000-07-26"),
  decision("US", "United States, Safe Harbour", "2000/520/EC", "2000-07-26", {
    condition: "selfCertified",
    to: "2015-10-06",
    note: "invalid: C-362/14",
  }),
  decision("CA", "Canada", "2002/2/EC", "2001-12-20", { condition: "commercialOrganisation" }),
  decision("AR", "Argentina", "2003/490/EC", "2003-06-30"),
  decision("GG", "Guernsey", "2003/821/EC", "2003-11-21"),
  decision("IM", "Isle of Man", "2004/411/EC", "2004-04-28"),
  decision("JE", "Jersey", "2008/393/EC", "2008-05-08"),
  decision("FO", "Faroe Islands", "2010/146/EU", "2010-03-05", { condition: "underFaroeseAct" }),
  decision("AD", "Andorra", "2010/625/EU", "2010-10-19"),
  decision("IL", "Israel", "2011/61/EU", "2011-01-31", {
    condition: "automatedProcessing",
    note: "the State of Israel as in international law",
  }),
  decision("UY", "Uruguay", "2012/484/EU", "2012-08-21"),
  decision("NZ", "New Zealand", "2013/65/EU", "2012-12-19"),
  decision("US", "United States, Privacy Shield", "(EU) 2016/1250", "2016-07-12", {
    condition: "selfCertified",
    to: "2020-07-16",
    note: "invalid: C-311/18",
    verified: "read",
  }),
  decision("JP", "Japan", "(EU) 2019/419", "2019-01-23", { condition: "privateOperatorUnderSupplementaryRules" }),
  decision("GB", "United Kingdom", "(EU) 2021/1772", "2021-06-28", {
    excludes: "immigrationControlData",
    to: "2025-12-27",
    note: "until 2025-06-27 at first, prolonged to 2025-12-27",
    verified: "read",
  }),
  decision("GB", "United Kingdom, renewed", "renewal of (EU) 2021/1772", "2025-12-19", {
    to: "2031-12-27",
    note: "the number of the act of renewal was not found",
    verified: "read",
  }),
  decision("KR", "Republic of Korea", "(EU) 2022/254", "2021-12-17", { condition: "underKoreanAct" }),
  decision("US", "United States, Data Privacy Framework", "(EU) 2023/1795", "2023-07-10", {
    condition: "onDataPrivacyFrameworkList",
    note: "upheld on 2025-09-03 (T-553/23); appeal C-703/25 P open",
    verified: "read",
  }),
  decision("EPO", "European Patent Organisation", "(EU) 2025/1382", "2025-07-15", { verified: "read" }),
  decision("BR", "Brazil", "(EU) 2026/179", "2026-01-26", {
    note: "review after four years",
    notFor: ["IS", "LI", "NO"],
    verified: "read",
  }),
]
