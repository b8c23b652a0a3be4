/**
 * Whether a personal value may be sealed, and whether a reader may open it for a purpose: the vault asks before either.
 * `services` answer from the privacy policy that binds the Customer; without an answer the vault opens nothing.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type { Uuid } from "../eventsourcing/Uuid.ts"
import type { Access } from "./AccessLog.ts"
import type { Ended, Span, SubjectSpan } from "./Ended.ts"
import type { PersonalDataCategory } from "./PersonalDataCategory.ts"
import type { Collector, Source, ToldKind } from "./Source.ts"
import type { SubjectId } from "./Subject.ts"
import type { VaultUnavailable } from "./VaultError.ts"

/** Which of some categories are kept for a subject at that moment; none of its values is opened. */
export type KeptCategories = (
  subject: SubjectId,
  among: ReadonlyArray<PersonalDataCategory>,
) => Effect.Effect<ReadonlySet<PersonalDataCategory>, VaultUnavailable>

/** A request to open a value, or to locate subjects. */
export interface Opening {
  readonly customer: CustomerId
  readonly access: Access
  readonly category: PersonalDataCategory
  /** The purposes that were declared for the value when it was collected; absent when subjects are located. */
  readonly declared: ReadonlyArray<string> | undefined
  /** The subject of the value; absent when subjects are located. */
  readonly subject?: SubjectId
  /** When the value was collected; absent when subjects are located. */
  readonly collectedAt?: EpochMillis
  /** Of which kind the value is, where its category does not tell that. */
  readonly kind?: ToldKind | undefined
  /** The party that collected the value on its own. */
  readonly collectedBy?: Collector | undefined
  /** What else is kept; absent when subjects are located. */
  readonly kept?: KeptCategories
  readonly at: EpochMillis
}

/** A request to seal a value. */
export interface Sealing {
  readonly customer: CustomerId
  readonly subject: SubjectId
  readonly category: PersonalDataCategory
  /** The purposes that are declared for the value. */
  readonly declared: ReadonlyArray<string>
  /** Where the value comes from, as the caller says it; absent where it leaves that to the category (PROVENANCE). */
  readonly source?: Source
  /** When the value was collected: the policy and the contract of that moment decide. */
  readonly at: EpochMillis
  /** Of which kind the value is, where its category does not tell that. */
  readonly kind?: ToldKind | undefined
  /** The party that collected it on its own. */
  readonly collectedBy?: Collector | undefined
  /** The interaction in which the person gave it. */
  readonly interaction?: Uuid | undefined
  /** Whose an interaction is, where that is known. */
  readonly ownerOf: (interaction: Uuid) => Effect.Effect<Option.Option<SubjectId>, VaultUnavailable>
  /** What else is kept. */
  readonly kept: KeptCategories
}

/** The port. */
export class OpeningPolicy extends Context.Service<
  OpeningPolicy,
  {
    /** Fails with the rule that forbids the opening, or where that cannot be known. */
    readonly check: (opening: Opening) => Effect.Effect<void, Refusal | VaultUnavailable>
    /** Fails with the rule that forbids the sealing, or where that cannot be known. Default: nothing is forbidden. */
    readonly checkSealing?: (sealing: Sealing) => Effect.Effect<void, Refusal | VaultUnavailable>
    /**
     * The end of a value by the periods, the contract and the policies of the moment. It applies where it is sooner than
     * the end that was computed when the value was sealed: an end that comes forward takes effect at once.
     */
    readonly retentionEnd?: (opening: Opening) => Effect.Effect<EpochMillis | undefined, VaultUnavailable>
    /**
     * Whether a law or a legal hold keeps a value that has come to its end: `itsMatter` where the access is in that matter,
     * `held` where it is in another. Default: nothing keeps it.
     */
    readonly keptBehind?: (
      opening: Opening,
      end: EpochMillis,
    ) => Effect.Effect<"held" | "itsMatter" | undefined, VaultUnavailable>
    /**
     * Which rows have ended, of those that are kept. `spansOf` looks up the rows of subjects that have ends of their own.
     * Default: the rows whose own end has come.
     */
    readonly ended?: (
      customer: CustomerId,
      spans: ReadonlyArray<Span>,
      spansOf: (subjects: ReadonlyArray<SubjectId>) => Effect.Effect<ReadonlyArray<SubjectSpan>, VaultUnavailable>,
      at: EpochMillis,
    ) => Effect.Effect<Ended, VaultUnavailable>
  }
>()("@tacet/core/privacy/OpeningPolicy") {}
