/**
 * Privacy policies as data: the parameters that differ by version, the published versions, the law by date, and what
 * binds a moment.
 */
export * as Calendar from "./Calendar.ts"
export * as Deadline from "./Deadline.ts"
export * as EffectivePolicy from "./EffectivePolicy.ts"
export * as History from "./History.ts"
export * as Law from "./Law.ts"
export * as LegalData from "./legal/LegalData.ts"
export * as LibraryInvariant from "./LibraryInvariant.ts"
export * as Parameter from "./Parameter.ts"
export * as Period from "./Period.ts"
export * as PlainDate from "./PlainDate.ts"
export * as PrivacyPolicy from "./PrivacyPolicy.ts"
export * as Purpose from "./Purpose.ts"
export * as Requirement from "./Requirement.ts"
export * as Resolve from "./Resolve.ts"
export * as RuleKey from "./RuleKey.ts"
export * as RuleRows from "./RuleRows.ts"
export * as Vocabulary from "./Vocabulary.ts"
export * as Versions from "./versions/index.ts"
