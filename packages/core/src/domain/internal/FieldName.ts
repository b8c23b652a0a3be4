/**
 * Judges a field by its name: a command that carries a field for a call log, an address book, a location, a credential
 * or a value that identifies a person is refused by the name alone, whatever the field holds.
 */
import type { RuleKey } from "../../policy/text/RuleKey.ts"

/** A family of fields that a rule forbids. */
export interface Family {
  readonly rule: RuleKey
  /** The name of such a field in refusals: its own name came from outside, and may itself be a value. */
  readonly label: string
  /** What would be accepted. */
  readonly accepted: string
}

const callLog: Family = {
  rule: "CALL-LOG",
  label: "call log",
  accepted: "one call at a time, to or from a listed number",
}
const addressBook: Family = {
  rule: "ADDR-READ",
  label: "address book",
  accepted: "a command without address-book values",
}
const location: Family = {
  rule: "GEO-NEVER",
  label: "location",
  accepted: "a command without a location, precise or coarse",
}
/** A location that the host application or site knows. */
const hostLocation: Family = { ...location, rule: "GEO-HOST" }
const credential: Family = {
  rule: "REDIRECT",
  label: "credential",
  accepted: "a redirection to the Customer's own sign-in",
}
const personalValue: Family = {
  rule: "NO-IDENTIFY",
  label: "personal value",
  accepted: "a command without a value that identifies a person: seal it, and send the reference",
}

const oneOf = (words: string): ReadonlySet<string> => new Set(words.split(" "))

/** In the order in which they are asked: `phonebook` is an address book before it is a telephone. */
const families: ReadonlyArray<readonly [family: Family, words: ReadonlySet<string>, parts: RegExp]> = [
  [
    callLog,
    oneOf("calls cdr cdrs appels"),
    /calls?(?:log|histor|list|record|register)|(?:recent|missed|last|past|all)calls|(?:journal|historique)(?:des)?appels/,
  ],
  [addressBook, oneOf("contact contacts repertoire"), /(?:address|phone)book|contacts?(?:book|list)|carnetd?adresses/],
  [
    location,
    oneOf("lat lng lon position positions coord coords altitude"),
    /^geo|geo(?:loc|hash|point|json)|gps|latitude|longitude|coordinate|(?<!al)location|localisation/,
  ],
  [
    credential,
    oneOf("pwd pin otp mdp cvv cvc jwt bearer authorization login signin"),
    /passw(?:or)?d|passcode|passphrase|credential|secret|token|(?:api|access|private)key|pincode|codepin|motdepasse/,
  ],
  [
    personalValue,
    oneOf(
      "ip ipv ipaddr mac ssid bssid serial idfa gaid adid cookie cookies user users uid address adresse street " +
        "zip zipcode postcode city birth birthday birthdate dob ssn iban passport signature photo " +
        "name names nom prenom courriel naissance portable",
    ),
    /msisdn|imsi|imei|iccid|phone|mobile|mail|caller|callee|call(?:ing|ed)(?:party|number)|names?$|(?:first|last|full|sur|family|given|user|nick|display)name|ipaddress|macaddress|(?:user|client|customer|account|device|subscriber|person|advertising)(?:id|number|ref)|useragent|fingerprint/,
  ],
]

/** `lastKnownPosition`, `last_known_position` and `LAST-KNOWN-POSITION` are the same words; `CDRs` is `cdr`. */
const wordsOf = (name: string): ReadonlyArray<string> =>
  name
    .slice(0, 200)
    .normalize("NFKD")
    .replace(/[\p{M}\p{Cf}]/gu, "")
    .replace(/(?<=\p{Lu}{2})s(?!\p{Ll})/gu, "")
    .replace(/(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|(?<=\p{L})(?=\p{Nd})|(?<=\p{Nd})(?=\p{L})/gu, " ")
    .toLowerCase()
    .split(/[^\p{L}\p{Nd}]+/u)

const familyOf = (words: ReadonlyArray<string>): Family | undefined => {
  const together = words.join("")
  return families.find(
    ([, known, parts]) => words.some((word) => known.has(word)) || known.has(together) || parts.test(together),
  )?.[0]
}

/**
 * The family of a field that no command may carry, or `undefined` where its name reveals none. A location within the
 * data of a host application or site breaks a rule of its own (GEO-HOST).
 */
export const forbidden = (name: string, isOfHost = false): Family | undefined => {
  const family = familyOf(wordsOf(name))
  return family === location && isOfHost ? hostLocation : family
}

/**
 * Whether a field holds the data of a host application or site.
 */
export const isHost = (name: string): boolean => wordsOf(name).some((word) => word === "host" || word === "hostapp")

/**
 * Whether a field asks for what only the Customer's own sign-in may ask for (REDIRECT).
 */
export const asksForCredential = (name: string): boolean => familyOf(wordsOf(name)) === credential
