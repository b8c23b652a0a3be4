/**
 * Two Customers with the same stream ids and the same commit ids: for every operation, each sees only its own.
 */
import * as Effect from "effect/Effect"
import { type Commit, type CustomerId, EventStore, ExpectedVersion as Expected, Uuid } from "@tacet/core/eventsourcing"
import * as Property from "../Property.ts"
import * as Scene from "../Scene.ts"
import { onEventStore } from "./onStores.ts"

/** The first has events 1 to 3 in a stream and in two commits; the second has 11 and 12 in the same stream. */
const twoCustomers = Effect.gen(function* () {
  const [first, second] = [yield* Scene.aCustomer, yield* Scene.aCustomer]
  const [stream, ledger] = [yield* Scene.aStream(), yield* Scene.aStream("ledger")]
  const commitId = yield* Uuid.next
  const of = (
    customer: CustomerId.CustomerId,
    written: ReturnType<typeof Scene.events>,
    id: Uuid.Uuid,
  ): Commit.Commit => ({
    customer,
    commitId: id,
    writes: [Scene.write(stream, written)],
  })
  const made = of(first, Scene.events(1, 2), commitId)
  yield* Scene.append(made)
  yield* Scene.commits(first, [Scene.write(stream, [Scene.event(3)])])
  const alike = of(second, Scene.events(11, 2), commitId)
  return { first, second, stream, ledger, made, alike, second12: yield* Scene.append(alike) }
})

/** The properties of compartments. */
export const compartments = onEventStore("compartments", [
  {
    name: "positions and versions count by Customer",
    program: Effect.gen(function* () {
      const { first, second, second12, stream } = yield* twoCustomers
      yield* Property.same(
        "the second's first commit",
        [second12.firstPosition, second12.lastPosition, second12.versions[0]?.version],
        [1, 2, 2],
      )
      yield* Property.same("the heads", [(yield* Scene.log(first)).head, (yield* Scene.log(second)).head], [3, 2])
      const versions = [(yield* Scene.stream(first, stream)).version, (yield* Scene.stream(second, stream)).version]
      yield* Property.same("the versions", versions, [3, 2])
    }),
  },
  {
    name: "a stream is read by its Customer alone",
    program: Effect.gen(function* () {
      const { first, second, stream } = yield* twoCustomers
      const stranger = yield* Scene.aCustomer
      yield* Scene.recorded("the first", (yield* Scene.stream(first, stream)).events, Scene.events(1, 3))
      yield* Scene.recorded("the second", (yield* Scene.stream(second, stream)).events, Scene.events(11, 2))
      yield* Property.same("a stranger's version", (yield* Scene.stream(stranger, stream)).version, 0)
    }),
  },
  {
    name: "a log is read by its Customer alone, with a filter as without",
    program: Effect.gen(function* () {
      const { first, second } = yield* twoCustomers
      const filters = [{}, { filter: { streamKinds: ["interaction"] } }, { filter: { eventTypes: ["StepTaken"] } }]
      for (const range of filters) {
        yield* Scene.recorded("the first", (yield* Scene.log(first, range)).events, Scene.events(1, 3))
        yield* Scene.recorded("the second", (yield* Scene.log(second, range)).events, Scene.events(11, 2))
        yield* Property.same("a stranger's head", (yield* Scene.log(yield* Scene.aCustomer, range)).head, 0)
      }
    }),
  },
  {
    name: "expectations and checks look at the Customer's own streams",
    program: Effect.gen(function* () {
      const { first, second, ledger, stream } = yield* twoCustomers
      const stranger = yield* Scene.aCustomer
      for (const [customer, version] of [
        [first, 3],
        [second, 2],
        [stranger, 0],
      ] as const) {
        const expected = version === 0 ? Expected.none : Expected.exact(version)
        yield* Scene.conflicts(
          yield* Scene.commit(customer, [Scene.write(ledger, [Scene.event(20)])], {
            checks: [{ stream, expected: Expected.exact(7) }],
          }),
          [{ stream, expected: Expected.exact(7), actual: version }],
        )
        yield* Scene.conflicts(
          yield* Scene.commit(customer, [Scene.write(stream, [Scene.event(20)], Expected.exact(7))]),
          [{ stream, expected: Expected.exact(7), actual: version }],
        )
        yield* Scene.commits(customer, [Scene.write(ledger, [Scene.event(21)], Expected.none)], {
          checks: [{ stream, expected }],
        })
        const result = yield* Scene.commits(customer, [Scene.write(stream, [Scene.event(22)], expected)])
        yield* Property.same("the version", result.versions[0]?.version, version + 1)
      }
    }),
  },
  {
    name: "a conflict carries the Customer's own events",
    program: Effect.gen(function* () {
      const { first, second, stream } = yield* twoCustomers
      for (const [customer, missed] of [
        [first, Scene.events(1, 3)],
        [second, Scene.events(11, 2)],
      ] as const) {
        const stale = yield* Scene.commit(customer, [Scene.write(stream, [Scene.event(20)], Expected.none)], {
          wantMissedEvents: true,
        })
        yield* Scene.recorded("the missed events", (yield* Scene.refused(stale, "VersionConflict")).missed, missed)
      }
    }),
  },
  {
    name: "commit ids are the Customer's own",
    program: Effect.gen(function* () {
      const { alike, first, made, second } = yield* twoCustomers
      for (const commit of [made, alike]) {
        const again = yield* Scene.append(commit)
        yield* Property.same("the first result", [again.firstPosition, again.lastPosition], [1, 2])
      }
      yield* Scene.refused({ ...made, writes: alike.writes }, "CommitIdReused")
      yield* Scene.refused({ ...alike, writes: made.writes }, "CommitIdReused")
      yield* Property.same("the heads", [(yield* Scene.log(first)).head, (yield* Scene.log(second)).head], [3, 2])
    }),
  },
  {
    name: "a purge removes the Customer's own streams",
    program: Effect.gen(function* () {
      const { alike, first, ledger, made, second, stream } = yield* twoCustomers
      yield* Scene.commits(first, [Scene.write(ledger, [Scene.event(20)])], {
        purge: { streams: [stream], reason: "contract-end" },
      })
      yield* Property.same("the first's version", (yield* Scene.stream(first, stream)).version, 0)
      yield* Scene.recorded("the second", (yield* Scene.stream(second, stream)).events, Scene.events(11, 2))
      const log = yield* Scene.log(second)
      yield* Property.same("the second's log", [log.events.length, log.purged.length, log.head], [2, 0, 2])
      const again = yield* Scene.append(alike)
      yield* Property.same("the second's commit, repeated", [again.firstPosition, again.lastPosition], [1, 2])
      const anew = yield* Scene.append(made)
      yield* Property.same("the first's commit, forgotten", [anew.firstPosition, anew.lastPosition], [5, 6])
    }),
  },
  {
    name: "a subscriber receives the events of its Customer alone",
    program: Effect.gen(function* () {
      const { first, second, stream } = yield* twoCustomers
      const store = yield* EventStore.EventStore
      const tails = [yield* Scene.tail(first), yield* Scene.tail(second)] as const
      for (let n = 0; n < 5; n++) {
        yield* store.append(yield* Scene.commit(first, [Scene.write(stream, [Scene.event(30 + n)])]))
        yield* store.append(yield* Scene.commit(second, [Scene.write(stream, [Scene.event(40 + n)])]))
      }
      yield* Scene.recorded("the first", yield* Scene.heard(tails[0], 8), [
        ...Scene.events(1, 3),
        ...Scene.events(30, 5),
      ])
      yield* Scene.recorded("the second", yield* Scene.heard(tails[1], 7), [
        ...Scene.events(11, 2),
        ...Scene.events(40, 5),
      ])
    }),
  },
  {
    name: "Customers written at once have dense logs each",
    program: Effect.gen(function* () {
      const { writers } = yield* Property.CurrentSettings
      const customers = yield* Effect.all([1, 2, 3].map(() => Scene.aCustomer))
      const stream = yield* Scene.aStream()
      yield* Scene.atOnce(
        Array.from({ length: writers * 3 }, (_, writer) =>
          Effect.gen(function* () {
            for (let n = 0; n < 8; n++) {
              yield* Scene.commits(customers[writer % 3]!, [Scene.write(stream, [Scene.event(100 * writer + n)])])
              yield* Effect.yieldNow
            }
          }),
        ),
      )
      for (const [index, customer] of customers.entries()) {
        const { events, head } = yield* Scene.log(customer)
        yield* Property.same("the head", head, 8 * writers)
        const strangers = events.filter(
          (event) => Math.floor((event.occurredAt - 1_700_000_000_000) / 100) % 3 !== index,
        )
        yield* Property.same("no stranger's event", strangers.length, 0)
      }
    }),
  },
])
