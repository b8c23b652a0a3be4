/**
 * A value opens only for an actor who may see it, and leaves a record; a value that cannot be opened returns the
 * reason.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Uuid } from "@tacet/core/eventsourcing"
import { AccessLog, KeyStore, Vault, VaultError, VaultStore } from "@tacet/core/privacy"
import type { VaultFixture } from "../../Fixture.ts"
import * as Property from "../../Property.ts"
import * as Scene from "../../Scene.ts"
import {
  access,
  anEmptyKeyStore,
  anotherVault,
  aSubject,
  at,
  dawn,
  day,
  forbidden,
  onVault,
  opening,
  outcome,
  seal,
  value,
} from "./scene.ts"

const closedLog: AccessLog.AccessLog["Service"] = {
  record: () => Effect.fail(new VaultError.VaultUnavailable({ store: "accessLog", cause: "08006" })),
  read: () => Effect.succeed([]),
}

const vaultOver = (fixture: VaultFixture) => Layer.fresh(fixture.vault ?? Vault.layer)

/** The properties of opening. */
export const openingValues = onVault("opening", (fixture) => [
  {
    name: "a value that the vault has never seen is unknown, and so is another Customer's",
    program: Effect.gen(function* () {
      const [customer, other] = [yield* Scene.aCustomer, yield* Scene.aCustomer]
      const sealed = yield* seal(value(customer, yield* aSubject, "one"))
      const never = { category: sealed.category, reference: yield* Uuid.next }
      yield* Property.same("one never sealed", yield* opening(customer, never), "UnknownReference")
      yield* Property.same("another Customer's", yield* opening(other, sealed), "UnknownReference")
      yield* Property.same("its own", yield* opening(customer, sealed), "Open one")
    }),
  },
  {
    name: "a key that is missing without a record of its destruction is an error, not an erasure",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const subject = yield* aSubject
      const sealed = yield* seal(value(customer, subject, "one"))
      const store = yield* VaultStore.VaultStore
      const keyring = Option.getOrThrow(yield* store.keyring(customer, subject))
      yield* store.changeKeyring(customer, subject, keyring.revision, { ...keyring, keys: new Map() })
      yield* Property.same("without its key", yield* opening(customer, sealed), "MissingKey")
    }),
  },
  {
    name: "with another key store every value is an error, none answers Erased, and all open again with the right one",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const subject = yield* aSubject
      const sealed = [
        yield* seal(value(customer, subject, "one")),
        yield* seal(value(customer, yield* aSubject, "two")),
      ]
      const wrong = yield* anEmptyKeyStore
      yield* wrong.rotate(customer)
      const seen = yield* Effect.forEach(sealed, (one) => opening(customer, one)).pipe(
        Effect.provide(vaultOver(fixture), { local: true }),
        Effect.provideService(KeyStore.KeyStore, wrong),
      )
      yield* Property.same("with another key store", seen, ["WrongKeyStore", "WrongKeyStore"])
      const added = yield* outcome(seal(value(customer, subject, "three"))).pipe(
        Effect.provide(vaultOver(fixture), { local: true }),
        Effect.provideService(KeyStore.KeyStore, wrong),
      )
      yield* Property.same("sealing with another key store", added, "WrongKeyStore")
      yield* Property.same("with the right one", yield* opening(customer, sealed[0]!), "Open one")
    }),
  },
  {
    name: "what the policy forbids is refused, and the attempt is recorded",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const sealed = yield* seal(value(customer, yield* aSubject, "one"))
      yield* Property.same("a forbidden purpose", yield* opening(customer, sealed, forbidden), "Refusal")
      const records = yield* AccessLog.AccessLog.use((log) => log.read(customer, { after: 0, limit: 9 }))
      yield* Property.same(
        "the records",
        records.map(({ outcome, purpose }) => [outcome, purpose].join(" ")),
        [`refused ${forbidden}`],
      )
    }),
  },
  {
    name: "whom the policy forbids to open is not told whether a value was erased, has expired or ever was",
    program: Effect.gen(function* () {
      const [customer, elsewhere] = [yield* Scene.aCustomer, yield* Scene.aCustomer]
      const [subject, other] = [yield* aSubject, yield* aSubject]
      const gone = yield* seal(value(customer, subject, "gone"))
      const ended = yield* at(dawn, seal(value(customer, other, "ended", { retentionEnd: dawn + day })))
      const unknown = yield* seal(value(elsewhere, other, "elsewhere"))
      yield* Vault.Vault.use((vault) =>
        Effect.andThen(vault.erase(customer, subject, "request"), vault.sweep(customer)),
      )
      const all = [gone, ended, unknown]
      const answers = (purpose?: string) => Effect.forEach(all, (sealed) => opening(customer, sealed, purpose))
      yield* Property.same("a forbidden purpose", yield* answers(forbidden), ["Refusal", "Refusal", "Refusal"])
      yield* Property.same("another purpose", yield* answers(), ["Erased", "Expired", "UnknownReference"])
    }),
  },
  {
    name: "every answer leaves a record of who, what, for what and why, and no value",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const subject = yield* aSubject
      const sealed = yield* at(dawn, seal(value(customer, subject, "canary", { retentionEnd: dawn + day })))
      const matter = yield* Uuid.next
      const request = { customer, sealed, ...access(), matter }
      yield* at(
        dawn + 1,
        Vault.Vault.use((vault) => vault.open(request)),
      )
      yield* at(
        dawn + day,
        Vault.Vault.use((vault) => vault.open(request)),
      )
      const unknown = { reference: yield* Uuid.next, category: sealed.category }
      yield* at(dawn + day, opening(customer, unknown))
      yield* Vault.Vault.use((vault) => vault.erase(customer, subject, "request"))
      yield* at(
        dawn + day + 1,
        Vault.Vault.use((vault) => vault.open(request)),
      )
      const records = yield* AccessLog.AccessLog.use((log) => log.read(customer, { after: 0, limit: 9 }))
      yield* Property.same(
        "the outcomes",
        records.map(({ outcome }) => outcome),
        ["opened", "expired", "failed", "erased"],
      )
      const { actor, purpose, reason } = access()
      yield* Property.same(
        "the first record",
        { ...records[0] },
        {
          customer,
          at: dawn + 1,
          actor: actor.id,
          purpose,
          reason,
          matter,
          reference: sealed.reference,
          category: sealed.category,
          outcome: "opened",
          reader: undefined,
        },
      )
      yield* Property.holds("no value in a record", !JSON.stringify(records).includes("canary"), "the value")
    }),
  },
  {
    name: "where the access log cannot be written, nothing opens",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const sealed = yield* seal(value(customer, yield* aSubject, "one"))
      const seen = yield* opening(customer, sealed).pipe(
        Effect.provide(vaultOver(fixture), { local: true }),
        Effect.provideService(AccessLog.AccessLog, closedLog),
      )
      yield* Property.same("without an access log", seen, "VaultUnavailable")
      yield* Property.same("with it", yield* opening(customer, sealed), "Open one")
    }),
  },
  {
    name: "from its retention end on a value is expired, whether or not anything ran, and after the sweep too",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const sealed = yield* at(dawn, seal(value(customer, yield* aSubject, "one", { retentionEnd: dawn + day })))
      yield* Property.same("before its end", yield* at(dawn + day - 1, opening(customer, sealed)), "Open one")
      yield* Property.same("at its end", yield* at(dawn + day, opening(customer, sealed)), "Expired")
      const answer = yield* at(
        dawn + 9 * day,
        Vault.Vault.use((vault) => vault.open({ customer, sealed, ...access() })),
      )
      yield* Property.same("its end", answer, { _tag: "Expired", at: dawn + day })
      yield* Property.same(
        "rows swept",
        yield* at(
          dawn + day,
          Vault.Vault.use((vault) => vault.sweep(customer)),
        ),
        1,
      )
      yield* Property.same("after the sweep", yield* at(dawn + day, opening(customer, sealed)), "Expired")
    }),
  },
  {
    name: "under a restriction nothing opens and nothing is added, until it is lifted (GDPR 18)",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const [subject, other] = [yield* aSubject, yield* aSubject]
      const sealed = yield* seal(value(customer, subject, "one"))
      const others = yield* seal(value(customer, other, "two"))
      const vault = yield* Vault.Vault
      yield* vault.restrict(customer, subject, true)
      yield* Property.same("restricted", yield* opening(customer, sealed), "Restricted")
      yield* Property.same("another subject's", yield* opening(customer, others), "Open two")
      yield* Property.same("sealing", yield* outcome(seal(value(customer, subject, "three"))), "SubjectRestricted")
      const link = vault.link(customer, subject, yield* Uuid.next, undefined)
      yield* Property.same("linking", yield* outcome(link), "SubjectRestricted")
      yield* vault.restrict(customer, subject, false)
      yield* Property.same("lifted", yield* opening(customer, sealed), "Open one")
      yield* Property.same("sealing again", yield* outcome(seal(value(customer, subject, "three"))), "done")
    }),
  },
  {
    name: "an objection stops its purpose and no other, until it is lifted (GDPR 21)",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const subject = yield* aSubject
      const sealed = yield* seal(value(customer, subject, "one"))
      const vault = yield* Vault.Vault
      yield* vault.object(customer, subject, "directMarketing", true)
      yield* Property.same("its purpose", yield* opening(customer, sealed, "directMarketing"), "Restricted")
      yield* Property.same("another purpose", yield* opening(customer, sealed), "Open one")
      yield* Property.same("sealing", yield* outcome(seal(value(customer, subject, "two"))), "done")
      yield* vault.object(customer, subject, "directMarketing", false)
      yield* Property.same("lifted", yield* opening(customer, sealed, "directMarketing"), "Open one")
    }),
  },
  {
    name: "a rectified value reads as the new one, and the old one cannot be read (GDPR 16)",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const subject = yield* aSubject
      const old = yield* seal(value(customer, subject, "wrong"))
      const vault = yield* Vault.Vault
      const right = yield* vault.replace(customer, old, "right")
      yield* vault.destroy(customer, [old.reference], "rectification")
      yield* vault.destroy(customer, [old.reference], "rectification")
      yield* Property.same("the new one", yield* opening(customer, right), "Open right")
      const answer = yield* vault.open({ customer, sealed: old, ...access() })
      yield* Property.same("the old one", answer._tag === "Erased" ? answer.cause : answer._tag, "rectification")
      const kept = yield* vault.valuesOf(customer, subject, { limit: 9 })
      yield* Property.same(
        "the kept values",
        kept.map(({ reference }) => reference),
        [right.reference],
      )
    }),
  },
  {
    name: "another vault over the same stores opens what this one has sealed",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const other = yield* anotherVault(fixture)
      const sealed = yield* seal(value(customer, yield* aSubject, "one"))
      const seen = yield* Effect.provideService(opening(customer, sealed), Vault.Vault, other)
      yield* Property.same("what opens", seen, "Open one")
    }),
  },
])
