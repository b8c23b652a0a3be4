/**
 * The parameters of a policy that no code decides by, and why none has to. A new parameter is read, or entered here with
 * its reason.
 */
import type { PrivacyPolicy } from "@tacet/core/policy"

/** Why nothing reads each. */
export const declaredParameters: { readonly [Name in PrivacyPolicy.ParameterName]?: string } = {
  changeNotice:
    "`PolicyRegister.openNotices` lists a notice, a visible one and the choices as owed under every version",
  reuseOfProvisions: "about the text of contracts, which core does not read",
  specialCategories: "the law bounds it; no category of GDPR 9(1) is in the vocabulary, so none can be recorded",
  geolocationSwitch: "a location is refused while the switch is off, whether or not the version offers one",
  hostLocation: "a field that holds the location of a host is refused under every version",
  addressBook: "a value of an address book is refused under every version; what a device displays stays on it",
  mandatoryFreeText: "a mandatory field for free text is refused under every version",
  errorReports: "no event has a field for the details of an error",
  communication: "people encrypt connections; shown with the version",
  payment: "no payment passes through Tacet; shown with the version",
  requestChannels: "a request is accepted by every channel, with the same deadline",
  erasedAccount: "a sign-in fails after an erasure under every version",
  customerReports: "`Deflection` makes both reports for every Customer",
  automatedDecisions: "the law bounds it; core takes no decision with a legal effect on a person",
  retentionDuties: "`RetentionPolicy.periodAt` answers under every version",
}
