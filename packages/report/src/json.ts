/**
 * The report as a JSON document: versioned, with a Schema, and the same bytes for the same input and options.
 * `docs/report-format.md` explains every field.
 */
import { CustomerReport } from "@tacet/core/statistics"
import * as Schema from "effect/Schema"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const { asOf, calls, customer, definitions, definitionVersion, ...others } = CustomerReport.CustomerReport.fields
const { failedByHour, interactions, journeys, policyVersion, rates, restated, waterfall, window, ...further } = others

/** The counts of the input's records: the reader counts them, and the report shows them. */
export const InputFigures = Schema.Struct({
  /** Rows read: the sum of the next three. */
  rows: Count,
  accepted: Count,
  rejected: Count,
  /** Rows that repeat a recorded row. */
  duplicates: Count,
  /** Rejected rows by the key of the rule, in code-point order. */
  rejectedByRule: Schema.Record(Schema.String, Count),
  /** Rows that came later than the lateness allows; they count in one of the three above all the same. */
  late: Count,
  /** Calls attributed to an interaction because the same person made them. */
  attributedCalls: Count,
  /** Returns of a person noted on the interaction before. */
  recontacts: Count,
  /** Durations below zero that were taken as zero. */
  clampedDurations: Count,
  /** Records of the file: rows, and records that the mapping drops. In OCEL one record may be several rows. */
  records: Count,
  /** Records that say nothing the mapping wants. */
  dropped: Count,
  /** Objects of an OCEL file; 0 in every other format. */
  objects: Count,
})
export type InputFigures = typeof InputFigures.Type

/** The document; its keys are in this order. */
export const ReportDocument = Schema.Struct({
  /** The version of this shape. It changes when a field is removed or changes its meaning, not when one is added. */
  schemaVersion: Schema.Literal(1),
  customer,
  asOf,
  window,
  policyVersion,
  definitionVersion,
  definitions,
  input: InputFigures,
  calls,
  interactions,
  rates,
  journeys,
  waterfall,
  failedByHour,
  restated,
  ...further,
})
export type ReportDocument = typeof ReportDocument.Type

/** The document of a run. */
export const documentOf = (report: CustomerReport.CustomerReport, input: InputFigures): ReportDocument => ({
  schemaVersion: 1,
  customer: report.customer,
  asOf: report.asOf,
  window: report.window,
  policyVersion: report.policyVersion,
  definitionVersion: report.definitionVersion,
  definitions: report.definitions,
  input,
  calls: report.calls,
  interactions: report.interactions,
  rates: report.rates,
  journeys: report.journeys,
  waterfall: report.waterfall,
  failedByHour: report.failedByHour,
  restated: report.restated,
  deflectedKinds: report.deflectedKinds,
  failedReasons: report.failedReasons,
  noRepeat: report.noRepeat,
  trend: report.trend,
  quality: report.quality,
})

/** The text of a document. */
export const renderJson = (document: ReportDocument): string => `${JSON.stringify(document, null, 2)}\n`
