/**
 * The keys that protect a Customer's data keys, as a port: they are never stored beside the data they protect. In
 * production they are those of a key management service, which wraps and unwraps and gives no key out; small
 * installations keep them in files of their own, tests in memory (`fromMaterial`).
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Clock from "effect/Clock"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import { type KeyPlace, ofKey } from "./AssociatedData.ts"
import { bytesOf, Encryption, hexadecimalOf, keyLength, nonceLength } from "./Encryption.ts"
import type { WrappedKey } from "./Keyring.ts"
import type { SubjectId } from "./Subject.ts"
import type { KeyWrapping } from "./KeyWrapping.ts"
import type { CustomerKeys, KeyMaterial, WrappingKey } from "./vault/keyMaterial.ts"
import type { BranchKeyLimits } from "./vault/branchKeys.ts"
import { seenCustomers } from "./vault/seenCustomers.ts"
import { wrappedMaterial } from "./vault/wrappedMaterial.ts"
import { AlteredKey, PeriodClosed, VaultUnavailable, WrongKeyStore, wrongKeys } from "./VaultError.ts"

export { type CustomerKeys, type KeyMaterial, noKeys, type WrappingKey } from "./vault/keyMaterial.ts"

/** The port. */
export class KeyStore extends Context.Service<
  KeyStore,
  {
    /** Wraps a data key with the Customer's current key, bound to its place. A Customer's first key is made here. */
    readonly wrap: (place: KeyPlace, dataKey: Uint8Array) => Effect.Effect<Omit<WrappedKey, "keyId">, VaultUnavailable>
    /** Unwraps a data key. It never makes a key. */
    readonly unwrap: (
      place: KeyPlace,
      wrapped: Omit<WrappedKey, "keyId">,
    ) => Effect.Effect<Uint8Array, WrongKeyStore | AlteredKey | VaultUnavailable>
    /** Makes a new current key and answers its id; the ones before still unwrap. */
    readonly rotate: (customer: CustomerId) => Effect.Effect<Uuid.Uuid, VaultUnavailable>
    /** The id of the current key; it fails where there is none. */
    readonly current: (customer: CustomerId) => Effect.Effect<Uuid.Uuid, WrongKeyStore | VaultUnavailable>
    /** Destroys the keys that were superseded before a moment. */
    readonly retire: (customer: CustomerId, before: EpochMillis) => Effect.Effect<void, VaultUnavailable>
    /** HMAC-SHA-256 under the Customer's key of a period, which is made at its first use and never after its end. */
    readonly token: (
      customer: CustomerId,
      period: string,
      message: Uint8Array,
    ) => Effect.Effect<Uint8Array, PeriodClosed | VaultUnavailable>
    /** The periods that have a key, in their order. */
    readonly periods: (customer: CustomerId) => Effect.Effect<ReadonlyArray<string>, VaultUnavailable>
    /** Destroys the key of a period: from then on its tokens lead to no subject. */
    readonly closePeriod: (customer: CustomerId, period: string) => Effect.Effect<void, VaultUnavailable>
    /** Which keys the Customer has. It makes none. */
    readonly made: (
      customer: CustomerId,
    ) => Effect.Effect<{ readonly wrapping: boolean; readonly fingerprint: boolean }, VaultUnavailable>
    /** The fingerprint of a subject in the ledger: an HMAC under a key of the Customer's that never changes. */
    readonly fingerprint: (customer: CustomerId, subject: SubjectId) => Effect.Effect<string, VaultUnavailable>
  }
>()("@tacet/core/privacy/KeyStore") {}

/**
 * A key store over a place where the bytes of keys are kept. It makes no key anew for a Customer whose keys it has seen: where they
 * have vanished since, it fails with `VaultUnavailable`.
 */
export const fromMaterial = (place: KeyMaterial): KeyStore["Service"] => {
  const seen = seenCustomers()

  const isEmpty = ({ fingerprint, periods, wrapping }: CustomerKeys): boolean =>
    wrapping.length === 0 && periods.size === 0 && fingerprint === undefined

  /** Answers what was read. Where the keys of a Customer seem to have vanished, the answer may be older than they are: it reads again. */
  const unlessVanished = (
    customer: CustomerId,
    keys: CustomerKeys,
    again: (now: CustomerKeys) => Effect.Effect<CustomerKeys, VaultUnavailable>,
  ): Effect.Effect<CustomerKeys, VaultUnavailable> => {
    if (!isEmpty(keys)) {
      seen.add(customer)
      return Effect.succeed(keys)
    }
    if (!seen.has(customer)) return Effect.succeed(keys)
    return Effect.flatMap(place.load(customer), (now) =>
      isEmpty(now) ? Effect.fail(new VaultUnavailable({ store: "keyStore", cause: wrongKeys })) : again(now),
    )
  }

  const material: KeyMaterial = {
    load: (customer) => Effect.flatMap(place.load(customer), (keys) => unlessVanished(customer, keys, Effect.succeed)),
    change: (customer, next) =>
      Effect.flatMap(
        place.change(customer, (keys) => (isEmpty(keys) && seen.has(customer) ? keys : next(keys))),
        (keys) => unlessVanished(customer, keys, () => material.change(customer, next)),
      ),
  }

  const freshKey = Effect.flatMap(Encryption, ({ randomBytes }) => randomBytes(keyLength))
  const freshId = Effect.flatMap(Encryption, ({ randomBytes }) =>
    Effect.map(randomBytes(16), (bytes) => Uuid.fromBytes(bytes, 4)),
  )

  const currentOf = (customer: CustomerId) =>
    Effect.gen(function* () {
      const known = (yield* material.load(customer)).wrapping.at(-1)
      if (known !== undefined) return known
      const fresh: WrappingKey = { id: yield* freshId, bytes: yield* freshKey, supersededAt: undefined }
      const changed = yield* material.change(customer, (keys) =>
        keys.wrapping.length > 0 ? keys : { ...keys, wrapping: [fresh] },
      )
      return changed.wrapping.at(-1) ?? fresh
    })

  return {
    wrap: Effect.fnUntraced(function* (place, dataKey) {
      const { encrypt, randomBytes } = yield* Encryption
      const { bytes, id } = yield* currentOf(place.customer)
      const nonce = yield* randomBytes(nonceLength)
      const cipherText = yield* encrypt(bytes, nonce, dataKey, ofKey(place, id))
      const wrapped = new Uint8Array(nonceLength + cipherText.length)
      wrapped.set(nonce)
      wrapped.set(cipherText, nonceLength)
      return { wrappingKey: id, wrapped }
    }),
    unwrap: Effect.fnUntraced(function* (place, { wrapped, wrappingKey }) {
      const { customer, keyId } = place
      const { decrypt } = yield* Encryption
      const key = (yield* material.load(customer)).wrapping.find(({ id }) => id === wrappingKey)
      if (key === undefined) return yield* new WrongKeyStore({ customer, wrappingKey })
      const nonce = wrapped.slice(0, nonceLength)
      return yield* Effect.mapError(
        decrypt(key.bytes, nonce, wrapped.slice(nonceLength), ofKey(place, wrappingKey)),
        () => new AlteredKey({ customer, keyId, wrappingKey }),
      )
    }),
    rotate: Effect.fnUntraced(function* (customer) {
      const fresh: WrappingKey = { id: yield* freshId, bytes: yield* freshKey, supersededAt: undefined }
      const now = yield* Clock.currentTimeMillis
      yield* material.change(customer, (keys) => ({
        ...keys,
        wrapping: [...keys.wrapping.map((key) => ({ ...key, supersededAt: key.supersededAt ?? now })), fresh],
      }))
      return fresh.id
    }),
    current: Effect.fnUntraced(function* (customer) {
      const known = (yield* material.load(customer)).wrapping.at(-1)
      return known === undefined ? yield* new WrongKeyStore({ customer }) : known.id
    }),
    retire: (customer, before) =>
      Effect.asVoid(
        material.change(customer, (keys) => ({
          ...keys,
          wrapping: keys.wrapping.filter(({ supersededAt }) => supersededAt === undefined || supersededAt >= before),
        })),
      ),
    token: Effect.fnUntraced(function* (customer, period, message) {
      const { mac } = yield* Encryption
      let { periods } = yield* material.load(customer)
      if (!periods.has(period)) {
        const fresh = yield* freshKey
        const changed = yield* material.change(customer, (keys) =>
          keys.periods.has(period) ? keys : { ...keys, periods: new Map(keys.periods).set(period, fresh) },
        )
        periods = changed.periods
      }
      const key = periods.get(period)
      return key === undefined ? yield* new PeriodClosed({ customer, period }) : yield* mac(key, message)
    }),
    periods: (customer) =>
      Effect.map(material.load(customer), ({ periods }) =>
        Array.from(periods)
          .flatMap(([period, key]) => (key === undefined ? [] : [period]))
          .sort(),
      ),
    closePeriod: (customer, period) =>
      Effect.asVoid(
        material.change(customer, (keys) => ({ ...keys, periods: new Map(keys.periods).set(period, undefined) })),
      ),
    made: (customer) =>
      Effect.map(material.load(customer), ({ fingerprint, wrapping }) => ({
        wrapping: wrapping.length > 0,
        fingerprint: fingerprint !== undefined,
      })),
    fingerprint: Effect.fnUntraced(function* (customer, subject) {
      const { mac } = yield* Encryption
      let key = (yield* material.load(customer)).fingerprint
      if (key === undefined) {
        const fresh = yield* freshKey
        const changed = yield* material.change(customer, (keys) =>
          keys.fingerprint === undefined ? { ...keys, fingerprint: fresh } : keys,
        )
        key = changed.fingerprint ?? fresh
      }
      return hexadecimalOf(yield* mac(key, bytesOf(`tacet-erasure-1|${customer}|${subject}`)))
    }),
  }
}

/** How long plain branch keys are kept by default: 15 minutes, 100,000 operations, 1,000 Customers. */
export const defaultLimits: BranchKeyLimits = { age: 15 * 60_000, uses: 100_000, customers: 1_000 }

/**
 * A key store over a key management service and a place that keeps wrapped keys alone. Each Customer has a branch key, wrapped by the
 * service; its other keys are encrypted under that. A process asks the service once for each Customer until a limit is reached. Where
 * the service does not answer, or has its key no more, the store fails with `VaultUnavailable` and makes no key anew. A limit below 1,
 * or that is no number, throws a `RangeError`.
 *
 * @example
 * ```ts
 * import { keyMaterial } from "@tacet/adapter-file"
 * import { KeyStore, type KeyWrapping } from "@tacet/core/privacy"
 * import * as Layer from "effect/Layer"
 *
 * declare const service: KeyWrapping.KeyWrapping
 *
 * const keys = Layer.succeed(KeyStore.KeyStore, KeyStore.fromWrapped(service, keyMaterial({ folder: "/var/lib/tacet/keys" })))
 * ```
 */
export const fromWrapped = (
  service: KeyWrapping,
  place: KeyMaterial,
  limits: Partial<BranchKeyLimits> = {},
): KeyStore["Service"] => fromMaterial(wrappedMaterial(service, place, checkedLimits({ ...defaultLimits, ...limits })))

const checkedLimits = (limits: BranchKeyLimits): BranchKeyLimits => {
  for (const [name, limit] of Object.entries(limits)) {
    // A comparison with NaN never holds: a key would be kept for ever.
    if (!(limit >= 1))
      throw new RangeError(`The limit ${name} of branch keys is ${limit}. Give a number of at least 1.`)
  }
  return limits
}
