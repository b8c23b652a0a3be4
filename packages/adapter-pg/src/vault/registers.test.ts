import { type Breach, type ProcessingRegister, SecurityRegister } from "@tacet/core/domain"
import { Uuid } from "@tacet/core/eventsourcing"
import {
  Breaches,
  Customers,
  Openings,
  ProcessingRecord,
  Pseudonyms,
  Retention,
  SecurityMeasures,
} from "@tacet/core/services"
import { KeyStore, Vault } from "@tacet/core/privacy"
import { describe, expect, it } from "@tacet/vitest"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { layer } from "../layer.ts"
import { vaultForThisFile } from "../testDatabase.testing.ts"
import { contracted } from "./contracted.testing.ts"
import * as VaultPostgres from "./VaultPostgres.ts"

const options = vaultForThisFile()

const services = Layer.mergeAll(
  Breaches.layer,
  Customers.layer,
  Pseudonyms.layer,
  ProcessingRecord.layer,
  SecurityMeasures.layer,
).pipe(
  Layer.provideMerge(Vault.layer),
  Layer.provideMerge(Openings.layer),
  Layer.provideMerge(Layer.merge(layer(options.log), VaultPostgres.layer(options))),
  Layer.provide(Layer.merge(Retention.layerElsewhere, ProcessingRecord.layerRequired)),
)

/** A Customer of its own, and the moment a minute ago at which it adopted a policy. */
const aCustomer = Effect.gen(function* () {
  const now = yield* Clock.currentTimeMillis
  const at = DateTime.makeUnsafe(now - 60_000)
  const customer = yield* contracted({ at, categories: ["telephoneNumber"] })
  return { customer, at, now }
})

const entry = (at: DateTime.Utc): ProcessingRegister.Command => ({
  _tag: "EnterProcessing",
  at,
  name: "answering calls" as ProcessingRegister.Entry["processing"]["name"],
  role: "processor",
  purposes: ["customerCare"],
  subjects: ["user"],
  categories: ["telephoneNumber"],
  recipients: [],
  safeguards: [],
  measures: ["encryption"],
})

describe("the record of processing", () => {
  it.live("DECLARED: is asked before a value is kept, and read as of a date", () =>
    Effect.gen(function* () {
      const { at, customer, now } = yield* aCustomer
      const pseudonym = yield* Pseudonyms.Pseudonyms.use((pseudonyms) => pseudonyms.issue(customer))
      const record = yield* ProcessingRecord.ProcessingRecord
      const keep = Effect.result(
        Pseudonyms.Pseudonyms.use((pseudonyms) =>
          pseudonyms.keep({
            customer,
            pseudonym,
            category: "telephoneNumber",
            value: "+33612345678",
            purposes: ["customerCare"],
            collectedAt: now,
          }),
        ),
      )
      expect(yield* keep).toMatchObject({ _tag: "Failure", failure: { rule: "DECLARED" } })
      yield* record.declare(customer, entry(at))
      expect(yield* keep).toMatchObject({ _tag: "Success" })
      expect((yield* record.asOf(customer)).entries.map(({ processing }) => processing.name)).toEqual([
        "answering calls",
      ])
    }).pipe(Effect.provide(services)),
  )
})

describe("a breach", () => {
  it.live("BREACH SEC-MEAS: is assessed by the access log, limited by a measure, notified and closed", () =>
    Effect.gen(function* () {
      const { at, customer, now } = yield* aCustomer
      const pseudonym = yield* Pseudonyms.Pseudonyms.use((pseudonyms) => pseudonyms.issue(customer))
      yield* ProcessingRecord.ProcessingRecord.use((record) => record.declare(customer, entry(at)))
      const sealed = yield* Pseudonyms.Pseudonyms.use((pseudonyms) =>
        pseudonyms.keep({
          customer,
          pseudonym,
          category: "telephoneNumber",
          value: "+33612345678",
          purposes: ["customerCare"],
          collectedAt: now,
        }),
      )
      const actor = { id: yield* Uuid.next, roles: ["support"] }
      yield* Vault.Vault.use((vault) =>
        vault.open({ customer, sealed, purpose: "customerCare", actor, reason: "customerSupport" }),
      )
      yield* SecurityMeasures.SecurityMeasures.use((measures) =>
        measures.declare(customer, SecurityRegister.Command.make({ at, measure: "accessControl", state: "inPlace" })),
      )
      const breaches = yield* Breaches.Breaches
      const breach = (yield* Uuid.next) as Breach.BreachId
      const declare = (declaration: Breaches.Declaration) => breaches.declare(customer, breach, declaration)
      yield* declare({ _tag: "DiscoverBreach", at, role: "processor", nature: ["confidentiality"] })
      const exposure = { from: now - 60_000, to: now + 600_000, actors: [actor.id], keys: [] }
      const keys = [yield* KeyStore.KeyStore.use((store) => store.current(customer))]
      for (const each of [exposure, { ...exposure, actors: [], keys }]) {
        expect(yield* breaches.reached(customer, each)).toEqual({
          values: [{ reference: sealed.reference, category: "telephoneNumber", subject: pseudonym }],
          persons: [pseudonym],
        })
      }
      yield* breaches.assess({ compartment: customer, breach, exposure, risk: "likely" })
      const later = DateTime.makeUnsafe((yield* Clock.currentTimeMillis) + 1)
      yield* declare({ _tag: "LimitEffects", at: later, measure: "accessControl" })
      expect(yield* Effect.flip(declare({ _tag: "CloseBreach", at: later }))).toMatchObject({ rule: "BREACH" })
      expect(yield* breaches.open(customer)).toMatchObject([{ breach, owed: ["customer"], late: false }])
      yield* declare({ _tag: "NotifyBreach", at: later, to: "customer", document: "letter 9" })
      yield* declare({ _tag: "CloseBreach", at: later })
      expect(yield* breaches.open(customer)).toEqual([])
    }).pipe(Effect.provide(services)),
  )
})
