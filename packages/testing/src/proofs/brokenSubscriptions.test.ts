/**
 * Proof of the event store suite: stores that deliver wrongly to subscribers, or whose declarations are wrong.
 */
import { layer } from "@tacet/adapter-memory"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"
import { type CustomerId, EventStore } from "@tacet/core/eventsourcing"
import type { EventStoreFixture } from "../Fixture.ts"
import { type BrokenStore, changingChunks, prove, subscribing, type Store } from "./brokenStore.testing.ts"

/** Catch-up and live as two parts, with a seam between them. */
const withSeam = (from: (through: number) => number): EventStoreFixture => ({
  capabilities: { pushSubscription: true, survivesRestart: false },
  layer: Layer.effect(
    EventStore.EventStore,
    Effect.gen(function* () {
      const store = yield* EventStore.EventStore
      const appended = yield* PubSub.unbounded<CustomerId.CustomerId>()
      const subscribe: Store["subscribe"] = (customer, range) =>
        Stream.unwrap(
          Effect.gen(function* () {
            const caughtUp: Array<EventStore.LogChunk> = []
            let through = range?.after ?? 0
            while (true) {
              const chunk = yield* store.readLog(customer, { ...range, after: through })
              if (chunk.through > through) caughtUp.push(chunk)
              through = chunk.through
              if (through >= chunk.head) break
            }
            yield* Effect.yieldNow
            const { head } = yield* store.readLog(customer)
            // The fault: events appended since are left out, or delivered again.
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

const broken: ReadonlyArray<BrokenStore> = [
  {
    fault: "keeps a position to itself until the next is there",
    property: "a reader that has seen a position never finds a new event at or below it",
    alone: false,
    fixture: lateVisibility(),
  },
  {
    fault: "loses an append at the hand-over",
    property: "catch-up passes over to live without a gap or a duplicate, at whatever moment a subscriber comes",
    alone: false,
    fixture: withSeam((through) => through),
  },
  {
    fault: "delivers events from before the hand-over twice",
    property: "catch-up passes over to live without a gap or a duplicate, at whatever moment a subscriber comes",
    alone: false,
    fixture: withSeam((through) => Math.max(0, through - 1)),
  },
  {
    fault: "ends a subscription at the head",
    property: "a subscriber at the head receives each append",
    alone: false,
    fixture: subscribing(
      (store) => (customer, range) =>
        Stream.fromEffect(store.readLog(customer, range)).pipe(Stream.filter((chunk) => chunk.through > chunk.after)),
    ),
  },
  {
    fault: "falls silent at the head",
    property: "a subscriber at the head receives each append",
    alone: false,
    fixture: subscribing((store) => EventStore.subscribeBy(store.readLog, () => Effect.never)),
  },
  {
    fault: "wakes one subscriber only",
    property: "every subscriber is given everything",
    alone: false,
    fixture: subscribing((store) => {
      let first: object | undefined
      return (customer, range) => {
        const me = {}
        first ??= me
        const isFirst = first === me
        return isFirst
          ? store.subscribe(customer, range)
          : EventStore.subscribeBy(store.readLog, () => Effect.never)(customer, range)
      }
    }),
  },
  {
    fault: "gives empty chunks",
    property: "a subscriber at the head receives each append",
    alone: false,
    fixture: subscribing(
      (store) => (customer, range) =>
        Stream.flatMap(store.subscribe(customer, range), (chunk) =>
          Stream.make(chunk, { ...chunk, after: chunk.through, events: [], purged: [] }),
        ),
    ),
  },
  {
    fault: "ignores the filter of a subscriber",
    property: "a subscriber with a filter receives the matching events and the length of the log",
    alone: false,
    fixture: subscribing((store) => (customer, range) => store.subscribe(customer, { after: range?.after ?? 0 })),
  },
  {
    fault: "ignores where a subscriber begins",
    property: "a subscriber is given the log from its position on",
    alone: false,
    fixture: subscribing((store) => (customer, range) => store.subscribe(customer, { ...range, after: 0 })),
  },
  {
    fault: "cannot be interrupted",
    property: "a subscription does not end by itself, and ends when it is interrupted",
    alone: false,
    fixture: subscribing((store) =>
      EventStore.subscribeBy(store.readLog, () => Effect.uninterruptible(Effect.sleep(600))),
    ),
  },
  {
    fault: "declares push and polls",
    property: "declares push: an append wakes a subscriber, which does not poll",
    alone: false,
    fixture: subscribing((store) => EventStore.subscribeBy(store.readLog, () => Effect.sleep(10))),
  },
  {
    fault: "declares polling and pushes",
    property: "declares no push: a subscriber learns of an append by polling",
    alone: false,
    fixture: { layer, capabilities: { pushSubscription: false, survivesRestart: false } },
  },
  {
    fault: "declares to survive a restart and does not",
    property: "declares that it survives a restart: a store that is built again holds the log",
    alone: false,
    fixture: { layer, capabilities: { pushSubscription: true, survivesRestart: true } },
  },
  {
    fault: "survives a restart undeclared",
    property: "declares not to survive a restart: the store is empty when it is built again",
    alone: false,
    fixture: {
      layer: Layer.succeedContext(Effect.runSync(Effect.scoped(Layer.build(layer)))),
      capabilities: { pushSubscription: true, survivesRestart: false },
    },
  },
]

/** The effect of a sequence and an open transaction on a reader: a position is skipped, and filled later. */
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

prove("delivers wrongly to subscribers", broken)
