import { type CustomerId, Uuid } from "@tacet/core/eventsourcing"
import { type AccessLog, type Sealed, type Subject, Vault } from "@tacet/core/privacy"
import { Customers, Openings, Pseudonyms, Retention } from "@tacet/core/services"
import { Definition } from "@tacet/core/statistics"
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

const definition = Definition.make({ timeZone: "Europe/Paris" })
const services = Layer.mergeAll(
  Customers.layer,
  Pseudonyms.layer,
  Layer.provide(Retention.layer, Retention.layerSettings({ definition })),
).pipe(
  Layer.provideMerge(Vault.layer),
  Layer.provideMerge(Layer.provide(Openings.layer, Pseudonyms.layerNoticedElsewhere)),
  Layer.provideMerge(Layer.merge(layer(options.log), VaultPostgres.layer(options))),
)

const day = 86_400_000
const categories = ["freeText", "telephoneNumber", "interfaceUsage"] as const

/** A Customer whose data are kept for thirty days, with a person. */
const declared = Effect.fnUntraced(function* (customer: CustomerId.CustomerId, now: number) {
  const at = DateTime.makeUnsafe(now - 20 * day)
  yield* contracted({ customer, at, categories })
  yield* Retention.Retention.use((retention) =>
    retention.setPeriod(customer, { period: "P30D", categories, at: now - 19 * day }),
  )
  return yield* Pseudonyms.Pseudonyms.use((pseudonyms) => pseudonyms.issue(customer, { at: now - 18 * day }))
})

describe("rows of the vault on PostgreSQL", () => {
  // Planted: the kinds of segments swapped; links stored without their category.
  it.live("RET-NEC RET-CONTRACT SWEEP: end by the periods and holds in force, whatever end they were sealed with", () =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const customer = (yield* Uuid.next) as CustomerId.CustomerId
      const pseudonym = yield* declared(customer, now)
      const vault = yield* Vault.Vault
      const retention = yield* Retention.Retention
      const pseudonyms = yield* Pseudonyms.Pseudonyms
      const subject = pseudonym as string as Subject.SubjectId
      const seal = (days: number) =>
        vault.seal({
          customer,
          subject,
          category: "freeText",
          value: `${days}`,
          purposes: ["customerCare"],
          collectedAt: now - days * day,
          retentionEnd: undefined,
        })
      const hold = yield* Uuid.next
      const open = (sealed: Sealed.Sealed<string>, matter?: Uuid.Uuid) => {
        const asked: Pick<AccessLog.Access, "matter" | "purpose" | "reason"> =
          matter === undefined
            ? { purpose: "customerCare", reason: "customerSupport" }
            : { purpose: "legalCompliance", reason: "legalDuty", matter }
        const actor = { id: pseudonym as string as Uuid.Uuid, roles: ["support"] }
        return Effect.map(vault.open({ customer, sealed, actor, ...asked }), (answer) =>
          answer._tag === "Restricted" ? `Restricted ${answer.by}` : answer._tag,
        )
      }
      const [ended, held, young] = [yield* seal(9), yield* seal(4), yield* seal(2)]
      for (const days of [9, 4, 2]) {
        yield* pseudonyms.link({ customer, pseudonym }, yield* Uuid.next, { at: now - days * day })
      }
      yield* retention.setPeriod(customer, { period: "P3D", categories, at: now - 5 * day })
      yield* retention.hold(customer, {
        hold,
        matter: "litigation",
        reference: "law/civil-code-2224",
        categories,
        at: now - 2 * day,
      })
      const all = [ended, held, young]
      expect(yield* Effect.forEach(all, (one) => open(one))).toEqual(["Expired", "Restricted hold", "Open"])
      expect(yield* Effect.forEach(all, (one) => open(one, hold))).toEqual(["Expired", "Open", "Open"])
      expect(yield* retention.sweep(customer)).toMatchObject({ rows: 2 })
      expect(yield* Effect.forEach(all, (one) => open(one, hold))).toEqual(["Expired", "Open", "Open"])
      yield* retention.release(customer, hold)
      expect(yield* open(held, hold)).toBe("Expired")
      expect(yield* retention.sweep(customer)).toMatchObject({ rows: 2 })
      yield* retention.setPeriod(customer, { period: "P1D", categories })
      expect(yield* open(young)).toBe("Expired")
      expect(yield* retention.sweep(customer)).toMatchObject({ rows: 2 })
      expect(yield* vault.valuesOf(customer, subject, { limit: 9 })).toEqual([])
      expect(yield* vault.interactionsOf(customer, subject)).toEqual([])
    }).pipe(Effect.provide(services)),
  )

  // Planted and found: rows of another person removed; those counted twice that have ended by a period too.
  it.live("RET-NEC SWEEP: end by an event of the person, also those that were sealed before it", () =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const customer = (yield* Uuid.next) as CustomerId.CustomerId
      const one = yield* declared(customer, now)
      const pseudonyms = yield* Pseudonyms.Pseudonyms
      const vault = yield* Vault.Vault
      const retention = yield* Retention.Retention
      const other = yield* pseudonyms.issue(customer, { at: now - 18 * day })
      const seen = Effect.fnUntraced(function* (pseudonym: typeof one, days: number) {
        const identifier = { kind: "telephoneNumber", text: "+33612345678" } as const
        const at = now - days * day
        yield* pseudonyms.link({ customer, pseudonym }, yield* Uuid.next, { at })
        return yield* pseudonyms.observe({
          customer,
          pseudonym,
          identifier,
          purposes: ["customerCare"],
          validFrom: at,
          at,
        })
      })
      const values = [yield* seen(one, 9), yield* seen(one, 2), yield* seen(other, 9), yield* seen(other, 12)]
      yield* pseudonyms.declare(
        { customer, pseudonym: one },
        { _tag: "FulfilPurposes", at: DateTime.makeUnsafe(now - 5 * day) },
      )
      yield* pseudonyms.declare(
        { customer, pseudonym: other },
        { _tag: "FulfilPurposes", at: DateTime.makeUnsafe(now - 10 * day) },
      )
      const open = (sealed: Sealed.Sealed<string>) => {
        const actor = { id: one as string as Uuid.Uuid, roles: ["support"] }
        const asked = { purpose: "customerCare", reason: "customerSupport", actor } as const
        return Effect.map(vault.open({ customer, sealed, ...asked }), ({ _tag }) => _tag)
      }
      expect(yield* Effect.forEach(values, open)).toEqual(["Expired", "Open", "Open", "Expired"])
      const foreseen = Effect.map(retention.explain(customer), ({ rows }) =>
        rows.reduce((sum, row) => sum + row.rows, 0),
      )
      expect([yield* foreseen, (yield* retention.sweep(customer)).rows]).toEqual([6, 6])
      expect(yield* Effect.forEach(values, open)).toEqual(["Expired", "Open", "Open", "Expired"])
      yield* pseudonyms.declare({ customer, pseudonym: one }, { _tag: "FulfilPurposes", at: DateTime.makeUnsafe(now) })
      yield* retention.setPeriod(customer, { period: "P1D", categories })
      expect([yield* foreseen, (yield* retention.sweep(customer)).rows]).toEqual([6, 6])
      expect([yield* foreseen, (yield* retention.sweep(customer)).rows]).toEqual([0, 0])
    }).pipe(Effect.provide(services)),
  )
})
