import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "@tacet/vitest"
import * as History from "../binding/History.ts"
import type { DataCentre } from "./Hosting.ts"
import * as Hosting from "./Hosting.ts"
import { proves } from "../laws.testing.ts"
import { legalData } from "../legal/LegalData.ts"
import type { PlainDate } from "../../calendar/PlainDate.ts"
import { resolve } from "../binding/Resolve.ts"
import { dialogra, dialonce20160629, dialonce20190305, dialonce20210217 } from "../versions/index.ts"
import type { PrivacyPolicy } from "../text/PrivacyPolicy.ts"

const centre = (name: string, country: string, change: Partial<DataCentre> = {}): DataCentre => ({
  name,
  country,
  use: "storage",
  certifications: ["ISO 27001"],
  from: "2016-01-01",
  ...change,
})
const frankfurt = { town: "Frankfurt" }
const good = [
  centre("one", "DE", frankfurt),
  centre("two", "FR"),
  centre("vault", "DE", { ...frankfurt, use: "backup" }),
]
const rules = (policy: PrivacyPolicy, register: ReadonlyArray<DataCentre>, date: PlainDate) => {
  const effective = Result.getOrThrow(resolve(History.of(policy), { at: DateTime.makeUnsafe(`${date}T12:00:00Z`) }))
  return Result.getOrThrow(Hosting.violations(effective, register, date, legalData)).map(({ rule }) => rule)
}

describe.each([
  [dialonce20190305, "2019-06-01"],
  [dialonce20210217, "2021-06-01"],
] as const)("Hosting under $id", (policy, date) => {
  const faults = (register: ReadonlyArray<DataCentre>) => rules(policy, register, date)
  it("LOC-LIST, HOST-2DC, HOST-EU, BACKUP, CERT: two certified centres in the EU and a backup in Frankfurt are accepted", () => {
    expect(faults(good)).toEqual([])
  })
  it("LOC-LIST: a server outside the list is named", () => {
    expect(faults([...good, centre("three", "US")])).toEqual(["LOC-LIST"])
    expect(faults([...good, centre("three", "NO")])).toEqual(["LOC-LIST"])
    expect(faults([...good, centre("three", "SE")])).toEqual([])
  })
  it("HOST-2DC: one centre is one too few, under whatever names it is listed", () => {
    expect(
      faults([centre("one", "DE"), centre("one", "DE"), centre("vault", "DE", { ...frankfurt, use: "backup" })]),
    ).toEqual(["HOST-2DC"])
  })
  it("BACKUP: nowhere but in Frankfurt", () => {
    expect(faults([...good, centre("cellar", "FR", { use: "backup" })])).toEqual(["BACKUP"])
  })
  it("CERT: a centre without a certification is named", () => {
    expect(faults([...good, centre("three", "FR", { certifications: [] })])).toEqual(["CERT"])
  })
  it("looks at the day: a centre that is no longer or not yet used does not count", () => {
    expect(
      faults([...good, centre("gone", "US", { to: date }), centre("coming", "US", { from: "2030-01-01" })]),
    ).toEqual([])
    expect(faults([centre("one", "DE", { to: date }), centre("two", "FR")])).toEqual(["HOST-2DC"])
  })
})

describe("Hosting elsewhere", () => {
  it("LOC-LIST: 2016 and Dialogra name no place, and silence keeps two certified centres", () => {
    for (const [policy, date] of [
      [dialonce20160629, "2016-07-01"],
      [dialogra, "2021-06-01"],
    ] as const) {
      expect(rules(policy, [centre("one", "US"), centre("two", "IN")], date)).toEqual([])
      expect(rules(policy, [centre("one", "US", { certifications: [] })], date)).toEqual(["CERT", "HOST-2DC"])
    }
  })
  it("LOC-LIST: GB was on the list as a part of the EU until 31 January 2020", () => {
    const register = [...good, centre("london", "GB")]
    expect(rules(dialonce20190305, register, "2020-01-31")).toEqual([])
    expect(rules(dialonce20190305, register, "2020-02-01")).toEqual(["LOC-LIST"])
  })
})

describe("Registers of data centres of all kinds", () => {
  const date: PlainDate = "2021-06-01"
  const aCentre = fc.record({
    name: fc.constantFrom("one", "two", "three"),
    country: fc.constantFrom("FR", "DE", "SE", "NO", "US", "GB"),
    town: fc.constantFrom("Frankfurt", "Berlin"),
    use: fc.constantFrom<Array<DataCentre["use"]>>("storage", "backup", "processing"),
    certifications: fc.constantFrom([], ["ISO 27001"], ["ISO 27001", "SOC 2"]),
    from: fc.constantFrom<Array<PlainDate>>("2016-01-01", date, "2021-06-02"),
    to: fc.constantFrom<Array<PlainDate>>(date, "2021-06-02", "2030-01-01"),
  })
  const aRegister = fc.array(aCentre, { maxLength: 5 })
  const inUse = (register: ReadonlyArray<DataCentre>) =>
    register.filter(({ from, to }) => from <= date && to !== undefined && to > date)
  const union = ["FR", "DE", "SE"]
  /** The register breaks it by the rule, whatever else is wrong with it. */
  const faultOf =
    (key: string, reported = key) =>
    (register: ReadonlyArray<DataCentre>, policy: Parameters<typeof Hosting.violations>[0]) =>
      Result.getOrThrow(Hosting.violations(policy, register, date, legalData)).some(({ rule }) => rule === reported)
        ? key
        : undefined
  proves("CERT", {
    claim: "every centre in use is certified",
    // Planted and found: the certifications of the first centre alone.
    values: () => aRegister,
    forbids: (register) => inUse(register).some(({ certifications }) => certifications.length === 0),
    refusal: faultOf("CERT"),
  })
  // Planted and found: one centre that is entered twice counted as two.
  proves("HOST-2DC", {
    claim: "storage stands in two centres of different names",
    values: () => aRegister,
    forbids: (register) =>
      new Set(inUse(register).flatMap(({ name, use }) => (use === "storage" ? [name] : []))).size < 2,
    refusal: faultOf("HOST-2DC"),
  })
  // Planted and found: a backup held to the places of storage.
  proves("BACKUP", {
    claim: "a backup stands in Frankfurt and nowhere else",
    values: () => aRegister,
    forbids: (register) =>
      inUse(register).some(({ country, town, use }) => use === "backup" && !(country === "DE" && town === "Frankfurt")),
    refusal: faultOf("BACKUP"),
  })
  // Planted and found: the places of backups alone looked at.
  proves("LOC-LIST", {
    claim: "a server stands at a place on the list",
    values: () => aRegister,
    forbids: (register) => inUse(register).some(({ country, use }) => use !== "backup" && !union.includes(country)),
    refusal: faultOf("LOC-LIST"),
  })
  // Planted and found: storage not looked at.
  proves("HOST-EU", {
    claim: "what is stored stands in the European Union",
    values: () => aRegister.map((register) => register.filter(({ use }) => use === "storage")),
    forbids: (register) => inUse(register).some(({ country }) => !union.includes(country)),
    refusal: faultOf("HOST-EU", "LOC-LIST"),
  })
})
