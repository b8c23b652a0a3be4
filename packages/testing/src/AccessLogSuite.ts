/**
 * The conformance suite of an access log.
 */
import type * as Effect from "effect/Effect"
import type { AccessLogFixture } from "./Fixture.ts"
import type * as Property from "./Property.ts"
import { accesses, restartingAccesses } from "./properties/vault/accesses.ts"
import { accessesTogether } from "./properties/vault/together.ts"
import * as Suite from "./Suite.ts"

/** Every property that it is held to. */
export const properties = (fixture: AccessLogFixture): ReadonlyArray<Property.Property<AccessLogFixture>> => [
  ...accesses,
  restartingAccesses(fixture),
  ...accessesTogether(fixture),
]

const suite: Suite.Suite<AccessLogFixture> = { name: "access log", properties }

/**
 * Registers the suite with a test runner: one test for each property.
 *
 * @example
 * ```ts
 * import * as Layer from "effect/Layer"
 * import { VaultMemory } from "@tacet/adapter-memory"
 * import { AccessLogSuite } from "@tacet/testing"
 * import { describe, it } from "vitest"
 *
 * AccessLogSuite.register(
 *   "adapter-memory",
 *   {
 *     layer: Layer.suspend(() => VaultMemory.layerOver(VaultMemory.make())),
 *     capabilities: { survivesRestart: false },
 *   },
 *   { describe, it },
 * )
 * ```
 */
export const register = (
  adapter: string,
  fixture: AccessLogFixture,
  runner: Suite.TestRunner,
  settings?: Partial<Property.Settings>,
): void => Suite.register(suite, adapter, fixture, runner, settings)

/**
 * Runs the suite without a test runner and returns the result of each property.
 */
export const run = (
  fixture: AccessLogFixture,
  settings?: Partial<Property.Settings>,
): Effect.Effect<ReadonlyArray<Suite.Finding>> => Suite.run(properties(fixture), fixture, settings)
