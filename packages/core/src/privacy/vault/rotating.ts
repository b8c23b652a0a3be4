/**
 * Rotates the keys that wrap data keys, while everything else continues.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type * as Uuid from "../../eventsourcing/Uuid.ts"
import type { KeyPlace } from "../AssociatedData.ts"
import type { SubjectId } from "../Subject.ts"
import { again, type Keyrings } from "./keyrings.ts"
import type { Ports } from "./Ports.ts"

/** How long a writer may work with a key that was superseded meanwhile: an hour, in milliseconds. */
const defaultGrace = 3_600_000

/** Rotates keys. */
export const rotating = ({ keyStore, store }: Ports, { forEach }: Keyrings) => {
  /** Wraps the keys of a keyring with the current key, and answers how many were not. */
  const rewrap = (customer: CustomerId, current: Uuid.Uuid, subject: SubjectId) =>
    again(
      Effect.gen(function* () {
        const keyring = Option.getOrUndefined(yield* store.keyring(customer, subject))
        const stale = Array.from(keyring?.keys ?? []).filter(([, { wrappingKey }]) => wrappingKey !== current)
        if (keyring === undefined || stale.length === 0) return 0
        const keys = new Map(keyring.keys)
        for (const [category, wrapped] of stale) {
          const place: KeyPlace = { customer, subject, category, keyId: wrapped.keyId }
          const key = yield* keyStore.unwrap(place, wrapped)
          keys.set(category, { keyId: wrapped.keyId, ...(yield* keyStore.wrap(place, key)) })
        }
        yield* store.changeKeyring(customer, subject, keyring.revision, { ...keyring, keys })
        return stale.length
      }),
    ).pipe(Effect.catchTag("SubjectErased", () => Effect.succeed(0)))

  const rewrapAll = (customer: CustomerId, current: Uuid.Uuid) =>
    forEach(customer, ({ subject }) => rewrap(customer, current, subject))

  const rotate = Effect.fn("Vault.rotate")(function* (customer: CustomerId) {
    return yield* rewrapAll(customer, yield* keyStore.rotate(customer))
  })

  const retireKeys = Effect.fn("Vault.retireKeys")(function* (customer: CustomerId, grace: number = defaultGrace) {
    // A Customer without a key has none to destroy.
    if (!(yield* keyStore.made(customer)).wrapping) return
    yield* rewrapAll(customer, yield* keyStore.current(customer))
    yield* keyStore.retire(customer, (yield* Clock.currentTimeMillis) - grace)
  })

  return { rotate, retireKeys }
}
