/**
 * Pages, chunks, limits and filters.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type CustomerId, EventStore, type StreamId, type Uuid } from "@tacet/core/eventsourcing"
import * as Property from "../Property.ts"
import * as Scene from "../Scene.ts"
import { onEventStore } from "./onStores.ts"

/** Positions 1 to 12 over kinds `a`, `b`, `c` and types `Begun`, `Done`. */
const mixed = Effect.gen(function* () {
  const customer = yield* Scene.aCustomer
  const streams = yield* Effect.all(["a", "b", "c"].map((kind) => Scene.aStream(kind)))
  for (let n = 1; n <= 12; n++) {
    const type = n % 4 === 0 ? "Done" : "Begun"
    yield* Scene.commits(customer, [Scene.write(streams[n % 3]!, [Scene.event(n, type)])])
  }
  return customer
})

const positions = (customer: CustomerId.CustomerId, filter: EventStore.LogFilter, limit?: number) =>
  Effect.map(Scene.log(customer, limit === undefined ? { filter } : { filter, limit }), ({ chunks, events, head }) => ({
    positions: events.map((event) => event.position),
    head,
    through: chunks[chunks.length - 1]?.through,
  }))

const filtered = (
  name: string,
  cases: ReadonlyArray<readonly [EventStore.LogFilter, ReadonlyArray<number>]>,
): Property.Definition<EventStore.EventStore> => ({
  name,
  program: Effect.gen(function* () {
    const customer = yield* mixed
    for (const [filter, expected] of cases) {
      for (const limit of [undefined, 1, 2]) {
        const answer = { positions: [...expected], head: 12, through: 12 }
        yield* Property.same(`with at most ${limit ?? 1000} a chunk`, yield* positions(customer, filter, limit), answer)
      }
    }
  }),
})

/** The properties of reading. */
export const reading = onEventStore("reading", [
  {
    name: "a page of a stream begins behind the version it names",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const id = yield* Scene.aStream()
      yield* Scene.commits(customer, [Scene.write(id, Scene.events(1, 6))])
      for (let after = 0; after <= 6; after++) {
        const page = yield* Scene.stream(customer, id, { after })
        yield* Scene.recorded(`behind ${after}`, page.events, Scene.events(after + 1, 6 - after))
        yield* Property.same("the version of the stream", page.version, 6)
      }
      const beyond = yield* Scene.stream(customer, id, { after: 9 })
      yield* Property.same("nothing behind the end", [beyond.events.length, beyond.version], [0, 6])
      for (const after of [2 ** 31 - 1, 2 ** 31, 2 ** 40]) {
        const { events, version } = yield* Scene.stream(customer, id, { after })
        yield* Property.same(`nothing behind ${after}`, [events.length, version], [0, 6])
      }
    }),
  },
  {
    name: "a page of a stream holds no more than asked for, and says how long the stream is",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const id = yield* Scene.aStream()
      yield* Scene.commits(customer, [Scene.write(id, Scene.events(1, 7))])
      const store = yield* EventStore.EventStore
      for (const limit of [1, 2, 3, 7, 8]) {
        const page = yield* store.readStream(customer, id, { after: 1, limit })
        const count = page.events.length
        yield* Property.holds(`1 to ${Math.min(limit, 6)} events`, count >= 1 && count <= Math.min(limit, 6), count)
        yield* Scene.recorded("the page", page.events, Scene.events(2, count))
        yield* Property.same("the version of the stream", page.version, 7)
        const whole = yield* Scene.stream(customer, id, { limit })
        yield* Scene.recorded("page by page", whole.events, Scene.events(1, 7))
      }
    }),
  },
  {
    name: "a page or a chunk holds a thousand events where no number is asked for",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const id = yield* Scene.aStream()
      yield* Scene.commits(customer, [Scene.write(id, Scene.events(1, 1005))])
      const store = yield* EventStore.EventStore
      const page = yield* store.readStream(customer, id)
      const chunk = yield* Scene.chunk(customer)
      for (const { events } of [page, chunk]) {
        yield* Property.holds("1 to 1000 events", events.length >= 1 && events.length <= 1000, events.length)
      }
      yield* Scene.recorded("all pages", (yield* Scene.stream(customer, id)).events, Scene.events(1, 1005))
      yield* Scene.recorded("all chunks", (yield* Scene.log(customer)).events, Scene.events(1, 1005))
    }),
  },
  {
    name: "a stream without events gives an empty page at version 0",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const [written, never] = [yield* Scene.aStream(), yield* Scene.aStream()]
      yield* Scene.commits(customer, [Scene.write(written, [Scene.event(1)])])
      const page = yield* Scene.stream(customer, never)
      yield* Property.same("nothing", [page.events.length, page.version], [0, 0])
      yield* Property.same("the other stream's version", (yield* Scene.stream(customer, written)).version, 1)
    }),
  },
  {
    name: "a chunk of the log begins behind the position it names",
    program: Effect.gen(function* () {
      const customer = yield* mixed
      for (let after = 0; after <= 12; after++) {
        const { events } = yield* Scene.log(customer, { after })
        yield* Property.same(
          `the positions behind ${after}`,
          events.map((event) => event.position),
          Array.from({ length: 12 - after }, (_, index) => after + index + 1),
        )
      }
    }),
  },
  {
    name: "chunks of the log hold no more than asked for and follow each other without a gap",
    program: Effect.gen(function* () {
      const customer = yield* mixed
      for (const limit of [1, 2, 5, 11, 12, 13]) {
        const { chunks, events } = yield* Scene.log(customer, { limit })
        yield* Property.same("the number of events", events.length, 12)
        yield* Property.holds(
          "no chunk without events",
          chunks.every((chunk) => chunk.events.length > 0),
          chunks.length,
        )
      }
    }),
  },
  {
    name: "at its end the log gives an empty chunk through its head",
    program: Effect.gen(function* () {
      const never = yield* Scene.chunk(yield* Scene.aCustomer)
      yield* Property.same("0 through 0 of 0", [never.after, never.through, never.head], [0, 0, 0])
      const customer = yield* mixed
      yield* Property.same("the number of events", (yield* Scene.log(customer)).events.length, 12)
      const end = yield* Scene.chunk(customer, { after: 12 })
      yield* Property.same(
        "12 through 12 of 12",
        [end.after, end.through, end.head, end.events.length],
        [12, 12, 12, 0],
      )
    }),
  },
  filtered("a filter by kinds of streams gives their events alone and reaches the head", [
    [{ streamKinds: ["a"] }, [3, 6, 9, 12]],
    [{ streamKinds: ["b", "c"] }, [1, 2, 4, 5, 7, 8, 10, 11]],
    [{ streamKinds: ["a", "b", "c"] }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
  ]),
  filtered("a filter by types of events gives them alone and reaches the head", [
    [{ eventTypes: ["Done"] }, [4, 8, 12]],
    [{ eventTypes: ["Done", "Begun"] }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
  ]),
  filtered("a filter by kinds and types gives what meets both", [
    [{ streamKinds: ["a"], eventTypes: ["Done"] }, [12]],
    [{ streamKinds: ["b", "c"], eventTypes: ["Done"] }, [4, 8]],
    [{ streamKinds: ["a", "b"], eventTypes: ["Begun"] }, [1, 3, 6, 7, 9, 10]],
  ]),
  filtered("a filter that nothing meets reaches the head", [
    [{ streamKinds: ["unknown"] }, []],
    [{ eventTypes: ["Unknown"] }, []],
    [{ eventTypes: [] }, []],
    [{ streamKinds: [] }, []],
  ]),
  {
    name: "a stream is read back under any id that a commit may name",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      // A UUID of no version, and one of a version and a variant that nobody has defined.
      const ids = ["00000000-0000-0000-0000-000000000000", "12345678-1234-9234-c234-123456789012"]
      for (const id of ids) {
        const stream: StreamId.StreamId = { kind: "jar", id: id as Uuid.Uuid }
        yield* Scene.commits(customer, [Scene.write(stream, Scene.events(1, 2))])
        const { events, version } = yield* Scene.stream(customer, stream)
        yield* Property.same("events and version", [events.length, version], [2, 2])
      }
    }),
  },
  {
    name: "behind its head the log is not whole: a reader who was there has seen events that it lacks",
    program: Effect.gen(function* () {
      const [customer, nobody] = [yield* mixed, yield* Scene.aCustomer]
      const store = yield* EventStore.EventStore
      const read = (of: CustomerId.CustomerId, range: EventStore.LogRange) =>
        Effect.match(store.readLog(of, range), {
          onFailure: (error) => (error._tag === "LogFault" ? [error.after, error.before] : error._tag),
          onSuccess: ({ through }) => through,
        })
      const filter = { eventTypes: ["Done"] }
      yield* Property.same("at the head", yield* read(customer, { after: 12 }), 12)
      yield* Property.same("one behind it", yield* read(customer, { after: 13 }), [12, 14])
      yield* Property.same("one behind it, with a filter", yield* read(customer, { after: 13, filter }), [12, 14])
      yield* Property.same("far behind it", yield* read(customer, { after: 2 ** 40 }), [12, 2 ** 40 + 1])
      yield* Property.same("in an empty log", yield* read(nobody, { after: 1 }), [0, 2])
      const subscribed = yield* Effect.result(Stream.runHead(store.subscribe(customer, { after: 20 })))
      const tag = subscribed._tag === "Failure" ? subscribed.failure._tag : subscribed._tag
      yield* Property.same("who subscribes from there", tag, "LogFault")
    }),
  },
  {
    name: "what a caller does to what it handed in or was given changes nothing in the store",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const id = yield* Scene.aStream()
      const written = { ...Scene.event(1) }
      const handed = [written]
      const address = { ...id }
      yield* Scene.commits(customer, [Scene.write(address, handed)])
      written.data = '{"changed":true}'
      handed.push({ ...Scene.event(2) })
      address.kind = "changed"
      const store = yield* EventStore.EventStore
      const page = yield* store.readStream(customer, id)
      const chunk = yield* store.readLog(customer)
      for (const { events } of [page, chunk]) {
        for (const event of events) {
          attempt(() => Object.assign(event, { data: '{"changed":true}', type: "Changed", version: 9, position: 9 }))
          attempt(() => Object.assign(event.stream, { kind: "changed" }))
        }
        attempt(() => (events as Array<unknown>).splice(0))
      }
      const again = yield* Scene.stream(customer, id)
      yield* Scene.recorded("the stream", again.events, [{ ...Scene.event(1), stream: id }])
      yield* Property.same("its version", again.version, 1)
      yield* Scene.recorded("the log", (yield* Scene.log(customer)).events, [{ ...Scene.event(1), stream: id }])
    }),
  },
])

/** A store may freeze its results, or return copies. */
const attempt = (change: () => unknown): void => {
  try {
    change()
  } catch {
    // Frozen: as good.
  }
}
