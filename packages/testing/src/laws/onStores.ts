/**
 * How chapters are made: each law gets the fixture's stores, built for it alone.
 */
import type { EventStore, Projection, ProjectionStore } from "@tacet/core/eventsourcing"
import type { EventStoreFixture, ProjectionStoreFixture } from "../Fixture.ts"
import * as Law from "../Law.ts"

/** Laws of an event store. */
export const onEventStore = (
  chapter: string,
  definitions: ReadonlyArray<Law.Definition<EventStore.EventStore>>,
): ReadonlyArray<Law.Law<EventStoreFixture>> => Law.chapter(chapter, (fixture) => fixture.layer, definitions)

/** Laws of a projection store beside its event store. */
export const onStores = (
  chapter: string,
  inline: ReadonlyArray<Projection.InlineProjection>,
  definitions: ReadonlyArray<Law.Definition<EventStore.EventStore | ProjectionStore.ProjectionStore>>,
): ReadonlyArray<Law.Law<ProjectionStoreFixture>> =>
  Law.chapter(chapter, (fixture) => fixture.layer(inline), definitions)
