/**
 * Where each of the 186 invariants lives. `docs/rules.md` and `npm run rules` are made from this table and from the rows
 * of the documents; a key without an entry does not compile.
 *
 * - `enforced`: a pure decider, a resolver or a Schema of the core refuses what breaks it; `module` is that file.
 * - `declared`: typed data that a policy, a contract or a recipient carries, and that a test holds it to.
 * - `organisational`: what only people can do, with the reason, and what Tacet records to help.
 *
 * Paths are from `packages/core/src`. Who enforces a rule enters the module and the tests whose titles name its key; an
 * entry without a test is one that is still owed (`pending`).
 */
import { RuleKey } from "@tacet/core/policy"
import type { DocumentId, Row } from "./RuleRows.ts"
import { documents, rowsOf } from "./RuleRows.ts"

/** What holds a rule. */
export type Entry =
  | {
      readonly kind: "enforced" | "declared"
      readonly module: string
      /** What the module does about it. */
      readonly how: string
      readonly tests: ReadonlyArray<string>
    }
  | {
      readonly kind: "organisational"
      /** Where what helps is stated. */
      readonly module: string
      /** What Tacet records or refuses to help those who keep the rule. */
      readonly how: string
      /** Why only people can keep it. */
      readonly why: string
    }

const enforced = (module: string, how: string, ...tests: ReadonlyArray<string>): Entry => ({
  kind: "enforced",
  module,
  how,
  tests,
})
const declared = (module: string, how: string, ...tests: ReadonlyArray<string>): Entry => ({
  kind: "declared",
  module,
  how,
  tests,
})
const organisational = (module: string, how: string, why: string): Entry => ({
  kind: "organisational",
  module,
  how,
  why,
})

/** All entries. */
export const catalogue: Readonly<Record<RuleKey.PolicyRuleKey, Entry>> = {
  "3P-OUT": enforced(
    "policy/binding/Competence.ts",
    "what a third party does is decided by its own policy, and no event of the core holds it",
    "policy/binding/Competence.test.ts",
  ),
  "3P-POLICY": enforced(
    "policy/binding/Competence.ts",
    "a datum in which the operator has no part is decided by the third party's policy",
    "policy/binding/Competence.test.ts",
  ),
  "3P-SERVICE": enforced(
    "policy/checks/Purpose.ts",
    "data about a third-party service serve the requested service alone",
    "policy/checks/Purpose.laws.test.ts",
    "policy/checks/Purpose.test.ts",
  ),
  "A45-47": enforced(
    "policy/checks/TransferInstrument.ts",
    "an instrument carries a transfer only if it holds on the day of the transfer",
    "policy/checks/TransferInstrument.test.ts",
    "policy/legal/LegalData.test.ts",
    "domain/Transfer.test.ts",
  ),
  ACCURATE: enforced(
    "domain/Pseudonym.ts",
    "after a rectification the state refers to the new value alone",
    "domain/Pseudonym.test.ts",
  ),
  "ACK-FIRST": enforced(
    "domain/Interaction.ts",
    "a value that a user typed is refused before the policy version was made available",
    "domain/Interaction.policy.test.ts",
  ),
  ACTIVATE: enforced(
    "domain/Interaction.ts",
    "an interface is activated only on a listed number and a device that is switched on",
    "domain/Interaction.test.ts",
    "policy/binding/Resolve.test.ts",
    "domain/Interaction.policy.test.ts",
  ),
  "ADDR-DISPLAY": organisational(
    "policy/text/parameters/collection.ts",
    "the policy says whether an address book may be read for display, and no command takes a value of one",
    "The display name is looked up on the device by the publisher's application, where Tacet does not run.",
  ),
  "ADDR-READ": enforced(
    "domain/CommandInput.ts",
    "a command with address-book values is refused whole, and no policy can list the category",
    "domain/Interaction.test.ts",
    "policy/binding/Resolve.test.ts",
    "domain/stories.test.ts",
  ),
  "ADID-DEV": enforced(
    "domain/Pseudonym.ts",
    "an advertising identifier and a device identifier meet under one pseudonym only by express consent",
    "domain/Pseudonym.test.ts",
  ),
  "ADID-PII": enforced(
    "domain/Pseudonym.ts",
    "an advertising identifier and personal data meet under one pseudonym only by express consent",
    "domain/Pseudonym.test.ts",
  ),
  "ADID-USE": enforced(
    "policy/checks/Purpose.ts",
    "an advertising identifier serves analysis alone",
    "policy/checks/Purpose.laws.test.ts",
    "policy/checks/Purpose.test.ts",
    "domain/Pseudonym.test.ts",
  ),
  "ADV-CONSENT": enforced(
    "domain/Transfer.ts",
    "a transfer to an advertiser or collaborator needs a request or a consent",
    "domain/Transfer.test.ts",
  ),
  "AGG-3P": enforced(
    "statistics/PublicStatistic.ts",
    "only a public statistic, whose schema holds no pseudonym, is given to third parties",
    "statistics/PublicStatistic.test.ts",
    "domain/Customer.contract.test.ts",
  ),
  "ALL-BOUND": enforced(
    "domain/Recipient.ts",
    "nobody is registered without a commitment to the law in force",
    "domain/Recipient.test.ts",
  ),
  "ANON-ASAP": enforced(
    "statistics/PublicStatistic.ts",
    "a published statistic holds no pseudonym, and statistics rest on anonymised input",
    "statistics/PublicStatistic.test.ts",
  ),
  ARCHIVE: enforced(
    "policy/binding/PolicyRegister.ts",
    "a published version is read back unchanged for ever",
    "policy/binding/PolicyRegister.test.ts",
    "policy/binding/Resolve.test.ts",
    "domain/Pseudonym.test.ts",
    "domain/Recipient.test.ts",
  ),
  AUTHZ: enforced(
    "policy/checks/ReadAccess.ts",
    "a reader without an authorised role is refused",
    "policy/checks/ReadAccess.test.ts",
  ),
  AUTO: enforced(
    "domain/Interaction.ts",
    "a typed value is recorded only for a field that the Customer declared",
    "domain/Interaction.test.ts",
    "domain/stories.test.ts",
  ),
  BACKUP: enforced(
    "policy/checks/Hosting.ts",
    "a backup outside the listed place is a fault of the register",
    "policy/checks/Hosting.test.ts",
    "policy/checks/TransferInstrument.test.ts",
  ),
  BASIS: enforced(
    "policy/checks/Purpose.ts",
    "a controller's use without its one legal basis is a gap",
    "policy/checks/Purpose.laws.test.ts",
    "policy/checks/Purpose.test.ts",
  ),
  BREACH: organisational(
    "policy/text/parameters/protection.ts",
    "the policy carries what is done about a breach and within how many hours, and one that allows more than 72 is refused",
    "Finding, judging and containing a breach is the work of people.",
  ),
  "CALL-LOG": enforced(
    "domain/CommandInput.ts",
    "a command with a list of calls is refused whole, and no policy can list the category",
    "domain/Interaction.test.ts",
    "policy/binding/Resolve.test.ts",
    "domain/stories.test.ts",
  ),
  CATEGORIES: enforced(
    "domain/Interaction.ts",
    "a value of a category that the version does not list for the role is refused",
    "domain/Interaction.test.ts",
    "domain/Pseudonym.test.ts",
    "policy/checks/Purpose.test.ts",
    "policy/binding/Resolve.test.ts",
    "domain/Interaction.policy.test.ts",
    "domain/Customer.contract.test.ts",
  ),
  CERT: enforced(
    "policy/checks/Hosting.ts",
    "a data centre without a certification is a fault of the register",
    "policy/checks/Hosting.test.ts",
  ),
  CHOICES: enforced(
    "policy/binding/PolicyRegister.ts",
    "a change that affects the use of data owes a notice with the choices until it was given",
    "policy/binding/PolicyRegister.test.ts",
  ),
  CLASSIFY: enforced(
    "policy/checks/Classification.ts",
    "what can be joined with something personal is personal",
    "policy/checks/Classification.test.ts",
  ),
  CLAUSES: enforced(
    "domain/Contract.ts",
    "a contract without the clauses that the policy demands is refused, and in force no longer once more are demanded",
    "domain/Customer.contract.test.ts",
  ),
  COMBINE: enforced(
    "policy/checks/Classification.ts",
    "a record made of several inputs takes the strictest label",
    "policy/checks/Classification.test.ts",
  ),
  COMPATIBLE: enforced(
    "policy/checks/Purpose.ts",
    "a further purpose needs a recorded compatibility, a consent or a law, where the version is open to it",
    "policy/checks/Purpose.laws.test.ts",
    "policy/checks/Purpose.test.ts",
  ),
  CONTACT: enforced(
    "policy/binding/PolicyRegister.ts",
    "a version without a controller to reach is not published",
    "policy/binding/PolicyRegister.test.ts",
  ),
  "CONTRACT-RCPT": enforced(
    "domain/Transfer.ts",
    "a transfer needs a contract in force with the recipient at that moment",
    "domain/Recipient.test.ts",
    "domain/Transfer.test.ts",
  ),
  "COOKIE-CTRL": enforced(
    "policy/checks/Cookie.ts",
    "a cookie that the user cannot delete or block is not declared",
    "policy/checks/Cookie.test.ts",
  ),
  "COOKIE-DOC": declared(
    "policy/text/parameters/notice.ts",
    "each version says where its rules on cookies are",
    "policy/binding/Resolve.test.ts",
  ),
  "COOKIE-FIELDS": enforced(
    "policy/checks/Cookie.ts",
    "the schema of an analytics record has five fields and no other",
    "policy/checks/Cookie.test.ts",
  ),
  "COOKIE-NO3P": enforced(
    "policy/checks/Cookie.ts",
    "an analytics record is given to nobody",
    "policy/checks/Cookie.test.ts",
  ),
  "COOKIE-NOJOIN": enforced(
    "policy/checks/Cookie.ts",
    "an analytics record is neither reused nor joined",
    "policy/checks/Cookie.test.ts",
  ),
  "COOKIE-PURPOSE": enforced(
    "policy/checks/Cookie.ts",
    "a cookie for a purpose that the version does not list is not declared",
    "policy/checks/Cookie.test.ts",
  ),
  "COOKIE-READ": enforced(
    "policy/checks/Cookie.ts",
    "only the party that set a cookie reads it",
    "policy/checks/Cookie.test.ts",
  ),
  "CTRL-MIN": enforced(
    "policy/checks/Purpose.ts",
    "as controller only listed categories are used",
    "policy/checks/Purpose.laws.test.ts",
    "policy/checks/Purpose.test.ts",
  ),
  "CUST-LINK": enforced(
    "domain/Contract.ts",
    "a Customer that links data is refused without the clauses that bind it",
    "domain/Customer.contract.test.ts",
  ),
  "CUST-MATCH": enforced(
    "domain/Transfer.ts",
    "interactions are reconciled for their own Customer alone",
    "domain/Transfer.test.ts",
  ),
  "CUST-ONLY": enforced(
    "domain/Transfer.ts",
    "interaction data go to the Customer of the interaction, or to a processor of the operator",
    "domain/Transfer.test.ts",
  ),
  "CUST-PURPOSE": enforced(
    "policy/checks/Purpose.ts",
    "a processor's purpose that no contract instructs is a gap or a violation",
    "policy/checks/Purpose.laws.test.ts",
    "policy/checks/Purpose.test.ts",
    "domain/Customer.contract.test.ts",
  ),
  "D-AFFIL": enforced(
    "domain/Transfer.ts",
    "an affiliate gets no field beyond the declared minimum",
    "domain/Transfer.test.ts",
  ),
  "D-CONSENT": enforced(
    "domain/Transfer.ts",
    "a disclosure by consent needs one in force that names recipient and manner",
    "domain/Transfer.test.ts",
    "policy/binding/Resolve.test.ts",
  ),
  "D-ENFORCE": enforced(
    "domain/Transfer.ts",
    "a disclosure to enforce or protect needs a demonstrated need",
    "domain/Transfer.test.ts",
  ),
  "D-LAW": enforced(
    "domain/Transfer.ts",
    "a disclosure that the law demands needs the reference",
    "domain/Transfer.test.ts",
  ),
  "D-MERGER": enforced(
    "domain/Transfer.ts",
    "a disclosure in a restructuring goes to a party of the named transaction",
    "domain/Transfer.test.ts",
  ),
  "D-MERGER-COMMIT": enforced(
    "domain/Transfer.ts",
    "the buyer or seller has committed to the policy first",
    "domain/Transfer.test.ts",
  ),
  "D-NOOTHER": enforced(
    "domain/Transfer.ts",
    "a recipient gets no other purpose",
    "domain/Transfer.test.ts",
    "policy/binding/Resolve.test.ts",
  ),
  "D-NOOTHER-AUTH": enforced(
    "domain/Transfer.ts",
    "a recipient gets another purpose only by a recorded authorisation",
    "domain/Transfer.test.ts",
    "policy/binding/Resolve.test.ts",
  ),
  "D-PARTNER": enforced(
    "domain/Transfer.ts",
    "a partner gets the minimum for specified purposes",
    "domain/Transfer.test.ts",
  ),
  DECLARED: declared(
    "policy/text/parameters/notice.ts",
    "each version says where a processing is entered before it begins, and carries the number of a declaration",
    "policy/binding/Resolve.test.ts",
  ),
  DEFN: declared(
    "domain/Identifier.ts",
    "Customer, User and Partner are types that cannot stand for each other",
    "domain/Vocabulary.test.ts",
  ),
  "DEL-OR-ANON": enforced(
    "domain/RetentionPolicy.ts",
    "what expires is deleted or anonymised, and recorded as one of both",
    "domain/RetentionPolicy.test.ts",
  ),
  ERRREPORT: organisational(
    "policy/text/parameters/collection.ts",
    "the policy says whether the user must choose it, and no event holds the details of an error",
    "Error details are sent by the publisher's application on the device, where Tacet does not run.",
  ),
  FAIR: enforced(
    "policy/checks/Purpose.ts",
    "a controller's use without a legal basis, or without the consent that is its basis, does not pass",
    "policy/checks/Purpose.laws.test.ts",
    "policy/checks/Purpose.test.ts",
  ),
  "FIELD-RESP": enforced(
    "domain/Interaction.ts",
    "a value is refused before its field was declared by the responsible Customer",
    "domain/Interaction.test.ts",
    "domain/Customer.test.ts",
    "domain/stories.test.ts",
  ),
  "FREETEXT-LIFE": enforced(
    "policy/checks/Ends.ts",
    "typed text ends with a change, a deletion or the retention, whichever comes first",
    "policy/checks/Ends.test.ts",
    "policy/binding/Resolve.test.ts",
    "domain/Interaction.test.ts",
    "domain/RetentionPolicy.test.ts",
  ),
  "FREETEXT-LIFE16": enforced(
    "policy/checks/Ends.ts",
    "in 2016 typed text ends with the user's change or deletion alone",
    "policy/checks/Ends.test.ts",
    "policy/binding/Resolve.test.ts",
    "domain/RetentionPolicy.test.ts",
  ),
  "GEO-HOST": enforced(
    "domain/CommandInput.ts",
    "a location that a host application knows is refused at the boundary",
    "domain/Interaction.policy.test.ts",
  ),
  "GEO-NEVER": enforced(
    "domain/CommandInput.ts",
    "no field, precise or coarse, can hold a location",
    "domain/Interaction.test.ts",
    "policy/binding/Resolve.test.ts",
    "domain/Interaction.policy.test.ts",
  ),
  "GEO-OK": enforced(
    "domain/Interaction.ts",
    "a location is recorded only where the version allows it",
    "policy/binding/Resolve.test.ts",
    "domain/Interaction.policy.test.ts",
  ),
  "GEO-SWITCH": enforced(
    "domain/Interaction.ts",
    "while the user has switched location off none is recorded",
    "domain/Interaction.policy.test.ts",
  ),
  GROUNDS: enforced(
    "domain/Transfer.ts",
    "a disclosure has exactly one ground of the closed list",
    "domain/Transfer.test.ts",
  ),
  "GROUP-MKT": enforced(
    "domain/Transfer.ts",
    "a group company gets data for marketing only with consent",
    "domain/Transfer.test.ts",
  ),
  "HOST-2DC": enforced(
    "policy/checks/Hosting.ts",
    "fewer than two storage centres are a fault of the register",
    "policy/checks/Hosting.test.ts",
  ),
  "HOST-EU": enforced(
    "policy/checks/Hosting.ts",
    "a storage centre outside the listed places is a fault of the register",
    "policy/checks/Hosting.test.ts",
  ),
  "INFO-AVAIL": enforced(
    "policy/binding/PolicyRegister.ts",
    "the version published at a moment can be read at any time",
    "policy/binding/PolicyRegister.test.ts",
  ),
  INHIBIT: enforced(
    "domain/Interaction.ts",
    "a call is inhibited only to a listed number on a device that is switched on",
    "domain/Interaction.test.ts",
    "policy/binding/Resolve.test.ts",
    "domain/Interaction.policy.test.ts",
  ),
  "IP-SECURITY": enforced(
    "policy/checks/Purpose.ts",
    "an address may be used against abuse where the version lists the purpose",
    "policy/checks/Purpose.laws.test.ts",
    "policy/checks/Purpose.test.ts",
  ),
  "KEY-APART": enforced(
    "privacy/Sealed.ts",
    "an event holds a random reference and a category, never a value or a key",
    "domain/Pseudonym.test.ts",
    "domain/Vocabulary.test.ts",
  ),
  LANGUAGE: enforced(
    "policy/binding/Resolve.ts",
    "where language versions differ the prevailing one decides",
    "policy/binding/Resolve.test.ts",
  ),
  LAW: enforced(
    "policy/binding/Resolve.ts",
    "every resolved policy carries the laws of its version",
    "policy/binding/Resolve.test.ts",
  ),
  "LEGAL-PERSON": enforced(
    "policy/checks/Classification.ts",
    "a record on an organisation is personal if it names or reaches one person",
    "policy/checks/Classification.test.ts",
  ),
  LISTED: enforced(
    "domain/Interaction.ts",
    "a call or a start on a number that is not listed at that moment is refused",
    "domain/Interaction.test.ts",
    "statistics/Deflection.cases.test.ts",
    "domain/Customer.test.ts",
    "domain/stories.test.ts",
  ),
  "LOC-3WAY": enforced(
    "policy/checks/ProcessingLocation.ts",
    "in the EU, in an adequate country, or with a partner whose safeguards are recorded",
    "policy/checks/TransferInstrument.test.ts",
    "domain/Transfer.test.ts",
  ),
  "LOC-ANY16": enforced(
    "policy/checks/ProcessingLocation.ts",
    "anywhere in 2016, if similar protection is recorded before",
    "policy/checks/TransferInstrument.test.ts",
    "domain/Transfer.test.ts",
  ),
  "LOC-EU": enforced(
    "policy/checks/ProcessingLocation.ts",
    "in the EU, or by the recorded alternative",
    "policy/checks/TransferInstrument.test.ts",
    "domain/Transfer.test.ts",
  ),
  "LOC-EU-AND": enforced(
    "policy/checks/ProcessingLocation.ts",
    "outside the EU only in an adequate country and with a partner that offers safeguards",
    "policy/checks/TransferInstrument.test.ts",
    "domain/Transfer.test.ts",
  ),
  "LOC-LIST": enforced(
    "policy/checks/Hosting.ts",
    "a server outside the listed places is a fault of the register",
    "policy/checks/Hosting.test.ts",
    "policy/checks/TransferInstrument.test.ts",
    "domain/Customer.contract.test.ts",
  ),
  "LOC-NONEEA": enforced(
    "policy/checks/ProcessingLocation.ts",
    "outside the EEA only with a safeguard recorded before",
    "policy/checks/TransferInstrument.test.ts",
    "domain/Transfer.test.ts",
  ),
  MANDATORY: enforced(
    "domain/Customer.ts",
    "a field is declared mandatory only with its reason",
    "domain/Customer.contract.test.ts",
    "domain/Interaction.policy.test.ts",
  ),
  MARKETING: enforced(
    "policy/checks/Purpose.ts",
    "a marketing message needs an explicit consent in force",
    "policy/checks/Purpose.laws.test.ts",
    "policy/checks/Purpose.test.ts",
  ),
  MEDIUM: enforced(
    "policy/checks/Classification.ts",
    "the medium changes no label",
    "policy/checks/Classification.test.ts",
  ),
  MENTION: enforced(
    "policy/binding/Competence.ts",
    "a Customer need not name the operator where an exemption of the version holds",
    "policy/binding/Competence.test.ts",
  ),
  MINIMISE: enforced(
    "policy/checks/Purpose.ts",
    "a datum without declared purposes is a gap",
    "policy/checks/Purpose.laws.test.ts",
    "policy/checks/Purpose.test.ts",
  ),
  MOSTUSED: enforced(
    "domain/Pseudonym.ts",
    "a recognised pseudonym is offered first what it used most often with that Customer",
    "domain/Pseudonym.test.ts",
    "services/Recognition.test.ts",
  ),
  NEED: enforced(
    "policy/checks/ReadAccess.ts",
    "a reader without a recorded mission is refused",
    "policy/checks/ReadAccess.test.ts",
  ),
  "NO-ACCESS-PUB": enforced(
    "policy/checks/ReadAccess.ts",
    "a Customer and a partner read no store",
    "policy/checks/ReadAccess.test.ts",
    "policy/binding/Resolve.test.ts",
  ),
  "NO-ADS": enforced(
    "policy/checks/Purpose.ts",
    "advertising is refused, or takes consent",
    "policy/checks/Purpose.laws.test.ts",
    "policy/checks/Purpose.test.ts",
    "policy/binding/Resolve.test.ts",
  ),
  "NO-AUTOSEND": enforced(
    "domain/Identifier.ts",
    "the id of a step or a page holds no address that could carry data along",
    "domain/Identifier.test.ts",
  ),
  "NO-IDENTIFY": enforced(
    "domain/CommandInput.ts",
    "a command with a value that identifies a person is refused whole",
    "domain/Interaction.test.ts",
  ),
  "NO-OWN-USE": enforced(
    "policy/checks/Purpose.ts",
    "in 2016 the operator uses nothing for itself",
    "policy/checks/Purpose.test.ts",
  ),
  "NO-RETARGET": enforced(
    "policy/checks/Purpose.ts",
    "retargeting is refused",
    "policy/checks/Purpose.laws.test.ts",
    "policy/checks/Purpose.test.ts",
  ),
  "NONEU-CUST": enforced(
    "domain/Recipient.ts",
    "outside the EU a specific agreement is recorded before the first transfer",
    "domain/Recipient.test.ts",
  ),
  NONIDENT: enforced(
    "statistics/PublicStatistic.ts",
    "a published figure singles nobody out, alone or with the others",
    "statistics/PublicStatistic.test.ts",
  ),
  "NONIDENT-FREE": enforced(
    "policy/checks/Purpose.ts",
    "what identifies nobody passes every check of purpose",
    "policy/checks/Purpose.laws.test.ts",
    "policy/checks/Purpose.test.ts",
  ),
  "NOT-SOLD": enforced(
    "policy/checks/Purpose.ts",
    "there is no ground of sale, and the purpose is refused whoever consents",
    "policy/checks/Purpose.laws.test.ts",
    "policy/checks/Purpose.test.ts",
    "policy/binding/Resolve.test.ts",
    "domain/Transfer.test.ts",
  ),
  NOTIFY: enforced(
    "policy/binding/PolicyRegister.ts",
    "a change owes a notice until one was given",
    "policy/binding/PolicyRegister.test.ts",
  ),
  "NOTIFY-MAJOR": enforced(
    "policy/binding/PolicyRegister.ts",
    "a significant change owes a more visible notice until one was given",
    "policy/binding/PolicyRegister.test.ts",
  ),
  NOTLINKABLE: enforced(
    "policy/checks/Classification.ts",
    "a link that is held turns all that it reaches personal",
    "policy/checks/Classification.test.ts",
  ),
  "OPEN-ONLY": enforced(
    "domain/Interaction.ts",
    "the event of an opened page has no field for its content",
    "domain/Interaction.policy.test.ts",
  ),
  "OPERATOR-NOACCESS": enforced(
    "policy/checks/ReadAccess.ts",
    "what a Customer or partner collected on its own is closed to the operator's staff",
    "policy/checks/ReadAccess.test.ts",
  ),
  OPTOUT: enforced(
    "policy/checks/Purpose.ts",
    "after an opt-out the purpose is refused",
    "policy/checks/Purpose.laws.test.ts",
    "policy/checks/Purpose.test.ts",
    "domain/Pseudonym.test.ts",
    "domain/RightsRequest.test.ts",
  ),
  PAYMENT: organisational(
    "policy/text/parameters/protection.ts",
    "the policy carries that a transaction is encrypted and meets the card standard",
    "Payments are made by a payment provider, outside of Tacet.",
  ),
  "PERSONAL-ACT": enforced(
    "policy/checks/Classification.ts",
    "what stays on the person's own device is not collected and links nothing",
    "policy/checks/Classification.test.ts",
  ),
  "POLICY-BIND": enforced(
    "policy/binding/Resolve.ts",
    "the version that binds is the latest adopted at or before the moment",
    "policy/binding/Resolve.test.ts",
    "domain/Interaction.test.ts",
    "domain/Customer.test.ts",
    "domain/stories.test.ts",
  ),
  PRECEDENCE: enforced(
    "policy/binding/Resolve.ts",
    "a point that the Customer's policy regulates is decided by it, and it is named",
    "policy/binding/Resolve.test.ts",
  ),
  PROCESSINGS: enforced(
    "policy/checks/Operation.ts",
    "an operation that the version does not list for the role is refused",
    "policy/checks/ReadAccess.test.ts",
  ),
  PROVENANCE: enforced(
    "policy/checks/Classification.ts",
    "a combination keeps the sources of all its inputs",
    "policy/checks/Classification.test.ts",
  ),
  "PURPOSE-FIRST": enforced(
    "domain/Interaction.ts",
    "nothing is collected before its purpose was told",
    "domain/Interaction.policy.test.ts",
  ),
  PURPOSES: enforced(
    "policy/checks/Purpose.ts",
    "a purpose outside the closed list of the role is a violation, none at all a gap",
    "policy/checks/Purpose.laws.test.ts",
    "policy/checks/Purpose.test.ts",
  ),
  "R-1M": enforced(
    "policy/checks/Deadline.ts",
    "an answer is due one calendar month after the receipt",
    "calendar/Calendar.test.ts",
    "policy/checks/Deadline.test.ts",
    "domain/RightsRequest.test.ts",
  ),
  "R-30D": enforced(
    "policy/checks/Deadline.ts",
    "an answer is due within thirty days of the receipt",
    "policy/checks/Deadline.test.ts",
    "domain/RightsRequest.test.ts",
  ),
  "R-ACCESS": enforced(
    "domain/RightsRequest.ts",
    "an answer to an access request holds all that was located and nothing of another person",
    "domain/RightsRequest.test.ts",
  ),
  "R-ACCESS-LOST": enforced(
    "domain/RightsRequest.ts",
    "an erased identifier opens no access",
    "domain/RightsRequest.test.ts",
  ),
  "R-CHANNEL": enforced(
    "domain/RightsRequest.ts",
    "a request by any named channel is accepted and gets the same deadline",
    "domain/RightsRequest.test.ts",
  ),
  "R-COMPLAINT": enforced(
    "domain/RightsRequest.ts",
    "every answer states the right to complain and to go to court",
    "domain/RightsRequest.test.ts",
  ),
  "R-DELAY": enforced(
    "policy/checks/Deadline.ts",
    "a delay is announced with its reason before the deadline",
    "policy/checks/Deadline.test.ts",
    "domain/RightsRequest.test.ts",
  ),
  "R-ERASE": enforced(
    "domain/Pseudonym.ts",
    "after an erasure nothing attaches to the pseudonym and its values are unreadable",
    "domain/Pseudonym.test.ts",
    "domain/RightsRequest.test.ts",
  ),
  "R-LEGAL-LIMIT": enforced(
    "domain/RightsRequest.ts",
    "a refusal names the legal ground with its reference",
    "domain/RightsRequest.test.ts",
  ),
  "R-LOCAL-LAW": enforced(
    "policy/binding/Competence.ts",
    "where the law of the place differs it decides and is recorded",
    "policy/binding/Competence.test.ts",
    "domain/RightsRequest.test.ts",
  ),
  "R-LOCATE": enforced(
    "domain/RightsRequest.ts",
    "data are located by listed identifiers, each with its time bound",
    "domain/RightsRequest.test.ts",
    "policy/binding/Resolve.test.ts",
  ),
  "R-LOCATE-AD": enforced(
    "domain/RightsRequest.ts",
    "an advertising identifier locates where the version lists it",
    "domain/RightsRequest.test.ts",
    "policy/binding/Resolve.test.ts",
  ),
  "R-MANAGE": enforced(
    "domain/RightsRequest.ts",
    "reading and changing the data of an account is refused in no state",
    "domain/RightsRequest.test.ts",
  ),
  "R-OBJ-NEC": enforced(
    "domain/RightsRequest.ts",
    "an objection to what is strictly necessary is refused with the necessity",
    "domain/RightsRequest.test.ts",
  ),
  "R-OBJECT": enforced(
    "domain/Pseudonym.ts",
    "after an accepted objection the purpose is refused for that person",
    "domain/Pseudonym.test.ts",
    "domain/RightsRequest.test.ts",
    "policy/checks/Purpose.test.ts",
  ),
  "R-PORT": enforced(
    "domain/RightsRequest.ts",
    "a copy is in a documented format that reads back",
    "domain/RightsRequest.test.ts",
  ),
  "R-RECT": enforced(
    "domain/Pseudonym.ts",
    "after a rectification the old value is not referred to",
    "domain/Pseudonym.test.ts",
    "domain/RightsRequest.test.ts",
  ),
  "R-REFUSE16": enforced(
    "domain/RightsRequest.ts",
    "in 2016 a refusal names one of the grounds of 2016",
    "domain/RightsRequest.test.ts",
  ),
  "R-RESTRICT": enforced(
    "domain/Pseudonym.ts",
    "while restricted data are stored and nothing else",
    "domain/Pseudonym.test.ts",
    "domain/RightsRequest.test.ts",
  ),
  "R-TO-CUSTOMER": enforced(
    "domain/RightsRequest.ts",
    "in 2021 the request of a person who is not registered is forwarded to the Customer",
    "domain/RightsRequest.test.ts",
  ),
  "R-TO-OPERATOR": enforced(
    "domain/RightsRequest.ts",
    "until 2019 the operator handles the request of a person who is not registered",
    "domain/RightsRequest.test.ts",
  ),
  "R-VERIFY": enforced(
    "domain/RightsRequest.ts",
    "nothing is disclosed or changed before requester and data were shown to correspond",
    "domain/RightsRequest.test.ts",
  ),
  "R-WRITING": enforced(
    "domain/RightsRequest.ts",
    "a written form may be asked for where the version says so, and the clock keeps its start",
    "domain/RightsRequest.test.ts",
  ),
  "RCPT-CHOSEN": enforced(
    "domain/Recipient.ts",
    "a recipient is registered with the guarantees that it offers",
    "domain/Recipient.test.ts",
  ),
  "RECOG-1CUST": enforced(
    "domain/Pseudonym.ts",
    "recognition rests on one Customer's own pseudonyms",
    "domain/Pseudonym.test.ts",
    "recognition/recognition.laws.test.ts",
    "services/Recognition.test.ts",
  ),
  "RECOG-ATTACH": enforced(
    "domain/Pseudonym.ts",
    "a recognised device is attached to its own past with the same Customer",
    "domain/Pseudonym.test.ts",
    "domain/RecognitionModel.test.ts",
    "services/Recognition.test.ts",
    "policy/binding/Resolve.test.ts",
    "domain/Interaction.policy.test.ts",
  ),
  "RECOG-PROB": enforced(
    "domain/Pseudonym.ts",
    "a recognition carries a probability from 0 to 1, calibrated, by a version of the model that is kept",
    "domain/Pseudonym.test.ts",
    "domain/RecognitionModel.test.ts",
    "recognition/recognition.laws.test.ts",
  ),
  RECORDED: enforced(
    "domain/Interaction.ts",
    "an interaction holds its time, its duration and typed actions",
    "domain/Interaction.test.ts",
    "domain/Customer.test.ts",
    "domain/stories.test.ts",
  ),
  REDIRECT: enforced(
    "domain/CommandInput.ts",
    "no field asks for a credential, and a command that holds one is refused whole: who must be identified is redirected",
    "domain/CommandInput.test.ts",
    "domain/Customer.test.ts",
    "domain/stories.test.ts",
  ),
  "REDIRECT-END": enforced(
    "domain/Interaction.ts",
    "after the redirection nothing but calls is recorded",
    "domain/Interaction.test.ts",
    "domain/stories.test.ts",
  ),
  REGISTER: enforced(
    "domain/Recipient.ts",
    "the register as of any date follows from the events",
    "domain/Recipient.test.ts",
  ),
  "REGISTER-RCPT": enforced(
    "domain/Transfer.ts",
    "the recipients of data follow from the events",
    "domain/Transfer.test.ts",
  ),
  REMOTE: enforced("domain/Transfer.ts", "access from outside the EEA is a transfer", "domain/Transfer.test.ts"),
  "RET-10Y": enforced(
    "policy/checks/Ends.ts",
    "a transaction ends ten years after its collection, and until then the legal ground refuses an erasure",
    "policy/checks/Ends.test.ts",
    "domain/RetentionPolicy.test.ts",
  ),
  "RET-12M": enforced(
    "policy/checks/Ends.ts",
    "a datum of 2019 ends at the latest twelve months after its collection",
    "calendar/Calendar.test.ts",
    "policy/checks/Ends.test.ts",
    "policy/binding/Resolve.test.ts",
    "domain/RetentionPolicy.test.ts",
  ),
  "RET-1M": enforced(
    "policy/checks/Ends.ts",
    "a voice recording ends one month after its collection",
    "policy/checks/Ends.test.ts",
    "domain/RetentionPolicy.test.ts",
  ),
  "RET-3Y": enforced(
    "policy/checks/Ends.ts",
    "a service call record ends three years after its collection",
    "policy/checks/Ends.test.ts",
    "domain/RetentionPolicy.test.ts",
  ),
  "RET-ACCOUNT": enforced(
    "domain/RetentionPolicy.ts",
    "data of an account end with the relationship that created the access",
    "domain/RetentionPolicy.test.ts",
  ),
  "RET-CONTRACT": enforced(
    "domain/RetentionPolicy.ts",
    "a value is refused before the contract has fixed its period, where the service is told to wait for one",
    "domain/RetentionPolicy.test.ts",
    "services/Interactions.test.ts",
  ),
  "RET-CONTRACT-CAP": enforced(
    "policy/checks/Ends.ts",
    "a datum of 2021 ends with the contract",
    "policy/checks/Ends.test.ts",
    "policy/binding/Resolve.test.ts",
    "domain/RetentionPolicy.test.ts",
  ),
  "RET-COOKIE6M": enforced(
    "policy/checks/Ends.ts",
    "a record of an analytics cookie ends after six months",
    "policy/checks/Ends.test.ts",
    "domain/RetentionPolicy.test.ts",
  ),
  "RET-NEC": enforced(
    "policy/checks/Ends.ts",
    "a datum ends when its purpose is fulfilled, and only a recorded legal ground puts an end off",
    "policy/checks/Ends.test.ts",
    "policy/binding/Resolve.test.ts",
    "domain/RetentionPolicy.test.ts",
  ),
  "RET-PUBLISHED": enforced(
    "domain/RetentionPolicy.ts",
    "the period in force can be read at any time",
    "domain/RetentionPolicy.test.ts",
  ),
  "RET-UNTIL-ACCOUNT": enforced(
    "policy/checks/Ends.ts",
    "data of an account end with its deletion",
    "policy/checks/Ends.test.ts",
    "domain/RetentionPolicy.test.ts",
  ),
  "RET-USER-5Y": enforced(
    "policy/checks/Ends.ts",
    "data on the use of a service end at the latest five years after the deletion of the account",
    "policy/checks/Ends.test.ts",
    "domain/RetentionPolicy.test.ts",
  ),
  "REUSE-CLAUSE": declared(
    "policy/text/parameters/notice.ts",
    "each version says whether its provisions may be reused",
    "policy/binding/Resolve.test.ts",
  ),
  ROLE: enforced(
    "policy/checks/Purpose.ts",
    "a use carries the role of controller or of processor",
    "policy/checks/Purpose.laws.test.ts",
    "policy/checks/Purpose.test.ts",
  ),
  "SAFEGUARD-COPY": enforced(
    "domain/Transfer.ts",
    "whatever left the EEA has a document that can be given to whoever asks",
    "domain/Transfer.test.ts",
  ),
  SCOPE: enforced(
    "policy/binding/Competence.ts",
    "the rules bind the operator's own services alone",
    "policy/binding/Competence.test.ts",
  ),
  "SEC-MEAS": declared(
    "policy/text/parameters/protection.ts",
    "each version lists the measures",
    "policy/binding/Resolve.test.ts",
  ),
  "SECURE-COMM": organisational(
    "policy/text/parameters/protection.ts",
    "the policy carries whether communication is confidential",
    "Encrypting a connection is the work of the deployment, outside of the pure core.",
  ),
  SEPARATE: enforced(
    "statistics/CustomerReport.ts",
    "no record of a statistic holds a personal field, and statistics are read without the vault",
    "statistics/Deflection.cases.test.ts",
    "statistics/Deflection.laws.test.ts",
  ),
  SEVER: enforced(
    "policy/binding/Severability.ts",
    "without one provision every other decision stays, and the nearest valid one takes its place",
    "policy/binding/Resolve.test.ts",
  ),
  SHIELD: enforced(
    "policy/checks/TransferInstrument.ts",
    "Privacy Shield carries transfers from 2016-07-12 to 2020-07-15 alone",
    "policy/checks/TransferInstrument.test.ts",
    "policy/legal/LegalData.test.ts",
    "domain/Transfer.test.ts",
  ),
  SIMILAR: enforced(
    "domain/Recipient.ts",
    "a recipient is registered with a contract that obliges it likewise",
    "domain/Recipient.test.ts",
  ),
  "SOLE-PURPOSE": enforced(
    "policy/checks/Purpose.ts",
    "call data serve the requested service alone",
    "policy/checks/Purpose.laws.test.ts",
    "policy/checks/Purpose.test.ts",
  ),
  "STAT-FOREVER16": enforced(
    "domain/RetentionPolicy.ts",
    "in 2016 technical data for statistics have no end",
    "domain/RetentionPolicy.test.ts",
    "policy/binding/Resolve.test.ts",
  ),
  "STAT-IMPROVE": enforced(
    "policy/checks/Purpose.ts",
    "to improve services what identifies nobody may be used",
    "policy/checks/Purpose.laws.test.ts",
    "policy/checks/Purpose.test.ts",
  ),
  "STAT-JOURNEY": enforced(
    "statistics/JourneyTree.ts",
    "the ranking of journeys equals a recount",
    "statistics/Deflection.cases.test.ts",
    "statistics/Deflection.laws.test.ts",
    "statistics/JourneyTree.test.ts",
    "domain/RetentionPolicy.test.ts",
  ),
  "STAT-NOCALL": enforced(
    "statistics/Deflection.ts",
    "the share of interactions without a call equals a recount",
    "statistics/Deflection.cases.test.ts",
    "statistics/Deflection.laws.test.ts",
    "statistics/Rate.test.ts",
  ),
  SUBCONTRACT: enforced(
    "domain/Customer.ts",
    "personal data of a Customer's services need an agreement in force that covers the category",
    "domain/Customer.contract.test.ts",
    "domain/Interaction.policy.test.ts",
  ),
  SUBPROC: enforced(
    "domain/Transfer.ts",
    "a sub-processor works on behalf of the operator and under contract",
    "domain/Transfer.test.ts",
  ),
  SUPPLEMENT: enforced(
    "policy/binding/Resolve.ts",
    "a supplement is read with the base for its own product alone",
    "policy/binding/Resolve.test.ts",
  ),
  SWEEP: enforced(
    "domain/RetentionPolicy.ts",
    "a run handles all that has expired, and twice is as once",
    "domain/RetentionPolicy.test.ts",
  ),
  SWITCH: enforced(
    "domain/Interaction.ts",
    "while the technology is off nothing is inhibited, activated or recorded",
    "domain/Interaction.test.ts",
    "domain/stories.test.ts",
  ),
  "TECH-PURPOSE": enforced(
    "policy/checks/Purpose.ts",
    "technical data serve the service, its check, support and statistics alone",
    "policy/checks/Purpose.laws.test.ts",
    "policy/checks/Purpose.test.ts",
  ),
  TRAINING: enforced(
    "policy/checks/Purpose.ts",
    "a voice recording serves training alone",
    "policy/checks/Purpose.laws.test.ts",
    "policy/checks/Purpose.test.ts",
  ),
  TRIGGER: enforced(
    "domain/Interaction.ts",
    "an interaction begins by one trigger on a listed number or entry point",
    "domain/Interaction.test.ts",
    "policy/binding/Resolve.test.ts",
    "domain/Interaction.policy.test.ts",
  ),
  "VENDOR-OPTOUT": enforced(
    "policy/checks/Cookie.ts",
    "a vendor's measurement stops when the visitor asks",
    "policy/checks/Cookie.test.ts",
  ),
  "VERSION-DATE": enforced(
    "policy/binding/PolicyRegister.ts",
    "no two versions bear one date and number",
    "policy/binding/PolicyRegister.test.ts",
  ),
  VOLUNTARY: enforced(
    "domain/Customer.ts",
    "a field for free text is never declared mandatory",
    "policy/binding/Resolve.test.ts",
    "domain/Customer.contract.test.ts",
  ),
  WITHDRAW: enforced(
    "domain/Pseudonym.ts",
    "a consent is withdrawn in every state, and what follows is refused",
    "domain/Pseudonym.test.ts",
    "domain/RightsRequest.test.ts",
  ),
}

/** A rule with all that is known of it. */
export interface Rule {
  readonly key: RuleKey.PolicyRuleKey
  readonly entry: Entry
  /** The rows that state it. */
  readonly rows: ReadonlyArray<Row>
  /** The documents that state it; one that does not is silent. */
  readonly documents: ReadonlyArray<DocumentId>
  /** The published versions that hold it. */
  readonly versions: ReadonlyArray<string>
}

/**
 * One rule.
 *
 * @example
 * ```ts
 * import { RuleCatalogue } from "@tacet/catalogue"
 *
 * const documents = RuleCatalogue.rule("RET-12M").documents // => ["D19"]
 * ```
 */
export const rule = (key: RuleKey.PolicyRuleKey): Rule => {
  const rows = rowsOf(key)
  const stating = Array.from(new Set(rows.map(({ document }) => document)))
  return {
    key,
    entry: catalogue[key],
    rows,
    documents: stating,
    versions: Array.from(new Set(stating.map((document) => documents[document].version))),
  }
}

/** All rules, in the order of their keys. */
export const rules: ReadonlyArray<Rule> = RuleKey.policyRuleKeys.map(rule)

/** The keys that are enforced or declared and that no test names yet. */
export const pending: ReadonlyArray<RuleKey.PolicyRuleKey> = rules.flatMap(({ entry, key }) =>
  entry.kind !== "organisational" && entry.tests.length === 0 ? [key] : [],
)

/**
 * How many rules there are of each kind.
 *
 * @example
 * ```ts
 * import { RuleCatalogue } from "@tacet/catalogue"
 *
 * const { enforced } = RuleCatalogue.figures()
 * ```
 */
export const figures = (): Readonly<Record<Entry["kind"], number>> => {
  const counts = { enforced: 0, declared: 0, organisational: 0 }
  for (const { entry } of rules) counts[entry.kind]++
  return counts
}
