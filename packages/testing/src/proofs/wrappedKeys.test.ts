/**
 * A key store over a key management service: the suite of key stores, how often the service is asked, and what its failures do.
 */
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import type { CustomerId, Uuid } from "@tacet/core/eventsourcing"
import { type AssociatedData, Encryption, KeyStore, KeyWrapping, type Subject } from "@tacet/core/privacy"
import * as KeyStoreSuite from "../KeyStoreSuite.ts"
import { keysInMemory } from "../keysInMemory.ts"
import * as Wrapping from "../wrapping.testing.ts"

const minute = 60_000

const customer = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}` as CustomerId.CustomerId

const placeOf = (of: CustomerId.CustomerId): AssociatedData.KeyPlace => ({
  customer: of,
  subject: customer(999) as Uuid.Uuid as Subject.SubjectId,
  category: "freeText",
  keyId: customer(998),
})

const dataKey = new Uint8Array(Encryption.keyLength).fill(7)

KeyStoreSuite.register(
  "keys that a service wraps",
  {
    layer: Layer.sync(KeyStore.KeyStore, () => KeyStore.fromWrapped(Wrapping.service(), keysInMemory())),
    capabilities: { survivesRestart: false },
  },
  { describe, it },
)

describe("keys that a service wraps", () => {
  const scene = (limits?: Parameters<typeof KeyStore.fromWrapped>[2]) => {
    const kept = new Map<CustomerId.CustomerId, KeyStore.CustomerKeys>()
    const service = Wrapping.service()
    const start = () => KeyStore.fromWrapped(service, keysInMemory(kept), limits)
    return { kept, service, start, store: start() }
  }
  const wrapping = (store: KeyStore.KeyStore["Service"], n = 1) => store.wrap(placeOf(customer(n)), dataKey)

  it.effect(
    "asks the service once for thousands of operations, also when started again and asked by many at once",
    () =>
      Effect.gen(function* () {
        const { service, start, store } = scene()
        const wrapped = yield* wrapping(store)
        const operations = (on: KeyStore.KeyStore["Service"]) =>
          Effect.all(
            [
              on.unwrap(placeOf(customer(1)), wrapped),
              on.token(customer(1), "2026-01", dataKey),
              on.fingerprint(customer(1), placeOf(customer(1)).subject),
            ],
            { concurrency: "unbounded" },
          )
        yield* Effect.repeat(operations(store), { times: 400 })
        // The first key is wrapped, and unwrapped once to see that it can be.
        expect(service.calls).toBe(2)
        const again = start()
        const answers = yield* Effect.all(
          Array.from({ length: 400 }, () => operations(again)),
          { concurrency: "unbounded" },
        )
        expect(
          new Set(
            answers.map((answer) =>
              answer.map((part) => (typeof part === "string" ? part : Encryption.hexadecimalOf(part))).join(" "),
            ),
          ).size,
        ).toBe(1)
        expect(answers[0]![0]).toEqual(dataKey)
        expect(service.calls).toBe(3)
      }),
  )

  it.effect("keeps no key in the clear, and binds each to its Customer and its role", () =>
    Effect.gen(function* () {
      const { kept, start, store } = scene()
      yield* wrapping(store, 1)
      yield* wrapping(store, 2)
      yield* store.token(customer(1), "2026-01", dataKey)
      const [one, other] = [kept.get(customer(1))!, kept.get(customer(2))!]
      expect(one.wrapping[0]!.bytes.length).toBeGreaterThan(2 * Encryption.keyLength)
      const moved: ReadonlyArray<KeyStore.CustomerKeys> = [
        { ...one, wrapping: other.wrapping },
        { ...one, fingerprint: one.periods.get("2026-01") },
        { ...one, periods: new Map([["2026-02", one.periods.get("2026-01")]]) },
        { ...one, fingerprint: dataKey },
      ]
      for (const keys of moved) {
        kept.set(customer(1), keys)
        expect((yield* Effect.flip(wrapping(start()))).message).toContain("Restore the key store")
      }
    }),
  )

  it.effect("survives an outage that is shorter than the age of its keys, fails after that, and works again", () =>
    Effect.gen(function* () {
      const { service, store } = scene({ age: 15 * minute })
      const wrapped = yield* wrapping(store)
      for (const reason of ["unavailable", "throttled"] as const) {
        service.outOfOrder = reason
        yield* TestClock.adjust(14 * minute)
        expect(yield* store.unwrap(placeOf(customer(1)), wrapped)).toEqual(dataKey)
        yield* TestClock.adjust(46 * minute)
        const failure = yield* Effect.flip(store.unwrap(placeOf(customer(1)), wrapped))
        expect(failure).toMatchObject({ _tag: "VaultUnavailable", cause: `key management service ${reason}` })
        expect(failure.message).toContain("Ask again later")
        expect((yield* Effect.flip(wrapping(store, 2)))._tag).toBe("VaultUnavailable")
        service.outOfOrder = undefined
        expect(yield* store.unwrap(placeOf(customer(1)), wrapped)).toEqual(dataKey)
      }
    }),
  )

  // Planted and found: a wrapped key that is stored unseen; one whose length does not fit into the head of a stored key.
  it.effect.each([
    ["unwraps another key", { unwrap: () => Effect.succeed(new Uint8Array(Encryption.keyLength)) }],
    ["unwraps none", { unwrap: () => Effect.fail(new KeyWrapping.KeyWrappingError({ reason: "notAuthentic" })) }],
    [
      "wraps into too many bytes",
      { wrap: () => Effect.succeed(new Uint8Array(65_536)), unwrap: () => Effect.succeed(dataKey) },
    ],
  ] satisfies ReadonlyArray<[string, Partial<KeyWrapping.KeyWrapping>]>)(
    "stores nothing where the service %s",
    ([, faulty]) =>
      Effect.gen(function* () {
        const kept = new Map<CustomerId.CustomerId, KeyStore.CustomerKeys>()
        const store = KeyStore.fromWrapped({ ...Wrapping.service(), ...faulty }, keysInMemory(kept))
        expect((yield* Effect.flip(wrapping(store))).message).toContain("no key is made in its place")
        expect(kept.get(customer(1))?.wrapping ?? []).toEqual([])
      }),
  )

  it("refuses a limit that is no number of at least 1", () => {
    for (const limits of [{ age: Number.NaN }, { uses: 0 }, { customers: -1 }]) {
      expect(() => scene(limits)).toThrow(RangeError)
    }
  })

  const permanent: ReadonlyArray<[KeyWrapping.KeyWrappingError["reason"], string]> = [
    ["disabled", "Enable it"],
    ["pendingDeletion", "Cancel the deletion"],
    ["missing", "Restore it"],
    ["denied", "Allow it"],
  ]
  it.effect.each(permanent)("says what to do about a key that is %s, and makes none in its place", ([reason, remedy]) =>
    Effect.gen(function* () {
      const { kept, service, start, store } = scene()
      const wrapped = yield* wrapping(store)
      const before = kept.get(customer(1))
      service.outOfOrder = reason
      const later = start()
      const failures = [
        yield* Effect.flip(later.unwrap(placeOf(customer(1)), wrapped)),
        yield* Effect.flip(wrapping(later)),
        yield* Effect.flip(later.rotate(customer(1))),
        yield* Effect.flip(wrapping(later, 2)),
      ]
      for (const { _tag, message } of failures) {
        expect(_tag).toBe("VaultUnavailable")
        expect(message).toContain(remedy)
        expect(message).toContain("to ask again does not help")
      }
      expect(kept.get(customer(1))).toBe(before)
      expect(kept.has(customer(2))).toBe(false)
    }),
  )

  it.effect("asks again after so many uses, and for a Customer that others have displaced", () =>
    Effect.gen(function* () {
      const { service, start } = scene({ uses: 10, customers: 2 })
      const store = start()
      yield* wrapping(store)
      const before = service.calls
      yield* Effect.repeat(store.current(customer(1)), { times: 49 })
      expect(service.calls - before).toBe(5)
      yield* wrapping(store, 2)
      yield* wrapping(store, 3)
      const displaced = service.calls
      yield* store.current(customer(3))
      expect(service.calls).toBe(displaced)
      yield* store.current(customer(1))
      expect(service.calls).toBe(displaced + 1)
    }),
  )

  it.effect("never works with a key that is overwritten meanwhile", () =>
    Effect.gen(function* () {
      const { start, store } = scene({ uses: 1, customers: 1 })
      const wrapped = [yield* wrapping(store, 1), yield* wrapping(store, 2)]
      const again = start()
      const keys = yield* Effect.all(
        Array.from({ length: 200 }, (_, n) => again.unwrap(placeOf(customer(1 + (n % 2))), wrapped[n % 2]!)),
        { concurrency: "unbounded" },
      )
      for (const key of keys) expect(key).toEqual(dataKey)
    }),
  )
})
