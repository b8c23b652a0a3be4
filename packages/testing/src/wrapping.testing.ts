/**
 * Shared by tests of wrapped keys: a key management service in memory that counts its calls and can be put out of order.
 */
import * as Effect from "effect/Effect"
import { Encryption, KeyWrapping } from "@tacet/core/privacy"

/** The service. */
export interface Service extends KeyWrapping.KeyWrapping {
  calls: number
  outOfOrder: KeyWrapping.KeyWrappingError["reason"] | undefined
}

/** A service with a key of its own. */
export const service = (): Service => {
  const key = globalThis.crypto.getRandomValues(new Uint8Array(Encryption.keyLength))
  const answering = <A>(answer: Effect.Effect<A, KeyWrapping.KeyWrappingError>) =>
    Effect.suspend(() => {
      made.calls += 1
      const reason = made.outOfOrder
      return reason === undefined ? answer : Effect.fail(new KeyWrapping.KeyWrappingError({ reason }))
    })
  const made: Service = {
    calls: 0,
    outOfOrder: undefined,
    wrap: (context, plain) =>
      answering(
        Effect.gen(function* () {
          const { encrypt, randomBytes } = yield* Encryption.Encryption
          const nonce = yield* randomBytes(Encryption.nonceLength)
          const cipherText = yield* encrypt(key, nonce, plain, Encryption.bytesOf(context))
          return Uint8Array.from([...nonce, ...cipherText])
        }),
      ),
    unwrap: (context, wrapped) =>
      answering(
        Effect.gen(function* () {
          const { decrypt } = yield* Encryption.Encryption
          const [nonce, cipherText] = [wrapped.slice(0, Encryption.nonceLength), wrapped.slice(Encryption.nonceLength)]
          return yield* Effect.mapError(
            decrypt(key, nonce, cipherText, Encryption.bytesOf(context)),
            () => new KeyWrapping.KeyWrappingError({ reason: "notAuthentic" }),
          )
        }),
      ),
  }
  return made
}
