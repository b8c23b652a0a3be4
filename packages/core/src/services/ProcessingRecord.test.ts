import { layer as memory, VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { TestClock } from "effect/testing"
import type * as Customer from "../domain/Customer.ts"
import type { ListedNumberId, PolicyVersionId } from "../domain/Identifier.ts"
import type * as Interaction from "../domain/Interaction.ts"
import type * as ProcessingRegister from "../domain/ProcessingRegister.ts"
import type * as Pseudonym from "../domain/Pseudonym.ts"
import type * as Recipient from "../domain/Recipient.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import { agreementClauses } from "../policy/text/parameters/processing.ts"
import type { Purpose } from "../policy/text/parameters/purposes.ts"
import { Customers } from "./Customers.ts"
import { Interactions } from "./Interactions.ts"
import * as ProcessingRecord from "./ProcessingRecord.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { layer as recipientsLayer, Recipients } from "./Recipients.ts"
import { contract, customer, day, deadly, over, refusalOf } from "./scene.testing.ts"
import type { AtEachCall } from "./ports.testing.ts"

const services = (around?: AtEachCall) =>
  Layer.merge(Layer.provide(recipientsLayer, memory), ProcessingRecord.layer).pipe(
    Layer.provideMerge(over(VaultMemory.make(), around)),
    Layer.provide(ProcessingRecord.layerRequired),
  )

const number = "0b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as ListedNumberId
const recipient = "6b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as Recipient.RecipientId

/** A Customer of a version in that version's own time. */
const startUnder = Effect.fnUntraced(function* (policyVersion: string, date: string) {
  const dawn = Date.parse(`${date}T10:00:00Z`)
  const at = DateTime.makeUnsafe(dawn)
  yield* TestClock.setTime(dawn)
  const declared: ReadonlyArray<Customer.Command> = [
    { _tag: "AdoptPolicyVersion", at, policyVersion: policyVersion as PolicyVersionId },
    { _tag: "ListNumber", at, number },
    {
      _tag: "SignContract",
      at,
      contract,
      clauses: [...agreementClauses],
      purposes: ["requestedService", "customerCare"],
      categories: ["telephoneNumber", "interfaceUsage"],
      ownServices: [],
      places: ["FR"],
      recognition: false,
    },
  ]
  yield* Customers.use((customers) => customers.declare(customer, declared))
  yield* TestClock.setTime(dawn + day)
  return dawn + day
})

type Enter = Extract<ProcessingRegister.Command, { readonly _tag: "EnterProcessing" }>

const entry = (at: number, change: Partial<Enter> = {}): Enter => ({
  _tag: "EnterProcessing",
  at: DateTime.makeUnsafe(at),
  name: "answering calls" as Enter["name"],
  role: "processor",
  purposes: ["requestedService"],
  subjects: ["user"],
  categories: ["interfaceUsage", "telephoneNumber"],
  recipients: [],
  safeguards: [],
  measures: ["encryption"],
  declaration: "1966881",
  ...change,
})

const enter = (command: ProcessingRegister.Command) =>
  ProcessingRecord.ProcessingRecord.use((record) => record.declare(customer, command))

/** Starts an interaction, and names the rule that refuses it. */
const started = Effect.fnUntraced(function* (at: number) {
  const interaction = yield* Uuid.next
  const command: Interaction.Command = {
    _tag: "StartInteraction",
    at: DateTime.makeUnsafe(at),
    trigger: { _tag: "outgoingCall", number },
    interface: "web" as never,
    linkable: true,
  }
  const { outcomes } = yield* Interactions.use((service) =>
    service.record({ customer, interaction, commands: [command] }),
  )
  return outcomes.map((outcome) => (Result.isSuccess(outcome) ? "Success" : outcome.failure.rule)).join(" ")
})

const kept = (pseudonym: Pseudonym.PseudonymId, at: number, purposes: ReadonlyArray<Purpose> = ["requestedService"]) =>
  refusalOf(
    Pseudonyms.use((service) =>
      service.keep({
        customer,
        pseudonym,
        category: "telephoneNumber",
        value: "+33612345678",
        purposes,
        collectedAt: at,
      }),
    ),
  )

const ownTimes = [
  ["dialonce/2016-06-29", "2016-08-01"],
  ["dialonce/2019-03-05", "2019-04-01"],
  ["dialonce/2021-02-17", "2021-03-01"],
] as const

describe("a processing that is not in the record", () => {
  // Planted in the wiring: the moment of the entry given as now.
  it.effect.each(ownTimes)(
    "DECLARED under %s is asked by Interactions.record: an interaction starts after the entry alone",
    ([version, date]) =>
      Effect.gen(function* () {
        const now = yield* startUnder(version, date)
        expect(yield* started(now)).toBe("DECLARED")
        yield* enter(entry(now, { categories: ["telephoneNumber"] }))
        expect(yield* started(now)).toBe("DECLARED")
        yield* enter(entry(now + day))
        yield* TestClock.setTime(now + 2 * day)
        expect(yield* started(now + day - 1)).toBe("DECLARED")
        expect(yield* started(now + day)).toBe("Success")
        yield* enter({ _tag: "EndProcessing", at: DateTime.makeUnsafe(now + 2 * day), name: entry(now).name })
        expect(yield* started(now + 2 * day)).toBe("DECLARED")
      }).pipe(Effect.provide(services())),
  )

  // Planted in the wiring: the purposes not handed to the record.
  it.effect.each(ownTimes)(
    "DECLARED under %s is asked by Pseudonyms.keep: a value is kept for the purposes of the entry alone",
    ([version, date]) =>
      Effect.gen(function* () {
        const now = yield* startUnder(version, date)
        const pseudonym = yield* Pseudonyms.use((service) => service.issue(customer))
        expect(yield* kept(pseudonym, now)).toBe("DECLARED")
        yield* enter(entry(now))
        expect(yield* kept(pseudonym, now)).toBe("Success")
        expect(yield* kept(pseudonym, now, ["requestedService", "customerCare"])).toBe("DECLARED")
      }).pipe(Effect.provide(services())),
  )

  it.effect("DECLARED: is not asked for where the program does not require a record", () =>
    Effect.gen(function* () {
      const now = yield* startUnder("dialonce/2021-02-17", "2021-03-01")
      const pseudonym = yield* Pseudonyms.use((service) => service.issue(customer))
      expect([yield* started(now), yield* kept(pseudonym, now)]).toEqual(["Success", "Success"])
    }).pipe(Effect.provide(over(VaultMemory.make()))),
  )

  it.effect(
    "DECLARED: under 2016 an entry without the number of the authority is refused by ProcessingRecord.declare",
    () =>
      Effect.gen(function* () {
        const now = yield* startUnder("dialonce/2016-06-29", "2016-08-01")
        const { declaration: _, ...undeclared } = entry(now)
        expect(yield* refusalOf(enter(undeclared))).toBe("DECLARED")
        expect(yield* refusalOf(enter(entry(now)))).toBe("Success")
        expect(yield* enter(entry(now))).toEqual([])
      }).pipe(Effect.provide(services())),
  )
})

describe("the record of a date", () => {
  const clauses = { recipient, instrument: "standardContractualClauses", document: "clauses 7" } as const

  // Planted: a recipient of the register at a later moment.
  it.effect("REGISTER SAFEGUARD-COPY: names the recipients of that date, and what an entry lacks", () =>
    Effect.gen(function* () {
      const now = yield* startUnder("dialonce/2019-03-05", "2019-04-01")
      const record = yield* ProcessingRecord.ProcessingRecord
      const lacks = (at: number) =>
        Effect.map(record.asOf(customer, at), ({ entries }) =>
          entries.flatMap(({ missing }) => missing.map(({ rule }) => rule).filter((rule) => rule !== "RET-CONTRACT")),
        )
      yield* enter(entry(now, { recipients: [recipient] }))
      yield* Recipients.use((recipients) =>
        recipients.declare(customer, recipient, {
          _tag: "RegisterRecipient",
          at: DateTime.makeUnsafe(now + day),
          kind: "subProcessor",
          country: "US",
          undertakings: [],
        }),
      )
      yield* enter(entry(now + 2 * day, { recipients: [recipient], safeguards: [clauses] }))
      yield* TestClock.setTime(now + 3 * day)
      expect([yield* lacks(now), yield* lacks(now + day), yield* lacks(now + 2 * day)]).toEqual([
        ["REGISTER"],
        ["SAFEGUARD-COPY"],
        [],
      ])
      const { entries } = yield* record.asOf(customer)
      expect(entries.map(({ recipients }) => recipients)).toEqual([
        [
          {
            recipient,
            kind: "subProcessor",
            country: "US",
            isAbroad: true,
            safeguard: { instrument: "standardContractualClauses", document: "clauses 7" },
          },
        ],
      ])
      expect((yield* record.asOf(customer, now - 1)).entries).toEqual([])
    }).pipe(Effect.provide(services())),
  )

  it.effect("RET-PUBLISHED: is written in the terms of W3C DPV, with the end of each category", () =>
    Effect.gen(function* () {
      const now = yield* startUnder("dialonce/2019-03-05", "2019-04-01")
      yield* enter(entry(now, { safeguards: [clauses], recipients: [recipient], legalBasis: "contract" }))
      const record = yield* ProcessingRecord.ProcessingRecord.use((service) => service.asOf(customer))
      const [only] = record.entries
      const end = only?.retention.find(({ category }) => category === "telephoneNumber")
      expect([end?.rule, DateTime.formatIso(DateTime.makeUnsafe(end?.end ?? 0)).slice(0, 10)]).toEqual([
        "RET-12M",
        "2020-04-02",
      ])
      const written = ProcessingRecord.toJsonLd(record)
      expect(written).toMatchObject({
        "@type": "dpv:DataProcessingRecord",
        "dct:hasPart": [
          {
            "@type": "dpv:Process",
            "dct:title": "answering calls",
            "dpv:hasDataProcessor": { "@id": `urn:uuid:${customer}`, "@type": "dpv:DataProcessor" },
            "dpv:hasPurpose": [{ "@id": "dpv:RequestedServiceProvision" }],
            "dpv:hasLegalBasis": { "@id": "eu-gdpr:A6-1-b" },
            "dpv:hasDataSubject": [{ "@id": "dpv:Client" }],
            "dpv:hasPersonalData": [{ "@id": "pd:ServiceConsumptionBehaviour" }, { "@id": "pd:TelephoneNumber" }],
            "dpv:hasTechnicalOrganisationalMeasure": [{ "@id": "dpv:Encryption" }],
            "dpv:hasRecipient": [
              {
                "dpv:hasTechnicalOrganisationalMeasure": { "@type": "eu-gdpr:A46-2-c", "dct:identifier": "clauses 7" },
              },
            ],
          },
        ],
      })
      // Every prefix is declared.
      const text = JSON.stringify(written)
      const used = new Set(Array.from(text.matchAll(/"([a-z-]+):[A-Z]/g), ([, prefix]) => prefix ?? ""))
      const { "@context": declared } = written as { readonly "@context": object }
      expect(Array.from(used).filter((prefix) => !(prefix in declared))).toEqual([])
    }).pipe(Effect.provide(services())),
  )

  /** Enters a processing, dies at one call, and repeats it; `undefined` where it has fewer calls. */
  const killedAt = (call: number, when: "before" | "after") => {
    const { armed, around } = deadly(call, when)
    return Effect.gen(function* () {
      const now = yield* startUnder("dialonce/2021-02-17", "2021-03-01")
      const first = yield* armed(enter(entry(now)))
      if (first._tag === "Success") return undefined
      yield* enter(entry(now))
      const { entries } = yield* ProcessingRecord.ProcessingRecord.use((service) => service.asOf(customer))
      return entries.length
    }).pipe(Effect.provide(services(around), { local: true }))
  }

  it.effect.each(["before", "after"] as const)("DECLARED: is entered once after a crash %s any call", (when) =>
    Effect.gen(function* () {
      let call = 1
      for (; ; call++) {
        const entries = yield* killedAt(call, when)
        if (entries === undefined) break
        expect([call, entries]).toEqual([call, 1])
      }
      expect(call).toBeGreaterThan(2)
    }),
  )
})
