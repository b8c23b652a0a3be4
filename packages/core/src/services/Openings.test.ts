import { layer as eventStores, VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import type { ContractId, PolicyVersionId } from "../domain/Identifier.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { Uuid } from "../eventsourcing/Uuid.ts"
import { agreementClauses } from "../policy/text/parameters/processing.ts"
import { AccessLog, type Access } from "../privacy/AccessLog.ts"
import type { SubjectId } from "../privacy/Subject.ts"
import { layer as vaultLayer, Vault } from "../privacy/Vault.ts"
import { Customers, layer as customersLayer } from "./Customers.ts"
import { layer as openingsLayer } from "./Openings.ts"
import { layer as pseudonymsLayer, Pseudonyms } from "./Pseudonyms.ts"
import { layerElsewhere } from "./Retention.ts"

const customer = "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as CustomerId
const reader = "0b1f6f0e-6c0c-4d0a-9a3e-2f1f5a1c9d10" as Uuid
const adoption = Date.parse("2021-03-01T10:00:00Z")
const moment = (days: number) => DateTime.makeUnsafe(adoption + days * 86_400_000)

const services = Layer.mergeAll(pseudonymsLayer, customersLayer).pipe(
  Layer.provideMerge(vaultLayer),
  Layer.provideMerge(openingsLayer),
  Layer.provideMerge(eventStores),
  Layer.provide(layerElsewhere),
  Layer.provideMerge(Layer.suspend(() => VaultMemory.layerOver(VaultMemory.make()))),
)

const access: Access = {
  purpose: "customerCare",
  actor: { id: reader, roles: ["support"] },
  reason: "customerSupport",
}

describe("opening a value", () => {
  it.effect("AUTHZ CUST-PURPOSE NOT-SOLD: depends on the policy and the contract of the moment", () =>
    Effect.gen(function* () {
      const customers = yield* Customers
      const vault = yield* Vault
      const pseudonyms = yield* Pseudonyms
      const asking = (days: number, change: Partial<Access> = {}) =>
        Effect.gen(function* () {
          yield* TestClock.setTime(adoption + days * 86_400_000)
          const answer = yield* Effect.result(vault.open({ customer, sealed, ...access, ...change }))
          if (answer._tag === "Success") return answer.success._tag
          return answer.failure._tag === "Refusal" ? answer.failure.rule : answer.failure._tag
        })
      const contract = "0c0c0c0c-0000-4000-8000-000000000001" as ContractId
      yield* customers.declare(customer, [
        { _tag: "AdoptPolicyVersion", at: moment(0), policyVersion: "dialonce/2021-02-17" as PolicyVersionId },
        {
          _tag: "SignContract",
          at: moment(2),
          contract,
          clauses: [...agreementClauses],
          purposes: ["requestedService", "customerCare"],
          categories: ["telephoneNumber"],
          ownServices: [],
          places: ["FR"],
          recognition: false,
        },
        { _tag: "EndContract", at: moment(9), contract },
      ])
      yield* TestClock.setTime(adoption)
      const subject = (yield* pseudonyms.issue(customer)) as Uuid as SubjectId
      const sealed = yield* vault.seal({
        customer,
        subject,
        category: "telephoneNumber",
        value: "+33612345678",
        purposes: ["customerCare"],
        collectedAt: adoption + 2 * 86_400_000,
        retentionEnd: undefined,
      })
      expect(yield* asking(-1)).toBe("POLICY-BIND")
      expect(yield* asking(1)).toBe("CUST-PURPOSE")
      expect(yield* asking(3)).toBe("Open")
      expect(yield* asking(3, { purpose: "serviceUsageAnalytics" })).not.toBe("Open")
      expect(yield* asking(3, { purpose: "sale" })).toBe("NOT-SOLD")
      expect(yield* asking(3, { purpose: "curiosity" })).toBe("PURPOSES")
      expect(yield* asking(3, { actor: { id: reader, roles: [] } })).toBe("AUTHZ")
      expect(yield* asking(10)).toBe("CUST-PURPOSE")
      const records = yield* AccessLog.use((log) => log.read(customer, { after: 0, limit: 99 }))
      expect(records.map(({ outcome }) => outcome)).toEqual([
        "refused",
        "refused",
        "opened",
        "refused",
        "refused",
        "refused",
        "refused",
        "refused",
      ])
    }).pipe(Effect.provide(services)),
  )
})
