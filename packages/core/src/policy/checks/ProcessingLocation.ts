/**
 * Where personal data may be processed. Each version tests it in its own way (V13), and the tests are never merged: the
 * one of 2019 wants an adequate country *and* a partner with safeguards, the one of 2021 an adequate country *or* such a
 * partner (V14). "Europe" passes none of them: only the dated sets of countries do (V17).
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { EffectivePolicy } from "../binding/EffectivePolicy.ts"
import type { AdequacyQuestion, LegalData, LegalDataTooOld, Status } from "../legal/LegalData.ts"
import { adequacyOf, statusOf } from "../legal/LegalData.ts"
import type { Instrument, LocationRule, Place } from "../text/parameters/location.ts"
import type { PolicyRuleKey } from "../text/RuleKey.ts"
import type { Safeguard } from "./TransferInstrument.ts"
import * as TransferInstrument from "./TransferInstrument.ts"

/** A processing, as far as its place is looked at. `entity` of the question is the country. */
export interface Processing extends AdequacyQuestion {
  /** The recorded safeguards of the partner who processes there. */
  readonly safeguard?: Safeguard
}

/** A place that a version does not allow. */
export class LocationRefused extends Schema.TaggedError<LocationRefused>()("LocationRefused", {
  rule: Schema.String,
  country: Schema.String,
  date: Schema.String,
  accepted: Schema.String,
}) {
  override get message(): string {
    return `Processing in ${this.country} on ${this.date} was refused by rule ${this.rule}. Accepted: ${this.accepted}.`
  }
}

/** The key of each test. */
export const ruleKeys: Readonly<Record<LocationRule, PolicyRuleKey>> = {
  similarProtection: "LOC-ANY16",
  unionOrAdequateCountryAndPartner: "LOC-EU-AND",
  unionOrAlternative: "LOC-EU",
  unionOrAdequateCountryOrPartner: "LOC-3WAY",
  areaOrSafeguards: "LOC-NONEEA",
}

const accepted: Readonly<Record<LocationRule, string>> = {
  similarProtection: "the EEA, an adequate country, or similar protection recorded before",
  unionOrAdequateCountryAndPartner:
    "the EU, or an adequate country together with a partner whose safeguards are recorded",
  unionOrAlternative: "the EU, an adequate country, or a partner whose safeguards are recorded",
  unionOrAdequateCountryOrPartner: "the EU, an adequate country, or a partner whose safeguards are recorded",
  areaOrSafeguards: "the EEA, an adequate country, or an appropriate safeguard recorded before",
}

/**
 * Whether a processing passes all tests of the place that bind it.
 */
export const check = (
  { parameters }: EffectivePolicy,
  processing: Processing,
  legal: LegalData,
): Result.Result<void, LocationRefused | LegalDataTooOld> => {
  for (const rule of parameters.locationRules) {
    const passed = evaluate(rule, processing, parameters.instruments, legal)
    if (Result.isFailure(passed)) return Result.fail(passed.failure)
    if (!passed.success) {
      return Result.fail(
        new LocationRefused({
          rule: ruleKeys[rule],
          country: processing.entity,
          date: processing.date,
          accepted: accepted[rule],
        }),
      )
    }
  }
  return Result.void
}

/**
 * Whether a processing passes one test. Fails with `LegalDataTooOld` where the legal data cannot say.
 *
 * @example
 * ```ts
 * import * as Result from "effect/Result"
 * import { LegalData, ProcessingLocation } from "@tacet/core/policy"
 *
 * const passed = ProcessingLocation.evaluate(
 *   "unionOrAdequateCountryOrPartner",
 *   { entity: "CH", date: "2021-03-01" },
 *   ["adequacyDecision"],
 *   LegalData.legalData,
 * )
 * Result.getOrThrow(passed) // => true
 * ```
 */
export const evaluate = (
  rule: LocationRule,
  processing: Processing,
  instruments: ReadonlyArray<Instrument>,
  legal: LegalData,
): Result.Result<boolean, LegalDataTooOld> => {
  const status = statusOf(legal, processing.entity, processing.date)
  if (Result.isFailure(status)) return Result.fail(status.failure)
  const inUnion = status.success === "unionMember"
  const adequate = isTreatedAsMember(status.success) || Result.isSuccess(adequacyOf(legal, processing))
  const safeguarded =
    processing.safeguard !== undefined &&
    Result.isSuccess(TransferInstrument.check(processing.safeguard, processing, instruments, legal))
  switch (rule) {
    case "unionOrAdequateCountryAndPartner":
      return Result.succeed(inUnion || (adequate && safeguarded))
    case "unionOrAlternative":
    case "unionOrAdequateCountryOrPartner":
    case "similarProtection":
    case "areaOrSafeguards":
      return Result.succeed(inUnion || adequate || safeguarded)
  }
}

/** In the EEA, or treated like a member for a time. */
const isTreatedAsMember = (status: Status): boolean => status !== "thirdCountry"

/** A place in the lists of a version, or the location of a server. */
export interface Site {
  readonly country: string
  readonly town?: string
}

/**
 * Whether a site is on a list of places at a date (LOC-LIST, BACKUP).
 *
 * @example
 * ```ts
 * import * as Result from "effect/Result"
 * import { LegalData, ProcessingLocation } from "@tacet/core/policy"
 *
 * const listed = ProcessingLocation.isListed(
 *   { country: "DE", town: "Frankfurt" }, ["DE/Frankfurt"], "2021-03-01", LegalData.legalData
 * )
 * Result.getOrThrow(listed) // => true
 * ```
 */
export const isListed = (
  { country, town }: Site,
  places: ReadonlyArray<Place>,
  date: Processing["date"],
  legal: LegalData,
): Result.Result<boolean, LegalDataTooOld> => {
  if (places.some((place) => place === "anywhere" || place === country || place === `${country}/${town ?? ""}`)) {
    return Result.succeed(true)
  }
  if (!places.includes("EU") && !places.includes("EEA")) return Result.succeed(false)
  return Result.map(
    statusOf(legal, country, date),
    (status) => status === "unionMember" || (status === "areaMember" && places.includes("EEA")),
  )
}
