/**
 * Erasure: an erased value cannot be read again by any means, and other subjects lose nothing.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type CustomerId, Uuid } from "@tacet/core/eventsourcing"
import { Encryption, ErasureLedger, KeyStore, type Sealed, type Subject, Vault, VaultStore } from "@tacet/core/privacy"
import { VaultBackup } from "../../Fixture.ts"
import * as Property from "../../Property.ts"
import * as Scene from "../../Scene.ts"
import { access, anotherVault, aSubject, at, dawn, day, onVault, opening, outcome, seal, value } from "./scene.ts"

const identifier = { kind: "ipAddress", text: "192.0.2.7" } as const
const range = { from: dawn, to: dawn + 400 * day }

/** Keeps a value, a link and a locator. */
const keep = Effect.fnUntraced(function* (customer: CustomerId.CustomerId, subject: Subject.SubjectId, text: string) {
  const vault = yield* Vault.Vault
  const sealed = yield* vault.seal(value(customer, subject, text))
  const interaction = yield* Uuid.next
  yield* vault.link(customer, subject, interaction, undefined)
  yield* vault.observe({
    customer,
    subject,
    identifier,
    validFrom: dawn,
    validTo: undefined,
    retentionEnd: undefined,
  })
  return { sealed, interaction }
})

const locate = (customer: CustomerId.CustomerId) =>
  Vault.Vault.use((vault) => vault.locate({ customer, identifier, ...range, ...access("rightsFulfilment") }))

/** How many values, links and locators of a subject can be found, in each way there is. */
const found = Effect.fnUntraced(function* (
  customer: CustomerId.CustomerId,
  subject: Subject.SubjectId,
  interaction: Uuid.Uuid,
) {
  const vault = yield* Vault.Vault
  return {
    values: (yield* vault.valuesOf(customer, subject, { limit: 99 })).length,
    links: (yield* vault.interactionsOf(customer, subject)).length,
    owner: Option.isSome(yield* vault.subjectOf(customer, interaction)),
    located: (yield* locate(customer)).includes(subject),
  }
})

const nothing = { values: 0, links: 0, owner: false, located: false }
const all = { values: 1, links: 1, owner: true, located: true }

/** The token of {@link identifier} at `dawn`, as the format says. */
const token = (customer: CustomerId.CustomerId) =>
  KeyStore.KeyStore.use((store) =>
    Effect.map(
      store.token(
        customer,
        "2026-01",
        Encryption.bytesOf("tacet-locator-1|ipAddress|00000000000000000000ffffc0000207"),
      ),
      Encryption.hexadecimalOf,
    ),
  )

/** The rows themselves, past every check of the vault. */
const rows = Effect.fnUntraced(function* (
  customer: CustomerId.CustomerId,
  subject: Subject.SubjectId,
  interaction: Uuid.Uuid,
) {
  const store = yield* VaultStore.VaultStore
  const located = yield* store.locate(customer, [yield* token(customer)], { ...range, at: dawn })
  const keyring = Option.getOrUndefined(yield* store.keyring(customer, subject))
  return {
    values: (yield* store.valuesOf(customer, subject, { limit: 99 })).length,
    links: (yield* store.linksOf(customer, subject, dawn)).length,
    owner: Option.contains(yield* store.subjectOf(customer, interaction, dawn), subject),
    located: located.includes(subject),
    keys: keyring?.keys.size,
    fenced: keyring?.erasure !== undefined,
    left: yield* store.removeSubject(customer, subject, { on: dawn, cause: "request" }, 99),
  }
})

const noRows = { values: 0, links: 0, owner: false, located: false, keys: 0, fenced: true, left: 0 }

/** Checks that no data can be added to a subject. */
const closed = Effect.fnUntraced(function* (customer: CustomerId.CustomerId, subject: Subject.SubjectId) {
  const vault = yield* Vault.Vault
  const observation = { customer, subject, identifier, validFrom: dawn, validTo: undefined, retentionEnd: undefined }
  const seen = [
    yield* outcome(vault.seal(value(customer, subject, "late"))),
    yield* outcome(vault.seal(value(customer, subject, "late", { category: "name" }))),
    yield* outcome(vault.link(customer, subject, yield* Uuid.next, undefined)),
    yield* outcome(vault.observe(observation)),
    yield* outcome(vault.restrict(customer, subject, true)),
    yield* outcome(vault.object(customer, subject, "directMarketing", true)),
  ]
  yield* Property.same(
    "every addition",
    seen,
    seen.map(() => "SubjectErased"),
  )
})

/** The properties of erasing. */
export const erasing = onVault("erasing", (fixture) => [
  {
    name: "an erased value answers Erased with its cause, and no row, link, locator or key is left",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const subject = yield* aSubject
      const { interaction, sealed } = yield* keep(customer, subject, "one")
      yield* Property.same("the answer before", yield* found(customer, subject, interaction), all)
      const located = yield* VaultStore.VaultStore.use((store) =>
        Effect.flatMap(token(customer), (one) => store.locate(customer, [one], { ...range, at: dawn })),
      )
      yield* Property.same("the locator before", located, [subject])
      const vault = yield* Vault.Vault
      yield* at(dawn + day, vault.erase(customer, subject, "request"))
      const answer = yield* vault.open({ customer, sealed, ...access() })
      yield* Property.same("what opens", answer, { _tag: "Erased", at: dawn + day, cause: "request" })
      yield* Property.same("the answer after", yield* found(customer, subject, interaction), nothing)
      yield* Property.same("the rows after", yield* rows(customer, subject, interaction), noRows)
    }),
  },
  {
    name: "nothing attaches to an erased subject, and no key is made for it",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const subject = yield* aSubject
      const { interaction } = yield* keep(customer, subject, "one")
      yield* Vault.Vault.use((vault) => vault.erase(customer, subject, "request"))
      yield* closed(customer, subject)
      yield* Property.same("the rows after", yield* rows(customer, subject, interaction), noRows)
    }),
  },
  {
    name: "an unknown subject can be erased: later values are refused",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const subject = yield* aSubject
      yield* Vault.Vault.use((vault) => vault.erase(customer, subject, "retention"))
      yield* closed(customer, subject)
    }),
  },
  {
    name: "a repeated erasure keeps the first time and cause",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const subject = yield* aSubject
      yield* keep(customer, subject, "one")
      const vault = yield* Vault.Vault
      const entriesOf = ErasureLedger.ErasureLedger.use((ledger) => ledger.entries(customer))
      const first = yield* at(dawn, vault.erase(customer, subject, "request"))
      const before = yield* entriesOf
      const again = yield* at(dawn + day, vault.erase(customer, subject, "contractEnd"))
      yield* Property.same("the erasure", [again.at, again.cause], [first.at, first.cause])
      yield* Property.same("the entries of the ledger", yield* entriesOf, before)
    }),
  },
  {
    name: "an erasure takes nothing of another subject or of another Customer, be the ids the same",
    program: Effect.gen(function* () {
      const [first, second] = [yield* Scene.aCustomer, yield* Scene.aCustomer]
      const [subject, other] = [yield* aSubject, yield* aSubject]
      const mine = yield* keep(first, subject, "mine")
      const theirs = yield* keep(first, other, "theirs")
      const elsewhere = yield* keep(second, subject, "elsewhere")
      const entriesOf = ErasureLedger.ErasureLedger.use((ledger) => ledger.entries(second))
      const before = yield* entriesOf
      yield* Vault.Vault.use((vault) => vault.erase(first, subject, "request"))
      yield* Property.same("the erased value", yield* opening(first, mine.sealed), "Erased")
      yield* Property.same("another subject's", yield* opening(first, theirs.sealed), "Open theirs")
      yield* Property.same("found of the other", yield* found(first, other, theirs.interaction), all)
      yield* Property.same("another Customer's", yield* opening(second, elsewhere.sealed), "Open elsewhere")
      yield* Property.same("found there", yield* found(second, subject, elsewhere.interaction), all)
      yield* Property.same("the other Customer's ledger", yield* entriesOf, before)
    }),
  },
  {
    name: "the interactions of an erased subject are listed until they are forgotten, and those of no other",
    program: Effect.gen(function* () {
      const [customer, elsewhere] = [yield* Scene.aCustomer, yield* Scene.aCustomer]
      const [subject, other, third] = [yield* aSubject, yield* aSubject, yield* aSubject]
      const vault = yield* Vault.Vault
      const linked = Effect.fnUntraced(function* (to: Subject.SubjectId, end: number | undefined) {
        const interaction = yield* Uuid.next
        yield* vault.link(customer, to, interaction, end)
        return interaction
      })
      const mine = [yield* linked(subject, undefined), yield* linked(subject, dawn - day), yield* linked(subject, dawn)]
      const theirs = yield* linked(other, undefined)
      const later = [yield* linked(third, undefined)]
      const listed = (expected: ReadonlyArray<Uuid.Uuid>) =>
        Effect.flatMap(vault.erasedInteractions(customer), (found) =>
          Property.same("the interactions of erased subjects", found, expected.toSorted()),
        )
      yield* listed([])
      yield* vault.erase(customer, subject, "request")
      yield* listed(mine)
      for (const one of mine) yield* Property.same("its subject", yield* vault.subjectOf(customer, one), Option.none())
      yield* vault.erase(customer, third, "request")
      yield* vault.erase(customer, subject, "request")
      yield* listed([...mine, ...later])
      yield* vault.forgetInteractions(elsewhere, mine)
      yield* vault.forgetInteractions(customer, [mine[0]!, theirs, yield* Uuid.next])
      yield* listed([...mine.slice(1), ...later])
      yield* vault.forgetInteractions(customer, [...mine, ...later])
      yield* listed([])
      yield* Property.same("another subject's", yield* vault.interactionsOf(customer, other), [theirs])
    }),
  },
  {
    name: "of an interaction of two subjects, only the erased subject's values are erased",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const [subject, other] = [yield* aSubject, yield* aSubject]
      const values = [yield* seal(value(customer, subject, "one")), yield* seal(value(customer, other, "two"))]
      yield* Vault.Vault.use((vault) => vault.erase(customer, subject, "request"))
      const seen = yield* Effect.forEach(values, (sealed) => opening(customer, sealed))
      yield* Property.same("what opens", seen, ["Erased", "Open two"])
    }),
  },
  {
    name: "another vault over the same stores refuses at once what this one has erased",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const subject = yield* aSubject
      const other = yield* anotherVault(fixture)
      const restore = yield* Effect.gen(function* () {
        const { sealed } = yield* keep(customer, subject, "one")
        yield* Property.same("before", yield* opening(customer, sealed), "Open one")
        return { sealed }
      }).pipe(Effect.provideService(Vault.Vault, other))
      yield* Vault.Vault.use((vault) => vault.erase(customer, subject, "request"))
      yield* Effect.gen(function* () {
        yield* Property.same("after", yield* opening(customer, restore.sealed), "Erased")
        yield* closed(customer, subject)
      }).pipe(Effect.provideService(Vault.Vault, other))
    }),
  },
  {
    name: "the ledger names an erased subject by its fingerprint, never by its id",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const [subject, other] = [yield* aSubject, yield* aSubject]
      const vault = yield* Vault.Vault
      yield* at(dawn, vault.erase(customer, subject, "request"))
      yield* at(dawn, vault.erase(customer, other, "contractEnd"))
      // The first entry is the check value of the key store.
      const [check, ...entries] = yield* ErasureLedger.ErasureLedger.use((ledger) => ledger.entries(customer))
      yield* Property.same(
        "the causes",
        entries.map(({ cause }) => cause),
        ["request", "contractEnd"],
      )
      const text = JSON.stringify(entries)
      yield* Property.holds("no subject in the ledger", !text.includes(subject) && !text.includes(other), "a subject")
      const fingerprints = [check, ...entries].map((entry) => entry?.fingerprint)
      yield* Property.same("the fingerprints", new Set(fingerprints).size, 3)
    }),
  },
  {
    name: "keys that were copied before do not come back",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const subject = yield* aSubject
      const { interaction } = yield* keep(customer, subject, "one")
      const store = yield* VaultStore.VaultStore
      const copied = Option.getOrThrow(yield* store.keyring(customer, subject))
      yield* Vault.Vault.use((vault) => vault.erase(customer, subject, "request"))
      for (const revision of [0, copied.revision, copied.revision + 1, copied.revision + 2]) {
        const { keys, objections, restricted } = copied
        const next = { keys, objections, restricted, erasure: undefined }
        yield* Property.same(
          "an import",
          yield* outcome(store.changeKeyring(customer, subject, revision, next)),
          "SubjectErased",
        )
      }
      yield* Property.same("the rows after", yield* rows(customer, subject, interaction), noRows)
    }),
  },
  {
    name: "a backup of the vault that is put back stays erased, before anything has recovered it and after",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const [subject, other] = [yield* aSubject, yield* aSubject]
      const mine = yield* keep(customer, subject, "mine")
      const theirs = yield* keep(customer, other, "theirs")
      const restore = yield* VaultBackup.use((backup) => backup.take)
      const vault = yield* Vault.Vault
      yield* vault.erase(customer, subject, "request")
      yield* restore
      yield* Property.same("put back", yield* opening(customer, mine.sealed), "Erased")
      yield* Property.same("found when put back", yield* found(customer, subject, mine.interaction), nothing)
      yield* closed(customer, subject)
      yield* Property.same("recovered", yield* vault.recover(customer), 1)
      yield* Property.same("the rows when recovered", yield* rows(customer, subject, mine.interaction), noRows)
      yield* Property.same("recovered", yield* opening(customer, mine.sealed), "Erased")
      yield* closed(customer, subject)
      yield* Property.same("the other", yield* opening(customer, theirs.sealed), "Open theirs")
      yield* Property.same("recovered again", yield* vault.recover(customer), 0)
    }),
  },
  {
    name: "an erasure that has begun is unfinished until it is completed, with the steps that are done",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const subject = yield* aSubject
      const vault = yield* Vault.Vault
      const open = Effect.map(vault.unfinished(customer), (keyrings) =>
        keyrings.map((keyring) => [keyring.subject, ...(keyring.erasure?.done ?? [])]),
      )
      yield* vault.erase(customer, subject, "request")
      yield* Property.same("begun", yield* open, [[subject]])
      yield* vault.stepDone(customer, subject, "search index")
      yield* vault.stepDone(customer, subject, "search index")
      yield* vault.erase(customer, subject, "request")
      yield* Property.same("one step done", yield* open, [[subject, "search index"]])
      yield* vault.stepDone(customer, subject, undefined)
      yield* Property.same("completed", yield* open, [])
      yield* closed(customer, subject)
    }),
  },
  {
    name: "a value sealed during an erasure cannot be read after it",
    program: Effect.gen(function* () {
      const { writers } = yield* Property.CurrentSettings
      const customer = yield* Scene.aCustomer
      const vault = yield* Vault.Vault
      for (let round = 0; round < 6; round++) {
        const subject = yield* aSubject
        const acknowledged: Array<Sealed.Sealed<string>> = []
        let returned = false
        const late: Array<string> = []
        const writing = Effect.gen(function* () {
          for (let turn = 0; turn < 6; turn++) {
            const isLate = returned
            const answer = yield* Effect.result(vault.seal(value(customer, subject, "one")))
            if (answer._tag === "Success") acknowledged.push(answer.success)
            if (isLate) late.push(answer._tag === "Success" ? "sealed" : answer.failure._tag)
          }
        })
        const erasing = Effect.gen(function* () {
          for (let turn = 0; turn < round * 4; turn++) yield* Effect.yieldNow
          yield* vault.erase(customer, subject, "request")
          returned = true
        })
        yield* Scene.atOnce([...Array.from({ length: writers }, () => writing), erasing])
        const seen = yield* Effect.forEach(acknowledged, (sealed) => opening(customer, sealed))
        yield* Property.same("what opens", new Set(seen), new Set(acknowledged.length === 0 ? [] : ["Erased"]))
        yield* Property.same("late values", new Set(late), new Set(late.length === 0 ? [] : ["SubjectErased"]))
        const { keys, left, values } = yield* rows(customer, subject, yield* Uuid.next)
        yield* Property.same("the rows after", { keys, left, values }, { keys: 0, left: 0, values: 0 })
      }
    }),
  },
])
