/**
 * How chapters are made: each law gets the fixture's stores, built for it alone.
 */
import type { EventStore } from "../../eventsourcing/EventStore.ts"
import type { ProjectionStore } from "../../eventsourcing/ProjectionStore.ts"
import type { InlineProjection } from "../../eventsourcing/Projection.ts"
import type { EventStoreFixture, ProjectionStoreFixture } from "../Fixture.ts"
import * as Law from "../Law.ts"

/** Laws of an event store. */
export const onEventStore = (
  chapter: string,
  definitions: ReadonlyArray<Law.Definition<EventStore>>,
): ReadonlyArray<Law.Law<EventStoreFixture>> => Law.chapter(chapter, (fixture) => fixture.layer, definitions)

/** Laws of a projection store beside its event store. */
export const onStores = (
  chapter: string,
  inline: ReadonlyArray<InlineProjection>,
  definitions: ReadonlyArray<Law.Definition<EventStore | ProjectionStore>>,
): ReadonlyArray<Law.Law<ProjectionStoreFixture>> =>
  Law.chapter(chapter, (fixture) => fixture.layer(inline), definitions)
