/**
 * The conformance suite of a vault: `Vault` over the stores of an adapter, one law for each sentence of what is promised
 * of personal data.
 */
import type * as Effect from "effect/Effect"
import type { VaultFixture } from "./Fixture.ts"
import type * as Law from "./Law.ts"
import { erasing } from "./laws/vault/erasing.ts"
import { keeping, restartingVault } from "./laws/vault/keeping.ts"
import { locating } from "./laws/vault/locating.ts"
import { vaultModel } from "./laws/vault/model.ts"
import { openingValues } from "./laws/vault/opening.ts"
import { sealing } from "./laws/vault/sealing.ts"
import * as Suite from "./Suite.ts"

/** Every law that a vault is held to. */
export const laws = (fixture: VaultFixture): ReadonlyArray<Law.Law<VaultFixture>> => [
  ...sealing(fixture),
  ...openingValues(fixture),
  ...erasing(fixture),
  ...locating(fixture),
  ...keeping(fixture),
  ...restartingVault(fixture),
  ...vaultModel(fixture),
]

const suite: Suite.Suite<VaultFixture> = { name: "vault", laws }

/**
 * Registers the suite with a test runner: one test for each law.
 *
 * @example
 * ```ts
 * import type { Fixture } from "@tacet/testing"
 * import { VaultSuite } from "@tacet/testing"
 * import { describe, it } from "vitest"
 *
 * const check = (fixture: Fixture.VaultFixture) => VaultSuite.register("adapter", fixture, { describe, it })
 * ```
 */
export const register = (
  adapter: string,
  fixture: VaultFixture,
  runner: Suite.TestRunner,
  settings?: Partial<Law.Settings>,
): void => Suite.register(suite, adapter, fixture, runner, settings)

/**
 * Runs the suite without a test runner and says what became of each law.
 *
 * @example
 * ```ts
 * import type { Fixture } from "@tacet/testing"
 * import { VaultSuite } from "@tacet/testing"
 *
 * const findings = (fixture: Fixture.VaultFixture) => VaultSuite.run(fixture)
 * ```
 */
export const run = (
  fixture: VaultFixture,
  settings?: Partial<Law.Settings>,
): Effect.Effect<ReadonlyArray<Suite.Finding>> => Suite.run(laws(fixture), fixture, settings)
