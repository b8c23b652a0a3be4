import { layer } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { Scene } from "@tacet/testing"
import * as EventStore from "./EventStore.ts"
import { StoreUnavailable } from "./EventStoreError.ts"

const upTo = (last: number, after = 0) => Array.from({ length: last - after }, (_, index) => after + index + 1)

const aLog = Effect.fnUntraced(function* (count: number) {
  const [customer, stream] = [yield* Scene.aCustomer, yield* Scene.aStream()]
  yield* Scene.commits(customer, [Scene.write(stream, Scene.events(1, count))])
  return { customer, stream }
})

describe("the events of a stream", () => {
  it.effect("come in order, page by page, from a version on", () =>
    Effect.gen(function* () {
      const { customer, stream } = yield* aLog(7)
      for (const range of [
        {},
        { limit: 1 },
        { limit: 3 },
        { limit: 7 },
        { after: 4 },
        { after: 4, limit: 2 },
        { after: 9 },
      ]) {
        const events = yield* Stream.runCollect(EventStore.streamEvents(customer, stream, range))
        expect(events.map((event) => event.version)).toEqual(upTo(7, Math.min(7, range.after ?? 0)))
      }
    }).pipe(Effect.provide(layer)),
  )

  it.effect("are none where there is no stream", () =>
    Effect.gen(function* () {
      const { customer } = yield* aLog(1)
      expect(yield* Stream.runCollect(EventStore.streamEvents(customer, yield* Scene.aStream()))).toEqual([])
    }).pipe(Effect.provide(layer)),
  )

  it.effect("are read no further than asked for", () =>
    Effect.gen(function* () {
      const { customer, stream } = yield* aLog(9)
      const store = yield* EventStore.EventStore
      let pages = 0
      const counting = {
        ...store,
        readStream: (...args: Parameters<typeof store.readStream>) => {
          pages++
          return store.readStream(...args)
        },
      }
      const events = yield* EventStore.streamEvents(customer, stream, { limit: 2 }).pipe(
        Stream.take(4),
        Stream.runCollect,
        Effect.provideService(EventStore.EventStore, counting),
      )
      expect([events.length, pages]).toEqual([4, 2])
    }).pipe(Effect.provide(layer)),
  )
})

describe("the chunks of a log", () => {
  it.effect("follow each other up to the head of the moment, none of them empty", () =>
    Effect.gen(function* () {
      const { customer } = yield* aLog(7)
      for (const [range, throughs] of [
        [{}, [7]],
        [{ limit: 3 }, [3, 6, 7]],
        [{ after: 3, limit: 2 }, [5, 7]],
        [{ after: 7 }, []],
        [{ filter: { eventTypes: ["Unknown"] } }, [7]],
      ] as const) {
        const chunks = yield* Stream.runCollect(EventStore.logChunks(customer, range))
        expect(chunks.map((chunk) => chunk.through)).toEqual(throughs)
      }
      expect(yield* Stream.runCollect(EventStore.logChunks(yield* Scene.aCustomer))).toEqual([])
    }).pipe(Effect.provide(layer)),
  )
})

describe("a subscription by reading and waiting", () => {
  it.effect("waits at the head alone, and may be woken too early", () =>
    Effect.gen(function* () {
      const { customer, stream } = yield* aLog(3)
      const store = yield* EventStore.EventStore
      const waits: Array<number> = []
      const wakeUp = yield* Queue.unbounded<void>()
      const subscribe = EventStore.subscribeBy(store.readLog, (_, position) => {
        waits.push(position)
        return Queue.take(wakeUp)
      })
      const chunks: Array<readonly [number, number]> = []
      yield* subscribe(customer, { limit: 2 }).pipe(
        Stream.runForEach((chunk) => Effect.sync(() => void chunks.push([chunk.after, chunk.through]))),
        Effect.forkScoped({ startImmediately: true }),
      )
      const settle = Effect.repeat(Effect.yieldNow, { times: 20 })
      yield* settle
      expect([chunks, waits]).toEqual([
        [
          [0, 2],
          [2, 3],
        ],
        [3],
      ])
      yield* Queue.offer(wakeUp, undefined)
      yield* settle
      expect([chunks.length, waits]).toEqual([2, [3, 3]])
      yield* Scene.commits(customer, [Scene.write(stream, [Scene.event(4)])])
      yield* Queue.offer(wakeUp, undefined)
      yield* settle
      expect([chunks, waits]).toEqual([
        [
          [0, 2],
          [2, 3],
          [3, 4],
        ],
        [3, 3, 4],
      ])
    }).pipe(Effect.provide(layer)),
  )

  it.effect("ends with the failure of the store", () =>
    Effect.gen(function* () {
      const { customer } = yield* aLog(1)
      const store = yield* EventStore.EventStore
      const gone = new StoreUnavailable({ operation: "subscribe", outcome: "notCommitted", cause: "08006" })
      const waiting = EventStore.subscribeBy(store.readLog, () => Effect.fail(gone))
      expect(yield* Effect.flip(Stream.runDrain(waiting(customer)))).toBe(gone)
      const reading = EventStore.subscribeBy(
        () => Effect.fail(gone),
        () => Effect.never,
      )
      expect(yield* Effect.flip(Stream.runDrain(reading(customer)))).toBe(gone)
    }).pipe(Effect.provide(layer)),
  )
})
