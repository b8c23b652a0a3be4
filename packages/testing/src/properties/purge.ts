/**
 * Physical removal, in the transaction of the events that account for it.
 */
import * as Effect from "effect/Effect"
import { type CustomerId, ExpectedVersion as Expected, StreamId } from "@tacet/core/eventsourcing"
import * as Property from "../Property.ts"
import * as Scene from "../Scene.ts"
import { onEventStore } from "./onStores.ts"

/** Positions 1 to 9: kept 2, 5 and 7; purgeable `a` 1, 3, 4, 9 and `b` 6, 8; `ledger` accounts for the purged ones. */
const interleaved = Effect.gen(function* () {
  const customer = yield* Scene.aCustomer
  const [kept, a, b, ledger] = [
    yield* Scene.aStream(),
    yield* Scene.aStream(),
    yield* Scene.aStream("customer"),
    yield* Scene.aStream("ledger"),
  ]
  const order = [a, kept, a, a, kept, b, kept, b, a]
  for (const [index, stream] of order.entries()) {
    yield* Scene.commits(customer, [Scene.write(stream, [Scene.event(index + 1)])])
  }
  return { customer, kept, a, b, ledger }
})

/** Removes streams; the event that accounts for it has the number n. */
const purge = (
  customer: CustomerId.CustomerId,
  ledger: StreamId.StreamId,
  n: number,
  streams: ReadonlyArray<StreamId.StreamId>,
) =>
  Scene.commits(customer, [Scene.write(ledger, [Scene.event(n, "StreamsPurged")])], {
    purge: { streams, reason: "retention" },
  })

const keptEvents = [2, 5, 7].map((n) => Scene.event(n))

/** The properties of purge. */
export const purging = onEventStore("purge", [
  {
    name: "a purged stream reads as a stream without events",
    program: Effect.gen(function* () {
      const { a, customer, kept, ledger } = yield* interleaved
      yield* purge(customer, ledger, 10, [a])
      const page = yield* Scene.stream(customer, a)
      yield* Property.same("no events at version 0", [page.events.length, page.version], [0, 0])
      yield* Scene.recorded("the kept stream", (yield* Scene.stream(customer, kept)).events, keptEvents)
    }),
  },
  {
    name: "no event of a purged stream is left in the log, and the purge accounts for each position",
    program: Effect.gen(function* () {
      const { a, b, customer, ledger } = yield* interleaved
      yield* purge(customer, ledger, 10, [a])
      const once = yield* Scene.log(customer)
      yield* Scene.recorded("the log", once.events, [
        ...[2, 5, 6, 7, 8].map((n) => Scene.event(n)),
        Scene.event(10, "StreamsPurged"),
      ])
      yield* Property.same("the ranges", plain(once.purged), [
        { from: 1, to: 1 },
        { from: 3, to: 4 },
        { from: 9, to: 9 },
      ])
      yield* purge(customer, ledger, 11, [b])
      const twice = yield* Scene.log(customer)
      yield* Scene.recorded("the log", twice.events, [
        ...keptEvents,
        Scene.event(10, "StreamsPurged"),
        Scene.event(11, "StreamsPurged"),
      ])
    }),
  },
  {
    name: "purged positions are answered as few ranges as possible, whichever commits purged them",
    program: Effect.gen(function* () {
      const { a, b, customer, kept, ledger } = yield* interleaved
      yield* purge(customer, ledger, 10, [a])
      yield* purge(customer, ledger, 11, [b])
      const two = yield* Scene.log(customer)
      yield* Property.same("the ranges", plain(two.purged), [
        { from: 1, to: 1 },
        { from: 3, to: 4 },
        { from: 6, to: 6 },
        { from: 8, to: 9 },
      ])
      yield* purge(customer, ledger, 12, [kept])
      const chunk = yield* Scene.chunk(customer)
      yield* Property.same("the ranges", plain(chunk.purged), [{ from: 1, to: 9 }])
      const rest = yield* Scene.chunk(customer, { after: 4 })
      yield* Property.same("the rest of the range behind 4", plain(rest.purged), [{ from: 5, to: 9 }])
    }),
  },
  {
    name: "positions are never used again",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const [first, second, third] = [yield* Scene.aStream(), yield* Scene.aStream(), yield* Scene.aStream()]
      yield* Scene.commits(customer, [Scene.write(first, Scene.events(1, 3))])
      yield* purge(customer, second, 4, [first])
      yield* purge(customer, third, 5, [second])
      const result = yield* Scene.commits(customer, [Scene.write(first, [Scene.event(6)])])
      yield* Property.same("the next position", result.firstPosition, 6)
      const { events, purged } = yield* Scene.log(customer)
      yield* Property.same(
        "the positions left",
        events.map((event) => event.position),
        [5, 6],
      )
      yield* Property.same("the ranges", plain(purged), [{ from: 1, to: 4 }])
    }),
  },
  {
    name: "a commit that conflicts purges nothing",
    program: Effect.gen(function* () {
      const { a, customer, ledger } = yield* interleaved
      const made = yield* Scene.commit(customer, [Scene.write(ledger, [Scene.event(10)], Expected.exists)], {
        purge: { streams: [a], reason: "retention" },
      })
      yield* Scene.conflicts(made, [{ stream: ledger, expected: Expected.exists, actual: 0 }])
      yield* Property.same("the version", (yield* Scene.stream(customer, a)).version, 4)
      const { events, purged } = yield* Scene.log(customer)
      yield* Property.same("all positions and no range", [events.length, purged.length], [9, 0])
    }),
  },
  {
    name: "a purged stream starts anew at version 1, behind the purge",
    program: Effect.gen(function* () {
      const { a, customer, ledger } = yield* interleaved
      yield* purge(customer, ledger, 10, [a])
      yield* Scene.conflicts(yield* Scene.commit(customer, [Scene.write(a, [Scene.event(11)], Expected.exact(4))]), [
        { stream: a, expected: Expected.exact(4), actual: 0 },
      ])
      yield* Scene.conflicts(
        yield* Scene.commit(customer, [Scene.write(ledger, [Scene.event(11)])], {
          checks: [{ stream: a, expected: Expected.exists }],
        }),
        [{ stream: a, expected: Expected.exists, actual: 0 }],
      )
      const result = yield* Scene.commits(customer, [Scene.write(a, Scene.events(11, 2), Expected.none)])
      yield* Property.same("position and version", [result.firstPosition, result.versions[0]?.version], [11, 2])
      yield* Scene.recorded("the new stream", (yield* Scene.stream(customer, a)).events, Scene.events(11, 2))
    }),
  },
  {
    name: "purging a stream without events changes nothing",
    program: Effect.gen(function* () {
      const { a, customer, kept, ledger } = yield* interleaved
      yield* purge(customer, ledger, 10, [yield* Scene.aStream(), { ...kept, kind: "other-kind" }])
      yield* purge(customer, ledger, 11, [a])
      yield* purge(customer, ledger, 12, [a])
      const { events, purged } = yield* Scene.log(customer)
      yield* Property.same(
        "the positions left",
        events.map((event) => event.position),
        [2, 5, 6, 7, 8, 10, 11, 12],
      )
      yield* Property.same("the ranges", purged.length, 3)
    }),
  },
  {
    name: "one purge removes several streams",
    program: Effect.gen(function* () {
      const { a, b, customer, ledger } = yield* interleaved
      yield* purge(customer, ledger, 10, [b, a])
      const { events } = yield* Scene.log(customer)
      yield* Scene.recorded("the log", events, [...keptEvents, Scene.event(10, "StreamsPurged")])
      for (const stream of [a, b]) {
        yield* Property.same("the version", (yield* Scene.stream(customer, stream)).version, 0)
      }
    }),
  },
  {
    name: "a commit is forgotten with the last stream that it wrote",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const [a, b, ledger] = [yield* Scene.aStream(), yield* Scene.aStream(), yield* Scene.aStream("ledger")]
      const made = yield* Scene.commit(customer, [
        Scene.write(a, Scene.events(1, 2)),
        Scene.write(b, Scene.events(3, 2)),
      ])
      const first = yield* Scene.append(made)
      yield* purge(customer, ledger, 5, [a])
      // Half of it is left: still known. Neither the purged events nor their version can be compared.
      const known = yield* Scene.append(made)
      yield* Property.same(
        "the first positions",
        [known.firstPosition, known.lastPosition],
        [first.firstPosition, first.lastPosition],
      )
      const versionOf = (result: typeof first) =>
        result.versions.find(({ stream }) => StreamId.format(stream) === StreamId.format(b))?.version
      yield* Property.same("the version of the stream that is left", versionOf(known), 2)
      yield* Scene.refused({ ...made, writes: [made.writes[0]!, Scene.write(b, Scene.events(7, 2))] }, "CommitIdReused")
      yield* Property.same("the head", (yield* Scene.log(customer)).head, 5)
      yield* purge(customer, ledger, 6, [b])
      const anew = yield* Scene.append({ ...made, writes: [Scene.write(b, [Scene.event(9)], Expected.none)] })
      yield* Property.same("a new commit", [anew.firstPosition, anew.lastPosition], [7, 7])
    }),
  },
  {
    name: "a reader with a filter gets purged positions as well",
    program: Effect.gen(function* () {
      const { a, customer, ledger } = yield* interleaved
      yield* purge(customer, ledger, 10, [a])
      const { events, head, purged } = yield* Scene.log(customer, { filter: { streamKinds: ["customer"] } })
      yield* Property.same(
        "the positions",
        events.map((event) => event.position),
        [6, 8],
      )
      yield* Property.same("the ranges", plain(purged), [
        { from: 1, to: 1 },
        { from: 3, to: 4 },
        { from: 9, to: 9 },
      ])
      yield* Property.same("the head", head, 10)
    }),
  },
  {
    name: "a reader that pages gets each purged position once",
    program: Effect.gen(function* () {
      const { a, b, customer, ledger } = yield* interleaved
      yield* purge(customer, ledger, 10, [a, b])
      for (const limit of [1, 2, 3]) {
        const { events, purged } = yield* Scene.log(customer, { limit })
        yield* Property.same(
          "the positions",
          events.map((event) => event.position),
          [2, 5, 7, 10],
        )
        yield* Property.same("the ranges", plain(purged), [
          { from: 1, to: 1 },
          { from: 3, to: 4 },
          { from: 6, to: 6 },
          { from: 8, to: 9 },
        ])
      }
    }),
  },
])

const plain = (ranges: ReadonlyArray<{ readonly from: number; readonly to: number }>) =>
  ranges.map(({ from, to }) => ({ from, to }))
