/**
 * Where the data are stored at a moment: the data centres in use, with their places and certifications, against what the
 * version promises of them (LOC-LIST, HOST-2DC, HOST-EU, BACKUP, CERT). One register is the truth (V15).
 */
import * as Result from "effect/Result"
import type { EffectivePolicy } from "../binding/EffectivePolicy.ts"
import type { LegalData, LegalDataTooOld } from "../legal/LegalData.ts"
import type { PlainDate } from "../../calendar/PlainDate.ts"
import type { Site } from "./ProcessingLocation.ts"
import { isListed } from "./ProcessingLocation.ts"
import type { PolicyRuleKey } from "../text/RuleKey.ts"

/** A data centre as it is registered. */
export interface DataCentre extends Site {
  readonly name: string
  readonly use: "storage" | "backup" | "processing"
  /** Such as `ISO 27001`, `PCI-DSS`, `SOC 2`, `Tier III`. */
  readonly certifications: ReadonlyArray<string>
  readonly from: PlainDate
  /** The first day on which it is no longer used. */
  readonly to?: PlainDate
}

/** A promise of the version that is not kept. */
export interface Violation {
  readonly rule: PolicyRuleKey
  /** The data centre, where one breaks it. */
  readonly name?: string
  readonly accepted: string
}

/**
 * The data centres in use on a day.
 */
export const inUse = (register: ReadonlyArray<DataCentre>, date: PlainDate): ReadonlyArray<DataCentre> =>
  register.filter(({ from, to }) => from <= date && (to === undefined || date < to))

/**
 * Everything in the register that does not keep what the version promises on a day; nothing where all is well. Fails with
 * `LegalDataTooOld` where the legal data cannot say what belongs to the EU on that day.
 *
 * @rule HOST-EU
 */
export const violations = (
  { parameters }: EffectivePolicy,
  register: ReadonlyArray<DataCentre>,
  date: PlainDate,
  legal: LegalData,
): Result.Result<ReadonlyArray<Violation>, LegalDataTooOld> => {
  const found: Array<Violation> = []
  const used = inUse(register, date)
  for (const centre of used) {
    const places = centre.use === "backup" ? parameters.backupLocations : parameters.hostingLocations
    const listed = isListed(centre, places, date, legal)
    if (Result.isFailure(listed)) return Result.fail(listed.failure)
    if (!listed.success) {
      const rule = centre.use === "backup" ? "BACKUP" : "LOC-LIST"
      found.push({ rule, name: centre.name, accepted: `a place on the list: ${places.join(", ")}` })
    }
    if (centre.certifications.length < parameters.dataCentreCertifications) {
      found.push({ rule: "CERT", name: centre.name, accepted: "a data centre with a certification of the sector" })
    }
  }
  const storage = new Set(used.filter(({ use }) => use === "storage").map(({ name }) => name))
  if (storage.size < parameters.dataCentres) {
    found.push({ rule: "HOST-2DC", accepted: `storage in at least ${parameters.dataCentres} separate data centres` })
  }
  return Result.succeed(found)
}
