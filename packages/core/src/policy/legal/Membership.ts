/**
 * Which countries belong to the European Union and to the European Economic Area, by date. "Europe" is no legal set.
 */
import type { PlainDate } from "../../calendar/PlainDate.ts"

/** The sets of countries that the law knows. */
export type CountrySet = "EU" | "EEA"

/** A membership: from the first day to the day before `to`. */
export interface Membership {
  readonly country: string
  readonly set: CountrySet
  readonly from: PlainDate
  readonly to?: PlainDate
}

const members = (set: CountrySet, from: PlainDate, countries: string): ReadonlyArray<Membership> =>
  countries.split(" ").map((country) => ({ country, set, from }))

/** The members of the EU. */
export const union: ReadonlyArray<Membership> = [
  ...members("EU", "1958-01-01", "BE DE FR IT LU NL"),
  ...members("EU", "1973-01-01", "DK IE"),
  { country: "GB", set: "EU", from: "1973-01-01", to: "2020-02-01" },
  ...members("EU", "1981-01-01", "GR"),
  ...members("EU", "1986-01-01", "ES PT"),
  ...members("EU", "1995-01-01", "AT FI SE"),
  ...members("EU", "2004-05-01", "CY CZ EE HU LT LV MT PL SI SK"),
  ...members("EU", "2007-01-01", "BG RO"),
  ...members("EU", "2013-07-01", "HR"),
]

/** The members of the EEA that are not in the EU. */
export const freeTradeStates: ReadonlyArray<Membership> = [
  ...members("EEA", "1994-01-01", "IS NO"),
  ...members("EEA", "1995-05-01", "LI"),
]

/** Parts of the EU that have a country code of their own: outermost regions of France, and Åland. */
export const partsOfMembers: Readonly<Record<string, string>> = {
  GF: "FR",
  GP: "FR",
  MQ: "FR",
  RE: "FR",
  YT: "FR",
  MF: "FR",
  AX: "FI",
}
