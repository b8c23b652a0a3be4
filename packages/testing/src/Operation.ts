/**
 * Random histories: operations on a log, over few streams and few commit ids of two Customers, so that they collide.
 * Expectations are drawn relative to the streams' versions, so that most of them hold.
 */
import * as FastCheck from "fast-check"
import {
  type Commit,
  type CustomerId,
  type EventEnvelope,
  type EventStore,
  ExpectedVersion as Expected,
  type StreamId,
  type Uuid,
} from "@tacet/core/eventsourcing"
import { eventsOf, type Model } from "./ReferenceModel.ts"

/** An expectation relative to the stream's version. */
export type Expecting = "as it is" | "one behind" | "one ahead" | "none" | "exists" | "any"

/** One thing that a caller does. Customers, streams and commit ids are meant by their number in the {@link Cast}. */
export type Operation =
  | {
      readonly _tag: "append"
      readonly customer: number
      readonly commitId: number
      readonly writes: ReadonlyArray<{
        readonly stream: number
        readonly expecting: Expecting
        readonly events: ReadonlyArray<EventEnvelope.NewEvent>
      }>
      readonly checks: ReadonlyArray<{ readonly stream: number; readonly expecting: Expecting }>
      readonly purge: ReadonlyArray<number>
      readonly wantMissedEvents: boolean
    }
  /** Makes an earlier commit again, as it was or with one payload changed. */
  | { readonly _tag: "repeat"; readonly customer: number; readonly which: number; readonly altered: boolean }
  | {
      readonly _tag: "readStream"
      readonly customer: number
      readonly stream: number
      readonly after: number
      readonly limit: number
    }
  | {
      readonly _tag: "readLog"
      readonly customer: number
      readonly after: number
      readonly limit: number
      readonly filter: EventStore.LogFilter
    }

/** Who plays in one history: the same streams and commit ids for both Customers. */
export interface Cast {
  readonly customers: ReadonlyArray<CustomerId.CustomerId>
  readonly streams: ReadonlyArray<StreamId.StreamId>
  readonly commitIds: ReadonlyArray<Uuid.Uuid>
}

/** The kinds of the streams of a history; the number of streams is theirs. */
export const kinds = ["interaction", "interaction", "interaction", "customer", "customer"] as const

/** How many commit ids a history has: few, so that some are used twice. */
export const commitIds = 24

const types = ["StepTaken", "InteractionClosed"]

const aCustomer = FastCheck.nat({ max: 1 })

const anExpecting: FastCheck.Arbitrary<Expecting> = FastCheck.oneof(
  { weight: 6, arbitrary: FastCheck.constant("as it is" as const) },
  { weight: 3, arbitrary: FastCheck.constant("any" as const) },
  { weight: 3, arbitrary: FastCheck.constantFrom("one behind", "one ahead", "none", "exists") },
)

// Few and small, for speed: what payloads may be is the matter of other properties.
const anEvent: FastCheck.Arbitrary<EventEnvelope.NewEvent> = FastCheck.record({
  type: FastCheck.constantFrom(...types),
  schemaVersion: FastCheck.integer({ min: 1, max: 3 }),
  occurredAt: FastCheck.integer({ min: 1_700_000_000_000, max: 1_700_000_000_999 }),
  data: FastCheck.constantFrom("{}", '{"a":1}', '{"a":1.0}', '{"a":"\\u0000"}', '{"a":"é"}', '{ "a":1}'),
})

const anAppend: FastCheck.Arbitrary<Operation> = FastCheck.record({
  customer: aCustomer,
  commitId: FastCheck.nat({ max: commitIds - 1 }),
  shuffled: FastCheck.shuffledSubarray(
    kinds.map((_, index) => index),
    { minLength: kinds.length, maxLength: kinds.length },
  ),
  events: FastCheck.array(FastCheck.array(anEvent, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
  expecting: FastCheck.array(anExpecting, { minLength: kinds.length, maxLength: kinds.length }),
  checked: FastCheck.nat({ max: 1 }),
  purged: FastCheck.oneof({ weight: 4, arbitrary: FastCheck.constant(0) }, FastCheck.integer({ min: 1, max: 2 })),
  wantMissedEvents: FastCheck.boolean(),
}).map(({ checked, commitId, customer, events, expecting, purged, shuffled, wantMissedEvents }) => {
  const addressed = shuffled.map((stream, index) => ({ stream, expecting: expecting[index]! }))
  const writes = events.map((written, index) => ({ ...addressed[index]!, events: written }))
  return {
    _tag: "append",
    customer,
    commitId,
    writes,
    checks: addressed.slice(writes.length, writes.length + checked),
    purge: shuffled.slice(writes.length + checked, writes.length + checked + purged),
    wantMissedEvents,
  }
})

const aLimit = FastCheck.constantFrom(1, 2, 3, 1000)

/** Any operation, appends more often. */
export const anOperation: FastCheck.Arbitrary<Operation> = FastCheck.oneof(
  { weight: 6, arbitrary: anAppend },
  {
    weight: 1,
    arbitrary: FastCheck.record({
      _tag: FastCheck.constant("repeat" as const),
      customer: aCustomer,
      which: FastCheck.nat({ max: 40 }),
      altered: FastCheck.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: FastCheck.record({
      _tag: FastCheck.constant("readStream" as const),
      customer: aCustomer,
      stream: FastCheck.nat({ max: kinds.length - 1 }),
      after: FastCheck.nat({ max: 6 }),
      limit: aLimit,
    }),
  },
  {
    weight: 2,
    arbitrary: FastCheck.record({
      _tag: FastCheck.constant("readLog" as const),
      customer: aCustomer,
      after: FastCheck.nat({ max: 30 }),
      limit: aLimit,
      filter: FastCheck.record(
        {
          streamKinds: FastCheck.subarray(["interaction", "customer"]),
          eventTypes: FastCheck.subarray(types),
        },
        { requiredKeys: [] },
      ),
    }),
  },
)

/** The commit that an operation means in this cast and at this state of the Customer's log; none for reads. */
export const commitOf = (operation: Operation, cast: Cast, model: Model): Commit.Commit | undefined => {
  if (operation._tag === "repeat") return repeated(operation, model)
  if (operation._tag !== "append") return undefined
  const address = ({
    expecting,
    stream,
  }: {
    readonly expecting: Expecting
    readonly stream: number
  }): Commit.StreamCheck => ({
    stream: cast.streams[stream]!,
    expected: expectation(expecting, eventsOf(model, cast.streams[stream]!).length),
  })
  return {
    customer: cast.customers[operation.customer]!,
    commitId: cast.commitIds[operation.commitId]!,
    writes: operation.writes.map((write): Commit.StreamWrite => ({ ...address(write), events: write.events })),
    checks: operation.checks.map(address),
    wantMissedEvents: operation.wantMissedEvents,
    ...(operation.purge.length === 0
      ? {}
      : { purge: { streams: operation.purge.map((stream) => cast.streams[stream]!), reason: "retention" } }),
  }
}

/**
 * An operation in a few words: numbers only.
 *
 * @example
 * ```ts
 * import { Operation } from "@tacet/testing"
 *
 * const text = Operation.format({ _tag: "readStream", customer: 0, stream: 2, after: 3, limit: 10 })
 * // => "c0 readStream s2 after 3 limit 10"
 * ```
 */
export const format = (operation: Operation): string => {
  const who = `c${operation.customer}`
  switch (operation._tag) {
    case "append": {
      const writes = operation.writes.map(({ events, expecting, stream }) => `s${stream}+${events.length} ${expecting}`)
      const checks = operation.checks.map(({ expecting, stream }) => `check s${stream} ${expecting}`)
      const purge = operation.purge.map((stream) => `purge s${stream}`)
      return `${who} append #${operation.commitId} (${[...writes, ...checks, ...purge].join(", ")})`
    }
    case "repeat":
      return `${who} repeat ${operation.which}${operation.altered ? " altered" : ""}`
    case "readStream":
      return `${who} readStream s${operation.stream} after ${operation.after} limit ${operation.limit}`
    case "readLog":
      return `${who} readLog after ${operation.after} limit ${operation.limit} filter ${JSON.stringify(operation.filter)}`
  }
}

const expectation = (expecting: Expecting, actual: Expected.Version): Expected.ExpectedVersion => {
  switch (expecting) {
    case "as it is":
      return Expected.exact(actual)
    case "one behind":
      return Expected.exact(Math.max(0, actual - 1))
    case "one ahead":
      return Expected.exact(actual + 1)
    case "none":
      return Expected.none
    case "exists":
      return Expected.exists
    case "any":
      return Expected.any
  }
}

const repeated = (
  { altered, which }: Extract<Operation, { readonly _tag: "repeat" }>,
  { answered }: Model,
): Commit.Commit | undefined => {
  const first = answered[which % Math.max(1, answered.length)]?.commit
  if (first === undefined || !altered) return first
  const last = first.writes.length - 1
  const writes = first.writes.map((write, index) =>
    index < last ? write : { ...write, events: write.events.map((event) => ({ ...event, data: `${event.data} ` })) },
  )
  return { ...first, writes }
}
