import * as Result from "effect/Result"
import { describe, expect, it } from "@tacet/vitest"
import * as Policy from "./PrivacyPolicy.ts"
import { legalBasisTerm, purposeTerm } from "../checks/Purpose.ts"
import { policyRuleKeys } from "./RuleKey.ts"
import { published } from "../versions/index.ts"
import * as Vocabulary from "./Vocabulary.ts"

const json = (policy: unknown): unknown => JSON.parse(JSON.stringify(policy))
const own = {
  id: "bakery/2026-01-01",
  operator: "Bakery",
  version: "1",
  language: "en",
  publishedOn: "2026-01-01",
  effectiveFrom: "2026-01-01",
  country: "FR",
  timeZone: "Europe/Paris",
  parameters: {
    retentionCap: {
      value: [{ after: "collection", within: "P6M" }],
      sources: [{ document: "Bakery", section: "3", rows: [] }],
    },
  },
}
const reads = (change: object) => Result.isSuccess(Policy.read({ ...own, ...change }))

describe("A privacy policy as a value", () => {
  it.each(published)("$id reads back from JSON as it is", (policy) => {
    expect(Policy.read(json(policy))).toEqual(Result.succeed(policy))
  })
  it("can be written by any user", () => expect(reads({})).toBe(true))
  it("is refused with a parameter that does not exist, or a value that none of its words is", () => {
    expect(reads({ parameters: { retentionCapp: own.parameters.retentionCap } })).toBe(false)
    expect(reads({ parameters: { geolocation: { value: "sometimes", sources: [] } } })).toBe(false)
    expect(reads({ parameters: { answerWithin: { value: ["a month"], sources: [] } } })).toBe(false)
    expect(reads({ parameters: { hostingLocations: { value: ["Europe"], sources: [] } } })).toBe(false)
    expect(reads({ parameters: { rights: { value: ["access", "access"], sources: [] } } })).toBe(false)
    expect(reads({ surprise: 1 })).toBe(false)
  })
  it("is refused without a day on which it begins, or with one that does not exist", () => {
    expect(reads({ effectiveFrom: "2026-02-29" })).toBe(false)
    expect(reads({ effectiveFrom: undefined })).toBe(false)
  })
  it("is refused with a time zone or an id that is none", () => {
    expect(reads({ timeZone: "Europe/Atlantis" })).toBe(false)
    expect(reads({ id: "Bakery 2026" })).toBe(false)
  })
})

describe("Parameters", () => {
  it("state the decision they make", () => {
    for (const name of Policy.parameterNames) expect(Policy.parameter(name).about).toMatch(/^[A-Z].+\.$/)
  })
  it("are named without abbreviations, and read by rules that exist", () => {
    const keys = new Set<string>(policyRuleKeys)
    for (const name of Policy.parameterNames) {
      expect(name).toMatch(/^[a-z]+([A-Z][a-z]+)*$/)
      for (const rule of Policy.parameter(name).rules) expect(keys.has(rule)).toBe(true)
    }
  })
})

describe("The words", () => {
  it("carry the addresses of their terms in DPV, and `impractical` has none", () => {
    const terms = [
      ...Object.values(Vocabulary.roleTerm),
      ...Object.values(Vocabulary.operationTerm),
      ...Object.values(Vocabulary.instrumentTerm),
      ...Object.values(Vocabulary.rightTerm),
      ...Object.values(Vocabulary.refusalGroundTerm),
      ...Object.values(purposeTerm).filter((term) => term !== undefined),
      ...Object.values(legalBasisTerm),
    ]
    for (const term of terms) expect(term).toMatch(/^https:\/\/w3id\.org\/dpv(\/legal\/eu\/gdpr)?#[A-Z][A-Za-z0-9-]+$/)
    expect(Vocabulary.refusalGroundTerm.impractical).toBeUndefined()
  })
  it("have a term each for every right, and one of its own", () => {
    const terms = Vocabulary.rights.map((right) => Vocabulary.rightTerm[right])
    expect(terms).not.toContain(undefined)
    expect(new Set(terms).size).toBe(Vocabulary.rights.length)
  })
})
