/**
 * The keys by which rules are named: in refusals, in rejected rows, in test titles and in `docs/rules.md`.
 */
import * as Schema from "effect/Schema"

/** The canonical keys of the five privacy policies: one for each of their 186 invariants. */
export const policyRuleKeys = [
  "3P-OUT", "3P-POLICY", "3P-SERVICE", "A45-47", "ACCURATE", "ACK-FIRST", "ACTIVATE", "ADDR-DISPLAY", "ADDR-READ",
  "ADID-DEV", "ADID-PII", "ADID-USE", "ADV-CONSENT", "AGG-3P", "ALL-BOUND", "ANON-ASAP", "ARCHIVE", "AUTHZ", "AUTO",
  "BACKUP", "BASIS", "BREACH", "CALL-LOG", "CATEGORIES", "CERT", "CHOICES", "CLASSIFY", "CLAUSES", "COMBINE",
  "COMPATIBLE", "CONTACT", "CONTRACT-RCPT", "COOKIE-CTRL", "COOKIE-DOC", "COOKIE-FIELDS", "COOKIE-NO3P",
  "COOKIE-NOJOIN", "COOKIE-PURPOSE", "COOKIE-READ", "CTRL-MIN", "CUST-LINK", "CUST-MATCH", "CUST-ONLY",
  "CUST-PURPOSE", "D-AFFIL", "D-CONSENT", "D-ENFORCE", "D-LAW", "D-MERGER", "D-MERGER-COMMIT", "D-NOOTHER",
  "D-NOOTHER-AUTH", "D-PARTNER", "DECLARED", "DEFN", "DEL-OR-ANON", "ERRREPORT", "FAIR", "FIELD-RESP",
  "FREETEXT-LIFE", "FREETEXT-LIFE16", "GEO-HOST", "GEO-NEVER", "GEO-OK", "GEO-SWITCH", "GROUNDS", "GROUP-MKT",
  "HOST-2DC", "HOST-EU", "INFO-AVAIL", "INHIBIT", "IP-SECURITY", "KEY-APART", "LANGUAGE", "LAW", "LEGAL-PERSON",
  "LISTED", "LOC-3WAY", "LOC-ANY16", "LOC-EU", "LOC-EU-AND", "LOC-LIST", "LOC-NONEEA", "MANDATORY", "MARKETING",
  "MEDIUM", "MENTION", "MINIMISE", "MOSTUSED", "NEED", "NO-ACCESS-PUB", "NO-ADS", "NO-AUTOSEND", "NO-IDENTIFY",
  "NO-OWN-USE", "NO-RETARGET", "NONEU-CUST", "NONIDENT", "NONIDENT-FREE", "NOT-SOLD", "NOTIFY", "NOTIFY-MAJOR",
  "NOTLINKABLE", "OPEN-ONLY", "OPERATOR-NOACCESS", "OPTOUT", "PAYMENT", "PERSONAL-ACT", "POLICY-BIND", "PRECEDENCE",
  "PROCESSINGS", "PROVENANCE", "PURPOSE-FIRST", "PURPOSES", "R-1M", "R-30D", "R-ACCESS", "R-ACCESS-LOST",
  "R-CHANNEL", "R-COMPLAINT", "R-DELAY", "R-ERASE", "R-LEGAL-LIMIT", "R-LOCAL-LAW", "R-LOCATE", "R-LOCATE-AD",
  "R-MANAGE", "R-OBJ-NEC", "R-OBJECT", "R-PORT", "R-RECT", "R-REFUSE16", "R-RESTRICT", "R-TO-CUSTOMER",
  "R-TO-OPERATOR", "R-VERIFY", "R-WRITING", "RCPT-CHOSEN", "RECOG-1CUST", "RECOG-ATTACH", "RECOG-PROB", "RECORDED",
  "REDIRECT", "REDIRECT-END", "REGISTER", "REGISTER-RCPT", "REMOTE", "RET-10Y", "RET-12M", "RET-1M", "RET-3Y",
  "RET-ACCOUNT", "RET-CONTRACT", "RET-CONTRACT-CAP", "RET-COOKIE6M", "RET-NEC", "RET-PUBLISHED", "RET-UNTIL-ACCOUNT",
  "RET-USER-5Y", "REUSE-CLAUSE", "ROLE", "SAFEGUARD-COPY", "SCOPE", "SEC-MEAS", "SECURE-COMM", "SEPARATE", "SEVER",
  "SHIELD", "SIMILAR", "SOLE-PURPOSE", "STAT-FOREVER16", "STAT-IMPROVE", "STAT-JOURNEY", "STAT-NOCALL",
  "SUBCONTRACT", "SUBPROC", "SUPPLEMENT", "SWEEP", "SWITCH", "TECH-PURPOSE", "TRAINING", "TRIGGER", "VENDOR-OPTOUT",
  "VERSION-DATE", "VOLUNTARY", "WITHDRAW"
] as const

/** The library's own rules: they hold whatever the policy says. */
export const libraryRuleKeys = {
  "TACET-STARTED": "an interaction starts once, and nothing is recorded of it before",
  "TACET-ENDED": "after its end only calls that belong to an interaction are recorded of it",
  "TACET-CALL": "a call is placed, then answered, then ended, each once",
  "TACET-TIME": "nothing of an interaction happens before it started, and nothing lasts less than no time",
  "TACET-WINDOW": "a call or a return belongs to an interaction within the longest window (seven days) only",
  "TACET-ONCE": "what is already so is not made so again with other content",
  "TACET-FORMAT": "a value has the form that its field declares"
} as const

/** A key of a rule of the five policies. */
export const PolicyRuleKey = Schema.Literals(policyRuleKeys)
export type PolicyRuleKey = typeof PolicyRuleKey.Type

/** A key of a rule of the library. */
export type LibraryRuleKey = keyof typeof libraryRuleKeys

/** Any key. */
export type RuleKey = PolicyRuleKey | LibraryRuleKey
