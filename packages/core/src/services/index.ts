/**
 * Services: what an application calls.
 */
export * as Accounts from "./Accounts.ts"
export * as Breaches from "./Breaches.ts"
export * as Collection from "./Collection.ts"
export * as Consents from "./Consents.ts"
export * as Cookies from "./Cookies.ts"
export * as Customers from "./Customers.ts"
export * as DataCentres from "./DataCentres.ts"
export * as DataSubjectRequests from "./DataSubjectRequests.ts"
export * as Erasure from "./Erasure.ts"
export * as Interactions from "./Interactions.ts"
export * as Openings from "./Openings.ts"
export * as Policies from "./Policies.ts"
export * as ProcessingRecord from "./ProcessingRecord.ts"
export * as Pseudonyms from "./Pseudonyms.ts"
export * as PublicStatistics from "./PublicStatistics.ts"
export * as Recipients from "./Recipients.ts"
export * as Recognition from "./Recognition.ts"
export * as Retention from "./Retention.ts"
export * as SecurityMeasures from "./SecurityMeasures.ts"
export * as Staff from "./Staff.ts"
export * as Switches from "./Switches.ts"
export * as Transfers from "./Transfers.ts"
export * as Uses from "./Uses.ts"
export {
  makeTacet,
  type PlainCall,
  type PlainRecorded,
  type PlainRecording,
  type Tacet,
  type TacetOptions,
} from "./Tacet.ts"
