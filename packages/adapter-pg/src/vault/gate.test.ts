import type { Identifier, StaffRegister } from "@tacet/core/domain"
import { Uuid } from "@tacet/core/eventsourcing"
import { AccessLog, Vault } from "@tacet/core/privacy"
import { Customers, Openings, Pseudonyms, Retention, Staff } from "@tacet/core/services"
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

const services = Layer.mergeAll(Customers.layer, Pseudonyms.layer, Staff.layer).pipe(
  Layer.provideMerge(Vault.layer),
  Layer.provideMerge(Openings.layer),
  Layer.provideMerge(Layer.merge(layer(options.log), VaultPostgres.layer(options))),
  Layer.provide(Retention.layerElsewhere),
)

const ruleOf = <A, E extends { readonly _tag: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.match(effect, {
    onSuccess: () => "Success",
    onFailure: (error) => ("rule" in error ? error.rule : error._tag),
  })

describe("the gate before the vault", () => {
  it.live(
    "ADID-PII ADID-DEV: an advertising identifier meets other data by consent alone, also of callers at once",
    () =>
      Effect.gen(function* () {
        const at = DateTime.makeUnsafe((yield* Clock.currentTimeMillis) - 60_000)
        const purpose = "serviceUsageAnalytics"
        const customer = yield* contracted({
          at,
          version: "dialonce/2019-03-05",
          purposes: [purpose],
          categories: ["advertisingIdentifier", "deviceIdentifier", "telephoneNumber"],
        })
        const pseudonyms = yield* Pseudonyms.Pseudonyms
        const [one, other] = [yield* pseudonyms.issue(customer), yield* pseudonyms.issue(customer)]
        const keep = (
          pseudonym: typeof one,
          category: "advertisingIdentifier" | "deviceIdentifier" | "telephoneNumber",
        ) => pseudonyms.keep({ customer, pseudonym, category, value: "a value", purposes: [purpose] })
        const both = [keep(one, "advertisingIdentifier"), keep(one, "telephoneNumber")]
        const answers = yield* Effect.all(both.map(ruleOf), { concurrency: "unbounded" })
        expect(new Set(answers)).toEqual(new Set(["ADID-PII", "Success"]))
        yield* keep(other, "advertisingIdentifier")
        expect(yield* ruleOf(keep(other, "deviceIdentifier"))).toBe("ADID-DEV")
        yield* pseudonyms.declare(
          { customer, pseudonym: other },
          {
            _tag: "GiveConsent",
            at: DateTime.makeUnsafe(yield* Clock.currentTimeMillis),
            purpose,
            manner: "form",
            text: "1",
          },
        )
        expect(yield* ruleOf(keep(other, "deviceIdentifier"))).toBe("Success")
      }).pipe(Effect.provide(services)),
  )

  it.live(
    "SOLE-PURPOSE OPERATOR-NOACCESS: the kind, the collector and the side of a reader come back as they were kept",
    () =>
      Effect.gen(function* () {
        const at = DateTime.makeUnsafe((yield* Clock.currentTimeMillis) - 60_000)
        const version = "dialonce/2019-03-05"
        const purposes = ["requestedService", "customerCare"] as const
        const customer = yield* contracted({ at, version, purposes, categories: ["connectionLog"] })
        const pseudonyms = yield* Pseudonyms.Pseudonyms
        const pseudonym = yield* pseudonyms.issue(customer)
        const value = { customer, pseudonym, category: "connectionLog", value: "a value" } as const
        const kept = yield* pseudonyms.keep({ ...value, purposes: ["requestedService"], kind: "callData" })
        const held = yield* pseudonyms.keep({
          ...value,
          purposes: ["requestedService"],
          origin: { service: "customer", operatorIs: ["holder"] },
        })
        yield* pseudonyms.declare(
          { customer, pseudonym },
          {
            _tag: "GiveConsent",
            at: DateTime.makeUnsafe(yield* Clock.currentTimeMillis),
            purpose: "customerCare",
            manner: "form",
            text: "1",
          },
        )
        const open = (sealed: typeof kept, purpose: string, reader?: "customer") =>
          ruleOf(
            Vault.Vault.use((vault) =>
              vault.open({
                customer,
                sealed,
                purpose,
                actor: { id: pseudonym, roles: ["support"], reader },
                reason: "incident",
              }),
            ),
          )
        expect(yield* open(kept, "customerCare")).toBe("SOLE-PURPOSE")
        expect(yield* open(kept, "requestedService")).toBe("Success")
        expect(yield* open(held, "requestedService")).toBe("OPERATOR-NOACCESS")
        expect(yield* open(held, "requestedService", "customer")).toBe("Success")
        const records = yield* AccessLog.AccessLog.use((log) => log.read(customer, { after: 0, limit: 10 }))
        expect(records.map(({ reader }) => reader)).toEqual([undefined, undefined, undefined, "customer"])
      }).pipe(Effect.provide(services)),
  )

  it.live("NEED AUTHZ PURPOSE-FIRST: a member of the staff reads in a recorded role, for a recorded mission", () =>
    Effect.gen(function* () {
      const at = DateTime.makeUnsafe((yield* Clock.currentTimeMillis) - 60_000)
      const customer = yield* contracted({ at, categories: ["freeText", "telephoneNumber"] })
      const pseudonyms = yield* Pseudonyms.Pseudonyms
      const pseudonym = yield* pseudonyms.issue(customer)
      const value = { category: "telephoneNumber", value: "a value", purposes: ["customerCare"] } as const
      const typed = pseudonyms.keep({ customer, pseudonym, ...value, category: "freeText" })
      expect(yield* ruleOf(typed)).toBe("PURPOSE-FIRST")
      const sealed = yield* pseudonyms.keep({ customer, pseudonym, ...value })
      const member = yield* Uuid.next
      const open = ruleOf(
        Vault.Vault.use((vault) =>
          vault.open({
            customer,
            sealed,
            purpose: "customerCare",
            actor: { id: member, roles: ["support"] },
            reason: "incident",
          }),
        ),
      )
      const staff = yield* Staff.Staff
      expect(yield* open).toBe("AUTHZ")
      yield* staff.declare(customer, { _tag: "GrantRole", at, member, role: "support" as Identifier.StaffRole })
      expect(yield* open).toBe("NEED")
      const mission = (yield* Uuid.next) as StaffRegister.MissionId
      const opening = { _tag: "OpenMission", at, mission, member, purposes: ["customerCare"] } as const
      const both = [staff.declare(customer, opening), staff.declare(customer, opening)]
      const entries = yield* Effect.all(both, { concurrency: "unbounded" })
      expect(entries.flat().length).toBe(1)
      expect(yield* open).toBe("Success")
    }).pipe(Effect.provide(Layer.provide(services, Staff.layerRequired))),
  )
})
