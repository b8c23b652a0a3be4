/**
 * The keyring of a subject: its data keys, its restriction, its objections, and the record that it was erased.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import * as Retry from "../../eventsourcing/Retry.ts"
import { empty, type Keyring, type KeyringState } from "../Keyring.ts"
import type { SubjectId } from "../Subject.ts"
import { SubjectErased, VaultUnavailable } from "../VaultError.ts"
import { KeyringMoved } from "../VaultStore.ts"
import type { Ports } from "./Ports.ts"

/** How many keyrings are read at a time. */
const pageSize = 500

/** Repeats a change where the keyring was changed meanwhile. */
export const again = <A, E>(change: Effect.Effect<A, E | KeyringMoved>): Effect.Effect<A, E | VaultUnavailable> =>
  Retry.whileFailing(change, (error) => error instanceof KeyringMoved).pipe(
    Effect.catchIf(
      (error): error is KeyringMoved => error instanceof KeyringMoved,
      () => Effect.fail(new VaultUnavailable({ store: "vault", cause: "contention" })),
    ),
  ) as Effect.Effect<A, E | VaultUnavailable>

/** The keyrings of a vault's subjects. */
export type Keyrings = ReturnType<typeof keyrings>

/** Reads and changes keyrings. */
export const keyrings = ({ keyStore, ledger, store }: Ports) => {
  /** The ledger's entry on a subject. It is valid even after the vault was restored from a backup. */
  const recorded = (customer: CustomerId, subject: SubjectId) =>
    Effect.flatMap(keyStore.fingerprint(customer, subject), (fingerprint) => ledger.find(customer, fingerprint))

  /** The keyring of a subject that is not erased; `undefined` where nothing was kept under it yet. */
  const live = Effect.fnUntraced(function* (customer: CustomerId, subject: SubjectId) {
    const keyring = Option.getOrUndefined(yield* store.keyring(customer, subject))
    const seenRevision = keyring?.revision ?? 0
    if (keyring?.erasure !== undefined) {
      return yield* new SubjectErased({ customer, subject, seenRevision, cause: keyring.erasure.cause })
    }
    const entry = Option.getOrUndefined(yield* recorded(customer, subject))
    if (entry !== undefined) return yield* new SubjectErased({ customer, subject, seenRevision, cause: entry.cause })
    return keyring
  })

  /** Changes the keyring of a subject that is not erased. */
  const change = (customer: CustomerId, subject: SubjectId, next: (state: KeyringState) => KeyringState) =>
    again(
      Effect.flatMap(live(customer, subject), (keyring) =>
        store.changeKeyring(customer, subject, keyring?.revision ?? 0, next(keyring ?? empty)),
      ),
    )

  /** Visits every keyring of a Customer, page by page, and sums up the answers. */
  const forEach = Effect.fnUntraced(function* <E>(
    customer: CustomerId,
    visit: (keyring: Keyring) => Effect.Effect<number, E>,
  ) {
    let count = 0
    let after: SubjectId | undefined
    for (;;) {
      const page = yield* store.keyrings(customer, { ...(after === undefined ? {} : { after }), limit: pageSize })
      for (const keyring of page) count += yield* visit(keyring)
      after = page.at(-1)?.subject
      if (after === undefined) return count
    }
  })

  return { recorded, live, change, forEach }
}
