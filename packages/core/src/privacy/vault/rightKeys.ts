/**
 * Sees before the first use of a Customer's keys that the key store is the one in which they were made: an empty one, or that of
 * another installation, would make keys anew, and find no subject for any identifier.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import { derived } from "../../eventsourcing/Uuid.ts"
import { VaultUnavailable, WrongKeyStore, wrongKeys } from "../VaultError.ts"
import type { Keyring } from "../Keyring.ts"
import type { KeyStore } from "../KeyStore.ts"
import type { SubjectId } from "../Subject.ts"
import type { Ports } from "./Ports.ts"
import { seenCustomers } from "./seenCustomers.ts"

/** How many keyrings are read at a time. */
const pageSize = 500

/** How many keyrings may name keys that the key store lacks before it is called wrong. */
const tried = 20

/** The subject, which is none, whose fingerprint in the ledger is the check value of the key store. */
const checked = (customer: CustomerId): SubjectId => derived("check of the key store", customer) as SubjectId

/** What a key store seems to be for a Customer: the right one, a wrong one, or one of a Customer for whom no key was ever used. */
type Sight = "right" | "wrong" | "new"

/** Fails with `WrongKeyStore` where the operation has that error. */
export const tellWrongKeys = <A, E, R>(
  customer: CustomerId,
  effect: Effect.Effect<A, E | VaultUnavailable | WrongKeyStore, R>,
): Effect.Effect<A, E | VaultUnavailable | WrongKeyStore, R> =>
  Effect.mapError(effect, (error) =>
    error instanceof VaultUnavailable && error.cause === wrongKeys ? new WrongKeyStore({ customer }) : error,
  )

/**
 * The key store, whose keys are used only where it is the one that rows and ledger name. Its check value is recorded in the ledger
 * before the first key of a Customer is used.
 */
export const withRightKeys = (stores: Ports): KeyStore["Service"] => {
  const { keyStore, ledger, store } = stores
  const right = seenCustomers()

  /** Whether the key store has one of the keys that wrap those of a keyring. */
  const unwraps = Effect.fnUntraced(function* ({ customer, keys, subject }: Keyring) {
    for (const [category, wrapped] of keys) {
      const isThere = yield* keyStore.unwrap({ customer, subject, category, keyId: wrapped.keyId }, wrapped).pipe(
        Effect.as(true),
        // A wrapped key that was changed is a fault of the row: the key that wraps it is there.
        Effect.catchTag("AlteredKey", () => Effect.succeed(true)),
        Effect.catchTag("WrongKeyStore", () => Effect.succeed(false)),
      )
      if (isThere) return true
    }
    return false
  })

  /**
   * Whether the rows show that the key store is the right one, and no older than they are; `undefined` where they show nothing. The
   * fingerprint of an erased subject says whose keys they are, a key that unwraps that they are recent too.
   */
  const isOfRows = Effect.fnUntraced(function* (customer: CustomerId, pages: number) {
    let named: boolean | undefined
    let lacking = 0
    let after: SubjectId | undefined
    for (let read = 0; read < pages; read++) {
      const page = yield* store.keyrings(customer, { ...(after === undefined ? {} : { after }), limit: pageSize })
      for (const keyring of page) {
        const { erasure, keys, subject } = keyring
        if (erasure !== undefined && named !== true) {
          named = (yield* keyStore.fingerprint(customer, subject)) === erasure.fingerprint
        }
        if (keys.size === 0) continue
        if (yield* unwraps(keyring)) return true
        lacking += 1
        if (lacking >= tried) return false
      }
      after = page.at(-1)?.subject
      if (after === undefined) break
    }
    return lacking > 0 ? false : named
  })

  /** Whether the check value is in the ledger, and the entries where it was not found at once. */
  const check = Effect.fnUntraced(function* (customer: CustomerId) {
    const fingerprint = yield* keyStore.fingerprint(customer, checked(customer))
    if (Option.isSome(yield* ledger.find(customer, fingerprint))) return { fingerprint, isThere: true, entries: [] }
    const entries = yield* ledger.entries(customer)
    // Another use of the same key store may record it between the two questions.
    return { fingerprint, isThere: entries.some((entry) => entry.fingerprint === fingerprint), entries }
  })

  const seen = Effect.fnUntraced(function* (customer: CustomerId): Effect.fn.Return<Sight, VaultUnavailable> {
    if (!(yield* keyStore.made(customer)).fingerprint) {
      // Nothing is kept of a subject, and none is erased, before the key of fingerprints is made.
      const [keyring] = yield* store.keyrings(customer, { limit: 1 })
      return keyring === undefined && (yield* ledger.entries(customer)).length === 0 ? "new" : "wrong"
    }
    const { entries, isThere } = yield* check(customer)
    // The check value says whose keys they are, the rows whether they are recent.
    const isOf = yield* isOfRows(customer, isThere ? 1 : Number.POSITIVE_INFINITY)
    if (isOf !== undefined) return isOf ? "right" : "wrong"
    if (isThere) return "right"
    return entries.length === 0 ? "new" : "wrong"
  })

  /** Other processes make, rotate and destroy keys between the questions: what seems wrong is looked at a second time. */
  const seenTwice = (customer: CustomerId) =>
    Effect.flatMap(seen(customer), (sight) => (sight === "wrong" ? seen(customer) : Effect.succeed(sight)))

  /** Records the check value, and answers whether it counts. Of two key stores that begin with one Customer the first one is right. */
  const record = Effect.fnUntraced(function* (customer: CustomerId, sight: Sight) {
    const { entries, fingerprint, isThere } = yield* check(customer)
    if (isThere) return true
    if (sight === "new" && entries.length > 0) return false
    yield* ledger.record(customer, { fingerprint, at: yield* Clock.currentTimeMillis, cause: "request" })
    const [first] = yield* ledger.entries(customer)
    return sight === "right" || first?.fingerprint === fingerprint
  })

  /** Uses keys of a Customer, which are its right ones. A use that makes keys records their check value before. */
  const using = <A, E>(
    customer: CustomerId,
    makes: boolean,
    use: Effect.Effect<A, E>,
  ): Effect.Effect<A, E | VaultUnavailable> =>
    Effect.suspend(() => {
      if (right.has(customer)) return use
      return Effect.gen(function* () {
        const sight = yield* seenTwice(customer)
        const isSo = sight !== "wrong" && (!makes || (yield* record(customer, sight)))
        if (!isSo) return yield* new VaultUnavailable({ store: "keyStore", cause: wrongKeys })
        if (makes) right.add(customer)
        return yield* use
      })
    })

  return {
    ...keyStore,
    made: (customer) => using(customer, false, keyStore.made(customer)),
    periods: (customer) => using(customer, false, keyStore.periods(customer)),
    current: (customer) => using(customer, false, keyStore.current(customer)),
    retire: (customer, before) => using(customer, false, keyStore.retire(customer, before)),
    wrap: (place, dataKey) => using(place.customer, true, keyStore.wrap(place, dataKey)),
    rotate: (customer) => using(customer, true, keyStore.rotate(customer)),
    token: (customer, period, message) => using(customer, true, keyStore.token(customer, period, message)),
    closePeriod: (customer, period) => using(customer, true, keyStore.closePeriod(customer, period)),
    fingerprint: (customer, subject) => using(customer, true, keyStore.fingerprint(customer, subject)),
  }
}
