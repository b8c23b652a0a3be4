import { layer } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { EventStore, ProjectionStore } from "@tacet/core/eventsourcing"
import * as FaultInjection from "./FaultInjection.ts"
import * as Scene from "./Scene.ts"

const { crashAfter, crashBefore, lostAnswer, lostCall, refused } = FaultInjection

const anAppend = Effect.gen(function* () {
  const customer = yield* Scene.aCustomer
  return { customer, commit: yield* Scene.commit(customer, [Scene.write(yield* Scene.aStream(), [Scene.event(1)])]) }
})

describe("an append that fails as planned", () => {
  it.effect.each([
    [refused, 0, "notCommitted"],
    [lostCall, 0, "unknown"],
    [lostAnswer, 1, "unknown"],
    [crashBefore, 0, "crash"],
    [crashAfter, 1, "crash"],
  ] as const)("%j", ([fault, head, seen]) =>
    Effect.gen(function* () {
      const { commit, customer } = yield* anAppend
      const faults = FaultInjection.make(({ operation }) => (operation === "append" ? fault : undefined))
      const exit = yield* Effect.exit(Effect.provide(Scene.append(commit), faults.layer))
      const cause = Exit.isFailure(exit) ? exit.cause : Cause.empty
      const failure = Option.getOrUndefined(Cause.findErrorOption(cause))
      expect(failure?._tag === "StoreUnavailable" ? failure.outcome : "crash").toBe(seen)
      expect(Cause.squash(cause) instanceof FaultInjection.Crash).toBe(seen === "crash")
      expect((yield* Scene.log(customer)).head).toBe(head)
    }).pipe(Effect.provide(layer)),
  )
})

describe("a plan", () => {
  it.effect("counts all calls of both stores, and those of each operation", () =>
    Effect.gen(function* () {
      const { commit, customer } = yield* anAppend
      const faults = FaultInjection.make(() => undefined)
      yield* Effect.gen(function* () {
        const store = yield* EventStore.EventStore
        const projections = yield* ProjectionStore.ProjectionStore
        const key = { name: "tally", version: 1 }
        yield* store.append(commit)
        yield* store.readStream(customer, commit.writes[0]!.stream)
        yield* projections.save(customer, key, 0, { checkpoint: 1, state: "1" })
        yield* store.readLog(customer)
        yield* store.append(commit)
        expect(Option.isSome(yield* projections.load(customer, key))).toBe(true)
        yield* projections.activate(customer, key)
        expect(yield* projections.activeVersion(customer, key.name)).toEqual(Option.some(1))
        expect(yield* Effect.flip(projections.counters(customer, key))).toMatchObject({ counted: 0, head: 1 })
        yield* projections.replaceCounters(customer, key, 1, new Map([["all", 1]]))
        expect(yield* projections.counters(customer, key)).toEqual(new Map([["all", 1]]))
        yield* projections.remove(customer, key)
        yield* Stream.runDrain(Stream.take(store.subscribe(customer), 1))
      }).pipe(Effect.provide(faults.layer))
      expect(faults.calls().map(({ nth, number, operation }) => `${number} ${operation} ${nth}`)).toEqual(
        ["1 append 1", "2 readStream 1", "3 save 1", "4 readLog 1", "5 append 2", "6 load 1", "7 activate 1"].concat([
          "8 activeVersion 1",
          "9 counters 1",
          "10 replaceCounters 1",
          "11 counters 2",
          "12 remove 1",
          "13 subscribe 1",
        ]),
      )
    }).pipe(Effect.provide(layer)),
  )

  it.effect("meets a subscriber chunk by chunk", () =>
    Effect.gen(function* () {
      const { commit, customer } = yield* anAppend
      yield* Scene.append(commit)
      yield* Scene.append({ ...commit, commitId: customer })
      const faults = FaultInjection.make(({ nth, operation }) =>
        operation === "subscribe" && nth === 2 ? refused : undefined,
      )
      const chunks: Array<number> = []
      const error = yield* EventStore.EventStore.use((store) =>
        Stream.runForEach(store.subscribe(customer, { limit: 1 }), (chunk) =>
          Effect.sync(() => void chunks.push(chunk.through)),
        ),
      ).pipe(Effect.flip, Effect.provide(faults.layer))
      expect(error).toMatchObject({ _tag: "StoreUnavailable", operation: "subscribe", outcome: "notCommitted" })
      expect(chunks).toEqual([1])
    }).pipe(Effect.provide(layer)),
  )
})
