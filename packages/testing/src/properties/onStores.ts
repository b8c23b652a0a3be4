/**
 * How chapters are made: each property gets the fixture's stores, built for it alone.
 */
import type { EventStore, Projection, ProjectionStore } from "@tacet/core/eventsourcing"
import type { EventStoreFixture, ProjectionStoreFixture } from "../Fixture.ts"
import * as Property from "../Property.ts"

/** Properties of an event store. */
export const onEventStore = (
  chapter: string,
  definitions: ReadonlyArray<Property.Definition<EventStore.EventStore>>,
): ReadonlyArray<Property.Property<EventStoreFixture>> =>
  Property.chapter(chapter, (fixture) => fixture.layer, definitions)

/** Properties of a projection store beside its event store. */
export const onStores = (
  chapter: string,
  inline: ReadonlyArray<Projection.InlineProjection>,
  definitions: ReadonlyArray<Property.Definition<EventStore.EventStore | ProjectionStore.ProjectionStore>>,
): ReadonlyArray<Property.Property<ProjectionStoreFixture>> =>
  Property.chapter(chapter, (fixture) => fixture.layer(inline), definitions)
