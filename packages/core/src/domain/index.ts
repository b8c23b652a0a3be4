/**
 * The domain: aggregates as pure deciders, with their events, commands and storage formats.
 */
export * as CommandInput from "./CommandInput.ts"
export * as Contract from "./Contract.ts"
export * as CookieRegister from "./CookieRegister.ts"
export * as Customer from "./Customer.ts"
export * as HostingRegister from "./HostingRegister.ts"
export * as Identifier from "./Identifier.ts"
export * as Interaction from "./Interaction.ts"
export * as ProcessingRegister from "./ProcessingRegister.ts"
export * as Pseudonym from "./Pseudonym.ts"
export * as PurgedDay from "./PurgedDay.ts"
export * as Recipient from "./Recipient.ts"
export * as RecognitionModel from "./RecognitionModel.ts"
export * as RetentionPolicy from "./RetentionPolicy.ts"
export * as RightsRequest from "./RightsRequest.ts"
export * as Transfer from "./Transfer.ts"
export * as VisitorChoice from "./VisitorChoice.ts"
