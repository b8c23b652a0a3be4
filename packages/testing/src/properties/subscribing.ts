/**
 * Catch-up, then live, without a gap or a duplicate.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import type { EventStore } from "@tacet/core/eventsourcing"
import type { EventStoreFixture } from "../Fixture.ts"
import * as Property from "../Property.ts"
import * as Scene from "../Scene.ts"
import { onEventStore } from "./onStores.ts"

const positionsOf = (events: ReadonlyArray<{ readonly position: number }>) => events.map((event) => event.position)

const upTo = (last: number, after = 0) => Array.from({ length: last - after }, (_, index) => after + index + 1)

/** The properties of subscribing. */
export const subscribing = onEventStore("subscribing", [
  {
    name: "a subscriber is given the log from its position on",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const id = yield* Scene.aStream()
      yield* Scene.commits(customer, [Scene.write(id, Scene.events(1, 9))])
      for (const after of [0, 1, 5, 8]) {
        const tail = yield* Scene.tail(customer, { after })
        const events = yield* Scene.heard(tail, 9, { after })
        yield* Scene.recorded(`behind ${after}`, events, Scene.events(after + 1, 9 - after))
      }
    }),
  },
  {
    name: "a subscriber at the head receives each append",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const id = yield* Scene.aStream()
      const early = yield* Scene.tail(customer)
      for (let n = 1; n <= 5; n++) {
        yield* Scene.commits(customer, [Scene.write(id, [Scene.event(n)])])
        yield* Scene.heard(early, n)
      }
      yield* Scene.recorded("the received events", yield* Scene.heard(early, 5), Scene.events(1, 5))
    }),
  },
  {
    name: "catch-up passes over to live without a gap or a duplicate, at whatever moment a subscriber comes",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const id = yield* Scene.aStream()
      const total = 60
      const tails: Array<readonly [number, Scene.Tail]> = []
      const writing = Effect.gen(function* () {
        for (let n = 1; n <= total; n++) {
          yield* Scene.commits(customer, [Scene.write(id, [Scene.event(n)])])
          yield* Effect.yieldNow
        }
      })
      const arriving = Effect.gen(function* () {
        for (let n = 0; n < 30; n++) {
          const { head } = yield* Scene.chunk(customer)
          const after = n % 3 === 0 ? 0 : n % 3 === 1 ? head : Math.max(0, head - 3)
          tails.push([after, yield* Scene.givingWay(8 + (n % 7))(Scene.tail(customer, { after, limit: 1 + (n % 4) }))])
          for (let turns = 0; turns < n % 5; turns++) yield* Effect.yieldNow
        }
      })
      yield* Effect.all([writing, arriving], { concurrency: "unbounded" })
      for (const [after, tail] of tails) {
        const heard = yield* Scene.heard(tail, total, { after, limit: 4 })
        yield* Property.same(`the positions behind ${after}`, positionsOf(heard), upTo(total, after))
      }
    }),
  },
  {
    name: "every subscriber is given everything",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const id = yield* Scene.aStream()
      const tails = yield* Effect.all(Array.from({ length: 10 }, () => Scene.tail(customer)))
      for (let n = 1; n <= 10; n++) yield* Scene.commits(customer, [Scene.write(id, [Scene.event(n)])])
      for (const tail of tails) {
        yield* Property.same("the positions", positionsOf(yield* Scene.heard(tail, 10)), upTo(10))
      }
    }),
  },
  {
    name: "one append wakes every subscriber that waits",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const tails = yield* Effect.all(Array.from({ length: 5 }, () => Scene.tail(customer)))
      // So that all of them wait at the head.
      yield* Effect.sleep(20)
      yield* Scene.commits(customer, [Scene.write(yield* Scene.aStream(), [Scene.event(1)])])
      for (const tail of tails) yield* Scene.heard(tail, 1)
    }),
  },
  {
    name: "a subscriber with a filter receives the matching events and the length of the log",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const [wanted, other] = [yield* Scene.aStream("wanted"), yield* Scene.aStream("other")]
      const filter = { streamKinds: ["wanted"] }
      yield* Scene.commits(customer, [Scene.write(other, Scene.events(1, 3)), Scene.write(wanted, Scene.events(4, 2))])
      const tail = yield* Scene.tail(customer, { filter })
      yield* Scene.commits(customer, [Scene.write(wanted, [Scene.event(6)]), Scene.write(other, Scene.events(7, 4))])
      const events = yield* Scene.heard(tail, 10, { filter })
      yield* Property.same("the positions", positionsOf(events), [4, 5, 6])
    }),
  },
  {
    name: "a subscriber who starts after a purge gets the purged positions",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const [gone, ledger] = [yield* Scene.aStream(), yield* Scene.aStream()]
      yield* Scene.commits(customer, [Scene.write(gone, Scene.events(1, 4))])
      const early = yield* Scene.tail(customer)
      yield* Scene.heard(early, 4)
      yield* Scene.commits(customer, [Scene.write(ledger, [Scene.event(5)])], {
        purge: { streams: [gone], reason: "retention" },
      })
      const late = yield* Scene.tail(customer)
      yield* Property.same("what the late one reads", positionsOf(yield* Scene.heard(late, 5)), [5])
      const told = late.chunks.flatMap((chunk) => chunk.purged.map(({ from, to }) => [from, to] as const))
      yield* Property.same(
        "the purged positions",
        told.reduce((sum, [from, to]) => sum + to - from + 1, 0),
        4,
      )
      yield* Property.same("what the early one has read", positionsOf(yield* Scene.heard(early, 5)), [1, 2, 3, 4, 5])
    }),
  },
  {
    name: "a subscription does not end by itself, and ends when it is interrupted",
    program: Effect.gen(function* () {
      const { patience } = yield* Property.CurrentSettings
      const customer = yield* Scene.aCustomer
      const id = yield* Scene.aStream()
      yield* Scene.commits(customer, [Scene.write(id, [Scene.event(1)])])
      const tail = yield* Scene.tail(customer)
      yield* Scene.heard(tail, 1)
      yield* Effect.sleep(20)
      yield* Property.same("no end", tail.fiber.pollUnsafe() === undefined, true)
      yield* Fiber.interrupt(tail.fiber).pipe(
        Effect.timeoutOrElse({
          duration: patience,
          orElse: () =>
            Effect.fail(
              new Property.Deviation({ expected: "an end when interrupted", seen: `none in ${patience} ms` }),
            ),
        }),
      )
      yield* Scene.commits(customer, [Scene.write(id, [Scene.event(2)])])
      yield* Effect.sleep(5)
      yield* Property.same("nothing after the end", tail.chunks[tail.chunks.length - 1]?.through, 1)
    }),
  },
])

/**
 * Whether subscribers are woken or poll, found out by a clock that does not move: a subscriber that polls sleeps for ever.
 */
export const wakingUp = (fixture: EventStoreFixture): ReadonlyArray<Property.Property<EventStoreFixture>> => [
  fixture.capabilities.pushSubscription
    ? Property.make("subscribing", "declares push: an append wakes a subscriber, which does not poll", (fixture) =>
        whileTheClockStandsStill(
          fixture,
          Effect.gen(function* () {
            const { append, tail } = yield* atTheHead
            yield* append
            yield* Property.same("the positions", positionsOf(yield* Scene.heard(tail, 2)), [1, 2])
          }),
        ),
      )
    : Property.make("subscribing", "declares no push: a subscriber learns of an append by polling", (fixture) =>
        whileTheClockStandsStill(
          fixture,
          Effect.gen(function* () {
            const { append, tail } = yield* atTheHead
            yield* append
            yield* TestClock.withLive(Effect.sleep(100))
            yield* Property.same(
              "nothing while the clock does not move",
              tail.chunks[tail.chunks.length - 1]?.through,
              1,
            )
            for (let minute = 0; minute < 10; minute++) {
              yield* TestClock.adjust("1 minute")
              yield* TestClock.withLive(Effect.sleep(10))
            }
            yield* Property.same("the positions", positionsOf(yield* Scene.heard(tail, 2)), [1, 2])
          }),
        ),
      ),
]

const atTheHead = Effect.gen(function* () {
  const customer = yield* Scene.aCustomer
  const id = yield* Scene.aStream()
  yield* Scene.commits(customer, [Scene.write(id, [Scene.event(1)])])
  const tail = yield* Scene.tail(customer)
  yield* Scene.heard(tail, 1)
  // Time for the subscriber to fall asleep.
  yield* TestClock.withLive(Effect.sleep(50))
  return { tail, append: Scene.commits(customer, [Scene.write(id, [Scene.event(2)])]) }
})

const whileTheClockStandsStill = <E>(
  fixture: EventStoreFixture,
  program: Effect.Effect<void, E, EventStore.EventStore | Scope.Scope>,
): Effect.Effect<void, unknown> =>
  Effect.scoped(program).pipe(
    Effect.provide(fixture.layer, { local: true }),
    Effect.provide(TestClock.layer({ warningDelay: "1 hour" }), { local: true }),
  )
