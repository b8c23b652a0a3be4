/**
 * Parameters of the rights of persons: which exist, who decides a request, by when it is answered, when it may be
 * refused.
 */
import * as Schema from "effect/Schema"
import { choice, duties, levels, permissions, periods } from "../Parameter.ts"

/** The rights that a person can exercise. */
export const rights = [
  "access",
  "portability",
  "rectification",
  "erasure",
  "restriction",
  "objection",
  "consentWithdrawal",
  "complaint",
] as const
export const Right = Schema.Literals(rights)
export type Right = typeof Right.Type

/** Ways by which a request may come in. */
export const requestChannels = ["email", "post", "website", "settings", "telephone"] as const

/** By what the data of a person can be found; each but the last with its time bound. */
export const locators = [
  "ipAddressInRange",
  "telephoneNumberInPeriod",
  "advertisingIdentifier",
  "otherDetails",
] as const
export const Locator = Schema.Literals(locators)
export type Locator = typeof Locator.Type

/** Why a request may be refused, as the documents and GDPR 11(2), 12(5), 12(6) and 17(3) name it. */
export const refusalGrounds = [
  "badFaith",
  "impractical",
  "notRequiredByLocalLaw",
  "strictlyNecessary",
  "legallyNecessary",
  "legalLimit",
  "legalObligation",
  "legalClaims",
  "compellingGrounds",
  "manifestlyUnfounded",
  "manifestlyExcessive",
  "identityNotEstablished",
] as const
export const RefusalGround = Schema.Literals(refusalGrounds)
export type RefusalGround = typeof RefusalGround.Type

/** The notices in an answer beside its outcome. */
export const answerDuties = ["ground", "legalReference", "complaintToAuthority", "courtRemedy"] as const

/** The content of a notice of delay. */
export const delayDuties = ["reason", "expectedDate", "beforeDueDate"] as const

export const definitions = {
  rights: duties(rights, {
    about: "What a person can ask for.",
    rules: [
      "R-ACCESS",
      "R-PORT",
      "R-RECT",
      "R-ERASE",
      "R-RESTRICT",
      "R-OBJECT",
      "R-MANAGE",
      "R-ACCESS-LOST",
      "ACCURATE",
    ],
    readBy: "decider",
  }),
  accountSelfService: levels(["atAnyTime", "onRequest"], {
    about: "Whether a user can read and change the data of their account at any time.",
    rules: ["R-MANAGE"],
    readBy: "decider",
  }),
  requestAddressee: choice(["operator", "customerOfInteraction"], {
    about: "Who decides the request of a person who is not a registered user.",
    rules: ["R-TO-OPERATOR", "R-TO-CUSTOMER"],
    readBy: "decider",
    otherwise: "customerOfInteraction",
  }),
  requestChannels: duties(requestChannels, {
    about: "The ways by which a request may come in; each gets the same deadline.",
    rules: ["R-CHANNEL"],
    readBy: "declared",
  }),
  writtenForm: levels(["notRequired", "mayBeRequired"], {
    about: "Whether a request may have to be made in writing.",
    rules: ["R-WRITING", "R-CHANNEL"],
    readBy: "decider",
  }),
  locators: permissions(locators, {
    about: "By what the data of a person who is not registered can be found.",
    rules: ["R-LOCATE", "R-LOCATE-AD"],
    readBy: "decider",
  }),
  verification: levels(["beforeAnswer", "notRequired"], {
    about: "Whether requester and data must be shown to correspond before anything is disclosed or changed.",
    rules: ["R-VERIFY"],
    readBy: "decider",
  }),
  identityEvidence: levels(["onReasonableDoubt", "anyNecessaryCheck"], {
    about: "When evidence of identity may be asked for.",
    rules: ["R-VERIFY"],
    readBy: "decider",
  }),
  verifiers: permissions(["operator", "mandatedThirdParty"], {
    about: "Who may verify.",
    rules: ["R-VERIFY"],
    readBy: "decider",
  }),
  answerWithin: periods({
    about: "By when a request is answered: the soonest of these after its receipt.",
    rules: ["R-1M", "R-30D"],
    readBy: "decider",
    strictest: ["P1M"],
  }),
  answerExtension: levels(["none", "twoMonthsWithReasons", "untilAnnouncedDate"], {
    about: "Whether an answer may be put off, with reasons and before the first due date, and by how much.",
    rules: ["R-1M", "R-DELAY"],
    readBy: "decider",
  }),
  delayNotice: duties(delayDuties, {
    about: "What a notice of delay says, and when it is sent.",
    rules: ["R-DELAY"],
    readBy: "decider",
  }),
  refusalGrounds: permissions(refusalGrounds, {
    about: "The closed list of grounds on which a request may be refused.",
    rules: ["R-REFUSE16", "R-LEGAL-LIMIT", "R-OBJ-NEC"],
    readBy: "decider",
  }),
  answerDuties: duties(answerDuties, {
    about: "What the answer to a request says beside its outcome.",
    rules: ["R-COMPLAINT", "R-LEGAL-LIMIT"],
    readBy: "decider",
  }),
  objectionTest: levels(["unlessStrictlyNecessary", "unlessStrictlyOrLegallyNecessary", "particularSituation"], {
    about: "What decides an objection.",
    rules: ["R-OBJECT", "R-OBJ-NEC"],
    readBy: "decider",
  }),
  erasedInteractions: levels(["purge", "keep"], {
    about: "What becomes, in the log, of the interactions of a person whose data were erased.",
    rules: ["R-ERASE", "NOTLINKABLE"],
    readBy: "decider",
  }),
  erasedAccount: levels(["signInFails", "signInKept"], {
    about: "What becomes of the access that an erased identifier opened.",
    rules: ["R-ACCESS-LOST"],
    readBy: "declared",
  }),
}
