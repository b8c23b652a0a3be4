/**
 * The rules drawn from the privacy policies, the rows that state them and the contradictions between the documents. Checks
 * and tests read them; nothing of them is published.
 */
export * as Contradiction from "./Contradiction.ts"
export * as DeclaredParameter from "./DeclaredParameter.ts"
export * as RuleCatalogue from "./RuleCatalogue.ts"
export * as RuleRows from "./RuleRows.ts"
export * as UnaskedRule from "./UnaskedRule.ts"
