/**
 * What an adapter says of itself to the suites: how to build it and what it can do. Nothing is skipped: a law is run
 * for what is declared, and another for what is declared absent.
 */
import type * as Layer from "effect/Layer"
import type { EventStore } from "../eventsourcing/EventStore.ts"
import type { InlineProjection } from "../eventsourcing/Projection.ts"
import type { ProjectionStore } from "../eventsourcing/ProjectionStore.ts"

/** How to build an event store, and what it declares. */
export interface EventStoreFixture {
  /**
   * The store. Each law builds it anew and draws new Customers, so several layers may share one database; they need
   * not be empty.
   */
  readonly layer: Layer.Layer<EventStore, unknown>
  readonly capabilities: {
    /** A subscriber is woken by an append; it does not poll. */
    readonly pushSubscription: boolean
    /** What was written is there when the layer is built again. */
    readonly survivesRestart: boolean
  }
}

/** How to build a projection store together with its event store, and what it declares. */
export interface ProjectionStoreFixture {
  /** Both stores, with these inline projections. */
  readonly layer: (inline: ReadonlyArray<InlineProjection>) => Layer.Layer<EventStore | ProjectionStore, unknown>
  readonly capabilities: {
    /** Counters change in the append. Where absent, the given projections are ignored. */
    readonly inlineProjections: boolean
    /** What was saved is there when the layer is built again. */
    readonly survivesRestart: boolean
  }
}
