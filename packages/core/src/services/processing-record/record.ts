/**
 * The record of processing of a date, as it is read.
 */
import type * as ProcessingRegister from "../../domain/ProcessingRegister.ts"
import type { DocumentReference, RecipientId, RecipientKind } from "../../domain/Recipient.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import type { Instrument } from "../../policy/text/parameters/location.ts"
import type { RuleKey } from "../../policy/text/RuleKey.ts"
import type { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"

/** A recipient of a processing. */
export interface ReceivedBy {
  readonly recipient: RecipientId
  /** As in the register of recipients; `undefined` where it is not registered by then. */
  readonly kind: RecipientKind | undefined
  readonly country: string | undefined
  /** Whether data leave the European Economic Area to it. */
  readonly isAbroad: boolean
  /** The instrument and the document under which they leave it. */
  readonly safeguard: { readonly instrument: Instrument; readonly document: typeof DocumentReference.Type } | undefined
}

/** The end of the data of a category that are collected at the moment of the record. */
export interface KeptUntil {
  readonly category: PersonalDataCategory
  /** `undefined` where it is not known. */
  readonly end: EpochMillis | undefined
  /** The rule that sets it. */
  readonly rule: RuleKey | undefined
}

/** What an entry lacks, by its rule. */
export interface Missing {
  readonly rule: RuleKey
  readonly accepted: string
}

/** An entry of the record, with what the other registers say of it. */
export interface Entry {
  readonly processing: typeof ProcessingRegister.ProcessingEntered.Type
  readonly since: EpochMillis
  readonly recipients: ReadonlyArray<ReceivedBy>
  readonly retention: ReadonlyArray<KeptUntil>
  readonly missing: ReadonlyArray<Missing>
}

/** The record of processing of a compartment at a moment. */
export interface Record {
  readonly compartment: CustomerId
  readonly at: EpochMillis
  readonly timeZone: string
  readonly entries: ReadonlyArray<Entry>
}
