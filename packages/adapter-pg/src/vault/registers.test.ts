import type { Identifier, ProcessingRegister } from "@tacet/core/domain"
import { type CustomerId, Uuid } from "@tacet/core/eventsourcing"
import { Customers, Openings, ProcessingRecord, Pseudonyms, Retention } from "@tacet/core/services"
import { Vocabulary } from "@tacet/core/policy"
import { Vault } from "@tacet/core/privacy"
import { describe, expect, it } from "@tacet/vitest"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { layer } from "../layer.ts"
import { vaultForThisFile } from "../testDatabase.testing.ts"
import * as VaultPostgres from "./VaultPostgres.ts"

const options = vaultForThisFile()

const services = Layer.mergeAll(Customers.layer, Pseudonyms.layer, ProcessingRecord.layer).pipe(
  Layer.provideMerge(Vault.layer),
  Layer.provideMerge(Openings.layer),
  Layer.provideMerge(Layer.merge(layer(options.log), VaultPostgres.layer(options))),
  Layer.provide(Layer.merge(Retention.layerElsewhere, ProcessingRecord.layerRequired)),
)

/** A Customer of its own, and the moment a minute ago at which it adopted a policy. */
const aCustomer = Effect.gen(function* () {
  const now = yield* Clock.currentTimeMillis
  const at = DateTime.makeUnsafe(now - 60_000)
  const customer = (yield* Uuid.next) as CustomerId.CustomerId
  const contract = (yield* Uuid.next) as Identifier.ContractId
  const policyVersion = "dialonce/2021-02-17" as Identifier.PolicyVersionId
  yield* Customers.Customers.use((customers) =>
    customers.declare(customer, [
      { _tag: "AdoptPolicyVersion", at, policyVersion },
      {
        _tag: "SignContract",
        at,
        contract,
        clauses: [...Vocabulary.agreementClauses],
        purposes: ["customerCare"],
        categories: ["telephoneNumber"],
        ownServices: [],
        places: ["FR"],
        recognition: false,
      },
    ]),
  )
  return { customer, at, now }
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
      yield* record.declare(customer, {
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
      expect(yield* keep).toMatchObject({ _tag: "Success" })
      expect((yield* record.asOf(customer)).entries.map(({ processing }) => processing.name)).toEqual([
        "answering calls",
      ])
    }).pipe(Effect.provide(services)),
  )
})
