/**
 * The bytes of a Customer's keys, and where they are kept.
 */
import type * as Effect from "effect/Effect"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import type * as Uuid from "../../eventsourcing/Uuid.ts"
import type { VaultUnavailable } from "../VaultError.ts"

/** A key that wraps others. */
export interface WrappingKey {
  readonly id: Uuid.Uuid
  readonly bytes: Uint8Array
  /** Since when another one is current. */
  readonly supersededAt: EpochMillis | undefined
}

/** All keys of one Customer. */
export interface CustomerKeys {
  /** The last one is current. */
  readonly wrapping: ReadonlyArray<WrappingKey>
  /** By period; `undefined` where the period is closed. */
  readonly periods: ReadonlyMap<string, Uint8Array | undefined>
  readonly fingerprint: Uint8Array | undefined
}

/** A Customer without keys. */
export const noKeys: CustomerKeys = { wrapping: [], periods: new Map(), fingerprint: undefined }

/** Where the bytes of keys are kept. */
export interface KeyMaterial {
  /** The keys of a Customer; {@link noKeys} where there are none. */
  readonly load: (customer: CustomerId) => Effect.Effect<CustomerKeys, VaultUnavailable>
  /** Changes them atomically: of two changes at once the second sees what the first has left. */
  readonly change: (
    customer: CustomerId,
    next: (keys: CustomerKeys) => CustomerKeys,
  ) => Effect.Effect<CustomerKeys, VaultUnavailable>
}
