/**
 * The commands of a disclosure, and the facts that a decision about one needs.
 */
import * as Schema from "effect/Schema"
import { Uuid } from "../../eventsourcing/Uuid.ts"
import type { EffectivePolicy } from "../../policy/binding/EffectivePolicy.ts"
import type * as LegalData from "../../policy/legal/LegalData.ts"
import type { Role } from "../../policy/text/parameters/processing.ts"
import type { Purpose } from "../../policy/text/parameters/purposes.ts"
import type { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import type { DisclosureConsent } from "../Pseudonym.ts"
import type * as Recipient from "../Recipient.ts"
import { NoticeCause, NoticeImpossible, TransferExecuted, TransferRequested } from "./events.ts"

const at = Schema.DateTimeUtc
const { _tag: _, occurredAt: __, ...requested } = TransferRequested.fields

/** The commands of a disclosure. */
export const Command = Schema.Union([
  Schema.TaggedStruct("RequestTransfer", {
    ...requested,
    at,
    /** Whether anything is given for the data (NOT-SOLD). */
    againstPayment: Schema.Boolean,
  }),
  Schema.TaggedStruct("ExecuteTransfer", {
    at,
    values: TransferExecuted.fields.values,
    digest: TransferExecuted.fields.digest,
  }),
  Schema.TaggedStruct("NotifyRecipient", { at, notice: Uuid, cause: NoticeCause }),
  Schema.TaggedStruct("DeclareNoticeImpossible", {
    at,
    notice: Uuid,
    cause: NoticeCause,
    reason: NoticeImpossible.fields.reason,
  }),
])
export type Command = typeof Command.Type

/** The facts that a decision needs. */
export interface Context {
  readonly policy: EffectivePolicy
  readonly legal: LegalData.LegalData
  /** The operator's role in what it discloses. */
  readonly role: Role
  /** The recipient as registered. */
  readonly recipient: Recipient.State
  /** The consents to disclosures that are in force at the moment of the decision. */
  readonly consents: ReadonlyArray<DisclosureConsent>
  /** The purposes that the Customer instructs; `undefined` without a contract. */
  readonly instructed: ReadonlyArray<Purpose> | undefined
  /** The fewest categories that a purpose needs, as declared (D-AFFIL, D-PARTNER); `undefined`: nothing was declared. */
  readonly minimumFor: (purpose: Purpose) => ReadonlyArray<PersonalDataCategory> | undefined
}
