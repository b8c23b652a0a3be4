/**
 * Proof of the event store suite: stores that tell subscribers wrongly, or declare what they are not.
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

const broken: ReadonlyArray<BrokenStore> = [
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
    fixture: subscribing(
      (store) => (customer, range) =>
        Stream.fromEffect(store.readLog(customer, range)).pipe(Stream.filter((chunk) => chunk.through > chunk.after)),
    ),
  },
  {
    fault: "falls silent at the head",
    law: "a subscriber at the head is given what is appended",
    alone: false,
    fixture: subscribing((store) => EventStore.subscribeBy(store.readLog, () => Effect.never)),
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
        return isFirst
          ? store.subscribe(customer, range)
          : EventStore.subscribeBy(store.readLog, () => Effect.never)(customer, range)
      }
    }),
  },
  {
    fault: "gives empty chunks",
    law: "a subscriber at the head is given what is appended",
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
    law: "a subscriber with a filter is given what it asks for, and told how far the log is",
    alone: false,
    fixture: subscribing((store) => (customer, range) => store.subscribe(customer, { after: range?.after ?? 0 })),
  },
  {
    fault: "ignores where a subscriber begins",
    law: "a subscriber is given the log from its position on",
    alone: false,
    fixture: subscribing((store) => (customer, range) => store.subscribe(customer, { ...range, after: 0 })),
  },
  {
    fault: "cannot be interrupted",
    law: "a subscription does not end by itself, and ends when it is interrupted",
    alone: false,
    fixture: subscribing((store) =>
      EventStore.subscribeBy(store.readLog, () => Effect.uninterruptible(Effect.sleep(600))),
    ),
  },
  {
    fault: "declares push and polls",
    law: "declares push: an append wakes a subscriber, which does not poll",
    alone: false,
    fixture: subscribing((store) => EventStore.subscribeBy(store.readLog, () => Effect.sleep(10))),
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

prove("tells subscribers wrongly", broken)
