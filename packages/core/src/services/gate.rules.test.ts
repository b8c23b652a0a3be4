/**
 * The rules of the gate before the vault, under each version that holds them: what a value is of, who collected it and who
 * reads it.
 */
import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import type * as Pseudonym from "../domain/Pseudonym.ts"
import * as PolicyBook from "../policy/binding/PolicyBook.ts"
import { holding, type Version } from "../policy/laws.testing.ts"
import type { Purpose } from "../policy/text/parameters/purposes.ts"
import type { PrivacyPolicy } from "../policy/text/PrivacyPolicy.ts"
import type { PolicyRuleKey } from "../policy/text/RuleKey.ts"
import * as Versions from "../policy/versions/index.ts"
import type { Actor } from "../privacy/AccessLog.ts"
import type { Sealed } from "../privacy/Sealed.ts"
import { Vault } from "../privacy/Vault.ts"
import { type Customers, KnownPolicies } from "./Customers.ts"
import { Pseudonyms, type ToKeep } from "./Pseudonyms.ts"
import { customer, nobody, over, refusalOf } from "./scene.testing.ts"
import { contractedUnder } from "./versions.testing.ts"

/** A person under a version, in its time, and what is done with their values. */
const scene = Effect.fnUntraced(function* (version: Version, instructed?: ReadonlyArray<Purpose>) {
  const { at } = version.policy
  const millis = DateTime.toEpochMillis(at)
  yield* TestClock.setTime(millis)
  yield* contractedUnder(version, millis, instructed === undefined ? {} : { purposes: [...instructed] })
  const pseudonyms = yield* Pseudonyms
  const pseudonym = yield* pseudonyms.issue(customer)
  return {
    pseudonym,
    keep: (value: Pick<ToKeep, "category" | "purposes" | "kind" | "origin">) =>
      pseudonyms.keep({ customer, pseudonym, value: "a value", ...value }),
    consent: (purpose: Purpose) =>
      pseudonyms.declare({ customer, pseudonym }, { _tag: "GiveConsent", at, purpose, manner: "form", text: "text 1" }),
  }
})

const staff: Actor = { id: nobody, roles: ["support"] }

const open = (sealed: Sealed<string>, purpose: Purpose, actor: Actor = staff) =>
  refusalOf(Vault.use((vault) => vault.open({ customer, sealed, purpose, actor, reason: "serviceDelivery" })))

const inWorld = <A, E>(effect: Effect.Effect<A, E, Pseudonyms | Vault | Customers>) =>
  Effect.provide(effect, over(VaultMemory.make()), { local: true })

// Planted and found: the kind left out of what the gate is asked, or out of the row; the contract not read.
describe("a value of a kind with purposes of its own", () => {
  const told: ReadonlyArray<readonly [PolicyRuleKey, Required<Pick<ToKeep, "category" | "kind">>]> = [
    ["SOLE-PURPOSE", { category: "connectionLog", kind: "callData" }],
    ["3P-SERVICE", { category: "freeText", kind: "thirdPartyServiceData" }],
  ]
  for (const [key, value] of told) {
    for (const version of holding(key)) {
      it.effect(
        `${key} under ${version.id} is asked by Pseudonyms.keep and Vault.open: for the requested service alone, whatever the person consents to`,
        () =>
          inWorld(
            Effect.gen(function* () {
              const { consent, keep } = yield* scene(version)
              const { category } = value
              expect(yield* refusalOf(keep({ ...value, purposes: ["customerCare"] }))).toBe(key)
              yield* keep({ category, purposes: ["customerCare"] })
              const sealed = yield* keep({ ...value, purposes: ["requestedService"] })
              yield* consent("customerCare")
              expect(yield* open(sealed, "customerCare")).toBe(key)
              expect(yield* open(sealed, "requestedService")).toBe("Success")
            }),
          ),
      )
    }
  }

  for (const version of holding("CUST-PURPOSE")) {
    it.effect(
      `CUST-PURPOSE under ${version.id} is asked by Pseudonyms.keep and Vault.open: for what the Customer instructs`,
      () =>
        inWorld(
          Effect.gen(function* () {
            const { consent, keep } = yield* scene(version, ["requestedService"])
            const [category, purposes] = ["freeText", ["requestedService"]] as const
            expect(yield* refusalOf(keep({ category, purposes: ["customerCare"] }))).toBe("CUST-PURPOSE")
            const sealed = yield* keep({ category, purposes })
            yield* consent("customerCare")
            expect(yield* open(sealed, "customerCare")).toBe("CUST-PURPOSE")
            expect(yield* open(sealed, "requestedService")).toBe("Success")
          }),
        ),
    )
  }

  for (const version of holding("IP-SECURITY")) {
    it.effect(
      `IP-SECURITY under ${version.id} is asked by Pseudonyms.keep and Vault.open: an address serves against misuse, and no purpose that is not listed`,
      () =>
        inWorld(
          Effect.gen(function* () {
            const { keep } = yield* scene(version)
            const category = "ipAddress"
            expect(yield* refusalOf(keep({ category, purposes: ["misusePrevention", "marketMeasurement"] }))).toBe(
              "CUST-PURPOSE",
            )
            const sealed = yield* keep({ category, purposes: ["misusePrevention"] })
            expect(yield* open(sealed, "customerCare")).toBe("PURPOSES")
            expect(yield* open(sealed, "misusePrevention")).toBe("Success")
          }),
        ),
    )
  }
})

// Planted and found: the origin not asked; every part of the operator taken for that of a recipient; the side of the reader
// left out of what the gate is asked; the collector left out of the row.
describe("a value of another party's service", () => {
  const parties = [
    ["SCOPE", "customer"],
    ["3P-POLICY", "partner"],
    ["3P-OUT", "thirdParty"],
  ] as const
  const value = { category: "freeText", purposes: ["requestedService"] } as const
  for (const [key, service] of parties) {
    for (const version of holding(key)) {
      it.effect(
        `${key} under ${version.id} is asked by Pseudonyms.keep: what the party collects for itself is not recorded`,
        () =>
          inWorld(
            Effect.gen(function* () {
              const { keep, pseudonym } = yield* scene(version)
              expect(yield* refusalOf(keep({ ...value, origin: { service, operatorIs: [] } }))).toBe(key)
              expect(yield* keptOf(pseudonym)).toBe(0)
              const sealed = yield* keep({ ...value, origin: { service, operatorIs: ["recipient"] } })
              expect(yield* open(sealed, "requestedService")).toBe("Success")
              expect(yield* keptOf(pseudonym)).toBe(1)
            }),
          ),
      )
    }
  }

  for (const version of holding("OPERATOR-NOACCESS")) {
    it.effect(
      `OPERATOR-NOACCESS under ${version.id} is asked by Vault.open: what a party collected on its own is its own to read`,
      () =>
        inWorld(
          Effect.gen(function* () {
            const { keep } = yield* scene(version)
            for (const service of ["customer", "partner"] as const) {
              const held = yield* keep({ ...value, origin: { service, operatorIs: ["holder"] } })
              expect(yield* open(held, "requestedService")).toBe("OPERATOR-NOACCESS")
              expect(yield* open(held, "requestedService", { ...staff, reader: service })).toBe("Success")
            }
            const own = yield* keep(value)
            expect(yield* open(own, "requestedService")).toBe("Success")
          }),
        ),
    )
  }

  for (const version of holding("NO-ACCESS-PUB")) {
    it.effect(
      `NO-ACCESS-PUB under ${version.id} is asked by Vault.open: a Customer and a partner read no store, and the attempt is recorded`,
      () =>
        Effect.gen(function* () {
          const memory = VaultMemory.make()
          const answers = Effect.gen(function* () {
            const { keep } = yield* scene(version)
            const sealed = yield* keep(value)
            const readers = ["customer", "partner", undefined] as const
            return yield* Effect.forEach(readers, (reader) => open(sealed, "requestedService", { ...staff, reader }))
          })
          expect(yield* Effect.provide(answers, over(memory))).toEqual(["NO-ACCESS-PUB", "NO-ACCESS-PUB", "Success"])
          expect(memory.accesses.get(customer)?.map(({ outcome, reader }) => [outcome, reader])).toEqual([
            ["refused", "customer"],
            ["refused", "partner"],
            ["opened", undefined],
          ])
        }),
    )
  }
})

// Planted and found: the operation of a seal, and of an opening, not asked.
describe("an operation that a policy does not list", () => {
  const own = (without: "record" | "display") => {
    const { operations } = Versions.dialonce20190305.parameters
    const processor = operations!.value.processor.filter((operation) => operation !== without)
    return {
      ...Versions.dialonce20190305,
      id: "own/1",
      parameters: {
        ...Versions.dialonce20190305.parameters,
        operations: { ...operations!, value: { ...operations!.value, processor } },
      },
    }
  }
  const withOwn = (policy: PrivacyPolicy) =>
    Layer.succeed(KnownPolicies, () => ({ ...PolicyBook.published, versions: [policy] }))

  for (const [without, answers] of [
    ["record", ["PROCESSINGS"]],
    ["display", ["Success", "PROCESSINGS", "BASIS"]],
  ] as const) {
    it.effect(
      `PROCESSINGS: is refused before a value is kept or opened, but for a right of the person: ${without}`,
      () =>
        Effect.gen(function* () {
          const version = { ...holding("PROCESSINGS")[0]!, id: "own/1" }
          const { keep } = yield* scene(version)
          const kept = yield* Effect.result(keep({ category: "freeText", purposes: ["customerCare"] }))
          const sealed = kept._tag === "Success" ? kept.success : undefined
          const told: Array<unknown> = [yield* refusalOf(Effect.fromResult(kept))]
          if (sealed !== undefined)
            told.push(yield* open(sealed, "customerCare"), yield* open(sealed, "rightsFulfilment"))
          expect(told).toEqual(answers)
        }).pipe(Effect.provide(Layer.provide(over(VaultMemory.make()), withOwn(own(without))))),
    )
  }
})

const keptOf = (pseudonym: Pseudonym.PseudonymId) =>
  Effect.map(
    Vault.use((vault) => vault.valuesOf(customer, pseudonym as never, { limit: 10 })),
    ({ length }) => length,
  )
