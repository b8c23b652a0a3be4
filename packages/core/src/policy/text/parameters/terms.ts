/**
 * The terms of W3C DPV and of its extension for the GDPR for the words of the parameters, as addresses: data for export
 * and for records of processing. A word without a term is missing.
 */
import type { Instrument } from "./location.ts"
import type { Operation, Role } from "./processing.ts"
import type { Measure } from "./protection.ts"
import type { RefusalGround, Right } from "./rights.ts"

const dpv = "https://w3id.org/dpv#"
const gdpr = "https://w3id.org/dpv/legal/eu/gdpr#"

/**
 * Roles; `publisher` is a word of 2016 alone.
 *
 * @example
 * ```ts
 * import { Vocabulary } from "@tacet/core/policy"
 *
 * const processor = Vocabulary.roleTerm.processor // => "https://w3id.org/dpv#DataProcessor"
 * const article = Vocabulary.rightTerm.erasure // => "https://w3id.org/dpv/legal/eu/gdpr#A17"
 * ```
 */
export const roleTerm: { readonly [Word in Role]?: string } = {
  controller: `${dpv}DataController`,
  processor: `${dpv}DataProcessor`,
}

/** Operations. DPV's `Delete` is logical and can be undone, so erasure is `Erase`. */
export const operationTerm: { readonly [Word in Operation]?: string } = {
  collect: `${dpv}Collect`,
  record: `${dpv}Record`,
  use: `${dpv}Use`,
  display: `${dpv}Display`,
  analyse: `${dpv}Analyse`,
  anonymise: `${dpv}Anonymise`,
  transfer: `${dpv}Transfer`,
  link: `${dpv}Combine`,
  erase: `${dpv}Erase`,
}

/** Instruments. DPV counts binding corporate rules under Article 46(2)(b); the article of their own is 47. */
export const instrumentTerm: { readonly [Word in Instrument]?: string } = {
  adequacyDecision: `${gdpr}A45-3`,
  standardContractualClauses: `${gdpr}A46-2-c`,
  codeOfConduct: `${gdpr}A46-2-e`,
  certification: `${gdpr}A46-2-f`,
  adHocClauses: `${gdpr}A46-3-a`,
  bindingCorporateRules: `${gdpr}A46-2-b`,
  consentToTransfer: `${gdpr}A49-1-a`,
}

/** Rights. */
export const rightTerm: { readonly [Word in Right]?: string } = {
  access: `${gdpr}A15`,
  portability: `${gdpr}A20`,
  rectification: `${gdpr}A16`,
  erasure: `${gdpr}A17`,
  restriction: `${gdpr}A18`,
  objection: `${gdpr}A21`,
  consentWithdrawal: `${gdpr}A7-3`,
  complaint: `${gdpr}A77`,
}

/** Grounds of refusal. "Impractical" has no term: the GDPR knows no such ground. */
export const refusalGroundTerm: { readonly [Word in RefusalGround]?: string } = {
  badFaith: `${gdpr}JustificationA12MaliciousIntent`,
  legalObligation: `${gdpr}JustificationA17LegallyRequired`,
  legalClaims: `${gdpr}JustificationA17LegalClaims`,
  manifestlyUnfounded: `${gdpr}JustificationA12ManifestlyUnfounded`,
  manifestlyExcessive: `${gdpr}JustificationA12ManifestlyExcessive`,
  identityNotEstablished: `${gdpr}JustificationA12IdentityFailure`,
}

/** Measures of security. */
export const measureTerm: { readonly [Word in Measure]: string } = {
  encryption: `${dpv}Encryption`,
  attackProtection: `${dpv}NetworkSecurityProtocols`,
  accessControl: `${dpv}AccessControlMethod`,
  training: `${dpv}StaffTraining`,
  contracts: `${dpv}LegalAgreement`,
  incidentPlan: `${dpv}IncidentManagementProcedures`,
  securedServers: `${dpv}HardwareSecurityProtocols`,
  pseudonymisation: `${dpv}Pseudonymisation`,
  backups: `${dpv}DataBackupProtocols`,
  tests: `${dpv}EffectivenessDeterminationProcedures`,
}
