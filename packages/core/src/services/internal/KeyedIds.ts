/**
 * Ids of what is known by an identifier of a person or a device: derived under a key of the key store, so that the log holds
 * neither the identifier nor anything from which it can be guessed, and the same identifier always has the same id.
 */
import * as Effect from "effect/Effect"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import * as Uuid from "../../eventsourcing/Uuid.ts"
import { bytesOf, Encryption } from "../../privacy/Encryption.ts"
import type { KeyStore } from "../../privacy/KeyStore.ts"
import type { SubjectId } from "../../privacy/Subject.ts"
import type { VaultUnavailable } from "../../privacy/VaultError.ts"

/** The id of an identifier within a Customer, for one use: the ids of different uses have nothing in common. */
export const idOf = (
  keyStore: KeyStore["Service"],
  customer: CustomerId,
  use: string,
  identifier: string,
): Effect.Effect<Uuid.Uuid, VaultUnavailable> =>
  Effect.gen(function* () {
    const { mac } = yield* Encryption
    // Only a derived id reaches the key store; the identifier stays in the program.
    const key = yield* keyStore.fingerprint(customer, Uuid.derived("keyed-id", use) as SubjectId)
    return Uuid.fromBytes(yield* mac(bytesOf(key), bytesOf(identifier)), 8)
  })
