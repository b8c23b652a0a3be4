/**
 * Parameters of roles, purposes, legal bases and operations: who processes, what for, on which ground, and how.
 */
import * as Schema from "effect/Schema"
import { choice, duties, fact, forEach, forSome, levels, permissions } from "../Parameter.ts"
import { LegalBasis, Purpose, purposes } from "./purposes.ts"

/** Who processes: a controller or a processor of GDPR 4(7) and 4(8); before the GDPR the documents say *publisher*. */
export const roles = ["controller", "processor", "publisher"] as const
export const Role = Schema.Literals(roles)
export type Role = typeof Role.Type

/** Kinds of data that are limited to purposes of their own. */
export const limitedData = [
  "technicalData",
  "callData",
  "advertisingIdentifier",
  "thirdPartyServiceData",
  "voiceRecording",
] as const

/** Operations on personal data (GDPR 4(2)); the verbs of DPV. */
export const operations = [
  "collect",
  "record",
  "use",
  "display",
  "launchApplication",
  "openThirdPartyPage",
  "analyse",
  "anonymise",
  "transfer",
  "link",
  "erase",
] as const
export const Operation = Schema.Literals(operations)
export type Operation = typeof Operation.Type

/** The clauses of a contract under which the operator processes for a Customer (GDPR 28(3); CLAUSES). */
export const agreementClauses = [
  "collection",
  "processing",
  "access",
  "security",
  "confidentiality",
  "documentedInstructions",
  "subProcessing",
  "assistanceWithRequests",
  "breachNotice",
  "returnOrDeletion",
  "audit",
] as const

/** The duties of a Customer that links the operator's data with its own (CUST-LINK). */
export const linkClauses = ["collection", "processing", "security", "access", "modification", "deletion"] as const

/** The operator's permitted uses of records that identify no person. */
export const nonPersonalUses = ["improveServices", "giveToThirdParties", "anyOtherPurpose"] as const

/** The reports that a Customer gets. */
export const customerReports = ["shareWithoutCall", "journeyRanking"] as const

const LegalBases: Schema.Codec<ReadonlyArray<{ readonly purpose: Purpose; readonly basis: LegalBasis }>> = Schema.Array(
  Schema.Struct({ purpose: Purpose, basis: LegalBasis }),
)

export const definitions = {
  roleModel: choice(["publisher", "controllerAndProcessor"], {
    about: "Whether every processing carries the role of controller or processor, or the one word of 2016.",
    rules: ["ROLE", "DEFN"],
    readBy: "decider",
    otherwise: "controllerAndProcessor",
  }),
  purposes: forEach(
    roles,
    permissions(purposes, {
      about: "The closed list of purposes for which personal data may be processed in a role.",
      rules: ["PURPOSES", "IP-SECURITY", "TECH-PURPOSE"],
      readBy: "decider",
    }),
  ),
  processorPurposes: levels(["instructedByCustomer", "list"], {
    about: "Whether a processor's purposes are those that the Customer instructed, or the list of the policy.",
    rules: ["CUST-PURPOSE", "PURPOSES"],
    readBy: "decider",
  }),
  dataPurposes: forSome(
    limitedData,
    permissions(purposes, {
      about: "The only purposes of a kind of data that is limited to purposes of its own.",
      rules: ["TECH-PURPOSE", "SOLE-PURPOSE", "ADID-USE", "3P-SERVICE", "TRAINING"],
      readBy: "decider",
    }),
  ),
  furtherPurposes: levels(["none", "consentOrLaw", "compatible"], {
    about:
      "Which purposes beyond the listed ones are open: none, with consent or a legal duty, or compatible ones too.",
    rules: ["COMPATIBLE", "PURPOSES"],
    readBy: "decider",
  }),
  ownUse: levels(["none", "asController"], {
    about: "Whether the operator may collect personal data for its own use.",
    rules: ["NO-OWN-USE", "CTRL-MIN", "ROLE", "PURPOSES"],
    readBy: "decider",
  }),
  legalBases: fact(LegalBases, {
    about: "The one legal basis of each purpose for which the operator is controller (GDPR 6(1)).",
    rules: ["BASIS", "FAIR"],
    readBy: "decider",
    otherwise: [],
  }),
  operations: forEach(
    roles,
    permissions(operations, {
      about: "The closed list of operations on personal data in a role.",
      rules: ["PROCESSINGS"],
      readBy: "decider",
    }),
  ),
  advertising: levels(["none", "withConsent", "onLegitimateInterest"], {
    about: "Whether advertising is shown to users, and on what ground.",
    rules: ["NO-ADS"],
    readBy: "decider",
  }),
  directMarketing: levels(["none", "explicitConsent", "untilOptOut"], {
    about: "When marketing messages may be sent.",
    rules: ["MARKETING", "OPTOUT"],
    readBy: "decider",
  }),
  retargeting: levels(["none", "allowed"], {
    about: "Whether a retargeting service may be used.",
    rules: ["NO-RETARGET"],
    readBy: "decider",
  }),
  statisticsInput: levels(["anonymised", "raw"], {
    about: "Whether statistics rest on data that were made anonymous first.",
    rules: ["ANON-ASAP", "STAT-FOREVER16"],
    readBy: "decider",
  }),
  nonPersonalUses: permissions(nonPersonalUses, {
    about: "What the operator may do with records that identify no person.",
    rules: ["STAT-IMPROVE", "NONIDENT-FREE", "AGG-3P"],
    readBy: "decider",
  }),
  customerReports: duties(customerReports, {
    about: "The reports that a Customer gets on the interactions of its own users.",
    rules: ["STAT-NOCALL", "STAT-JOURNEY"],
    readBy: "declared",
  }),
  agreementClauses: duties(agreementClauses, {
    about: "What a contract must provide for before the operator may process personal data of a Customer's services.",
    rules: ["SUBCONTRACT", "CLAUSES"],
    readBy: "decider",
    strictest: ["collection", "processing", "access", "security", "confidentiality"],
  }),
  linkClauses: duties(linkClauses, {
    about: "What must bind a Customer that links the operator's data with its own personal data.",
    rules: ["CUST-LINK", "CUST-MATCH"],
    readBy: "decider",
  }),
  automatedDecisions: levels(["none", "withHumanReview", "withoutReview"], {
    about: "Whether decisions with a legal or similar effect on a person may be taken by machine alone (GDPR 22).",
    rules: ["MOSTUSED"],
    readBy: "declared",
  }),
}
