import { layer } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type { PolicyVersionId } from "../../domain/Identifier.ts"
import * as Pseudonym from "../../domain/Pseudonym.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import { EventStore } from "../../eventsourcing/EventStore.ts"
import * as Expected from "../../eventsourcing/ExpectedVersion.ts"
import * as Uuid from "../../eventsourcing/Uuid.ts"
import { Customers, layer as customersLayer, Memory } from "../Customers.ts"
import * as Recorder from "./Recorder.ts"
import * as Rosters from "./Rosters.ts"

const occurredAt = DateTime.makeUnsafe("2026-03-10T12:00:00Z")
const policyVersion = "starter/1" as PolicyVersionId
const aCustomer = Effect.map(Uuid.next, (id) => id as CustomerId)
const issued = Pseudonym.codec.encode({ _tag: "PseudonymIssued", occurredAt, policyVersion })

/** Issues pseudonyms of a Customer. */
const issue = Effect.fnUntraced(function* (customer: CustomerId, count: number) {
  const store = yield* EventStore
  for (let n = 0; n < count; n++) {
    const stream = Pseudonym.streamOf((yield* Uuid.next) as Pseudonym.PseudonymId)
    const writes = [{ stream, expected: Expected.none, events: [issued] }]
    yield* store.append({ customer, commitId: yield* Uuid.next, writes })
  }
})

/** The store in force, with a note of each position after which the log of a Customer is read. */
const noting = Effect.map(EventStore, (store) => {
  const read: Array<readonly [CustomerId, number]> = []
  const noted: EventStore["Service"] = {
    ...store,
    readLog: (customer, range) => {
      read.push([customer, range?.after ?? 0])
      return Effect.tap(store.readLog(customer, range), () => Effect.yieldNow)
    },
  }
  return { noted, read }
})

describe("the persons that are kept in memory", () => {
  // Planted and found: one turn for all Customers.
  it.effect("are read while the log of another Customer does not answer", () =>
    Effect.gen(function* () {
      const [customer, silent] = [yield* aCustomer, yield* aCustomer]
      yield* issue(customer, 2)
      const store = yield* EventStore
      const rosters = yield* Rosters.over(
        { ...store, readLog: (whose, range) => (whose === silent ? Effect.never : store.readLog(whose, range)) },
        "serviceOptimisation",
      )
      const waiting = yield* Effect.forkChild(rosters.permitted(silent))
      yield* Effect.yieldNow
      const reading = yield* Effect.forkChild(rosters.permitted(customer))
      for (let turn = 0; turn < 20; turn++) yield* Effect.yieldNow
      expect(reading.pollUnsafe()).toBeDefined()
      expect(yield* Fiber.join(reading)).toHaveLength(2)
      yield* Fiber.interrupt(waiting)
    }).pipe(Effect.provide(layer)),
  )

  // Planted and found: none waits for another, and one that waited reads from where it would have read before.
  it.effect("are read once by callers of one Customer at once, and then from where they were left", () =>
    Effect.gen(function* () {
      const customer = yield* aCustomer
      yield* issue(customer, 3)
      const { noted, read } = yield* noting
      const rosters = yield* Rosters.over(noted, "serviceOptimisation")
      const all = Effect.all([rosters.permitted(customer), rosters.permitted(customer)], { concurrency: "unbounded" })
      expect((yield* all).map((found) => found.length)).toEqual([3, 3])
      expect(read.map(([, after]) => after)).toEqual([0, 3])
    }).pipe(Effect.provide(layer)),
  )

  // Planted and found: nothing is forgotten, and a roster weighs what it weighed before it was read.
  it.effect("are within the bound: those of a Customer that was not asked for are read again", () =>
    Effect.gen(function* () {
      const [one, two, three] = [yield* aCustomer, yield* aCustomer, yield* aCustomer]
      for (const customer of [one, two, three]) yield* issue(customer, 4)
      const { noted, read } = yield* noting
      const rosters = yield* Rosters.over(noted, "serviceOptimisation").pipe(
        Effect.provideService(Memory, { declarations: 0, pseudonyms: 12 }),
      )
      for (const customer of [one, two, one, three, one, two]) {
        expect(yield* rosters.permitted(customer)).toHaveLength(4)
      }
      expect(read.map(([, after]) => after)).toEqual([0, 0, 4, 0, 4, 0])
    }).pipe(Effect.provide(layer)),
  )
})

describe("the declarations that are kept in memory", () => {
  const readings = Effect.fnUntraced(function* (declarations: number) {
    const [one, two] = [yield* aCustomer, yield* aCustomer]
    for (const customer of [one, two]) {
      yield* Customers.use(({ declare }) =>
        declare(customer, [{ _tag: "AdoptPolicyVersion", at: occurredAt, policyVersion }]),
      )
    }
    const store = yield* EventStore
    const read: Array<number> = []
    const recorder = yield* Recorder.make.pipe(
      Effect.provideService(EventStore, {
        ...store,
        readStream: (customer, stream, range) => {
          if (stream.id === customer && stream.kind === "customer") read.push([one, two].indexOf(customer) + 1)
          return store.readStream(customer, stream, range)
        },
      }),
      Effect.provideService(Memory, { declarations, pseudonyms: 0 }),
    )
    for (const customer of [one, two, one, two]) {
      const { declared } = yield* recorder.prepare(customer, [], {}, { afresh: false, collects: false })
      expect(declared.state.policyVersions.map((one) => one.policyVersion)).toEqual([policyVersion])
    }
    return read
  })

  // Planted and found: nothing is forgotten.
  it.effect("are within the bound: those of a Customer that did not record are read again", () =>
    Effect.gen(function* () {
      expect(yield* readings(200_000)).toEqual([1, 2])
      expect(yield* readings(60)).toEqual([1, 2, 1, 2])
    }).pipe(Effect.provide(Layer.provideMerge(customersLayer, layer))),
  )
})
