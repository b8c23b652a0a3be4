/**
 * Proof of the vault suite: vaults that remember, confuse or give away.
 */
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type { CustomerId, Uuid } from "@tacet/core/eventsourcing"
import { Encryption, type ErasureLedger, type Subject, type Vault, type VaultStore } from "@tacet/core/privacy"
import type { VaultFixture } from "../Fixture.ts"
import * as Suite from "../Suite.ts"
import * as VaultSuite from "../VaultSuite.ts"
import { impatient } from "./brokenStore.testing.ts"
import { type Broken, breakingPorts, breakingVault, proveProperties, soundVault } from "./brokenVault.testing.ts"

type Service = Vault.Vault["Service"]
type Store = VaultStore.VaultStore["Service"]

/** A vault that works with other cryptographic functions. */
const encrypting = (change: (sound: Encryption.Functions) => Partial<Encryption.Functions>): VaultFixture =>
  breakingVault((vault) => {
    const broken = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
      Effect.flatMap(Encryption.Encryption, (sound) =>
        Effect.provideService(effect, Encryption.Encryption, { ...sound, ...change(sound) }),
      )
    return { seal: (value) => broken(vault.seal(value)), open: (request) => broken(vault.open(request)) }
  })

/** Omits the Customer from the context that a value is bound to. */
const withoutCustomer = (context: Uint8Array): Uint8Array => {
  const [format = "", , ...rest] = new TextDecoder().decode(context).split("|")
  return format.startsWith("tacet-value") ? Encryption.bytesOf([format, ...rest].join("|")) : context
}

/** A store whose fence leaves nothing behind, with a ledger that is never read. */
const forgettingFence = (): VaultFixture =>
  breakingPorts(({ ledger, store }) => {
    const erased = new Set<string>()
    const gone = (customer: CustomerId.CustomerId, subject: Subject.SubjectId) => erased.has(`${customer} ${subject}`)
    const fresh = new Map<string, Parameters<Store["changeKeyring"]>[3]>()
    return {
      ledger: { ...ledger, find: () => Effect.succeedNone },
      store: {
        fence: (customer, subject, erasure) =>
          Effect.tap(store.fence(customer, subject, erasure), () =>
            Effect.sync(() => erased.add(`${customer} ${subject}`)),
          ),
        keyring: (customer, subject) => {
          if (!gone(customer, subject)) return store.keyring(customer, subject)
          const state = fresh.get(subject)
          return Effect.succeed(
            state === undefined ? Option.none() : Option.some({ ...state, customer, subject, revision: 1 }),
          )
        },
        changeKeyring: (customer, subject, revision, next) =>
          gone(customer, subject)
            ? Effect.sync(() => {
                fresh.set(subject, next)
                return { ...next, customer, subject, revision: 1 }
              })
            : store.changeKeyring(customer, subject, revision, next),
        put: (customer, subject, rows) => (gone(customer, subject) ? Effect.void : store.put(customer, subject, rows)),
      },
    }
  })

/** A store that looks at the fence, and writes some time later. */
const checkingBeforeWriting = (): VaultFixture =>
  breakingPorts(({ store }) => {
    const late = new Map<Uuid.Uuid, VaultStore.ValueRow>()
    return {
      store: {
        put: (customer, subject, { values = [], ...rows }) =>
          Effect.gen(function* () {
            yield* store.put(customer, subject, rows)
            // Longer than an erasure takes, on a busy machine too.
            yield* Effect.sleep(40)
            for (const row of values) late.set(row.reference, row)
          }),
        find: (customer, reference) => {
          const value = late.get(reference)
          if (value === undefined) return store.find(customer, reference)
          return Effect.map(store.keyring(customer, value.subject), (keyring) =>
            Option.some({ _tag: "Value" as const, value, keyring }),
          )
        },
        valuesOf: (_, subject) => Effect.sync(() => Array.from(late.values()).filter((row) => row.subject === subject)),
        removeSubject: (customer, subject, destroyed, limit) =>
          Effect.gen(function* () {
            const rows = Array.from(late.values()).filter((row) => row.subject === subject)
            for (const { reference } of rows) late.delete(reference)
            return rows.length + (yield* store.removeSubject(customer, subject, destroyed, limit))
          }),
      },
    }
  })

/** A store that leaves locators where they are. */
const keepingLocators = (): VaultFixture =>
  breakingPorts(({ store }) => {
    const kept: Array<VaultStore.LocatorRow> = []
    return {
      store: {
        put: (customer, subject, rows) =>
          Effect.tap(store.put(customer, subject, rows), () => Effect.sync(() => kept.push(...(rows.locators ?? [])))),
        locate: (_, tokens) =>
          Effect.sync(() => [...new Set(kept.filter(({ token }) => tokens.includes(token)).map((row) => row.subject))]),
      },
    }
  })

/** A ledger that is part of the vault's own backup. */
const ledgerInBackup = (): VaultFixture =>
  breakingPorts(({ backup, ledger }) => {
    let entries: ReadonlyArray<ErasureLedger.LedgerEntry> = []
    return {
      ledger: {
        record: (_, entry) => Effect.sync(() => void (entries = [...entries, entry])),
        find: (_, fingerprint) =>
          Effect.sync(() => Option.fromNullishOr(entries.find((entry) => entry.fingerprint === fingerprint))),
        entries: ledger.entries,
      },
      backup: {
        take: Effect.map(backup.take, (restore) => {
          const then = entries
          return Effect.tap(restore, () => Effect.sync(() => (entries = then)))
        }),
      },
    }
  })

/** A vault that caches opened values. */
const caching = (): VaultFixture =>
  breakingVault((vault) => {
    const cache = new Map<Uuid.Uuid, Vault.Opened>()
    return {
      open: (request) =>
        Effect.suspend(() => {
          const known = cache.get(request.sealed.reference)
          if (known !== undefined) return Effect.succeed(known)
          return Effect.tap(vault.open(request), (answer) =>
            Effect.sync(() => answer._tag === "Open" && cache.set(request.sealed.reference, answer)),
          )
        }),
    }
  })

/** Answers every failure of these names as an erasure. */
const failuresAsErased = (tags: ReadonlyArray<string>): VaultFixture =>
  breakingVault((vault) => ({
    open: (request) =>
      Effect.catchIf(
        vault.open(request),
        ({ _tag }) => tags.includes(_tag),
        () => Effect.succeed<Vault.Opened>({ _tag: "Erased", at: 0, cause: "request" }),
      ),
  }))

const one = "00000000-0000-4000-8000-000000000000" as CustomerId.CustomerId

/** One compartment for all Customers, where rows are concerned. */
const joined = (): VaultFixture =>
  breakingPorts(({ store }) => ({
    store: Object.fromEntries(
      Object.entries(store).map(([name, run]) => [
        name,
        (_: CustomerId.CustomerId, ...rest: ReadonlyArray<unknown>) =>
          (run as (...all: ReadonlyArray<unknown>) => unknown)(one, ...rest),
      ]),
    ),
  }))

const broken: ReadonlyArray<Broken<VaultFixture>> = [
  {
    fault: "mints a key after erasure",
    property: "nothing attaches to an erased subject, and no key is made for it",
    fixture: forgettingFence(),
  },
  {
    fault: "answers erased for a missing key",
    property: "a key that is missing without a record of its destruction is an error, not an erasure",
    fixture: failuresAsErased(["MissingKey"]),
  },
  {
    fault: "answers erased for a wrong key store",
    property:
      "with another key store every value is an error, none answers Erased, and all open again with the right one",
    fixture: failuresAsErased(["WrongKeyStore"]),
  },
  {
    fault: "answers erased for what it never saw",
    property: "a value that the vault has never seen is unknown, and so is another Customer's",
    fixture: failuresAsErased(["UnknownReference"]),
  },
  {
    fault: "answers erased for a changed ciphertext",
    property: "a ciphertext with its tag changed is an error, neither a value nor erased",
    fixture: failuresAsErased(["AlteredValue"]),
  },
  {
    fault: "takes any text under a known reference for the one that it keeps",
    property: "a value is kept once under a reference of the caller's, and another text under it is refused",
    fixture: breakingVault((vault) => ({
      seal: (toSeal) =>
        Effect.catchIf(
          vault.seal(toSeal),
          ({ _tag }) => _tag === "InvalidValue" && toSeal.reference !== undefined,
          () => Effect.succeed({ reference: toSeal.reference!, category: toSeal.category }),
        ),
    })),
  },
  {
    fault: "reuses a nonce",
    property: "every value has a nonce and a reference of its own, though Effect's chance repeats itself",
    fixture: encrypting(({ randomBytes }) => ({
      randomBytes: (length) => (length === 12 ? Effect.succeed(new Uint8Array(12)) : randomBytes(length)),
    })),
  },
  {
    fault: "draws its nonces from Effect's chance",
    property: "every value has a nonce and a reference of its own, though Effect's chance repeats itself",
    fixture: encrypting(({ randomBytes }) => ({
      randomBytes: (length) =>
        length === 12
          ? Effect.map(Effect.all(Array.from({ length }, () => Random.nextIntBetween(0, 255))), (bytes) =>
              Uint8Array.from(bytes),
            )
          : randomBytes(length),
    })),
  },
  {
    fault: "does not encrypt",
    property: "no plain byte of a value is kept",
    fixture: encrypting(({ decrypt, encrypt }) => ({
      encrypt: (key, nonce, text, context) =>
        text.length === 32 ? encrypt(key, nonce, text, context) : Effect.succeed(text),
      decrypt: (key, nonce, text, context) =>
        text.length === 48 ? decrypt(key, nonce, text, context) : Effect.succeed(text),
    })),
  },
  {
    fault: "ignores the Customer in the associated data",
    property: "a ciphertext that was moved to another Customer, with its key and under its own ids, is an error",
    fixture: encrypting(({ decrypt, encrypt }) => ({
      encrypt: (key, nonce, text, context) => encrypt(key, nonce, text, withoutCustomer(context)),
      decrypt: (key, nonce, text, context) => decrypt(key, nonce, text, withoutCustomer(context)),
    })),
  },
  {
    fault: "keeps a locator",
    property: "an erased value answers Erased with its cause, and no row, link, locator or key is left",
    fixture: keepingLocators(),
  },
  {
    fault: "forgets the fence on restore",
    property: "a backup of the vault that is put back stays erased, before anything has recovered it and after",
    fixture: ledgerInBackup(),
  },
  {
    fault: "recovers nothing",
    property: "a backup of the vault that is put back stays erased, before anything has recovered it and after",
    fixture: breakingVault(() => ({ recover: () => Effect.succeed(1) })),
  },
  {
    fault: "caches what it opened past erasure",
    property: "another vault over the same stores refuses at once what this one has erased",
    fixture: caching(),
  },
  {
    fault: "drops a byte order mark",
    property: "a value keeps a byte order mark in front",
    fixture: breakingVault((vault) => ({
      open: (request) =>
        Effect.map(vault.open(request), (opened) =>
          opened._tag === "Open" ? { ...opened, value: opened.value.replace(/^\ufeff/, "") } : opened,
        ),
    })),
  },
  {
    fault: "replaces lone surrogates",
    property: "a text that is not well-formed is refused",
    fixture: breakingVault((vault) => ({
      seal: (toSeal) => vault.seal({ ...toSeal, value: toSeal.value.replaceAll(/\p{Surrogate}/gu, "\ufffd") }),
    })),
  },
  {
    fault: "looks at the fence before it writes, not while",
    property: "a value sealed during an erasure cannot be read after it",
    fixture: checkingBeforeWriting(),
  },
  {
    fault: "only hides erased values",
    property: "an erased value answers Erased with its cause, and no row, link, locator or key is left",
    fixture: breakingPorts(() => ({ store: { removeSubject: () => Effect.succeed(0) } })),
  },
  {
    fault: "lists the first of the interactions alone",
    property: "the interactions of an erased subject are listed until they are forgotten, and those of no other",
    fixture: breakingPorts(({ store }) => ({
      store: { linksOf: (...args) => Effect.map(store.linksOf(...args), (links) => links.slice(0, 1)) },
    })),
  },
  {
    fault: "forgets the interactions of erased subjects with their links",
    property: "the interactions of an erased subject are listed until they are forgotten, and those of no other",
    fixture: breakingVault(() => ({ erasedInteractions: () => Effect.succeed([]) })),
  },
  {
    fault: "lists interactions once and for all",
    property: "the interactions of an erased subject are listed until they are forgotten, and those of no other",
    fixture: breakingVault(() => ({ forgetInteractions: () => Effect.void })),
  },
  {
    fault: "lets keys be imported again",
    property: "keys that were copied before do not come back",
    fixture: breakingPorts(({ store }) => ({
      store: {
        changeKeyring: (customer, subject, revision, next) =>
          Effect.catchTag(store.changeKeyring(customer, subject, revision, next), "SubjectErased", () =>
            Effect.succeed({ ...next, customer, subject, revision: revision + 1 }),
          ),
      },
    })),
  },
  {
    fault: "keeps Customers in one compartment",
    property: "an erasure takes nothing of another subject or of another Customer, be the ids the same",
    fixture: joined(),
  },
  {
    fault: "gives a value before its record is kept",
    property: "where the access log cannot be written, nothing opens",
    fixture: {
      ...soundVault,
      vault: breakingVault((vault) => ({
        open: (request) =>
          Effect.catchTag(vault.open(request), "VaultUnavailable", () =>
            Effect.succeed<Vault.Opened>({ _tag: "Open", value: "one" }),
          ),
      })).vault!,
    },
  },
  {
    fault: "keeps no records",
    property: "every answer leaves a record of who, what, for what and why, and no value",
    fixture: breakingPorts(() => ({ log: { record: () => Effect.void } })),
  },
  {
    fault: "waits for the sweep to expire anything",
    property: "from its retention end on a value is expired, whether or not anything ran, and after the sweep too",
    fixture: breakingPorts(({ store }) => ({
      store: {
        find: (customer, reference) =>
          Effect.map(
            store.find(customer, reference),
            Option.map((found) =>
              found._tag === "Value" ? { ...found, value: { ...found.value, retentionEnd: undefined } } : found,
            ),
          ),
      },
    })),
  },
  {
    fault: "opens under a restriction",
    property: "under a restriction nothing opens and nothing is added, until it is lifted (GDPR 18)",
    fixture: breakingVault(() => ({ restrict: () => Effect.void })),
  },
  {
    fault: "takes an objection for a restriction",
    property: "an objection stops its purpose and no other, until it is lifted (GDPR 21)",
    fixture: breakingVault((vault) => ({
      object: (customer, subject, _, stopped) => vault.restrict(customer, subject, stopped),
    })),
  },
  {
    fault: "finds an identifier at any time",
    property: "an identifier locates its subject within its time, and nothing at any other time",
    fixture: breakingPorts(({ store }) => ({
      store: { locate: (customer, tokens, { at }) => store.locate(customer, tokens, { from: 0, to: 1e15, at }) },
    })),
  },
  {
    fault: "sweeps a day early",
    property: "a sweep removes expired rows and nothing else, in batches of any size, and once",
    fixture: breakingPorts(({ store }) => ({
      store: {
        sweep: (customer, ended, limit) =>
          store.sweep(
            customer,
            {
              ...ended,
              segments: ended.segments.map((segment) => ({ ...segment, endedBy: ended.at + 86_400_000 })),
              unrecordedBy: ended.at + 86_400_000,
            },
            limit,
          ),
      },
    })),
  },
  {
    fault: "destroys a key that still wraps",
    property: "when the key of the key store changes, every value opens, before and after the old one is destroyed",
    fixture: breakingPorts(({ keys }) => ({
      keys: { rotate: (customer) => Effect.tap(keys.rotate(customer), () => keys.retire(customer, Infinity)) },
    })),
  },
  {
    fault: "tells whomever asks what has become of a value",
    property: "whom the policy forbids to open is not told whether a value was erased, has expired or ever was",
    fixture: breakingVault(({ open }) => ({
      open: (request) =>
        Effect.catchTag(open(request), "Refusal", (refusal) =>
          Effect.flatMap(open({ ...request, purpose: "customerCare" }), (answer) =>
            answer._tag === "Open" ? Effect.fail(refusal) : Effect.succeed(answer),
          ),
        ),
    })),
  },
  {
    fault: "lists no keyring and no entry of the ledger, so that nobody sees whose keys it needs",
    property: "where values are sealed, a key store that is empty or another's does nothing but fail",
    fixture: breakingPorts(() => ({
      store: { keyrings: () => Effect.succeed([]) },
      ledger: { entries: () => Effect.succeed([]) },
    })),
  },
  {
    fault: "lists no keyring and no entry of the ledger",
    property: "where subjects were erased, a key store that is empty or another's does nothing but fail",
    fixture: breakingPorts(() => ({
      store: { keyrings: () => Effect.succeed([]) },
      ledger: { entries: () => Effect.succeed([]) },
    })),
  },
  ...[
    "where subjects were observed and no more, a key store that is empty or another's does nothing but fail",
    "of two key stores that begin with one Customer, one is refused",
  ].map((property) => ({
    fault: "lists no entry of the ledger",
    property,
    fixture: breakingPorts(() => ({ ledger: { entries: () => Effect.succeed([]) } })),
  })),
  {
    fault: "lists no entry of the ledger",
    property: "where rows are lost and the ledger is not, a key store that is empty or another's does nothing but fail",
    fixture: breakingPorts(() => ({ ledger: { entries: () => Effect.succeed([]) } })),
  },
]

proveProperties("a vault that does wrong", VaultSuite.properties, soundVault, broken)

/** Thanks for everything and keeps nothing. */
const nothing: Service = {
  seal: ({ category }) => Effect.succeed({ reference: one, category }),
  open: () => Effect.succeed({ _tag: "Erased", at: 0, cause: "request" }),
  replace: (_, old) => Effect.succeed(old),
  destroy: () => Effect.void,
  link: () => Effect.void,
  subjectOf: () => Effect.succeedNone,
  interactionsOf: () => Effect.succeed([]),
  observe: () => Effect.void,
  locate: () => Effect.succeed([]),
  valuesOf: () => Effect.succeed([]),
  kept: () => () => Effect.succeed(new Set()),
  restrict: () => Effect.void,
  object: () => Effect.void,
  erase: (_, __, cause) => Effect.succeed({ fingerprint: "", at: 0, cause, done: [], completed: false }),
  erasedInteractions: () => Effect.succeed([]),
  forgetInteractions: () => Effect.void,
  stepDone: () => Effect.void,
  unfinished: () => Effect.succeed([]),
  sweep: () => Effect.succeed(0),
  spans: () => Effect.succeed([]),
  spansOf: () => Effect.succeed([]),
  tally: () => Effect.succeed([]),
  recover: () => Effect.succeed(0),
  rotate: () => Effect.succeed(0),
  retireKeys: () => Effect.void,
}

const noRows: Store = {
  keyring: () => Effect.succeedNone,
  changeKeyring: (customer, subject, revision, next) =>
    Effect.succeed({ ...next, customer, subject, revision: revision + 1 }),
  fence: (_, __, erasure) => Effect.succeed(erasure),
  put: () => Effect.void,
  find: () => Effect.succeedNone,
  valuesOf: () => Effect.succeed([]),
  locate: () => Effect.succeed([]),
  linksOf: () => Effect.succeed([]),
  unlink: () => Effect.void,
  subjectOf: () => Effect.succeedNone,
  destroy: () => Effect.void,
  removeSubject: () => Effect.succeed(0),
  spans: () => Effect.succeed([]),
  spansOf: () => Effect.succeed([]),
  tally: () => Effect.succeed([]),
  sweep: () => Effect.succeed(0),
  keyrings: () => Effect.succeed([]),
  unfinished: () => Effect.succeed([]),
}

describe("a vault that does nothing, over rows that keep nothing", () => {
  it.live("satisfies no property", () =>
    Effect.gen(function* () {
      const { vault } = breakingVault(() => nothing)
      const fixture: VaultFixture = { ...breakingPorts(() => ({ store: noRows })), vault: vault! }
      const findings = yield* Suite.run(VaultSuite.properties(fixture), fixture, impatient)
      expect(findings.filter(({ violation }) => violation === undefined).map(({ property }) => property)).toEqual([])
    }),
  )
})
