/**
 * The state of a Customer, how its events change it, and the declarations in force at a moment.
 */
import * as DateTime from "effect/DateTime"
import type { EffectivePolicy } from "../../policy/binding/EffectivePolicy.ts"
import * as PolicyBook from "../../policy/binding/PolicyBook.ts"
import type { TextDigest } from "../../policy/binding/TextDigest.ts"
import type { Role } from "../../policy/text/parameters/processing.ts"
import type { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import type * as Contract from "../Contract.ts"
import { GrowingMap } from "../internal/GrowingMap.ts"
import type {
  EntryPointId,
  FieldId,
  FieldReason,
  ListedNumberId,
  PolicyVersionId,
  ProductId,
  ScenarioId,
  StatisticId,
} from "../Identifier.ts"
import type { DocumentsDeclared, PolicyAccepted, ScenarioPublished, StatisticPublished } from "./events.ts"
import { type Event } from "./events.ts"

/** A scenario as published last. */
export type Scenario = typeof ScenarioPublished.Type

/** From when and, where it ended, until when something is listed, in epoch milliseconds: `[from, to)`. */
export interface Listing {
  readonly from: number
  readonly to: number
}

/** A version as it was adopted. `from` in epoch milliseconds. */
export interface Adoption {
  readonly from: number
  readonly policyVersion: PolicyVersionId
  /** `null` where it was adopted before texts were pinned. */
  readonly digest: TextDigest | null
}

type Listings<Reference> = GrowingMap<Reference, ReadonlyArray<Listing>>

/** A field as it was declared. `from` in epoch milliseconds. */
export interface Field {
  readonly from: number
  readonly category: PersonalDataCategory
  readonly required: boolean
  readonly reason: FieldReason | undefined
  readonly origin: "person" | "customerService"
}

/** The declarations of a Customer. */
export interface State {
  readonly contracts: ReadonlyArray<Contract.Signed>
  readonly policyVersions: ReadonlyArray<Adoption>
  /** In the order of `from`. */
  readonly products: ReadonlyArray<{ readonly from: number; readonly product: ProductId }>
  /** What the Customer has declared last of its own documents. */
  readonly documents: typeof DocumentsDeclared.Type | undefined
  /** The versions that the Customer has accepted, each with its latest acceptance. */
  readonly acceptances: GrowingMap<PolicyVersionId, typeof PolicyAccepted.Type>
  readonly numbers: Listings<ListedNumberId>
  readonly entryPoints: Listings<EntryPointId>
  readonly scenarios: GrowingMap<ScenarioId, ReadonlyArray<Scenario>>
  readonly fields: GrowingMap<FieldId, Field>
  readonly statistics: GrowingMap<StatisticId, typeof StatisticPublished.Type>
  /** Whether the compartment is the operator's own, for its own accounts. */
  readonly isOwn: boolean
}

/** A Customer that has declared nothing. */
export const initial: State = {
  contracts: [],
  policyVersions: [],
  products: [],
  documents: undefined,
  acceptances: GrowingMap.empty(),
  numbers: GrowingMap.empty(),
  entryPoints: GrowingMap.empty(),
  scenarios: GrowingMap.empty(),
  fields: GrowingMap.empty(),
  statistics: GrowingMap.empty(),
  isOwn: false,
}

/**
 * The role of the operator in a compartment: processor in that of a Customer, controller of its own accounts, and in both a
 * publisher under a policy that knows no other role (ROLE, V56).
 *
 * @example
 * ```ts
 * import { Customer } from "@tacet/core/domain"
 * import { PolicyBook } from "@tacet/core/policy"
 * import * as DateTime from "effect/DateTime"
 *
 * const at = DateTime.makeUnsafe("2026-01-01T00:00:00Z")
 * const policy = PolicyBook.timeline(PolicyBook.published, [{ from: 0, policyVersion: "dialonce/2021-02-17" }])(at)!
 * Customer.roleIn(Customer.initial, policy) // => "processor"
 * Customer.roleIn({ ...Customer.initial, isOwn: true }, policy) // => "controller"
 * ```
 */
export const roleIn = ({ isOwn }: State, { parameters }: EffectivePolicy): Role =>
  !isOwn ? "processor" : parameters.roleModel === "publisher" ? "publisher" : "controller"

/**
 * Whether a number is listed at a moment (LISTED).
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import { Customer, type Identifier } from "@tacet/core/domain"
 *
 * const number = "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as Identifier.ListedNumberId
 * const occurredAt = DateTime.makeUnsafe("2026-01-01T00:00:00Z")
 * const state = Customer.decider.evolve(Customer.initial, { _tag: "NumberListed", occurredAt, number })
 * Customer.isNumberListed(state, number, occurredAt) // => true
 * Customer.isNumberListed(state, number, DateTime.makeUnsafe("2025-12-31T00:00:00Z")) // => false
 * ```
 */
export const isNumberListed = (state: State, number: ListedNumberId, at: DateTime.Utc): boolean =>
  isListed(state.numbers.get(number), DateTime.toEpochMillis(at))

/** Whether an entry point is listed at a moment (LISTED). */
export const isEntryPointListed = (state: State, entryPoint: EntryPointId, at: DateTime.Utc): boolean =>
  isListed(state.entryPoints.get(entryPoint), DateTime.toEpochMillis(at))

const isListed = (listings: ReadonlyArray<Listing> | undefined, instant: number): boolean =>
  listings !== undefined && listings.some((listing) => listing.from <= instant && instant < listing.to)

/**
 * The policy version that binds what happens at a moment, if one was adopted by then (POLICY-BIND).
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import { Customer } from "@tacet/core/domain"
 *
 * Customer.policyVersionAt(Customer.initial, DateTime.makeUnsafe("2026-01-01T00:00:00Z")) // => undefined
 * ```
 */
export const policyVersionAt = (state: State, at: DateTime.Utc): PolicyVersionId | undefined =>
  adoptionAt(state, at)?.policyVersion

/** The adoption in force at a moment, if a version was adopted by then (POLICY-BIND). */
export const adoptionAt = (state: State, at: DateTime.Utc): Adoption | undefined =>
  latestAt(state.policyVersions, DateTime.toEpochMillis(at))

/**
 * The policy that binds each moment of a Customer: the versions that it has adopted, with the supplements of the product
 * that it uses then (POLICY-BIND, SUPPLEMENT).
 *
 * @example
 * ```ts
 * import { Customer } from "@tacet/core/domain"
 * import { PolicyBook } from "@tacet/core/policy"
 * import * as DateTime from "effect/DateTime"
 *
 * const policyAt = Customer.policyTimeline(Customer.initial, PolicyBook.published)
 * policyAt(DateTime.makeUnsafe(0)) // => undefined
 * ```
 */
export const policyTimeline = (
  { policyVersions, products }: Pick<State, "policyVersions" | "products">,
  policies: PolicyBook.PolicyBook,
): PolicyBook.PolicyAt => PolicyBook.timeline(policies, policyVersions, products)

/** A scenario as it was published at a moment, if it was. */
export const scenarioAt = (state: State, scenario: ScenarioId, at: DateTime.Utc): Scenario | undefined => {
  const instant = DateTime.toEpochMillis(at)
  return (state.scenarios.get(scenario) ?? []).findLast((one) => DateTime.toEpochMillis(one.occurredAt) <= instant)
}

/** All scenarios as they were published last. */
export const publishedScenarios = (state: State): ReadonlyArray<Scenario> =>
  Array.from(state.scenarios.values(), (versions) => versions[versions.length - 1]!)

/** A field as it was declared by a moment, if it was (FIELD-RESP). */
export const fieldAt = (state: State, field: FieldId, at: DateTime.Utc): Field | undefined => {
  const declared = state.fields.get(field)
  return declared !== undefined && declared.from <= DateTime.toEpochMillis(at) ? declared : undefined
}

const latestAt = <A extends { readonly from: number }>(versions: ReadonlyArray<A>, instant: number): A | undefined =>
  versions.findLast((version) => version.from <= instant)

// Evolve

export const evolve = (state: State, event: Event): State => {
  const from = DateTime.toEpochMillis(event.occurredAt)
  switch (event._tag) {
    case "ContractSigned": {
      const { _tag: _, contract, occurredAt: __, ...terms } = event
      const before = state.contracts.map((signed) => endedAt(signed, from))
      return { ...state, contracts: [...before, { contract, from, to: Number.POSITIVE_INFINITY, terms }] }
    }
    case "ContractEnded": {
      const contracts = state.contracts.map((one) => (one.contract === event.contract ? endedAt(one, from) : one))
      return { ...state, contracts }
    }
    case "PolicyVersionAdopted":
      return {
        ...state,
        policyVersions: [...state.policyVersions, { from, policyVersion: event.policyVersion, digest: event.digest }],
      }
    case "NumberListed":
      return { ...state, numbers: opened(state.numbers, event.number, from) }
    case "NumberUnlisted":
      return { ...state, numbers: closed(state.numbers, event.number, from) }
    case "EntryPointListed":
      return { ...state, entryPoints: opened(state.entryPoints, event.entryPoint, from) }
    case "EntryPointUnlisted":
      return { ...state, entryPoints: closed(state.entryPoints, event.entryPoint, from) }
    case "ScenarioPublished": {
      const versions = [...(state.scenarios.get(event.scenario) ?? []), event]
      return { ...state, scenarios: state.scenarios.with(event.scenario, versions) }
    }
    case "InputFieldDeclared": {
      const { category, origin, reason, required } = event
      const field = { from, category, required, reason, origin }
      return { ...state, fields: state.fields.with(event.field, field) }
    }
    case "OwnAccountsDeclared":
      return { ...state, isOwn: true }
    case "ProductUsed":
      return { ...state, products: [...state.products, { from, product: event.product }] }
    case "DocumentsDeclared":
      return { ...state, documents: event }
    case "PolicyAccepted":
      return { ...state, acceptances: state.acceptances.with(event.policyVersion, event) }
    case "StatisticPublished":
      return { ...state, statistics: state.statistics.with(event.statistic, event) }
  }
}

const endedAt = (signed: Contract.Signed, to: number): Contract.Signed =>
  signed.to === Number.POSITIVE_INFINITY ? { ...signed, to } : signed

const opened = <Reference>(listings: Listings<Reference>, reference: Reference, from: number): Listings<Reference> =>
  listings.with(reference, [...(listings.get(reference) ?? []), { from, to: Number.POSITIVE_INFINITY }])

const closed = <Reference>(listings: Listings<Reference>, reference: Reference, to: number): Listings<Reference> =>
  listings.with(
    reference,
    (listings.get(reference) ?? []).map((listing) =>
      listing.to === Number.POSITIVE_INFINITY ? { ...listing, to } : listing,
    ),
  )
