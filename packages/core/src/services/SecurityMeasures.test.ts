import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import type { PolicyVersionId } from "../domain/Identifier.ts"
import * as SecurityRegister from "../domain/SecurityRegister.ts"
import { versions } from "../policy/laws.testing.ts"
import type { Measure } from "../policy/text/parameters/protection.ts"
import { Customers } from "./Customers.ts"
import type { AtEachCall } from "./ports.testing.ts"
import { customer, day, deadly, over, refusalOf } from "./scene.testing.ts"
import { layer, SecurityMeasures } from "./SecurityMeasures.ts"

const services = (around?: AtEachCall) => Layer.provideMerge(layer, over(VaultMemory.make(), around))

const dawnOf = (version: string) =>
  Date.parse(version.includes("2016") ? "2016-08-01T10:00:00Z" : "2021-03-01T10:00:00Z")
const at = (version: string, days: number) => DateTime.makeUnsafe(dawnOf(version) + days * day)

const of = (version = "dialonce/2021-02-17") => ({
  declare: (measure: Measure, state: SecurityRegister.MeasureState, days: number) =>
    SecurityMeasures.use((measures) =>
      measures.declare(customer, SecurityRegister.Command.make({ at: at(version, days), measure, state })),
    ),
  asOf: (days: number) =>
    SecurityMeasures.use((measures) => measures.asOf(customer, DateTime.toEpochMillis(at(version, days)))),
})
const { asOf, declare } = of()

/** A compartment that has adopted a version in that version's own time. */
const start = (version = "dialonce/2021-02-17") =>
  Effect.andThen(
    TestClock.setTime(dawnOf(version)),
    Customers.use((customers) =>
      customers.declare(customer, [
        { _tag: "AdoptPolicyVersion", at: at(version, 0), policyVersion: version as PolicyVersionId },
      ]),
    ),
  )

describe("the measures of security of a compartment", () => {
  // Planted in the wiring: the measures of a later moment read for any date.
  it.effect.each(versions.map(({ id }) => id))(
    "SEC-MEAS under %s is asked by SecurityMeasures.declare, SecurityMeasures.asOf: a measure is missing until it is in place",
    (version) =>
      Effect.gen(function* () {
        yield* start(version)
        const { asOf, declare } = of(version)
        const { policy } = versions.find(({ id }) => id === version)!
        const [first, ...others] = policy.parameters.securityMeasures as [Measure, ...Array<Measure>]
        expect(yield* refusalOf(declare(first, "suspended", 1))).toBe("SEC-MEAS")
        expect(yield* refusalOf(declare(first, "planned", 1))).toBe("Success")
        expect(yield* refusalOf(declare(first, "inPlace", 2))).toBe("Success")
        for (const measure of [...others, "incidentPlan" as const]) {
          yield* declare(measure, "inPlace", 3)
        }
        yield* declare(first, "suspended", 4)
        const missing = (days: number) =>
          Effect.map(asOf(days), (found) => found.missing.map(({ measure, state }) => [measure, state].join(" ")))
        expect(yield* missing(0)).toContain(`${first} `)
        expect(yield* missing(1)).toContain(`${first} planned`)
        expect((yield* missing(2)).some((one) => one.startsWith(first))).toBe(false)
        expect([yield* missing(3), yield* missing(4)]).toEqual([[], [`${first} suspended`]])
        expect((yield* asOf(4)).declared).toContainEqual({
          measure: first,
          state: "suspended",
          since: DateTime.toEpochMillis(at(version, 4)),
          document: undefined,
        })
      }).pipe(Effect.provide(services())),
  )

  it.effect("POLICY-BIND: are read under a policy alone", () =>
    Effect.gen(function* () {
      yield* start()
      expect(yield* refusalOf(asOf(-1))).toBe("POLICY-BIND")
    }).pipe(Effect.provide(services())),
  )

  const killedAt = (call: number, when: "before" | "after") => {
    const { armed, around } = deadly(call, when)
    return Effect.gen(function* () {
      yield* start()
      const first = yield* armed(declare("backups", "inPlace", 1))
      if (first._tag === "Success") return undefined
      yield* declare("backups", "inPlace", 1)
      return (yield* asOf(1)).declared.length
    }).pipe(Effect.provide(services(around), { local: true }))
  }

  it.effect.each(["before", "after"] as const)("SEC-MEAS: are declared once after a crash %s any call", (when) =>
    Effect.gen(function* () {
      let call = 1
      for (; ; call++) {
        const declared = yield* killedAt(call, when)
        if (declared === undefined) break
        expect([call, declared]).toEqual([call, 1])
      }
      expect(call).toBeGreaterThan(1)
    }),
  )
})
