/**
 * The promises of a key store: it wraps and unwraps in one context, never makes a key anew for one that was destroyed,
 * and gives tokens that only it can give.
 */
import * as Effect from "effect/Effect"
import { type CustomerId, Uuid } from "@tacet/core/eventsourcing"
import { type AssociatedData, Encryption, KeyStore } from "@tacet/core/privacy"
import type { KeyStoreFixture } from "../../Fixture.ts"
import * as Property from "../../Property.ts"
import * as Scene from "../../Scene.ts"
import { at, aSubject, dawn, day, outcome } from "./scene.ts"

const aPlace = Effect.fnUntraced(function* (customer: CustomerId.CustomerId) {
  const place: AssociatedData.KeyPlace = {
    customer,
    subject: yield* aSubject,
    category: "freeText",
    keyId: yield* Uuid.next,
  }
  return place
})

const dataKey = Uint8Array.from({ length: Encryption.keyLength }, (_, index) => index * 7)

const wrap = (place: AssociatedData.KeyPlace) => KeyStore.KeyStore.use((store) => store.wrap(place, dataKey))

type Wrapped = Effect.Success<ReturnType<typeof wrap>>

/** The result of unwrapping: the key in hexadecimal digits, or the name of the error. */
const unwrapping = (place: AssociatedData.KeyPlace, wrapped: Wrapped) =>
  Effect.match(
    KeyStore.KeyStore.use((store) => store.unwrap(place, wrapped)),
    { onSuccess: Encryption.hexadecimalOf, onFailure: (error) => error._tag },
  )

const plain = Encryption.hexadecimalOf(dataKey)

const token = (customer: CustomerId.CustomerId, period: string, message: string) =>
  KeyStore.KeyStore.use((store) =>
    Effect.map(store.token(customer, period, Encryption.bytesOf(message)), Encryption.hexadecimalOf),
  )

const onKeyStore = (chapter: string, definitions: ReadonlyArray<Property.Definition<KeyStore.KeyStore>>) =>
  Property.chapter<KeyStoreFixture, KeyStore.KeyStore>(chapter, ({ layer }) => layer, definitions)

/** The properties of wrapping. */
export const wrapping = onKeyStore("wrapping", [
  {
    name: "a wrapped key unwraps in its own context only, and is not stored in the clear",
    program: Effect.gen(function* () {
      const place = yield* aPlace(yield* Scene.aCustomer)
      const wrapped = yield* wrap(place)
      yield* Property.same("the key", yield* unwrapping(place, wrapped), plain)
      yield* Property.holds("no plain key", !Encryption.hexadecimalOf(wrapped.wrapped).includes(plain), "the key")
    }),
  },
  {
    name: "the same key wrapped twice is wrapped in two ways",
    program: Effect.gen(function* () {
      const place = yield* aPlace(yield* Scene.aCustomer)
      const [one, other] = [yield* wrap(place), yield* wrap(place)]
      yield* Property.holds(
        "two ways",
        Encryption.hexadecimalOf(one.wrapped) !== Encryption.hexadecimalOf(other.wrapped),
        "one",
      )
      yield* Property.same("the key", [yield* unwrapping(place, one), yield* unwrapping(place, other)], [plain, plain])
    }),
  },
  {
    name: "a wrapped key unwraps for no other Customer, subject, category or key id, and not once it was changed",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const place = yield* aPlace(customer)
      const wrapped = yield* wrap(place)
      const places: ReadonlyArray<AssociatedData.KeyPlace> = [
        { ...place, subject: yield* aSubject },
        { ...place, category: "name" },
        { ...place, keyId: yield* Uuid.next },
      ]
      for (const other of places) yield* Property.same("elsewhere", yield* unwrapping(other, wrapped), "AlteredKey")
      for (const index of [0, 12, wrapped.wrapped.length - 1]) {
        const changed = wrapped.wrapped.map((byte, at) => (at === index ? byte ^ 1 : byte))
        yield* Property.same("changed", yield* unwrapping(place, { ...wrapped, wrapped: changed }), "AlteredKey")
      }
      const stranger = yield* Scene.aCustomer
      yield* wrap({ ...place, customer: stranger })
      const elsewhere = yield* unwrapping({ ...place, customer: stranger }, wrapped)
      yield* Property.holds("an error", ["AlteredKey", "WrongKeyStore"].includes(elsewhere), elsewhere)
    }),
  },
  {
    name: "a key that is not there is not made in its place",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const place = yield* aPlace(customer)
      const wrapped = yield* wrap({ ...place, customer: yield* Scene.aCustomer })
      const store = yield* KeyStore.KeyStore
      for (let turn = 0; turn < 2; turn++) {
        yield* Property.same("unwrapping", yield* unwrapping(place, wrapped), "WrongKeyStore")
        yield* Property.same("the current key", yield* outcome(store.current(customer)), "WrongKeyStore")
      }
    }),
  },
  {
    name: "which keys a Customer has is told, and none is made by asking",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const store = yield* KeyStore.KeyStore
      const told = Effect.map(store.made(customer), ({ fingerprint, wrapping }) => [wrapping, fingerprint])
      for (let turn = 0; turn < 2; turn++) yield* Property.same("at first", yield* told, [false, false])
      yield* wrap(yield* aPlace(yield* Scene.aCustomer))
      yield* Property.same("once another Customer has keys", yield* told, [false, false])
      yield* store.fingerprint(customer, yield* aSubject)
      yield* Property.same("after a fingerprint", yield* told, [false, true])
      yield* wrap(yield* aPlace(customer))
      yield* Property.same("after a key was wrapped", yield* told, [true, true])
    }),
  },
  {
    name: "of several that wrap a Customer's first keys at once, all unwrap",
    program: Effect.gen(function* () {
      const { writers } = yield* Property.CurrentSettings
      const customer = yield* Scene.aCustomer
      const places = yield* Effect.all(Array.from({ length: writers }, () => aPlace(customer)))
      const wrapped = yield* Scene.atOnce(places.map(wrap))
      for (const [index, place] of places.entries()) {
        yield* Property.same("the key", yield* unwrapping(place, wrapped[index]!), plain)
      }
      yield* Property.same("keys that wrap", new Set(wrapped.map(({ wrappingKey }) => wrappingKey)).size, 1)
    }),
  },
])

/** The properties of changing keys. */
export const changing = onKeyStore("changing", [
  {
    name: "a new current key wraps new keys, and the previous one unwraps until it is retired",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const store = yield* KeyStore.KeyStore
      const place = yield* aPlace(customer)
      const old = yield* wrap(place)
      const id = yield* at(dawn, store.rotate(customer))
      const recent = yield* wrap(place)
      yield* Property.same("the current key", [yield* store.current(customer), recent.wrappingKey], [id, id])
      yield* Property.same("both", [yield* unwrapping(place, old), yield* unwrapping(place, recent)], [plain, plain])
      yield* store.retire(customer, dawn)
      yield* Property.same("too early to retire", yield* unwrapping(place, old), plain)
      yield* store.retire(customer, dawn + 1)
      yield* Property.same("the retired", yield* unwrapping(place, old), "WrongKeyStore")
      yield* Property.same("the current", yield* unwrapping(place, recent), plain)
      yield* store.retire(customer, dawn + 999 * day)
      yield* Property.same("the current is never retired", yield* unwrapping(place, recent), plain)
    }),
  },
  {
    name: "what one Customer changes is nothing to another",
    program: Effect.gen(function* () {
      const [first, second] = [yield* Scene.aCustomer, yield* Scene.aCustomer]
      const store = yield* KeyStore.KeyStore
      const place = yield* aPlace(second)
      const wrapped = yield* wrap(place)
      const before = yield* token(second, "2026-01", "one")
      yield* wrap({ ...place, customer: first })
      yield* at(dawn, store.rotate(first))
      yield* store.retire(first, dawn + day)
      yield* store.closePeriod(first, "2026-01")
      yield* Property.same("the other's key", yield* unwrapping(place, wrapped), plain)
      yield* Property.same("the other's token", yield* token(second, "2026-01", "one"), before)
    }),
  },
])

/** The properties of tokens and fingerprints. */
export const tokens = onKeyStore("tokens", [
  {
    name: "a token is the same for the same Customer, period and message, and for nothing else",
    program: Effect.gen(function* () {
      const [first, second] = [yield* Scene.aCustomer, yield* Scene.aCustomer]
      const one = yield* token(first, "2026-01", "one")
      yield* Property.same("again", yield* token(first, "2026-01", "one"), one)
      yield* KeyStore.KeyStore.use((store) => store.rotate(first))
      yield* Property.same("when another key wraps", yield* token(first, "2026-01", "one"), one)
      const others = [
        yield* token(second, "2026-01", "one"),
        yield* token(first, "2026-02", "one"),
        yield* token(first, "2026-01", "two"),
      ]
      yield* Property.same("the tokens", new Set([one, ...others]).size, 4)
      yield* Property.same("their length", one.length, 64)
    }),
  },
  {
    name: "the periods that have a key are listed in order, and a closed period stays closed",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const store = yield* KeyStore.KeyStore
      for (const period of ["2026-02", "2026-01", "2026-03"]) yield* token(customer, period, "one")
      yield* Property.same("the periods", yield* store.periods(customer), ["2026-01", "2026-02", "2026-03"])
      yield* store.closePeriod(customer, "2026-01")
      yield* store.closePeriod(customer, "2025-12")
      for (const period of ["2026-01", "2025-12"]) {
        yield* Property.same("a closed period", yield* outcome(token(customer, period, "one")), "PeriodClosed")
      }
      yield* Property.same("the periods left", yield* store.periods(customer), ["2026-02", "2026-03"])
    }),
  },
  {
    name: "a fingerprint identifies one subject of one Customer, whichever keys change",
    program: Effect.gen(function* () {
      const [first, second] = [yield* Scene.aCustomer, yield* Scene.aCustomer]
      const [subject, other] = [yield* aSubject, yield* aSubject]
      const store = yield* KeyStore.KeyStore
      const one = yield* store.fingerprint(first, subject)
      yield* store.rotate(first)
      yield* store.retire(first, dawn + 9999 * day)
      yield* Property.same("again", yield* store.fingerprint(first, subject), one)
      const others = [yield* store.fingerprint(first, other), yield* store.fingerprint(second, subject)]
      yield* Property.same("the fingerprints", new Set([one, ...others]).size, 3)
      yield* Property.holds(
        "no id within",
        !one.includes(subject.replaceAll("-", "")) && !one.includes(subject),
        "the id",
      )
    }),
  },
  {
    name: "of several that ask for a first token or fingerprint at once, all get the same",
    program: Effect.gen(function* () {
      const { writers } = yield* Property.CurrentSettings
      const customer = yield* Scene.aCustomer
      const subject = yield* aSubject
      const ask = Effect.all([
        token(customer, "2026-01", "one"),
        KeyStore.KeyStore.use((store) => store.fingerprint(customer, subject)),
      ])
      const answers = yield* Scene.atOnce(Array.from({ length: writers }, () => ask))
      yield* Property.same("the answers", new Set(answers.map((answer) => answer.join(" "))).size, 1)
      yield* Property.same("and later", (yield* ask).join(" "), answers[0]?.join(" ") ?? "")
      yield* Property.same(
        "their lengths",
        answers[0]?.map(({ length }) => length),
        [64, 64],
      )
    }),
  },
])

/** The property of restarts, as declared. */
export const restartingKeys = ({ capabilities }: KeyStoreFixture): Property.Property<KeyStoreFixture> =>
  Property.make(
    "restart",
    capabilities.survivesRestart
      ? "declares that it survives a restart: keys unwrap, tokens are the same, closed periods are closed"
      : "declares not to survive a restart: no key is known",
    Effect.fnUntraced(function* ({ layer }: KeyStoreFixture) {
      const customer = yield* Scene.aCustomer
      const place = yield* aPlace(customer)
      const subject = yield* aSubject
      const seen = Effect.gen(function* () {
        const store = yield* KeyStore.KeyStore
        return [
          yield* token(customer, "2026-01", "one"),
          yield* store.fingerprint(customer, subject),
          yield* outcome(token(customer, "2025-12", "one")),
        ]
      })
      const [wrapped, first] = yield* Effect.provide(
        Effect.gen(function* () {
          const made = yield* wrap(place)
          yield* KeyStore.KeyStore.use((store) => store.closePeriod(customer, "2025-12"))
          return [made, yield* seen] as const
        }),
        layer,
        { local: true },
      )
      const [unwrapped, again] = yield* Effect.provide(Effect.all([unwrapping(place, wrapped), seen]), layer, {
        local: true,
      })
      if (capabilities.survivesRestart) {
        yield* Property.same("the key when built again", unwrapped, plain)
        yield* Property.same("the rest when built again", again, first)
      } else {
        yield* Property.same("the key when built again", unwrapped, "WrongKeyStore")
        yield* Property.holds("other tokens when built again", again[0] !== first[0], again[0])
      }
    }),
  )
