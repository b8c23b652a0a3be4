/**
 * The words of which the values of parameters are made: roles, operations, grounds, instruments, rights.
 */
export { channels, interceptions, mandatoryFieldDuties } from "./parameters/collection.ts"
export {
  DisclosureGround,
  disclosureGrounds,
  GroundCondition,
  groundConditions,
  recipientDuties,
  registers,
} from "./parameters/disclosure.ts"
export { Instrument, instruments, LocationRule, locationRules, type Place } from "./parameters/location.ts"
export { changeNotices, collectionNotices, mentionExemptions, publications } from "./parameters/notice.ts"
export {
  agreementClauses,
  customerReports,
  limitedData,
  linkClauses,
  nonPersonalUses,
  Operation,
  operations,
  Role,
  roles,
} from "./parameters/processing.ts"
export {
  breachDuties,
  consentDuties,
  cookieFields,
  CookiePurpose,
  cookiePurposes,
  furtherMeasures,
  Measure,
  paymentDuties,
  securityMeasures,
  staffAccessDuties,
} from "./parameters/protection.ts"
export { expiryOutcomes, type LegalRetention } from "./parameters/retention.ts"
export {
  answerDuties,
  delayDuties,
  Locator,
  locators,
  RefusalGround,
  refusalGrounds,
  requestChannels,
  Right,
  rights,
} from "./parameters/rights.ts"
export {
  instrumentTerm,
  measureTerm,
  operationTerm,
  refusalGroundTerm,
  rightTerm,
  roleTerm,
} from "./parameters/terms.ts"
