/**
 * The instruments of transfers out of the EEA (GDPR 45 to 47; A45-47, SHIELD). An instrument is judged at the date of
 * the transfer: one of 2019 under Privacy Shield stays lawful when it is replayed, and the same one today is refused.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { AdequacyQuestion, LegalData } from "../legal/LegalData.ts"
import { adequacyOf, answersFor, LegalDataTooOld, type NotAdequate } from "../legal/LegalData.ts"
import type { Instrument } from "../text/parameters/location.ts"
import type { PlainDate } from "../../calendar/PlainDate.ts"

/** An instrument as it was recorded. */
export interface Safeguard {
  readonly instrument: Instrument
  /** The document that proves it: the contract, the approval, the certificate. Not needed for an adequacy decision. */
  readonly reference: string
  /** The day on which it was recorded; at the latest that of the transfer. */
  readonly recordedOn: PlainDate
  /** For standard clauses: the act that they were taken from, and the day of the contract. */
  readonly act?: string
  readonly contractMadeOn?: PlainDate
  /** For clauses of one's own: the authorisation by the authority (GDPR 46(3)). */
  readonly authorisation?: string
}

/** An instrument that carries the transfer, with the article and the act that it rests on. */
export interface Carried {
  readonly instrument: Instrument
  readonly article: string
  readonly act?: string
}

/** An instrument that does not. */
export class InstrumentRefused extends Schema.TaggedError<InstrumentRefused>()("InstrumentRefused", {
  rule: Schema.Literals(["A45-47", "LOC-ANY16"]),
  instrument: Schema.String,
  accepted: Schema.String,
}) {
  override get message(): string {
    return `${this.instrument} carries no transfer here (${this.rule}). Accepted: ${this.accepted}.`
  }
}

const articles: Readonly<Record<Instrument, string>> = {
  adequacyDecision: "GDPR 45",
  standardContractualClauses: "GDPR 46(2)(c)",
  codeOfConduct: "GDPR 46(2)(e)",
  certification: "GDPR 46(2)(f)",
  adHocClauses: "GDPR 46(3)(a)",
  bindingCorporateRules: "GDPR 47",
  derogation: "GDPR 49",
  consentToTransfer: "95/46/EC 26(1)(a)",
  anonymisationBefore: "95/46/EC recital 26",
  otherRecordedMeasure: "95/46/EC 26(2)",
}

/**
 * Whether a recorded instrument carries a transfer at its date, for a policy that allows certain instruments.
 *
 * @rule SHIELD
 *
 * @example
 * ```ts
 * import * as Result from "effect/Result"
 * import { LegalData, TransferInstrument } from "@tacet/core/policy"
 *
 * const carried = TransferInstrument.check(
 *   { instrument: "adequacyDecision", reference: "", recordedOn: "2019-06-01" },
 *   { entity: "US", date: "2019-06-01", conditions: ["selfCertified"] },
 *   ["adequacyDecision"],
 *   LegalData.legalData,
 * )
 * Result.getOrThrow(carried).article // => "GDPR 45"
 * ```
 */
export const check = (
  safeguard: Safeguard,
  question: AdequacyQuestion,
  allowed: ReadonlyArray<Instrument>,
  legal: LegalData,
): Result.Result<Carried, InstrumentRefused | NotAdequate | LegalDataTooOld> => {
  const { instrument } = safeguard
  const refuse = (accepted: string, rule: InstrumentRefused["rule"] = "A45-47") =>
    Result.fail(new InstrumentRefused({ rule, instrument, accepted }))
  if (!allowed.includes(instrument)) return refuse(`of these: ${allowed.join(", ")}`)
  if (safeguard.recordedOn > question.date) return refuse("an instrument recorded before the transfer")
  if (instrument === "adequacyDecision") {
    return Result.map(adequacyOf(legal, question), ({ act }) => ({ instrument, article: articles[instrument], act }))
  }
  if (safeguard.reference.trim() === "") return refuse("an instrument with the document that proves it")
  const carried: Carried = { instrument, article: articles[instrument] }
  switch (instrument) {
    case "standardContractualClauses":
      return checkClauses(safeguard, question.date, legal, carried)
    case "codeOfConduct":
    case "certification":
      return question.date < legal.regulationFrom.union
        ? refuse("an instrument that existed at the time")
        : Result.succeed(carried)
    case "adHocClauses":
      return safeguard.authorisation === undefined || safeguard.authorisation.trim() === ""
        ? refuse("clauses with the authorisation by the authority")
        : Result.succeed(carried)
    case "bindingCorporateRules":
    case "derogation":
    case "consentToTransfer":
    case "anonymisationBefore":
    case "otherRecordedMeasure":
      return Result.succeed(carried)
  }
}

const checkClauses = (
  { act, contractMadeOn, instrument }: Safeguard,
  date: PlainDate,
  legal: LegalData,
  carried: Carried,
): Result.Result<Carried, InstrumentRefused | LegalDataTooOld> => {
  const refuse = (accepted: string) => Result.fail(new InstrumentRefused({ rule: "A45-47", instrument, accepted }))
  const clauses = legal.standardClauses.find((one) => one.act === act)
  if (clauses === undefined) return refuse(`clauses of ${legal.standardClauses.map((one) => one.act).join(", ")}`)
  if (contractMadeOn === undefined || contractMadeOn > date) return refuse("a contract made before the transfer")
  if (contractMadeOn < clauses.from) return refuse(`a contract made from ${clauses.from} on`)
  if (clauses.newContractsTo !== undefined && contractMadeOn >= clauses.newContractsTo) {
    return refuse(`a contract made before ${clauses.newContractsTo}`)
  }
  if (clauses.to !== undefined && date >= clauses.to) return refuse(`a transfer before ${clauses.to}`)
  return answersFor(legal, date)
    ? Result.succeed({ ...carried, act: clauses.act })
    : Result.fail(new LegalDataTooOld({ asOf: legal.asOf, askedFor: date }))
}
