/**
 * Two layers over one place, alive at once, as two processes have them. What a layer remembers of the place must not stand
 * where the other has changed it. For stores that survive a restart: the others share nothing.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { Uuid } from "@tacet/core/eventsourcing"
import { AccessLog, Encryption, ErasureLedger, Keyring, KeyStore, Vault, VaultStore } from "@tacet/core/privacy"
import type { AccessLogFixture, ErasureLedgerFixture, KeyStoreFixture, VaultFixture } from "../../Fixture.ts"
import * as Property from "../../Property.ts"
import * as Scene from "../../Scene.ts"
import { access, aSubject, dawn, opening, outcome, seal, value, wholeVault } from "./scene.ts"

type Program<Services> = Effect.Effect<void, unknown, Services | Scope.Scope>

/** A program over two services of a kind, each of a layer of its own. */
const inBoth =
  <Fixture extends { readonly capabilities: { readonly survivesRestart: boolean } }, Service, Built>(
    tag: Context.Key<Service, Built>,
    layerOf: (fixture: Fixture) => Layer.Layer<Service, unknown>,
  ) =>
  (fixture: Fixture, name: string, program: (one: Built, other: Built) => Program<never>) =>
    fixture.capabilities.survivesRestart
      ? [
          Property.make("two layers", name, (of: Fixture) => {
            const built = Effect.map(Layer.build(Layer.fresh(layerOf(of))), (context) => Context.get(context, tag))
            return Effect.scoped(Effect.flatMap(Effect.all([built, built]), ([one, other]) => program(one, other)))
          }),
        ]
      : []

const byTurns = [1, 2, 3, 4, 5, 6, 7, 8]

/** The property of access logs. */
export const accessesTogether = (fixture: AccessLogFixture): ReadonlyArray<Property.Property<AccessLogFixture>> =>
  inBoth(AccessLog.AccessLog, ({ layer }: AccessLogFixture) => layer)(
    fixture,
    "two layers that record by turns keep one log, in the order of the records",
    (one, other) =>
      Effect.gen(function* () {
        const customer = yield* Scene.aCustomer
        for (const n of byTurns) {
          yield* (n % 2 === 0 ? one : other).record({
            customer,
            at: dawn + n,
            actor: access().actor.id,
            reader: undefined,
            purpose: "customerCare",
            reason: "incident",
            matter: undefined,
            reference: undefined,
            category: "freeText",
            outcome: "opened",
          })
        }
        for (const log of [one, other]) {
          const seen = yield* log.read(customer, { after: 0, limit: 99 })
          yield* Property.same(
            "the records",
            seen.map((record) => record.at - dawn),
            byTurns,
          )
        }
      }),
  )

/** The property of ledgers. */
export const erasuresTogether = (
  fixture: ErasureLedgerFixture,
): ReadonlyArray<Property.Property<ErasureLedgerFixture>> =>
  inBoth(ErasureLedger.ErasureLedger, ({ layer }: ErasureLedgerFixture) => layer)(
    fixture,
    "two layers that record by turns keep one ledger, and the first entry of a fingerprint whoever has recorded it",
    (one, other) =>
      Effect.gen(function* () {
        const customer = yield* Scene.aCustomer
        const entry = (n: number, at: number) => ({ fingerprint: `f${n}`, at: dawn + at, cause: "request" }) as const
        for (const n of byTurns) {
          const [first, second] = n % 2 === 0 ? [one, other] : [other, one]
          yield* first.record(customer, entry(n, n))
          yield* second.record(customer, entry(n, 99))
          const found = Option.getOrUndefined(yield* second.find(customer, `f${n}`))
          yield* Property.same("the time of the entry", found?.at, dawn + n)
        }
        for (const ledger of [one, other]) {
          const seen = yield* ledger.entries(customer)
          yield* Property.same(
            "the entries",
            seen.map(({ at, fingerprint }) => [fingerprint, at - dawn]),
            byTurns.map((n) => [`f${n}`, n]),
          )
        }
      }),
  )

/** The property of key stores. */
export const keysTogether = (fixture: KeyStoreFixture): ReadonlyArray<Property.Property<KeyStoreFixture>> =>
  inBoth(KeyStore.KeyStore, ({ layer }: KeyStoreFixture) => layer)(
    fixture,
    "two layers use the keys that either has made, and none that either has destroyed",
    (one, other) =>
      Effect.gen(function* () {
        const customer = yield* Scene.aCustomer
        const subject = yield* aSubject
        const place = { customer, subject, category: "freeText", keyId: subject as string as Uuid.Uuid } as const
        const token = (store: typeof one) =>
          Effect.map(store.token(customer, "2026-01", new Uint8Array(1)), Encryption.hexadecimalOf)
        const given = (store: typeof one) => Effect.all([token(store), store.fingerprint(customer, subject)])
        const first = yield* given(one)
        yield* Property.same("token and fingerprint", yield* given(other), first)
        for (const [maker, user] of [
          [one, other],
          [other, one],
        ] as const) {
          const current = yield* maker.rotate(customer)
          yield* Property.same("the current key", yield* user.current(customer), current)
          const wrapped = yield* maker.wrap(place, new Uint8Array(Encryption.keyLength))
          yield* Property.same("the key", (yield* user.unwrap(place, wrapped)).length, Encryption.keyLength)
        }
        for (const store of [one, other]) yield* Property.same("both later", yield* given(store), first)
        yield* one.closePeriod(customer, "2026-01")
        yield* Property.same("a token of the closed period", yield* outcome(token(other)), "PeriodClosed")
        yield* Property.same("the periods", yield* other.periods(customer), [])
      }),
  )

const sealedByTwo = (fixture: VaultFixture): ReadonlyArray<Property.Property<VaultFixture>> =>
  inBoth(Vault.Vault, wholeVault)(
    fixture,
    "two layers open what either has sealed, and neither keeps or opens what the other has erased",
    (one, other) =>
      Effect.gen(function* () {
        const by = (vault: typeof one) => Effect.provideService<Vault.Vault, Vault.Vault["Service"]>(Vault.Vault, vault)
        const customer = yield* Scene.aCustomer
        for (const [eraser, writer] of [
          [one, other],
          [other, one],
        ] as const) {
          const subject = yield* aSubject
          const first = yield* by(writer)(seal(value(customer, subject, "first")))
          const second = yield* by(eraser)(seal(value(customer, subject, "second")))
          yield* Property.same("sealed by the other", yield* by(writer)(opening(customer, second)), "Open second")
          yield* Property.same("sealed by the other", yield* by(eraser)(opening(customer, first)), "Open first")
          yield* eraser.erase(customer, subject, "request")
          for (const sealed of [first, second]) {
            yield* Property.same("erased by the other", yield* by(writer)(opening(customer, sealed)), "Erased")
          }
          const third = by(writer)(seal(value(customer, subject, "third")))
          yield* Property.same("sealed after the erasure", yield* outcome(third), "SubjectErased")
        }
      }),
  )

const fencedByTwo = (fixture: VaultFixture): ReadonlyArray<Property.Property<VaultFixture>> =>
  inBoth(VaultStore.VaultStore, ({ stores }: VaultFixture) => stores)(
    fixture,
    "two layers change one keyring by turns, and the fence of either refuses the rows of the other",
    (one, other) =>
      Effect.gen(function* () {
        const customer = yield* Scene.aCustomer
        for (const [first, second] of [
          [one, other],
          [other, one],
        ] as const) {
          const [subject, interaction] = [yield* aSubject, yield* Uuid.next]
          const put = Effect.fnUntraced(function* (store: typeof one) {
            const link = { subject, interaction: yield* Uuid.next, retentionEnd: undefined }
            return yield* outcome(store.put(customer, subject, { links: [link] }))
          })
          const change = (store: typeof one, revision: number, restricted: boolean) =>
            outcome(store.changeKeyring(customer, subject, revision, { ...Keyring.empty, restricted }))
          yield* Property.same("put", yield* put(first), "done")
          yield* Property.same("put by the other", yield* put(second), "done")
          yield* Property.same("a restriction", yield* change(second, 1, true), "done")
          yield* Property.same("put under it", yield* put(first), "SubjectRestricted")
          yield* Property.same("a change of the revision before", yield* change(first, 1, false), "KeyringMoved")
          yield* Property.same("a change of this one", yield* change(first, 2, false), "done")
          yield* Property.same("put behind it", yield* put(second), "done")
          const erasure = { fingerprint: interaction, at: dawn, cause: "request", done: [], completed: false } as const
          yield* first.fence(customer, subject, erasure)
          yield* Property.same("put behind the fence", yield* put(second), "SubjectErased")
          yield* Property.same("a change behind it", yield* change(second, 4, false), "SubjectErased")
          yield* Property.same("the links", (yield* second.linksOf(customer, subject, dawn)).length, 3)
          const removed = yield* second.removeSubject(customer, subject, { on: dawn, cause: "request" }, 99)
          yield* Property.same("what is removed", removed, 3)
          yield* Property.same("the links left", yield* first.linksOf(customer, subject, dawn), [])
        }
      }),
  )

/** The properties of vaults. */
export const vaultsTogether = (fixture: VaultFixture): ReadonlyArray<Property.Property<VaultFixture>> => [
  ...sealedByTwo(fixture),
  ...fencedByTwo(fixture),
]
