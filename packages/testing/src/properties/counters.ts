/**
 * Inline projections: counters that change in the append itself.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import {
  type CustomerId,
  type EventEnvelope,
  ExpectedVersion as Expected,
  Projection,
  ProjectionStore,
} from "@tacet/core/eventsourcing"
import type { ProjectionStoreFixture } from "../Fixture.ts"
import * as Property from "../Property.ts"
import * as Scene from "../Scene.ts"
import { onStores } from "./onStores.ts"
import { many } from "./quantity.ts"

/** Counts events by type. */
const byType: Projection.InlineProjection = { name: "by-type", version: 1, deltas: ({ type }) => [[type, 1]] }

/** The second version of the same: by kind of stream and type. */
const byKindAndType: Projection.InlineProjection = {
  name: "by-type",
  version: 2,
  deltas: ({ stream, type }) => [[`${stream.kind}/${type}`, 1]],
}

/** Adds up the numbers of events; several counters for one event, below zero as well, and none for some. */
const sums: Projection.InlineProjection = {
  name: "sums",
  version: 1,
  *deltas(event) {
    if (event.type === "Silent") return
    const n = numberOf(event)
    yield ["sum", n]
    yield ["down", -n]
    yield ["sum", 1]
    yield [n % 2 === 0 ? "even" : "odd", 1]
  },
}

/** Names that differ by case, accents, normalization, spaces, or a mark that is not seen. */
const alike = ["e", "E", "é", "e\u0301", "É", " e", "e ", "e  e", "e e", "\ufeffe", "ß", "ss", "ı", "i", "I"]

/** As many counters for one event as its number says, by name. */
const named: Projection.InlineProjection = {
  name: "named",
  version: 1,
  *deltas(event) {
    if (event.type === "Named") for (const name of alike) yield [name, alike.indexOf(name) + 1]
    if (event.type === "Many") for (let n = 0; n < many; n++) yield [`counter ${n}`, n + 1]
  },
}

/** Throws after some of an event's increments. */
const throwing: Projection.InlineProjection = {
  name: "throwing",
  version: 1,
  *deltas(event) {
    yield ["seen", 1]
    if (event.type === "Thrown") throw new Error("a delta that throws")
  },
}

/** What no store may add up, or keep under such a name, after an increment that it may. */
const refused = new Map<string, readonly [counter: string, add: number]>([
  ["Fraction", ["seen", 0.5]],
  ["Endless", ["seen", Number.POSITIVE_INFINITY]],
  ["NoNumber", ["seen", Number.NaN]],
  ["Unsafe", ["seen", 2 ** 53]],
  ["Reserved", ["\u0001events", 1]],
])

/** Gives them for events of these types. */
const faulty: Projection.InlineProjection = {
  name: "faulty",
  version: 1,
  *deltas({ type }) {
    yield ["seen", 1]
    const increment = refused.get(type)
    if (increment !== undefined) yield increment
  },
}

/** The inline projections that the suite gives to a store. */
export const inline: ReadonlyArray<Projection.InlineProjection> = [byType, byKindAndType, sums, named, throwing, faulty]

/** The number of an event made by `Scene.event`. */
const numberOf = (event: EventEnvelope.NewEvent): number => event.occurredAt - 1_700_000_000_000

const counters = (customer: CustomerId.CustomerId, key: ProjectionStore.ProjectionKey) =>
  Effect.map(
    ProjectionStore.ProjectionStore.use((store) => store.counters(customer, key)),
    (counters) => Object.fromEntries([...counters].toSorted(([one], [other]) => (one < other ? -1 : 1))),
  )

/** Holds that the counters of a projection are refused: they have counted some of so many events. */
const incomplete = Effect.fnUntraced(function* (
  customer: CustomerId.CustomerId,
  key: ProjectionStore.ProjectionKey,
  counted: number,
  head: number,
) {
  const answer = yield* Effect.match(counters(customer, key), {
    onSuccess: (counters): unknown => counters,
    onFailure: (error) => (error._tag === "CountersIncomplete" ? [error.counted, error.head] : error._tag),
  })
  yield* Property.same(`how many events ${key.name} has counted, of how many`, answer, [counted, head])
})

/** The properties of counters, as declared. */
export const counting = (fixture: ProjectionStoreFixture): ReadonlyArray<Property.Property<ProjectionStoreFixture>> => {
  const { inlineProjections, survivesRestart } = fixture.capabilities
  if (!inlineProjections) return absent
  return survivesRestart ? [...present, ...recounted, togetherWithout] : [...present, ...recounted]
}

const present = onStores("counters", inline, [
  {
    name: "counters have what the events of an append add, as soon as it returns",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const [one, other] = [yield* Scene.aStream(), yield* Scene.aStream("customer")]
      yield* Scene.commits(customer, [
        Scene.write(one, Scene.events(1, 3)),
        Scene.write(other, [Scene.event(7, "Closed"), Scene.event(8, "Silent")]),
      ])
      yield* Property.same("by type", yield* counters(customer, byType), { Closed: 1, Silent: 1, StepTaken: 3 })
      yield* Property.same("sums", yield* counters(customer, sums), { down: -13, even: 1, odd: 3, sum: 17 })
      yield* Scene.commits(customer, [Scene.write(one, [Scene.event(10)])])
      yield* Property.same("by type", yield* counters(customer, byType), { Closed: 1, Silent: 1, StepTaken: 4 })
      yield* Property.same("sums", yield* counters(customer, sums), { down: -23, even: 2, odd: 3, sum: 28 })
    }),
  },
  {
    name: "counters that were never touched are absent",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      yield* Property.same("no counters", yield* counters(customer, sums), {})
      yield* Scene.commits(customer, [Scene.write(yield* Scene.aStream(), [Scene.event(4, "Silent")])])
      yield* Property.same("no counters of silent events", yield* counters(customer, sums), {})
      yield* Property.same("by type", yield* counters(customer, byType), { Silent: 1 })
    }),
  },
  {
    name: "names and versions of counters are kept apart",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      yield* Scene.commits(customer, [
        Scene.write(yield* Scene.aStream("a"), [Scene.event(1)]),
        Scene.write(yield* Scene.aStream("b"), [Scene.event(2)]),
      ])
      yield* Property.same("version 1", yield* counters(customer, byType), { StepTaken: 2 })
      yield* Property.same("version 2", yield* counters(customer, byKindAndType), {
        "a/StepTaken": 1,
        "b/StepTaken": 1,
      })
    }),
  },
  {
    name: "Customers have counters of their own",
    program: Effect.gen(function* () {
      const [first, second, third] = [yield* Scene.aCustomer, yield* Scene.aCustomer, yield* Scene.aCustomer]
      const stream = yield* Scene.aStream()
      yield* Scene.commits(first, [Scene.write(stream, Scene.events(1, 3))])
      yield* Scene.commits(second, [Scene.write(stream, [Scene.event(1)])])
      const of = (customer: CustomerId.CustomerId) => counters(customer, byType)
      yield* Property.same(
        "each its own",
        [yield* of(first), yield* of(second), yield* of(third)],
        [{ StepTaken: 3 }, { StepTaken: 1 }, {}],
      )
    }),
  },
  {
    name: "a refused append is not counted",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const stream = yield* Scene.aStream()
      const made = yield* Scene.commit(customer, [Scene.write(stream, [Scene.event(1)])])
      yield* Scene.append(made)
      yield* Scene.refused({ ...made, writes: [Scene.write(stream, [Scene.event(2)])] }, "CommitIdReused")
      const stale = Scene.write(stream, [Scene.event(3)], Expected.none)
      yield* Scene.refused(yield* Scene.commit(customer, [stale]), "VersionConflict")
      yield* Scene.refused(yield* Scene.commit(customer, []), "InvalidCommit")
      yield* Property.same("by type", yield* counters(customer, byType), { StepTaken: 1 })
    }),
  },
  {
    name: "an append whose delta throws leaves neither events nor counters",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const id = yield* Scene.aStream()
      yield* Scene.commits(customer, [Scene.write(id, [Scene.event(1)])])
      const made = yield* Scene.commit(customer, [Scene.write(id, [Scene.event(2), Scene.event(3, "Thrown")])])
      const exit = yield* Effect.exit(Scene.append(made))
      yield* Property.same("the append to fail", Exit.isFailure(exit), true)
      yield* Property.same("the head", (yield* Scene.log(customer)).head, 1)
      yield* Property.same("by type", yield* counters(customer, byType), { StepTaken: 1 })
      yield* Property.same("the one that throws", yield* counters(customer, throwing), { seen: 1 })
      const next = yield* Scene.commits(customer, [Scene.write(id, [Scene.event(2)], Expected.exact(1))])
      yield* Property.same("the next position", next.firstPosition, 2)
    }),
  },
  {
    name: "an append whose delta is no safe integer, or whose counter's name is reserved, leaves neither events nor counters",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const id = yield* Scene.aStream()
      yield* Scene.commits(customer, [Scene.write(id, [Scene.event(1)])])
      for (const type of refused.keys()) {
        const made = yield* Scene.commit(customer, [Scene.write(id, [Scene.event(2), Scene.event(3, type)])])
        const exit = yield* Effect.exit(Scene.append(made))
        yield* Property.same(`the append of ${type} to fail`, Exit.isFailure(exit), true)
      }
      yield* Property.same("the head", (yield* Scene.log(customer)).head, 1)
      yield* Property.same("by type", yield* counters(customer, byType), { StepTaken: 1 })
      yield* Property.same("the one that gives them", yield* counters(customer, faulty), { seen: 1 })
    }),
  },
  {
    name: "counters with names that look alike are different counters",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      yield* Scene.commits(customer, [Scene.write(yield* Scene.aStream(), [Scene.event(1, "Named")])])
      const seen = yield* ProjectionStore.ProjectionStore.use((store) => store.counters(customer, named))
      yield* Property.same(
        "each by its name",
        alike.map((name) => seen.get(name)),
        alike.map((_, n) => n + 1),
      )
      yield* Property.same("and no others", seen.size, alike.length)
    }),
  },
  {
    name: `all of ${many} counters are answered`,
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const id = yield* Scene.aStream()
      for (let n = 0; n < 2; n++) yield* Scene.commits(customer, [Scene.write(id, [Scene.event(n, "Many")])])
      const seen = yield* ProjectionStore.ProjectionStore.use((store) => store.counters(customer, named))
      yield* Property.same("how many", seen.size, many)
      yield* Property.same("the last", seen.get(`counter ${many - 1}`), 2 * many)
    }),
  },
  {
    name: "a commit made again is counted once",
    program: Effect.gen(function* () {
      const { writers } = yield* Property.CurrentSettings
      const customer = yield* Scene.aCustomer
      const made = yield* Scene.commit(customer, [Scene.write(yield* Scene.aStream(), Scene.events(1, 2))])
      yield* Scene.atOnce(Array.from({ length: writers }, () => Scene.append(made)))
      yield* Scene.append(made)
      yield* Property.same("by type", yield* counters(customer, byType), { StepTaken: 2 })
    }),
  },
  {
    name: "a purge leaves the counters",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const [gone, ledger] = [yield* Scene.aStream(), yield* Scene.aStream()]
      yield* Scene.commits(customer, [Scene.write(gone, Scene.events(1, 3))])
      yield* Scene.commits(customer, [Scene.write(ledger, [Scene.event(4, "StreamsPurged")])], {
        purge: { streams: [gone], reason: "retention" },
      })
      yield* Property.same("the purged stream", (yield* Scene.stream(customer, gone)).version, 0)
      yield* Property.same("by type", yield* counters(customer, byType), { StepTaken: 3, StreamsPurged: 1 })
    }),
  },
  {
    name: "counters of appends made at once equal a recount of the log",
    program: Effect.gen(function* () {
      const { writers } = yield* Property.CurrentSettings
      const customer = yield* Scene.aCustomer
      const shared = yield* Scene.aStream()
      const answers = yield* Scene.atOnce(
        Array.from({ length: writers }, (_, writer) =>
          Effect.gen(function* () {
            const own = yield* Scene.aStream("customer")
            let conflicts = 0
            for (let n = 0; n < 15; n++) {
              const known = n % 3 === 0 ? Expected.any : Expected.exact(n)
              const writes = [
                Scene.write(own, [Scene.event(writer + n, n % 2 === 0 ? "StepTaken" : "Closed")]),
                Scene.write(shared, [Scene.event(n)], known),
              ]
              const answer = yield* Effect.result(Scene.commits(customer, writes))
              if (Result.isFailure(answer)) conflicts++
              yield* Effect.yieldNow
            }
            return conflicts
          }),
        ),
      )
      yield* Property.holds(
        "some conflicts",
        answers.some((conflicts) => conflicts > 0),
        answers,
      )
      const { events } = yield* Scene.log(customer)
      for (const projection of inline) {
        const recount = new Map<string, number>()
        for (const event of events) {
          for (const [counter, add] of projection.deltas(event)) recount.set(counter, (recount.get(counter) ?? 0) + add)
        }
        const expected = Object.fromEntries([...recount].toSorted(([one], [other]) => (one < other ? -1 : 1)))
        yield* Property.same(
          `${projection.name} ${projection.version}`,
          yield* counters(customer, projection),
          expected,
        )
      }
    }),
  },
])

/** A projection that the suite does not give to the store: as if it were added later. */
const late: Projection.InlineProjection = {
  name: "late",
  version: 1,
  deltas: ({ type }) => (type === "Silent" ? [] : [[type, 1]]),
}

const recounted = onStores("counters", inline, [
  {
    name: "counters that have not counted all events are refused until they are recounted",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      yield* Property.same("counters of an empty log", yield* counters(customer, late), {})
      const id = yield* Scene.aStream()
      yield* Scene.commits(customer, [Scene.write(id, [...Scene.events(1, 3), Scene.event(4, "Silent")])])
      yield* incomplete(customer, late, 0, 4)
      for (let turn = 0; turn < 2; turn++) {
        const answer = yield* Projection.recount(late, customer)
        yield* Property.same("what was recounted", answer, { counted: 4, purged: 0 })
        yield* Property.same("late", yield* counters(customer, late), { StepTaken: 3 })
      }
      yield* Property.same("another projection", yield* counters(customer, byType), { Silent: 1, StepTaken: 3 })
      yield* Scene.commits(customer, [Scene.write(id, [Scene.event(5)])])
      yield* incomplete(customer, late, 4, 5)
    }),
  },
  {
    name: "counters are replaced as of the head of the log, or not at all",
    program: Effect.gen(function* () {
      const store = yield* ProjectionStore.ProjectionStore
      const [customer, other] = [yield* Scene.aCustomer, yield* Scene.aCustomer]
      for (const one of [customer, other]) {
        yield* Scene.commits(one, [
          Scene.write(yield* Scene.aStream(), [...Scene.events(1, 2), Scene.event(3, "Closed")]),
        ])
      }
      for (const through of [0, 2, 4]) {
        const moved = yield* Effect.match(store.replaceCounters(customer, byType, through, new Map([["wrong", 1]])), {
          onSuccess: (): unknown => "replaced",
          onFailure: (error) => (error._tag === "CheckpointMoved" ? [error.expected, error.actual] : error._tag),
        })
        yield* Property.same("where it was expected and is", moved, [through, 3])
      }
      yield* Property.same("by type", yield* counters(customer, byType), { Closed: 1, StepTaken: 2 })
      yield* store.replaceCounters(customer, byType, 3, new Map([["StepTaken", 7]]))
      yield* Property.same("by type, replaced", yield* counters(customer, byType), { StepTaken: 7 })
      yield* Property.same("the other version", yield* counters(customer, byKindAndType), {
        "interaction/Closed": 1,
        "interaction/StepTaken": 2,
      })
      yield* Property.same("the other Customer", yield* counters(other, byType), { Closed: 1, StepTaken: 2 })
    }),
  },
  {
    name: "purged events are not recounted in silence",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const [gone, ledger] = [yield* Scene.aStream(), yield* Scene.aStream()]
      yield* Scene.commits(customer, [Scene.write(gone, Scene.events(1, 3))])
      yield* Scene.commits(customer, [Scene.write(ledger, [Scene.event(4, "StreamsPurged")])], {
        purge: { streams: [gone], reason: "retention" },
      })
      const refused = yield* Effect.match(Projection.recount(byType, customer), {
        onSuccess: (): unknown => "recounted",
        onFailure: (error) => (error._tag === "EventsPurged" ? error.purged : error._tag),
      })
      yield* Property.same("how many events were purged", refused, 3)
      yield* Property.same("by type", yield* counters(customer, byType), { StepTaken: 3, StreamsPurged: 1 })
      const answer = yield* Projection.recount(byType, customer, { withoutPurged: true })
      yield* Property.same("what was recounted", answer, { counted: 1, purged: 3 })
      yield* Property.same("by type", yield* counters(customer, byType), { StreamsPurged: 1 })
    }),
  },
  {
    name: "counters that are recounted while events are appended equal a recount of the log",
    program: Effect.gen(function* () {
      const { writers } = yield* Property.CurrentSettings
      const customer = yield* Scene.aCustomer
      const appending = Effect.gen(function* () {
        const own = yield* Scene.aStream()
        for (let n = 0; n < 10; n++) {
          yield* Scene.commits(customer, [Scene.write(own, [Scene.event(n)])])
          yield* Effect.sleep(1)
        }
      })
      const recounting = (projection: Projection.InlineProjection) =>
        Effect.asVoid(Projection.recount(projection, customer))
      yield* Effect.all(
        [
          Scene.atOnce(Array.from({ length: writers }, () => appending)),
          Scene.atOnce([byType, sums, byType].map(recounting)),
        ],
        { concurrency: "unbounded" },
      )
      const { events } = yield* Scene.log(customer)
      yield* Property.same("by type", yield* counters(customer, byType), { StepTaken: events.length })
      const sum = events.reduce((sum, event) => sum + numberOf(event) + 1, 0)
      yield* Property.same("the sum", (yield* counters(customer, sums))["sum"], sum)
    }),
  },
])

/** Some processes of a rolling deploy know a projection, others do not. */
const togetherWithout = Property.make(
  "counters",
  "counters are refused once a process without their projection has appended",
  Effect.fnUntraced(function* ({ layer }: ProjectionStoreFixture) {
    const customer = yield* Scene.aCustomer
    const appending = Effect.gen(function* () {
      yield* Scene.commits(customer, [Scene.write(yield* Scene.aStream(), Scene.events(1, 2))])
    })
    const knowing = layer([byType])
    yield* Effect.provide(appending, knowing, { local: true })
    yield* Effect.provide(appending, layer([]), { local: true })
    yield* Effect.provide(
      Effect.gen(function* () {
        yield* appending
        yield* incomplete(customer, byType, 4, 6)
        yield* Property.same("what was recounted", yield* Projection.recount(byType, customer), {
          counted: 6,
          purged: 0,
        })
        yield* appending
        yield* Property.same("by type", yield* counters(customer, byType), { StepTaken: 8 })
      }),
      knowing,
      { local: true },
    )
  }),
)

const absent = onStores("counters", inline, [
  {
    name: "declares no inline projections: counters say that they have counted nothing",
    program: Effect.gen(function* () {
      const store = yield* ProjectionStore.ProjectionStore
      const customer = yield* Scene.aCustomer
      yield* Scene.commits(customer, [Scene.write(yield* Scene.aStream(), Scene.events(1, 3))])
      yield* Property.same("the head", (yield* Scene.log(customer)).head, 3)
      for (const projection of inline) yield* incomplete(customer, projection, 0, 3)
      // A store without counters still saves the states of catch-up projections.
      yield* store.save(customer, byType, 0, { checkpoint: 3, state: "3" })
      const saved = yield* store.load(customer, byType)
      yield* Property.same("the saved state", Option.getOrUndefined(saved)?.checkpoint, 3)
    }),
  },
])
