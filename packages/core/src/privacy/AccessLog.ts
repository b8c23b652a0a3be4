/**
 * Who accessed personal data, for which purpose and reason, as a port. A value is returned only after its record was
 * written: where the log cannot be written, no value opens (AUTHZ, NEED, GDPR 5(2)). All fields are ids and listed
 * names; a record holds no value and no free text.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import type { Uuid } from "../eventsourcing/Uuid.ts"
import type { PersonalDataCategory } from "./PersonalDataCategory.ts"
import type { VaultUnavailable } from "./VaultError.ts"

/** The reason of an access, from a closed list; the matter itself is named by its id. */
export const AccessReason = Schema.Literals([
  "serviceDelivery",
  "personRequest",
  "customerSupport",
  "incident",
  "legalDuty",
  "recognition",
])
export type AccessReason = typeof AccessReason.Type

/** On whose side a reader is: the operator's staff, the Customer, or a partner whose application embeds the technology. */
export type ReaderSide = "staff" | "customer" | "partner"

/** Who accesses a value. */
export interface Actor {
  readonly id: Uuid
  /** Default: the operator's staff. */
  readonly reader?: ReaderSide | undefined
  /** The roles that the actor holds at that time. */
  readonly roles: ReadonlyArray<string>
}

/** An access to personal data, as it is asked for. */
export interface Access {
  readonly purpose: string
  readonly actor: Actor
  readonly reason: AccessReason
  /** The request, ticket or incident in which it was needed, by its id. */
  readonly matter?: Uuid
}

/** How it was answered. */
export type AccessOutcome = "opened" | "erased" | "expired" | "restricted" | "refused" | "failed" | "located"

/** A record of one access. */
export interface AccessRecord {
  readonly customer: CustomerId
  readonly at: EpochMillis
  readonly actor: Uuid
  /** `undefined`: the operator's staff. */
  readonly reader: ReaderSide | undefined
  readonly purpose: string
  readonly reason: AccessReason
  readonly matter: Uuid | undefined
  /** The value; none where a subject was located. */
  readonly reference: Uuid | undefined
  readonly category: PersonalDataCategory
  readonly outcome: AccessOutcome
}

/** The port. */
export class AccessLog extends Context.Service<
  AccessLog,
  {
    /** Keeps a record. It has been kept when this returns; records are never changed. */
    readonly record: (record: AccessRecord) => Effect.Effect<void, VaultUnavailable>
    /** The records of a Customer in the order in which they were kept, behind the first `after`. */
    readonly read: (
      customer: CustomerId,
      page: { readonly after: number; readonly limit: number },
    ) => Effect.Effect<ReadonlyArray<AccessRecord>, VaultUnavailable>
  }
>()("@tacet/core/privacy/AccessLog") {}
