/**
 * The rows of the rule catalogue: 487 rules that were drawn from five documents, each with its section, its kind and the
 * key of the invariant that it is a case of. A row's number is its line. The texts of the rules are not here.
 *
 * Generated from `rules.json` of the design: for each document in its order, for each of its rules in the order of their
 * ids, a line of `section|kind|key`.
 */
import type { RuleKey } from "@tacet/core/policy"

/** A document that rows were drawn from. */
export type DocumentId = "D16" | "D19" | "D21" | "DF21" | "DG"

/** The kind of a rule: DPV's `Prohibition`, `Obligation` and `Permission`, or a definition. */
export type RowKind = "ban" | "duty" | "permission" | "definition"

/** A row. */
export interface Row {
  /** Such as `D19-65`. */
  readonly id: string
  readonly document: DocumentId
  readonly section: string
  readonly kind: RowKind
  readonly key: RuleKey.PolicyRuleKey
}

/** The documents, with the version of a policy that each states. */
export const documents: Readonly<Record<DocumentId, { readonly title: string; readonly version: string }>> = {
  D16: { title: "DialOnce, English, 29 June 2016", version: "dialonce/2016-06-29" },
  D19: { title: "DialOnce, English, 5 March 2019", version: "dialonce/2019-03-05" },
  D21: { title: "DialOnce, English, 2021", version: "dialonce/2021-02-17" },
  DF21: { title: "DialOnce, French, 17 February 2021", version: "dialonce/2021-02-17" },
  DG: { title: "Dialogra, French, undated", version: "dialogra" },
}

const lines: Readonly<Record<DocumentId, string>> = {
  D16: `
intro|duty|ACK-FIRST
intro|duty|DECLARED
intro|duty|R-CHANNEL
1|duty|POLICY-BIND
2|definition|CLASSIFY
2|definition|LEGAL-PERSON
2|definition|MEDIUM
2|definition|PERSONAL-ACT
2|definition|SCOPE
2|permission|SUPPLEMENT
2|ban|OPERATOR-NOACCESS
2|duty|3P-POLICY
3|definition|NOTLINKABLE
3.1|permission|TECH-PURPOSE
3.1|permission|STAT-FOREVER16
3.1|ban|LISTED
3.1|ban|SOLE-PURPOSE
3.1|permission|GEO-OK
3.1|permission|CATEGORIES
3.1|ban|NO-ADS
3.1|ban|ADID-USE
3.1|ban|ADID-PII
3.1|ban|ADID-DEV
3.1|ban|NO-OWN-USE
3.1|ban|SUBCONTRACT
3.1|duty|CLAUSES
3.1|ban|3P-SERVICE
3.1|definition|VOLUNTARY
3.1|definition|PROVENANCE
3.1|duty|FREETEXT-LIFE16
3.1|ban|ADDR-READ
3.1|ban|ADDR-DISPLAY
3.2|definition|NONIDENT
3.2|permission|STAT-IMPROVE
3.2|permission|NONIDENT-FREE
3.2|duty|SEPARATE
3.2|duty|COMBINE
3.3|duty|CUST-LINK
3.3|permission|REUSE-CLAUSE
3.3|permission|MENTION
4|duty|PRECEDENCE
4|definition|CLASSIFY
4|ban|PURPOSES
4.1|permission|CATEGORIES
4.1a|permission|CATEGORIES
4.1a|duty|SECURE-COMM
4.1b|permission|CATEGORIES
4.2|permission|PURPOSES
4.2b|ban|MARKETING
4.2b|duty|OPTOUT
4.2h|ban|ERRREPORT
4.3|permission|GEO-OK
4.3|duty|GEO-SWITCH
5.1|definition|COOKIE-READ
5.1|ban|COOKIE-PURPOSE
5.1|duty|COOKIE-CTRL
6|ban|NOT-SOLD
6|ban|GROUNDS
6.1|permission|D-CONSENT
6.2|ban|D-AFFIL
6.3|ban|D-PARTNER
6.3|ban|D-NOOTHER
6.4|permission|D-LAW
6.4|permission|D-MERGER
6.4|permission|D-ENFORCE
7|duty|R-MANAGE
7|duty|ACCURATE
7|duty|R-ACCESS
7|permission|R-WRITING
7|duty|R-LOCAL-LAW
7|duty|R-ERASE
7|duty|R-RECT
7|permission|R-REFUSE16
7|duty|R-TO-OPERATOR
8|ban|AUTHZ
8|duty|SEC-MEAS
8|duty|SIMILAR
8|ban|MINIMISE
8|ban|RET-NEC
9|definition|3P-OUT
9|definition|3P-POLICY
10|duty|LOC-ANY16
11|duty|NOTIFY
notice|duty|LANGUAGE
notice|duty|SEVER
`,
  D19: `
1|duty|VERSION-DATE
2|duty|ACK-FIRST
3|permission|SUPPLEMENT
3|duty|POLICY-BIND
4|definition|MEDIUM
4|definition|LEGAL-PERSON
5|definition|DEFN
6.1|duty|ROLE
6.1|duty|CONTACT
6.2|duty|ROLE
6.2|duty|PRECEDENCE
7|ban|NO-IDENTIFY
7.1|ban|PURPOSES
7.1|duty|RECORDED
7.1|permission|CUST-MATCH
7.1.1|ban|AUTO
7.1.1|definition|FIELD-RESP
7.1.1|duty|TECH-PURPOSE
7.1.1|permission|TECH-PURPOSE
7.1.1|duty|ANON-ASAP
7.1.1|permission|RECOG-ATTACH
7.1.1|duty|MOSTUSED
7.1.1|ban|NO-RETARGET
7.1.1|duty|RECOG-PROB
7.1.1|ban|RECOG-1CUST
7.1.1|ban|LISTED
7.1.1|ban|SOLE-PURPOSE
7.1.1|permission|CATEGORIES
7.1.1|ban|INHIBIT
7.1.1|ban|ACTIVATE
7.1.1|duty|SWITCH
7.1.1|ban|TRIGGER
7.1.1|ban|LISTED
7.1.1; 12|ban|CALL-LOG
7.1.1|ban|NO-ADS
7.1.1|ban|ADID-USE
7.1.1|ban|ADID-PII
7.1.1|ban|ADID-DEV
7.2|duty|KEY-APART
7.2|ban|NO-IDENTIFY
7.3|ban|NO-ACCESS-PUB
7.3|duty|REDIRECT
7.3|ban|REDIRECT-END
7.3|ban|SUBCONTRACT
7.3|duty|CLAUSES
7.3|duty|ALL-BOUND
7.3|ban|ADDR-READ
7.3|ban|ADDR-DISPLAY
7.3|definition|VOLUNTARY
7.3|duty|FREETEXT-LIFE
7.3|duty|CUST-LINK
7.3|permission|REUSE-CLAUSE
7.3|permission|MENTION
7.4|definition|NONIDENT
7.4|permission|STAT-IMPROVE
7.4|permission|NONIDENT-FREE
7.4|duty|SEPARATE
7.4|duty|COMBINE
8|ban|LOC-LIST
8|ban|LOC-EU-AND
9|ban|PROCESSINGS
9|duty|STAT-NOCALL
9|duty|STAT-JOURNEY
10.1|duty|RET-CONTRACT
10.1|ban|RET-12M
10.1|duty|RET-PUBLISHED
10.2|duty|RET-ACCOUNT
11|duty|R-ERASE
11|duty|R-ERASE
11|definition|R-ACCESS-LOST
11|duty|R-OBJECT
11|definition|R-OBJ-NEC
11|duty|R-ACCESS
11|duty|R-PORT
11|duty|R-RECT
11|duty|R-RESTRICT
11|duty|R-CHANNEL
11|duty|R-TO-OPERATOR
11|duty|R-LOCATE
11|duty|R-LOCATE-AD
11|permission|R-VERIFY
11|duty|R-COMPLAINT
11|duty|R-1M
12|ban|CATEGORIES
12|definition|FIELD-RESP
12.1|ban|GEO-NEVER
12.1|ban|GEO-HOST
13.1|ban|CUST-ONLY
13.1|ban|NEED
13.1|permission|SUBPROC
13.1|duty|ALL-BOUND
13.1|ban|NO-AUTOSEND
13.1|ban|OPEN-ONLY
14|ban|GROUNDS
14.1|permission|D-CONSENT
14.2|ban|D-AFFIL
14.3|ban|D-PARTNER
14.3|ban|D-NOOTHER-AUTH
14.4|permission|D-LAW
14.4|permission|D-MERGER
14.4|permission|D-ENFORCE
15|ban|AUTHZ
15|duty|SEC-MEAS
15|duty|SIMILAR
15|ban|MINIMISE
15|ban|RET-NEC
15|duty|HOST-2DC
15|duty|BACKUP
15|duty|CERT
16|ban|LOC-LIST
16|ban|CONTRACT-RCPT
16|duty|NONEU-CUST
17.1|definition|COOKIE-READ
17.1|ban|COOKIE-PURPOSE
17.1-17.3|duty|COOKIE-CTRL
17.4|ban|COOKIE-PURPOSE
17.4.3|ban|COOKIE-FIELDS
17.4.3|ban|COOKIE-NO3P
17.4.3|ban|COOKIE-NOJOIN
17.4.3|ban|RET-COOKIE6M
17.4.3|permission|SHIELD
17.4.4|duty|VENDOR-OPTOUT
18|definition|3P-OUT
18|definition|3P-POLICY
19|duty|NOTIFY
21|duty|LANGUAGE
22|duty|SEVER
`,
  D21: `
1|duty|VERSION-DATE
2|duty|ACK-FIRST
3|permission|SUPPLEMENT
3|duty|POLICY-BIND
4|definition|MEDIUM
4|definition|LEGAL-PERSON
5|definition|DEFN
6.1|duty|ROLE
6.1|duty|CONTACT
6.2|duty|ROLE
6.2|duty|PRECEDENCE
7.1|ban|CTRL-MIN
7.2|ban|NO-IDENTIFY
7.3|permission|CATEGORIES
7.3|permission|TECH-PURPOSE
7.3|duty|ANON-ASAP
7.4|ban|PURPOSES
7.5|ban|CUST-PURPOSE
7.5|ban|PURPOSES
7.5|duty|RECORDED
7.5|permission|CUST-MATCH
7.5|ban|AUTO
7.5|definition|FIELD-RESP
7.6|duty|KEY-APART
7.6|ban|NO-IDENTIFY
7.7|duty|REDIRECT
7.7|ban|REDIRECT-END
7.7|ban|SUBCONTRACT
7.7|duty|CLAUSES
7.7|duty|ALL-BOUND
7.7|definition|VOLUNTARY
7.7|duty|FREETEXT-LIFE
7.7|duty|CUST-LINK
7.7|permission|REUSE-CLAUSE
7.7|permission|MENTION
7.8|definition|NONIDENT
7.8|permission|STAT-IMPROVE
7.8|permission|NONIDENT-FREE
7.8|duty|SEPARATE
7.8|duty|COMBINE
8|ban|LOC-LIST
8|duty|REGISTER
8|ban|LOC-EU
9.1|ban|PROCESSINGS
9.2|ban|PROCESSINGS
9.2|duty|STAT-NOCALL
9.2|duty|STAT-JOURNEY
10.1|duty|RET-CONTRACT
10.1|ban|RET-CONTRACT-CAP
10.1|duty|RET-PUBLISHED
10.2|duty|RET-ACCOUNT
11|duty|R-ERASE
11|duty|R-ERASE
11|definition|R-ACCESS-LOST
11|duty|R-OBJECT
11|definition|R-OBJ-NEC
11|duty|R-ACCESS
11|duty|R-PORT
11|duty|R-RECT
11|duty|R-RESTRICT
11|duty|R-CHANNEL
11|duty|R-TO-CUSTOMER
11|duty|R-LOCATE
11|permission|R-VERIFY
11|duty|R-COMPLAINT
11|duty|R-1M
12.1|ban|CATEGORIES
12.2|ban|CATEGORIES
12.2|definition|FIELD-RESP
12.3|ban|GEO-NEVER
12.3|ban|GEO-HOST
13.1|permission|SUBPROC
13.1|duty|ALL-BOUND
13.1.1|permission|GROUNDS
13.1.2|ban|CUST-ONLY
13.1.2|ban|NEED
13.1.2|ban|NO-AUTOSEND
13.1.2|ban|OPEN-ONLY
13.2|duty|RCPT-CHOSEN
13.2|duty|REMOTE
13.2|ban|A45-47
14|ban|GROUNDS
14.1|permission|D-CONSENT
14.2|ban|D-AFFIL
14.3|ban|D-PARTNER
14.3|ban|D-NOOTHER-AUTH
14.3|duty|REGISTER-RCPT
14.4|permission|D-LAW
14.4|permission|D-MERGER
14.4|permission|D-ENFORCE
15|ban|AUTHZ
15|duty|SEC-MEAS
15|duty|SIMILAR
15|ban|MINIMISE
15|ban|RET-NEC
15|duty|HOST-2DC
15|duty|BACKUP
15|duty|CERT
16|ban|LOC-LIST
16|ban|CONTRACT-RCPT
16|duty|NONEU-CUST
17|definition|COOKIE-DOC
18|definition|3P-OUT
18|definition|3P-POLICY
19|duty|NOTIFY
20|definition|R-TO-CUSTOMER
21|duty|LANGUAGE
22|duty|SEVER
`,
  DF21: `
head|duty|VERSION-DATE
2|duty|ACK-FIRST
3|permission|SUPPLEMENT
3|duty|POLICY-BIND
4|definition|MEDIUM
4|definition|LEGAL-PERSON
5|definition|DEFN
6.1|duty|ROLE
6.1|duty|CONTACT
6.2|duty|ROLE
6.2|duty|PRECEDENCE
7.1|ban|CTRL-MIN
7.2|ban|NO-IDENTIFY
7.3|permission|CATEGORIES
7.3|permission|TECH-PURPOSE
7.3|duty|ANON-ASAP
7.3.1|ban|PURPOSES
7.3.2|ban|PURPOSES
7.3.2|duty|RECORDED
7.3.2|permission|CUST-MATCH
7.3.2.1|ban|AUTO
7.3.2.1|definition|FIELD-RESP
7.4|duty|KEY-APART
7.4|ban|NO-IDENTIFY
7.5|duty|REDIRECT
7.5|ban|REDIRECT-END
7.5|ban|SUBCONTRACT
7.5|duty|CLAUSES
7.5|duty|ALL-BOUND
7.5|definition|VOLUNTARY
7.5|definition|FIELD-RESP
7.5|duty|FREETEXT-LIFE
7.5|duty|CUST-LINK
7.5|permission|REUSE-CLAUSE
7.5|permission|MENTION
7.6|definition|NONIDENT
7.6|permission|STAT-IMPROVE
7.6|permission|NONIDENT-FREE
7.6|duty|SEPARATE
7.6|duty|COMBINE
8|ban|LOC-LIST
8|duty|REGISTER
8|ban|LOC-3WAY
9.1|ban|PROCESSINGS
9.2|ban|PROCESSINGS
9.2|duty|STAT-NOCALL
9.2|duty|STAT-JOURNEY
10.1|duty|RET-CONTRACT
10.1|ban|RET-CONTRACT-CAP
10.1|duty|RET-PUBLISHED
10.2|duty|RET-ACCOUNT
11|duty|R-ERASE
11|duty|R-ERASE
11|definition|R-LEGAL-LIMIT
11|definition|R-ACCESS-LOST
11|duty|R-OBJECT
11|definition|R-OBJ-NEC
11|duty|R-ACCESS
11|duty|R-PORT
11|duty|R-RECT
11|duty|R-RESTRICT
11|duty|R-CHANNEL
11|duty|R-TO-CUSTOMER
11|duty|R-LOCATE
11|permission|R-VERIFY
11|duty|R-COMPLAINT
11|duty|R-1M
12.1|ban|CATEGORIES
12.2|ban|CATEGORIES
12.2|definition|FIELD-RESP
12.3|ban|GEO-NEVER
12.3|ban|GEO-HOST
13.1|permission|SUBPROC
13.1|duty|ALL-BOUND
13.1.1|permission|GROUNDS
13.1.2|ban|CUST-ONLY
13.1.2|permission|SUBPROC
13.1.2|ban|NEED
13.1.2|ban|OPEN-ONLY
13.2|duty|RCPT-CHOSEN
13.2|duty|REMOTE
13.2|ban|A45-47
14|ban|GROUNDS
14.1|permission|D-CONSENT
14.2|ban|D-AFFIL
14.3|ban|D-PARTNER
14.3|ban|D-NOOTHER-AUTH
14.3|duty|REGISTER-RCPT
14.4|permission|D-LAW
14.4|permission|D-MERGER
14.4|permission|D-ENFORCE
15|ban|AUTHZ
15|duty|SEC-MEAS
15|duty|SIMILAR
15|ban|MINIMISE
15|ban|RET-NEC
15|duty|HOST-EU
15|duty|BACKUP
15|duty|CERT
16|ban|LOC-LIST
16|ban|CONTRACT-RCPT
16|duty|NONEU-CUST
17|definition|COOKIE-DOC
18|definition|3P-OUT
18|definition|3P-POLICY
19|duty|NOTIFY
20|definition|R-TO-CUSTOMER
21|duty|LANGUAGE
22|duty|SEVER
`,
  DG: `
1 Vie privee (principles)|duty|PURPOSE-FIRST
1|ban|COMPATIBLE
1|ban|RET-NEC
1|duty|FAIR
1|duty|MINIMISE
1|duty|ACCURATE
1|duty|SEC-MEAS
1|duty|INFO-AVAIL
2 What is collected|permission|CATEGORIES
2|permission|PROVENANCE
3 Why: purposes|ban|PURPOSES
3|ban|PURPOSES
3|permission|IP-SECURITY
3|ban|PURPOSES
4 Legal basis|duty|BASIS
5 Mandatory?|definition|MANDATORY
5|duty|MANDATORY
6 Sharing: group|permission|GROUNDS
6|ban|GROUP-MKT
6|duty|SIMILAR
6 Sharing: partners|permission|GROUNDS
6|ban|ADV-CONSENT
6|ban|AGG-3P
6|permission|STAT-IMPROVE
6 Sharing: third parties|ban|GROUNDS
6|ban|D-MERGER-COMMIT
6|permission|D-LAW
6|permission|D-ENFORCE
7 Where|permission|LOC-NONEEA
7|duty|LOC-NONEEA
7|duty|SAFEGUARD-COPY
8 Retention|duty|DEL-OR-ANON
8|duty|SWEEP
8|ban|RET-USER-5Y
8|ban|RET-3Y
8|ban|RET-1M
8|ban|RET-UNTIL-ACCOUNT
8|duty|RET-10Y
8|ban|TRAINING
9 Protection|duty|SEC-MEAS
9|duty|PAYMENT
9|duty|BREACH
10 Rights|duty|R-ACCESS
10|duty|R-RECT
10|duty|R-ERASE
10|duty|R-RESTRICT
10|duty|R-OBJECT
10|duty|R-PORT
10|duty|R-COMPLAINT
10|duty|WITHDRAW
10|duty|R-30D
10|duty|R-DELAY
10|duty|OPTOUT
11 Changes|duty|NOTIFY
11|duty|NOTIFY-MAJOR
11|duty|CHOICES
11|duty|ARCHIVE
12 Contact|duty|LAW
`,
}

/** All rows, by document and number. */
export const rows: ReadonlyArray<Row> = Object.entries(lines).flatMap(([document, text]) =>
  text
    .trim()
    .split("\n")
    .map((line, index): Row => {
      const [section = "", kind, key] = line.split("|")
      return {
        id: `${document}-${String(index + 1).padStart(2, "0")}`,
        document: document as DocumentId,
        section,
        kind: kind as RowKind,
        key: key as RuleKey.PolicyRuleKey,
      }
    }),
)

/** All rows by id. */
export const rowById: ReadonlyMap<string, Row> = new Map(rows.map((row) => [row.id, row]))

/**
 * The rows that state an invariant.
 *
 * @example
 * ```ts
 * import { RuleRows } from "@tacet/catalogue"
 *
 * const ids: ReadonlyArray<string> = RuleRows.rowsOf("RET-12M").map((row) => row.id) // => ["D19-65"]
 * ```
 */
export const rowsOf = (key: RuleKey.PolicyRuleKey): ReadonlyArray<Row> => rows.filter((row) => row.key === key)
