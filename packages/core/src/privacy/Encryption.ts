/**
 * The few cryptographic functions that the vault is made of, as a service: AES-256-GCM, HMAC-SHA-256 and random bytes,
 * by default those of Web Crypto, which every runtime has. Its randomness is never Effect's `Random`: a seeded run must
 * not repeat a key or a nonce.
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"

/** The bytes do not belong to the key and the context with which they were to be opened. It says nothing else. */
export class NotAuthentic extends Data.TaggedError("NotAuthentic") {}

/** How a value was encrypted; stored beside it, so that another algorithm can follow. */
export const algorithm = "AES-256-GCM"
/** How many bytes a key has. */
export const keyLength = 32
/** How many bytes a nonce has: 96 bits, drawn anew for every encryption. */
export const nonceLength = 12

/** The functions that an implementation provides. */
export interface Functions {
  /** Bytes from a cryptographic generator. */
  readonly randomBytes: (length: number) => Effect.Effect<Uint8Array>
  /** AES-256-GCM; the answer ends in the tag. */
  readonly encrypt: (
    key: Uint8Array,
    nonce: Uint8Array,
    text: Uint8Array,
    context: Uint8Array,
  ) => Effect.Effect<Uint8Array>
  readonly decrypt: (
    key: Uint8Array,
    nonce: Uint8Array,
    cipherText: Uint8Array,
    context: Uint8Array,
  ) => Effect.Effect<Uint8Array, NotAuthentic>
  /** HMAC-SHA-256. */
  readonly mac: (key: Uint8Array, message: Uint8Array) => Effect.Effect<Uint8Array>
}

/** No caller shares the memory of its bytes with another thread, which is what Web Crypto asks for. */
const owned = (bytes: Uint8Array) => bytes as Uint8Array<ArrayBuffer>

const importKey = (key: Uint8Array, use: "encrypt" | "decrypt") =>
  globalThis.crypto.subtle.importKey("raw", owned(key), "AES-GCM", false, [use])

const webCrypto: Functions = {
  randomBytes: (length) => Effect.sync(() => globalThis.crypto.getRandomValues(new Uint8Array(length))),
  encrypt: (key, nonce, text, context) =>
    Effect.promise(async () => {
      const parameters = { name: "AES-GCM", iv: owned(nonce), additionalData: owned(context) }
      return new Uint8Array(
        await globalThis.crypto.subtle.encrypt(parameters, await importKey(key, "encrypt"), owned(text)),
      )
    }),
  decrypt: (key, nonce, cipherText, context) =>
    Effect.tryPromise({
      try: async () => {
        const parameters = { name: "AES-GCM", iv: owned(nonce), additionalData: owned(context) }
        return new Uint8Array(
          await globalThis.crypto.subtle.decrypt(parameters, await importKey(key, "decrypt"), owned(cipherText)),
        )
      },
      catch: () => new NotAuthentic(),
    }),
  mac: (key, message) =>
    Effect.promise(async () => {
      const parameters = { name: "HMAC", hash: "SHA-256" }
      const imported = await globalThis.crypto.subtle.importKey("raw", owned(key), parameters, false, ["sign"])
      return new Uint8Array(await globalThis.crypto.subtle.sign("HMAC", imported, owned(message)))
    }),
}

/** The implementation in force. The default is that of Web Crypto. */
export const Encryption = Context.Reference<Functions>("@tacet/core/privacy/Encryption", {
  defaultValue: () => webCrypto,
})

/** A text as bytes. */
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Bytes of UTF-8 as the text that they were made from, with a byte order mark in front where it had one. */
export const textOf = (bytes: Uint8Array): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)

/** Bytes as hexadecimal digits. */
export const hexadecimalOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
