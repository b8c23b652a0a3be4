/**
 * The contents of a conflict, so that a retry needs no second full read.
 */
import * as Effect from "effect/Effect"
import { ExpectedVersion as Expected, StreamId } from "@tacet/core/eventsourcing"
import * as Property from "../Property.ts"
import * as Scene from "../Scene.ts"
import { onEventStore } from "./onStores.ts"

/** The properties of conflicts. */
export const conflicts = onEventStore("conflicts", [
  {
    name: "a conflict answers the versions that the streams have at that moment",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const id = yield* Scene.aStream()
      for (let actual = 1; actual <= 5; actual++) {
        yield* Scene.commits(customer, [Scene.write(id, [Scene.event(actual)], Expected.exact(actual - 1))])
        const stale = yield* Scene.commit(customer, [Scene.write(id, [Scene.event(99)], Expected.none)])
        yield* Scene.conflicts(stale, [{ stream: id, expected: Expected.none, actual }])
      }
      yield* Scene.recorded("the stream", (yield* Scene.stream(customer, id)).events, Scene.events(1, 5))
    }),
  },
  {
    name: "a conflict names every failed expectation, writes before checks, in the order of the commit",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const ids = yield* Effect.all([1, 2, 3, 4, 5].map(() => Scene.aStream()))
      const [a, b, c, d, e] = ids as [
        (typeof ids)[0],
        (typeof ids)[0],
        (typeof ids)[0],
        (typeof ids)[0],
        (typeof ids)[0],
      ]
      yield* Scene.commits(customer, [Scene.write(b, Scene.events(1, 2)), Scene.write(d, Scene.events(3, 3))])
      const made = yield* Scene.commit(
        customer,
        [
          Scene.write(c, [Scene.event(10)], Expected.exists),
          Scene.write(a, [Scene.event(11)], Expected.none),
          Scene.write(b, [Scene.event(12)], Expected.exact(1)),
        ],
        {
          checks: [
            { stream: e, expected: Expected.exact(1) },
            { stream: d, expected: Expected.none },
          ],
        },
      )
      const conflict = yield* Scene.conflicts(made, [
        { stream: c, expected: Expected.exists, actual: 0 },
        { stream: b, expected: Expected.exact(1), actual: 2 },
        { stream: e, expected: Expected.exact(1), actual: 0 },
        { stream: d, expected: Expected.none, actual: 3 },
      ])
      yield* Property.same(
        "the Customer and the commit",
        [conflict.customer, conflict.commitId],
        [customer, made.commitId],
      )
    }),
  },
  {
    name: "a conflict carries the missed events of written streams where they were asked for",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const [behind, unexpected, checked, ahead] = [
        yield* Scene.aStream(),
        yield* Scene.aStream(),
        yield* Scene.aStream(),
        yield* Scene.aStream(),
      ]
      yield* Scene.commits(customer, [
        Scene.write(behind, Scene.events(1, 4)),
        Scene.write(unexpected, Scene.events(5, 2)),
        Scene.write(checked, Scene.events(7, 2)),
        Scene.write(ahead, Scene.events(9, 1)),
      ])
      const conflict = yield* Scene.refused(
        yield* Scene.commit(
          customer,
          [
            Scene.write(behind, [Scene.event(20)], Expected.exact(1)),
            Scene.write(unexpected, [Scene.event(21)], Expected.none),
            Scene.write(ahead, [Scene.event(22)], Expected.exact(7)),
          ],
          { checks: [{ stream: checked, expected: Expected.none }], wantMissedEvents: true },
        ),
        "VersionConflict",
      )
      const { events } = yield* Scene.log(customer)
      const missedOf = (stream: typeof behind) =>
        conflict.missed.filter((event) => StreamId.format(event.stream) === StreamId.format(stream))
      yield* Property.same("the missed events, as in the log", missedOf(behind), events.slice(1, 4))
      yield* Property.same("all events where none were expected", missedOf(unexpected), events.slice(4, 6))
      yield* Property.same("no others", conflict.missed.length, 5)
    }),
  },
  {
    name: "a conflict carries no events unless they were asked for",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const id = yield* Scene.aStream()
      yield* Scene.commits(customer, [Scene.write(id, Scene.events(1, 3))])
      const writes = [Scene.write(id, [Scene.event(9)], Expected.exact(1))]
      const unasked = yield* Scene.refused(yield* Scene.commit(customer, writes), "VersionConflict")
      yield* Property.same("no missed events", unasked.missed.length, 0)
      const declined = yield* Scene.commit(customer, writes, { wantMissedEvents: false })
      yield* Property.same("no missed events", (yield* Scene.refused(declined, "VersionConflict")).missed.length, 0)
    }),
  },
  {
    name: "a commit id that met a conflict is not used up",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const id = yield* Scene.aStream()
      yield* Scene.commits(customer, [Scene.write(id, [Scene.event(1)])])
      const stale = yield* Scene.commit(customer, [Scene.write(id, [Scene.event(2)], Expected.none)])
      yield* Scene.refused(stale, "VersionConflict")
      yield* Scene.refused(stale, "VersionConflict")
      const decidedAgain = { ...stale, writes: [Scene.write(id, Scene.events(5, 2), Expected.exact(1))] }
      const result = yield* Scene.append(decidedAgain)
      yield* Property.same("the positions", [result.firstPosition, result.lastPosition], [2, 3])
      const { events } = yield* Scene.stream(customer, id)
      yield* Scene.recorded("the stream", events, [Scene.event(1), Scene.event(5), Scene.event(6)])
    }),
  },
])
