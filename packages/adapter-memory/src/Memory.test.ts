import type { CustomerId, StreamId } from "@tacet/core/eventsourcing"
import { EventStore, ExpectedVersion, ProjectionStore, Uuid } from "@tacet/core/eventsourcing"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scheduler from "effect/Scheduler"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { layer, layerWith } from "./layer.ts"
import * as Memory from "./Memory.ts"

const aCustomer = Effect.map(Uuid.next, (id) => id as CustomerId.CustomerId)

const aStream = Effect.map(Uuid.next, (id): StreamId.StreamId => ({ kind: "jar", id }))

const aCommit = Effect.fnUntraced(function* (
  customer: CustomerId.CustomerId,
  types: ReadonlyArray<string> = ["Added"],
  purge: ReadonlyArray<StreamId.StreamId> = [],
) {
  const stream = yield* aStream
  const events = types.map((type) => ({ type, schemaVersion: 1, occurredAt: 0, data: "{}" }))
  return {
    customer,
    commitId: yield* Uuid.next,
    writes: [{ stream, expected: ExpectedVersion.none, events }],
    purge: { streams: purge, reason: "retention" },
  }
})

describe("the memory", () => {
  it.effect("takes the time of recording from the clock", () =>
    Effect.gen(function* () {
      const store = yield* EventStore.EventStore
      const customer = yield* aCustomer
      for (const time of [5_000, 7_000]) {
        yield* TestClock.setTime(time)
        yield* store.append(yield* aCommit(customer))
      }
      const { events } = yield* store.readLog(customer)
      expect(events.map((event) => event.recordedAt)).toEqual([5_000, 7_000])
    }).pipe(Effect.provide(layer)),
  )

  it.effect("gives frozen envelopes", () =>
    Effect.gen(function* () {
      const store = yield* EventStore.EventStore
      const customer = yield* aCustomer
      const result = yield* store.append(yield* aCommit(customer))
      const { events } = yield* store.readLog(customer)
      expect([events[0], events[0]?.stream, result, result.versions, result.versions[0]].every(Object.isFrozen)).toBe(
        true,
      )
    }).pipe(Effect.provide(layer)),
  )

  it.effect("keeps no listener of a subscriber that has ended, nor one that it has woken", () =>
    Effect.gen(function* () {
      const memory = Memory.make([])
      const store = Memory.eventStore(memory)
      const customer = yield* aCustomer
      const listeners = () => memory.compartments.get(customer)?.waiting.size
      const fibers = []
      for (let n = 0; n < 20; n++) {
        fibers.push(yield* Effect.forkChild(Stream.runDrain(store.subscribe(customer)), { startImmediately: true }))
      }
      yield* Effect.yieldNow
      expect(listeners()).toBe(20)
      yield* store.append(yield* aCommit(customer))
      expect(listeners()).toBe(0)
      for (let n = 0; n < 20; n++) yield* Effect.yieldNow
      expect(listeners()).toBe(20)
      yield* Fiber.interruptAll(fibers)
      expect(listeners()).toBe(0)
    }),
  )

  it.effect("misses no append between a look at the log and the wait", () =>
    Effect.gen(function* () {
      const store = yield* EventStore.EventStore
      // A fiber that yields after every few operations is overtaken between any two of them.
      for (let steps = 0; steps < 60; steps++) {
        const customer = yield* aCustomer
        const commit = yield* aCommit(customer)
        const told = yield* store
          .subscribe(customer)
          .pipe(
            Stream.take(1),
            Stream.runCollect,
            Effect.provideService(Scheduler.MaxOpsBeforeYield, 3 + (steps % 3)),
            Effect.forkChild({ startImmediately: true }),
          )
        for (let step = 0; step < steps / 3; step++) yield* Effect.yieldNow
        yield* store.append(commit)
        for (let step = 0; step < 2_000 && told.pollUnsafe() === undefined; step++) yield* Effect.yieldNow
        expect(told.pollUnsafe()).toBeDefined()
      }
    }).pipe(Effect.provide(layer)),
  )

  it.effect("keeps nothing of a purged event but the hole", () =>
    Effect.gen(function* () {
      const memory = Memory.make([])
      const store = Memory.eventStore(memory)
      const customer = yield* aCustomer
      const first = yield* aCommit(customer, ["Added", "Added"])
      yield* store.append(first)
      yield* store.append(yield* aCommit(customer, ["Purged"], [first.writes[0]!.stream]))
      const text = JSON.stringify(memory.compartments.get(customer), (_, value: unknown) =>
        value instanceof Map ? [...value] : value,
      )
      expect(text).not.toContain(first.writes[0]!.stream.id)
      expect(text).not.toContain(first.commitId)
      expect(memory.compartments.get(customer)?.log.slice(0, 2)).toEqual([undefined, undefined])
    }),
  )

  it.effect("makes no commit whose counters cannot be computed", () =>
    Effect.gen(function* () {
      const store = yield* EventStore.EventStore
      const projections = yield* ProjectionStore.ProjectionStore
      const customer = yield* aCustomer
      expect(Exit.hasDies(yield* Effect.exit(store.append(yield* aCommit(customer, ["Sound", "Faulty"]))))).toBe(true)
      expect(yield* store.readLog(customer)).toMatchObject({ head: 0, events: [] })
      expect(yield* projections.counters(customer, { name: "sound", version: 1 })).toEqual(new Map())
      yield* store.append(yield* aCommit(customer, ["Sound"]))
      expect(yield* projections.counters(customer, { name: "sound", version: 1 })).toEqual(new Map([["Sound", 1]]))
    }).pipe(
      Effect.provide(
        layerWith({
          inline: [
            { name: "sound", version: 1, deltas: ({ type }) => [[type, 1]] },
            {
              name: "faulty",
              version: 1,
              deltas: ({ type }) => {
                if (type === "Faulty") throw new Error("this one cannot be counted")
                return []
              },
            },
          ],
        }),
      ),
    ),
  )

  it.effect("is another for each layer that is built", () =>
    Effect.gen(function* () {
      const customer = yield* aCustomer
      const append = Effect.flatMap(aCommit(customer), (commit) =>
        EventStore.EventStore.use((store) => store.append(commit)),
      )
      expect((yield* append.pipe(Effect.provide(layer))).firstPosition).toBe(1)
      expect((yield* append.pipe(Effect.provide(layer))).firstPosition).toBe(1)
    }),
  )
})
