/**
 * The 186 rules of the policies: what kind each is, how it is kept, and why only people can keep those that no program
 * can. A key without an entry does not compile. Which module keeps a rule and which tests prove it are not written here:
 * `npm run rules` reads them from the sources and from the titles of the tests.
 *
 * - `enforced`: a decider, a check, a resolver or a Schema of core refuses what breaks it;
 * - `declared`: a policy, a contract or a recipient carries it as typed data, and a test holds it to that;
 * - `organisational`: only people can keep it; Tacet records something that helps.
 */
import { RuleKey } from "@tacet/core/policy"
import type { DocumentId, Row } from "./RuleRows.ts"
import { documents, rowsOf } from "./RuleRows.ts"

/** How a rule is kept. */
export type Entry =
  | {
      readonly kind: "enforced" | "declared"
      /** How the code enforces it. */
      readonly how: string
    }
  | {
      readonly kind: "organisational"
      /** What Tacet records or refuses to help the people who keep the rule. */
      readonly how: string
      /** Why only people can keep it. */
      readonly why: string
    }

const enforced = (how: string): Entry => ({ kind: "enforced", how })
const declared = (how: string): Entry => ({ kind: "declared", how })
const organisational = (how: string, why: string): Entry => ({ kind: "organisational", how, why })

/** All entries. */
export const catalogue: Readonly<Record<RuleKey.PolicyRuleKey, Entry>> = {
  "3P-OUT": enforced("what a third party does is decided by its own policy, and no event of the core holds it"),
  "3P-POLICY": enforced("a datum in which the operator has no part is decided by the third party's policy"),
  "3P-SERVICE": enforced("data about a third-party service serve the requested service alone"),
  "A45-47": enforced("an instrument carries a transfer only if it holds on the day of the transfer"),
  ACCURATE: enforced("after a rectification the new value alone is kept, corrected and disclosed"),
  "ACK-FIRST": enforced("a value that a user typed is refused before the policy version was made available"),
  ACTIVATE: enforced("an interface is activated only on a listed number and a device that is switched on"),
  "ADDR-DISPLAY": organisational(
    "the policy says whether an address book may be read for display, and no command takes a value of one",
    "The display name is looked up on the device by the publisher's application, where Tacet does not run.",
  ),
  "ADDR-READ": enforced("a command with address-book values is refused whole, and no policy can list the category"),
  "ADID-DEV": enforced(
    "an advertising identifier and a device identifier meet under one pseudonym only by express consent",
  ),
  "ADID-PII": enforced("an advertising identifier and personal data meet under one pseudonym only by express consent"),
  "ADID-USE": enforced("an advertising identifier serves analysis alone"),
  "ADV-CONSENT": enforced("a transfer to an advertiser or collaborator needs a request or a consent"),
  "AGG-3P": enforced("only a public statistic, whose schema holds no pseudonym, is given to third parties"),
  "ALL-BOUND": enforced("no recipient is registered without a commitment to the law in force"),
  "ANON-ASAP": enforced("a published statistic holds no pseudonym, and statistics rest on anonymised input"),
  ARCHIVE: enforced("a published version is read back unchanged for ever"),
  AUTHZ: enforced("staff who hold no authorised role at that time read nothing"),
  AUTO: enforced("a typed value is recorded only for a field that the Customer declared"),
  BACKUP: enforced("a backup outside the listed place is a fault of the register"),
  BASIS: enforced("a controller's use without its one legal basis is undeclared"),
  BREACH: enforced(
    "a breach is closed once it is assessed, its effects limited and its notices given, and one after the hours takes its reasons",
  ),
  "CALL-LOG": enforced("a command with a list of calls is refused whole, and no policy can list the category"),
  CATEGORIES: enforced("a value of a category that the version does not list for the role is refused"),
  CERT: enforced("a data centre without a certification is a fault of the register"),
  CHOICES: enforced("a change that affects the use of data owes a notice with the choices until it was given"),
  CLASSIFY: enforced("what can be joined with something personal is personal"),
  CLAUSES: enforced(
    "a contract without the clauses that the policy demands is refused, and in force no longer once more are demanded",
  ),
  COMBINE: enforced("a record made of several inputs takes the strictest label"),
  COMPATIBLE: enforced(
    "a further purpose needs a recorded compatibility, a consent or a law, where the version is open to it",
  ),
  CONTACT: enforced("a version without a controller to reach is not published"),
  "CONTRACT-RCPT": enforced("a transfer needs a contract in force with the recipient at that moment"),
  "COOKIE-CTRL": enforced("a cookie that the user cannot delete or block is not declared"),
  "COOKIE-DOC": enforced("no cookie is declared before the document that holds the rules on cookies is published"),
  "COOKIE-FIELDS": enforced("the schema of an analytics record has five fields and no other"),
  "COOKIE-NO3P": enforced("an analytics record is disclosed to no party"),
  "COOKIE-NOJOIN": enforced("an analytics record is neither reused nor joined"),
  "COOKIE-PURPOSE": enforced("a cookie for a purpose that the version does not list is not declared"),
  "COOKIE-READ": enforced("only the party that set a cookie reads it"),
  "CTRL-MIN": enforced("as controller only listed categories are used"),
  "CUST-LINK": enforced("a Customer that links data is refused without the clauses that bind it"),
  "CUST-MATCH": enforced("interactions are reconciled for their own Customer alone"),
  "CUST-ONLY": enforced("interaction data go to the Customer of the interaction, or to a processor of the operator"),
  "CUST-PURPOSE": enforced("a processor's purpose that no contract instructs is undeclared or a violation"),
  "D-AFFIL": enforced("an affiliate gets no field beyond the declared minimum"),
  "D-CONSENT": enforced("a disclosure by consent needs one in force that names recipient and manner"),
  "D-ENFORCE": enforced("a disclosure to enforce or protect needs a demonstrated need"),
  "D-LAW": enforced("a disclosure that the law demands needs the reference"),
  "D-MERGER": enforced("a disclosure in a restructuring is made to a party of the named transaction"),
  "D-MERGER-COMMIT": enforced("the buyer or seller has committed to the policy first"),
  "D-NOOTHER": enforced("a recipient gets no other purpose"),
  "D-NOOTHER-AUTH": enforced("a recipient gets another purpose only by a recorded authorisation"),
  "D-PARTNER": enforced("a partner gets the minimum for specified purposes"),
  DECLARED: enforced(
    "where the operator requires the record here, nothing is collected before an entry covers it, with the number of its declaration where an authority accepts it",
  ),
  DEFN: declared("Customer, User and Partner are types that cannot replace each other"),
  "DEL-OR-ANON": enforced("what expires is deleted or anonymised, and recorded as one of both"),
  ERRREPORT: organisational(
    "the policy says whether the user must choose it, and no event holds the details of an error",
    "Error details are sent by the publisher's application on the device, where Tacet does not run.",
  ),
  FAIR: enforced("a controller's use without a legal basis, or without the consent that is its basis, does not pass"),
  "FIELD-RESP": enforced("a value is refused before its field was declared by the responsible Customer"),
  "FREETEXT-LIFE": enforced("typed text ends with a change, a deletion or the retention, whichever comes first"),
  "FREETEXT-LIFE16": enforced("in 2016 typed text ends with the user's change or deletion alone"),
  "GEO-HOST": enforced("a location that a host application knows is refused at the boundary"),
  "GEO-NEVER": enforced(
    "by default no location, precise or coarse, is collected: no command, field or name can hold one",
  ),
  "GEO-OK": enforced("a location is recorded only where the version allows it"),
  "GEO-SWITCH": enforced("while the user has switched location off none is recorded"),
  GROUNDS: enforced("a disclosure has exactly one ground of the closed list"),
  "GROUP-MKT": enforced("a group company gets data for marketing only with consent"),
  "HOST-2DC": enforced("fewer than two storage centres are a fault of the register"),
  "HOST-EU": enforced("a storage centre outside the listed places is a fault of the register"),
  "INFO-AVAIL": enforced("the version published at a moment can be read at any time"),
  INHIBIT: enforced("a call is inhibited only to a listed number on a device that is switched on"),
  "IP-SECURITY": enforced("an address may be used against abuse where the version lists the purpose"),
  "KEY-APART": enforced("an event holds a random reference and a category, never a value or a key"),
  LANGUAGE: enforced("where language versions differ the prevailing one decides"),
  LAW: enforced("a version that promises to name its laws names them, and every resolved policy carries them"),
  "LEGAL-PERSON": enforced("a record on an organisation is personal if it names or reaches one person"),
  LISTED: enforced("a call or a start on a number that is not listed at that moment is refused"),
  "LOC-3WAY": enforced("in the EU, in an adequate country, or with a partner whose safeguards are recorded"),
  "LOC-ANY16": enforced("anywhere in 2016, if similar protection is recorded before"),
  "LOC-EU": enforced("in the EU, or by the recorded alternative"),
  "LOC-EU-AND": enforced("outside the EU only in an adequate country and with a partner that offers safeguards"),
  "LOC-LIST": enforced("a server outside the listed places is a fault of the register"),
  "LOC-NONEEA": enforced("outside the EEA only with a safeguard recorded before"),
  MANDATORY: enforced("a field is declared mandatory only with its reason"),
  MARKETING: enforced("a marketing message needs an explicit consent in force"),
  MEDIUM: enforced("the medium changes no label"),
  MENTION: enforced("a Customer need not name the operator where an exemption of the version holds"),
  MINIMISE: enforced("a datum without declared purposes is undeclared"),
  MOSTUSED: enforced("a recognised pseudonym is offered first what it used most often with that Customer"),
  NEED: enforced("staff read pseudonymised data only for a mission that needs it, recorded before"),
  "NO-ACCESS-PUB": enforced("a Customer and a partner read no store"),
  "NO-ADS": enforced("advertising is refused, or takes consent"),
  "NO-AUTOSEND": enforced(
    "nothing collected is sent along when an external page is opened: the id of a page holds no address that could carry it",
  ),
  "NO-IDENTIFY": enforced("a command with a value that identifies a person is refused whole"),
  "NO-OWN-USE": enforced("in 2016 the operator uses nothing for itself"),
  "NO-RETARGET": enforced("retargeting is refused"),
  "NONEU-CUST": enforced("outside the EU a specific agreement is recorded before the first transfer"),
  NONIDENT: enforced("a published figure singles no person out, alone or with the others"),
  "NONIDENT-FREE": enforced("a record that identifies no person passes every check of purpose"),
  "NOT-SOLD": enforced("there is no ground of sale, and the purpose is refused even with consent"),
  NOTIFY: enforced("a change owes a notice until one was given"),
  "NOTIFY-MAJOR": enforced("a significant change owes a more visible notice until one was given"),
  NOTLINKABLE: enforced("a link that is held turns all that it reaches personal"),
  "OPEN-ONLY": enforced("the event of an opened page has no field for its content"),
  "OPERATOR-NOACCESS": enforced("what a Customer or partner collected on its own is closed to the operator's staff"),
  OPTOUT: enforced("after an opt-out the purpose is refused"),
  PAYMENT: organisational(
    "the policy carries that a transaction is encrypted and meets the card standard",
    "Payments are made by a payment provider, outside of Tacet.",
  ),
  "PERSONAL-ACT": enforced("what stays on the person's own device is not collected and links nothing"),
  "POLICY-BIND": enforced("the version that binds is the latest adopted at or before the moment"),
  PRECEDENCE: enforced("a point that the Customer's policy regulates is decided by it, and it is named"),
  PROCESSINGS: enforced("an operation that the version does not list for the role is refused"),
  PROVENANCE: enforced("a value is kept, copied and disclosed with its source, and a combination with all of them"),
  "PURPOSE-FIRST": enforced("nothing is collected before the person was informed of its purpose"),
  PURPOSES: enforced("a purpose outside the closed list of the role is a violation, none at all is undeclared"),
  "R-1M": enforced("an answer is due one calendar month after the receipt"),
  "R-30D": enforced("an answer is due within thirty days of the receipt"),
  "R-ACCESS": enforced("an answer to an access request holds all that was located and nothing of another person"),
  "R-ACCESS-LOST": enforced("an erased identifier opens no access"),
  "R-CHANNEL": enforced("a request by any named channel is accepted and gets the same deadline"),
  "R-COMPLAINT": enforced("every answer states the right to complain and to go to court"),
  "R-DELAY": enforced("a delay is announced with its reason before the deadline"),
  "R-ERASE": enforced("after an erasure nothing attaches to the pseudonym and its values are unreadable"),
  "R-LEGAL-LIMIT": enforced("a refusal names the legal ground with its reference"),
  "R-LOCAL-LAW": enforced("where the law of the place differs it decides and is recorded"),
  "R-LOCATE": enforced("data are located by listed identifiers, each with its time bound"),
  "R-LOCATE-AD": enforced("an advertising identifier locates where the version lists it"),
  "R-MANAGE": enforced("reading and changing the data of an account is refused in no state"),
  "R-OBJ-NEC": enforced("an objection to a strictly necessary use is refused with the necessity"),
  "R-OBJECT": enforced("after an accepted objection the purpose is refused for that person"),
  "R-PORT": enforced("a copy is in a documented format that reads back"),
  "R-RECT": enforced("after a rectification the old value is not referred to"),
  "R-REFUSE16": enforced("in 2016 a refusal names one of the grounds of 2016"),
  "R-RESTRICT": enforced(
    "while a restriction is in force the data are stored, and every other use, or that for the purpose it names, is refused",
  ),
  "R-TO-CUSTOMER": enforced("in 2021 the request of a person who is not registered is forwarded to the Customer"),
  "R-TO-OPERATOR": enforced("until 2019 the operator handles the request of a person who is not registered"),
  "R-VERIFY": enforced("nothing is disclosed or changed before requester and data were shown to correspond"),
  "R-WRITING": enforced("a written form may be asked for where the version says so, and the clock keeps its start"),
  "RCPT-CHOSEN": enforced("a recipient is registered with the guarantees that it offers"),
  "RECOG-1CUST": enforced("recognition rests on one Customer's own pseudonyms"),
  "RECOG-ATTACH": enforced("a recognised device is attached to its own past with the same Customer"),
  "RECOG-PROB": enforced(
    "a recognition carries a probability from 0 to 1, calibrated, by a version of the model that is kept",
  ),
  RECORDED: enforced("an interaction holds its time, its duration and typed actions"),
  REDIRECT: enforced(
    "no field asks for a credential, and a command that holds one is refused whole: who must be identified is redirected",
  ),
  "REDIRECT-END": enforced("after the redirection nothing but calls is recorded"),
  REGISTER: enforced("the register as of any date follows from the events"),
  "REGISTER-RCPT": enforced("the recipients of data follow from the events"),
  REMOTE: enforced("access from outside the EEA is a transfer"),
  "RET-10Y": enforced("a transaction ends ten years after its collection; no law is taken from that"),
  "RET-12M": enforced("a datum of 2019 ends at the latest twelve months after its collection"),
  "RET-1M": enforced("a voice recording ends one month after its collection"),
  "RET-3Y": enforced("a service call record ends three years after its collection"),
  "RET-ACCOUNT": enforced(
    "data of an account end with the relationship that created the access, and later only on a ground of law that the text names",
  ),
  "RET-CONTRACT": enforced(
    "a value is refused before the contract has fixed its period, where the policy waits for one",
  ),
  "RET-CONTRACT-CAP": enforced("a datum of 2021 ends with the contract"),
  "RET-COOKIE6M": enforced("a record of the operator's own measurement ends six months after its collection"),
  "RET-NEC": enforced("a datum ends when its purpose is fulfilled, and only a recorded legal ground puts an end off"),
  "RET-PUBLISHED": enforced("the period in force can be read at any time"),
  "RET-UNTIL-ACCOUNT": enforced("data of an account end with its deletion"),
  "RET-USER-5Y": enforced(
    "data on the use of a service end at the latest five years after the deletion of the account",
  ),
  "REUSE-CLAUSE": declared("each version says whether its provisions may be reused"),
  ROLE: enforced("a use carries the role of controller or of processor"),
  "SAFEGUARD-COPY": enforced("each transfer out of the EEA has a document that can be given on request"),
  SCOPE: enforced("the rules bind the operator's own services alone"),
  "SEC-MEAS": enforced(
    "a demanded measure that is not in place on a date is missing, and only one in place is suspended",
  ),
  "SECURE-COMM": organisational(
    "the policy carries whether communication is confidential",
    "Encrypting a connection is the work of the deployment, outside of the pure core.",
  ),
  SEPARATE: enforced("no record of a statistic holds a personal field, and statistics are read without the vault"),
  SEVER: enforced("without one provision every other decision stays, and the nearest valid one takes its place"),
  SHIELD: enforced("Privacy Shield carries transfers from 2016-07-12 to 2020-07-15 alone"),
  SIMILAR: enforced("a recipient is registered with a contract that obliges it likewise"),
  "SOLE-PURPOSE": enforced("call data serve the requested service alone"),
  "STAT-FOREVER16": enforced("in 2016 technical data for statistics have no end"),
  "STAT-IMPROVE": enforced("records that identify no person may be used to improve services"),
  "STAT-JOURNEY": enforced("the ranking of journeys equals a recount"),
  "STAT-NOCALL": enforced("the share of interactions without a call equals a recount"),
  SUBCONTRACT: enforced("personal data of a Customer's services need an agreement in force that covers the category"),
  SUBPROC: enforced("a sub-processor works on behalf of the operator and under contract"),
  SUPPLEMENT: enforced("a supplement is read with the base for its own product alone"),
  SWEEP: enforced("a run handles all that has expired, and twice is as once"),
  SWITCH: enforced("while the technology is off nothing is inhibited, activated or recorded"),
  "TECH-PURPOSE": enforced("technical data serve the service, its check, support and statistics alone"),
  TRAINING: enforced("a voice recording serves training alone"),
  TRIGGER: enforced("an interaction begins by one trigger on a listed number or entry point"),
  "VENDOR-OPTOUT": enforced("a vendor's measurement stops when the visitor asks"),
  "VERSION-DATE": enforced("no two versions bear one date and number"),
  VOLUNTARY: enforced("a field for free text is never declared mandatory"),
  WITHDRAW: enforced("a consent is withdrawn in every state, and what follows is refused"),
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
