/**
 * The domain: aggregates as pure deciders, with their events, commands and storage formats.
 */
export * as CommandInput from "./CommandInput.ts"
export * as Customer from "./Customer.ts"
export * as Identifier from "./Identifier.ts"
export * as Interaction from "./Interaction.ts"
export * as RightsRequest from "./RightsRequest.ts"
