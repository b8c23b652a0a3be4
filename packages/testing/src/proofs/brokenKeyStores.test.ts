/**
 * Proof of the suites of key stores and access logs.
 */
import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { CustomerId, Uuid } from "@tacet/core/eventsourcing"
import { AccessLog, type AssociatedData, Encryption, KeyStore, type Subject } from "@tacet/core/privacy"
import * as AccessLogSuite from "../AccessLogSuite.ts"
import type { AccessLogFixture, KeyStoreFixture } from "../Fixture.ts"
import * as KeyStoreSuite from "../KeyStoreSuite.ts"
import * as Suite from "../Suite.ts"
import { impatient } from "./brokenStore.testing.ts"
import { type Broken, proveProperties } from "./brokenVault.testing.ts"

const memory = Layer.suspend(() => VaultMemory.layerOver(VaultMemory.make()))
const capabilities = { survivesRestart: false } as const

const keyStore = (
  change: (sound: KeyStore.KeyStore["Service"]) => Partial<KeyStore.KeyStore["Service"]>,
): KeyStoreFixture => ({
  capabilities,
  layer: Layer.effect(
    KeyStore.KeyStore,
    KeyStore.KeyStore.use((store) => Effect.sync(() => ({ ...store, ...change(store) }))),
  ).pipe(Layer.provide(memory)),
})

const accessLog = (
  change: (sound: AccessLog.AccessLog["Service"]) => Partial<AccessLog.AccessLog["Service"]>,
): AccessLogFixture => ({
  capabilities,
  layer: Layer.effect(
    AccessLog.AccessLog,
    AccessLog.AccessLog.use((log) => Effect.sync(() => ({ ...log, ...change(log) }))),
  ).pipe(Layer.provide(memory)),
})

const one = "00000000-0000-4000-8000-000000000000" as CustomerId.CustomerId

/** Keys are read, changed and written back in two steps, with time between. */
const losingRaces = (): KeyStoreFixture => ({
  capabilities,
  layer: Layer.effect(
    KeyStore.KeyStore,
    Effect.sync(() => {
      const kept = new Map<CustomerId.CustomerId, KeyStore.CustomerKeys>()
      return KeyStore.fromMaterial({
        load: (customer) => Effect.sync(() => kept.get(customer) ?? KeyStore.noKeys),
        change: (customer, next) =>
          Effect.gen(function* () {
            const changed = next(kept.get(customer) ?? KeyStore.noKeys)
            yield* Effect.yieldNow
            kept.set(customer, changed)
            return changed
          }),
      })
    }),
  ),
})

const brokenKeyStores: ReadonlyArray<Broken<KeyStoreFixture>> = [
  {
    fault: "does not wrap",
    property: "a wrapped key unwraps in its own context only, and is not stored in the clear",
    fixture: keyStore((store) => ({
      wrap: (place, dataKey) => Effect.map(store.wrap(place, dataKey), (made) => ({ ...made, wrapped: dataKey })),
      unwrap: (_, { wrapped }) => Effect.succeed(wrapped),
    })),
  },
  {
    fault: "forgets the place of a key",
    property: "a wrapped key unwraps for no other Customer, subject, category or key id, and not once it was changed",
    fixture: keyStore((store) => {
      const nowhere = (place: AssociatedData.KeyPlace): AssociatedData.KeyPlace => ({
        ...place,
        subject: one as Uuid.Uuid as Subject.SubjectId,
        category: "name",
        keyId: one,
      })
      return {
        wrap: (place, dataKey) => store.wrap(nowhere(place), dataKey),
        unwrap: (place, wrapped) => store.unwrap(nowhere(place), wrapped),
      }
    }),
  },
  {
    fault: "makes a key where one is missing",
    property: "a key that is not there is not made in its place",
    fixture: keyStore((store) => ({
      unwrap: (place, wrapped) =>
        Effect.tapError(store.unwrap(place, wrapped), () => Effect.ignore(store.rotate(place.customer))),
    })),
  },
  {
    fault: "says that every Customer has keys",
    property: "which keys a Customer has is told, and none is made by asking",
    fixture: keyStore(() => ({ made: () => Effect.succeed({ wrapping: true, fingerprint: true }) })),
  },
  {
    fault: "makes the keys that it is asked for",
    property: "which keys a Customer has is told, and none is made by asking",
    fixture: keyStore((store) => ({
      made: (customer) => Effect.tap(store.made(customer), () => store.rotate(customer)),
    })),
  },
  {
    fault: "loses a first key to another one",
    property: "of several that wrap a Customer's first keys at once, all unwrap",
    fixture: losingRaces(),
  },
  {
    fault: "loses a first token key to another one",
    property: "of several that ask for a first token or fingerprint at once, all get the same",
    fixture: losingRaces(),
  },
  {
    fault: "retires keys at once",
    property: "a new current key wraps new keys, and the previous one unwraps until it is retired",
    fixture: keyStore((store) => ({
      rotate: (customer) => Effect.tap(store.rotate(customer), () => store.retire(customer, Infinity)),
    })),
  },
  {
    fault: "never retires a key",
    property: "a new current key wraps new keys, and the previous one unwraps until it is retired",
    fixture: keyStore(() => ({ retire: () => Effect.void })),
  },
  {
    fault: "closes periods of all Customers",
    property: "what one Customer changes is nothing to another",
    fixture: keyStore((store) => ({
      token: (_, period, message) => store.token(one, period, message),
      closePeriod: (_, period) => store.closePeriod(one, period),
    })),
  },
  {
    fault: "hashes without a key",
    property: "a token is the same for the same Customer, period and message, and for nothing else",
    fixture: keyStore(() => ({
      token: (_, __, message) =>
        Effect.promise(async () => new Uint8Array(await crypto.subtle.digest("SHA-256", message.slice()))),
    })),
  },
  {
    fault: "opens a closed period again",
    property: "the periods that have a key are listed in order, and a closed period stays closed",
    fixture: keyStore((store) => ({
      token: (customer, period, message) =>
        Effect.catchTag(store.token(customer, period, message), "PeriodClosed", () =>
          store.token(customer, `${period} again`, message),
        ),
    })),
  },
  {
    fault: "takes the id for a fingerprint",
    property: "a fingerprint identifies one subject of one Customer, whichever keys change",
    fixture: keyStore(() => ({ fingerprint: (customer, subject) => Effect.succeed(`${customer} ${subject}`) })),
  },
]

proveProperties(
  "a key store that does wrong",
  KeyStoreSuite.properties,
  keyStore(() => ({})),
  brokenKeyStores,
)

/** Keeps one list by its own rules. */
const listing = (
  record: (
    list: ReadonlyArray<AccessLog.AccessRecord>,
    next: AccessLog.AccessRecord,
  ) => ReadonlyArray<AccessLog.AccessRecord>,
): AccessLogFixture =>
  accessLog(() => {
    let list: ReadonlyArray<AccessLog.AccessRecord> = []
    return {
      record: (next) =>
        Effect.gen(function* () {
          const before = list
          yield* Effect.yieldNow
          list = record(before, next)
        }),
      read: (customer, { after, limit }) =>
        Effect.sync(() => list.filter((kept) => kept.customer === customer).slice(after, after + limit)),
    }
  })

const brokenLogs: ReadonlyArray<Broken<AccessLogFixture>> = [
  {
    fault: "keeps no matter",
    property: "a record is kept with every field",
    fixture: accessLog((log) => ({ record: (record) => log.record({ ...record, matter: undefined }) })),
  },
  {
    fault: "sorts records by their time",
    property: "records are read in the order in which they were kept, page by page",
    fixture: listing((list, next) => [...list, next].sort((one, other) => one.at - other.at)),
  },
  {
    fault: "keeps the same access once",
    property: "the same access again is another record",
    fixture: listing((list, next) => [...list.filter(({ at }) => at !== next.at), next]),
  },
  {
    fault: "answers every Customer with everything",
    property: "a Customer reads its own records alone",
    fixture: accessLog((log) => ({
      record: (record) => log.record({ ...record, customer: one }),
      read: (_, page) => log.read(one, page),
    })),
  },
  {
    fault: "loses records that come at once",
    property: "of records that are kept at once, none is lost",
    fixture: listing((list, next) => [...list, next]),
  },
]

proveProperties(
  "an access log that does wrong",
  AccessLogSuite.properties,
  accessLog(() => ({})),
  brokenLogs,
)

const noKeyStore = keyStore(() => ({
  wrap: () => Effect.succeed({ wrappingKey: one, wrapped: new Uint8Array(60) }),
  unwrap: () => Effect.succeed(new Uint8Array(32)),
  rotate: () => Effect.succeed(one),
  current: () => Effect.succeed(one),
  retire: () => Effect.void,
  token: () => Effect.succeed(Encryption.bytesOf("")),
  periods: () => Effect.succeed([]),
  closePeriod: () => Effect.void,
  fingerprint: () => Effect.succeed(""),
  made: () => Effect.succeed({ wrapping: false, fingerprint: false }),
}))

const noLog = accessLog(() => ({ record: () => Effect.void, read: () => Effect.succeed([]) }))

describe("one that does nothing satisfies no property", () => {
  it.live("of a key store", () =>
    Effect.gen(function* () {
      const findings = yield* Suite.run(KeyStoreSuite.properties(noKeyStore), noKeyStore, impatient)
      expect(findings.filter(({ violation }) => violation === undefined).map(({ property }) => property)).toEqual([])
    }),
  )
  it.live("of an access log", () =>
    Effect.gen(function* () {
      const findings = yield* Suite.run(AccessLogSuite.properties(noLog), noLog, impatient)
      expect(findings.filter(({ violation }) => violation === undefined).map(({ property }) => property)).toEqual([])
    }),
  )
})
