import {
  type CustomerId,
  EventStore,
  ExpectedVersion,
  Observability,
  type Projection,
  ProjectionStore,
  type StreamId,
  Uuid,
} from "@tacet/core/eventsourcing"
import { describe, expect, it } from "@tacet/vitest"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import { layer } from "../layer.ts"
import { ProjectionRunner } from "./ProjectionRunner.ts"
import { forThisFile } from "../testDatabase.testing.ts"

const options = forThisFile()

class Unfoldable extends Data.TaggedError("Unfoldable") {}

const counting: Projection.Projection<number, Unfoldable> = {
  name: "counting",
  version: 1,
  initial: () => 0,
  apply: (state, chunk) =>
    chunk.events.some(({ type }) => type === "Unfoldable")
      ? Effect.fail(new Unfoldable())
      : Effect.succeed(state + chunk.events.length),
  encode: String,
  decode: Number,
}

/** A process: its own pools, its own runner. */
const aProcess = Effect.map(Layer.build(Layer.fresh(layer(options))), (context) => ({
  store: Context.get(context, EventStore.EventStore),
  projections: Context.get(context, ProjectionStore.ProjectionStore),
  runner: Context.get(context, ProjectionRunner),
}))

const aCustomer = Effect.map(Uuid.next, (id) => id as CustomerId.CustomerId)

const append = Effect.fnUntraced(function* (
  { store }: Effect.Success<typeof aProcess>,
  customer: CustomerId.CustomerId,
  count: number,
  type = "Counted",
) {
  const stream: StreamId.StreamId = { kind: "jar", id: yield* Uuid.next }
  const events = Array.from({ length: count }, () => ({ type, schemaVersion: 1, occurredAt: 0, data: "{}" }))
  return yield* store.append({
    customer,
    commitId: yield* Uuid.next,
    writes: [{ stream, expected: ExpectedVersion.none, events }],
  })
})

/** Waits until something holds, for ten seconds at most. */
const eventually = Effect.fnUntraced(function* <A, E>(ask: Effect.Effect<A, E>, holds: (answer: A) => boolean) {
  for (let turn = 0; turn < 500; turn++) {
    const answer = yield* ask
    if (holds(answer)) return answer
    yield* Effect.sleep(20)
  }
  return yield* ask
})

const stateIn = ({ projections }: Effect.Success<typeof aProcess>, customer: CustomerId.CustomerId) =>
  Effect.map(projections.load(customer, counting), (saved) =>
    Option.match(saved, { onNone: () => "", onSome: ({ state }) => state }),
  )

const lease = "300 millis"

describe("a projection with a lease", () => {
  it.live("is run by one of several processes, and by another once that one stops", () =>
    Effect.gen(function* () {
      const [one, other] = [yield* aProcess, yield* aProcess]
      const customer = yield* aCustomer
      expect(yield* one.runner.status(customer, counting)).toBe("new")
      yield* append(one, customer, 3)
      const first = yield* Effect.forkChild(one.runner.run(counting, customer, { lease }))
      yield* eventually(stateIn(one, customer), (state) => state === "3")
      const second = yield* Effect.forkChild(other.runner.run(counting, customer, { lease }))
      yield* append(other, customer, 4)
      expect(yield* eventually(stateIn(one, customer), (state) => state === "7")).toBe("7")
      expect(yield* eventually(one.runner.status(customer, counting), (status) => status === "live")).toBe("live")
      yield* Fiber.interrupt(first)
      yield* append(one, customer, 5)
      expect(yield* eventually(stateIn(one, customer), (state) => state === "12")).toBe("12")
      yield* Fiber.interrupt(second)
    }),
  )

  it.live("refuses to save for a process that lost the lease, even where the checkpoint matches", () =>
    Effect.gen(function* () {
      const one = yield* aProcess
      const customer = yield* aCustomer
      yield* append(one, customer, 2)
      const gate = yield* Latch.make()
      let folding = 0
      const slow: typeof counting = {
        ...counting,
        apply: (state, chunk) =>
          Effect.suspend(() => {
            folding++
            return Effect.as(Effect.uninterruptible(gate.await), state + chunk.events.length)
          }),
      }
      const fiber = yield* Effect.forkChild(one.runner.run(slow, customer, { lease }))
      yield* eventually(
        Effect.sync(() => folding),
        (n) => n > 0,
      )
      yield* one.runner.pause(customer, counting)
      yield* gate.open
      yield* Effect.sleep(400)
      expect(yield* stateIn(one, customer)).toBe("")
      expect(yield* one.runner.status(customer, counting)).toBe("paused")
      yield* one.runner.resume(customer, counting)
      expect(yield* eventually(stateIn(one, customer), (state) => state === "2")).toBe("2")
      yield* Fiber.interrupt(fiber)
    }),
  )

  // Planted and found: a run that ends with the failure, so that nobody takes it up; a lag that is not noted once it has failed.
  it.live(
    "fails at an event that it cannot fold, says so and how far it is behind, and goes on once it is resumed",
    () =>
      Effect.gen(function* () {
        const one = yield* aProcess
        const [customer, other] = [yield* aCustomer, yield* aCustomer]
        let isMended = false
        const failing: typeof counting = {
          ...counting,
          name: "failing",
          apply: (state, chunk, of) =>
            isMended ? Effect.succeed(state + chunk.events.length) : counting.apply(state, chunk, of),
        }
        const told: Array<string> = []
        const logger = Logger.layer([Logger.make(({ message }) => void told.push(String(message)))])
        const lag = Metric.value(
          Metric.withAttributes(Observability.projectionLag, { projection: "failing", version: "1" }),
        )
        const lagging = (expected: number) =>
          Effect.map(
            eventually(lag, ({ value }) => value === expected),
            ({ value }) => expect(value).toBe(expected),
          )
        yield* append(one, customer, 3)
        const running = (of: CustomerId.CustomerId) => one.runner.run(failing, of, { lease })
        const fibers = [
          yield* Effect.forkChild(Effect.provide(running(customer), logger)),
          yield* Effect.forkChild(running(other)),
        ]
        yield* eventually(one.runner.status(customer, failing), (status) => status === "live")
        yield* append(one, customer, 1, "Unfoldable")
        expect(yield* eventually(one.runner.status(customer, failing), (status) => status === "failed")).toBe("failed")
        yield* append(one, customer, 20)
        yield* append(one, other, 2)
        yield* lagging(21)
        expect(told).toHaveLength(1)
        expect(told[0]).toContain(`projection failing version 1 of Customer ${customer} has failed (Unfoldable)`)
        expect(told[0]).toContain("ends at position 3, the log at 4.")
        isMended = true
        yield* one.runner.resume(customer, failing)
        yield* lagging(0)
        expect(yield* eventually(one.runner.status(customer, failing), (status) => status === "live")).toBe("live")
        yield* one.runner.retire(customer, failing)
        yield* one.runner.retire(other, failing)
        for (const fiber of fibers) expect(Exit.isSuccess(yield* Fiber.await(fiber))).toBe(true)
        expect(yield* one.runner.status(customer, failing)).toBe("retired")
      }),
  )

  // Planted and found: a gauge that keeps the lag of a failed projection whose runner was stopped.
  it.live("says no more how far a failed projection is behind once it is stopped", () =>
    Effect.gen(function* () {
      const one = yield* aProcess
      const customer = yield* aCustomer
      const stopped = { ...counting, name: "stopped" }
      const attributes = { projection: "stopped", version: "1" }
      const lag = Metric.value(Metric.withAttributes(Observability.projectionLag, attributes))
      yield* append(one, customer, 1, "Unfoldable")
      const fiber = yield* Effect.forkChild(one.runner.run(stopped, customer, { lease }))
      expect((yield* eventually(lag, ({ value }) => value === 1)).value).toBe(1)
      yield* eventually(one.runner.status(customer, stopped), (status) => status === "failed")
      // It is asked again how far it is behind while it waits.
      yield* append(one, customer, 4)
      expect((yield* eventually(lag, ({ value }) => value === 5)).value).toBe(5)
      yield* Fiber.interrupt(fiber)
      expect((yield* lag).value).toBe(0)
    }),
  )

  // Planted and found: a failure that is told to nobody; every failure told.
  it.live("says from the third failure in a row on, and ever less often, why it cannot save", () =>
    Effect.gen(function* () {
      const one = yield* aProcess
      const customer = yield* aCustomer
      yield* append(one, customer, 2)
      const told: Array<string> = []
      const logger = Logger.layer([Logger.make(({ message }) => void told.push(String(message)))])
      // PostgreSQL keeps no zero in a text.
      const unkept = { ...counting, encode: (state: number) => `${state}\0` }
      const running = one.runner.run(unkept, customer, { lease: "30 millis" })
      const fiber = yield* Effect.forkChild(Effect.provide(running, logger))
      const of = (times: number) => expect.stringContaining(`has failed ${times} times in a row and tries again`)
      yield* eventually(
        Effect.sync(() => told.length),
        (lines) => lines >= 3,
      )
      expect(told.slice(0, 3)).toEqual([of(3), of(6), of(12)])
      expect(told[0]).toContain(`projection counting version 1 of Customer ${customer}`)
      expect(told[0]).toContain("a value that the database cannot keep")
      yield* Fiber.interrupt(fiber)
    }),
  )
})
