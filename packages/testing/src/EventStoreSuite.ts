/**
 * The conformance suite of the event store port: one law for each sentence of its promises.
 */
import type * as Effect from "effect/Effect"
import type { EventStoreFixture } from "./Fixture.ts"
import type * as Law from "./Law.ts"
import { atomicity } from "./laws/atomicity.ts"
import { compartments } from "./laws/compartments.ts"
import { concurrency } from "./laws/concurrency.ts"
import { conflicts } from "./laws/conflicts.ts"
import { expectations } from "./laws/expectations.ts"
import { model } from "./laws/model.ts"
import { order } from "./laws/order.ts"
import { storedAsWritten } from "./laws/payloads.ts"
import { purging } from "./laws/purge.ts"
import { reading } from "./laws/reading.ts"
import { repetition } from "./laws/repetition.ts"
import { restarting } from "./laws/restart.ts"
import { subscribing, wakingUp } from "./laws/subscribing.ts"
import * as Suite from "./Suite.ts"

/** Every law that this store is held to. */
export const laws = (fixture: EventStoreFixture): ReadonlyArray<Law.Law<EventStoreFixture>> => [
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
  ...restarting(fixture),
  ...model,
]

const suite: Suite.Suite<EventStoreFixture> = { name: "event store", laws }

/**
 * Registers the suite with a test runner: one test for each law.
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
  settings?: Partial<Law.Settings>,
): void => Suite.register(suite, adapter, fixture, runner, settings)

/**
 * Runs the suite without a test runner and says what became of each law.
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
 * }).pipe(Effect.map((findings) => findings.filter((finding) => finding.broken !== undefined)))
 * ```
 */
export const run = (
  fixture: EventStoreFixture,
  settings?: Partial<Law.Settings>,
): Effect.Effect<ReadonlyArray<Suite.Finding>> => Suite.run(laws(fixture), fixture, settings)
