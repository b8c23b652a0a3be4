import { layer, layerWith } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import * as FastCheck from "fast-check"
import { FaultInjection, Scene } from "@tacet/testing"
import type { CustomerId } from "./CustomerId.ts"
import { EventStore } from "./EventStore.ts"
import * as Projection from "./Projection.ts"
import { ProjectionStore } from "./ProjectionStore.ts"
import type { Uuid } from "./Uuid.ts"

/** The positions that were folded, in order: a position that counts twice or not at all is seen. */
const positions = (version = 1): Projection.Projection<Array<number>> => ({
  name: "positions",
  version,
  initial: () => [],
  apply: (state, chunk) =>
    Effect.sync(() => {
      state.push(...chunk.events.map((event) => event.position))
      return state
    }),
  encode: (state) => JSON.stringify(state),
  decode: (state) => JSON.parse(state) as Array<number>,
})

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1)

const grow = (customer: CustomerId, count: number, type?: string) =>
  Effect.gen(function* () {
    const stream = yield* Scene.aStream()
    for (let n = 0; n < count; n++) yield* Scene.commits(customer, [Scene.write(stream, [Scene.event(n, type)])])
    return stream
  })

const savedState = (customer: CustomerId, version = 1) =>
  Effect.map(
    ProjectionStore.use((store) => store.load(customer, { name: "positions", version })),
    Option.map(({ checkpoint, state }) => [checkpoint, JSON.parse(state) as unknown]),
  )

describe("catching up", () => {
  it.effect("folds the log to its head and saves", () =>
    Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      expect(yield* Projection.catchUp(positions(), customer)).toEqual({ state: [], checkpoint: 0 })
      expect(yield* savedState(customer)).toEqual(Option.none())
      yield* grow(customer, 5)
      expect(yield* Projection.catchUp(positions(), customer)).toEqual({ state: upTo(5), checkpoint: 5 })
      yield* grow(customer, 4)
      expect(yield* Projection.catchUp(positions(), customer, { chunkSize: 1 })).toEqual({
        state: upTo(9),
        checkpoint: 9,
      })
      expect(yield* savedState(customer)).toEqual(Option.some([9, upTo(9)]))
    }).pipe(Effect.provide(layer)),
  )

  it.effect("folds nothing and saves nothing where nothing is new", () =>
    Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      yield* grow(customer, 3)
      yield* Projection.catchUp(positions(), customer)
      const still = { ...positions(), apply: () => Effect.die("nothing is to be folded") }
      const faults = FaultInjection.make(() => undefined)
      yield* Projection.catchUp(still, customer).pipe(Effect.provide(faults.layer))
      expect(faults.calls().map((call) => call.operation)).toEqual(["load", "readLog"])
    }).pipe(Effect.provide(layer)),
  )

  it.effect("saves on the way", () =>
    Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const faults = FaultInjection.make(() => undefined)
      yield* grow(customer, 10)
      yield* Projection.catchUp(positions(), customer, { chunkSize: 2, saveEvery: 4 }).pipe(
        Effect.provide(faults.layer),
      )
      expect(faults.calls().map((call) => call.operation)).toEqual([
        "load",
        "readLog",
        "readLog",
        "save",
        "readLog",
        "readLog",
        "save",
        "readLog",
        "save",
      ])
    }).pipe(Effect.provide(layer)),
  )

  it.effect("saves how far it came though a filter wants nothing", () =>
    Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      yield* grow(customer, 5)
      const filtered = { ...positions(), filter: { eventTypes: ["Unknown"] } }
      expect(yield* Projection.catchUp(filtered, customer)).toEqual({ state: [], checkpoint: 5 })
      expect(yield* savedState(customer)).toEqual(Option.some([5, []]))
    }).pipe(Effect.provide(layer)),
  )

  const options = { chunkSize: 2, saveEvery: 4 }

  it.effect.each([
    FaultInjection.crashBefore,
    FaultInjection.crashAfter,
    FaultInjection.lostAnswer,
    FaultInjection.refused,
  ])("counts each event exactly once, whichever call it fails at ($when, $as)", (fault) =>
    Effect.gen(function* () {
      let reached = 0
      for (let number = 1; ; number++) {
        const customer = yield* Scene.aCustomer
        const faults = FaultInjection.make((call) => (call.number === number ? fault : undefined))
        const failing = Effect.exit(Projection.catchUp(positions(), customer, options)).pipe(
          Effect.provide(faults.layer),
        )
        yield* grow(customer, 6)
        const first = yield* failing
        yield* grow(customer, 5)
        const second = yield* failing
        expect(yield* Projection.catchUp(positions(), customer, options)).toEqual({ state: upTo(11), checkpoint: 11 })
        expect(yield* savedState(customer)).toEqual(Option.some([11, upTo(11)]))
        reached = number
        if (Exit.isSuccess(first) && Exit.isSuccess(second)) break
      }
      expect(reached).toBeGreaterThan(10)
    }).pipe(Effect.provide(layer)),
  )

  // Planted and found: a state that is saved with the checkpoint before it.
  it.effect.prop(
    "counts each event exactly once among runners that come and go",
    [
      FastCheck.array(FastCheck.constantFrom("grow", "run", "run and crash"), { minLength: 5, maxLength: 40 }),
      FastCheck.infiniteStream(FastCheck.nat({ max: 12 })),
    ],
    (steps, chance) =>
      Effect.gen(function* () {
        const customer = yield* Scene.aCustomer
        const after = () => chance.next().value ?? 0
        yield* Effect.all(
          steps.map((step) =>
            Effect.gen(function* () {
              for (let turns = after(); turns > 0; turns--) yield* Effect.yieldNow
              if (step === "grow") {
                yield* grow(customer, 3)
                return
              }
              const number = after()
              const faults = FaultInjection.make((call) =>
                step === "run and crash" && call.number === number ? FaultInjection.crashAfter : undefined,
              )
              yield* Effect.exit(Projection.catchUp(positions(), customer, options).pipe(Effect.provide(faults.layer)))
            }),
          ),
          { concurrency: "unbounded" },
        )
        const { head } = yield* Scene.log(customer)
        expect(yield* Projection.catchUp(positions(), customer)).toEqual({ state: upTo(head), checkpoint: head })
      }).pipe(Effect.provide(layer)),
  )

  it.effect("stops at an event that it cannot fold, and skips nothing", () =>
    Effect.gen(function* () {
      class Unreadable extends Data.TaggedError("Unreadable")<{ readonly position: number }> {}
      const customer = yield* Scene.aCustomer
      yield* grow(customer, 3)
      yield* grow(customer, 1, "Broken")
      yield* grow(customer, 3)
      const strict: Projection.Projection<Array<number>, Unreadable> = {
        ...positions(),
        apply: (state, chunk, of) => {
          const broken = chunk.events.find((event) => event.type === "Broken")
          return broken === undefined ? positions().apply(state, chunk, of) : new Unreadable(broken)
        },
      }
      for (let n = 0; n < 2; n++) {
        const error = yield* Effect.flip(Projection.catchUp(strict, customer, { chunkSize: 2, saveEvery: 1 }))
        expect(error).toMatchObject({ _tag: "Unreadable", position: 4 })
        expect(yield* savedState(customer)).toEqual(Option.some([2, upTo(2)]))
      }
    }).pipe(Effect.provide(layer)),
  )
})

describe("following", () => {
  /** Waits until so many events are saved. */
  const isSaved = (customer: CustomerId, count: number) =>
    Effect.gen(function* () {
      while (true) {
        const saved = Option.getOrUndefined(yield* savedState(customer))
        if (saved?.[0] === count) return saved
        yield* Effect.yieldNow
      }
    })

  it.effect("folds and saves appended events, each once", () =>
    Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      yield* grow(customer, 3)
      const follower = yield* Effect.forkScoped(Projection.follow(positions(), customer))
      for (let n = 4; n <= 12; n++) {
        yield* grow(customer, 1)
        expect(yield* isSaved(customer, n)).toEqual([n, upTo(n)])
      }
      yield* Fiber.interrupt(follower)
      yield* grow(customer, 3)
      yield* Effect.forkScoped(Projection.follow(positions(), customer))
      expect(yield* isSaved(customer, 15)).toEqual([15, upTo(15)])
    }).pipe(Effect.provide(layer)),
  )

  it.effect("ends with CheckpointMoved where another runner is at work", () =>
    Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      yield* grow(customer, 1)
      const follower = yield* Effect.forkScoped(Projection.follow(positions(), customer))
      yield* isSaved(customer, 1)
      const store = yield* ProjectionStore
      yield* store.save(customer, positions(), 1, { checkpoint: 2, state: "[1,2]" })
      yield* grow(customer, 2)
      expect(yield* Effect.flip(Fiber.join(follower))).toMatchObject({
        _tag: "CheckpointMoved",
        expected: 1,
        actual: 2,
      })
      expect(yield* savedState(customer)).toEqual(Option.some([2, [1, 2]]))
    }).pipe(Effect.provide(layer)),
  )
})

describe("following with a state that takes long to save", () => {
  class Unfoldable extends Data.TaggedError("Unfoldable") {}

  /** Lets the others go on until they all wait. */
  const othersWait = Effect.repeat(Effect.yieldNow, { times: 200 })

  /** Folds as `positions` does, and at an event `Unfoldable` waits, then gives up halfway. */
  const waiting = (latch: Latch.Latch): Projection.Projection<Array<number>, Unfoldable> => ({
    ...positions(),
    apply: (state, chunk) =>
      Effect.forEach(chunk.events, ({ position, type }) => {
        state.push(position)
        if (type !== "Unfoldable") return Effect.void
        return Effect.andThen(latch.await, Effect.fail(new Unfoldable()))
      }).pipe(Effect.as(state)),
  })

  /** A store whose saves wait and are announced to the test. */
  const slow = Effect.fnUntraced(function* () {
    const store = yield* ProjectionStore
    const [begun, mayEnd] = [yield* Latch.make(false), yield* Latch.make(false)]
    const save: typeof store.save = (...saved) =>
      begun.open.pipe(Effect.andThen(mayEnd.await), Effect.andThen(store.save(...saved)))
    return { begun, mayEnd, layer: Layer.succeed(ProjectionStore, { ...store, save }) }
  })

  // Planted and found: a state written down while a chunk is folded into it.
  it.effect("saves nothing of a chunk that is not folded whole", () =>
    Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const [store, mayFail] = [yield* slow(), yield* Latch.make(false)]
      const follower = yield* Effect.forkScoped(
        Effect.provide(Projection.follow(waiting(mayFail), customer), store.layer),
      )
      yield* othersWait
      yield* grow(customer, 1)
      yield* store.begun.await
      yield* grow(customer, 1)
      yield* othersWait
      // The second event is folded and not saved yet; the third is in the middle of being folded.
      yield* grow(customer, 1, "Unfoldable")
      yield* othersWait
      yield* store.mayEnd.open
      yield* othersWait
      yield* mayFail.open
      expect(yield* Effect.flip(Fiber.join(follower))).toBeInstanceOf(Unfoldable)
      expect(yield* savedState(customer)).toEqual(Option.some([1, [1]]))
    }).pipe(Effect.provide(layer)),
  )

  // Planted and found: a save with every chunk.
  it.effect("rests nine times as long as a save took, and then saves all at once", () =>
    Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const store = yield* slow()
      yield* Effect.forkScoped(Effect.provide(Projection.follow(positions(), customer), store.layer))
      yield* othersWait
      yield* grow(customer, 1)
      yield* store.begun.await
      yield* TestClock.adjust("2 seconds")
      yield* store.mayEnd.open
      yield* othersWait
      yield* grow(customer, 3)
      yield* TestClock.adjust("17 seconds")
      expect(yield* savedState(customer)).toEqual(Option.some([1, [1]]))
      yield* TestClock.adjust("1 seconds")
      expect(yield* savedState(customer)).toEqual(Option.some([4, upTo(4)]))
    }).pipe(Effect.provide(layer)),
  )
})

describe("rebuilding", () => {
  const known = [positions(1), positions(2)]
  const active = (customer: CustomerId) => Projection.readActive(known, customer)

  it.effect("builds a version beside the active one and switches in one instant", () =>
    Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      expect(yield* active(customer)).toEqual(Option.none())
      yield* grow(customer, 3)
      yield* Projection.rebuild(positions(1), customer)
      expect(yield* active(customer)).toEqual(Option.some({ state: upTo(3), checkpoint: 3 }))
      yield* grow(customer, 2)
      // Built, not yet active: readers still have the first.
      yield* Projection.catchUp(positions(2), customer)
      expect(yield* active(customer)).toEqual(Option.some({ state: upTo(3), checkpoint: 3 }))
      yield* Projection.rebuild(positions(2), customer)
      expect(yield* active(customer)).toEqual(Option.some({ state: upTo(5), checkpoint: 5 }))
      // The first stays readable until it is removed.
      expect(yield* savedState(customer, 1)).toEqual(Option.some([3, upTo(3)]))
      expect(yield* Projection.readActive([positions(1)], customer)).toEqual(Option.none())
      expect(yield* Projection.readActive([], customer)).toEqual(Option.none())
      // Rebuilding the active version catches it up.
      yield* grow(customer, 1)
      expect(yield* Projection.rebuild(positions(2), customer)).toEqual({ state: upTo(6), checkpoint: 6 })
    }).pipe(Effect.provide(layer)),
  )

  it.effect.each([FaultInjection.crashBefore, FaultInjection.crashAfter])(
    "is taken up where it stopped, whichever call it crashed at ($when)",
    (fault) =>
      Effect.gen(function* () {
        for (let number = 1; ; number++) {
          const customer = yield* Scene.aCustomer
          yield* grow(customer, 4)
          yield* Projection.rebuild(positions(1), customer)
          const faults = FaultInjection.make((call) => (call.number === number ? fault : undefined))
          const first = yield* Effect.exit(
            Projection.rebuild(positions(2), customer).pipe(Effect.provide(faults.layer)),
          )
          expect((yield* active(customer)).pipe(Option.map(({ state }) => state))).toEqual(Option.some(upTo(4)))
          expect(yield* Projection.rebuild(positions(2), customer)).toEqual({ state: upTo(4), checkpoint: 4 })
          const version = yield* ProjectionStore.use((store) => store.activeVersion(customer, "positions"))
          expect(version).toEqual(Option.some(2))
          if (Exit.isSuccess(first)) {
            expect(number).toBeGreaterThan(4)
            break
          }
        }
      }).pipe(Effect.provide(layer)),
  )
})

describe("a recount", () => {
  const byType: Projection.InlineProjection = { name: "by-type", version: 1, deltas: ({ type }) => [[type, 1]] }

  const counters = (customer: CustomerId) => ProjectionStore.use((store) => store.counters(customer, byType))

  /** Small pages, and a log that grows by so many events before each replacement. */
  const whileGrowing = (customer: CustomerId, growth: ReadonlyArray<number>) =>
    Layer.effectContext(
      Effect.gen(function* () {
        const store = yield* EventStore
        const projections = yield* ProjectionStore
        let nth = 0
        return Context.make(EventStore, {
          ...store,
          readLog: (of, range) => store.readLog(of, { ...range, limit: 3 }),
        }).pipe(
          Context.add(ProjectionStore, {
            ...projections,
            replaceCounters: (...args) =>
              grow(customer, growth[nth++] ?? 0).pipe(
                Effect.provideService(EventStore, store),
                Effect.orDie,
                Effect.andThen(projections.replaceCounters(...args)),
              ),
          }),
        )
      }),
    )

  // Planted and found: a log that has grown is folded from its first event on, into the counters that it has filled already.
  it.effect.prop(
    "counts each event once, however long the log is and however it grows meanwhile",
    [FastCheck.nat({ max: 10 }), FastCheck.array(FastCheck.integer({ min: 1, max: 5 }), { maxLength: 4 })],
    (before, growth) =>
      Effect.gen(function* () {
        const customer = yield* Scene.aCustomer
        yield* grow(customer, before)
        const answer = yield* Effect.provide(Projection.recount(byType, customer), whileGrowing(customer, growth))
        const events = growth.reduce((sum, n) => sum + n, before)
        expect(answer).toEqual({ counted: events, purged: 0 })
        expect(yield* counters(customer)).toEqual(new Map(events === 0 ? [] : [["StepTaken", events]]))
      }).pipe(Effect.provide(layer)),
  )

  it.effect("ends where the log never stands still, and has changed nothing", () =>
    Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const growing = whileGrowing(
        customer,
        Array.from({ length: 1_000 }, () => 1),
      )
      const moved = yield* Effect.flip(Effect.provide(Projection.recount(byType, customer), growing))
      expect(moved).toMatchObject({ _tag: "CheckpointMoved", name: "by-type", version: 1 })
      const head = yield* EventStore.use((store) => store.readLog(customer, { limit: 1 })).pipe(
        Effect.map((chunk) => chunk.head),
      )
      expect(head).toBeLessThan(200)
      expect(yield* Effect.flip(counters(customer))).toMatchObject({ _tag: "CountersIncomplete", counted: 0, head })
    }).pipe(Effect.provide(layer)),
  )

  it.effect.each([FaultInjection.crashBefore, FaultInjection.crashAfter])(
    "is whole when it is made again, whichever call it crashed at ($when)",
    (fault) =>
      Effect.gen(function* () {
        for (let number = 1; ; number++) {
          const customer = yield* Scene.aCustomer
          yield* grow(customer, 4)
          const faults = FaultInjection.make((call) => (call.number === number ? fault : undefined))
          const first = yield* Effect.exit(Effect.provide(Projection.recount(byType, customer), faults.layer))
          expect(yield* Projection.recount(byType, customer)).toEqual({ counted: 4, purged: 0 })
          expect(yield* counters(customer)).toEqual(new Map([["StepTaken", 4]]))
          if (Exit.isSuccess(first)) {
            expect(number).toBe(3)
            break
          }
        }
      }).pipe(Effect.provide(layer)),
  )

  it.effect("says what to do where counters are incomplete, or events were purged", () =>
    Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const gone = yield* grow(customer, 2)
      expect((yield* Effect.flip(counters(customer))).message).toContain("counted 0 of 2 events")
      const ledger = Scene.write(yield* Scene.aStream(), [Scene.event(1)])
      yield* Scene.commits(customer, [ledger], { purge: { streams: [gone], reason: "retention" } })
      expect((yield* Effect.flip(Projection.recount(byType, customer))).message).toContain("2 events were purged")
      const answer = yield* Projection.recount(byType, customer, { withoutPurged: true })
      expect(answer).toEqual({ counted: 1, purged: 2 })
      expect(yield* counters(customer)).toEqual(new Map([["StepTaken", 1]]))
    }).pipe(Effect.provide(layer)),
  )
})

describe("the increments of an event", () => {
  const event = { ...Scene.event(1), stream: { kind: "tank", id: "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as Uuid } }
  const of = (counter: string, add: number) =>
    Projection.increments({ name: "tanks", version: 2, deltas: () => [[counter, add]] }, event)

  it("are those of the projection, with one zero", () => {
    expect(of("litres", -3)).toEqual([["litres", -3]])
    expect(Object.is(of("litres", -0)[0]![1], 0)).toBe(true)
  })

  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("are no %s", (add) =>
    expect(() => of("litres", add)).toThrow(
      `Inline projection tanks version 2 adds ${add} for an event of type StepTaken`,
    ),
  )

  it("have no name that is the store's", () => expect(() => of("\u0001events", 1)).toThrow("U+0001"))
})

describe("inline counters", () => {
  const byType: Projection.InlineProjection = { name: "by-type", version: 1, deltas: ({ type }) => [[type, 1]] }
  const bySize: Projection.InlineProjection = {
    name: "by-size",
    version: 1,
    deltas: ({ data, stream }) => [
      [stream.kind, data.length],
      ["all", -1],
    ],
  }
  const inline = [byType, bySize]

  // Planted and found: the first of several projections counted alone.
  it.effect.prop(
    "equal a recount of the log, crashes and all",
    [FastCheck.array(FastCheck.tuple(FastCheck.nat({ max: 3 }), FastCheck.nat({ max: 5 })), { maxLength: 30 })],
    (steps) =>
      Effect.gen(function* () {
        const customer = yield* Scene.aCustomer
        const streams = yield* Effect.all(["a", "b"].map((kind) => Scene.aStream(kind)))
        const { crashAfter, crashBefore, lostAnswer, lostCall, refused } = FaultInjection
        const faulty = (fault: FaultInjection.Fault | undefined) => FaultInjection.make(() => fault).layer
        for (const [n, kindOfFault] of steps) {
          const writes = [Scene.write(streams[n % 2]!, Scene.events(n, 1 + n, n % 2 === 0 ? "Opened" : "Closed"))]
          const commit = yield* Scene.commit(customer, writes)
          const fault = [undefined, crashAfter, crashBefore, lostAnswer, lostCall, refused][kindOfFault]
          yield* Effect.exit(Effect.provide(Scene.append(commit), faulty(fault)))
          if (n > 1) yield* Scene.append(commit)
        }
        const { events } = yield* Scene.log(customer)
        for (const projection of inline) {
          const recount = new Map<string, number>()
          for (const event of events) {
            for (const [counter, add] of projection.deltas(event)) {
              recount.set(counter, (recount.get(counter) ?? 0) + add)
            }
          }
          expect(yield* ProjectionStore.use((store) => store.counters(customer, projection))).toEqual(recount)
        }
      }).pipe(Effect.provide(layerWith({ inline }))),
  )
})
