/**
 * The conformance suite of a key store.
 */
import type * as Effect from "effect/Effect"
import type { KeyStoreFixture } from "./Fixture.ts"
import type * as Law from "./Law.ts"
import { changing, restartingKeys, tokens, wrapping } from "./laws/vault/keys.ts"
import * as Suite from "./Suite.ts"

/** Every law that it is held to. */
export const laws = (fixture: KeyStoreFixture): ReadonlyArray<Law.Law<KeyStoreFixture>> => [
  ...wrapping,
  ...changing,
  ...tokens,
  restartingKeys(fixture),
]

const suite: Suite.Suite<KeyStoreFixture> = { name: "key store", laws }

/**
 * Registers the suite with a test runner: one test for each law.
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
  settings?: Partial<Law.Settings>,
): void => Suite.register(suite, adapter, fixture, runner, settings)

/**
 * Runs the suite without a test runner and says what became of each law.
 *
 * @example
 * ```ts
 * import type { Fixture } from "@tacet/testing"
 * import { KeyStoreSuite } from "@tacet/testing"
 *
 * const findings = (fixture: Fixture.KeyStoreFixture) => KeyStoreSuite.run(fixture)
 * ```
 */
export const run = (
  fixture: KeyStoreFixture,
  settings?: Partial<Law.Settings>,
): Effect.Effect<ReadonlyArray<Suite.Finding>> => Suite.run(laws(fixture), fixture, settings)
