/**
 * The events of a retention policy, and the values in them.
 */
import * as Schema from "effect/Schema"
import { Period } from "../../calendar/Period.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import * as EventCodec from "../../eventsourcing/EventCodec.ts"
import type { StreamId } from "../../eventsourcing/StreamId.ts"
import { Uuid } from "../../eventsourcing/Uuid.ts"
import { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import { PolicyVersionId } from "../Identifier.ts"
import { LegalReference } from "../RightsRequest.ts"
import * as PurgedDay from "../PurgedDay.ts"
import { Count } from "../purged-day/counters.ts"

// Stream

/** The kind of a retention policy's stream. The streams of purged days are of the same kind (`PurgedDay`). */
export const streamKind = PurgedDay.streamKind

/** The stream of a Customer's retention policy. */
export const streamOf = (customer: CustomerId): StreamId => ({ kind: streamKind, id: customer })

// Values

/**
 * The subject of a legal hold. Data of an account may be kept only for a matter that the policy names (RET-ACCOUNT).
 */
export const Matter = Schema.Literals(["billing", "litigation", "legalDuty"])

export type Matter = typeof Matter.Type

// Events: their names and fields are a storage format

const occurredAt = Schema.DateTimeUtcFromMillis

/** Data of a category that are collected from now on are kept for at most this period (RET-CONTRACT). */
export const RetentionPeriodSet = Schema.TaggedStruct("RetentionPeriodSet", {
  occurredAt,
  category: PersonalDataCategory,
  period: Period,
  policyVersion: PolicyVersionId,
})

/** A law requires or permits to keep categories longer (RET-NEC). */
export const LegalHoldPlaced = Schema.TaggedStruct("LegalHoldPlaced", {
  occurredAt,
  hold: Uuid,
  matter: Matter,
  reference: LegalReference,
  categories: Schema.Array(PersonalDataCategory),
})

/** It no longer does. */
export const LegalHoldReleased = Schema.TaggedStruct("LegalHoldReleased", { occurredAt, hold: Uuid })

/** All data that had expired by then are deleted or anonymised (SWEEP, DEL-OR-ANON). */
export const RetentionRunCompleted = Schema.TaggedStruct("RetentionRunCompleted", {
  occurredAt,
  run: Uuid,
  deleted: Count,
  anonymised: Count,
})

/**
 * How the events of a retention policy are stored. The counters of a purged day are listed too: the codec reads every
 * stream of the kind, and they decide nothing here.
 */
export const codec = EventCodec.make(streamKind, [
  RetentionPeriodSet,
  LegalHoldPlaced,
  LegalHoldReleased,
  PurgedDay.InteractionsAggregated,
  RetentionRunCompleted,
])
export type Event = EventCodec.EventOf<typeof codec>
