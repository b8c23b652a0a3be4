/**
 * The vocabulary of the properties of the vault.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { type CustomerId, Refusal, Uuid } from "@tacet/core/eventsourcing"
import {
  type AccessLog,
  KeyStore,
  OpeningPolicy,
  type PersonalDataCategory,
  type Sealed,
  type Subject,
  Vault,
} from "@tacet/core/privacy"
import type { VaultBackup, VaultFixture, VaultPorts } from "../../Fixture.ts"
import { keysInMemory } from "../../keysInMemory.ts"
import * as Property from "../../Property.ts"

/** A moment before which nothing in these properties happens. */
export const dawn = Date.UTC(2026, 0, 1)
export const hour = 3_600_000
export const day = 24 * hour

/** Does something at a moment. */
export const at = <A, E, R>(moment: number, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Clock.Clock, (clock) => {
    const still: Clock.Clock = Object.assign(Object.create(clock) as Clock.Clock, {
      currentTimeMillis: Effect.succeed(moment),
      currentTimeMillisUnsafe: () => moment,
    })
    return Effect.provideService(effect, Clock.Clock, still)
  })

/** A subject that no one has met. */
export const aSubject: Effect.Effect<Subject.SubjectId> = Effect.map(Uuid.next, (id) => id as Subject.SubjectId)

/** A purpose that the policy of these properties forbids. */
export const forbidden = "sale"

const policy = Layer.succeed(OpeningPolicy.OpeningPolicy, {
  check: ({ access }) =>
    access.purpose === forbidden
      ? Effect.fail(new Refusal.Refusal({ rule: "NOT-SOLD", command: "OpenValue", accepted: "any purpose but sale" }))
      : Effect.void,
})

/** The actor of an access and its reason. */
export const access = (purpose = "customerCare"): AccessLog.Access => ({
  purpose,
  actor: { id: "00000000-0000-4000-8000-00000000ac10" as Uuid.Uuid, roles: ["support"] },
  reason: "customerSupport",
})

/** A value of a subject. */
export const value = (
  customer: CustomerId.CustomerId,
  subject: Subject.SubjectId,
  text: string,
  more: Partial<Vault.ToSeal> = {},
): Vault.ToSeal => ({
  customer,
  subject,
  category: "freeText",
  value: text,
  purposes: ["customerCare"],
  collectedAt: dawn,
  retentionEnd: undefined,
  ...more,
})

/** Seals. */
export const seal = (toSeal: Vault.ToSeal) => Vault.Vault.use((vault) => vault.seal(toSeal))

/** The result of opening in one word: the answer, `Open` with the value, or the name of the error. */
export const opening = (
  customer: CustomerId.CustomerId,
  sealed: Sealed.Sealed<string>,
  purpose?: string,
): Effect.Effect<string, never, Vault.Vault> =>
  Effect.map(
    Effect.result(Vault.Vault.use((vault) => vault.open({ customer, sealed, ...access(purpose) }))),
    (answer: Result.Result<Vault.Opened, Vault.OpenError>) => {
      if (Result.isFailure(answer)) return answer.failure._tag
      return answer.success._tag === "Open" ? `Open ${answer.success.value}` : answer.success._tag
    },
  )

/** The name of the error of an operation, or `done`. */
export const outcome = <A, E extends { readonly _tag: string }, R>(
  effect: Effect.Effect<A, E, R>,
): Effect.Effect<string, never, R> =>
  Effect.match(effect, { onSuccess: () => "done", onFailure: (error) => error._tag })

/** Another vault over the same stores, as another process would have it. */
export const anotherVault = (
  fixture: VaultFixture,
): Effect.Effect<Vault.Vault["Service"], never, VaultPorts | OpeningPolicy.OpeningPolicy | Scope.Scope> =>
  Effect.map(Layer.build(Layer.fresh(fixture.vault ?? Vault.layer)), (context) => Context.get(context, Vault.Vault))

/** A key store in memory that has nothing to do with the fixture's. */
export const anEmptyKeyStore: Effect.Effect<KeyStore.KeyStore["Service"]> = Effect.sync(() =>
  KeyStore.fromMaterial(keysInMemory()),
)

/** The services of the properties of the vault. */
export type VaultServices = Vault.Vault | VaultPorts | VaultBackup | OpeningPolicy.OpeningPolicy

/** A vault over the stores of a fixture. */
export const wholeVault = (fixture: VaultFixture) =>
  Layer.provideMerge(fixture.vault ?? Vault.layer, Layer.merge(fixture.stores, policy))

/** Properties of a vault over its stores. */
export const onVault =
  (chapter: string, definitions: (fixture: VaultFixture) => ReadonlyArray<Property.Definition<VaultServices>>) =>
  (fixture: VaultFixture): ReadonlyArray<Property.Property<VaultFixture>> =>
    Property.chapter<VaultFixture, VaultServices>(chapter, wholeVault, definitions(fixture))

/** The categories that these properties use. */
export const categories: ReadonlyArray<PersonalDataCategory.PersonalDataCategory> = [
  "freeText",
  "ipAddress",
  "telephoneNumber",
]
