/**
 * A Customer with a contract and a policy, and an observed person: the scene of tests of services that join log and
 * vault.
 */
import { layer as eventStores, VaultMemory } from "@tacet/adapter-memory"
import { onTestFinished } from "@tacet/vitest"
import type * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import type { ContractId, PolicyVersionId } from "../domain/Identifier.ts"
import type * as Pseudonym from "../domain/Pseudonym.ts"
import * as RetentionPolicy from "../domain/RetentionPolicy.ts"
import type { Period } from "../calendar/Period.ts"
import * as CommandHandler from "../eventsourcing/CommandHandler.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import { agreementClauses } from "../policy/text/parameters/processing.ts"
import * as PolicyBook from "../policy/binding/PolicyBook.ts"
import type { Access } from "../privacy/AccessLog.ts"
import type { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import type { Sealed } from "../privacy/Sealed.ts"
import { layer as vaultLayer, Vault } from "../privacy/Vault.ts"
import { layer as collectionLayer } from "./Collection.ts"
import { Customers, layer as customersLayer } from "./Customers.ts"
import { layer as interactionsLayer } from "./Interactions.ts"
import { layer as erasureLayer } from "./Erasure.ts"
import { layer as openingsLayer } from "./Openings.ts"
import { type AtEachCall, disturbed, undisturbed } from "./ports.testing.ts"
import { layer as pseudonymsLayer, NoticedElsewhere, Pseudonyms } from "./Pseudonyms.ts"
import { layer as requestsLayer } from "./DataSubjectRequests.ts"
import { Elsewhere } from "./Retention.ts"

export const customer = "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as CustomerId
export const contract = "0c0c0c0c-0000-4000-8000-000000000001" as ContractId
export const nobody = "9b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as Pseudonym.PseudonymId
export const day = 86_400_000
export const dawn = Date.parse("2021-03-01T10:00:00Z")
export const moment = (days: number) => DateTime.makeUnsafe(dawn + days * day)

/**
 * Services over a memory. Data without an end are refused only where `needsEnd` says so, and what was given before a notice
 * only where `needsNotice` does.
 */
export const over = (
  memory: VaultMemory.VaultMemory,
  around: AtEachCall = undisturbed,
  needsEnd = false,
  needsNotice = false,
) =>
  requestsLayer.pipe(
    Layer.provideMerge(
      Layer.mergeAll(collectionLayer, pseudonymsLayer, customersLayer, interactionsLayer, erasureLayer),
    ),
    Layer.provideMerge(vaultLayer),
    Layer.provideMerge(openingsLayer),
    Layer.provideMerge(Layer.provideMerge(disturbed(around), Layer.merge(VaultMemory.layerOver(memory), eventStores))),
    Layer.provide(Layer.succeed(Elsewhere, !needsEnd)),
    Layer.provide(Layer.succeed(NoticedElsewhere, !needsNotice)),
  )

/** Services for a test that runs its effects one by one: they stay open until it ends. */
export const built = <A, E>(layer: Layer.Layer<A, E>): Promise<Context.Context<A>> => {
  const scope = Scope.makeUnsafe()
  onTestFinished(() => Effect.runPromise(Scope.close(scope, Exit.void)))
  return Effect.runPromise(Layer.buildWithScope(layer, scope))
}

export const access: Access = {
  purpose: "customerCare",
  actor: { id: nobody, roles: ["support"] },
  reason: "customerSupport",
}

export const open = (sealed: Sealed<string>, purpose = access.purpose) =>
  Effect.map(Effect.result(Vault.use((vault) => vault.open({ customer, sealed, ...access, purpose }))), (answer) => {
    if (answer._tag === "Success") {
      return answer.success._tag === "Open" ? `Open ${answer.success.value}` : answer.success._tag
    }
    return answer.failure._tag === "Refusal" ? answer.failure.rule : answer.failure._tag
  })

/** A Customer with a contract for a year, and a policy by which it may care for people. */
export const contracted = (policyVersion = "dialonce/2021-02-17") =>
  Customers.use((customers) =>
    customers.declare(customer, [
      { _tag: "AdoptPolicyVersion", at: moment(0), policyVersion: policyVersion as PolicyVersionId },
      {
        _tag: "SignContract",
        at: moment(0),
        contract,
        clauses: [...agreementClauses],
        purposes: ["requestedService", "customerCare"],
        categories: ["telephoneNumber", "ipAddress", "freeText"],
        ownServices: [],
        places: ["FR"],
        recognition: false,
      },
    ]),
  )

/** Sets how long a category is kept, from the beginning. */
export const periodOf = Effect.fnUntraced(function* (category: PersonalDataCategory, period: Period, version: string) {
  const policyVersion = version as PolicyVersionId
  const policy = PolicyBook.timeline(PolicyBook.published, [{ from: 0, policyVersion }])(moment(0))!
  const command = { _tag: "SetRetentionPeriod", at: moment(0), category, period } as const
  yield* CommandHandler.handle(RetentionPolicy.aggregate, { customer, id: customer, command, context: { policy } })
})

/** What is disclosed to a sub-processor, but for whom and by whom. */
export const toSubProcessor = {
  ground: "subProcessor",
  purpose: "customerCare",
  categories: ["telephoneNumber"],
  data: "otherData",
  manner: "file",
  destination: "FR",
  conditions: [],
  againstPayment: false,
} as const

export const observed = (pseudonym: Pseudonym.PseudonymId, text: string) =>
  Pseudonyms.use((pseudonyms) =>
    pseudonyms.observe({
      customer,
      pseudonym,
      identifier: { kind: "telephoneNumber", text },
      purposes: ["customerCare"],
      validFrom: dawn,
    }),
  )

export const locate = (text: string, from = dawn) =>
  Vault.use((vault) =>
    vault.locate({
      customer,
      identifier: { kind: "telephoneNumber", text },
      from,
      to: from + day,
      ...access,
      purpose: "rightsFulfilment",
      matter: nobody,
    }),
  )

export const refusalOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.result(effect), (answer) =>
    answer._tag === "Failure" &&
    typeof answer.failure === "object" &&
    answer.failure !== null &&
    "rule" in answer.failure
      ? answer.failure.rule
      : answer._tag,
  )

/** Dies once, at one call of a port. */
export const deadly = (call: number, when: "before" | "after") => {
  let [calls, isArmed] = [0, false]
  const around: AtEachCall = (_, carriedOut) =>
    Effect.suspend(() => {
      if (!isArmed || ++calls !== call) return carriedOut
      return when === "before" ? Effect.die("crash") : Effect.andThen(Effect.exit(carriedOut), Effect.die("crash"))
    })
  return {
    around,
    /** Does something in the course of which that call may come. */
    armed: <A, E, R>(effect: Effect.Effect<A, E, R>) =>
      Effect.suspend(() => {
        isArmed = true
        return Effect.tap(Effect.exit(effect), () => Effect.sync(() => void (isArmed = false)))
      }),
  }
}

export const startUnder = Effect.fnUntraced(function* (policyVersion?: string) {
  yield* TestClock.setTime(dawn)
  yield* contracted(policyVersion)
  yield* TestClock.setTime(dawn + day)
  return yield* Pseudonyms.use((pseudonyms) => pseudonyms.issue(customer))
})

export const start = startUnder()

export const twelveMonths = "dialonce/2019-03-05"
