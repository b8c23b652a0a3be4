/**
 * What the proofs of the suites have in common: a broken store, and the law that was made to catch it.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventStore } from "../../eventsourcing/EventStore.ts"
import * as EventStoreSuite from "../EventStoreSuite.ts"
import type { EventStoreFixture } from "../Fixture.ts"
import type { Finding } from "../Suite.ts"
import * as Suite from "../Suite.ts"

/** A store with one fault. */
export interface BrokenStore {
  /** What it does wrong. */
  readonly fault: string
  /** The law made to catch it. */
  readonly law: string
  readonly fixture: EventStoreFixture
  /** Whether one caller alone can notice, so that the law of the model must notice as well. */
  readonly alone: boolean
}

/** What the stores that are broken declare; what they are held to. */
export const capabilities: EventStoreFixture["capabilities"] = { pushSubscription: true, survivesRestart: false }

/** A fixture over a sound store, one of its functions replaced. */
export const breaking = (
  sound: Layer.Layer<EventStore>,
  change: (sound: EventStore["Service"]) => Partial<EventStore["Service"]>,
): EventStoreFixture => ({
  layer: Layer.effect(
    EventStore,
    EventStore.use((store) => Effect.sync(() => ({ ...store, ...change(store) }))),
  ).pipe(Layer.provide(sound)),
  capabilities,
})

/** Impatient: what does not come at once does not come. */
export const impatient = { patience: 250, timeout: 8_000, runs: 200 }

/** Runs one law, or the whole suite. */
export const findings = (
  fixture: EventStoreFixture,
  law?: string,
): Effect.Effect<ReadonlyArray<Finding>> =>
  Suite.run(
    EventStoreSuite.laws(fixture).filter(({ name }) => law === undefined || name === law),
    fixture,
    impatient,
  )

/** The laws that were found broken by what a store answered; a store that hangs or dies proves nothing. */
export const caught = (found: ReadonlyArray<Finding>): ReadonlyArray<string> =>
  found.flatMap(({ broken, law }) => {
    if (broken === undefined) return []
    const proves = !broken.seen.startsWith("a defect") && !broken.seen.includes("something hangs")
    return [proves ? law : broken.message]
  })
