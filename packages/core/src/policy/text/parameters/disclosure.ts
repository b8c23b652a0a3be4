/**
 * Parameters of disclosure: to which recipients, on which ground, under which conditions, and who can ask for the list.
 */
import * as Schema from "effect/Schema"
import { duties, forSome, levels, permissions } from "../Parameter.ts"

/** The grounds on which personal data may be disclosed. There is no ground of sale (NOT-SOLD). */
export const disclosureGrounds = [
  "owningCustomer",
  "subProcessor",
  "explicitConsent",
  "affiliate",
  "partner",
  "legalRequirement",
  "restructuring",
  "enforcement",
  "groupAdministration",
  "groupMarketing",
  "collaborator",
  "advertiser",
  "rightsAndSafety",
  "fraudPrevention",
  "legalClaims",
  "creditAndPayment",
  "audit",
] as const
export const DisclosureGround = Schema.Literals(disclosureGrounds)
export type DisclosureGround = typeof DisclosureGround.Type

/** The facts to record before a disclosure on a ground. */
export const groundConditions = [
  "ownInteractions",
  "contractInForce",
  "onBehalfOfOperator",
  "explicitConsent",
  "namedRecipient",
  "namedManner",
  "minimumFields",
  "specifiedPurpose",
  "legalReference",
  "partyToNamedTransaction",
  "commitmentToThisPolicy",
  "demonstratedNeed",
  "requestOrConsent",
] as const
export const GroundCondition = Schema.Literals(groundConditions)
export type GroundCondition = typeof GroundCondition.Type

/** The duties that a recipient accepts before its first disclosure. */
export const recipientDuties = [
  "contractInForce",
  "commitmentToLaw",
  "similarTreatment",
  "guaranteesRecorded",
  "registered",
  "priorAuthorisation",
  "sameDutiesAsProcessor",
] as const

/** Lists that can be asked for. */
export const registers = ["recipients", "subProcessors", "dataCentres", "processingLocations", "safeguards"] as const

export const definitions = {
  disclosureGrounds: permissions(disclosureGrounds, {
    about: "The closed list of grounds on which personal data may be disclosed.",
    rules: ["GROUNDS", "NOT-SOLD"],
    readBy: "decider",
  }),
  groundConditions: forSome(
    disclosureGrounds,
    duties(groundConditions, {
      about: "What must be recorded before a disclosure on a ground.",
      rules: [
        "D-CONSENT",
        "D-AFFIL",
        "D-PARTNER",
        "D-LAW",
        "D-MERGER",
        "D-MERGER-COMMIT",
        "D-ENFORCE",
        "GROUP-MKT",
        "ADV-CONSENT",
        "SUBPROC",
        "CUST-ONLY",
      ],
      readBy: "decider",
    }),
  ),
  interactionDataRecipients: permissions(disclosureGrounds, {
    about: "The grounds on which pseudonymised interaction data may leave the operator.",
    rules: ["CUST-ONLY", "SUBPROC"],
    readBy: "decider",
  }),
  directAccess: permissions(["customer", "partner"], {
    about: "Who outside the operator may read the store of collected data directly; everybody else gets it delivered.",
    rules: ["NO-ACCESS-PUB"],
    readBy: "decider",
  }),
  otherPurposeOfRecipient: levels(["never", "ifAuthorised"], {
    about: "Whether a recipient may use the data for another purpose.",
    rules: ["D-NOOTHER", "D-NOOTHER-AUTH"],
    readBy: "decider",
  }),
  recipientDuties: duties(recipientDuties, {
    about: "What a recipient carries before data first reach it.",
    rules: ["CONTRACT-RCPT", "ALL-BOUND", "SIMILAR", "RCPT-CHOSEN", "REGISTER", "SUBPROC"],
    readBy: "decider",
    strictest: ["contractInForce", "commitmentToLaw", "similarTreatment", "guaranteesRecorded", "registered"],
  }),
  agreementOutsideUnion: duties(["customer", "partner"], {
    about: "Who outside the EU needs a specific agreement that guarantees equivalent protection.",
    rules: ["NONEU-CUST"],
    readBy: "decider",
  }),
  registersOnDemand: duties(registers, {
    about: "The lists that can be asked for, as of any date.",
    rules: ["REGISTER", "REGISTER-RCPT", "SAFEGUARD-COPY"],
    readBy: "decider",
  }),
}
