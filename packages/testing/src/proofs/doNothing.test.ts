/**
 * Proof of the suites, last part: a store that does nothing satisfies no property at all. A property that it satisfied would be one that
 * looks at nothing.
 */
import { layer } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { EventStore, EventStoreError, ProjectionStore } from "@tacet/core/eventsourcing"
import * as EventStoreSuite from "../EventStoreSuite.ts"
import * as ProjectionStoreSuite from "../ProjectionStoreSuite.ts"
import { impatient } from "./brokenStore.testing.ts"

/** Thanks for every commit and remembers none. */
const nothing: EventStore.EventStore["Service"] = {
  append: ({ writes }) =>
    Effect.succeed({
      firstPosition: 1,
      lastPosition: writes.reduce((sum, write) => sum + write.events.length, 0),
      versions: writes.map(({ events, stream }) => ({ stream, version: events.length })),
    }),
  readStream: () => Effect.succeed({ events: [], version: 0 }),
  readLog: (_, { after = 0 } = {}) => Effect.succeed({ after, through: after, events: [], purged: [], head: after }),
  subscribe: () => Stream.never,
}

const unavailable = (operation: EventStoreError.StoreUnavailable["operation"]) =>
  Effect.fail(new EventStoreError.StoreUnavailable({ operation, outcome: "notCommitted", cause: "08006" }))

/** Refuses every call. */
const closed: EventStore.EventStore["Service"] = {
  append: () => unavailable("append"),
  readStream: () => unavailable("readStream"),
  readLog: () => unavailable("readLog"),
  subscribe: () => Stream.fromEffect(unavailable("subscribe")),
}

const savesNothing: ProjectionStore.ProjectionStore["Service"] = {
  load: () => Effect.succeed(Option.none()),
  save: () => Effect.void,
  activeVersion: () => Effect.succeed(Option.none()),
  activate: () => Effect.void,
  remove: () => Effect.void,
  counters: () => Effect.succeed(new Map()),
  replaceCounters: () => Effect.void,
}

const closedProjections: ProjectionStore.ProjectionStore["Service"] = {
  load: () => unavailable("loadProjection"),
  save: () => unavailable("saveProjection"),
  activeVersion: () => unavailable("loadProjection"),
  activate: () => unavailable("saveProjection"),
  remove: () => unavailable("saveProjection"),
  counters: () => unavailable("loadProjection"),
  replaceCounters: () => unavailable("saveProjection"),
}

const booleans = [true, false]

describe("a store that does nothing satisfies no property", () => {
  const stores = [
    ["thanks and forgets", nothing],
    ["refuses every call", closed],
  ] as const
  it.live.each(stores.flatMap(([what, store]) => booleans.map((declared) => ({ what, store, declared }))))(
    "of the event store: $what, declaring $declared",
    ({ declared, store }) =>
      Effect.gen(function* () {
        const fixture = {
          layer: Layer.succeed(EventStore.EventStore, store),
          capabilities: { pushSubscription: declared, survivesRestart: declared },
        }
        const found = yield* EventStoreSuite.run(fixture, { ...impatient, patience: 20, timeout: 4_000 })
        expect(found.length).toBeGreaterThan(100)
        expect(found.flatMap(({ violation, property }) => (violation === undefined ? [property] : []))).toEqual([])
      }),
    60_000,
  )

  const projections = [
    ["thanks and forgets", savesNothing],
    ["refuses every call", closedProjections],
  ] as const
  it.live.each(projections.flatMap(([what, store]) => booleans.map((declared) => ({ what, store, declared }))))(
    "of the projection store: $what, declaring $declared",
    ({ declared, store }) =>
      Effect.gen(function* () {
        const fixture = {
          layer: () => Layer.provideMerge(Layer.succeed(ProjectionStore.ProjectionStore, store), layer),
          capabilities: { inlineProjections: declared, survivesRestart: declared },
        }
        const found = yield* ProjectionStoreSuite.run(fixture, { ...impatient, patience: 20, timeout: 4_000 })
        expect(found.length).toBeGreaterThan(18)
        expect(found.flatMap(({ violation, property }) => (violation === undefined ? [property] : []))).toEqual([])
      }),
    60_000,
  )
})
