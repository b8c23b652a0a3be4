/**
 * The vault: personal values, each sealed under the key of its subject and category, the links between pseudonyms and
 * interactions, and the locators by which an identifier and a time lead to a pseudonym. A value is read in one way, by
 * `open`, which asks who reads it, for which purpose and why, and leaves a record.
 *
 * - A value is answered as erased only where its destruction was recorded. A missing key, a wrong store and a changed
 *   ciphertext are errors.
 * - The keyring of a subject is its fence: `erase` removes all earlier data, and later writes are refused.
 * - Every operation may be repeated.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type * as Uuid from "../eventsourcing/Uuid.ts"
import type { AccessLog } from "./AccessLog.ts"
import type { ErasureLedger } from "./ErasureLedger.ts"
import type * as Identifiers from "./Identifiers.ts"
import type { Collected, Ended, Span, SubjectSpan, Tally } from "./Ended.ts"
import type { Erasure, Keyring } from "./Keyring.ts"
import type { KeyStore } from "./KeyStore.ts"
import type { KeptCategories, OpeningPolicy } from "./OpeningPolicy.ts"
import type { Sealed } from "./Sealed.ts"
import type { ErasureCause, SubjectId } from "./Subject.ts"
import { erasing } from "./vault/erasing.ts"
import { keeping, type Kept } from "./vault/keeping.ts"
import { keyrings } from "./vault/keyrings.ts"
import { locating, type Observation, type ToLocate } from "./vault/locating.ts"
import { type Opened, type OpenError, opening, type ToOpen } from "./vault/opening.ts"
import { keptCategories } from "./vault/categories.ts"
import { ports } from "./vault/Ports.ts"
import { tellWrongKeys, withRightKeys } from "./vault/rightKeys.ts"
import { rotating } from "./vault/rotating.ts"
import { requireFit } from "./vault/fitting.ts"
import { sealing, type SealError, type ToSeal } from "./vault/sealing.ts"
import type {
  AlteredKey,
  PeriodClosed,
  SubjectErased,
  SubjectRestricted,
  UnknownReference,
  VaultUnavailable,
  WrongKeyStore,
} from "./VaultError.ts"
import type { VaultStore } from "./VaultStore.ts"

export { requireFit }
export type { Kept, Observation, Opened, OpenError, SealError, ToLocate, ToOpen, ToSeal }

/** The service. */
export class Vault extends Context.Service<
  Vault,
  {
    /** Seals a value and returns its reference for events. Append the event afterwards. */
    readonly seal: (value: ToSeal) => Effect.Effect<Sealed<string>, SealError>
    /** Opens a value for an actor. The access record is written before the value is returned. */
    readonly open: (request: ToOpen) => Effect.Effect<Opened, OpenError>
    /**
     * Seals the corrected value with the same purposes and retention end. Then append `DetailRectified`, then destroy
     * the old value with `destroy`.
     */
    readonly replace: (
      customer: CustomerId,
      old: Sealed<string>,
      value: string,
    ) => Effect.Effect<Sealed<string>, SealError | UnknownReference>
    /** Destroys single values. */
    readonly destroy: (
      customer: CustomerId,
      references: ReadonlyArray<Uuid.Uuid>,
      cause: ErasureCause,
    ) => Effect.Effect<void, VaultUnavailable>
    /**
     * Links an interaction, or a disclosure, to a subject. A link ends by the periods of its category where `collected`
     * names one, else only by its own end.
     */
    readonly link: (
      customer: CustomerId,
      subject: SubjectId,
      interaction: Uuid.Uuid,
      retentionEnd: EpochMillis | undefined,
      collected?: Collected,
    ) => Effect.Effect<void, Refusal | SubjectErased | SubjectRestricted | VaultUnavailable>
    /** The subject of an interaction; none where it was erased. */
    readonly subjectOf: (
      customer: CustomerId,
      interaction: Uuid.Uuid,
    ) => Effect.Effect<Option.Option<SubjectId>, VaultUnavailable>
    /** The interactions of a subject, and disclosures about it, by id: their order reveals no time. */
    readonly interactionsOf: (
      customer: CustomerId,
      subject: SubjectId,
    ) => Effect.Effect<ReadonlyArray<Uuid.Uuid>, VaultUnavailable>
    /** Stores that an identifier belonged to a subject for a time, as a keyed token. */
    readonly observe: (
      observation: Observation,
    ) => Effect.Effect<
      void,
      Identifiers.NoIdentifier | PeriodClosed | Refusal | SubjectErased | SubjectRestricted | VaultUnavailable
    >
    /**
     * The subjects to which an identifier belonged within `[from, to)` (R-LOCATE, GDPR 11(2)). The same identifier at
     * another time finds no subject. Writes an access record.
     */
    readonly locate: (
      request: ToLocate,
    ) => Effect.Effect<ReadonlyArray<SubjectId>, Identifiers.NoIdentifier | Refusal | VaultUnavailable>
    /** The values kept under a subject, page by page, none of them opened (GDPR 15, 20). */
    readonly valuesOf: (
      customer: CustomerId,
      subject: SubjectId,
      page: { readonly after?: Uuid.Uuid; readonly limit: number },
    ) => Effect.Effect<ReadonlyArray<Kept>, VaultUnavailable>
    /** Which categories of values are kept for subjects of a Customer and have not ended: none of them is opened. */
    readonly kept: (customer: CustomerId) => KeptCategories
    /** Restricts the processing of a subject's data to storing it, or lifts that (GDPR 18). */
    readonly restrict: (
      customer: CustomerId,
      subject: SubjectId,
      restricted: boolean,
    ) => Effect.Effect<void, Refusal | SubjectErased | VaultUnavailable>
    /** Stops the use of a subject's data for a purpose, or permits it again (GDPR 21). */
    readonly object: (
      customer: CustomerId,
      subject: SubjectId,
      purpose: string,
      stopped: boolean,
    ) => Effect.Effect<void, Refusal | SubjectErased | VaultUnavailable>
    /**
     * Erases all data of a subject: fence, ledger, then values, links and locators. When it returns, none of it can be
     * read and none can be added; the interactions of its links are in `erasedInteractions`. A crash leaves it in
     * `unfinished`; repeat it.
     */
    readonly erase: (
      customer: CustomerId,
      subject: SubjectId,
      cause: ErasureCause,
    ) => Effect.Effect<Erasure, Refusal | VaultUnavailable>
    /**
     * The interactions of erased subjects, and disclosures about them, that `forgetInteractions` has not named yet. They are
     * ordered by id: neither their order nor anything else in the list reveals whose they are or when it was erased.
     */
    readonly erasedInteractions: (customer: CustomerId) => Effect.Effect<ReadonlyArray<Uuid.Uuid>, VaultUnavailable>
    /** Removes interactions from `erasedInteractions`: they are deleted from the log, or stay in it. */
    readonly forgetInteractions: (
      customer: CustomerId,
      interactions: ReadonlyArray<Uuid.Uuid>,
    ) => Effect.Effect<void, VaultUnavailable>
    /** Marks a step that follows the erasure as done; with `undefined`, all of them. */
    readonly stepDone: (
      customer: CustomerId,
      subject: SubjectId,
      step: string | undefined,
    ) => Effect.Effect<void, VaultUnavailable>
    /** The subjects whose erasure has begun and is not completed. */
    readonly unfinished: (customer: CustomerId) => Effect.Effect<ReadonlyArray<Keyring>, VaultUnavailable>
    /**
     * Removes the rows that have ended by the opening policy, `limit` at a time, and returns how many it removed: a legal
     * hold keeps rows behind their own end, and a shorter period ends them before it (RET-NEC, RET-CONTRACT).
     */
    readonly sweep: (customer: CustomerId, limit?: number) => Effect.Effect<number, VaultUnavailable>
    /** The spans of the categories of which rows are kept. */
    readonly spans: (customer: CustomerId) => Effect.Effect<ReadonlyArray<Span>, VaultUnavailable>
    /** The spans of the categories of which rows of some subjects are kept, by subject and category. */
    readonly spansOf: (
      customer: CustomerId,
      subjects: ReadonlyArray<SubjectId>,
    ) => Effect.Effect<ReadonlyArray<SubjectSpan>, VaultUnavailable>
    /** Counts the rows that have ended, by category, and removes none. */
    readonly tally: (customer: CustomerId, ended: Ended) => Effect.Effect<ReadonlyArray<Tally>, VaultUnavailable>
    /** Erases again, after a restore from a backup, the subjects that the ledger lists as erased. Returns how many. */
    readonly recover: (customer: CustomerId) => Effect.Effect<number, VaultUnavailable>
    /** Makes a new key in the key store and wraps all data keys with it, without interrupting other operations. */
    readonly rotate: (customer: CustomerId) => Effect.Effect<number, WrongKeyStore | AlteredKey | VaultUnavailable>
    /** Wraps the remaining data keys with the current key, and destroys keys superseded for longer than `grace`. */
    readonly retireKeys: (
      customer: CustomerId,
      grace?: number,
    ) => Effect.Effect<void, WrongKeyStore | AlteredKey | VaultUnavailable>
  }
>()("@tacet/core/privacy/Vault") {}

/** The vault over the stores in force. */
export const layer: Layer.Layer<Vault, never, VaultStore | KeyStore | AccessLog | ErasureLedger | OpeningPolicy> =
  Layer.effect(
    Vault,
    Effect.map(ports, (given) => {
      const stores = { ...given, keyStore: withRightKeys(given) }
      const rings = keyrings(stores)
      const { open } = opening(stores, rings)
      const { replace, seal } = sealing(stores, rings)
      const { retireKeys, rotate } = rotating(stores, rings)
      return Vault.of({
        seal: (value) => tellWrongKeys(value.customer, seal(value)),
        replace: (customer, old, value) => tellWrongKeys(customer, replace(customer, old, value)),
        open: (request) => tellWrongKeys(request.customer, open(request)),
        ...locating(stores, rings),
        ...keeping(stores, rings),
        kept: (customer) => keptCategories(stores, customer),
        ...erasing(stores, rings),
        rotate: (customer) => tellWrongKeys(customer, rotate(customer)),
        retireKeys: (customer, grace) => tellWrongKeys(customer, retireKeys(customer, grace)),
      })
    }),
  )
