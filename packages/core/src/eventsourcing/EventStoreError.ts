/**
 * The errors of an event store. They carry ids, versions and causes by name, never payloads.
 */
import * as Schema from "effect/Schema"
import { CustomerId } from "./CustomerId.ts"
import type { RecordedEvent } from "./EventEnvelope.ts"
import { ExpectedVersion, format as formatExpected, Version } from "./ExpectedVersion.ts"
import { format as formatStream, StreamId } from "./StreamId.ts"
import { isCanonical, Uuid } from "./Uuid.ts"

/** One expectation that did not hold. */
export const Mismatch = Schema.Struct({ stream: StreamId, expected: ExpectedVersion, actual: Version })
export type Mismatch = typeof Mismatch.Type

/**
 * The commit expected other versions than the streams have; nothing was written. Read the missed events, decide again,
 * append again.
 */
export class VersionConflict extends Schema.TaggedError<VersionConflict>()("VersionConflict", {
  customer: CustomerId,
  commitId: Uuid,
  /** Every expectation that failed, writes before checks, in the order of the commit. */
  mismatches: Schema.Array(Mismatch),
  /**
   * The events of the written streams that the writer has not seen, where the commit asked for them
   * (`wantMissedEvents`): for `exact n` those after n, for `none` all. Of a stream that has more bytes of them than a page holds
   * only the first, at least one: where they end before the mismatch's `actual`, read on behind the last with `readStream`.
   */
  missed: Schema.Array(Schema.Any as Schema.Schema<RecordedEvent>),
}) {
  override get message(): string {
    const what = this.mismatches.map(
      (mismatch) =>
        `${formatStream(mismatch.stream)} was expected at ${formatExpected(mismatch.expected)} and is at ${mismatch.actual}`,
    )
    return `Version conflict: ${what.join("; ")}. Nothing was written. Decide again on the missed events.`
  }
}

/** A commit id came again with other events; nothing was written. Draw a new id for a new commit. */
export class CommitIdReused extends Schema.TaggedError<CommitIdReused>()("CommitIdReused", {
  customer: CustomerId,
  commitId: Uuid,
}) {
  override get message(): string {
    return `Commit ${this.commitId} was already made with other events. Nothing was written. Use a new commit id.`
  }
}

/** The commit contradicts itself, or contains values that no store can keep; nothing was written. */
export class InvalidCommit extends Schema.TaggedError<InvalidCommit>()("InvalidCommit", {
  /** `malformed` where the commit names no UUID. */
  customer: Schema.String,
  /** `malformed` where it is no UUID. */
  commitId: Schema.String,
  /** The fault and the accepted values. */
  reason: Schema.String,
}) {
  override get message(): string {
    return `Commit ${this.commitId} was refused: ${this.reason}.`
  }
}

/**
 * Refuses a commit. An id that is no UUID may hold anything, so the error does not repeat it.
 *
 * @example
 * ```ts
 * import { EventStoreError } from "@tacet/core/eventsourcing"
 *
 * const refused = EventStoreError.invalidCommit({ customer: "", commitId: "order-4711" }, "an id is a UUID")
 * refused.commitId // => "malformed"
 * ```
 */
export const invalidCommit = (
  { commitId, customer }: { readonly commitId: string; readonly customer: string },
  reason: string,
): InvalidCommit => {
  const shown = (id: string) => (isCanonical(id) ? id : "malformed")
  return new InvalidCommit({ customer: shown(customer), commitId: shown(commitId), reason })
}

/**
 * The store could not be used. With `outcome: "unknown"` the commit may or may not have been made: repeat it with the
 * same commit id, never guess.
 */
export class StoreUnavailable extends Schema.TaggedError<StoreUnavailable>()("StoreUnavailable", {
  operation: Schema.Literals(["append", "readStream", "readLog", "subscribe", "loadProjection", "saveProjection"]),
  outcome: Schema.Literals(["notCommitted", "unknown"]),
  /** The cause by name, such as a SQLSTATE class; never a payload. */
  cause: Schema.String,
}) {
  override get message(): string {
    return this.outcome === "unknown"
      ? `The store went away during ${this.operation} (${this.cause}); whether it committed is unknown. Repeat it with the same commit id.`
      : `The store cannot be used for ${this.operation} (${this.cause}). Nothing was written. Try again later.`
  }
}

/**
 * So many calls wait in this process already that the store took on no more, or one has waited too long for its turn: nothing
 * was sent, and nothing was written. Try again later, or call less at once.
 */
export class Overloaded extends Schema.TaggedError<Overloaded>()("Overloaded", {
  operation: StoreUnavailable.fields.operation,
  /** What waits: appends of this process, or calls that want a connection. */
  what: Schema.Literals(["appends", "calls"]),
  /** How many wait. */
  waiting: Schema.Int,
}) {
  override get message(): string {
    return `The store took on no ${this.operation}: ${this.waiting} ${this.what} wait in this process. Nothing was written. Try again later.`
  }
}

/**
 * The log has a hole that no purge accounts for, or ends before a position that a reader has seen: events were lost. Stop reading
 * and restore the store. Where an older backup was restored on purpose, rebuild what was derived from the log.
 */
export class LogFault extends Schema.TaggedError<LogFault>()("LogFault", {
  customer: CustomerId,
  /** The last position before the hole. */
  after: Schema.Int,
  /** The first position behind it. */
  before: Schema.Int,
}) {
  override get message(): string {
    return `The log of ${this.customer} lacks the events between ${this.after} and ${this.before}, and no purge explains it.`
  }
}

/** The errors of a store that cannot be used at the moment. */
export type StoreError = StoreUnavailable | Overloaded
/** The errors of an append. */
export type AppendError = VersionConflict | CommitIdReused | InvalidCommit | StoreError
/** The errors of a read. */
export type ReadError = StoreError | LogFault
