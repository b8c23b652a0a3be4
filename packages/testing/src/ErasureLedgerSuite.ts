/**
 * The conformance suite of a ledger of erasures.
 */
import type * as Effect from "effect/Effect"
import type { ErasureLedgerFixture } from "./Fixture.ts"
import type * as Property from "./Property.ts"
import { erasures, restartingErasures } from "./properties/vault/ledger.ts"
import { erasuresTogether } from "./properties/vault/together.ts"
import * as Suite from "./Suite.ts"

/** Every property that it is held to. */
export const properties = (fixture: ErasureLedgerFixture): ReadonlyArray<Property.Property<ErasureLedgerFixture>> => [
  ...erasures,
  restartingErasures(fixture),
  ...erasuresTogether(fixture),
]

const suite: Suite.Suite<ErasureLedgerFixture> = { name: "ledger of erasures", properties }

/**
 * Registers the suite with a test runner: one test for each property.
 *
 * @example
 * ```ts
 * import * as Layer from "effect/Layer"
 * import { VaultMemory } from "@tacet/adapter-memory"
 * import { ErasureLedgerSuite } from "@tacet/testing"
 * import { describe, it } from "vitest"
 *
 * ErasureLedgerSuite.register(
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
  fixture: ErasureLedgerFixture,
  runner: Suite.TestRunner,
  settings?: Partial<Property.Settings>,
): void => Suite.register(suite, adapter, fixture, runner, settings)

/**
 * Runs the suite without a test runner and returns the result of each property.
 */
export const run = (
  fixture: ErasureLedgerFixture,
  settings?: Partial<Property.Settings>,
): Effect.Effect<ReadonlyArray<Suite.Finding>> => Suite.run(properties(fixture), fixture, settings)
