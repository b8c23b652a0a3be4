/**
 * Ids of what is known by an identifier of a person or a device: derived under a key of the key store, so that the log holds
 * neither the identifier nor anything from which it can be guessed, and the same identifier always has the same id.
 */
import * as Effect from "effect/Effect"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import * as Uuid from "../../eventsourcing/Uuid.ts"
import { bytesOf, Encryption } from "../../privacy/Encryption.ts"
import type { KeyStore } from "../../privacy/KeyStore.ts"
import type { SubjectId } from "../../privacy/Subject.ts"
import type { VaultUnavailable } from "../../privacy/VaultError.ts"

/**
 * The id of an identifier of one or more parts within a Customer, for one use: the ids of different uses have nothing in common. Refused for an
 * empty identifier, which all without one would share (TACET-FORMAT).
 */
export const idOf = (
  keyStore: KeyStore["Service"],
  customer: CustomerId,
  use: string,
  ...parts: readonly [string, ...ReadonlyArray<string>]
): Effect.Effect<Uuid.Uuid, Refusal | VaultUnavailable> =>
  Effect.gen(function* () {
    if (parts.some((part) => part.trim() === "")) {
      const accepted = "an identifier that is not empty, and that no other person or device has"
      return yield* new Refusal({ rule: "TACET-FORMAT", command: "DeriveId", field: "identifier", accepted })
    }
    const { mac } = yield* Encryption
    // Only a derived id reaches the key store; the identifier stays in the program.
    const key = yield* keyStore.fingerprint(customer, Uuid.derived("keyed-id", use) as SubjectId)
    return Uuid.fromBytes(yield* mac(bytesOf(key), bytesOf(parts.length === 1 ? parts[0] : JSON.stringify(parts))), 8)
  })
