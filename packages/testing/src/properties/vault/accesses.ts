/**
 * The promises of an access log: it holds every acknowledged record, as it was written, for its Customer
 * alone.
 */
import * as Effect from "effect/Effect"
import type { CustomerId, Uuid } from "@tacet/core/eventsourcing"
import { AccessLog } from "@tacet/core/privacy"
import type { AccessLogFixture } from "../../Fixture.ts"
import * as Property from "../../Property.ts"
import * as Scene from "../../Scene.ts"
import { dawn } from "./scene.ts"

const id = (n: number): Uuid.Uuid => `00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}` as Uuid.Uuid

/** The record number n: unlike all other numbers. */
const record = (customer: CustomerId.CustomerId, n: number): AccessLog.AccessRecord => ({
  customer,
  at: dawn + n,
  actor: id(n),
  purpose: n % 2 === 0 ? "customerCare" : "rightsFulfilment",
  reason: n % 3 === 0 ? "incident" : "personRequest",
  matter: n % 2 === 0 ? id(n + 1000) : undefined,
  reference: n % 3 === 0 ? undefined : id(n + 2000),
  category: n % 2 === 0 ? "freeText" : "ipAddress",
  outcome: n % 3 === 0 ? "located" : "opened",
  reader: n % 2 === 0 ? "partner" : undefined,
})

const keep = (kept: AccessLog.AccessRecord) => AccessLog.AccessLog.use((log) => log.record(kept))

const numbers = (customer: CustomerId.CustomerId, after: number, limit: number) =>
  Effect.map(
    AccessLog.AccessLog.use((log) => log.read(customer, { after, limit })),
    (records) => records.map(({ at }) => at - dawn),
  )

const onAccessLog = (chapter: string, definitions: ReadonlyArray<Property.Definition<AccessLog.AccessLog>>) =>
  Property.chapter<AccessLogFixture, AccessLog.AccessLog>(chapter, ({ layer }) => layer, definitions)

/** The properties of an access log. */
export const accesses = onAccessLog("records", [
  {
    name: "a record is kept with every field",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const written = Array.from({ length: 6 }, (_, n) => record(customer, n))
      yield* Effect.forEach(written, keep)
      const seen = yield* AccessLog.AccessLog.use((log) => log.read(customer, { after: 0, limit: 9 }))
      for (const [index, expected] of written.entries()) {
        yield* Property.same("the record", { ...seen[index] }, { ...expected })
      }
      yield* Property.same("the number of records", seen.length, written.length)
    }),
  },
  {
    name: "records are read in the order in which they were kept, page by page",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      for (const n of [5, 3, 9, 1, 7]) yield* keep(record(customer, n))
      yield* Property.same("the first page", yield* numbers(customer, 0, 2), [5, 3])
      yield* Property.same("the second", yield* numbers(customer, 2, 2), [9, 1])
      yield* Property.same("the last", yield* numbers(customer, 4, 2), [7])
      yield* Property.same("behind it", yield* numbers(customer, 5, 2), [])
      yield* Property.same("all", yield* numbers(customer, 0, 99), [5, 3, 9, 1, 7])
    }),
  },
  {
    name: "the same access again is another record",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      yield* keep(record(customer, 1))
      yield* keep(record(customer, 1))
      yield* Property.same("the records", yield* numbers(customer, 0, 9), [1, 1])
    }),
  },
  {
    name: "a Customer reads its own records alone",
    program: Effect.gen(function* () {
      const [first, second] = [yield* Scene.aCustomer, yield* Scene.aCustomer]
      yield* keep(record(first, 1))
      yield* keep(record(second, 2))
      yield* keep(record(first, 3))
      yield* Property.same("the first's", yield* numbers(first, 0, 9), [1, 3])
      yield* Property.same("the second's", yield* numbers(second, 0, 9), [2])
      yield* Property.same("a third's", yield* numbers(yield* Scene.aCustomer, 0, 9), [])
    }),
  },
  {
    name: "of records that are kept at once, none is lost",
    program: Effect.gen(function* () {
      const { writers } = yield* Property.CurrentSettings
      const customer = yield* Scene.aCustomer
      const writing = (writer: number) =>
        Effect.forEach(
          Array.from({ length: 8 }, (_, n) => writer * 8 + n),
          (n) => Effect.andThen(Effect.yieldNow, keep(record(customer, n))),
        )
      yield* Scene.atOnce(Array.from({ length: writers }, (_, writer) => writing(writer)))
      const seen = yield* numbers(customer, 0, 9999)
      yield* Property.same(
        "the records",
        seen.toSorted((one, other) => one - other),
        Array.from({ length: writers * 8 }, (_, n) => n),
      )
    }),
  },
])

/** The property of restarts, as declared. */
export const restartingAccesses = ({ capabilities }: AccessLogFixture): Property.Property<AccessLogFixture> =>
  Property.make(
    "restart",
    capabilities.survivesRestart
      ? "declares to survive a restart: records are there when the log is built again"
      : "declares not to survive a restart: the log is empty when it is built again",
    Effect.fnUntraced(function* ({ layer }: AccessLogFixture) {
      const customer = yield* Scene.aCustomer
      yield* Effect.provide(keep(record(customer, 1)), layer, { local: true })
      const seen = yield* Effect.provide(Effect.andThen(keep(record(customer, 2)), numbers(customer, 0, 9)), layer, {
        local: true,
      })
      yield* Property.same("the records when built again", seen, capabilities.survivesRestart ? [1, 2] : [2])
    }),
  )
