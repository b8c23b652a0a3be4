/**
 * Sees before the first use of a Customer's keys that the key store is the one in which they were made: an empty one, or that of
 * another installation, would make keys anew, and find no subject for any identifier.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import { derived } from "../../eventsourcing/Uuid.ts"
import type { LedgerEntry } from "../ErasureLedger.ts"
import { VaultUnavailable, WrongKeyStore, wrongKeys } from "../VaultError.ts"
import type { Keyring } from "../Keyring.ts"
import type { KeyStore } from "../KeyStore.ts"
import type { SubjectId } from "../Subject.ts"
import type { Ports } from "./Ports.ts"
import { seenCustomers } from "./seenCustomers.ts"

/** How many keyrings are tried: one that was tampered with proves nothing of the others. */
const tried = 20

/** The subject, which is none, whose fingerprint in the ledger is the check value of the key store. */
const checked = (customer: CustomerId): SubjectId => derived("check of the key store", customer) as SubjectId

/** Records the check value of the key store in the ledger. It comes before the first erasure there. */
export const recordCheck = Effect.fnUntraced(function* (
  { keyStore, ledger }: Pick<Ports, "keyStore" | "ledger">,
  customer: CustomerId,
  { at, cause }: Omit<LedgerEntry, "fingerprint">,
) {
  const fingerprint = yield* keyStore.fingerprint(customer, checked(customer))
  if (Option.isNone(yield* ledger.find(customer, fingerprint)))
    yield* ledger.record(customer, { fingerprint, at, cause })
})

type Made = Effect.Success<ReturnType<KeyStore["Service"]["made"]>>

/** Fails with `WrongKeyStore` where the operation has that error. */
export const tellWrongKeys = <A, E, R>(
  customer: CustomerId,
  effect: Effect.Effect<A, E | VaultUnavailable | WrongKeyStore, R>,
): Effect.Effect<A, E | VaultUnavailable | WrongKeyStore, R> =>
  Effect.mapError(effect, (error) =>
    error instanceof VaultUnavailable && error.cause === wrongKeys ? new WrongKeyStore({ customer }) : error,
  )

/** The key store, of which every key is asked for only where it has the keys that rows and ledger name. */
export const withRightKeys = (stores: Ports): KeyStore["Service"] => {
  const { keyStore, ledger, store } = stores
  const right = seenCustomers()

  /** Whether one of the keys of a keyring unwraps. */
  const unwraps = Effect.fnUntraced(function* ({ customer, keys, subject }: Keyring) {
    for (const [category, wrapped] of keys) {
      const place = { customer, subject, category, keyId: wrapped.keyId }
      const key = yield* keyStore.unwrap(place, wrapped).pipe(
        Effect.asSome,
        Effect.catchTag(["WrongKeyStore", "AlteredKey"], () => Effect.succeed(Option.none<Uint8Array>())),
      )
      if (Option.isSome(key)) return true
    }
    return false
  })

  /** Whether the erasure of a keyring is named by a fingerprint under the Customer's key. */
  const isNamed = ({ customer, erasure, subject }: Keyring) =>
    Effect.map(keyStore.fingerprint(customer, subject), (fingerprint) => fingerprint === erasure?.fingerprint)

  const some = Effect.fnUntraced(function* <E>(
    keyrings: ReadonlyArray<Keyring>,
    holds: (keyring: Keyring) => Effect.Effect<boolean, E>,
  ) {
    for (const keyring of keyrings) if (yield* holds(keyring)) return true
    return false
  })

  /** Whether any keyring at all, or the ledger, names keys that the key store lacks. */
  const isLacking = Effect.fnUntraced(function* (customer: CustomerId, made: Made) {
    let [sealed, erased] = [false, (yield* ledger.entries(customer)).length > 0]
    let after: SubjectId | undefined
    do {
      const page = yield* store.keyrings(customer, { ...(after === undefined ? {} : { after }), limit: 500 })
      sealed ||= page.some(({ keys }) => keys.size > 0)
      erased ||= page.some(({ erasure }) => erasure !== undefined)
      after = page.at(-1)?.subject
    } while (after !== undefined)
    return (sealed && !made.wrapping) || (erased && !made.fingerprint)
  })

  /** Whether the ledger is empty or has the check value. */
  const isOfLedger = Effect.fnUntraced(function* (customer: CustomerId) {
    const check = yield* keyStore.fingerprint(customer, checked(customer))
    return Option.isSome(yield* ledger.find(customer, check)) || (yield* ledger.entries(customer)).length === 0
  })

  const seemsRight = Effect.fnUntraced(function* (customer: CustomerId) {
    const made = yield* keyStore.made(customer)
    if ((!made.fingerprint || !made.wrapping) && (yield* isLacking(customer, made))) return false
    const keyrings = yield* store.keyrings(customer, { limit: tried })
    const sealed = keyrings.filter(({ keys }) => keys.size > 0)
    if (sealed.length > 0 && !(yield* some(sealed, unwraps))) return false
    const erased = keyrings.filter(({ erasure }) => erasure !== undefined)
    if (erased.length > 0) return yield* some(erased, isNamed)
    return !made.fingerprint || (yield* isOfLedger(customer))
  })

  /** Other processes make, rotate and destroy keys between the questions: what seems wrong is looked at a second time. */
  const isRight = (customer: CustomerId) =>
    Effect.flatMap(seemsRight(customer), (seems) => (seems ? Effect.succeed(true) : seemsRight(customer)))

  const seen = <A, E>(customer: CustomerId, use: Effect.Effect<A, E>): Effect.Effect<A, E | VaultUnavailable> =>
    Effect.suspend(() => {
      if (right.has(customer)) return use
      return Effect.flatMap(isRight(customer), (isRight): Effect.Effect<A, E | VaultUnavailable> => {
        if (!isRight) return Effect.fail(new VaultUnavailable({ store: "keyStore", cause: wrongKeys }))
        right.add(customer)
        return use
      })
    })

  return {
    ...keyStore,
    wrap: (place, dataKey) => seen(place.customer, keyStore.wrap(place, dataKey)),
    rotate: (customer) => seen(customer, keyStore.rotate(customer)),
    retire: (customer, before) => seen(customer, keyStore.retire(customer, before)),
    token: (customer, period, message) => seen(customer, keyStore.token(customer, period, message)),
    periods: (customer) => seen(customer, keyStore.periods(customer)),
    closePeriod: (customer, period) => seen(customer, keyStore.closePeriod(customer, period)),
    fingerprint: (customer, subject) => seen(customer, keyStore.fingerprint(customer, subject)),
  }
}
