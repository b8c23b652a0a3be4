/**
 * Purposes and legal bases, by the names of GDPR and W3C DPV.
 */
import * as Schema from "effect/Schema"

/** The purposes for which personal data is processed. */
export const purposes = [
  "requestedService",
  "customerCareCommunication",
  "customerCare",
  "interfacePersonalisation",
  "deviceCheck",
  "serviceUsageAnalytics",
  "serviceOptimisation",
  "reconciliation",
  "accountManagement",
  "orderManagement",
  "paymentManagement",
  "serviceCommunication",
  "softwareUpdate",
  "visitorKnowledge",
  "auditAndResearch",
  "marketMeasurement",
  "errorCorrection",
  "misusePrevention",
  "fraudPrevention",
  "identityVerification",
  "rightsFulfilment",
  "legalCompliance",
  "legalClaims",
  "groupAdministration",
  "mergerAndAcquisition",
  "staffTraining",
  "directMarketing",
  "personalisedAdvertising",
  "retargeting",
  "sale",
] as const
export const Purpose = Schema.Literals(purposes)
export type Purpose = typeof Purpose.Type

/** The term of W3C DPV for a purpose, where it has one. */
export const purposeTerm: Readonly<Record<Purpose, string | undefined>> = {
  requestedService: "https://w3id.org/dpv#RequestedServiceProvision",
  customerCareCommunication: "https://w3id.org/dpv#CommunicationForCustomerCare",
  customerCare: "https://w3id.org/dpv#CustomerCare",
  interfacePersonalisation: "https://w3id.org/dpv#UserInterfacePersonalisation",
  deviceCheck: "https://w3id.org/dpv#TechnicalServiceProvision",
  serviceUsageAnalytics: "https://w3id.org/dpv#ServiceUsageAnalytics",
  serviceOptimisation: "https://w3id.org/dpv#ServiceOptimisation",
  reconciliation: "https://w3id.org/dpv#CustomerRelationshipManagement",
  accountManagement: "https://w3id.org/dpv#AccountManagement",
  orderManagement: "https://w3id.org/dpv#CustomerOrderManagement",
  paymentManagement: "https://w3id.org/dpv#PaymentManagement",
  serviceCommunication: "https://w3id.org/dpv#CommunicationManagement",
  softwareUpdate: undefined,
  visitorKnowledge: undefined,
  auditAndResearch: "https://w3id.org/dpv#ResearchAndDevelopment",
  marketMeasurement: undefined,
  errorCorrection: "https://w3id.org/dpv#RepairImpairments",
  misusePrevention: "https://w3id.org/dpv#MisusePreventionAndDetection",
  fraudPrevention: "https://w3id.org/dpv#FraudPreventionAndDetection",
  identityVerification: "https://w3id.org/dpv#IdentityVerification",
  rightsFulfilment: "https://w3id.org/dpv#RightsFulfilment",
  legalCompliance: "https://w3id.org/dpv#LegalCompliance",
  legalClaims: "https://w3id.org/dpv#DisputeManagement",
  groupAdministration: "https://w3id.org/dpv#OrganisationGovernance",
  mergerAndAcquisition: undefined,
  staffTraining: undefined,
  directMarketing: "https://w3id.org/dpv#DirectMarketing",
  personalisedAdvertising: "https://w3id.org/dpv#PersonalisedAdvertising",
  retargeting: "https://w3id.org/dpv#TargetedAdvertising",
  sale: "https://w3id.org/dpv#SellDataToThirdParties",
}

/** The legal bases of GDPR 6(1). */
export const legalBases = [
  "consent",
  "contract",
  "legalObligation",
  "vitalInterests",
  "publicTask",
  "legitimateInterests",
] as const
export const LegalBasis = Schema.Literals(legalBases)
export type LegalBasis = typeof LegalBasis.Type

/** The term of W3C DPV's extension for the GDPR for a legal basis. */
export const legalBasisTerm: Readonly<Record<LegalBasis, string>> = {
  consent: "https://w3id.org/dpv/legal/eu/gdpr#A6-1-a",
  contract: "https://w3id.org/dpv/legal/eu/gdpr#A6-1-b",
  legalObligation: "https://w3id.org/dpv/legal/eu/gdpr#A6-1-c",
  vitalInterests: "https://w3id.org/dpv/legal/eu/gdpr#A6-1-d",
  publicTask: "https://w3id.org/dpv/legal/eu/gdpr#A6-1-e",
  legitimateInterests: "https://w3id.org/dpv/legal/eu/gdpr#A6-1-f",
}
