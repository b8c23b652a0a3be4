/**
 * Positions and versions: dense, in commit order, and each event in its place.
 */
import * as Effect from "effect/Effect"
import * as Property from "../Property.ts"
import * as Scene from "../Scene.ts"
import { UtcDay } from "@tacet/core/calendar"
import { StreamId } from "@tacet/core/eventsourcing"
import { onEventStore } from "./onStores.ts"

/** The properties of order. */
export const order = onEventStore("order", [
  {
    name: "positions are dense from 1, in commit order",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const streams = [yield* Scene.aStream(), yield* Scene.aStream(), yield* Scene.aStream("customer")]
      let next = 1
      for (let n = 0; n < 12; n++) {
        const count = 1 + (n % 3)
        const result = yield* Scene.commits(customer, [Scene.write(streams[n % 3]!, Scene.events(next, count))])
        yield* Property.same(
          "the commit's positions",
          [result.firstPosition, result.lastPosition],
          [next, next + count - 1],
        )
        next += count
      }
      const { events, head } = yield* Scene.log(customer)
      yield* Property.same("the head", head, next - 1)
      yield* Scene.recorded("the log", events, Scene.events(1, next - 1))
      yield* Property.same(
        "the positions",
        events.map((event) => event.position),
        events.map((_, index) => index + 1),
      )
    }),
  },
  {
    name: "the versions of a stream are dense from 1",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const [one, other] = [yield* Scene.aStream(), yield* Scene.aStream()]
      for (let n = 1; n <= 4; n++) {
        const result = yield* Scene.commits(customer, [
          Scene.write(one, Scene.events(n * 10, 2)),
          Scene.write(other, [Scene.event(n)]),
        ])
        yield* Property.same(
          "the versions after the commit",
          result.versions.map(({ stream, version }) => [StreamId.format(stream), version]),
          [
            [StreamId.format(one), 2 * n],
            [StreamId.format(other), n],
          ],
        )
      }
      const page = yield* Scene.stream(customer, one)
      yield* Property.same("the version", page.version, 8)
      yield* Property.same(
        "the versions",
        page.events.map((event) => event.version),
        [1, 2, 3, 4, 5, 6, 7, 8],
      )
      const { events } = yield* Scene.log(customer)
      yield* Property.same(
        "the versions in the log",
        events.filter((event) => StreamId.format(event.stream) === StreamId.format(one)).map((event) => event.version),
        [1, 2, 3, 4, 5, 6, 7, 8],
      )
    }),
  },
  {
    name: "the events of a commit follow the order of its writes and of their events",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const ids = yield* Effect.all([Scene.aStream("b"), Scene.aStream("a"), Scene.aStream("c")])
      const writes = ids.map((id, index) =>
        Scene.write(id, [Scene.event(30 - index), Scene.event(10 - index, "Closed")]),
      )
      yield* Scene.commits(customer, writes)
      const { events } = yield* Scene.log(customer)
      yield* Scene.recorded(
        "the log",
        events,
        writes.flatMap((write) => write.events.map((event) => ({ ...event, stream: write.stream }))),
      )
    }),
  },
  {
    name: "a recorded event holds the written fields, its stream, version and position",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const id = yield* Scene.aStream()
      yield* Scene.commits(customer, [Scene.write(id, Scene.events(1, 2))])
      const written = { type: "InteractionClosed", schemaVersion: 7, occurredAt: 1_234_567_890_123, data: '{"a":1}' }
      const made = yield* Scene.commit(customer, [Scene.write(id, [written])])
      yield* Scene.append(made)
      const page = yield* Scene.stream(customer, id)
      const chunk = yield* Scene.chunk(customer)
      for (const event of [page.events[2], chunk.events[2]]) {
        yield* Scene.recorded("the event", event === undefined ? [] : [event], [{ ...written, stream: id }])
        yield* Property.same(
          "customer, position, version and commit",
          [event?.customer, event?.position, event?.version, event?.commitId],
          [customer, 3, 3, made.commitId],
        )
      }
      yield* Property.same("the log and the stream to hold the same envelope", chunk.events[2], page.events[2]!)
    }),
  },
  {
    name: "the time of recording is the store's, in milliseconds, and does not change",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const id = yield* Scene.aStream()
      const now = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
      yield* Scene.commits(customer, [Scene.write(id, [{ ...Scene.event(1), occurredAt: 0 }])])
      const first = (yield* Scene.chunk(customer)).events[0]?.recordedAt
      const again = (yield* Scene.stream(customer, id)).events[0]?.recordedAt
      yield* Property.same("the same time again", again, first)
      // A day of tolerance: the store's clock is its own, but it counts in the same unit from the same instant.
      yield* Property.holds(
        `a whole number of milliseconds near ${now}`,
        first !== undefined && Number.isInteger(first) && Math.abs(first - now) < UtcDay.dayMillis,
        first,
      )
    }),
  },
  {
    name: "the time of recording is no coarser than a millisecond",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const id = yield* Scene.aStream()
      for (let n = 0; n < 6; n++) {
        yield* Scene.commits(customer, [Scene.write(id, [Scene.event(n)])])
        yield* Effect.sleep(3)
      }
      const times = (yield* Scene.stream(customer, id)).events.map(({ recordedAt }) => recordedAt)
      yield* Property.holds(
        "a time between two whole seconds",
        times.some((time) => time % 1000 !== 0),
        times,
      )
      yield* Property.holds("several times", new Set(times).size > 1, times)
    }),
  },
])
