/**
 * A registration that is refused for one of its details leaves neither a person nor a value.
 */
import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import * as DateTime from "effect/DateTime"
import type { PolicyVersionId } from "../domain/Identifier.ts"
import type * as Pseudonym from "../domain/Pseudonym.ts"
import type * as ProcessingRegister from "../domain/ProcessingRegister.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import { versions } from "../policy/laws.testing.ts"
import { Accounts, type Detail, layer, type ToRegister } from "./Accounts.ts"
import { Customers } from "./Customers.ts"
import { Policies, layer as policiesLayer } from "./Policies.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import * as ProcessingRecord from "./ProcessingRecord.ts"
import { customer as operator, day, over, refusalOf } from "./scene.testing.ts"

const version = versions.find(({ id }) => id === "dialonce/2021-02-17")!
const now = DateTime.toEpochMillis(version.policy.at)
const person = Uuid.derived("a person") as string as Pseudonym.PseudonymId
const account: Detail = { category: "accountIdentifier", value: "ada.7" }

const toRegister: ToRegister = {
  operator,
  person,
  relation: "dashboardUser",
  bases: [{ purpose: "accountManagement", basis: "contract" }],
  accepted: "form",
  details: [account],
}

const register = (changes: Partial<ToRegister>) =>
  Accounts.use((accounts) => accounts.register({ ...toRegister, ...changes }))

/** The events of persons, and the values that are kept: what a registration leaves. */
const left = (memory: VaultMemory.VaultMemory) =>
  EventStore.use((store) =>
    Effect.map(store.readLog(operator, { limit: 1000 }), ({ events }) => [
      events.filter(({ stream }) => stream.id === person).length,
      memory.rows.get(operator)?.values.size ?? 0,
    ]),
  )

/** A world with the operator's own compartment. */
const inWorld = <A, E>(
  asked: (memory: VaultMemory.VaultMemory) => Effect.Effect<A, E, Layer.Success<ReturnType<typeof services>>>,
  isRecordRequired = false,
) =>
  Effect.suspend(() => {
    const memory = VaultMemory.make()
    const asking = Effect.gen(function* () {
      yield* TestClock.setTime(now)
      yield* Customers.use((customers) =>
        customers.declare(operator, [
          { _tag: "AdoptPolicyVersion", at: version.policy.at, policyVersion: version.id as PolicyVersionId },
          { _tag: "DeclareOwnAccounts", at: version.policy.at },
        ]),
      )
      yield* TestClock.setTime(now + day)
      return yield* asked(memory)
    })
    const record = isRecordRequired ? ProcessingRecord.layerRequired : Layer.empty
    return Effect.provide(asking, Layer.provide(services(memory), record), { local: true })
  })

const services = (memory: VaultMemory.VaultMemory) =>
  Layer.mergeAll(layer, policiesLayer).pipe(Layer.provideMerge(over(memory, undefined, true, true)))

type Enter = Extract<ProcessingRegister.Command, { readonly _tag: "EnterProcessing" }>

const entered = (...categories: Enter["categories"]) =>
  ProcessingRecord.ProcessingRecord.use((record) =>
    record.declare(operator, {
      _tag: "EnterProcessing",
      at: DateTime.makeUnsafe(now + day),
      name: `accounts by ${categories.join()}` as Enter["name"],
      role: "controller",
      legalBasis: "contract",
      purposes: ["accountManagement"],
      subjects: ["user"],
      categories,
      recipients: [],
      safeguards: [],
      measures: ["encryption"],
    }),
  )

// Planted and found: the details judged by the gate alone; their text and words judged by the vault alone.
describe("a registration that is refused for one detail", () => {
  const cases: ReadonlyArray<readonly [what: string, Detail]> = [
    ["a text with a lone surrogate", { category: "name", value: "Ada \ud83d" }],
    ["a source that is none", { category: "name", value: "Ada", source: "hearsay" as never }],
  ]
  for (const [what, detail] of cases) {
    it.effect(`leaves nothing: ${what}`, () =>
      inWorld((memory) =>
        Effect.gen(function* () {
          expect(yield* Effect.isSuccess(register({ details: [account, detail] }))).toBe(false)
          expect(yield* left(memory)).toEqual([0, 0])
          expect(
            yield* refusalOf(register({ details: [account, { ...detail, value: "Ada", source: "observed" }] })),
          ).toBe("Success")
        }),
      ),
    )
  }

  it.effect("DECLARED: leaves nothing where the record of processing covers one of its details alone", () =>
    inWorld(
      (memory) =>
        Effect.gen(function* () {
          const details: ReadonlyArray<Detail> = [account, { category: "name", value: "Ada" }]
          yield* Effect.provide(entered("accountIdentifier"), ProcessingRecord.layer)
          expect(yield* refusalOf(register({ details }))).toBe("DECLARED")
          expect(yield* left(memory)).toEqual([0, 0])
          yield* Effect.provide(entered("name"), ProcessingRecord.layer)
          expect(yield* refusalOf(register({ details }))).toBe("Success")
        }),
      true,
    ),
  )
})

describe("an acceptance", () => {
  // Planted and found: an acceptance that comes later recorded at the moment of the registration, or dropped in silence.
  it.effect("TACET-ONCE: comes with the registration, or by itself at its own moment", () =>
    inWorld((memory) =>
      Effect.gen(function* () {
        const { accepted: _, ...silent } = toRegister
        const observed: Detail = { ...account, source: "thirdParty" }
        const registering = Accounts.use((accounts) => accounts.register({ ...silent, details: [observed] }))
        const sealed = yield* registering
        const before = yield* left(memory)
        expect(yield* refusalOf(register({ details: [observed] }))).toBe("TACET-ONCE")
        expect(yield* left(memory)).toEqual(before)
        yield* Policies.use((policies) =>
          policies.accept({
            customer: operator,
            by: person,
            policyVersion: version.id as PolicyVersionId,
            manner: "form",
          }),
        )
        expect(yield* registering).toEqual(sealed)
        expect(yield* register({ details: [observed] })).toEqual(sealed)
      }),
    ),
  )
})

describe("a registration that is repeated", () => {
  // Planted and found: what the log names already answered without a look at its text.
  const details: ReadonlyArray<Detail> = [
    account,
    { category: "emailAddress", value: "a@example.org" },
    { category: "name", value: "Ada" },
  ]
  it.effect.each(details)("is refused with another $category, and leaves the first", (detail) =>
    inWorld((memory) =>
      Effect.gen(function* () {
        const sealed = yield* register({ details: [detail] })
        const before = yield* left(memory)
        const other = { ...detail, value: `b${detail.value}` }
        const refused = yield* Effect.flip(register({ details: [other] }))
        expect(refused._tag).toBe("InvalidValue")
        expect(yield* register({ details: [detail] })).toEqual(sealed)
        expect(yield* left(memory)).toEqual(before)
      }),
    ),
  )

  // Planted and found: the first text sealed again under the reference of a value that was destroyed.
  it.effect("R-RECT: leaves what was rectified since, and answers it", () =>
    inWorld((memory) =>
      Effect.gen(function* () {
        const details: ReadonlyArray<Detail> = [account, { category: "name", value: "Ada" }]
        const [, name] = yield* register({ details })
        const whose = { customer: operator, pseudonym: person }
        const rectified = yield* Pseudonyms.use((pseudonyms) => pseudonyms.rectify(whose, name!, "Ada L."))
        const before = yield* left(memory)
        expect((yield* register({ details }))[1]).toEqual(rectified)
        expect(yield* left(memory)).toEqual(before)
      }),
    ),
  )
})
