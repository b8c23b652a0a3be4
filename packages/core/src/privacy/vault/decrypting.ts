/**
 * Reads the text of a sealed value.
 */
import * as Effect from "effect/Effect"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import { type KeyPlace, ofValue } from "../AssociatedData.ts"
import { algorithm, Encryption, textOf } from "../Encryption.ts"
import type { WrappedKey } from "../Keyring.ts"
import type { KeyStore } from "../KeyStore.ts"
import { AlteredValue } from "../VaultError.ts"
import type { ValueRow } from "../VaultStore.ts"

/** Decrypts a value under its wrapped key. */
export const textOfValue = Effect.fnUntraced(function* (
  keyStore: KeyStore["Service"],
  customer: CustomerId,
  value: ValueRow,
  wrapped: WrappedKey,
) {
  const { category, cipherText, keyId, nonce, reference, subject } = value
  const place: KeyPlace = { customer, subject, category, keyId }
  const { decrypt } = yield* Encryption
  const altered = () => new AlteredValue({ customer, reference })
  if (value.algorithm !== algorithm) return yield* altered()
  const key = yield* keyStore.unwrap(place, wrapped)
  const bytes = yield* Effect.mapError(decrypt(key, nonce, cipherText, ofValue({ ...place, reference })), altered)
  return textOf(bytes)
})
