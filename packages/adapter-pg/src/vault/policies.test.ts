import type { Identifier } from "@tacet/core/domain"
import { type CustomerId, Uuid } from "@tacet/core/eventsourcing"
import { type PrivacyPolicy, Versions, Vocabulary } from "@tacet/core/policy"
import { Vault } from "@tacet/core/privacy"
import { Customers, Openings, Policies, Pseudonyms, Retention } from "@tacet/core/services"
import { describe, expect, it } from "@tacet/vitest"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { layer } from "../layer.ts"
import { vaultForThisFile } from "../testDatabase.testing.ts"
import * as VaultPostgres from "./VaultPostgres.ts"

const options = vaultForThisFile()
const operator = "4b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as CustomerId.CustomerId

const services = Layer.mergeAll(Customers.layer, Pseudonyms.layer, Policies.layer).pipe(
  Layer.provideMerge(Vault.layer),
  Layer.provideMerge(Openings.layer),
  Layer.provideMerge(Layer.merge(layer(options.log), VaultPostgres.layer(options))),
  Layer.provide(
    Layer.merge(
      Retention.layerElsewhere,
      Layer.succeed(Policies.OperatorOf, () => operator),
    ),
  ),
)

const text: PrivacyPolicy.PrivacyPolicy = { ...Versions.dialonce20210217, id: "operator/1", version: "1" }
const policyVersion = text.id as Identifier.PolicyVersionId

describe("the texts of an operator", () => {
  it.live("SEVER SUPPLEMENT ARCHIVE: are published, adopted, supplemented and severed, and decide elsewhere", () =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const [past, later] = [now - 60_000, now - 30_000]
      const at = DateTime.makeUnsafe(past)
      const customer = (yield* Uuid.next) as CustomerId.CustomerId
      const product = "app" as Identifier.ProductId
      const policies = yield* Policies.Policies
      const declare = (...commands: Parameters<Customers.Customers["Service"]["declare"]>[1]) =>
        Customers.Customers.use((customers) => customers.declare(customer, commands))
      const ruleOf = <A, E extends { readonly _tag: string }, R>(effect: Effect.Effect<A, E, R>) =>
        Effect.match(effect, {
          onSuccess: () => "Success",
          onFailure: (error) => ("rule" in error ? error.rule : error._tag),
        })
      const adopt = declare({ _tag: "AdoptPolicyVersion", at, policyVersion })
      expect(yield* ruleOf(adopt)).toBe("POLICY-BIND")
      yield* policies.publish(operator, { policy: text, at: past, significant: true, affectsUse: true })
      yield* adopt
      yield* policies.supplement(operator, {
        supplement: "operator/1-app" as Identifier.PolicyVersionId,
        product,
        parameters: {
          purposes: {
            value: { controller: [], processor: ["accountManagement"], publisher: [] },
            sources: [],
          },
        },
        at: past,
      })
      const sign = declare({
        _tag: "SignContract",
        at,
        contract: (yield* Uuid.next) as Identifier.ContractId,
        clauses: [...Vocabulary.agreementClauses],
        purposes: ["customerCare", "accountManagement"],
        categories: ["telephoneNumber"],
        ownServices: [],
        places: ["FR"],
        recognition: false,
      })
      expect(yield* ruleOf(sign)).toBe("PURPOSES")
      yield* declare({ _tag: "UseProduct", at, product })
      yield* sign
      const pseudonyms = yield* Pseudonyms.Pseudonyms
      const pseudonym = yield* pseudonyms.issue(customer, { at: past })
      const keep = ruleOf(
        pseudonyms.keep({
          customer,
          pseudonym,
          category: "telephoneNumber",
          value: "+33612345678",
          purposes: ["accountManagement"],
        }),
      )
      expect(yield* keep).toBe("Success")
      yield* policies.accept({ customer, by: pseudonym, policyVersion, manner: "form" })
      expect((yield* pseudonyms.stateOf({ customer, pseudonym })).acceptances.has(policyVersion)).toBe(true)
      yield* policies.sever(operator, {
        policyVersion,
        provisions: ["categories"],
        reference: "judgment 7",
        at: later,
      })
      expect(yield* keep).toBe("CATEGORIES")
      expect(yield* policies.archived(operator, text.id)).toEqual(text)
      expect((yield* policies.textAt(operator)).severed).toEqual(["categories"])
    }).pipe(Effect.provide(services)),
  )
})
