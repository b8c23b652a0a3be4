import { layer as memory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import { holding } from "../policy/laws.testing.ts"
import type * as HostingRegister from "../domain/HostingRegister.ts"
import type { PolicyVersionId } from "../domain/Identifier.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import { Customers, layer as customersLayer } from "./Customers.ts"
import { DataCentres, layer } from "./DataCentres.ts"
import { refusalOf } from "./scene.testing.ts"

const operator = "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as CustomerId
const dawn = Date.parse("2021-03-01T10:00:00Z")
const day = 86_400_000
const moment = (days: number) => DateTime.makeUnsafe(dawn + days * day)

const services = Layer.provideMerge(Layer.merge(layer, customersLayer), memory)

const start = (policyVersion = "dialonce/2021-02-17") =>
  Effect.gen(function* () {
    yield* TestClock.setTime(dawn)
    yield* Customers.use((customers) =>
      customers.declare(operator, [
        { _tag: "AdoptPolicyVersion", at: moment(0), policyVersion: policyVersion as PolicyVersionId },
      ]),
    )
  })

type Use = Extract<HostingRegister.Command, { readonly _tag: "UseDataCentre" }>

const centre = (name: string, change: Partial<Use> = {}): Use => ({
  _tag: "UseDataCentre",
  at: moment(0),
  name: name as Use["name"],
  country: "FR",
  use: "storage",
  certifications: ["ISO 27001"],
  ...change,
})
const frankfurt = { country: "DE", town: "Frankfurt" as Use["name"] }
const leave = (name: string, days: number): HostingRegister.Command => ({
  _tag: "LeaveDataCentre",
  at: moment(days),
  name: name as Use["name"],
})

const declare = (command: HostingRegister.Command) => DataCentres.use((centres) => centres.declare(operator, command))
const inspect = (days: number) => DataCentres.use((centres) => centres.inspect(operator, dawn + days * day))

describe("the data centres of an operator", () => {
  // Planted: the place of a backup compared with the places of storage; the certifications not counted.
  it.effect.each(holding("CERT").map(({ id }) => id))(
    "LOC-LIST BACKUP CERT under %s are asked by DataCentres.declare: before its use, where the policy does not allow it",
    (version) =>
      Effect.gen(function* () {
        expect(yield* refusalOf(declare(centre("one")))).toBe("POLICY-BIND")
        yield* start(version)
        expect(yield* refusalOf(declare(centre("one", { country: "US" })))).toBe("LOC-LIST")
        expect(yield* refusalOf(declare(centre("vault", { use: "backup" })))).toBe("BACKUP")
        expect(yield* refusalOf(declare(centre("one", { certifications: [] })))).toBe("CERT")
        expect((yield* inspect(0)).inUse).toEqual([])
        expect(yield* refusalOf(declare(centre("vault", { use: "backup", ...frankfurt })))).toBe("Success")
        expect(yield* refusalOf(declare(centre("one")))).toBe("Success")
        expect(yield* declare(centre("one"))).toEqual([])
        expect(yield* refusalOf(declare(centre("one", { country: "DE" })))).toBe("TACET-ONCE")
      }).pipe(Effect.provide(services)),
  )

  it.effect.each(holding("HOST-EU").map(({ id }) => id))(
    "HOST-EU under %s is asked by DataCentres.declare: storage is in Europe, by the list of places (LOC-LIST)",
    (version) =>
      Effect.gen(function* () {
        yield* start(version)
        const [inside, outside] = [
          ["DE", "PT", "FR"],
          ["US", "CH", "GB", "MA"],
        ]
        for (const country of outside) expect(yield* refusalOf(declare(centre("one", { country })))).toBe("LOC-LIST")
        for (const country of inside) expect(yield* refusalOf(declare(centre(country, { country })))).toBe("Success")
        expect((yield* inspect(0)).violations).toEqual([])
      }).pipe(Effect.provide(services)),
  )

  it.effect.each(holding("HOST-2DC").map(({ id }) => id))(
    "HOST-2DC under %s is asked by DataCentres.inspect: on any date, and the missing parts are named",
    (version) =>
      Effect.gen(function* () {
        yield* start(version)
        yield* declare(centre("one", frankfurt))
        yield* declare(centre("two", { at: moment(10) }))
        yield* declare(leave("one", 20))
        const rules = (days: number) =>
          Effect.map(inspect(days), ({ violations }) => violations.map(({ rule }) => rule))
        expect([yield* rules(5), yield* rules(15), yield* rules(25)]).toEqual([["HOST-2DC"], [], ["HOST-2DC"]])
      }).pipe(Effect.provide(services)),
  )

  // Planted: a later end that moves the ends before it.
  it.effect.prop(
    "HOST-2DC: a register of any history has in use on a date the centres entered and not left by then",
    [
      fc.array(fc.tuple(fc.constantFrom("one", "two"), fc.boolean(), fc.integer({ min: 0, max: 3 })), {
        maxLength: 10,
      }),
      fc.integer({ min: 0, max: 15 }),
    ],
    (story, date) =>
      Effect.gen(function* () {
        yield* start()
        let now = 0
        const open = new Map<string, number>()
        const used: Array<{ readonly name: string; readonly from: number; readonly to: number }> = []
        const close = (name: string, to: number) => {
          const from = open.get(name)
          if (from !== undefined) used.push({ name, from, to })
          open.delete(name)
        }
        for (const [name, isUse, later] of story) {
          now += later
          yield* declare(isUse ? centre(name, { at: moment(now) }) : leave(name, now))
          if (!isUse) close(name, now)
          else if (!open.has(name)) open.set(name, now)
        }
        for (const name of Array.from(open.keys())) close(name, Number.POSITIVE_INFINITY)
        const { inUse } = yield* inspect(date)
        expect(inUse.map(({ name }) => name).toSorted()).toEqual(
          used
            .filter(({ from, to }) => from <= date && date < to)
            .map(({ name }) => name)
            .toSorted(),
        )
      }).pipe(Effect.provide(services, { local: true })),
    { numRuns: 150 },
  )
})
