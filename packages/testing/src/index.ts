/**
 * For tests with Tacet: conformance suites for adapters, the reference model behind them, fault injection,
 * given-when-then for deciders and arbitrary values of the domain.
 */
export * as Arbitraries from "./Arbitraries.ts"
export * as ErasureLedgerSuite from "./ErasureLedgerSuite.ts"
export * as EventStoreSuite from "./EventStoreSuite.ts"
export * as FaultInjection from "./FaultInjection.ts"
export * as Fixture from "./Fixture.ts"
export { given, type Given, type Outcome, ScenarioFailed } from "./GivenWhenThen.ts"
export * as ArbitraryInteractions from "./ArbitraryInteractions.ts"
export * as Property from "./Property.ts"
export * as ModelStore from "./ModelStore.ts"
export * as Operation from "./Operation.ts"
export * as ArbitraryPolicies from "./ArbitraryPolicies.ts"
export * as ProjectionStoreSuite from "./ProjectionStoreSuite.ts"
export * as ReferenceModel from "./ReferenceModel.ts"
export * as ArbitraryRetentionPolicies from "./ArbitraryRetentionPolicies.ts"
export * as ArbitraryRightsRequests from "./ArbitraryRightsRequests.ts"
export * as Scene from "./Scene.ts"
export * as KeyStoreSuite from "./KeyStoreSuite.ts"
export * as AccessLogSuite from "./AccessLogSuite.ts"
export * as Suite from "./Suite.ts"
export * as VaultSuite from "./VaultSuite.ts"
