/**
 * Properties of sealing: values open as they were sealed, and any value that was changed or moved is detected.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import { type CustomerId, Uuid } from "@tacet/core/eventsourcing"
import {
  AssociatedData,
  Encryption,
  KeyStore,
  Keyring,
  type Sealed,
  type Subject,
  Vault,
  VaultStore,
} from "@tacet/core/privacy"
import * as Property from "../../Property.ts"
import * as Scene from "../../Scene.ts"
import { aSubject, dawn, day, at, categories, onVault, opening, outcome, seal, value } from "./scene.ts"

const texts: ReadonlyArray<readonly [what: string, text: string]> = [
  ["an empty text", ""],
  ["characters of all planes", "é e\u0301 😀 \u202e \u2028 \ufeff\u0000"],
  ["a byte order mark in front", "\ufeffone"],
  ["a mebibyte", "é".repeat(1 << 19)],
]

const rowOf = Effect.fnUntraced(function* (customer: CustomerId.CustomerId, reference: Uuid.Uuid) {
  const found = Option.getOrUndefined(yield* VaultStore.VaultStore.use((store) => store.find(customer, reference)))
  if (found?._tag !== "Value")
    return yield* new Property.Deviation({ expected: "the row of a sealed value", seen: "none" })
  return found.value
})

const keyringOf = Effect.fnUntraced(function* (customer: CustomerId.CustomerId, subject: Subject.SubjectId) {
  const keyring = Option.getOrUndefined(yield* VaultStore.VaultStore.use((store) => store.keyring(customer, subject)))
  if (keyring === undefined)
    return yield* new Property.Deviation({ expected: "the keyring of a subject", seen: "none" })
  return keyring
})

const dataKeyOf = Effect.fnUntraced(function* (customer: CustomerId.CustomerId, row: VaultStore.ValueRow) {
  const { category, keyId, subject } = row
  const wrapped = (yield* keyringOf(customer, subject)).keys.get(category)
  if (wrapped === undefined)
    return yield* new Property.Deviation({ expected: "the key of a sealed value", seen: "none" })
  return yield* KeyStore.KeyStore.use((store) => store.unwrap({ customer, subject, category, keyId }, wrapped))
})

/** Gives a subject the data key of another, wrapped as its own under the same id. */
const lendKey = Effect.fnUntraced(function* (
  row: VaultStore.ValueRow,
  key: Uint8Array,
  customer: CustomerId.CustomerId,
  subject: Subject.SubjectId,
) {
  const { category, keyId } = row
  const wrapped = yield* KeyStore.KeyStore.use((store) => store.wrap({ customer, subject, category, keyId }, key))
  const known = Option.getOrUndefined(yield* VaultStore.VaultStore.use((store) => store.keyring(customer, subject)))
  const state = known ?? Keyring.empty
  const keys = new Map(state.keys).set(category, { keyId, ...wrapped })
  yield* VaultStore.VaultStore.use((store) =>
    store.changeKeyring(customer, subject, known?.revision ?? 0, { ...state, keys }),
  )
})

const anId = Effect.flatMap(Encryption.Encryption, ({ randomBytes }) =>
  Effect.map(randomBytes(16), (bytes) => Uuid.fromBytes(bytes, 4)),
)

/** A value that the property itself has sealed as the format says, then changed. */
const forged = Effect.fnUntraced(function* (
  customer: CustomerId.CustomerId,
  like: VaultStore.ValueRow,
  change: (row: VaultStore.ValueRow) => VaultStore.ValueRow,
) {
  const { encrypt, randomBytes } = yield* Encryption.Encryption
  const key = yield* dataKeyOf(customer, like)
  const reference = yield* anId
  const nonce = yield* randomBytes(Encryption.nonceLength)
  const { category, keyId, subject } = like
  const context = AssociatedData.ofValue({ customer, subject, reference, category, keyId })
  const cipherText = yield* encrypt(key, nonce, Encryption.bytesOf("forged"), context)
  const row = change({ ...like, reference, algorithm: Encryption.algorithm, nonce, cipherText })
  yield* VaultStore.VaultStore.use((store) => store.put(customer, subject, { values: [row] }))
  const sealed: Sealed.Sealed<string> = { reference, category }
  return sealed
})

const flipped = (bytes: Uint8Array, index: number): Uint8Array =>
  bytes.map((byte, place) => (place === (index + bytes.length) % bytes.length ? byte ^ 1 : byte))

const changes: ReadonlyArray<readonly [what: string, change: (row: VaultStore.ValueRow) => VaultStore.ValueRow]> = [
  ["its first byte", (row) => ({ ...row, cipherText: flipped(row.cipherText, 0) })],
  ["its tag", (row) => ({ ...row, cipherText: flipped(row.cipherText, -1) })],
  ["its nonce", (row) => ({ ...row, nonce: flipped(row.nonce, 0) })],
  ["its length", (row) => ({ ...row, cipherText: row.cipherText.slice(0, -1) })],
  ["its algorithm", (row) => ({ ...row, algorithm: "none" })],
]

const errors = ["AlteredValue", "AlteredKey"]

const isNoticed = (what: string, seen: string) =>
  Property.holds(`${what} noticed as an error (${errors.join(" or ")})`, errors.includes(seen), seen)

/** The properties of sealing. */
export const sealing = onVault("sealing", () => [
  ...texts.map(([what, text]) => ({
    name: `a value keeps ${what}`,
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const sealed = yield* seal(value(customer, yield* aSubject, text))
      const seen = yield* opening(customer, sealed)
      yield* Property.holds(`the same ${text.length} characters`, seen === `Open ${text}`, `${seen.length} characters`)
    }),
  })),
  {
    name: "a text that is not well-formed is refused",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      for (const text of ["\ud800", "one \udc00 two", "\udc00\ud800"]) {
        const seen = yield* outcome(seal(value(customer, yield* aSubject, text)))
        yield* Property.same("the answer", seen, "InvalidValue")
      }
    }),
  },
  {
    name: "a value is kept once under a reference of the caller's, and another text under it is refused",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const subject = yield* aSubject
      const reference = yield* anId
      const keep = (text: string) => outcome(seal(value(customer, subject, text, { reference })))
      const both = yield* Effect.all([keep("one"), keep("two")], { concurrency: "unbounded" })
      yield* Property.same("the answers to two texts at once", both.toSorted().join(), "InvalidValue,done")
      const [first, second] = both[0] === "done" ? (["one", "two"] as const) : (["two", "one"] as const)
      yield* Property.same("the same text again", yield* keep(first), "done")
      yield* Property.same("the other text again", yield* keep(second), "InvalidValue")
      const described = (more: Partial<Vault.ToSeal>) =>
        outcome(seal(value(customer, subject, first, { reference, ...more })))
      yield* Property.same("the same for another purpose", yield* described({ purposes: ["other"] }), "InvalidValue")
      yield* Property.same("the same from another source", yield* described({ source: "derived" }), "InvalidValue")
      yield* Property.same("the same of another kind", yield* described({ kind: "callData" }), "InvalidValue")
      const seen = yield* opening(customer, { reference, category: "freeText" })
      yield* Property.same("the value", seen, `Open ${first}`)
      const kept = yield* Vault.Vault.use((vault) => vault.valuesOf(customer, subject, { limit: 9 }))
      yield* Property.same("the kept values", kept.length, 1)
    }),
  },
  {
    name: "every value has a nonce and a reference of its own, though Effect's chance repeats itself",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const subject = yield* aSubject
      const rows: Array<VaultStore.ValueRow> = []
      for (let round = 0; round < 8; round++) {
        const repeated = Effect.gen(function* () {
          return [yield* seal(value(customer, subject, "the same")), yield* seal(value(customer, subject, "the same"))]
        }).pipe(Random.withSeed("the same"))
        for (const { reference } of yield* repeated) rows.push(yield* rowOf(customer, reference))
      }
      const distinct = (of: (row: VaultStore.ValueRow) => string) => new Set(rows.map(of)).size
      yield* Property.same(
        "the nonces",
        distinct(({ nonce }) => Encryption.hexadecimalOf(nonce)),
        rows.length,
      )
      yield* Property.same(
        "the references",
        distinct(({ reference }) => reference),
        rows.length,
      )
      yield* Property.same(
        "the ciphertexts",
        distinct(({ cipherText }) => Encryption.hexadecimalOf(cipherText)),
        rows.length,
      )
      yield* Property.same("the bytes of a nonce", rows[0]?.nonce.length, Encryption.nonceLength)
    }),
  },
  {
    name: "no plain byte of a value is kept",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const sealed = yield* seal(value(customer, yield* aSubject, "canary canary canary"))
      const { cipherText, ...row } = yield* rowOf(customer, sealed.reference)
      const kept = new TextDecoder("latin1").decode(cipherText) + JSON.stringify(row)
      yield* Property.holds("nothing of the value in its row", !kept.includes("canary"), "the value")
    }),
  },
  {
    name: "each subject and each category has a key of its own",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const keys = new Set<string>()
      for (const subject of [yield* aSubject, yield* aSubject]) {
        for (const category of categories) {
          for (const text of ["one", "two"]) {
            const { reference } = yield* seal(value(customer, subject, text, { category }))
            const row = yield* rowOf(customer, reference)
            keys.add(Encryption.hexadecimalOf(yield* dataKeyOf(customer, row)))
          }
        }
      }
      yield* Property.same("the keys", keys.size, 2 * categories.length)
    }),
  },
  {
    name: "a value is sealed as the format says: another program that knows the format can write it",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const row = yield* rowOf(customer, (yield* seal(value(customer, yield* aSubject, "one"))).reference)
      const sealed = yield* forged(customer, row, (same) => same)
      yield* Property.same("what opens", yield* opening(customer, sealed), "Open forged")
    }),
  },
  ...changes.map(([what, change]) => ({
    name: `a ciphertext with ${what} changed is an error, neither a value nor erased`,
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const row = yield* rowOf(customer, (yield* seal(value(customer, yield* aSubject, "one"))).reference)
      const sealed = yield* forged(customer, row, change)
      yield* Property.same("what opens", yield* opening(customer, sealed), "AlteredValue")
    }),
  })),
  {
    name: "a ciphertext that was moved to another value of its subject is an error",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const subject = yield* aSubject
      const row = yield* rowOf(customer, (yield* seal(value(customer, subject, "one"))).reference)
      const reference = yield* anId
      yield* VaultStore.VaultStore.use((store) => store.put(customer, subject, { values: [{ ...row, reference }] }))
      yield* isNoticed("a moved value", yield* opening(customer, { reference, category: row.category }))
    }),
  },
  {
    name: "a ciphertext that was moved to another subject, with its key, is an error",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const row = yield* rowOf(customer, (yield* seal(value(customer, yield* aSubject, "one"))).reference)
      const key = yield* dataKeyOf(customer, row)
      const subject = yield* aSubject
      const reference = yield* anId
      yield* lendKey(row, key, customer, subject)
      yield* VaultStore.VaultStore.use((store) =>
        store.put(customer, subject, { values: [{ ...row, subject, reference }] }),
      )
      yield* isNoticed("a moved value", yield* opening(customer, { reference, category: row.category }))
    }),
  },
  {
    name: "a ciphertext that was moved to another Customer, with its key and under its own ids, is an error",
    program: Effect.gen(function* () {
      const [first, second] = [yield* Scene.aCustomer, yield* Scene.aCustomer]
      const sealed = yield* seal(value(first, yield* aSubject, "one"))
      const row = yield* rowOf(first, sealed.reference)
      yield* seal(value(second, yield* aSubject, "of the other Customer"))
      yield* lendKey(row, yield* dataKeyOf(first, row), second, row.subject)
      yield* VaultStore.VaultStore.use((store) => store.put(second, row.subject, { values: [row] }))
      yield* isNoticed("a moved value", yield* opening(second, sealed))
      yield* Property.same("where it belongs", yield* opening(first, sealed), "Open one")
    }),
  },
  {
    name: "a wrapped key that was moved from one subject to another is an error",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const [subject, other] = [yield* aSubject, yield* aSubject]
      const row = yield* rowOf(customer, (yield* seal(value(customer, subject, "one"))).reference)
      const { keys } = yield* keyringOf(customer, subject)
      const reference = yield* anId
      const store = yield* VaultStore.VaultStore
      yield* store.changeKeyring(customer, other, 0, { ...Keyring.empty, keys })
      yield* store.put(customer, other, { values: [{ ...row, subject: other, reference }] })
      yield* isNoticed("a moved key", yield* opening(customer, { reference, category: row.category }))
    }),
  },
  {
    name: "a value is asked for under its own category",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const { reference } = yield* seal(value(customer, yield* aSubject, "one"))
      yield* Property.same("as another", yield* opening(customer, { reference, category: "name" }), "AlteredValue")
    }),
  },
  {
    name: "a value whose retention end has come is not sealed any more",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const subject = yield* aSubject
      const late = value(customer, subject, "late", { retentionEnd: dawn + day })
      yield* Property.same("at its end", yield* at(dawn + day, outcome(seal(late))), "InvalidValue")
      yield* Property.same("before", yield* at(dawn + day - 1, outcome(seal(late))), "done")
      const kept = yield* Vault.Vault.use((vault) => vault.valuesOf(customer, subject, { limit: 9 }))
      yield* Property.same("the kept values", kept.length, 1)
    }),
  },
])
