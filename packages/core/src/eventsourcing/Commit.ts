/**
 * The unit of writing: events for one or several streams of one compartment, all appended or none.
 */
import type { CustomerId } from "./CustomerId.ts"
import type { NewEvent, Position } from "./EventEnvelope.ts"
import type { ExpectedVersion, Version } from "./ExpectedVersion.ts"
import type { StreamId } from "./StreamId.ts"
import * as Stream from "./StreamId.ts"
import { isCanonical, type Uuid } from "./Uuid.ts"

/** Events for one stream, with the writer's expectation of its version. */
export interface StreamWrite {
  readonly stream: StreamId
  readonly expected: ExpectedVersion
  /** At least one. */
  readonly events: ReadonlyArray<NewEvent>
}

/** An expectation of a stream that the commit does not write: for invariants over two streams. */
export interface StreamCheck {
  readonly stream: StreamId
  readonly expected: ExpectedVersion
}

/** Streams that go physically, in the transaction of the events that account for it (RET-NEC, SWEEP). */
export interface Purge {
  /** Streams without events count as removed. */
  readonly streams: ReadonlyArray<StreamId>
  /** Why, as a code such as `retention` or `contract-end`; never a text about a person. */
  readonly reason: string
}

/** A commit. Its id makes it idempotent: repeating the commit returns the first result. */
export interface Commit {
  readonly customer: CustomerId
  readonly commitId: Uuid
  /** At least one; each stream once. */
  readonly writes: ReadonlyArray<StreamWrite>
  readonly checks?: ReadonlyArray<StreamCheck>
  readonly purge?: Purge
  /** Ask that a conflict carries the events that the writer has missed, as far as a page goes. Default: no. */
  readonly wantMissedEvents?: boolean
}

/** The result of a commit, and of every repetition of it. */
export interface CommitResult {
  /** The position of the commit's first event. */
  readonly firstPosition: Position
  /** The position of its last event: `firstPosition + number of events - 1`. */
  readonly lastPosition: Position
  /** The version of each written stream after the commit, in the order of `writes`. */
  readonly versions: ReadonlyArray<{ readonly stream: StreamId; readonly version: Version }>
}

/**
 * Why a commit cannot be carried out by any store, or `undefined` where it can: the one check that every adapter makes
 * before it touches anything.
 *
 * @example
 * ```ts
 * import { Commit, type CustomerId, Uuid } from "@tacet/core/eventsourcing"
 *
 * const customer = Uuid.derived("a customer") as CustomerId.CustomerId
 * const commitId = Uuid.derived("a commit")
 * Commit.violation({ customer, commitId, writes: [] }) // => "a commit writes at least one event"
 * ```
 */
export const violation = (commit: Commit): string | undefined => {
  if (!isCanonical(commit.customer)) return "the id of a Customer is a lower-case UUID"
  if (!isCanonical(commit.commitId)) return "the id of a commit is a lower-case UUID"
  if (commit.writes.length === 0) return "a commit writes at least one event"
  const written = new Set<string>()
  for (const write of commit.writes) {
    if (write.events.length === 0) return "each write of a commit has at least one event"
    const key = Stream.format(write.stream)
    if (written.has(key)) return "a commit names each written stream once"
    written.add(key)
    const misaddressed = addressViolation(write)
    if (misaddressed !== undefined) return misaddressed
    for (const event of write.events) {
      const wrong = eventViolation(event)
      if (wrong !== undefined) return wrong
    }
  }
  const checked = new Set<string>()
  for (const check of commit.checks ?? []) {
    const key = Stream.format(check.stream)
    if (written.has(key)) return "a stream that is written carries its expectation in its write, not in a check"
    if (checked.has(key)) return "a commit names each checked stream once"
    checked.add(key)
    const misaddressed = addressViolation(check)
    if (misaddressed !== undefined) return misaddressed
  }
  const purged = new Set<string>()
  for (const stream of commit.purge?.streams ?? []) {
    const key = Stream.format(stream)
    if (!isCanonical(stream.id)) return streamIdViolation
    if (written.has(key)) return "a commit cannot purge a stream that it writes"
    if (checked.has(key)) return "a commit cannot purge a stream that it checks"
    if (purged.has(key)) return "a commit names each purged stream once"
    purged.add(key)
  }
  if (commit.purge !== undefined && !/^[a-z][a-z0-9-]{0,39}$/.test(commit.purge.reason)) {
    return "the reason of a purge is a lower-case code of at most 40 characters"
  }
  return undefined
}

const streamIdViolation = "the id of a stream is a lower-case UUID"

const addressViolation = ({ expected, stream }: StreamCheck): string | undefined => {
  if (!isCanonical(stream.id)) return streamIdViolation
  if (!Stream.kindPattern.test(stream.kind)) return "the kind of a stream is a lower-case word of at most 40 characters"
  if (expected._tag === "exact" && !(Number.isSafeInteger(expected.version) && expected.version >= 0)) {
    return "an exact expected version is a whole number, 0 or more"
  }
  return undefined
}

// The bounds are what every store can keep and every reader can decode: a small integer, a date, text that survives
// UTF-8. JSON escapes NUL and lone surrogates, so no payload is lost to the last.
const eventViolation = (event: NewEvent): string | undefined => {
  if (!/^[A-Z][A-Za-z0-9]{0,79}$/.test(event.type)) return "an event's type is a name such as StepTaken"
  const { data, occurredAt, schemaVersion } = event
  if (!Number.isInteger(schemaVersion) || schemaVersion < 1 || schemaVersion > 32_767) {
    return "a schema version is a whole number from 1 to 32767"
  }
  if (!Number.isInteger(occurredAt) || Math.abs(occurredAt) > 8_640_000_000_000_000) {
    return "an event's time is a whole number of milliseconds within what a date can hold"
  }
  if (/\p{Surrogate}/u.test(data) || data.includes("\0")) {
    return "an event's data is well-formed text without NUL, as JSON.stringify writes it"
  }
  return undefined
}
