/**
 * A key management service, as a port of two functions: it wraps a key and unwraps it, and the key that it does this with never
 * leaves it. `KeyStore.fromWrapped` makes a key store over it.
 */
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { keyRemedies } from "./VaultError.ts"

/** A key management service did not wrap or unwrap. Nothing was done. */
export class KeyWrappingError extends Schema.TaggedError<KeyWrappingError>()("KeyWrappingError", {
  /**
   * `unavailable` and `throttled` pass by themselves. The others do not: `disabled`, `pendingDeletion`, `missing` and `denied` say what
   * the service does with its key, `notAuthentic` that the bytes are not what was wrapped for the context.
   */
  reason: Schema.Literals([
    "unavailable",
    "throttled",
    "disabled",
    "pendingDeletion",
    "missing",
    "denied",
    "notAuthentic",
  ]),
  /** In how many milliseconds the service wants to be asked again, where it says so. */
  retryAfter: Schema.optionalKey(Schema.Number),
}) {
  /** Whether it passes by itself. */
  get passes(): boolean {
    return this.reason === "unavailable" || this.reason === "throttled"
  }

  override get message(): string {
    if (this.reason === "unavailable") return "The key management service does not answer. Ask again later."
    if (this.reason === "throttled") return "The key management service was asked too often. Ask again later."
    return `The key management service ${keyRemedies.get(`key ${this.reason}`)}: to ask again does not help.`
  }
}

/**
 * The port. Each function answers or fails within a time that the adapter sets: others wait for it. The context is no secret; it may be
 * in the service's log.
 */
export interface KeyWrapping {
  /** Wraps a key of 32 bytes so that it unwraps in the same context only; the answer has at most 65,535 bytes. */
  readonly wrap: (context: string, key: Uint8Array) => Effect.Effect<Uint8Array, KeyWrappingError>
  /** Unwraps it. The caller overwrites the answer. */
  readonly unwrap: (context: string, wrapped: Uint8Array) => Effect.Effect<Uint8Array, KeyWrappingError>
}
