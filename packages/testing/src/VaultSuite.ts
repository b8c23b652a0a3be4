/**
 * The conformance suite of a vault: `Vault` over the stores of an adapter, one property for each sentence that the port
 * promises of personal data.
 */
import type * as Effect from "effect/Effect"
import type { VaultFixture } from "./Fixture.ts"
import type * as Property from "./Property.ts"
import { erasing } from "./properties/vault/erasing.ts"
import { keeping, restartingVault } from "./properties/vault/keeping.ts"
import { locating } from "./properties/vault/locating.ts"
import { vaultModel } from "./properties/vault/model.ts"
import { openingValues } from "./properties/vault/opening.ts"
import { vaultQuantity } from "./properties/vault/quantity.ts"
import { sealing } from "./properties/vault/sealing.ts"
import { vaultsTogether } from "./properties/vault/together.ts"
import { wrongKeys } from "./properties/vault/wrongKeys.ts"
import * as Suite from "./Suite.ts"

/** Every property that a vault is held to. */
export const properties = (fixture: VaultFixture): ReadonlyArray<Property.Property<VaultFixture>> => [
  ...sealing(fixture),
  ...openingValues(fixture),
  ...erasing(fixture),
  ...locating(fixture),
  ...keeping(fixture),
  ...wrongKeys(fixture),
  ...restartingVault(fixture),
  ...vaultsTogether(fixture),
  ...vaultQuantity(fixture),
  ...vaultModel(fixture),
]

const suite: Suite.Suite<VaultFixture> = { name: "vault", properties }

/**
 * Registers the suite with a test runner: one test for each property.
 */
export const register = (
  adapter: string,
  fixture: VaultFixture,
  runner: Suite.TestRunner,
  settings?: Partial<Property.Settings>,
): void => Suite.register(suite, adapter, fixture, runner, settings)

/**
 * Runs the suite without a test runner and returns the result of each property.
 */
export const run = (
  fixture: VaultFixture,
  settings?: Partial<Property.Settings>,
): Effect.Effect<ReadonlyArray<Suite.Finding>> => Suite.run(properties(fixture), fixture, settings)
