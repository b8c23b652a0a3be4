/**
 * One loop for many Customers: what `run` promises for one holds for each, and those whose logs do not grow cost little.
 */
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
import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import { layer } from "../layer.ts"
import { forThisFile } from "../testDatabase.testing.ts"
import { ProjectionRunner } from "./ProjectionRunner.ts"

const options = forThisFile()

class Unfoldable extends Data.TaggedError("Unfoldable") {}

const named = (name: string): Projection.Projection<number, Unfoldable> => ({
  name,
  version: 1,
  initial: () => 0,
  apply: (state, chunk) =>
    chunk.events.some(({ type }) => type === "Unfoldable")
      ? Effect.fail(new Unfoldable())
      : Effect.succeed(state + chunk.events.length),
  encode: String,
  decode: Number,
})

const aProcess = Effect.map(Layer.build(Layer.fresh(layer(options))), (context) => ({
  store: Context.get(context, EventStore.EventStore),
  projections: Context.get(context, ProjectionStore.ProjectionStore),
  runner: Context.get(context, ProjectionRunner),
}))
type Process = Effect.Success<typeof aProcess>

const customers = (count: number) =>
  Effect.forEach(Array.from({ length: count }), () => Effect.map(Uuid.next, (id) => id as CustomerId.CustomerId))

const append = Effect.fnUntraced(function* ({ store }: Process, customer: CustomerId.CustomerId, type = "Counted") {
  const stream: StreamId.StreamId = { kind: "jar", id: yield* Uuid.next }
  const events = [{ type, schemaVersion: 1, occurredAt: 0, data: "{}" }]
  const writes = [{ stream, expected: ExpectedVersion.none, events }]
  return yield* store.append({ customer, commitId: yield* Uuid.next, writes })
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

const stateOf = (
  { projections }: Process,
  projection: Projection.Projection<number, Unfoldable>,
  of: CustomerId.CustomerId,
) =>
  Effect.map(projections.load(of, projection), Option.match({ onNone: () => 0, onSome: ({ state }) => Number(state) }))

const folded = (
  process: Process,
  projection: Projection.Projection<number, Unfoldable>,
  of: CustomerId.CustomerId,
  events: number,
) =>
  Effect.map(
    eventually(stateOf(process, projection, of), (state) => state >= events),
    (state) => expect(state).toBe(events),
  )

const transactions = Effect.scoped(
  Effect.gen(function* () {
    const { query, queryValues } = yield* PgConnection.make({ url: options.url, prepare: false })
    yield* query("SELECT pg_stat_clear_snapshot()")
    const [row] = yield* queryValues(
      "SELECT (xact_commit + xact_rollback)::float8 FROM pg_stat_database WHERE datname = current_database()",
    )
    return row![0] as number
  }),
)

describe("one loop for many Customers", () => {
  const quick = { shortest: "50 millis", longest: "400 millis" } as const

  // Planted and found: Customers that are asked as often as before when nothing grows.
  it.live("folds all logs, and asks ever more rarely where nothing grows", () =>
    Effect.gen(function* () {
      const one = yield* aProcess
      const projection = named("all")
      const all = yield* customers(150)
      yield* Effect.forEach(all, (customer) => append(one, customer), { concurrency: 8 })
      const pace = { shortest: "100 millis", longest: "1 hour" } as const
      const fiber = yield* Effect.forkChild(one.runner.runAll(projection, Effect.succeed(all), pace))
      for (const customer of all) yield* folded(one, projection, customer, 1)
      expect(yield* one.runner.status(all[7]!, projection)).toBe("live")
      // Six questions each, the last of which comes three seconds after the first.
      yield* Effect.sleep(4_000)
      const before = yield* transactions
      yield* Effect.sleep(2_000)
      expect((yield* transactions) - before).toBeLessThan(200)
      yield* Fiber.interrupt(fiber)
    }),
  )

  // Planted and found: growth that nobody says to the loop; a Customer that is not due then; workers that are not woken;
  // two workers at one Customer, of whom one finds the lease taken.
  it.live("goes on at once where this process appends", () =>
    Effect.gen(function* () {
      const one = yield* aProcess
      const projection = named("woken")
      const [customer] = yield* customers(1)
      const rarely = { shortest: "20 seconds", longest: "20 seconds" } as const
      const fiber = yield* Effect.forkChild(one.runner.runAll(projection, Effect.succeed([customer!]), rarely))
      for (let events = 1; events <= 20; events++) {
        yield* append(one, customer!)
        yield* folded(one, projection, customer!, events)
      }
      yield* Fiber.interrupt(fiber)
    }),
  )

  // Planted and found: a loop that waits for the longest fold before it goes on; a failure that ends it; one that is not told.
  it.live("goes on with the others while one takes long and one fails, which goes on once it is resumed", () =>
    Effect.gen(function* () {
      const one = yield* aProcess
      const [slow, failing, paused, late] = yield* customers(4)
      const gate = yield* Latch.make(false)
      let isMended = false
      const counting = named("mixed")
      const projection: typeof counting = {
        ...counting,
        apply: (state, chunk, of) =>
          of === slow
            ? Effect.andThen(gate.await, counting.apply(state, chunk, of))
            : isMended
              ? Effect.succeed(state + chunk.events.length)
              : counting.apply(state, chunk, of),
      }
      yield* append(one, slow!)
      yield* append(one, failing!, "Unfoldable")
      yield* append(one, paused!)
      yield* one.runner.pause(paused!, projection)
      const told: Array<string> = []
      const logger = Logger.layer([Logger.make(({ message }) => void told.push(String(message)))])
      const listed = [slow!, failing!, paused!]
      const running = one.runner.runAll(
        projection,
        Effect.sync(() => listed),
        { ...quick, concurrency: 2 },
      )
      const fiber = yield* Effect.forkChild(Effect.provide(running, logger))
      yield* eventually(one.runner.status(failing!, projection), (status) => status === "failed")
      // A Customer that comes later is folded beside the one that takes long.
      listed.push(late!)
      yield* append(one, late!)
      yield* folded(one, projection, late!, 1)
      expect(told).toHaveLength(1)
      expect(told[0]).toContain(`projection mixed version 1 of Customer ${failing} has failed (Unfoldable)`)
      expect(yield* stateOf(one, projection, paused!)).toBe(0)
      const lag = Metric.value(
        Metric.withAttributes(Observability.projectionLag, { projection: "mixed", version: "1" }),
      )
      expect((yield* eventually(lag, ({ value }) => value === 1)).value).toBe(1)

      isMended = true
      yield* one.runner.resume(failing!, projection)
      yield* one.runner.resume(paused!, projection)
      yield* gate.open
      for (const customer of listed) yield* folded(one, projection, customer, 1)
      yield* one.runner.retire(late!, projection)
      yield* append(one, late!)
      yield* Effect.sleep(600)
      expect(yield* stateOf(one, projection, late!)).toBe(1)
      yield* Fiber.interrupt(fiber)
      expect((yield* lag).value).toBe(0)
    }),
  )

  // Planted and found: a process that never asks again where another one has appended.
  it.live("shares the Customers with another process, whose appends it finds", () =>
    Effect.gen(function* () {
      const [one, other] = [yield* aProcess, yield* aProcess]
      const projection = named("shared")
      const all = yield* customers(20)
      const fibers = yield* Effect.forEach([one, other], ({ runner }) =>
        Effect.forkChild(runner.runAll(projection, Effect.succeed(all), quick)),
      )
      for (let round = 1; round <= 4; round++) {
        yield* Effect.forEach(all, (customer) => append(round % 2 === 0 ? one : other, customer), { concurrency: 4 })
        yield* Effect.sleep(50)
      }
      for (const customer of all) yield* folded(one, projection, customer, 4)
      yield* Fiber.interruptAll(fibers)
    }),
  )

  it.live("ends where nobody can say which Customers there are, with that error", () =>
    Effect.gen(function* () {
      const one = yield* aProcess
      const unknown = Effect.fail("nobody knows" as const)
      expect(yield* Effect.flip(one.runner.runAll(named("none"), unknown))).toBe("nobody knows")
    }),
  )
})
