/**
 * The events of a retention policy, and the values in them.
 */
import * as Schema from "effect/Schema"
import { Period } from "../../calendar/Period.ts"
import { PlainDate } from "../../calendar/PlainDate.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import * as EventCodec from "../../eventsourcing/EventCodec.ts"
import type { StreamId } from "../../eventsourcing/StreamId.ts"
import { Uuid, derived } from "../../eventsourcing/Uuid.ts"
import { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import { PolicyVersionId } from "../Identifier.ts"
import { LegalReference } from "../RightsRequest.ts"
import { Contribution, Count } from "./counters.ts"

// Stream

/** The kind of a retention policy's streams: one with the Customer's id, and one for each day that was purged. */
export const streamKind = "retention-policy"

/**
 * The stream of a Customer's retention policy.
 *
 * @example
 * ```ts
 * import { RetentionPolicy } from "@tacet/core/domain"
 * import type { CustomerId } from "@tacet/core/eventsourcing"
 *
 * const stream = (customer: CustomerId.CustomerId) => RetentionPolicy.streamOf(customer)
 * ```
 */
export const streamOf = (customer: CustomerId): StreamId => ({ kind: streamKind, id: customer })

/**
 * The stream in which it stands what remains of a calendar day. Each day has one of its own, so that whoever asks for
 * periods and holds does not read what is left of all days.
 *
 * @example
 * ```ts
 * import { RetentionPolicy } from "@tacet/core/domain"
 * import type { CustomerId } from "@tacet/core/eventsourcing"
 *
 * const stream = (customer: CustomerId.CustomerId) => RetentionPolicy.cohortStreamOf(customer, "2026-03-01")
 * ```
 */
export const cohortStreamOf = (customer: CustomerId, day: PlainDate): StreamId => ({
  kind: streamKind,
  id: derived("cohort", customer, day),
})

// Values

/** What a legal hold is about. Of an account only what the policy names may be kept (RET-ACCOUNT). */
export const Matter = Schema.Literals(["billing", "litigation", "legalDuty"])

export type Matter = typeof Matter.Type

// Events: their names and fields are a storage format

export const occurredAt = Schema.DateTimeUtcFromMillis

/** What is collected of a category from now on lives so long at most (RET-CONTRACT). */
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

/**
 * The contribution of the interactions of one calendar day that are gone. It replaces what the day had before. A day goes
 * in batches: the first tells the contribution of all that go, the others repeat it.
 */
export const InteractionsAggregated = Schema.TaggedStruct("InteractionsAggregated", {
  occurredAt,
  cohort: PlainDate,
  /** The purge that it stands for; the same again changes nothing. */
  batch: Uuid,
  contribution: Contribution,
  /** All interactions of the day that had begun at this position of the log or before it are in the contribution. */
  through: Schema.optionalKey(Count),
})

/** Everything that had come to its end by then is deleted or anonymised (SWEEP, DEL-OR-ANON). */
export const RetentionRunCompleted = Schema.TaggedStruct("RetentionRunCompleted", {
  occurredAt,
  run: Uuid,
  deleted: Count,
  anonymised: Count,
})

export const Event = Schema.Union([
  RetentionPeriodSet,
  LegalHoldPlaced,
  LegalHoldReleased,
  InteractionsAggregated,
  RetentionRunCompleted,
])

export type Event = typeof Event.Type

/** How the events of a retention policy are stored. */
export const codec = EventCodec.make(streamKind, [
  EventCodec.define(RetentionPeriodSet),
  EventCodec.define(LegalHoldPlaced),
  EventCodec.define(LegalHoldReleased),
  EventCodec.define(InteractionsAggregated),
  EventCodec.define(RetentionRunCompleted),
])
