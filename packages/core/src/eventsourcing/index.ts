/**
 * Event sourcing: envelopes, streams, commits, the store as a port, deciders, the command handler and projections.
 */
export * as CommandHandler from "./CommandHandler.ts"
export * as Commit from "./Commit.ts"
export * as CustomerId from "./CustomerId.ts"
export * as Decider from "./Decider.ts"
export * as EventCodec from "./EventCodec.ts"
export * as EventEnvelope from "./EventEnvelope.ts"
export * as EventStore from "./EventStore.ts"
export * as EventStoreError from "./EventStoreError.ts"
export * as ExpectedVersion from "./ExpectedVersion.ts"
export * as FieldClass from "./FieldClass.ts"
export * as Observability from "./Observability.ts"
export * as Projection from "./Projection.ts"
export * as ProjectionStore from "./ProjectionStore.ts"
export * as Refusal from "./Refusal.ts"
export * as StreamId from "./StreamId.ts"
export * as Uuid from "./Uuid.ts"
