/**
 * Keys that are kept wrapped: each is encrypted under the Customer's branch key, and stored behind that key as the service has wrapped
 * it, so that it opens by itself: 1 byte for the version, 2 for the length of the wrapped branch key, that key, a nonce, the ciphertext.
 */
import * as Effect from "effect/Effect"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import { bytesOf, Encryption, hexadecimalOf, keyLength, nonceLength } from "../Encryption.ts"
import type { CustomerKeys, KeyMaterial } from "./keyMaterial.ts"
import type { KeyWrapping, KeyWrappingError } from "../KeyWrapping.ts"
import { VaultUnavailable } from "../VaultError.ts"
import * as BranchKeys from "./branchKeys.ts"

const version = 1
const headLength = 3

/** The longest wrapped branch key, in bytes. */
const longest = 65_535

/** How often to read again what others change: each time, one of them was served. */
const retries = 200

/** A branch key, plain and as the service has wrapped it. */
interface Branch {
  readonly plain: Uint8Array
  readonly wrapped: Uint8Array
}

/** The keys of a Customer with the bytes under which each is stored, and the branch key of new ones. */
interface Opened {
  readonly keys: CustomerKeys
  readonly stored: ReadonlyMap<Uint8Array, Uint8Array>
  readonly branch: Branch | undefined
}

const unavailable = ({ passes, reason }: KeyWrappingError) =>
  new VaultUnavailable({ store: "keyStore", cause: passes ? `key management service ${reason}` : `key ${reason}` })

const notAuthentic = () => new VaultUnavailable({ store: "keyStore", cause: "key notAuthentic" })

const contextOfBranch = (customer: CustomerId): string => `tacet-branch-1|${customer}`

const contextOf = (customer: CustomerId, role: string): Uint8Array => bytesOf(`tacet-kept-1|${customer}|${role}`)

const idOf = (customer: CustomerId, wrapped: Uint8Array): string => `${customer} ${hexadecimalOf(wrapped)}`

/** Changes each key of a Customer; the role is its place among them. */
const forEachKey = Effect.fnUntraced(function* (
  { fingerprint, periods, wrapping }: CustomerKeys,
  change: (role: string, bytes: Uint8Array) => Effect.Effect<Uint8Array, VaultUnavailable>,
): Effect.fn.Return<CustomerKeys, VaultUnavailable> {
  return {
    wrapping: yield* Effect.forEach(wrapping, (key) =>
      Effect.map(change(`wrapping|${key.id}`, key.bytes), (bytes) => ({ ...key, bytes })),
    ),
    periods: new Map(
      yield* Effect.forEach(Array.from(periods), ([period, key]) =>
        Effect.map(
          key === undefined ? Effect.undefined : change(`period|${period}`, key),
          (bytes) => [period, bytes] as const,
        ),
      ),
    ),
    fingerprint: fingerprint === undefined ? undefined : yield* change("fingerprint", fingerprint),
  }
})

/** Equal where the stored keys are. */
const snapshot = ({ fingerprint, periods, wrapping }: CustomerKeys): string =>
  JSON.stringify([
    wrapping.map(({ bytes, id, supersededAt }) => [id, hexadecimalOf(bytes), supersededAt]),
    Array.from(periods, ([period, key]) => `${key === undefined ? "" : hexadecimalOf(key)} ${period}`).sort(),
    fingerprint === undefined ? "" : hexadecimalOf(fingerprint),
  ])

/** Keys over a place that gets them wrapped alone. */
export const wrappedMaterial = (
  service: KeyWrapping,
  place: KeyMaterial,
  limits: BranchKeys.BranchKeyLimits,
): KeyMaterial => {
  const cache = BranchKeys.make(limits)

  /** Runs with branch keys of its own, and overwrites them. */
  const withBranches = <A>(
    customer: CustomerId,
    run: (
      branchOf: (wrapped: Uint8Array) => Effect.Effect<Branch, VaultUnavailable>,
    ) => Effect.Effect<A, VaultUnavailable>,
  ): Effect.Effect<A, VaultUnavailable> =>
    Effect.suspend(() => {
      const own = new Map<string, Branch>()
      const branchOf = (wrapped: Uint8Array) => {
        const id = idOf(customer, wrapped)
        const known = own.get(id)
        if (known !== undefined) return Effect.succeed(known)
        const asked = Effect.mapError(service.unwrap(contextOfBranch(customer), wrapped), unavailable)
        return Effect.map(cache.get(id, asked), (plain) => {
          const branch: Branch = { plain, wrapped }
          own.set(id, branch)
          return branch
        })
      }
      return Effect.ensuring(
        run(branchOf),
        Effect.sync(() => {
          for (const { plain } of own.values()) plain.fill(0)
        }),
      )
    })

  const open = Effect.fnUntraced(function* (
    customer: CustomerId,
    kept: CustomerKeys,
    branchOf: (wrapped: Uint8Array) => Effect.Effect<Branch, VaultUnavailable>,
  ): Effect.fn.Return<Opened, VaultUnavailable> {
    const { decrypt } = yield* Encryption
    const stored = new Map<Uint8Array, Uint8Array>()
    let branch: Branch | undefined
    const keys = yield* forEachKey(
      kept,
      Effect.fnUntraced(function* (role, bytes) {
        const length = headLength + (bytes[1] ?? 0) * 256 + (bytes[2] ?? 0)
        if (bytes[0] !== version || bytes.length < length + nonceLength) return yield* notAuthentic()
        branch = yield* branchOf(bytes.slice(headLength, length))
        const nonce = bytes.slice(length, length + nonceLength)
        const cipherText = bytes.slice(length + nonceLength)
        const plain = yield* Effect.mapError(
          decrypt(branch.plain, nonce, cipherText, contextOf(customer, role)),
          notAuthentic,
        )
        stored.set(plain, bytes)
        return plain
      }),
    )
    return { keys, stored, branch }
  })

  const seal = Effect.fnUntraced(function* (
    customer: CustomerId,
    keys: CustomerKeys,
    stored: ReadonlyMap<Uint8Array, Uint8Array>,
    branch: Branch,
  ) {
    const { encrypt, randomBytes } = yield* Encryption
    return yield* forEachKey(
      keys,
      Effect.fnUntraced(function* (role, plain) {
        const before = stored.get(plain)
        if (before !== undefined) return before
        const nonce = yield* randomBytes(nonceLength)
        const cipherText = yield* encrypt(branch.plain, nonce, plain, contextOf(customer, role))
        const length = branch.wrapped.length
        return Uint8Array.from([version, length >> 8, length & 255, ...branch.wrapped, ...nonce, ...cipherText])
      }),
    )
  })

  /** A Customer's first branch key. */
  const fresh = Effect.fnUntraced(function* (customer: CustomerId) {
    const { randomBytes } = yield* Encryption
    const plain = yield* randomBytes(keyLength)
    const wrapped = yield* Effect.mapError(service.wrap(contextOfBranch(customer), plain), unavailable)
    // What a faulty service cannot unwrap would be found out when all is sealed under it.
    const again = yield* Effect.mapError(service.unwrap(contextOfBranch(customer), wrapped), unavailable)
    const isSame = hexadecimalOf(again) === hexadecimalOf(plain)
    again.fill(0)
    if (!isSame || wrapped.length > longest) return yield* notAuthentic()
    yield* cache.keep(idOf(customer, wrapped), plain, 1)
    plain.fill(0)
    return wrapped
  })

  return {
    load: (customer) =>
      withBranches(customer, (branchOf) =>
        Effect.flatMap(place.load(customer), (kept) => Effect.map(open(customer, kept, branchOf), ({ keys }) => keys)),
      ),
    change: (customer, next) =>
      withBranches(
        customer,
        Effect.fnUntraced(function* (branchOf) {
          for (let turn = 0; turn < retries; turn++) {
            const kept = yield* place.load(customer)
            const { branch, keys, stored } = yield* open(customer, kept, branchOf)
            const changed = next(keys)
            if (changed === keys) return keys
            const sealed = yield* seal(
              customer,
              changed,
              stored,
              branch ?? (yield* Effect.flatMap(fresh(customer), branchOf)),
            )
            const seen = snapshot(kept)
            let isWritten = false
            yield* place.change(customer, (current) => {
              isWritten = snapshot(current) === seen
              return isWritten ? sealed : current
            })
            if (isWritten) return changed
          }
          return yield* new VaultUnavailable({ store: "keyStore", cause: "contention" })
        }),
      ),
  }
}
