/**
 * The conformance suite of a ledger of erasures.
 */
import type * as Effect from "effect/Effect"
import type { ErasureLedgerFixture } from "./Fixture.ts"
import type * as Law from "./Law.ts"
import { erasures, restartingErasures } from "./laws/vault/ledger.ts"
import * as Suite from "./Suite.ts"

/** Every law that it is held to. */
export const laws = (fixture: ErasureLedgerFixture): ReadonlyArray<Law.Law<ErasureLedgerFixture>> => [
  ...erasures,
  restartingErasures(fixture),
]

const suite: Suite.Suite<ErasureLedgerFixture> = { name: "ledger of erasures", laws }

/**
 * Registers the suite with a test runner: one test for each law.
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
  settings?: Partial<Law.Settings>,
): void => Suite.register(suite, adapter, fixture, runner, settings)

/**
 * Runs the suite without a test runner and says what became of each law.
 *
 * @example
 * ```ts
 * import type { Fixture } from "@tacet/testing"
 * import { ErasureLedgerSuite } from "@tacet/testing"
 *
 * const findings = (fixture: Fixture.ErasureLedgerFixture) => ErasureLedgerSuite.run(fixture)
 * ```
 */
export const run = (
  fixture: ErasureLedgerFixture,
  settings?: Partial<Law.Settings>,
): Effect.Effect<ReadonlyArray<Suite.Finding>> => Suite.run(laws(fixture), fixture, settings)
