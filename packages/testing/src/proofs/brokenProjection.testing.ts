/**
 * Shared by the proofs of the projection store suite: a broken store, and the property that must catch it.
 */
import { layerWith } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventStore, type Projection, ProjectionStore } from "@tacet/core/eventsourcing"
import type { ProjectionStoreFixture } from "../Fixture.ts"
import * as ProjectionStoreSuite from "../ProjectionStoreSuite.ts"
import * as Suite from "../Suite.ts"
import { caught, impatient } from "./brokenStore.testing.ts"

interface Stores {
  readonly events: EventStore.EventStore["Service"]
  readonly projections: ProjectionStore.ProjectionStore["Service"]
}

/** A projection store with one fault. */
export interface BrokenStore {
  /** The fault of the store. */
  readonly fault: string
  /** The property made to catch it. */
  readonly property: string
  readonly fixture: ProjectionStoreFixture
  /** Whether a history of one caller shows it at its end, so that the property of the model must notice as well. */
  readonly alone?: true
}

/** Over the memory, some of its functions replaced. */
export const breaking = (
  change: (
    sound: Stores,
    inline: ReadonlyArray<Projection.InlineProjection>,
  ) => {
    readonly events?: Partial<EventStore.EventStore["Service"]>
    readonly projections?: Partial<ProjectionStore.ProjectionStore["Service"]>
  },
): ProjectionStoreFixture => ({
  capabilities: { inlineProjections: true, survivesRestart: false },
  layer: (inline) =>
    Layer.effectContext(
      Effect.gen(function* () {
        const sound = { events: yield* EventStore.EventStore, projections: yield* ProjectionStore.ProjectionStore }
        const changed = change(sound, inline)
        return Context.make(EventStore.EventStore, { ...sound.events, ...changed.events }).pipe(
          Context.add(ProjectionStore.ProjectionStore, { ...sound.projections, ...changed.projections }),
        )
      }),
    ).pipe(Layer.provide(layerWith({ inline }))),
})

/** Over the memory, with another way to save and load. */
export const saving = (
  change: (sound: ProjectionStore.ProjectionStore["Service"]) => Partial<ProjectionStore.ProjectionStore["Service"]>,
): ProjectionStoreFixture => breaking(({ projections }) => ({ projections: change(projections) }))

/** Registers the proof: each store is caught by its property, and by the property of the model where one caller can notice. */
export const prove = (what: string, broken: ReadonlyArray<BrokenStore>): void => {
  const findings = (fixture: ProjectionStoreFixture, property: string) =>
    Suite.run(
      ProjectionStoreSuite.properties(fixture).filter(({ name }) => name === property),
      fixture,
      impatient,
    )
  describe(`a store that ${what} is caught by the property made for it`, () => {
    it.live.each(broken)("$fault: $property", ({ fixture, property }) =>
      Effect.gen(function* () {
        expect(caught(yield* findings(fixture, property))).toEqual([property])
      }),
    )
  })
  describe("a fault that one caller alone can notice is found by the property of the model as well", () => {
    const property = "any history of saves, switches, removals and appends leaves what the reference model has"
    it.live.each(broken.filter(({ alone }) => alone === true))("$fault", ({ fixture }) =>
      Effect.gen(function* () {
        expect(caught(yield* findings(fixture, property))).toEqual([property])
      }),
    )
  })
}
