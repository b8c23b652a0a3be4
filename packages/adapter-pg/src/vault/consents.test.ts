import type { Identifier } from "@tacet/core/domain"
import { type CustomerId, Uuid } from "@tacet/core/eventsourcing"
import { Vault } from "@tacet/core/privacy"
import { Consents, Customers, Openings, Pseudonyms } from "@tacet/core/services"
import { describe, expect, it } from "@tacet/vitest"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { layer } from "../layer.ts"
import { vaultForThisFile } from "../testDatabase.testing.ts"
import * as VaultPostgres from "./VaultPostgres.ts"

const options = vaultForThisFile()

const services = Consents.layer.pipe(
  Layer.provideMerge(Layer.merge(Pseudonyms.layer, Customers.layer)),
  Layer.provide(Vault.layer),
  Layer.provide(Openings.layer),
  Layer.provide(Layer.merge(layer(options.log), VaultPostgres.layer(options))),
)

describe("the consents of a person", () => {
  it.live("FAIR WITHDRAW: are given once by callers at the same time, withdrawn, and read with their receipts", () =>
    Effect.gen(function* () {
      const at = DateTime.makeUnsafe((yield* Clock.currentTimeMillis) - 60_000)
      const customer = (yield* Uuid.next) as CustomerId.CustomerId
      const policyVersion = "dialonce/2021-02-17" as Identifier.PolicyVersionId
      yield* Customers.Customers.use((customers) =>
        customers.declare(customer, [{ _tag: "AdoptPolicyVersion", at, policyVersion }]),
      )
      const pseudonym = yield* Pseudonyms.Pseudonyms.use((pseudonyms) => pseudonyms.issue(customer))
      const whose = { customer, pseudonym }
      const consents = yield* Consents.Consents
      const consent = { purpose: "customerCare", manner: "form", text: "terms 7", notice: "notice 3" } as const
      expect(yield* Effect.flip(consents.give(whose, { ...consent, age: 9 }))).toMatchObject({ rule: "FAIR" })
      const receipts = yield* Effect.all(
        Array.from({ length: 6 }, () => consents.give(whose, consent)),
        { concurrency: "unbounded" },
      )
      expect(new Set(receipts.map((receipt) => JSON.stringify(receipt))).size).toBe(1)
      const withdrawn = yield* consents.withdraw(whose, { purpose: "customerCare" })
      expect(JSON.stringify(withdrawn)).toContain("dpv:ConsentWithdrawn")
      const [found] = (yield* consents.record(whose)).consents
      expect(found?.changes.map(({ state }) => state)).toEqual(["consentGiven", "consentWithdrawn"])
    }).pipe(Effect.provide(services)),
  )
})
