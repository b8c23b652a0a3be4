/**
 * Parameters of where data are processed and on which instrument they may leave the European Economic Area.
 */
import * as Schema from "effect/Schema"
import { ofPublic } from "../../../eventsourcing/FieldClass.ts"
import type { Membership } from "../../legal/Membership.ts"
import { freeTradeStates, partsOfMembers, union } from "../../legal/Membership.ts"
import { atLeast, duties, levels, permissions } from "../Parameter.ts"
import type { About, Parameter } from "../Parameter.ts"

/**
 * How a version tests the place of a processing. They are different tests and are never merged (V14): a version may be
 * bound by several, and then each must hold.
 *
 * - `similarProtection`: anywhere, if similar protection is recorded (2016);
 * - `unionOrAdequateCountryAndPartner`: in the EU, or in a country *and* with a partner that both offer safeguards (2019);
 * - `unionOrAlternative`: in the EU, or the alternative of the version, recorded (2021, English: its text breaks off);
 * - `unionOrAdequateCountryOrPartner`: in the EU, or an adequate country, or a partner with guarantees (2021, French);
 * - `areaOrSafeguards`: in the EEA, or elsewhere with an appropriate safeguard recorded before (Dialogra).
 */
export const locationRules = [
  "similarProtection",
  "unionOrAdequateCountryAndPartner",
  "unionOrAlternative",
  "unionOrAdequateCountryOrPartner",
  "areaOrSafeguards",
] as const
export const LocationRule = Schema.Literals(locationRules)
export type LocationRule = typeof LocationRule.Type

/**
 * The instruments of a transfer out of the EEA. The first six are those of GDPR 45 to 47; `derogation` is GDPR 49; the
 * last three are those of 2016.
 */
export const instruments = [
  "adequacyDecision",
  "standardContractualClauses",
  "codeOfConduct",
  "certification",
  "adHocClauses",
  "bindingCorporateRules",
  "derogation",
  "consentToTransfer",
  "anonymisationBefore",
  "otherRecordedMeasure",
] as const
export const Instrument = Schema.Literals(instruments)
export type Instrument = typeof Instrument.Type

/**
 * A place: a country by its ISO 3166 code (`DE`), a town in one (`DE/Frankfurt`), the set `EU` or `EEA`, or `anywhere`.
 */
export type Place = string

const Place: Schema.Codec<Place> = Schema.String.check(
  Schema.isPattern(/^([A-Z]{2}(\/[\p{L} .'-]{1,60})?|EEA|anywhere)$/u, {
    expected: "a country (DE), a town in one (DE/Frankfurt), EU, EEA or anywhere",
  }),
).annotate(ofPublic)

const places = (about: About): Parameter<ReadonlyArray<Place>> => ({
  ...about,
  kind: "permissions",
  words: ["EU", "EEA", "anywhere"],
  schema: Schema.Array(Place).check(Schema.isUnique()),
  strictest: [],
  meet: (one, other) =>
    widest([
      ...one.filter((place) => other.some((wider) => isWithin(place, wider))),
      ...other.filter((place) => one.some((wider) => isWithin(place, wider))),
    ]),
  extend: (base, more) => widest([...base, ...more]),
})

const countriesOf = (memberships: ReadonlyArray<Membership>): ReadonlyArray<string> =>
  memberships.flatMap(({ country, to }) => (to === undefined ? [country] : []))
const inUnion = new Set([...countriesOf(union), ...Object.keys(partsOfMembers)])
const inArea = new Set(countriesOf(freeTradeStates))

/** Whether a place lies in another, whatever the date: a country that has left the EU is in no set by its name. */
const isWithin = (place: Place, wider: Place): boolean => {
  if (place === wider || wider === "anywhere" || place.startsWith(`${wider}/`)) return true
  const country = place.slice(0, 2)
  if (wider === "EU") return place !== "EEA" && inUnion.has(country)
  return wider === "EEA" && (place === "EU" || inUnion.has(country) || inArea.has(country))
}

/** Without the places that lie in another of the list, so that lists that allow the same are equal. */
const widest = (list: ReadonlyArray<Place>): ReadonlyArray<Place> =>
  Array.from(new Set(list))
    .filter((place) => !list.some((wider) => wider !== place && isWithin(place, wider)))
    .toSorted()

export const definitions = {
  locationRules: duties(locationRules, {
    about: "The tests that the place of a processing must pass, each of them.",
    rules: ["LOC-ANY16", "LOC-EU-AND", "LOC-EU", "LOC-3WAY", "LOC-NONEEA"],
    readBy: "decider",
    strictest: ["unionOrAdequateCountryAndPartner"],
  }),
  hostingLocations: places({
    about: "Where servers may be located.",
    rules: ["LOC-LIST", "HOST-EU", "LOC-ANY16", "LOC-NONEEA"],
    readBy: "decider",
  }),
  backupLocations: places({
    about: "Where backups may be kept.",
    rules: ["BACKUP", "LOC-ANY16", "LOC-NONEEA"],
    readBy: "decider",
  }),
  dataCentres: atLeast({
    about: "In how many separate data centres the storage is held at every moment.",
    rules: ["HOST-2DC"],
    readBy: "decider",
    strictest: 2,
  }),
  dataCentreCertifications: atLeast({
    about: "How many certifications of the sector a data centre needs to be used.",
    rules: ["CERT"],
    readBy: "decider",
    strictest: 1,
  }),
  instruments: permissions(instruments, {
    about: "What may carry a transfer out of the EEA.",
    rules: ["A45-47", "SHIELD", "LOC-NONEEA", "LOC-ANY16"],
    readBy: "decider",
  }),
  remoteAccess: levels(["isTransfer", "isNoTransfer"], {
    about: "Whether access from outside the EEA counts as a transfer.",
    rules: ["REMOTE", "LOC-ANY16", "LOC-NONEEA"],
    readBy: "decider",
  }),
}
