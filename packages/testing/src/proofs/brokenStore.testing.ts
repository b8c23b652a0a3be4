/**
 * Shared by the proofs of the event store suite: a broken store, and the property that must catch it.
 */
import { layer } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Commit, type EventEnvelope, EventStore } from "@tacet/core/eventsourcing"
import * as EventStoreSuite from "../EventStoreSuite.ts"
import type { EventStoreFixture } from "../Fixture.ts"
import * as ModelStore from "../ModelStore.ts"
import * as Suite from "../Suite.ts"

export type Store = EventStore.EventStore["Service"]

/** A store with one fault. */
export interface BrokenStore {
  /** The fault of the store. */
  readonly fault: string
  /** The property made to catch it. */
  readonly property: string
  readonly fixture: EventStoreFixture
  /** Whether one caller alone can notice, so that the property of the model must notice as well. */
  readonly alone: boolean
}

/** The declared capabilities of the broken stores, by which they are checked. */
const capabilities: EventStoreFixture["capabilities"] = { pushSubscription: true, survivesRestart: false }

/** Over the memory, some of its functions replaced. */
export const breaking = (change: (sound: Store) => Partial<Store>): EventStoreFixture => ({
  layer: Layer.effect(
    EventStore.EventStore,
    EventStore.EventStore.use((store) => Effect.sync(() => ({ ...store, ...change(store) }))),
  ).pipe(Layer.provide(layer)),
  capabilities,
})

/** Over the memory, with another `append`. */
export const appending = (append: (store: Store) => Store["append"]): EventStoreFixture =>
  breaking((store) => ({ append: append(store) }))

/** Over the memory, with each commit changed before it is appended. */
export const changing = (change: (commit: Commit.Commit) => Commit.Commit): EventStoreFixture =>
  appending((store) => (commit) => store.append(change(commit)))

/** Over the memory, with each event changed before it is appended. */
export const writingEvents = (change: (event: EventEnvelope.NewEvent) => EventEnvelope.NewEvent): EventStoreFixture =>
  changing((commit) => ({
    ...commit,
    writes: commit.writes.map((write) => ({ ...write, events: write.events.map(change) })),
  }))

/** Over the memory, with each event changed as it is read. */
export const readingEvents = (
  change: (event: EventEnvelope.RecordedEvent) => EventEnvelope.RecordedEvent,
): EventStoreFixture =>
  breaking((store) => ({
    readStream: (...args) =>
      Effect.map(store.readStream(...args), (page) => ({ ...page, events: page.events.map(change) })),
    readLog: (...args) =>
      Effect.map(store.readLog(...args), (chunk) => ({ ...chunk, events: chunk.events.map(change) })),
  }))

/** Over the memory, with every chunk changed; subscribers are given the changed chunks as well. */
export const changingChunks = (
  change: (chunk: EventStore.LogChunk, range: EventStore.LogRange) => EventStore.LogChunk,
): EventStoreFixture =>
  breaking((store) => {
    const readLog: Store["readLog"] = (customer, range = {}) =>
      Effect.map(store.readLog(customer, range), (chunk) => change(chunk, range))
    return { readLog, subscribe: EventStore.subscribeBy(readLog, () => Effect.sleep(1)) }
  })

/** Over the memory, with another `subscribe`. */
export const subscribing = (subscribe: (store: Store) => Store["subscribe"]): EventStoreFixture =>
  breaking((store) => ({ subscribe: subscribe(store) }))

/** Over the reference model. */
export const modelled = (options: ModelStore.Options): EventStoreFixture => ({
  layer: Layer.sync(EventStore.EventStore, () => ModelStore.make(options)),
  capabilities,
})

/** Over the reference model, with another way to carry out commits. */
export const answering = (append: NonNullable<ModelStore.Options["append"]>): EventStoreFixture => modelled({ append })

/** Impatient: what does not come at once does not come. */
export const impatient = { patience: 250, timeout: 8_000, runs: 120 }

/** The properties that a store's answers violated; a store that hangs or crashes proves nothing. */
export const caught = (found: ReadonlyArray<Suite.Finding>): ReadonlyArray<string> =>
  found.flatMap(({ violation, property }) => {
    if (violation === undefined) return []
    const proves = !violation.seen.startsWith("a defect") && !violation.seen.includes("something hangs")
    return [proves ? property : violation.message]
  })

/** Registers the proof: each store is caught by its property, and by the property of the model where one caller can notice. */
export const prove = (what: string, broken: ReadonlyArray<BrokenStore>): void => {
  const findings = (fixture: EventStoreFixture, property: string) =>
    Suite.run(
      EventStoreSuite.properties(fixture).filter(({ name }) => name === property),
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
  const alone = broken.filter((store) => store.alone)
  if (alone.length === 0) return
  describe("a fault that one caller alone can notice is found by the property of the model as well", () => {
    const property = "any history of operations is answered as the reference model answers it"
    it.live.each(alone)("$fault", ({ fixture }) =>
      Effect.gen(function* () {
        expect(caught(yield* findings(fixture, property))).toEqual([property])
      }),
    )
  })
}
