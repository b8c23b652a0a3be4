/**
 * Proof of the suite, second part: stores that read, tell or separate wrongly, each caught by the law made for it.
 */
import { layer } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { RecordedEvent } from "../../eventsourcing/EventEnvelope.ts"
import { EventStore, type LogChunk, type LogRange, subscribeBy } from "../../eventsourcing/EventStore.ts"
import type { EventStoreFixture } from "../Fixture.ts"
import { type BrokenStore, breaking, caught, findings } from "./brokenStore.testing.ts"

type Store = EventStore["Service"]

const modelLaw = "any history of operations is answered as the reference model answers it"

/** Over the memory, with every chunk changed; subscribers are given the changed chunks as well. */
const changingChunks = (
  change: (chunk: LogChunk, range: LogRange) => LogChunk,
): EventStoreFixture =>
  breaking(layer, (store) => {
    const readLog: Store["readLog"] = (customer, range = {}) =>
      Effect.map(store.readLog(customer, range), (chunk) => change(chunk, range))
    return { readLog, subscribe: subscribeBy(readLog, () => Effect.sleep(1)) }
  })

/** Over the memory, with every event changed as it is read. */
const changingEvents = (change: (event: RecordedEvent) => RecordedEvent): EventStoreFixture =>
  breaking(layer, (store) => ({
    readStream: (...args) =>
      Effect.map(store.readStream(...args), (page) => ({ ...page, events: page.events.map(change) })),
    readLog: (...args) => Effect.map(store.readLog(...args), (chunk) => ({ ...chunk, events: chunk.events.map(change) })),
  }))

const subscribing = (subscribe: (store: Store) => Store["subscribe"]): EventStoreFixture =>
  breaking(layer, (store) => ({ subscribe: subscribe(store) }))

/** Catch-up and live as two parts, with a seam between them. */
const withSeam = (from: (through: number) => number): EventStoreFixture => ({
  capabilities: { pushSubscription: true, survivesRestart: false },
  layer: Layer.effect(
    EventStore,
    Effect.gen(function* () {
      const store = yield* EventStore
      const appended = yield* PubSub.unbounded<CustomerId>()
      const subscribe: Store["subscribe"] = (customer, range) =>
        Stream.unwrap(
          Effect.gen(function* () {
            const caughtUp: Array<LogChunk> = []
            let through = range?.after ?? 0
            while (true) {
              const chunk = yield* store.readLog(customer, { ...range, after: through })
              if (chunk.through > through) caughtUp.push(chunk)
              through = chunk.through
              if (through >= chunk.head) break
            }
            yield* Effect.yieldNow
            const { head } = yield* store.readLog(customer)
            // The fault: what was appended since is left out, or told again.
            let live = from(through) < through ? from(through) : head
            return Stream.concat(
              Stream.fromIterable(caughtUp),
              Stream.fromPubSub(appended).pipe(
                Stream.filter((other) => other === customer),
                Stream.mapEffect(() => store.readLog(customer, { ...range, after: live })),
                Stream.filter((chunk) => chunk.through > chunk.after),
                Stream.tap((chunk) => Effect.sync(() => (live = chunk.through))),
              ),
            )
          }),
        )
      return {
        ...store,
        subscribe,
        append: (commit) => Effect.tap(store.append(commit), () => PubSub.publish(appended, commit.customer)),
      }
    }),
  ).pipe(Layer.provide(layer)),
})

/** Over the memory, with all Customers in one compartment where `part` is concerned. */
const leaking = (part: ReadonlyArray<"append" | "readStream" | "readLog" | "subscribe">): EventStoreFixture =>
  breaking(layer, (store) => {
    const one = "00000000-0000-4000-8000-000000000000" as CustomerId
    const mine = (customer: CustomerId) => (event: RecordedEvent) => ({ ...event, customer })
    const all: Partial<Store> = {
      append: (commit) => store.append({ ...commit, customer: one }),
      readStream: (customer, ...rest) =>
        Effect.map(store.readStream(one, ...rest), (page) => ({ ...page, events: page.events.map(mine(customer)) })),
      readLog: (customer, ...rest) =>
        Effect.map(store.readLog(one, ...rest), (chunk) => ({ ...chunk, events: chunk.events.map(mine(customer)) })),
      subscribe: (customer, ...rest) =>
        Stream.map(store.subscribe(one, ...rest), (chunk) => ({ ...chunk, events: chunk.events.map(mine(customer)) })),
    }
    return Object.fromEntries(Object.entries(all).filter(([name]) => part.some((leaked) => leaked === name)))
  })

/** Over the memory, with the last Customer that appended taken for every reader. */
const followingTheLast = (): EventStoreFixture =>
  breaking(layer, (store) => {
    const seen: Array<CustomerId> = []
    return {
      append: (commit) => {
        if (!seen.includes(commit.customer)) seen.push(commit.customer)
        return store.append(commit)
      },
      readStream: (customer, ...rest) =>
        Effect.map(store.readStream(seen[0] ?? customer, ...rest), (page) => ({
          ...page,
          events: page.events.map((event) => ({ ...event, customer })),
        })),
    }
  })

const broken: ReadonlyArray<BrokenStore> = [
  {
    fault: "reads a stream from the version on instead of behind it",
    law: "a page of a stream begins behind the version it names",
    alone: true,
    fixture: breaking(layer, (store) => ({
      readStream: (customer, stream, range) =>
        store.readStream(customer, stream, { ...range, after: Math.max(0, (range?.after ?? 0) - 1) }),
    })),
  },
  {
    fault: "reads one event more than asked for",
    law: "a page of a stream holds no more than asked for, and says how long the stream is",
    alone: true,
    fixture: breaking(layer, (store) => ({
      readStream: (customer, stream, range) =>
        store.readStream(customer, stream, { ...range, limit: (range?.limit ?? 1000) + 1 }),
    })),
  },
  {
    fault: "tells the length of the page for that of the stream",
    law: "a page of a stream holds no more than asked for, and says how long the stream is",
    alone: true,
    fixture: breaking(layer, (store) => ({
      readStream: (...args) =>
        Effect.map(store.readStream(...args), (page) => ({
          ...page,
          version: page.events[page.events.length - 1]?.version ?? page.version,
        })),
    })),
  },
  {
    fault: "reads everything where no number is asked for",
    law: "a page or a chunk holds a thousand events where no number is asked for",
    alone: false,
    fixture: breaking(layer, (store) => ({
      readStream: (customer, stream, range) =>
        store.readStream(customer, stream, { ...range, limit: range?.limit ?? 100_000 }),
    })),
  },
  {
    fault: "reads the log from the position on instead of behind it",
    law: "a chunk of the log begins behind the position it names",
    alone: true,
    fixture: breaking(layer, (store) => ({
      readLog: (customer, range) =>
        Effect.map(
          store.readLog(customer, { ...range, after: Math.max(0, (range?.after ?? 0) - 1) }),
          (chunk) => ({ ...chunk, after: range?.after ?? 0 }),
        ),
    })),
  },
  {
    fault: "leaves out the first event of a chunk",
    law: "chunks of the log hold no more than asked for and follow each other without a gap",
    alone: true,
    fixture: changingChunks((chunk) => ({ ...chunk, events: chunk.events.slice(1) })),
  },
  {
    fault: "ignores the limit of a chunk",
    law: "chunks of the log hold no more than asked for and follow each other without a gap",
    alone: true,
    fixture: breaking(layer, (store) => ({
      readLog: (customer, range) => store.readLog(customer, { ...range, limit: 1000 }),
    })),
  },
  {
    fault: "does not come to the head where a filter wants nothing",
    law: "a filter that nothing meets reaches the head",
    alone: true,
    fixture: changingChunks((chunk, range) =>
      range.filter === undefined ? chunk : { ...chunk, through: chunk.events[chunk.events.length - 1]?.position ?? chunk.after },
    ),
  },
  {
    fault: "takes either condition of a filter for both",
    law: "a filter by kinds and types gives what meets both",
    alone: true,
    fixture: breaking(layer, (store) => ({
      readLog: (customer, { filter, ...range } = {}) =>
        store.readLog(customer, {
          ...range,
          filter: filter?.streamKinds === undefined ? (filter ?? {}) : { streamKinds: filter.streamKinds },
        }),
    })),
  },
  {
    fault: "takes a filter by types for none",
    law: "a filter by types of events gives them alone and reaches the head",
    alone: true,
    fixture: breaking(layer, (store) => ({
      readLog: (customer, { filter: { eventTypes: _, ...filter } = {}, ...range } = {}) =>
        store.readLog(customer, { ...range, filter }),
    })),
  },
  {
    fault: "takes an empty filter for no filter",
    law: "a filter that nothing meets reaches the head",
    alone: true,
    fixture: breaking(layer, (store) => ({
      readLog: (customer, { filter: { eventTypes = [], streamKinds = [] } = {}, ...range } = {}) =>
        store.readLog(customer, {
          ...range,
          filter: {
            ...(eventTypes.length === 0 ? {} : { eventTypes }),
            ...(streamKinds.length === 0 ? {} : { streamKinds }),
          },
        }),
    })),
  },
  {
    fault: "gives its own objects away",
    law: "what a caller does to what it handed in or was given changes nothing in the store",
    alone: false,
    fixture: breaking(layer, (store) => {
      const given = new Map<string, RecordedEvent>()
      const own = (event: RecordedEvent): RecordedEvent => {
        const key = `${event.customer}/${event.position}`
        const kept = given.get(key) ?? { ...event, stream: { ...event.stream } }
        given.set(key, kept)
        return kept
      }
      return {
        readStream: (...args) => Effect.map(store.readStream(...args), (page) => ({ ...page, events: page.events.map(own) })),
        readLog: (...args) => Effect.map(store.readLog(...args), (chunk) => ({ ...chunk, events: chunk.events.map(own) })),
      }
    }),
  },
  {
    fault: "tells the time of recording in seconds",
    law: "the time of recording is the store's, in milliseconds, and does not change",
    alone: false,
    fixture: changingEvents((event) => ({ ...event, recordedAt: Math.trunc(event.recordedAt / 1000) })),
  },
  {
    fault: "tells the time of happening for the time of recording",
    law: "the time of recording is the store's, in milliseconds, and does not change",
    alone: false,
    fixture: changingEvents((event) => ({ ...event, recordedAt: event.occurredAt })),
  },
  {
    fault: "counts versions from 0",
    law: "the versions of a stream are dense from 1",
    alone: true,
    fixture: changingEvents((event) => ({ ...event, version: event.version - 1 })),
  },
  {
    fault: "counts positions by ten",
    law: "positions are dense from 1, in commit order",
    alone: true,
    fixture: changingEvents((event) => ({ ...event, position: event.position * 10 })),
  },
  {
    fault: "keeps a position to itself until the next is there",
    law: "a reader that has seen a position never finds a new event at or below it",
    alone: false,
    fixture: lateVisibility(),
  },
  {
    fault: "loses what is appended at the hand-over",
    law: "catch-up passes over to live without a gap or a duplicate, at whatever moment a subscriber comes",
    alone: false,
    fixture: withSeam((through) => through),
  },
  {
    fault: "tells again what was told before the hand-over",
    law: "catch-up passes over to live without a gap or a duplicate, at whatever moment a subscriber comes",
    alone: false,
    fixture: withSeam((through) => Math.max(0, through - 1)),
  },
  {
    fault: "ends a subscription at the head",
    law: "a subscriber at the head is given what is appended",
    alone: false,
    fixture: subscribing((store) => (customer, range) =>
      Stream.fromEffect(store.readLog(customer, range)).pipe(Stream.filter((chunk) => chunk.through > chunk.after)),
    ),
  },
  {
    fault: "falls silent at the head",
    law: "a subscriber at the head is given what is appended",
    alone: false,
    fixture: subscribing((store) => subscribeBy(store.readLog, () => Effect.never)),
  },
  {
    fault: "wakes one subscriber only",
    law: "every subscriber is given everything",
    alone: false,
    fixture: subscribing((store) => {
      let first: object | undefined
      return (customer, range) => {
        const me = {}
        first ??= me
        const isFirst = first === me
        return isFirst ? store.subscribe(customer, range) : subscribeBy(store.readLog, () => Effect.never)(customer, range)
      }
    }),
  },
  {
    fault: "gives empty chunks",
    law: "a subscriber at the head is given what is appended",
    alone: false,
    fixture: subscribing((store) => (customer, range) =>
      Stream.flatMap(store.subscribe(customer, range), (chunk) =>
        Stream.make(chunk, { ...chunk, after: chunk.through, events: [], purged: [] }),
      ),
    ),
  },
  {
    fault: "ignores the filter of a subscriber",
    law: "a subscriber with a filter is given what it asks for, and told how far the log is",
    alone: false,
    fixture: subscribing((store) => (customer, { filter: _, ...range } = {}) => store.subscribe(customer, range)),
  },
  {
    fault: "ignores where a subscriber begins",
    law: "a subscriber is given the log from its position on",
    alone: false,
    fixture: subscribing((store) => (customer, { after: _, ...range } = {}) => store.subscribe(customer, range)),
  },
  {
    fault: "cannot be interrupted",
    law: "a subscription does not end by itself, and ends when it is interrupted",
    alone: false,
    fixture: subscribing((store) =>
      subscribeBy(store.readLog, () => Effect.uninterruptible(Effect.sleep(600))),
    ),
  },
  {
    fault: "declares push and polls",
    law: "declares push: an append wakes a subscriber, which does not poll",
    alone: false,
    fixture: subscribing((store) => subscribeBy(store.readLog, () => Effect.sleep(10))),
  },
  {
    fault: "declares polling and pushes",
    law: "declares no push: a subscriber learns of an append by polling",
    alone: false,
    fixture: { layer, capabilities: { pushSubscription: false, survivesRestart: false } },
  },
  {
    fault: "declares to survive a restart and does not",
    law: "declares to survive a restart: what was written is there when the store is built again",
    alone: false,
    fixture: { layer, capabilities: { pushSubscription: true, survivesRestart: true } },
  },
  {
    fault: "survives a restart undeclared",
    law: "declares not to survive a restart: the store is empty when it is built again",
    alone: false,
    fixture: {
      layer: Layer.succeedContext(Effect.runSync(Effect.scoped(Layer.build(layer)))),
      capabilities: { pushSubscription: true, survivesRestart: false },
    },
  },
  {
    fault: "has one log for all Customers",
    law: "positions and versions count by Customer",
    alone: true,
    fixture: leaking(["append", "readStream", "readLog", "subscribe"]),
  },
  {
    fault: "reads every stream as its first Customer's",
    law: "a stream is read by its Customer alone",
    alone: true,
    fixture: followingTheLast(),
  },
  {
    fault: "reads another Customer's log where a filter is given",
    law: "a log is read by its Customer alone, with a filter as without",
    alone: true,
    fixture: breaking(layer, (store) => {
      const seen: Array<CustomerId> = []
      return {
        append: (commit) => {
          if (!seen.includes(commit.customer)) seen.push(commit.customer)
          return store.append(commit)
        },
        readLog: (customer, range) =>
          Effect.map(store.readLog(range?.filter === undefined ? customer : (seen[0] ?? customer), range), (chunk) => ({
            ...chunk,
            events: chunk.events.map((event) => ({ ...event, customer })),
          })),
      }
    }),
  },
  {
    fault: "tells a subscriber of another Customer's events",
    law: "a subscriber is told of the Customer's own events",
    alone: false,
    fixture: breaking(layer, (store) => {
      const seen: Array<CustomerId> = []
      return {
        append: (commit) => {
          if (!seen.includes(commit.customer)) seen.push(commit.customer)
          return store.append(commit)
        },
        subscribe: (customer, range) =>
          Stream.map(store.subscribe(seen[0] ?? customer, range), (chunk) => ({
            ...chunk,
            events: chunk.events.map((event) => ({ ...event, customer })),
          })),
      }
    }),
  },
]

/** What a sequence and a transaction that is still open do to a reader: a position is skipped, and filled later. */
function lateVisibility(): EventStoreFixture {
  const told = new Set<string>()
  return changingChunks((chunk) => {
    const late = chunk.events.filter(({ position }) => position % 7 === 0 && position < chunk.through)
    const hidden = late.filter(({ customer, position }) => !told.has(`${customer}/${position}`))
    for (const { customer, position } of hidden) told.add(`${customer}/${position}`)
    return {
      ...chunk,
      events: chunk.events.filter((event) => !hidden.includes(event)),
      // The reader of the memory would find the hole at once; that of a database could not.
      purged: [...chunk.purged, ...hidden.map(({ position }) => ({ from: position, to: position }))],
    }
  })
}

describe("a store that reads, tells or separates wrongly is caught by the law made for it", () => {
  it.live.each(broken)("$fault: $law", ({ fixture, law }) =>
    Effect.gen(function* () {
      expect(caught(yield* findings(fixture, law))).toEqual([law])
    }),
  )
})

describe("what one caller alone can notice, the law of the model notices as well", () => {
  it.live.each(broken.filter(({ alone }) => alone))("$fault", ({ fixture }) =>
    Effect.gen(function* () {
      expect(caught(yield* findings(fixture, modelLaw))).toEqual([modelLaw])
    }),
  )
})
