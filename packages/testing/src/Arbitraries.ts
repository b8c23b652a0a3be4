/**
 * Arbitrary values of event sourcing, in the language of the domain. Needs `fast-check`.
 */
import * as FastCheck from "fast-check"
import {
  type Commit,
  type CustomerId,
  type EventEnvelope,
  type EventStore,
  ExpectedVersion as Expected,
  StreamId,
  Uuid,
} from "@tacet/core/eventsourcing"

/** Any UUID that Tacet writes. */
export const aUuid: FastCheck.Arbitrary<Uuid.Uuid> = FastCheck.uint8Array({ minLength: 16, maxLength: 16 }).map(
  (bytes) => Uuid.fromBytes(bytes, 4),
)

/** Any Customer. */
export const aCustomerId: FastCheck.Arbitrary<CustomerId.CustomerId> = aUuid.map((id) => id as CustomerId.CustomerId)

/** Any kind of stream, the usual ones more often. */
export const aStreamKind: FastCheck.Arbitrary<StreamId.StreamKind> = FastCheck.oneof(
  FastCheck.constantFrom("interaction", "customer", "pseudonym"),
  FastCheck.stringMatching(/^[a-z][a-z0-9-]{0,39}$/),
)

/** Any stream. */
export const aStreamId: FastCheck.Arbitrary<StreamId.StreamId> = FastCheck.record({ kind: aStreamKind, id: aUuid })

/** Any wire name, the usual ones more often. */
export const anEventType: FastCheck.Arbitrary<string> = FastCheck.oneof(
  FastCheck.constantFrom("InteractionStarted", "StepTaken", "InteractionClosed"),
  FastCheck.stringMatching(/^[A-Z][A-Za-z0-9]{0,79}$/),
)

/** Any time that a date can hold, present times more often. */
export const aTime: FastCheck.Arbitrary<EventEnvelope.EpochMillis> = FastCheck.oneof(
  { weight: 3, arbitrary: FastCheck.integer({ min: 1_600_000_000_000, max: 2_000_000_000_000 }) },
  { weight: 1, arbitrary: FastCheck.integer({ min: -8_640_000_000_000_000, max: 8_640_000_000_000_000 }) },
)

/** Any payload: a JSON object as a codec writes it, of whatever characters. */
export const aPayload: FastCheck.Arbitrary<string> = FastCheck.dictionary(
  FastCheck.string({ unit: "binary", maxLength: 8 }),
  FastCheck.oneof(
    FastCheck.string({ unit: "binary", maxLength: 20 }),
    FastCheck.constantFrom("\ud800", "\0", "'; --", "é", "e\u0301"),
    FastCheck.integer(),
    FastCheck.double({ noNaN: true, noDefaultInfinity: true }),
    FastCheck.boolean(),
    FastCheck.constant(null),
  ),
  { maxKeys: 4 },
).map((payload) => JSON.stringify(payload))

/** Any event that a store keeps. */
export const aNewEvent: FastCheck.Arbitrary<EventEnvelope.NewEvent> = FastCheck.record({
  type: anEventType,
  schemaVersion: FastCheck.oneof(FastCheck.integer({ min: 1, max: 3 }), FastCheck.integer({ min: 1, max: 32_767 })),
  occurredAt: aTime,
  data: aPayload,
})

/** Any expectation of a stream. */
export const anExpectedVersion: FastCheck.Arbitrary<Expected.ExpectedVersion> = FastCheck.oneof(
  FastCheck.constantFrom(Expected.none, Expected.exists, Expected.any),
  FastCheck.nat({ max: 20 }).map(Expected.exact),
)

/** Any filter of a log. */
export const aLogFilter: FastCheck.Arbitrary<EventStore.LogFilter> = FastCheck.record(
  {
    streamKinds: FastCheck.array(aStreamKind, { maxLength: 2 }),
    eventTypes: FastCheck.array(anEventType, { maxLength: 2 }),
  },
  { requiredKeys: [] },
)

/** Any commit in which `Commit.violation` finds nothing. */
export const aCommit: FastCheck.Arbitrary<Commit.Commit> = FastCheck.uniqueArray(aStreamId, {
  minLength: 1,
  maxLength: 6,
  selector: StreamId.format,
}).chain((streams) =>
  FastCheck.record({
    customer: aCustomerId,
    commitId: aUuid,
    written: FastCheck.array(FastCheck.array(aNewEvent, { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 3,
    }),
    checked: FastCheck.nat({ max: 2 }),
    expected: FastCheck.array(anExpectedVersion, { minLength: 6, maxLength: 6 }),
    purges: FastCheck.boolean(),
    wantMissedEvents: FastCheck.boolean(),
  }).map(({ checked, commitId, customer, expected, purges, wantMissedEvents, written }) => {
    const addressed = streams.map((stream, index) => ({ stream, expected: expected[index]! }))
    const writes = addressed.slice(0, written.length).map((address, index): Commit.StreamWrite => ({
      ...address,
      events: written[index]!,
    }))
    const checks: ReadonlyArray<Commit.StreamCheck> = addressed.slice(writes.length, writes.length + checked)
    const left = streams.slice(writes.length + checks.length)
    const purge: Commit.Purge = { streams: left, reason: "retention" }
    return { customer, commitId, writes, checks, wantMissedEvents, ...(purges ? { purge } : {}) }
  }),
)
