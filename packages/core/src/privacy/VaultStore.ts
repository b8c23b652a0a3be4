/**
 * Where the vault keeps its rows, as a port. It knows nothing of plain values: encryption, policy and the access log are
 * the matter of `Vault`, which is the same over every store. `@tacet/testing` proves both together.
 *
 * Requirements for an adapter:
 *
 * 1. Every function is atomic and concerns one Customer.
 * 2. `put`, `changeKeyring` and `fence` of one subject take turns (in SQL: they lock its keyring row, `put` with
 *    `FOR SHARE`, the others for update). Rows that `put` acknowledged before a `fence` are removed after it; later ones
 *    are refused.
 * 3. A keyring that is erased stays erased, and holds no key.
 * 4. Removed rows are deleted, not marked; a value leaves its reference, the day and the cause.
 * 5. `removeSubject` and `sweep` cost what they remove, whatever else is kept.
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import type { Uuid } from "../eventsourcing/Uuid.ts"
import type { Collected, Ended, Span, SubjectSpan, Tally } from "./Ended.ts"
import type { Erasure, Keyring, KeyringState } from "./Keyring.ts"
import type { PersonalDataCategory } from "./PersonalDataCategory.ts"
import type { Collector, Source, ToldKind } from "./Source.ts"
import type { ErasureCause, SubjectId } from "./Subject.ts"
import type { SubjectErased, SubjectRestricted, VaultUnavailable } from "./VaultError.ts"

/** A sealed value. */
export interface ValueRow {
  readonly reference: Uuid
  readonly subject: SubjectId
  readonly category: PersonalDataCategory
  /** The purposes that were declared for it when it was collected. */
  readonly purposes: ReadonlyArray<string>
  /** `undefined` for a value of a release that recorded none. */
  readonly source: Source | undefined
  /** Of which kind it is, where its category does not tell that. */
  readonly kind: ToldKind | undefined
  /** The party that collected it on its own; none for a value of the operator's own service. */
  readonly collectedBy: Collector | undefined
  readonly collectedAt: EpochMillis
  /** From then on it is not readable, whatever ran. `undefined`: no end is known yet. */
  readonly retentionEnd: EpochMillis | undefined
  readonly keyId: Uuid
  readonly algorithm: string
  readonly nonce: Uint8Array
  readonly cipherText: Uint8Array
}

/** A link from an interaction to its subject. Nowhere else are the two named together. */
export interface LinkRow {
  readonly subject: SubjectId
  readonly interaction: Uuid
  readonly retentionEnd: EpochMillis | undefined
  /** `undefined` for a link to a disclosure, and for one of a release that recorded it of none. */
  readonly collected?: Collected | undefined
}

/** A record that an identifier belonged to a subject for a time; the identifier is a keyed token. */
export interface LocatorRow {
  readonly subject: SubjectId
  readonly token: string
  /** The period under whose key the token was made. */
  readonly period: string
  readonly validFrom: EpochMillis
  /** Exclusive; `undefined`: until further notice. */
  readonly validTo: EpochMillis | undefined
  readonly retentionEnd: EpochMillis | undefined
  /** `undefined` for a locator of a release that recorded it of none. */
  readonly collected?: Collected | undefined
}

/** Rows of one subject that are put together. */
export interface Rows {
  readonly values?: ReadonlyArray<ValueRow>
  readonly links?: ReadonlyArray<LinkRow>
  readonly locators?: ReadonlyArray<LocatorRow>
  /** The values correct others of the subject: they are put although it is restricted (GDPR 16, 18(2)). Default: false. */
  readonly correction?: boolean
}

/**
 * The record of a destroyed value: no subject, and only the day, so that values erased together cannot be joined again.
 */
export interface Destroyed {
  readonly reference: Uuid
  /** The beginning of the day in UTC. */
  readonly on: EpochMillis
  readonly cause: ErasureCause
}

/** The row of a reference: a value with the keyring of its subject in one snapshot, or the record of its destruction. */
export type Found =
  | { readonly _tag: "Value"; readonly value: ValueRow; readonly keyring: Option.Option<Keyring> }
  | { readonly _tag: "Destroyed"; readonly destroyed: Destroyed }

/** The keyring is not what the caller has seen, or does not have the key that a value was sealed with. Read it again. */
export class KeyringMoved extends Data.TaggedError("KeyringMoved")<{ readonly actualRevision: number }> {}

/** The port. */
export class VaultStore extends Context.Service<
  VaultStore,
  {
    /** The keyring of a subject, erased or not; none where nothing was ever kept under it. */
    readonly keyring: (
      customer: CustomerId,
      subject: SubjectId,
    ) => Effect.Effect<Option.Option<Keyring>, VaultUnavailable>
    /**
     * Changes a keyring that is still at the revision (0: that there is none yet), and answers it. Refused once the
     * subject is erased, unless the change is to its erasure alone.
     */
    readonly changeKeyring: (
      customer: CustomerId,
      subject: SubjectId,
      revision: number,
      next: KeyringState,
    ) => Effect.Effect<Keyring, KeyringMoved | SubjectErased | VaultUnavailable>
    /**
     * Erases a keyring, or creates an erased one: its keys are destroyed, and later puts for the subject are refused.
     * A repetition returns the first erasure.
     */
    readonly fence: (
      customer: CustomerId,
      subject: SubjectId,
      erasure: Erasure,
    ) => Effect.Effect<Erasure, VaultUnavailable>
    /**
     * Puts rows of one subject, where it is neither erased nor restricted (or they are a correction) and every value is sealed with the key that
     * the keyring has for its category. Without values, a keyring is made where there is none. The same row again is no
     * further row, and a destroyed value does not come back under its reference.
     */
    readonly put: (
      customer: CustomerId,
      subject: SubjectId,
      rows: Rows,
    ) => Effect.Effect<void, KeyringMoved | SubjectErased | SubjectRestricted | VaultUnavailable>
    /** The row of a reference. */
    readonly find: (customer: CustomerId, reference: Uuid) => Effect.Effect<Option.Option<Found>, VaultUnavailable>
    /** The values kept under a subject, by reference, behind `after`. */
    readonly valuesOf: (
      customer: CustomerId,
      subject: SubjectId,
      page: { readonly after?: Uuid; readonly limit: number },
    ) => Effect.Effect<ReadonlyArray<ValueRow>, VaultUnavailable>
    /** The subjects to which one of the tokens belonged at a moment within `[from, to)`, each once, by id. */
    readonly locate: (
      customer: CustomerId,
      tokens: ReadonlyArray<string>,
      range: { readonly from: EpochMillis; readonly to: EpochMillis; readonly at: EpochMillis },
    ) => Effect.Effect<ReadonlyArray<SubjectId>, VaultUnavailable>
    /** The links of a subject that have not ended, by interaction. */
    readonly linksOf: (
      customer: CustomerId,
      subject: SubjectId,
      at: EpochMillis,
    ) => Effect.Effect<ReadonlyArray<Uuid>, VaultUnavailable>
    /** The subject of an interaction, as long as the link has not ended. */
    readonly subjectOf: (
      customer: CustomerId,
      interaction: Uuid,
      at: EpochMillis,
    ) => Effect.Effect<Option.Option<SubjectId>, VaultUnavailable>
    /** Removes the links of a subject to some interactions; those that are not there are passed over. */
    readonly unlink: (
      customer: CustomerId,
      subject: SubjectId,
      interactions: ReadonlyArray<Uuid>,
    ) => Effect.Effect<void, VaultUnavailable>
    /** Destroys single values; those that are not there are passed over. */
    readonly destroy: (
      customer: CustomerId,
      references: ReadonlyArray<Uuid>,
      destroyed: Omit<Destroyed, "reference">,
    ) => Effect.Effect<void, VaultUnavailable>
    /** Removes up to `limit` rows of a subject and answers how many; 0: nothing is left. */
    readonly removeSubject: (
      customer: CustomerId,
      subject: SubjectId,
      destroyed: Omit<Destroyed, "reference">,
      limit: number,
    ) => Effect.Effect<number, VaultUnavailable>
    /** The spans of the categories of which rows are kept, by category; rows without a category are in none. */
    readonly spans: (customer: CustomerId) => Effect.Effect<ReadonlyArray<Span>, VaultUnavailable>
    /** The spans of the categories of which rows of some subjects are kept, by subject and category. */
    readonly spansOf: (
      customer: CustomerId,
      subjects: ReadonlyArray<SubjectId>,
    ) => Effect.Effect<ReadonlyArray<SubjectSpan>, VaultUnavailable>
    /** Counts the rows that have ended, by category; categories without any are left out. */
    readonly tally: (customer: CustomerId, ended: Ended) => Effect.Effect<ReadonlyArray<Tally>, VaultUnavailable>
    /** Removes up to `limit` rows that have ended, and answers how many; 0: nothing is left. */
    readonly sweep: (customer: CustomerId, ended: Ended, limit: number) => Effect.Effect<number, VaultUnavailable>
    /** The keyrings of a Customer, by subject, behind `after`. */
    readonly keyrings: (
      customer: CustomerId,
      page: { readonly after?: SubjectId; readonly limit: number },
    ) => Effect.Effect<ReadonlyArray<Keyring>, VaultUnavailable>
    /** The erased keyrings whose erasure is not completed, by subject. */
    readonly unfinished: (customer: CustomerId) => Effect.Effect<ReadonlyArray<Keyring>, VaultUnavailable>
  }
>()("@tacet/core/privacy/VaultStore") {}
