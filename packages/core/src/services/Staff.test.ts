/**
 * Roles and missions as records: who reads, in which role and for which mission, is known before a value opens.
 */
import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import type { StaffRole } from "../domain/Identifier.ts"
import type * as StaffRegister from "../domain/StaffRegister.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import { holding, type Version } from "../policy/laws.testing.ts"
import type { Purpose } from "../policy/text/parameters/purposes.ts"
import { Vault } from "../privacy/Vault.ts"
import { OperatorOf } from "./Policies.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { customer, day, over, refusalOf } from "./scene.testing.ts"
import { layer, layerRequired, Staff } from "./Staff.ts"
import { contractedUnder } from "./versions.testing.ts"

const operator = "4b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as CustomerId
const member = Uuid.derived("a member of the staff")
const mission = Uuid.derived("a mission") as StaffRegister.MissionId
const role = "support" as StaffRole

/** Services over a register of the operator, or of the Customer's own compartment. */
const services = (required: boolean, keeper = customer) =>
  Layer.provideMerge(layer, over(VaultMemory.make())).pipe(
    Layer.provide(required ? layerRequired : Layer.empty),
    Layer.provide(Layer.succeed(OperatorOf, () => (keeper === customer ? undefined : keeper))),
  )

/** A value of a person under a version, in its time. */
const scene = Effect.fnUntraced(function* (version: Version, keeper = customer) {
  const { at } = version.policy
  const millis = DateTime.toEpochMillis(at)
  yield* TestClock.setTime(millis)
  yield* contractedUnder(version, millis)
  const pseudonym = yield* Pseudonyms.use((pseudonyms) => pseudonyms.issue(customer))
  const purposes = ["requestedService", "customerCare"] as const
  const sealed = yield* Pseudonyms.use((pseudonyms) =>
    pseudonyms.keep({ customer, pseudonym, category: "connectionLog", value: "a value", purposes }),
  )
  return {
    open: (purpose: Purpose, roles: ReadonlyArray<string> = [role]) =>
      refusalOf(
        Vault.use((vault) =>
          vault.open({ customer, sealed, purpose, actor: { id: member, roles }, reason: "customerSupport" }),
        ),
      ),
    enter: (command: StaffRegister.Command) => Staff.use((staff) => staff.declare(keeper, command)),
    grant: { _tag: "GrantRole", at, member, role },
    mission: { _tag: "OpenMission", at, mission, member, purposes: ["customerCare"] as ReadonlyArray<Purpose> },
    later: DateTime.makeUnsafe(millis + day),
  } as const
})

// Planted and found: the roles of the caller taken for those of the register; a mission of another purpose, of another member,
// or one that was closed; the register of the Customer read instead of the operator's.
describe("a member of the staff", () => {
  for (const keeper of [customer, operator]) {
    for (const version of holding("NEED")) {
      it.effect(
        `NEED under ${version.id} is asked by Vault.open and Staff.declare: reads for a mission that was opened before, of ${keeper === operator ? "the operator" : "the Customer"}`,
        () =>
          Effect.gen(function* () {
            const { enter, grant, later, mission: opening, open } = yield* scene(version, keeper)
            yield* enter(grant)
            expect(yield* open("customerCare")).toBe("NEED")
            expect(yield* refusalOf(enter({ ...opening, purposes: [] }))).toBe("NEED")
            const another = Uuid.derived("another member")
            yield* enter({ ...grant, member: another })
            yield* enter({ ...opening, member: another, mission: Uuid.derived("theirs") as StaffRegister.MissionId })
            expect(yield* open("customerCare")).toBe("NEED")
            yield* enter(opening)
            expect(yield* enter(opening)).toEqual([])
            expect(yield* open("customerCare")).toBe("Success")
            expect(yield* open("requestedService")).toBe("NEED")
            yield* TestClock.setTime(DateTime.toEpochMillis(later))
            yield* enter({ _tag: "CloseMission", at: later, mission })
            expect(yield* open("customerCare")).toBe("NEED")
          }).pipe(Effect.provide(services(true, keeper))),
      )
    }
  }

  for (const version of holding("AUTHZ").filter(({ policy }) =>
    policy.parameters.categories.processor.includes("connectionLog"),
  )) {
    it.effect(`AUTHZ under ${version.id} is asked by Vault.open and Staff.declare: reads in a recorded role`, () =>
      Effect.gen(function* () {
        const { enter, grant, later, mission: opening, open } = yield* scene(version)
        expect(yield* open("customerCare")).toBe("AUTHZ")
        expect(yield* refusalOf(enter(opening))).toBe("AUTHZ")
        yield* enter(grant)
        yield* enter(opening)
        expect(yield* open("customerCare", ["administration"])).toBe("AUTHZ")
        expect(yield* open("customerCare")).toBe("Success")
        yield* TestClock.setTime(DateTime.toEpochMillis(later))
        yield* enter({ ...grant, _tag: "RevokeRole", at: later })
        expect(yield* open("customerCare")).toBe("AUTHZ")
        // A new role brings no mission back that was opened under the old one.
        yield* enter({ ...grant, at: later })
        expect(yield* Staff.use((staff) => staff.asOf(customer, member))).toMatchObject({ roles: [role], missions: [] })
        expect(
          yield* Staff.use((staff) => staff.asOf(customer, member, DateTime.toEpochMillis(grant.at))),
        ).toMatchObject({
          roles: [role],
          missions: [{ mission }],
        })
      }).pipe(Effect.provide(services(true))),
    )
  }

  it.effect("AUTHZ NEED: without the setting, the caller says which role a reader holds", () =>
    Effect.gen(function* () {
      const { open } = yield* scene(holding("NEED")[0]!)
      expect([yield* open("customerCare"), yield* open("customerCare", [])]).toEqual(["Success", "AUTHZ"])
    }).pipe(Effect.provide(services(false))),
  )

  it.effect("TACET-ONCE TACET-TIME: a mission is opened once, and nothing is entered before the last entry", () =>
    Effect.gen(function* () {
      const { enter, grant, later, mission: opening } = yield* scene(holding("NEED")[0]!)
      // An entry ahead of the clock would bar those of today.
      expect(yield* refusalOf(enter({ ...grant, at: later }))).toBe("TACET-TIME")
      yield* TestClock.setTime(DateTime.toEpochMillis(later))
      yield* enter({ ...grant, at: later })
      yield* enter({ ...opening, at: later })
      expect(yield* refusalOf(enter({ ...opening, at: later, purposes: ["requestedService"] }))).toBe("TACET-ONCE")
      expect(yield* refusalOf(enter({ _tag: "CloseMission", at: grant.at, mission }))).toBe("TACET-TIME")
      const unknown = Uuid.derived("another mission") as StaffRegister.MissionId
      expect(yield* refusalOf(enter({ _tag: "CloseMission", at: later, mission: unknown }))).toBe("NEED")
    }).pipe(Effect.provide(services(true))),
  )
})
