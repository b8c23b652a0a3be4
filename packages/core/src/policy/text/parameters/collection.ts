/**
 * Parameters of collection and of how an interaction begins: categories, channels, device, location, input.
 */
import { duties, forEach, levels, permissions } from "../Parameter.ts"
import { PersonalDataCategory } from "../../../privacy/PersonalDataCategory.ts"
import { roles } from "./processing.ts"

/** Where a person may ask for contact, at an entry point of the Customer. */
export const contactChannels = ["web", "app", "sms", "qr"] as const

/** The triggers of an interaction: a call, or a request for contact. The one list of channels. */
export const channels = ["outgoingCall", "incomingCall", ...contactChannels] as const

/** The permitted interceptions of a call on the device. */
export const interceptions = ["inhibitOutgoingCall", "activateInterface"] as const

/** How a field that must be filled in is justified. */
export const mandatoryFieldDuties = ["recordReason", "tellBefore"] as const

export const definitions = {
  categories: forEach(
    roles,
    permissions(PersonalDataCategory.literals, {
      about: "The closed list of categories of personal data in a role.",
      rules: ["CATEGORIES", "CTRL-MIN", "MINIMISE"],
      readBy: "decider",
    }),
  ),
  specialCategories: levels(["none", "explicitConsent", "allowed"], {
    about: "Whether data of GDPR 9(1) may be processed, and on what ground.",
    rules: ["CATEGORIES"],
    readBy: "declared",
  }),
  channels: permissions(channels, {
    about: "What may make an interaction begin.",
    rules: ["TRIGGER", "LISTED"],
    readBy: "decider",
  }),
  interception: permissions(interceptions, {
    about: "What the technology may do with a call on a device, to or from a listed number.",
    rules: ["INHIBIT", "ACTIVATE", "SWITCH"],
    readBy: "decider",
  }),
  geolocation: levels(["forbidden", "allowed"], {
    about: "Whether a location, precise or coarse, may be recorded for a listed service that the user opened.",
    rules: ["GEO-OK", "GEO-NEVER"],
    readBy: "decider",
  }),
  geolocationSwitch: levels(["offered", "notOffered"], {
    about: "Whether the user can switch location off for each application.",
    rules: ["GEO-SWITCH"],
    readBy: "declared",
  }),
  hostLocation: levels(["dropped", "collected"], {
    about: "What becomes of a location that a host application or site knows.",
    rules: ["GEO-HOST"],
    readBy: "declared",
  }),
  recognition: levels(["off", "ifInstructed", "on"], {
    about: "Whether a device may be recognised as one already known to the same Customer.",
    rules: ["RECOG-ATTACH", "RECOG-PROB", "MOSTUSED"],
    readBy: "decider",
  }),
  addressBook: levels(["notAccessed", "displayNameOnly"], {
    about: "Whether the device's address book may be read, to show a name in place of a number and for nothing else.",
    rules: ["ADDR-READ", "ADDR-DISPLAY"],
    readBy: "declared",
  }),
  advertisingIdentifier: levels(["notAllowed", "notLinked", "linkedWithExpressConsent"], {
    about: "Whether an advertising identifier may be held, and be linked to personal or device data.",
    rules: ["ADID-USE", "ADID-PII", "ADID-DEV"],
    readBy: "decider",
  }),
  mandatoryFreeText: levels(["never", "allowed"], {
    about: "Whether a field for free text may have to be filled in to go on.",
    rules: ["VOLUNTARY"],
    readBy: "declared",
  }),
  mandatoryFields: duties(mandatoryFieldDuties, {
    about: "What a field marked mandatory takes.",
    rules: ["MANDATORY"],
    readBy: "decider",
  }),
  errorReports: levels(["never", "ifChosenByUser"], {
    about: "Whether details of an error may be sent.",
    rules: ["ERRREPORT"],
    readBy: "declared",
  }),
  provenance: levels(["recorded", "notRecorded"], {
    about: "Whether the source of each datum is kept: given by the person, observed, from a third party, derived.",
    rules: ["PROVENANCE"],
    readBy: "decider",
  }),
  customerCollectedData: levels(["noAccess", "access"], {
    about: "Whether the operator may see what a Customer or a partner collects on its own.",
    rules: ["OPERATOR-NOACCESS"],
    readBy: "decider",
  }),
}
