/**
 * Shared by the proofs of the suites around the vault: a broken store, and the property that must catch it.
 */
import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Uuid } from "@tacet/core/eventsourcing"
import { AccessLog, ErasureLedger, KeyStore, Vault, VaultStore } from "@tacet/core/privacy"
import { VaultBackup, type VaultFixture } from "../Fixture.ts"
import type * as Property from "../Property.ts"
import * as Suite from "../Suite.ts"
import { caught, impatient } from "./brokenStore.testing.ts"

/** The ports that can be broken. */
export interface Ports {
  readonly store: VaultStore.VaultStore["Service"]
  readonly keys: KeyStore.KeyStore["Service"]
  readonly log: AccessLog.AccessLog["Service"]
  readonly ledger: ErasureLedger.ErasureLedger["Service"]
  readonly backup: VaultBackup["Service"]
}

/** Replacements of functions of the ports. */
export type Changes = { readonly [Port in keyof Ports]?: Partial<Ports[Port]> }

const declared = { capabilities: { survivesRestart: false } } as const

/** The memory, its ports changed. */
export const breakingPorts = (change: (sound: Ports) => Changes): VaultFixture => ({
  ...declared,
  stores: Layer.unwrap(
    Effect.sync(() => {
      const memory = VaultMemory.make()
      const sound = VaultMemory.layerOver(memory)
      return Layer.effectContext(
        Effect.gen(function* () {
          const ports: Ports = {
            store: yield* VaultStore.VaultStore,
            keys: yield* KeyStore.KeyStore,
            log: yield* AccessLog.AccessLog,
            ledger: yield* ErasureLedger.ErasureLedger,
            backup: {
              take: Effect.map(
                Effect.sync(() => VaultMemory.backup(memory)),
                (restore) => Effect.sync(restore),
              ),
            },
          }
          const changes = change(ports)
          return Context.make(VaultStore.VaultStore, { ...ports.store, ...changes.store }).pipe(
            Context.add(KeyStore.KeyStore, { ...ports.keys, ...changes.keys }),
            Context.add(AccessLog.AccessLog, { ...ports.log, ...changes.log }),
            Context.add(ErasureLedger.ErasureLedger, { ...ports.ledger, ...changes.ledger }),
            Context.add(VaultBackup, { ...ports.backup, ...changes.backup }),
          )
        }),
      ).pipe(Layer.provide(sound))
    }),
  ),
})

/** The memory, with a vault whose functions are changed. */
export const breakingVault = (
  change: (sound: Vault.Vault["Service"]) => Partial<Vault.Vault["Service"]>,
): VaultFixture => ({
  ...breakingPorts(() => ({})),
  vault: Layer.effect(
    Vault.Vault,
    Vault.Vault.use((vault) => Effect.sync(() => ({ ...vault, ...change(vault) }))),
  ).pipe(Layer.provide(Layer.fresh(Vault.layer))),
})

/** The memory as it is. */
export const soundVault: VaultFixture = breakingPorts(() => ({}))

/** Something with a fault, and the property made to catch it. */
export interface Broken<Fixture> {
  readonly fault: string
  readonly property: string
  readonly fixture: Fixture
}

/** Registers the proof: each is caught by the property made for it, and that property holds for the sound one. */
export const proveProperties = <Fixture>(
  what: string,
  properties: (fixture: Fixture) => ReadonlyArray<Property.Property<Fixture>>,
  sound: Fixture,
  broken: ReadonlyArray<Broken<Fixture>>,
): void => {
  // The order of ids decides the content of each page, so ids are drawn from a seed.
  const findings = (fixture: Fixture, property: string) =>
    Uuid.withSeed(
      Suite.run(
        properties(fixture).filter(({ name }) => name === property),
        fixture,
        impatient,
      ),
      property,
    )
  describe(`${what} is caught by the property made for it`, () => {
    it.live.each(broken)("$fault: $property", ({ fixture, property }) =>
      Effect.gen(function* () {
        expect(caught(yield* findings(sound, property))).toEqual([])
        expect(caught(yield* findings(fixture, property))).toEqual([property])
      }),
    )
  })
}
