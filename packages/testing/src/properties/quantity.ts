/**
 * Answers without a limit of their own, with more members than a page holds.
 */
import * as Effect from "effect/Effect"
import { ExpectedVersion as Expected } from "@tacet/core/eventsourcing"
import * as Property from "../Property.ts"
import * as Scene from "../Scene.ts"
import { onEventStore } from "./onStores.ts"

/** More than the pages of 1,000 that stores read and write by. */
export const many = 1_100

const someStreams = Effect.all(Array.from({ length: many }, () => Scene.aStream()))

/** The properties of quantity. */
export const quantity = onEventStore("quantity", [
  {
    name: `a commit purges ${many} streams, each of them`,
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const streams = yield* someStreams
      yield* Scene.commits(
        customer,
        streams.map((id, n) => Scene.write(id, [Scene.event(n)], Expected.none)),
      )
      const accounting = [Scene.write(yield* Scene.aStream("ledger"), [Scene.event(0, "StreamsPurged")])]
      yield* Scene.commits(customer, accounting, { purge: { streams, reason: "retention" } })
      const { events, purged } = yield* Scene.log(customer)
      yield* Property.same("the events left", events.length, 1)
      yield* Property.same(
        "the ranges",
        purged.map(({ from, to }) => [from, to]),
        [[1, many]],
      )
      yield* Property.same("the last stream's version", (yield* Scene.stream(customer, streams[many - 1]!)).version, 0)
    }),
  },
  {
    name: `a commit is refused where the last of ${many} checks fails`,
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const checks = (yield* someStreams).map((stream) => ({ stream, expected: Expected.none }))
      const last = { ...checks[many - 1]!, expected: Expected.exact(1) }
      const written = yield* Scene.aStream()
      const made = yield* Scene.commit(customer, [Scene.write(written, [Scene.event(1)])], { checks })
      const refused = { ...made, checks: [...checks.slice(0, -1), last] }
      yield* Scene.conflicts(refused, [{ stream: last.stream, expected: last.expected, actual: 0 }])
      yield* Property.same("the position where all hold", (yield* Scene.append(made)).firstPosition, 1)
    }),
  },
  {
    name: `a conflict answers ${many} missed events`,
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const id = yield* Scene.aStream()
      const all = Scene.events(1, many)
      yield* Scene.commits(customer, [Scene.write(id, all)])
      const stale = [Scene.write(id, [Scene.event(0)], Expected.none)]
      const made = yield* Scene.commit(customer, stale, { wantMissedEvents: true })
      yield* Scene.recorded("the missed", (yield* Scene.refused(made, "VersionConflict")).missed, all)
    }),
  },
  {
    name: `a commit id is known after ${many} other commits`,
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const id = yield* Scene.aStream()
      const made = yield* Scene.commit(customer, [Scene.write(id, [Scene.event(0)])])
      yield* Scene.append(made)
      yield* Effect.forEach(
        Scene.events(1, many),
        (event) => Effect.flatMap(Scene.aStream(), (other) => Scene.commits(customer, [Scene.write(other, [event])])),
        { concurrency: 32, discard: true },
      )
      const again = yield* Scene.append(made)
      yield* Property.same("the first result", [again.firstPosition, again.lastPosition], [1, 1])
      yield* Property.same("the head", (yield* Scene.chunk(customer, { limit: 1 })).head, many + 1)
      const other = { ...made, writes: [Scene.write(id, [Scene.event(7)])] }
      yield* Scene.refused(other, "CommitIdReused")
    }),
  },
])
