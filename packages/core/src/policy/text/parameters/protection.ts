/**
 * Parameters of consent, security, access by staff, breaches, cookies.
 */
import * as Schema from "effect/Schema"
import { atLeast, atMost, duties, levels, permissions } from "../Parameter.ts"

/** The properties of a valid consent. */
export const consentDuties = [
  "explicit",
  "recipient",
  "manner",
  "purpose",
  "textVersion",
  "withdrawalAtAnyTime",
  "withdrawalByContact",
  "withdrawalInSettings",
  "earlierProcessingStaysValid",
] as const

/** Measures of security that can be listed with their state. */
export const securityMeasures = [
  "encryption",
  "attackProtection",
  "accessControl",
  "training",
  "contracts",
  "incidentPlan",
  "securedServers",
] as const

/** The measures of GDPR 32(1) beside those of the policies. */
export const furtherMeasures = ["pseudonymisation", "backups", "tests"] as const

/** A measure of security, by which a processing is protected. */
export const Measure = Schema.Literals([...securityMeasures, ...furtherMeasures])
export type Measure = typeof Measure.Type

/** The conditions on a reader of personal data. */
export const staffAccessDuties = ["authorisedRole", "recordedMission"] as const

/** Duties on a breach. */
export const breachDuties = ["plan", "limitEffects", "register", "authorityNotice", "personNotice"] as const

/** The handling of a payment transaction. */
export const paymentDuties = ["encrypted", "paymentCardStandard"] as const

/** The purposes of cookies. */
export const cookiePurposes = [
  "necessary",
  "functional",
  "audienceMeasurement",
  "socialSharing",
  "thirdParty",
  "advertisingReaction",
] as const
export const CookiePurpose = Schema.Literals(cookiePurposes)
export type CookiePurpose = typeof CookiePurpose.Type

/** The fields of a record of an analytics cookie. */
export const cookieFields = ["date", "time", "internetAddress", "deviceProtocol", "page"] as const

export const definitions = {
  consent: duties(consentDuties, {
    about: "What a consent carries, and how it can be withdrawn.",
    rules: ["D-CONSENT", "WITHDRAW", "OPTOUT", "FAIR"],
    readBy: "decider",
  }),
  childConsentAge: atLeast({
    about: "The age from which a person consents alone (GDPR 8(1)).",
    rules: ["FAIR"],
    readBy: "decider",
    strictest: 16,
  }),
  securityMeasures: duties(securityMeasures, {
    about: "The measures that can be listed with their state.",
    rules: ["SEC-MEAS"],
    readBy: "decider",
    strictest: ["encryption", "attackProtection", "accessControl", "training", "contracts"],
  }),
  staffAccess: duties(staffAccessDuties, {
    about: "What a member of staff holds to read personal or pseudonymised data.",
    rules: ["AUTHZ", "NEED"],
    readBy: "decider",
  }),
  communication: levels(["confidential", "open"], {
    about: "Whether communication with a person or a service is confidential.",
    rules: ["SECURE-COMM"],
    readBy: "declared",
  }),
  payment: duties(paymentDuties, {
    about: "What a payment transaction takes.",
    rules: ["PAYMENT"],
    readBy: "declared",
  }),
  breach: duties(breachDuties, {
    about: "The duties on a breach of personal data.",
    rules: ["BREACH"],
    readBy: "decider",
  }),
  breachNoticeHours: atMost({
    about: "Within how many hours after becoming aware of a breach the authority is notified (GDPR 33(1)).",
    rules: ["BREACH"],
    readBy: "decider",
    strictest: 72,
  }),
  cookiePurposes: permissions(cookiePurposes, {
    about: "The closed list of purposes of cookies.",
    rules: ["COOKIE-PURPOSE"],
    readBy: "decider",
  }),
  cookieControl: duties(["delete", "block", "tellConsequence"], {
    about: "What a user can do about cookies, and the consequences that are stated.",
    rules: ["COOKIE-CTRL"],
    readBy: "decider",
  }),
  analyticsCookieFields: permissions(cookieFields, {
    about: "The only fields of a record of the operator's own analytics cookie.",
    rules: ["COOKIE-FIELDS"],
    readBy: "decider",
  }),
  analyticsCookieUses: permissions(["transferToThirdParty", "reuse", "join"], {
    about: "What may be done with such a record beside measuring.",
    rules: ["COOKIE-NO3P", "COOKIE-NOJOIN"],
    readBy: "decider",
  }),
  vendorAnalytics: levels(["none", "withInstrumentUntilOptOut"], {
    about: "Whether a vendor may measure the operator's own sites.",
    rules: ["SHIELD", "VENDOR-OPTOUT"],
    readBy: "decider",
  }),
}
