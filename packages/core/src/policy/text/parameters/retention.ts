/**
 * Parameters of how long data live. The earliest of all ends counts, and only a recorded legal ground puts it off.
 */
import { citesAct } from "../../legal/Citation.ts"
import * as Schema from "effect/Schema"
import { duties, ends, fact, forSome, levels, permissions } from "../Parameter.ts"
import { Period } from "../../../calendar/Period.ts"
import { PersonalDataCategory } from "../../../privacy/PersonalDataCategory.ts"

/** The outcome for a datum at its end. */
export const expiryOutcomes = ["deleted", "anonymised"] as const

/** A period for which a law makes the operator keep a category. */
export interface LegalRetention {
  readonly category: PersonalDataCategory
  readonly period: Period
  readonly reference: string
}

const LegalRetentions: Schema.Codec<ReadonlyArray<LegalRetention>> = Schema.Array(
  Schema.Struct({
    category: PersonalDataCategory,
    period: Period,
    reference: Schema.String.check(
      Schema.makeFilter(citesAct, {
        expected: "a provision of an act by its number, such as `Code de commerce L123-22`",
      }),
    ),
  }),
)

export const definitions = {
  retentionCap: ends({
    about: "The ends that no retention of interaction data may pass, whatever the contract says.",
    rules: ["RET-12M", "RET-CONTRACT-CAP", "RET-NEC"],
    readBy: "decider",
    strictest: [{ after: "purposeFulfilled" }, { after: "contractEnd" }],
  }),
  retentionByCategory: forSome(
    PersonalDataCategory.literals,
    ends({
      about: "Ends of single categories, beside those of all.",
      rules: ["RET-3Y", "RET-1M", "RET-10Y", "RET-USER-5Y", "RET-UNTIL-ACCOUNT", "RET-COOKIE6M"],
      readBy: "decider",
      strictest: [],
    }),
  ),
  retentionPeriod: levels(["fixedByContract", "asNeeded"], {
    about: "Whether nothing may be collected before a contract has fixed how long it is kept.",
    rules: ["RET-CONTRACT", "RET-NEC"],
    readBy: "decider",
  }),
  retentionExtension: levels(["never", "recordedLegalGround", "contractTerm"], {
    about: "What may put an end off.",
    rules: ["RET-NEC"],
    readBy: "decider",
  }),
  legalRetention: fact(LegalRetentions, {
    about: "Categories that a law makes the operator keep: until then an erasure is refused with that ground.",
    rules: ["RET-10Y", "R-LEGAL-LIMIT"],
    readBy: "decider",
    otherwise: [],
  }),
  technicalStatisticsRetention: levels(["asOtherData", "withoutLimit"], {
    about: "Whether technical data may be kept for statistics and support without a time limit.",
    rules: ["STAT-FOREVER16"],
    readBy: "decider",
  }),
  freeTextEnd: ends({
    about: "The ends of what a user typed.",
    rules: ["FREETEXT-LIFE", "FREETEXT-LIFE16"],
    readBy: "decider",
    strictest: [{ after: "changedOrDeletedByUser" }, { after: "retentionEnd" }],
  }),
  accountRetention: ends({
    about: "The ends of the data of an account.",
    rules: ["RET-ACCOUNT", "RET-UNTIL-ACCOUNT"],
    readBy: "decider",
    strictest: [{ after: "relationshipEnd" }, { after: "accountDeletion" }],
  }),
  accountLegalGrounds: permissions(["billing", "litigation", "legalDuty"], {
    about: "For what a law may keep data of an account beyond its end.",
    rules: ["RET-ACCOUNT"],
    readBy: "decider",
  }),
  expiryOutcomes: permissions(expiryOutcomes, {
    about: "What may become of a datum at its end.",
    rules: ["DEL-OR-ANON"],
    readBy: "decider",
  }),
  expiryCheck: levels(["regular", "none"], {
    about: "Whether expired data are looked for regularly.",
    rules: ["SWEEP"],
    readBy: "decider",
  }),
  retentionDuties: duties(["endPublished"], {
    about: "What a Customer can be asked about the periods in force.",
    rules: ["RET-PUBLISHED"],
    readBy: "declared",
  }),
}
