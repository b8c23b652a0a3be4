/**
 * A key store that is empty, or another installation's, is told before it does harm: nobody is answered "nobody", and nothing is
 * sealed, observed or erased under keys that are made on the spot.
 */
import * as Effect from "effect/Effect"
import type { CustomerId } from "@tacet/core/eventsourcing"
import { ErasureLedger, KeyStore, type Subject, Vault, VaultStore } from "@tacet/core/privacy"
import { VaultBackup, type VaultFixture } from "../../Fixture.ts"
import * as Property from "../../Property.ts"
import * as Scene from "../../Scene.ts"
import {
  access,
  anEmptyKeyStore,
  anotherVault,
  aSubject,
  dawn,
  day,
  onVault,
  opening,
  outcome,
  seal,
  value,
} from "./scene.ts"

const address = { kind: "ipAddress", text: "2001:db8::7" } as const

/** A key store that has every kind of key for the Customer, each of them another one. */
const aForeignKeyStore = (customer: CustomerId.CustomerId) =>
  Effect.tap(anEmptyKeyStore, (keys) =>
    Effect.gen(function* () {
      yield* keys.rotate(customer)
      yield* keys.fingerprint(customer, yield* aSubject)
      yield* keys.token(customer, "2026-01", new Uint8Array(1))
    }),
  )

const searchOf = (customer: CustomerId.CustomerId): Vault.ToLocate => ({
  customer,
  identifier: address,
  from: dawn,
  to: dawn + day,
  ...access("rightsFulfilment"),
})

const observation = (customer: CustomerId.CustomerId, subject: Subject.SubjectId): Vault.Observation => ({
  customer,
  subject,
  identifier: address,
  validFrom: dawn,
  validTo: undefined,
  retentionEnd: undefined,
})

/** How each operation ends that needs a key, in the order of their names. */
const outcomes = Effect.fnUntraced(function* (vault: Vault.Vault["Service"], customer: CustomerId.CustomerId) {
  const subject = yield* aSubject
  return {
    erase: yield* outcome(vault.erase(customer, subject, "request")),
    locate: yield* outcome(vault.locate(searchOf(customer))),
    observe: yield* outcome(vault.observe(observation(customer, subject))),
    restrict: yield* outcome(vault.restrict(customer, subject, true)),
    rotate: yield* outcome(vault.rotate(customer)),
    seal: yield* outcome(vault.seal(value(customer, subject, "late"))),
  }
})

const refused = {
  erase: "VaultUnavailable",
  locate: "VaultUnavailable",
  observe: "VaultUnavailable",
  restrict: "VaultUnavailable",
  rotate: "WrongKeyStore",
  seal: "WrongKeyStore",
}

const withKeys = (fixture: VaultFixture, keys: KeyStore.KeyStore["Service"]) =>
  Effect.provideService(anotherVault(fixture), KeyStore.KeyStore, keys)

/** The properties of a key store that is not the right one. */
export const wrongKeys = onVault("wrong keys", (fixture) => {
  const isTold = (customer: CustomerId.CustomerId) =>
    Effect.scoped(
      Effect.gen(function* () {
        const { entries } = yield* ErasureLedger.ErasureLedger
        const { keyrings } = yield* VaultStore.VaultStore
        const kept = Effect.all([entries(customer), keyrings(customer, { limit: 999 })])
        const before = yield* kept
        for (const keys of [yield* anEmptyKeyStore, yield* aForeignKeyStore(customer)]) {
          const vault = yield* withKeys(fixture, keys)
          yield* Property.same("with other keys", yield* outcomes(vault, customer), refused)
        }
        yield* Property.same("entries and keyrings after all of that", yield* kept, before)
      }),
    )
  return [
    {
      name: "where values are sealed, a key store that is empty or another's does nothing but fail",
      program: Effect.gen(function* () {
        const customer = yield* Scene.aCustomer
        const sealed = yield* seal(value(customer, yield* aSubject, "kept"))
        yield* isTold(customer)
        yield* Property.same("with its own keys", yield* opening(customer, sealed), "Open kept")
      }),
    },
    {
      name: "where subjects were observed and no more, a key store that is empty or another's does nothing but fail",
      program: Effect.gen(function* () {
        const customer = yield* Scene.aCustomer
        const subject = yield* aSubject
        const vault = yield* Vault.Vault
        yield* vault.observe(observation(customer, subject))
        yield* isTold(customer)
        yield* Property.same("found with its own keys", yield* vault.locate(searchOf(customer)), [subject])
      }),
    },
    {
      name: "of two key stores that begin with one Customer, one is refused",
      program: Effect.scoped(
        Effect.gen(function* () {
          const customer = yield* Scene.aCustomer
          const [first, second] = [yield* aSubject, yield* aSubject]
          const other = yield* withKeys(fixture, yield* anEmptyKeyStore)
          // Who has looked while there was nothing looks again.
          yield* Property.same("found of nothing", yield* other.locate(searchOf(customer)), [])
          const sealed = yield* seal(value(customer, first, "first"))
          yield* Property.same(
            "the second",
            yield* outcome(other.seal(value(customer, second, "late"))),
            "WrongKeyStore",
          )
          yield* Property.same("the first", yield* opening(customer, sealed), "Open first")
        }),
      ),
    },
    {
      name: "where subjects were erased, a key store that is empty or another's does nothing but fail",
      program: Effect.gen(function* () {
        const customer = yield* Scene.aCustomer
        const subject = yield* aSubject
        const vault = yield* Vault.Vault
        yield* vault.erase(customer, subject, "request")
        yield* isTold(customer)
        yield* Property.same(
          "with its own keys",
          yield* outcome(seal(value(customer, subject, "late"))),
          "SubjectErased",
        )
      }),
    },
    {
      name: "where rows are lost and the ledger is not, a key store that is empty or another's does nothing but fail",
      program: Effect.gen(function* () {
        const customer = yield* Scene.aCustomer
        const subject = yield* aSubject
        const restore = yield* (yield* VaultBackup).take
        yield* Vault.Vault.use((vault) => vault.erase(customer, subject, "request"))
        yield* restore
        yield* isTold(customer)
        yield* Property.same(
          "with its own keys",
          yield* outcome(seal(value(customer, subject, "late"))),
          "SubjectErased",
        )
      }),
    },
  ]
})
