/**
 * The requirements that no version switches off (rules.md 7.1, rule 6): each is promised by at least one of the
 * documents and harmful nowhere. Those that bear on a parameter are applied here, after the law; the others are refused
 * where they would happen, by the deciders and schemas that the rule catalogue names.
 */
import * as Policy from "../text/PrivacyPolicy.ts"
import * as Requirement from "./Requirement.ts"

const withoutCategories = (categories: Policy.ValueOf<"categories">, ...removed: ReadonlyArray<string>) => {
  const keep = (category: string) => !removed.includes(category)
  return {
    controller: categories.controller.filter(keep),
    processor: categories.processor.filter(keep),
    publisher: categories.publisher.filter(keep),
  }
}

const withoutSale = (purposes: Policy.ValueOf<"purposes">): Policy.ValueOf<"purposes"> => ({
  controller: purposes.controller.filter((purpose) => purpose !== "sale"),
  processor: purposes.processor.filter((purpose) => purpose !== "sale"),
  publisher: purposes.publisher.filter((purpose) => purpose !== "sale"),
})

/** The invariants that bear on a parameter. */
export const invariants: ReadonlyArray<Requirement.Requirement> = [
  Requirement.of("categories", {
    articles: [],
    rules: ["CALL-LOG", "ADDR-READ"],
    bind: (categories) => withoutCategories(categories, "deviceCallLog", "addressBook"),
    refuses: (categories) =>
      !Requirement.equal(withoutCategories(categories, "deviceCallLog", "addressBook"), categories),
    accepted: "lists without the call log and the address book of a device",
  }),
  Requirement.of("purposes", {
    articles: [],
    rules: ["NOT-SOLD"],
    bind: withoutSale,
    refuses: (purposes) => !Requirement.equal(withoutSale(purposes), purposes),
    accepted: "purposes without sale",
  }),
  Requirement.atLeast("publication", ["earlierVersions"], { rules: ["ARCHIVE"], omitting: "supplied" }),
  Requirement.exactly("directAccess", [], { rules: ["NO-ACCESS-PUB"], otherwise: "refused" }),
  Requirement.noLooserThan("hostLocation", "dropped", { rules: ["GEO-HOST"], beyond: "refused" }),
  Requirement.noLooserThan("mandatoryFreeText", "never", { rules: ["VOLUNTARY"], beyond: "tightened" }),
  // V30: tailored advertising takes consent, whatever basis the document gives.
  Requirement.noLooserThan("advertising", "withConsent", { rules: ["NO-ADS"], beyond: "tightened" }),
  // V03, V04: the length of a contract alone extends nothing.
  Requirement.noLooserThan("retentionExtension", "recordedLegalGround", { rules: ["RET-NEC"], beyond: "tightened" }),
  // V32: consent to a disclosure is explicit and names recipient and manner.
  Requirement.of("groundConditions", {
    articles: [],
    rules: ["D-CONSENT"],
    bind: (conditions) =>
      Policy.parameter("groundConditions").meet(conditions, {
        explicitConsent: ["explicitConsent", "namedRecipient", "namedManner"],
      }),
    refuses: () => false,
    accepted: "explicit consent that names recipient and manner",
  }),
]
