/**
 * Whether a device is one already known to the same Customer, as a calibrated probability: comparison, model, fitting and
 * decision, all pure. Nothing here is read by a statistic.
 */
export * as Calibration from "./Calibration.ts"
export * as Comparison from "./Comparison.ts"
export * as Fit from "./Fit.ts"
export * as Model from "./Model.ts"
export * as Observation from "./Observation.ts"
export * as Recognise from "./Recognise.ts"
