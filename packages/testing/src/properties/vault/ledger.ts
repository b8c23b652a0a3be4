/**
 * The promises of a ledger of erasures: an acknowledged entry is kept for good, as it was written first, for
 * its Customer alone.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { CustomerId } from "@tacet/core/eventsourcing"
import { ErasureLedger, Subject } from "@tacet/core/privacy"
import type { ErasureLedgerFixture } from "../../Fixture.ts"
import * as Property from "../../Property.ts"
import * as Scene from "../../Scene.ts"
import { many } from "../quantity.ts"
import { dawn, day } from "./scene.ts"

/** The entry number n: unlike all other numbers. */
const entry = (n: number): ErasureLedger.LedgerEntry => ({
  fingerprint: n.toString(16).padStart(64, "0"),
  // The order does not follow the times: clocks can move back.
  at: dawn - n * day,
  cause: Subject.ErasureCause.literals[n % Subject.ErasureCause.literals.length]!,
})

const record = (customer: CustomerId.CustomerId, recorded: ErasureLedger.LedgerEntry) =>
  ErasureLedger.ErasureLedger.use((ledger) => ledger.record(customer, recorded))

const find = (customer: CustomerId.CustomerId, { fingerprint }: ErasureLedger.LedgerEntry) =>
  ErasureLedger.ErasureLedger.use((ledger) => Effect.map(ledger.find(customer, fingerprint), Option.getOrUndefined))

const entries = (customer: CustomerId.CustomerId) =>
  ErasureLedger.ErasureLedger.use((ledger) => ledger.entries(customer))

const plain = (seen: ErasureLedger.LedgerEntry | undefined) => (seen === undefined ? undefined : { ...seen })

/** Passes where the ledger of a Customer holds these entries in this order, each found by its fingerprint. */
const holds = Effect.fnUntraced(function* (
  customer: CustomerId.CustomerId,
  expected: ReadonlyArray<ErasureLedger.LedgerEntry>,
) {
  yield* Property.same("the entries", (yield* entries(customer)).map(plain), expected.map(plain))
  for (const one of expected) yield* Property.same("the entry", plain(yield* find(customer, one)), plain(one))
})

const onLedger = (chapter: string, definitions: ReadonlyArray<Property.Definition<ErasureLedger.ErasureLedger>>) =>
  Property.chapter<ErasureLedgerFixture, ErasureLedger.ErasureLedger>(chapter, ({ layer }) => layer, definitions)

/** The properties of a ledger. */
export const erasures = onLedger("entries", [
  {
    name: "an entry is kept with every field, and found by its fingerprint alone",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const written = Array.from({ length: Subject.ErasureCause.literals.length }, (_, n) => entry(n))
      for (const one of written) {
        yield* Property.same("the answer before", yield* find(customer, one), undefined)
        yield* record(customer, one)
      }
      yield* holds(customer, written)
      yield* Property.same("an unrecorded entry", yield* find(customer, entry(99)), undefined)
    }),
  },
  {
    name: `all of ${many} entries are listed`,
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const written = Array.from({ length: many }, (_, n) => entry(n))
      yield* Effect.forEach(written, (one) => record(customer, one), { concurrency: 16, discard: true })
      const listed = new Set((yield* entries(customer)).map(({ fingerprint }) => fingerprint))
      yield* Property.same("how many", listed.size, many)
    }),
  },
  {
    name: "entries are listed in the order in which they were recorded, whatever their times",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const written = [5, 3, 9, 1, 7].map(entry)
      yield* Effect.forEach(written, (one) => record(customer, one), { discard: true })
      yield* holds(customer, written)
    }),
  },
  {
    name: "recording a fingerprint again keeps its first entry, whatever the new time and cause",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      yield* record(customer, entry(1))
      yield* record(customer, entry(2))
      for (const at of [dawn - 99 * day, dawn + 99 * day]) {
        yield* record(customer, { ...entry(1), at, cause: "contractEnd" })
      }
      yield* holds(customer, [entry(1), entry(2)])
    }),
  },
  {
    name: "a Customer lists its own entries alone, even if fingerprints are the same",
    program: Effect.gen(function* () {
      const [first, second] = [yield* Scene.aCustomer, yield* Scene.aCustomer]
      yield* record(first, entry(1))
      yield* Property.same("found at another", yield* find(second, entry(1)), undefined)
      const theirs: ErasureLedger.LedgerEntry = { ...entry(1), at: dawn, cause: "withdrawal" }
      yield* record(second, entry(2))
      yield* record(second, theirs)
      yield* holds(first, [entry(1)])
      yield* holds(second, [entry(2), theirs])
      yield* Property.same("a third's", yield* entries(yield* Scene.aCustomer), [])
    }),
  },
  {
    name: "of entries that are recorded at once, none is lost",
    program: Effect.gen(function* () {
      const { writers } = yield* Property.CurrentSettings
      const customer = yield* Scene.aCustomer
      const all = Array.from({ length: writers * 8 }, (_, n) => entry(n))
      const writing = (writer: number) =>
        Effect.forEach(all.slice(writer * 8, writer * 8 + 8), (one) =>
          Effect.andThen(Effect.yieldNow, record(customer, one)),
        )
      yield* Scene.atOnce(Array.from({ length: writers }, (_, writer) => writing(writer)))
      const seen = yield* entries(customer)
      yield* Property.same("their number", seen.length, all.length)
      yield* Property.same(
        "the fingerprints",
        seen.map(({ fingerprint }) => fingerprint).toSorted(),
        all.map(({ fingerprint }) => fingerprint).toSorted(),
      )
    }),
  },
  {
    name: "of concurrent records of one fingerprint one is kept, and every caller gets that one",
    program: Effect.gen(function* () {
      const { writers } = yield* Property.CurrentSettings
      const customer = yield* Scene.aCustomer
      const writing = (writer: number) =>
        Effect.gen(function* () {
          yield* Effect.yieldNow
          yield* record(customer, { ...entry(1), at: dawn + writer })
          return (yield* find(customer, entry(1)))?.at
        })
      const told = yield* Effect.all(
        Array.from({ length: writers }, (_, writer) => writing(writer)),
        { concurrency: "unbounded" },
      )
      yield* Property.same("the number of different answers", new Set(told).size, 1)
      yield* Property.holds(
        "one of the times",
        told.every((at) => at !== undefined && at >= dawn && at < dawn + writers),
        told,
      )
      yield* holds(customer, [{ ...entry(1), at: told[0]! }])
    }),
  },
])

/** The property of restarts, as declared. */
export const restartingErasures = ({ capabilities }: ErasureLedgerFixture): Property.Property<ErasureLedgerFixture> =>
  Property.make(
    "restart",
    capabilities.survivesRestart
      ? "declares to survive a restart: entries are there, in their order, when the ledger is built again"
      : "declares not to survive a restart: the ledger is empty when it is built again",
    Effect.fnUntraced(function* ({ layer }: ErasureLedgerFixture) {
      const customer = yield* Scene.aCustomer
      yield* Effect.provide(record(customer, entry(2)), layer, { local: true })
      const again = Effect.andThen(record(customer, entry(1)), entries(customer))
      const seen = yield* Effect.provide(again, layer, { local: true })
      const expected = capabilities.survivesRestart ? [entry(2), entry(1)] : [entry(1)]
      yield* Property.same("the entries when built again", seen.map(plain), expected.map(plain))
    }),
  )
