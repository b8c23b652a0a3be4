/**
 * The keys of one subject, and its fence: one row, so that erasing and writing meet at one lock. It is live until it is
 * erased, and never live again.
 */
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import type { Uuid } from "../eventsourcing/Uuid.ts"
import type { PersonalDataCategory } from "./PersonalDataCategory.ts"
import type { ErasureCause, SubjectId } from "./Subject.ts"

/** A data key as the vault keeps it: wrapped by a key of the key store. */
export interface WrappedKey {
  readonly keyId: Uuid
  /** The key of the key store that wraps it. */
  readonly wrappingKey: Uuid
  readonly wrapped: Uint8Array
}

/** The record that a subject was erased: without it no value is reported as erased. */
export interface Erasure {
  /** Represents the subject in the ledger; meaningless without the key store. */
  readonly fingerprint: string
  readonly at: EpochMillis
  readonly cause: ErasureCause
  /** The completed steps, by name; after a crash the erasure continues behind them. */
  readonly done: ReadonlyArray<string>
  readonly completed: boolean
}

/** The mutable part of a keyring. */
export interface KeyringState {
  /** One for each category of which a value was kept; none once the subject is erased. */
  readonly keys: ReadonlyMap<PersonalDataCategory, WrappedKey>
  /** Stored and nothing else (GDPR 18). */
  readonly restricted: boolean
  /** The purposes that are stopped (GDPR 21). */
  readonly objections: ReadonlySet<string>
  readonly erasure: Erasure | undefined
}

/** The keyring of a subject. */
export interface Keyring extends KeyringState {
  readonly customer: CustomerId
  readonly subject: SubjectId
  /** 1 when it was made, one more with every change. */
  readonly revision: number
}

/** A subject under which nothing was kept yet. */
export const empty: KeyringState = { keys: new Map(), restricted: false, objections: new Set(), erasure: undefined }
