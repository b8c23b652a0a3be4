/**
 * Categories of personal data, by the names of GDPR and the five policies, with their terms in W3C DPV.
 */
import * as Schema from "effect/Schema"

/** The category of a personal value. */
export const PersonalDataCategory = Schema.Literals([
  "ipAddress",
  "telephoneNumber",
  "deviceIdentifier",
  "advertisingIdentifier",
  "terminalEnvironment",
  "connectionLog",
  "interfaceUsage",
  "deviceCallLog",
  "addressBook",
  "preciseLocation",
  "coarseLocation",
  "freeText",
  "surveyAnswer",
  "name",
  "emailAddress",
  "workContact",
  "accountIdentifier",
  "voiceRecording",
  "textDialogue",
  "serviceCallRecord",
  "transaction",
  "cookieIdentifier",
  "measurementRecord",
])
export type PersonalDataCategory = typeof PersonalDataCategory.Type

/** The term of W3C DPV for a category, where it has one. Prefix `pd:` is `https://w3id.org/dpv/pd#`. */
export const dpvTerm: Readonly<Record<PersonalDataCategory, string | undefined>> = {
  ipAddress: "pd:IPAddress",
  telephoneNumber: "pd:TelephoneNumber",
  deviceIdentifier: "pd:DeviceBased",
  advertisingIdentifier: "pd:UID",
  terminalEnvironment: "pd:UserAgent",
  connectionLog: "pd:CommunicationsMetadata",
  interfaceUsage: "pd:ServiceConsumptionBehaviour",
  deviceCallLog: "pd:CallLog",
  addressBook: "pd:Contact",
  preciseLocation: "pd:GPSCoordinate",
  coarseLocation: "pd:Location",
  freeText: "pd:Communication",
  surveyAnswer: "pd:Opinion",
  name: "pd:Name",
  emailAddress: "pd:EmailAddress",
  workContact: "pd:EmailAddressWork",
  accountIdentifier: "pd:Username",
  voiceRecording: "pd:VoiceCommunicationRecording",
  textDialogue: "pd:Communication",
  serviceCallRecord: "pd:Communication",
  transaction: "pd:Transaction",
  cookieIdentifier: "pd:UID",
  measurementRecord: "pd:ServiceConsumptionBehaviour",
}
