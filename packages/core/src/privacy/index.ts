/**
 * Personal data: its categories and the references that stand for it in events.
 */
export * as PersonalDataCategory from "./PersonalDataCategory.ts"
export * as Sealed from "./Sealed.ts"
