/**
 * Proof of the suite of ledgers of erasures.
 */
import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { CustomerId } from "@tacet/core/eventsourcing"
import { ErasureLedger } from "@tacet/core/privacy"
import * as ErasureLedgerSuite from "../ErasureLedgerSuite.ts"
import type { ErasureLedgerFixture } from "../Fixture.ts"
import * as Suite from "../Suite.ts"
import { impatient } from "./brokenStore.testing.ts"
import { type Broken, proveLaws } from "./brokenVault.testing.ts"

type Ledger = ErasureLedger.ErasureLedger["Service"]

const memory = Layer.suspend(() => VaultMemory.layerOver(VaultMemory.make()))
const capabilities = { survivesRestart: false } as const

const ledger = (change: (sound: Ledger) => Partial<Ledger>): ErasureLedgerFixture => ({
  capabilities,
  layer: Layer.effect(
    ErasureLedger.ErasureLedger,
    ErasureLedger.ErasureLedger.use((sound) => Effect.sync(() => ({ ...sound, ...change(sound) }))),
  ).pipe(Layer.provide(memory)),
})

const everybody = "00000000-0000-4000-8000-000000000000" as CustomerId.CustomerId

/** Keeps a list of each Customer by its own rules: what it reads, and after a while what it writes. */
const listing = (
  next: (
    list: ReadonlyArray<ErasureLedger.LedgerEntry>,
    entry: ErasureLedger.LedgerEntry,
  ) => (now: ReadonlyArray<ErasureLedger.LedgerEntry>) => typeof list,
): ErasureLedgerFixture =>
  ledger(() => {
    const lists = new Map<CustomerId.CustomerId, ReadonlyArray<ErasureLedger.LedgerEntry>>()
    const listOf = (customer: CustomerId.CustomerId) => lists.get(customer) ?? []
    return {
      record: (customer, entry) =>
        Effect.gen(function* () {
          const write = next(listOf(customer), entry)
          yield* Effect.yieldNow
          lists.set(customer, write(listOf(customer)))
        }),
      find: (customer, fingerprint) =>
        Effect.sync(() => Option.fromNullishOr(listOf(customer).find((entry) => entry.fingerprint === fingerprint))),
      entries: (customer) => Effect.sync(() => listOf(customer)),
    }
  })

const isKnown = (list: ReadonlyArray<ErasureLedger.LedgerEntry>, { fingerprint }: ErasureLedger.LedgerEntry) =>
  list.some((known) => known.fingerprint === fingerprint)

const broken: ReadonlyArray<Broken<ErasureLedgerFixture>> = [
  {
    fault: "keeps no cause",
    law: "an entry is kept with every field, and found by its fingerprint alone",
    fixture: ledger((sound) => ({
      record: (customer, entry) => sound.record(customer, { ...entry, cause: "request" }),
    })),
  },
  {
    fault: "keeps another time",
    law: "an entry is kept with every field, and found by its fingerprint alone",
    fixture: ledger((sound) => ({
      record: (customer, entry) => sound.record(customer, { ...entry, at: entry.at - 1 }),
    })),
  },
  {
    fault: "finds by the beginning of a fingerprint",
    law: "an entry is kept with every field, and found by its fingerprint alone",
    fixture: ledger((sound) => ({
      find: (customer, fingerprint) =>
        Effect.map(sound.entries(customer), (entries) =>
          Option.fromNullishOr(entries.find((entry) => entry.fingerprint.startsWith(fingerprint.slice(0, 8)))),
        ),
    })),
  },
  {
    fault: "sorts entries by their time",
    law: "entries are told in the order in which they were recorded, whatever their times",
    fixture: ledger((sound) => ({
      entries: (customer) =>
        Effect.map(sound.entries(customer), (entries) => entries.toSorted((one, other) => one.at - other.at)),
    })),
  },
  {
    fault: "lets the last entry stand",
    law: "the first entry of a fingerprint stands when it is recorded again, with another time and cause",
    fixture: listing((_, entry) => (now) => [
      ...now.filter(({ fingerprint }) => fingerprint !== entry.fingerprint),
      entry,
    ]),
  },
  {
    fault: "lets the earliest entry stand",
    law: "the first entry of a fingerprint stands when it is recorded again, with another time and cause",
    fixture: listing(
      (_, entry) => (now) =>
        isKnown(now, entry)
          ? now.map((known) => (known.fingerprint === entry.fingerprint && entry.at < known.at ? entry : known))
          : [...now, entry],
    ),
  },
  {
    fault: "tells every Customer everything",
    law: "entries are told of their Customer alone, be the fingerprints the same",
    fixture: ledger((sound) => ({
      record: (_, entry) => sound.record(everybody, entry),
      find: (_, fingerprint) => sound.find(everybody, fingerprint),
      entries: () => sound.entries(everybody),
    })),
  },
  {
    fault: "loses entries that come at once",
    law: "of entries that are recorded at once, none is lost",
    fixture: listing((list, entry) => () => (isKnown(list, entry) ? list : [...list, entry])),
  },
  {
    fault: "looks, then writes",
    law: "of several that record one fingerprint at once, one stands, for everybody and in every answer",
    fixture: listing((list, entry) => (now) => (isKnown(list, entry) ? now : [...now, entry])),
  },
]

proveLaws(
  "a ledger that does wrong",
  ErasureLedgerSuite.laws,
  ledger(() => ({})),
  broken,
)

const nothing = ledger(() => ({
  record: () => Effect.void,
  find: () => Effect.succeed(Option.none()),
  entries: () => Effect.succeed([]),
}))

const findings = (fixture: ErasureLedgerFixture) =>
  Effect.map(Suite.run(ErasureLedgerSuite.laws(fixture), fixture, impatient), (found) =>
    found.filter(({ broken }) => broken === undefined).map(({ law }) => law),
  )

describe("a ledger", () => {
  it.live("that does nothing keeps no law", () =>
    Effect.gen(function* () {
      expect(yield* findings(nothing)).toEqual([])
    }),
  )

  it.live("that declares to survive a restart, and does not, breaks that law alone", () =>
    Effect.gen(function* () {
      const declared: ErasureLedgerFixture = { ...ledger(() => ({})), capabilities: { survivesRestart: true } }
      const laws = ErasureLedgerSuite.laws(declared).map(({ name }) => name)
      expect(yield* findings(declared)).toEqual(laws.filter((name) => !name.startsWith("declares")))
    }),
  )
})
