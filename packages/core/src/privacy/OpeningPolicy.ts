/**
 * Whether a personal value may be opened for a purpose by somebody, at that moment: what the vault asks before it opens
 * anything. `services` answer it from the privacy policy in force; without an answer nothing opens.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type { Access } from "./AccessLog.ts"
import type { VaultUnavailable } from "./VaultError.ts"
import type { PersonalDataCategory } from "./PersonalDataCategory.ts"
import type { SubjectId } from "./Subject.ts"

/** An opening that is asked about. */
export interface Opening {
  readonly customer: CustomerId
  readonly access: Access
  readonly category: PersonalDataCategory
  /** The purposes that were declared for the value when it was collected; none where somebody is located. */
  readonly declared: ReadonlyArray<string> | undefined
  /** Whose value it is; none where somebody is located. */
  readonly subject?: SubjectId
  /** When the value was collected; none where somebody is located. */
  readonly collectedAt?: EpochMillis
  readonly at: EpochMillis
}

/** The port. */
export class OpeningPolicy extends Context.Service<
  OpeningPolicy,
  {
    /** Fails with the rule that forbids it; where it cannot be known, nothing opens. */
    readonly check: (opening: Opening) => Effect.Effect<void, Refusal | VaultUnavailable>
    /**
     * The end of a value as periods, contract and policies say at that moment. It counts where it comes sooner than the
     * end that was computed when the value was sealed: what ends meanwhile is unreadable at once.
     */
    readonly endOf?: (opening: Opening) => Effect.Effect<EpochMillis | undefined, VaultUnavailable>
  }
>()("@tacet/core/privacy/OpeningPolicy") {}
