/**
 * Parameters of publication and notices: before collection, on a change, and in which language.
 */
import * as Schema from "effect/Schema"
import { choice, duties, fact, levels, permissions } from "../Parameter.ts"

/** Notices before collection. */
export const collectionNotices = ["policyBeforeInput", "purposeBeforeCollection", "reasonForMandatoryField"] as const

/** Contents of a published version, and what can be asked for. */
export const publications = [
  "dateAndVersion",
  "controllerContact",
  "practices",
  "applicableLaws",
  "retentionPeriod",
  "earlierVersions",
] as const

/** Duties when the policy changes. */
export const changeNotices = ["publish", "notifyUsers", "notifyMajorVisibly", "listChoices"] as const

/** Whether a Customer may leave the operator unnamed in its own documents, and why. */
export const mentionExemptions = ["dataNotPersonalByThemselves", "ownProvisionsCoverTheUse"] as const

/** The language that decides where language versions differ, or `none`. */
const LanguagePrecedence: Schema.Codec<string> = Schema.String.check(
  Schema.isPattern(/^([a-z]{2}|none)$/, { expected: "a language of two letters, or none" }),
)

const texts = Schema.Array(Schema.NonEmptyString) as unknown as Schema.Codec<ReadonlyArray<string>>

export const definitions = {
  collectionNotice: duties(collectionNotices, {
    about: "The notices a person gets before a datum about them is recorded.",
    rules: ["ACK-FIRST", "PURPOSE-FIRST", "MANDATORY"],
    readBy: "decider",
  }),
  publication: duties(publications, {
    about: "What every published version carries or can be asked for at any time.",
    rules: ["VERSION-DATE", "CONTACT", "INFO-AVAIL", "LAW", "RET-PUBLISHED", "ARCHIVE"],
    readBy: "register",
  }),
  changeNotice: duties(changeNotices, {
    about: "The duties when a new version is published.",
    rules: ["NOTIFY", "NOTIFY-MAJOR", "CHOICES"],
    readBy: "declared",
  }),
  languagePrecedence: fact(LanguagePrecedence, {
    about: "The language whose text decides where the language versions differ.",
    rules: ["LANGUAGE"],
    readBy: "decider",
    otherwise: "none",
  }),
  applicableLaws: fact(texts, {
    about: "The laws that the version names as binding it.",
    rules: ["LAW", "R-LOCAL-LAW", "SEVER"],
    readBy: "register",
    otherwise: [],
  }),
  localLaw: levels(["prevails", "ignored"], {
    about: "Whether the law of the place that a request comes from decides where it differs.",
    rules: ["R-LOCAL-LAW"],
    readBy: "register",
  }),
  processingRecord: choice(["authorityDeclaration", "internalRecord"], {
    about:
      "Where a processing is entered before it begins: declared to an authority, by its number, or in the internal record.",
    rules: ["DECLARED"],
    readBy: "decider",
    otherwise: "internalRecord",
  }),
  cookieRules: choice(["inThisPolicy", "inSeparateDocument"], {
    about: "Where the rules on cookies are written.",
    rules: ["COOKIE-DOC"],
    readBy: "decider",
    otherwise: "inThisPolicy",
  }),
  supplements: permissions(["addPurposes", "addCategories"], {
    about: "What a supplement published for one product may add.",
    rules: ["SUPPLEMENT"],
    readBy: "decider",
  }),
  customerPolicy: levels(["decidesWhatItRegulates", "ignored"], {
    about:
      "Whether the Customer's own policy decides the points that it regulates, for data handled for that Customer.",
    rules: ["PRECEDENCE", "3P-POLICY", "SCOPE"],
    readBy: "register",
  }),
  mentionExemptions: permissions(mentionExemptions, {
    about: "When a Customer need not name the operator in its own documents.",
    rules: ["MENTION"],
    readBy: "register",
  }),
  reuseOfProvisions: levels(["refused", "allowed"], {
    about: "Whether a Customer may reuse or adapt the provisions in its own documents.",
    rules: ["REUSE-CLAUSE"],
    readBy: "declared",
  }),
}
