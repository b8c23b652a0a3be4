/**
 * Maintenance of the vault over time: sweeping, and changing its keys.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Uuid } from "@tacet/core/eventsourcing"
import { KeyStore, type Sealed, Vault, VaultStore } from "@tacet/core/privacy"
import type { VaultFixture } from "../../Fixture.ts"
import * as Property from "../../Property.ts"
import * as Scene from "../../Scene.ts"
import { aSubject, at, categories, dawn, day, hour, onVault, opening, seal, value, wholeVault } from "./scene.ts"

/** The properties of sweeping and of changing keys. */
export const keeping = onVault("keeping", () => [
  {
    name: "a sweep removes expired rows and nothing else, in batches of any size, and once",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const [subject, other] = [yield* aSubject, yield* aSubject]
      const vault = yield* Vault.Vault
      const ended: Array<Sealed.Sealed<string>> = []
      for (const [index, owner] of [subject, other, subject, other, subject].entries()) {
        const end = dawn + (index + 1) * day
        ended.push(yield* at(dawn, seal(value(customer, owner, `${index}`, { retentionEnd: end }))))
      }
      const kept = yield* at(dawn, seal(value(customer, subject, "kept")))
      yield* vault.link(customer, subject, yield* Uuid.next, dawn + 2 * day)
      yield* Property.same("at the third end", yield* at(dawn + 3 * day, vault.sweep(customer, 2)), 4)
      yield* Property.same("again", yield* at(dawn + 3 * day, vault.sweep(customer, 2)), 0)
      const seen = yield* at(
        dawn + day,
        Effect.forEach([...ended, kept], (sealed) => opening(customer, sealed)),
      )
      yield* Property.same("what opens", seen, ["Expired", "Expired", "Expired", "Open 3", "Open 4", "Open kept"])
      yield* Property.same("at the last end", yield* at(dawn + 9 * day, vault.sweep(customer)), 2)
    }),
  },
  {
    name: "another Customer's data is not swept",
    program: Effect.gen(function* () {
      const [first, second] = [yield* Scene.aCustomer, yield* Scene.aCustomer]
      const sealed = yield* at(dawn, seal(value(second, yield* aSubject, "one", { retentionEnd: dawn + day })))
      yield* Property.same(
        "swept",
        yield* at(
          dawn + 2 * day,
          Vault.Vault.use((vault) => vault.sweep(first)),
        ),
        0,
      )
      const found = yield* VaultStore.VaultStore.use((store) => store.find(second, sealed.reference))
      yield* Property.same("the row", Option.getOrUndefined(found)?._tag, "Value")
    }),
  },
  {
    name: "when the key of the key store changes, every value opens, before and after the old one is destroyed",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const vault = yield* Vault.Vault
      const values: Array<Sealed.Sealed<string>> = []
      for (let index = 0; index < 6; index++) {
        const category = categories[index % categories.length]!
        values.push(yield* seal(value(customer, yield* aSubject, `${index}`, { category })))
      }
      const all = values.map((_, index) => `Open ${index}`)
      const opened = Effect.forEach(values, (sealed) => opening(customer, sealed))
      yield* Property.same("keys wrapped anew", yield* vault.rotate(customer), values.length)
      yield* Property.same("after the change", yield* opened, all)
      yield* vault.retireKeys(customer, -hour)
      yield* Property.same("after the old one is destroyed", yield* opened, all)
      yield* vault.retireKeys(customer, -hour)
      yield* Property.same("again", yield* opened, all)
      const keyStore = yield* KeyStore.KeyStore
      const current = yield* keyStore.current(customer)
      const keyrings = yield* VaultStore.VaultStore.use((store) => store.keyrings(customer, { limit: 99 }))
      const wrapping = keyrings.flatMap(({ keys }) => Array.from(keys.values(), (key) => key.wrappingKey))
      yield* Property.same("the keys that wrap", new Set(wrapping), new Set([current]))
    }),
  },
  {
    name: "keys change while values are sealed and erased, and nothing is lost",
    program: Effect.gen(function* () {
      const { writers } = yield* Property.CurrentSettings
      const customer = yield* Scene.aCustomer
      const vault = yield* Vault.Vault
      const erased = yield* aSubject
      const gone = yield* seal(value(customer, erased, "gone"))
      const writing = (writer: number) =>
        Effect.gen(function* () {
          const sealed: Array<readonly [Sealed.Sealed<string>, string]> = []
          for (let turn = 0; turn < 4; turn++) {
            const text = `${writer} ${turn}`
            sealed.push([yield* seal(value(customer, yield* aSubject, text)), `Open ${text}`])
          }
          return sealed
        })
      const rotating = Effect.forEach([1, 2, 3], () => Effect.andThen(vault.rotate(customer), Effect.yieldNow))
      const [written] = yield* Effect.all(
        [
          Effect.all(
            Array.from({ length: writers }, (_, writer) => writing(writer)),
            { concurrency: "unbounded" },
          ),
          rotating,
          vault.erase(customer, erased, "request"),
        ],
        { concurrency: "unbounded" },
      )
      yield* vault.retireKeys(customer, -hour)
      for (const [sealed, text] of written.flat())
        yield* Property.same("what opens", yield* opening(customer, sealed), text)
      yield* Property.same("the erased value", yield* opening(customer, gone), "Erased")
    }),
  },
])

/** The property of restarts, as declared. */
export const restartingVault = ({ capabilities }: VaultFixture): ReadonlyArray<Property.Property<VaultFixture>> => {
  const survives = capabilities.survivesRestart
  return [
    Property.make(
      "restart",
      survives
        ? "declares that it survives a restart: with stores that are built again values open, and erased ones are erased"
        : "declares not to survive a restart: nothing is known when the stores are built again",
      (fixture: VaultFixture) =>
        Effect.gen(function* () {
          const customer = yield* Scene.aCustomer
          const run = <A, E>(program: Effect.Effect<A, E, Vault.Vault>) =>
            Effect.provide(program, wholeVault(fixture), { local: true })
          const [kept, gone] = yield* run(
            Effect.gen(function* () {
              const [subject, other] = [yield* aSubject, yield* aSubject]
              const values = [yield* seal(value(customer, subject, "one")), yield* seal(value(customer, other, "two"))]
              yield* Vault.Vault.use((vault) => vault.erase(customer, other, "request"))
              return values
            }),
          )
          const seen = yield* run(Effect.forEach([kept!, gone!], (sealed) => opening(customer, sealed)))
          const expected = survives ? ["Open one", "Erased"] : ["UnknownReference", "UnknownReference"]
          yield* Property.same("what opens when built again", seen, expected)
        }),
    ),
  ]
}
