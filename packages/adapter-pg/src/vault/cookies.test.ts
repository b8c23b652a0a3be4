import type { Identifier } from "@tacet/core/domain"
import { type CustomerId, Uuid } from "@tacet/core/eventsourcing"
import { Cookies, Customers } from "@tacet/core/services"
import { describe, expect, it } from "@tacet/vitest"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { layer } from "../layer.ts"
import { vaultForThisFile } from "../testDatabase.testing.ts"
import * as VaultPostgres from "./VaultPostgres.ts"

const options = vaultForThisFile()

const services = Layer.mergeAll(Customers.layer, Cookies.layer).pipe(
  Layer.provide(Layer.merge(layer(options.log), VaultPostgres.layer(options))),
)

describe("the cookies of an operator", () => {
  it.live("COOKIE-DOC VENDOR-OPTOUT: are declared, listed and removed, and visitors choose at once", () =>
    Effect.gen(function* () {
      const at = DateTime.makeUnsafe((yield* Clock.currentTimeMillis) - 60_000)
      const operator = (yield* Uuid.next) as CustomerId.CustomerId
      const policyVersion = "dialonce/2021-02-17" as Identifier.PolicyVersionId
      yield* Customers.Customers.use((customers) =>
        customers.declare(operator, [{ _tag: "AdoptPolicyVersion", at, policyVersion }]),
      )
      const cookies = yield* Cookies.Cookies
      const declare = cookies.declare(operator, {
        _tag: "DeclareCookie",
        at,
        name: "session" as Identifier.CookieName,
        setBy: "operator" as Identifier.PartyName,
        purpose: "functional",
        measurement: "none",
        control: ["delete", "block"],
        duration: "P1D",
      })
      expect(yield* Effect.flip(declare)).toMatchObject({ rule: "COOKIE-DOC" })
      const rules = { _tag: "PublishCookieRules", at, document: "cookies 1", purposes: ["functional"] } as const
      yield* cookies.declare(operator, rules)
      yield* declare
      const visitors = Array.from({ length: 8 }, (_, index) => `visitor ${index % 2}`)
      yield* Effect.forEach(visitors, (visitor) => cookies.optOut(operator, visitor), { concurrency: "unbounded" })
      yield* cookies.optIn(operator, "visitor 1")
      const [cookie] = (yield* cookies.list(operator)).cookies
      expect(cookie).toMatchObject({ name: "session", duration: "P1D" })
      expect(yield* cookies.mayRead(operator, cookie!.name, "operator")).toBe(true)
      yield* cookies.remove(operator, cookie!.name)
      expect((yield* cookies.list(operator)).cookies).toEqual([])
    }).pipe(Effect.provide(services)),
  )
})
