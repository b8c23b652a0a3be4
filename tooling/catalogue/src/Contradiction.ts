/**
 * The sixty contradictions and changes that were found between and inside the five documents (V01 to V60), and what each
 * became: a parameter of a policy, a field of its head, or an invariant or definition of the library that no policy
 * varies, with the reason.
 */
import type { PrivacyPolicy } from "@tacet/core/policy"

/** The keys of the contradictions. */
export const contradictionKeys = Array.from(
  { length: 60 },
  (_, index) => `V${String(index + 1).padStart(2, "0")}`,
) as unknown as ReadonlyArray<ContradictionKey>

type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9
/** A key from V01 to V60. */
export type ContradictionKey = Exclude<`V${0 | 1 | 2 | 3 | 4 | 5}${Digit}`, "V00"> | "V60"

/** The resolution of a contradiction. */
export type Resolution =
  | {
      readonly _tag: "parameter"
      readonly parameters: readonly [PrivacyPolicy.ParameterName, ...Array<PrivacyPolicy.ParameterName>]
      readonly note: string
    }
  | { readonly _tag: "head"; readonly field: keyof PrivacyPolicy.PrivacyPolicy; readonly note: string }
  | { readonly _tag: "invariant"; readonly note: string }
  | { readonly _tag: "definition"; readonly note: string }

const parameter = (
  note: string,
  ...parameters: readonly [PrivacyPolicy.ParameterName, ...Array<PrivacyPolicy.ParameterName>]
): Resolution => ({
  _tag: "parameter",
  parameters,
  note,
})
const head = (field: keyof PrivacyPolicy.PrivacyPolicy, note: string): Resolution => ({ _tag: "head", field, note })
const invariant = (note: string): Resolution => ({ _tag: "invariant", note })
const definition = (note: string): Resolution => ({ _tag: "definition", note })

/** All of them. */
export const contradictions: Readonly<Record<ContradictionKey, Resolution>> = {
  V01: parameter(
    "Allowed in 2016, forbidden since; a version that says nothing forbids it, for no document defines an opt-in.",
    "geolocation",
    "geolocationSwitch",
    "hostLocation",
  ),
  V02: parameter(
    "No cap, twelve months, the end of the contract, or a table by category; of two versions both ends count.",
    "retentionCap",
    "retentionByCategory",
    "retentionPeriod",
  ),
  V03: parameter(
    "The special cap displaces the general clause; only a recorded legal ground extends.",
    "retentionCap",
    "retentionExtension",
  ),
  V04: parameter("As V03, with the end of the contract as the cap.", "retentionCap", "retentionExtension"),
  V05: parameter(
    "The user alone in 2016, the end of the retention too since; the library's own default is both.",
    "freeTextEnd",
  ),
  V06: parameter(
    "Raw in 2016, anonymised since; default anonymised.",
    "statisticsInput",
    "technicalStatisticsRetention",
  ),
  V07: parameter(
    "The operator until 2019, the Customer of the interaction in 2021; a processor still forwards and assists.",
    "requestAddressee",
  ),
  V08: parameter("The advertising identifier locates in 2019 alone.", "locators"),
  V09: parameter(
    "One calendar month and thirty days are two times; a further two months only with reasons, in time.",
    "answerWithin",
    "answerExtension",
    "delayNotice",
  ),
  V10: parameter("A closed list for each version; `impractical` is not open after 25 May 2018.", "refusalGrounds"),
  V11: parameter("Never smaller than that of the GDPR from its date.", "rights", "accountSelfService"),
  V12: parameter(
    "The French text prevails: a refusal on a legal ground is open, and the ground is recorded.",
    "refusalGrounds",
    "answerDuties",
    "languagePrecedence",
  ),
  V13: parameter("Each version keeps its own test of the place; the French of 2021 is the default.", "locationRules"),
  V14: parameter("`and` and `or` are two tests and are never merged.", "locationRules"),
  V15: parameter("One list of hosting places; what a document repeats elsewhere is a view of it.", "hostingLocations"),
  V16: parameter(
    "The French text prevails, and the English `at least two` data centres are kept beside it.",
    "dataCentres",
    "hostingLocations",
    "backupLocations",
  ),
  V17: definition("The sets EU and EEA are dated legal data; `Europe` is no set, and no parameter can name it."),
  V18: parameter("A closed list for each version; a derogation of GDPR 49 is in none of them.", "instruments"),
  V19: parameter(
    "Adequacy is looked up by date: Privacy Shield carries transfers inside its interval alone.",
    "instruments",
  ),
  V20: parameter(
    "No direct reading by the Customer or a partner: data are delivered by an authorised transfer.",
    "directAccess",
  ),
  V21: parameter(
    "A processor that acts for the operator is no third recipient; the French text says so.",
    "interactionDataRecipients",
    "disclosureGrounds",
  ),
  V22: invariant(
    "The stricter English rule holds whatever a version says: nothing is sent along to an external page (NO-AUTOSEND).",
  ),
  V23: parameter("The fact and the time of an opening are recorded, its content never.", "operations"),
  V24: invariant("A called number is stored as the reference under which the Customer lists it, never as the number."),
  V25: parameter("A closed list of categories for each version.", "categories"),
  V26: parameter(
    "On in 2019; in 2021 only if the Customer's contract instructs it; inside one Customer always (RECOG-1CUST).",
    "recognition",
  ),
  V27: parameter(
    "Calls alone in 2016 and 2019, in 2021 the web, messages and calls (10.1 is headed calls); inhibited in 2019 alone; the bans stay (LISTED, CALL-LOG).",
    "channels",
    "interception",
  ),
  V28: parameter("In 2021 the category is not in the closed list at all.", "categories", "advertisingIdentifier"),
  V29: parameter("In 2021 the address book is not accessed.", "addressBook"),
  V30: parameter(
    "By operator; tailored advertising takes consent, and a basis of legitimate interest is a finding.",
    "advertising",
    "directMarketing",
  ),
  V31: invariant("There is no ground of sale, and no version can add the purpose (NOT-SOLD)."),
  V32: parameter("A consent to disclosure is explicit and names recipient and manner.", "consent", "groundConditions"),
  V33: parameter("Never in 2016, if authorised since.", "otherPurposeOfRecipient"),
  V34: parameter("Both lists are produced: recipients and sub-processors.", "registersOnDemand"),
  V35: definition("A Partner is what the document of 2019 defines: it embeds the technology and sees no data."),
  V36: definition("A Customer and a member of its staff (CustomerUser) are two types."),
  V37: parameter("Purposes come from the Customer's contract; the list is the offer.", "processorPurposes", "purposes"),
  V38: definition(
    "Pseudonymised data are personal at the operator always; a recipient's assessment does not change that.",
  ),
  V39: parameter("A label for each category; direct identifiers are sealed and occur in no event.", "categories"),
  V40: invariant("No citizenship is asked for anywhere: the GDPR knows no such condition."),
  V41: parameter("The duties on a change; the library's own default is all of them.", "changeNotice", "publication"),
  V42: parameter("French where a document says so, otherwise none.", "languagePrecedence"),
  V43: definition("The French text ends twice; its first end is read, the second is left over from an older version."),
  V44: head("effectiveFrom", "The English text of 2021 bears no date and is bound to that of the French."),
  V45: head(
    "effectiveFrom",
    "The text of 2016 binds from the date that it bears; the foreign name in it is read as the operator's.",
  ),
  V46: parameter("Mapped by meaning: contract, legitimate interests, consent, legal obligation.", "legalBases"),
  V47: parameter("The stricter sentence holds: collaborators after a request or consent.", "groundConditions"),
  V48: parameter(
    "Deleted at the latest five years after the deletion; an erasure on request still takes a month.",
    "retentionByCategory",
  ),
  V49: parameter(
    "Records of calls to one's own service are a category of their own; the call log of a device is in no list.",
    "categories",
    "retentionByCategory",
  ),
  V50: parameter("The laws that a version names, read without the misprint.", "applicableLaws"),
  V51: parameter(
    "The operator's own measurement and that of a vendor are two classes of cookies.",
    "analyticsCookieUses",
    "analyticsCookieFields",
    "vendorAnalytics",
    "retentionByCategory",
  ),
  V52: parameter("In the policy, or in a document of their own that it refers to.", "cookieRules"),
  V53: parameter("`erase` for data; keys and media are destroyed.", "operations"),
  V54: parameter("By version; the French text of 2021 prevails.", "objectionTest"),
  V55: parameter(
    "Verification is its own step, with the doubt recorded; no more is collected than it takes.",
    "verification",
    "identityEvidence",
    "writtenForm",
    "verifiers",
  ),
  V56: parameter(
    "Controller and processor from 25 May 2018; data recorded in 2016 keep the role of publisher.",
    "roleModel",
  ),
  V57: invariant("A request is accepted at any address of the operator and routed by role."),
  V58: parameter(
    "Billing data have a legal ground of their own to be kept.",
    "accountLegalGrounds",
    "accountRetention",
  ),
  V59: invariant("Wherever there is a channel on a device the user can switch it off (SWITCH)."),
  V60: definition("One definition of an effective call, which each report carries with it."),
}
