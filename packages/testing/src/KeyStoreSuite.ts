/**
 * The conformance suite of a key store.
 */
import type * as Effect from "effect/Effect"
import type { KeyStoreFixture } from "./Fixture.ts"
import type * as Property from "./Property.ts"
import { changing, restartingKeys, tokens, wrapping } from "./properties/vault/keys.ts"
import { keysTogether } from "./properties/vault/together.ts"
import * as Suite from "./Suite.ts"

/** Every property that it is held to. */
export const properties = (fixture: KeyStoreFixture): ReadonlyArray<Property.Property<KeyStoreFixture>> => [
  ...wrapping,
  ...changing,
  ...tokens,
  restartingKeys(fixture),
  ...keysTogether(fixture),
]

const suite: Suite.Suite<KeyStoreFixture> = { name: "key store", properties }

/**
 * Registers the suite with a test runner: one test for each property.
 *
 * @example
 * ```ts
 * import * as Layer from "effect/Layer"
 * import { VaultMemory } from "@tacet/adapter-memory"
 * import { KeyStoreSuite } from "@tacet/testing"
 * import { describe, it } from "vitest"
 *
 * KeyStoreSuite.register(
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
  fixture: KeyStoreFixture,
  runner: Suite.TestRunner,
  settings?: Partial<Property.Settings>,
): void => Suite.register(suite, adapter, fixture, runner, settings)

/**
 * Runs the suite without a test runner and returns the result of each property.
 */
export const run = (
  fixture: KeyStoreFixture,
  settings?: Partial<Property.Settings>,
): Effect.Effect<ReadonlyArray<Suite.Finding>> => Suite.run(properties(fixture), fixture, settings)
