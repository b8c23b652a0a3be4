/**
 * Proof of the suites around the vault: stores that are right alone, and wrong where two layers share a place.
 */
import { VaultMemory } from "@tacet/adapter-memory"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { AccessLog, ErasureLedger, KeyStore, Vault, VaultStore } from "@tacet/core/privacy"
import * as AccessLogSuite from "../AccessLogSuite.ts"
import * as ErasureLedgerSuite from "../ErasureLedgerSuite.ts"
import {
  type AccessLogFixture,
  type ErasureLedgerFixture,
  type KeyStoreFixture,
  VaultBackup,
  type VaultFixture,
} from "../Fixture.ts"
import { keysInMemory } from "../keysInMemory.ts"
import * as KeyStoreSuite from "../KeyStoreSuite.ts"
import * as VaultSuite from "../VaultSuite.ts"
import type * as Property from "../Property.ts"
import { type Broken, proveProperties } from "./brokenVault.testing.ts"

const capabilities = { survivesRestart: true } as const

/** A place that outlives layers: each fixture below has one, over which each layer makes a store of its own. */
const aPlace = () => Effect.runSync(Effect.scoped(Layer.build(VaultMemory.layerOver(VaultMemory.make()))))

/** Proves each beside a sound one of a place of its own: the ids of a property are the same each time. */
const prove = <Fixture>(
  what: string,
  properties: (fixture: Fixture) => ReadonlyArray<Property.Property<Fixture>>,
  sound: () => Fixture,
  broken: ReadonlyArray<Broken<Fixture>>,
): void => {
  for (const one of broken) proveProperties(what, properties, sound(), [one])
}

type Log = AccessLog.AccessLog["Service"]

const accessLog = (make: (sound: Log) => Log): AccessLogFixture => {
  const sound = Context.get(aPlace(), AccessLog.AccessLog)
  return { capabilities, layer: Layer.sync(AccessLog.AccessLog, () => make(sound)) }
}

prove("an access log", AccessLogSuite.properties, () => accessLog((sound) => sound), [
  {
    fault: "reads its own records first",
    property: "two layers that record by turns keep one log, in the order of the records",
    fixture: accessLog((sound) => {
      const own = new Set<number>()
      return {
        record: (record) => Effect.tap(sound.record(record), () => Effect.sync(() => own.add(record.at))),
        read: (customer, page) =>
          Effect.map(sound.read(customer, page), (records) =>
            records.toSorted((one, other) => Number(own.has(other.at)) - Number(own.has(one.at))),
          ),
      }
    }),
  },
])

type Ledger = ErasureLedger.ErasureLedger["Service"]

const ledger = (make: (sound: Ledger) => Ledger): ErasureLedgerFixture => {
  const sound = Context.get(aPlace(), ErasureLedger.ErasureLedger)
  return { capabilities, layer: Layer.sync(ErasureLedger.ErasureLedger, () => make(sound)) }
}

prove("a ledger", ErasureLedgerSuite.properties, () => ledger((sound) => sound), [
  {
    fault: "knows the fingerprints that it has recorded itself",
    property:
      "two layers that record by turns keep one ledger, and the first entry of a fingerprint whoever has recorded it",
    fixture: ledger((sound) => {
      const own = new Map<string, ErasureLedger.LedgerEntry>()
      return {
        ...sound,
        record: (customer, entry) =>
          Effect.tap(sound.record(customer, entry), () =>
            Effect.sync(() => void (own.has(entry.fingerprint) || own.set(entry.fingerprint, entry))),
          ),
        find: (customer, fingerprint) =>
          Effect.map(sound.find(customer, fingerprint), (found) =>
            Option.orElse(Option.fromNullishOr(own.get(fingerprint)), () => found),
          ),
      }
    }),
  },
])

const keyStore = (make: (sound: KeyStore.KeyMaterial) => KeyStore.KeyMaterial): KeyStoreFixture => {
  const sound = keysInMemory()
  return { capabilities, layer: Layer.sync(KeyStore.KeyStore, () => KeyStore.fromMaterial(make(sound))) }
}

const keysOfTwo = "two layers use the keys that either has made, and none that either has destroyed"

prove("a key store", KeyStoreSuite.properties, () => keyStore((sound) => sound), [
  {
    fault: "remembers the keys that it has loaded",
    property: keysOfTwo,
    fixture: keyStore((sound) => {
      const known = new Map<string, KeyStore.CustomerKeys>()
      const remember = (customer: string) => (keys: KeyStore.CustomerKeys) =>
        Effect.sync(() => void known.set(customer, keys))
      return {
        load: (customer) =>
          Effect.suspend(() => {
            const keys = known.get(customer)
            return keys === undefined ? Effect.tap(sound.load(customer), remember(customer)) : Effect.succeed(keys)
          }),
        change: (customer, next) => Effect.tap(sound.change(customer, next), remember(customer)),
      }
    }),
  },
  {
    fault: "changes the keys that it has loaded before",
    property: keysOfTwo,
    fixture: keyStore((sound) => {
      const known = new Map<string, KeyStore.CustomerKeys>()
      return {
        load: (customer) =>
          Effect.tap(sound.load(customer), (keys) =>
            Effect.sync(() => void (known.has(customer) || known.set(customer, keys))),
          ),
        change: (customer, next) => sound.change(customer, (keys) => next(known.get(customer) ?? keys)),
      }
    }),
  },
])

type Store = VaultStore.VaultStore["Service"]

const vault = (make: (sound: Store) => Store): VaultFixture => {
  const place = aPlace()
  const sound = Context.get(place, VaultStore.VaultStore)
  const nothing = { take: Effect.succeed(Effect.void) }
  return {
    capabilities,
    stores: Layer.syncContext(() =>
      place.pipe(Context.add(VaultStore.VaultStore, make(sound)), Context.add(VaultBackup, nothing)),
    ),
  }
}

prove("a vault", VaultSuite.properties, () => vault((sound) => sound), [
  {
    fault: "looks at a keyring that it has read before it puts rows",
    property: "two layers change one keyring by turns, and the fence of either refuses the rows of the other",
    fixture: vault((sound) => {
      const open = new Set<string>()
      return {
        ...sound,
        put: (customer, subject, rows) =>
          sound.put(customer, subject, rows).pipe(
            Effect.tap(() => Effect.sync(() => open.add(subject))),
            Effect.catchTag("SubjectErased", (erased) => (open.has(subject) ? Effect.void : Effect.fail(erased))),
          ),
      }
    }),
  },
  {
    fault: "remembers the values that it has opened",
    property: "two layers open what either has sealed, and neither keeps or opens what the other has erased",
    fixture: {
      ...vault((sound) => sound),
      vault: Layer.effect(
        Vault.Vault,
        Vault.Vault.use((sound) =>
          Effect.sync(() => {
            const known = new Map<string, Vault.Opened>()
            return {
              ...sound,
              open: (request) =>
                Effect.suspend(() => {
                  const { reference } = request.sealed
                  const opened = known.get(reference)
                  return opened === undefined
                    ? Effect.tap(sound.open(request), (read) => Effect.sync(() => known.set(reference, read)))
                    : Effect.succeed(opened)
                }),
            }
          }),
        ),
      ).pipe(Layer.provide(Layer.fresh(Vault.layer))),
    },
  },
])
