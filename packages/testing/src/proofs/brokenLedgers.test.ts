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
import { type Broken, proveProperties } from "./brokenVault.testing.ts"

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

/** Keeps a list for each Customer by given rules for reading and, after a delay, for writing. */
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
    property: "an entry is kept with every field, and found by its fingerprint alone",
    fixture: ledger((sound) => ({
      record: (customer, entry) => sound.record(customer, { ...entry, cause: "request" }),
    })),
  },
  {
    fault: "keeps another time",
    property: "an entry is kept with every field, and found by its fingerprint alone",
    fixture: ledger((sound) => ({
      record: (customer, entry) => sound.record(customer, { ...entry, at: entry.at - 1 }),
    })),
  },
  {
    fault: "finds by the beginning of a fingerprint",
    property: "an entry is kept with every field, and found by its fingerprint alone",
    fixture: ledger((sound) => ({
      find: (customer, fingerprint) =>
        Effect.map(sound.entries(customer), (entries) =>
          Option.fromNullishOr(entries.find((entry) => entry.fingerprint.startsWith(fingerprint.slice(0, 8)))),
        ),
    })),
  },
  {
    fault: "sorts entries by their time",
    property: "entries are listed in the order in which they were recorded, whatever their times",
    fixture: ledger((sound) => ({
      entries: (customer) =>
        Effect.map(sound.entries(customer), (entries) => entries.toSorted((one, other) => one.at - other.at)),
    })),
  },
  {
    fault: "lists a page of entries",
    property: "all of 1100 entries are listed",
    fixture: ledger((sound) => ({
      entries: (customer) => Effect.map(sound.entries(customer), (entries) => entries.slice(0, 1_000)),
    })),
  },
  {
    fault: "keeps the last entry",
    property: "recording a fingerprint again keeps its first entry, whatever the new time and cause",
    fixture: listing((_, entry) => (now) => [
      ...now.filter(({ fingerprint }) => fingerprint !== entry.fingerprint),
      entry,
    ]),
  },
  {
    fault: "keeps the earliest entry",
    property: "recording a fingerprint again keeps its first entry, whatever the new time and cause",
    fixture: listing(
      (_, entry) => (now) =>
        isKnown(now, entry)
          ? now.map((known) => (known.fingerprint === entry.fingerprint && entry.at < known.at ? entry : known))
          : [...now, entry],
    ),
  },
  {
    fault: "answers every Customer with everything",
    property: "a Customer lists its own entries alone, even if fingerprints are the same",
    fixture: ledger((sound) => ({
      record: (_, entry) => sound.record(everybody, entry),
      find: (_, fingerprint) => sound.find(everybody, fingerprint),
      entries: () => sound.entries(everybody),
    })),
  },
  {
    fault: "loses entries that come at once",
    property: "of entries that are recorded at once, none is lost",
    fixture: listing((list, entry) => () => (isKnown(list, entry) ? list : [...list, entry])),
  },
  {
    fault: "looks, then writes",
    property: "of concurrent records of one fingerprint one is kept, and every caller gets that one",
    fixture: listing((list, entry) => (now) => (isKnown(list, entry) ? now : [...now, entry])),
  },
]

proveProperties(
  "a ledger that does wrong",
  ErasureLedgerSuite.properties,
  ledger(() => ({})),
  broken,
)

const nothing = ledger(() => ({
  record: () => Effect.void,
  find: () => Effect.succeed(Option.none()),
  entries: () => Effect.succeed([]),
}))

const findings = (fixture: ErasureLedgerFixture) =>
  Effect.map(Suite.run(ErasureLedgerSuite.properties(fixture), fixture, impatient), (found) =>
    found.filter(({ violation }) => violation === undefined).map(({ property }) => property),
  )

describe("a ledger", () => {
  it.live("that does nothing satisfies no property", () =>
    Effect.gen(function* () {
      expect(yield* findings(nothing)).toEqual([])
    }),
  )

  it.live("that declares to survive a restart, and does not, breaks that property alone", () =>
    Effect.gen(function* () {
      const declared: ErasureLedgerFixture = { ...ledger(() => ({})), capabilities: { survivesRestart: true } }
      const properties = ErasureLedgerSuite.properties(declared).map(({ name }) => name)
      expect(yield* findings(declared)).toEqual(properties.filter((name) => !/^(declares|two layers)/.test(name)))
    }),
  )
})
