/**
 * The conformance suite of the event store port: one property for each sentence of its promises.
 */
import type * as Effect from "effect/Effect"
import type { EventStoreFixture } from "./Fixture.ts"
import type * as Property from "./Property.ts"
import { atomicity } from "./properties/atomicity.ts"
import { compartments } from "./properties/compartments.ts"
import { concurrency } from "./properties/concurrency.ts"
import { conflicts } from "./properties/conflicts.ts"
import { expectations } from "./properties/expectations.ts"
import { model } from "./properties/model.ts"
import { order } from "./properties/order.ts"
import { storedAsWritten } from "./properties/payloads.ts"
import { quantity } from "./properties/quantity.ts"
import { purging } from "./properties/purge.ts"
import { reading } from "./properties/reading.ts"
import { repetition } from "./properties/repetition.ts"
import { restarting } from "./properties/restart.ts"
import { subscribing, wakingUp } from "./properties/subscribing.ts"
import { together } from "./properties/together.ts"
import * as Suite from "./Suite.ts"

/** Every property that this store is held to. */
export const properties = (fixture: EventStoreFixture): ReadonlyArray<Property.Property<EventStoreFixture>> => [
  ...order,
  ...expectations,
  ...atomicity,
  ...conflicts,
  ...repetition,
  ...purging,
  ...storedAsWritten,
  ...reading,
  ...subscribing,
  ...wakingUp(fixture),
  ...concurrency,
  ...compartments,
  ...quantity,
  ...restarting(fixture),
  ...together(fixture),
  ...model,
]

const suite: Suite.Suite<EventStoreFixture> = { name: "event store", properties }

/**
 * Registers the suite with a test runner: one test for each property.
 *
 * @example
 * ```ts
 * import { layer } from "@tacet/adapter-memory"
 * import { EventStoreSuite } from "@tacet/testing"
 * import { describe, it } from "vitest"
 *
 * EventStoreSuite.register(
 *   "adapter-memory",
 *   { layer, capabilities: { pushSubscription: true, survivesRestart: false } },
 *   { describe, it }
 * )
 * ```
 */
export const register = (
  adapter: string,
  fixture: EventStoreFixture,
  runner: Suite.TestRunner,
  settings?: Partial<Property.Settings>,
): void => Suite.register(suite, adapter, fixture, runner, settings)

/**
 * Runs the suite without a test runner and returns the result of each property.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { layer } from "@tacet/adapter-memory"
 * import { EventStoreSuite } from "@tacet/testing"
 *
 * const broken = EventStoreSuite.run({
 *   layer,
 *   capabilities: { pushSubscription: true, survivesRestart: false }
 * }).pipe(Effect.map((findings) => findings.filter((finding) => finding.violation !== undefined)))
 * ```
 */
export const run = (
  fixture: EventStoreFixture,
  settings?: Partial<Property.Settings>,
): Effect.Effect<ReadonlyArray<Suite.Finding>> => Suite.run(properties(fixture), fixture, settings)
