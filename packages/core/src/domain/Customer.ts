/**
 * A Customer: the organisation whose service people contact, and the controller of their data. Its stream holds its
 * contract with the operator and what it declares: the policy version it has adopted, the numbers and entry points it
 * lists, the scenarios it publishes, the input fields it answers for and the statistics it has published. An interaction
 * is judged by what was declared at its moment (LISTED, POLICY-BIND).
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { Decider } from "../eventsourcing/Decider.ts"
import * as EventCodec from "../eventsourcing/EventCodec.ts"
import { ofPublic } from "../eventsourcing/FieldClass.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type { StreamId } from "../eventsourcing/StreamId.ts"
import * as Calendar from "../calendar/Calendar.ts"
import type { EffectivePolicy } from "../policy/binding/EffectivePolicy.ts"
import * as Law from "../policy/law/Law.ts"
import * as PolicyBook from "../policy/binding/PolicyBook.ts"
import { PlainDate } from "../calendar/PlainDate.ts"
import type { Purpose } from "../policy/checks/Purpose.ts"
import type { RuleKey } from "../policy/text/RuleKey.ts"
import { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import * as Contract from "./Contract.ts"
import * as Category from "./internal/Category.ts"
import { asksForCredential } from "./internal/FieldName.ts"
import {
  ContractId,
  EntryPointId,
  FieldId,
  FieldReason,
  GoalId,
  ListedNumberId,
  PolicyVersionId,
  ScenarioId,
  StatisticId,
  StepId,
  StepKind,
} from "./Identifier.ts"
import { nothing, record, refuse } from "./internal/Decision.ts"

// Stream

/** The kind of a Customer's stream. There is one in a compartment, and its id is the Customer's. */
export const streamKind = "customer"

/**
 * The stream of a Customer.
 *
 * @example
 * ```ts
 * import { Customer } from "@tacet/core/domain"
 * import type { CustomerId } from "@tacet/core/eventsourcing"
 *
 * const stream = (customer: CustomerId.CustomerId) => Customer.streamOf(customer)
 * ```
 */
export const streamOf = (customer: CustomerId): StreamId => ({ kind: streamKind, id: customer })

// Events: their names and fields are a storage format

const occurredAt = Schema.DateTimeUtcFromMillis

/** From now on this contract is in force, in place of the one before (CLAUSES, SUBCONTRACT, CUST-LINK). */
export const ContractSigned = Schema.TaggedStruct("ContractSigned", {
  occurredAt,
  contract: ContractId,
  ...Contract.terms,
})
/** From now on it is not (RET-CONTRACT-CAP). */
export const ContractEnded = Schema.TaggedStruct("ContractEnded", { occurredAt, contract: ContractId })
/** A version of the privacy policy binds what happens from now on (POLICY-BIND). */
export const PolicyVersionAdopted = Schema.TaggedStruct("PolicyVersionAdopted", {
  occurredAt,
  policyVersion: PolicyVersionId,
})
/** From now on interactions may start from this number (LISTED). */
export const NumberListed = Schema.TaggedStruct("NumberListed", { occurredAt, number: ListedNumberId })
/** From now on none may. */
export const NumberUnlisted = Schema.TaggedStruct("NumberUnlisted", { occurredAt, number: ListedNumberId })
/** From now on interactions may start from this entry point: a page, an app, a QR code (TRIGGER). */
export const EntryPointListed = Schema.TaggedStruct("EntryPointListed", { occurredAt, entryPoint: EntryPointId })
/** From now on none may. */
export const EntryPointUnlisted = Schema.TaggedStruct("EntryPointUnlisted", { occurredAt, entryPoint: EntryPointId })
/** The declared screens and journeys of a scenario; a later publication replaces it (STAT-JOURNEY). */
export const ScenarioPublished = Schema.TaggedStruct("ScenarioPublished", {
  occurredAt,
  scenario: ScenarioId,
  steps: Schema.Array(Schema.Struct({ step: StepId, kind: StepKind })),
  /** The journeys that the Customer expects, each a sequence of declared steps. */
  journeys: Schema.Array(Schema.Array(StepId)),
  goals: Schema.Array(GoalId),
})
/** A field for values, for which the Customer answers (FIELD-RESP). */
export const InputFieldDeclared = Schema.TaggedStruct("InputFieldDeclared", {
  occurredAt,
  field: FieldId,
  category: PersonalDataCategory,
  /** Whether the person must fill it in to go on, and why (MANDATORY). */
  required: Schema.Boolean,
  reason: Schema.optionalKey(FieldReason),
  /** Who fills it in: the person, or the Customer's own service (SUBCONTRACT). */
  origin: Schema.Literals(["person", "customerService"]),
})
/** Figures of some days that are anonymous and frozen: what they are is known by their digest (AGG-3P). */
export const StatisticPublished = Schema.TaggedStruct("StatisticPublished", {
  occurredAt,
  statistic: StatisticId,
  from: PlainDate,
  through: PlainDate,
  digest: Schema.String.check(
    Schema.isPattern(/^[0-9a-f]{64}$/, { expected: "a SHA-256 digest in hexadecimal" }),
  ).annotate(ofPublic),
})

/** How the events of a Customer are stored. */
export const codec = EventCodec.make(streamKind, [
  ContractSigned,
  ContractEnded,
  PolicyVersionAdopted,
  NumberListed,
  NumberUnlisted,
  EntryPointListed,
  EntryPointUnlisted,
  ScenarioPublished,
  EventCodec.define(InputFieldDeclared, {
    schemaVersion: 2,
    // Before, fields were the person's own, and none was recorded as one that has to be filled in.
    upcasters: { 1: (payload) => ({ ...payload, required: false, origin: "person" }) },
  }),
  StatisticPublished,
])
export type Event = EventCodec.EventOf<typeof codec>

// State

/** A scenario as published last. */
export type Scenario = typeof ScenarioPublished.Type

/** From when and, where it ended, until when something is listed, in epoch milliseconds: `[from, to)`. */
interface Listing {
  readonly from: number
  readonly to: number
}

type Listings<Reference> = ReadonlyMap<Reference, ReadonlyArray<Listing>>

/** A field as it was declared. `from` in epoch milliseconds. */
export interface Field {
  readonly from: number
  readonly category: PersonalDataCategory
  readonly required: boolean
  readonly reason: FieldReason | undefined
  readonly origin: "person" | "customerService"
}

/** What a Customer has declared. */
export interface State {
  readonly contracts: ReadonlyArray<Contract.Signed>
  readonly policyVersions: ReadonlyArray<{ readonly from: number; readonly policyVersion: PolicyVersionId }>
  readonly numbers: Listings<ListedNumberId>
  readonly entryPoints: Listings<EntryPointId>
  readonly scenarios: ReadonlyMap<ScenarioId, ReadonlyArray<Scenario>>
  readonly fields: ReadonlyMap<FieldId, Field>
  readonly statistics: ReadonlyMap<StatisticId, typeof StatisticPublished.Type>
}

/** A Customer that has declared nothing. */
export const initial: State = {
  contracts: [],
  policyVersions: [],
  numbers: new Map(),
  entryPoints: new Map(),
  scenarios: new Map(),
  fields: new Map(),
  statistics: new Map(),
}

/**
 * The contract in force at a moment, under the policy of that moment: one without the clauses that the policy demands by
 * then is in force no longer (CLAUSES).
 *
 * @example
 * ```ts
 * import { Customer } from "@tacet/core/domain"
 * import type { EffectivePolicy } from "@tacet/core/policy"
 *
 * const categories = (state: Customer.State, policy: EffectivePolicy.EffectivePolicy) =>
 *   Customer.contractAt(state, policy, policy.at)?.categories
 * ```
 */
export const contractAt = (
  { contracts }: State,
  policy: EffectivePolicy,
  at: DateTime.Utc,
): Contract.Terms | undefined => contracts.findLast((signed) => Contract.isInForce(signed, policy, at))?.terms

/**
 * When the contract under which something was collected came to its end, in epoch milliseconds (RET-CONTRACT-CAP). A
 * contract that follows without a gap goes on with it; `undefined` while none has ended, and where there was none.
 *
 * @example
 * ```ts
 * import { Customer } from "@tacet/core/domain"
 *
 * const end = Customer.contractEndAfter(Customer.initial, 0, "Europe/Paris") // => undefined
 * ```
 */
export const contractEndAfter = (
  { contracts }: State,
  collectedAt: number,
  timeZone: Calendar.TimeZoneName,
): number | undefined => {
  const terms = contracts.map(({ from, terms: { lastDay }, to }) => {
    const last = lastDay === undefined ? Infinity : DateTime.toEpochMillis(Calendar.endOfDay(lastDay, timeZone))
    return { from, to: Math.min(to, last) }
  })
  let end = collectedAt
  for (;;) {
    const going = terms.filter(({ from, to }) => from <= end && end < to)
    if (going.length === 0) return end === collectedAt ? undefined : end
    end = Math.max(...going.map(({ to }) => to))
    if (end === Infinity) return undefined
  }
}

/**
 * The purposes that the Customer instructs at a moment, for the check of a purpose (CUST-PURPOSE); `undefined` without a
 * contract in force.
 *
 * @example
 * ```ts
 * import { Customer } from "@tacet/core/domain"
 * import { type EffectivePolicy, Purpose } from "@tacet/core/policy"
 *
 * const answer = (state: Customer.State, policy: EffectivePolicy.EffectivePolicy) => {
 *   const instructed = Customer.instructedPurposes(state, policy, policy.at)
 *   return Purpose.check(policy, {
 *     role: "processor",
 *     purpose: "customerCare",
 *     ...(instructed === undefined ? {} : { instructed }),
 *   })
 * }
 * ```
 */
export const instructedPurposes = (
  state: State,
  policy: EffectivePolicy,
  at: DateTime.Utc,
): ReadonlyArray<Purpose> | undefined => contractAt(state, policy, at)?.purposes

/**
 * Whether the Customer may link the operator's data with personal data of its own at a moment (CUST-LINK).
 *
 * @example
 * ```ts
 * import { Customer } from "@tacet/core/domain"
 * import type { EffectivePolicy } from "@tacet/core/policy"
 *
 * const may = (state: Customer.State, policy: EffectivePolicy.EffectivePolicy): boolean =>
 *   Customer.mayLink(state, policy, policy.at)
 * ```
 */
export const mayLink = (state: State, policy: EffectivePolicy, at: DateTime.Utc): boolean => {
  const terms = contractAt(state, policy, at)
  return terms !== undefined && Contract.permitsLinking(terms, policy)
}

/**
 * Whether personal data of a category may come from the Customer's own services at a moment (SUBCONTRACT).
 *
 * @example
 * ```ts
 * import { Customer } from "@tacet/core/domain"
 * import type { EffectivePolicy } from "@tacet/core/policy"
 *
 * const may = (state: Customer.State, policy: EffectivePolicy.EffectivePolicy): boolean =>
 *   Customer.coversOwnService(state, "name", policy, policy.at)
 * ```
 */
export const coversOwnService = (
  state: State,
  category: PersonalDataCategory,
  policy: EffectivePolicy,
  at: DateTime.Utc,
): boolean => contractAt(state, policy, at)?.ownServices.includes(category) === true

/**
 * Whether a number is listed at a moment (LISTED).
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import { Customer, type Identifier } from "@tacet/core/domain"
 *
 * const listed = (state: Customer.State, number: Identifier.ListedNumberId): boolean =>
 *   Customer.isNumberListed(state, number, DateTime.makeUnsafe("2026-01-01T00:00:00Z"))
 * ```
 */
export const isNumberListed = (state: State, number: ListedNumberId, at: DateTime.Utc): boolean =>
  isListed(state.numbers.get(number), DateTime.toEpochMillis(at))

/**
 * Whether an entry point is listed at a moment (LISTED).
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import { Customer, type Identifier } from "@tacet/core/domain"
 *
 * const listed = (state: Customer.State, entryPoint: Identifier.EntryPointId): boolean =>
 *   Customer.isEntryPointListed(state, entryPoint, DateTime.makeUnsafe("2026-01-01T00:00:00Z"))
 * ```
 */
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
 * const bound = (state: Customer.State) =>
 *   Customer.policyVersionAt(state, DateTime.makeUnsafe("2026-01-01T00:00:00Z"))
 * ```
 */
export const policyVersionAt = (state: State, at: DateTime.Utc): PolicyVersionId | undefined =>
  latestAt(state.policyVersions, DateTime.toEpochMillis(at))?.policyVersion

/**
 * A scenario as it was published at a moment, if it was.
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import { Customer, type Identifier } from "@tacet/core/domain"
 *
 * const published = (state: Customer.State, scenario: Identifier.ScenarioId) =>
 *   Customer.scenarioAt(state, scenario, DateTime.makeUnsafe("2026-01-01T00:00:00Z"))
 * ```
 */
export const scenarioAt = (state: State, scenario: ScenarioId, at: DateTime.Utc): Scenario | undefined => {
  const instant = DateTime.toEpochMillis(at)
  return (state.scenarios.get(scenario) ?? []).findLast((one) => DateTime.toEpochMillis(one.occurredAt) <= instant)
}

/**
 * All scenarios as they were published last.
 *
 * @example
 * ```ts
 * import { Customer } from "@tacet/core/domain"
 *
 * const declared = (state: Customer.State) => Customer.publishedScenarios(state)
 * ```
 */
export const publishedScenarios = (state: State): ReadonlyArray<Scenario> =>
  Array.from(state.scenarios.values(), (versions) => versions[versions.length - 1]!)

/**
 * A field as it was declared by a moment, if it was (FIELD-RESP).
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import { Customer, type Identifier } from "@tacet/core/domain"
 *
 * const category = (state: Customer.State, field: Identifier.FieldId) =>
 *   Customer.fieldAt(state, field, DateTime.makeUnsafe("2026-01-01T00:00:00Z"))?.category
 * ```
 */
export const fieldAt = (state: State, field: FieldId, at: DateTime.Utc): Field | undefined => {
  const declared = state.fields.get(field)
  return declared !== undefined && declared.from <= DateTime.toEpochMillis(at) ? declared : undefined
}

const latestAt = <A extends { readonly from: number }>(versions: ReadonlyArray<A>, instant: number): A | undefined =>
  versions.findLast((version) => version.from <= instant)

// Evolve

const evolve = (state: State, event: Event): State => {
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
      return { ...state, policyVersions: [...state.policyVersions, { from, policyVersion: event.policyVersion }] }
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
      return { ...state, scenarios: new Map(state.scenarios).set(event.scenario, versions) }
    }
    case "InputFieldDeclared": {
      const { category, origin, reason, required } = event
      const field = { from, category, required, reason, origin }
      return { ...state, fields: new Map(state.fields).set(event.field, field) }
    }
    case "StatisticPublished":
      return { ...state, statistics: new Map(state.statistics).set(event.statistic, event) }
  }
}

const endedAt = (signed: Contract.Signed, to: number): Contract.Signed =>
  signed.to === Number.POSITIVE_INFINITY ? { ...signed, to } : signed

const opened = <Reference>(listings: Listings<Reference>, reference: Reference, from: number): Listings<Reference> =>
  new Map(listings).set(reference, [...(listings.get(reference) ?? []), { from, to: Number.POSITIVE_INFINITY }])

const closed = <Reference>(listings: Listings<Reference>, reference: Reference, to: number): Listings<Reference> =>
  new Map(listings).set(
    reference,
    (listings.get(reference) ?? []).map((listing) =>
      listing.to === Number.POSITIVE_INFINITY ? { ...listing, to } : listing,
    ),
  )

// Commands

const at = Schema.DateTimeUtc

/** What a Customer may be asked to declare. `at` is the moment from which it holds. */
export const Command = Schema.Union([
  Schema.TaggedStruct("SignContract", { at, contract: ContractId, ...Contract.terms }),
  Schema.TaggedStruct("EndContract", { at, contract: ContractId }),
  Schema.TaggedStruct("AdoptPolicyVersion", { at, policyVersion: PolicyVersionId }),
  Schema.TaggedStruct("ListNumber", { at, number: ListedNumberId }),
  Schema.TaggedStruct("UnlistNumber", { at, number: ListedNumberId }),
  Schema.TaggedStruct("ListEntryPoint", { at, entryPoint: EntryPointId }),
  Schema.TaggedStruct("UnlistEntryPoint", { at, entryPoint: EntryPointId }),
  Schema.TaggedStruct("PublishScenario", {
    at,
    scenario: ScenarioId,
    steps: ScenarioPublished.fields.steps,
    journeys: ScenarioPublished.fields.journeys,
    goals: ScenarioPublished.fields.goals,
  }),
  Schema.TaggedStruct("DeclareInputField", {
    at,
    field: FieldId,
    category: PersonalDataCategory,
    /** Whether the person must fill it in to go on: no field for free text may be (VOLUNTARY). */
    required: Schema.Boolean,
    reason: Schema.optionalKey(FieldReason),
    /** Default: the person. */
    origin: Schema.optionalKey(InputFieldDeclared.fields.origin),
  }),
  Schema.TaggedStruct("PublishStatistic", {
    at,
    statistic: StatisticId,
    from: PlainDate,
    through: PlainDate,
    digest: StatisticPublished.fields.digest,
  }),
])
export type Command = typeof Command.Type

/** The facts that a decision needs beside the Customer itself. */
export interface Context {
  /** The texts that it may adopt, and the law beside them. */
  readonly policies: PolicyBook.PolicyBook
}

/** The published versions under the law as the library knows it. */
export const published: Context = { policies: PolicyBook.published }

// Decide

const decide = (state: State, command: Command, context: Context): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const occurredAt = command.at
  const instant = DateTime.toEpochMillis(occurredAt)
  switch (command._tag) {
    case "SignContract":
      return signContract(state, command, context)
    case "EndContract": {
      const signed = state.contracts.find(({ contract }) => contract === command.contract)
      if (signed === undefined) return refuse("TACET-STARTED", command, "contract", "a contract that was signed")
      if (signed.to !== Number.POSITIVE_INFINITY) return nothing
      return instant > signed.from
        ? record({ _tag: "ContractEnded", occurredAt, contract: command.contract })
        : refuse("TACET-TIME", command, "at", "a moment after the contract was signed")
    }
    case "PublishStatistic":
      return publishStatistic(state, command, context)
    case "AdoptPolicyVersion": {
      const { policyVersion } = command
      const last = state.policyVersions.at(-1)
      if (last === undefined || instant > last.from) {
        if (last?.policyVersion === policyVersion) return nothing
        return adoptionFault(command, context) ?? record({ _tag: "PolicyVersionAdopted", occurredAt, policyVersion })
      }
      return instant === last.from && last.policyVersion === policyVersion
        ? nothing
        : refuse("POLICY-BIND", command, "at", "a moment after the adoption of the version now in force")
    }
    case "ListNumber": {
      const { number } = command
      return list(state.numbers.get(number), command, { _tag: "NumberListed", occurredAt, number })
    }
    case "UnlistNumber": {
      const { number } = command
      return unlist(state.numbers.get(number), command, { _tag: "NumberUnlisted", occurredAt, number })
    }
    case "ListEntryPoint": {
      const { entryPoint } = command
      return list(state.entryPoints.get(entryPoint), command, { _tag: "EntryPointListed", occurredAt, entryPoint })
    }
    case "UnlistEntryPoint": {
      const { entryPoint } = command
      return unlist(state.entryPoints.get(entryPoint), command, { _tag: "EntryPointUnlisted", occurredAt, entryPoint })
    }
    case "PublishScenario": {
      const { goals, journeys, scenario, steps } = command
      const declared = new Set(steps.map(({ step }) => step))
      if (declared.size !== steps.length) return refuse("RECORDED", command, "steps", "each step once")
      if (new Set(goals).size !== goals.length) return refuse("RECORDED", command, "goals", "each goal once")
      if (journeys.some((journey) => journey.length === 0 || journey.some((step) => !declared.has(step)))) {
        return refuse(
          "RECORDED",
          command,
          "journeys",
          "journeys of at least one step, made of the scenario's own steps",
        )
      }
      const published: Scenario = { _tag: "ScenarioPublished", occurredAt, scenario, steps, journeys, goals }
      const last = state.scenarios.get(scenario)?.at(-1)
      if (last === undefined) return record(published)
      const since = DateTime.toEpochMillis(last.occurredAt)
      if (instant >= since && sameContent(last, published)) return nothing
      return instant > since
        ? record(published)
        : refuse("TACET-TIME", command, "at", "a moment after the publication that it replaces")
    }
    case "DeclareInputField":
      return declareField(state, command, context)
  }
}

type CommandOf<Tag extends Command["_tag"]> = Extract<Command, { readonly _tag: Tag }>
type Decision = Result.Result<ReadonlyArray<Event>, Refusal>

/** What binds a moment for this Customer, if a version was adopted by then. */
const policyOf = (state: State, { policies }: Context, at: DateTime.Utc): EffectivePolicy | undefined =>
  PolicyBook.timeline(policies, state.policyVersions)(at)

const adoptFirst = "a moment at which the Customer has adopted a policy version"

const signContract = (state: State, command: CommandOf<"SignContract">, context: Context): Decision => {
  const { _tag: _, at: occurredAt, contract, ...terms } = command
  const instant = DateTime.toEpochMillis(occurredAt)
  const known = state.contracts.find((signed) => signed.contract === contract)
  if (known !== undefined) {
    return known.from === instant && Contract.sameTerms(known.terms, terms)
      ? nothing
      : refuse("TACET-ONCE", command, "contract", "a contract of its own for each signature")
  }
  const last = state.contracts.at(-1)
  const since = last === undefined ? undefined : last.to === Number.POSITIVE_INFINITY ? last.from + 1 : last.to
  if (since !== undefined && instant < since) {
    return refuse("TACET-TIME", command, "at", "a moment after the contract that it replaces")
  }
  const policy = policyOf(state, context, occurredAt)
  if (policy === undefined) return refuse("POLICY-BIND", command, "at", adoptFirst)
  const fault = Contract.fault(policy, terms)
  return fault === undefined
    ? record({ _tag: "ContractSigned", occurredAt, contract, ...terms })
    : refuse(fault.rule, command, fault.field, fault.accepted)
}

const publishStatistic = (state: State, command: CommandOf<"PublishStatistic">, context: Context): Decision => {
  const { at: occurredAt, digest, from, statistic, through } = command
  const known = state.statistics.get(statistic)
  if (known !== undefined) {
    return known.digest === digest && known.from === from && known.through === through
      ? nothing
      : refuse("TACET-ONCE", command, "statistic", "a statistic of its own: what was published stays as it is")
  }
  const policy = policyOf(state, context, occurredAt)
  if (policy === undefined) return refuse("POLICY-BIND", command, "at", adoptFirst)
  if (!policy.parameters.nonPersonalUses.includes("giveToThirdParties")) {
    return refuse("AGG-3P", command, undefined, "a policy under which what identifies nobody is given to third parties")
  }
  return from <= through && DateTime.isLessThanOrEqualTo(Calendar.endOfDay(through, policy.timeZone), occurredAt)
    ? record({ _tag: "StatisticPublished", occurredAt, statistic, from, through, digest })
    : refuse("TACET-WINDOW", command, "through", "days that are over, from the first to the last")
}

const declareField = (state: State, command: CommandOf<"DeclareInputField">, context: Context): Decision => {
  const { at: occurredAt, category, field, origin = "person", reason, required } = command
  if (asksForCredential(field)) {
    return refuse("REDIRECT", command, "field", "a redirection to the Customer's own sign-in, and no such field")
  }
  const barred = Category.ruleAgainst(category)
  if (barred !== undefined) return refuse(barred, command, "category", Category.recordable)
  if (required && Category.isFreeText(category)) {
    return refuse("VOLUNTARY", command, "required", "a field for free text that may be left empty")
  }
  const declared = state.fields.get(field)
  if (declared !== undefined) {
    const changed =
      declared.category !== category
        ? "category"
        : declared.origin !== origin
          ? "origin"
          : declared.required !== required
            ? "required"
            : declared.reason !== reason
              ? "reason"
              : undefined
    if (changed !== undefined) {
      return refuse("FIELD-RESP", command, changed, "the field as it was declared, or a new field")
    }
    return DateTime.toEpochMillis(occurredAt) >= declared.from
      ? nothing
      : refuse("FIELD-RESP", command, "at", "a moment at or after the declaration of the field")
  }
  const policy = policyOf(state, context, occurredAt)
  const asksReason = policy === undefined || policy.parameters.mandatoryFields.includes("recordReason")
  if (required && asksReason && reason === undefined) {
    return refuse("MANDATORY", command, "reason", "the reason for which the field has to be filled in")
  }
  if (
    origin === "customerService" &&
    (policy === undefined || !coversOwnService(state, category, policy, occurredAt))
  ) {
    return refuse(
      "SUBCONTRACT",
      command,
      "origin",
      "a contract in force that covers the category of the service's data",
    )
  }
  return record({
    _tag: "InputFieldDeclared",
    occurredAt,
    field,
    category,
    required,
    ...(reason === undefined ? {} : { reason }),
    origin,
  })
}

/** A version is adopted with its text known, and never one that states less than the law of that day. */
const adoptionFault = (
  command: CommandOf<"AdoptPolicyVersion">,
  { policies }: Context,
): Result.Result<never, Refusal> | undefined => {
  const text = PolicyBook.text(policies, command.policyVersion)
  if (text === undefined) return refuse("POLICY-BIND", command, "policyVersion", "a version whose text is at hand")
  const configured = Law.configure(text, command.at, policies.legal)
  if (Result.isSuccess(configured)) return undefined
  const { violations } = configured.failure
  const accepted = violations.map((one) => `${one.parameter} (${one.articles.join(", ")}): ${one.accepted}`)
  return refuse(
    (violations[0]?.rules[0] ?? "LAW") as RuleKey,
    command,
    "policyVersion",
    `a version that keeps to the law of that day: ${accepted.join("; ")}`,
  )
}

const sameContent = Schema.toEquivalence(
  Schema.Struct({
    steps: ScenarioPublished.fields.steps,
    journeys: ScenarioPublished.fields.journeys,
    goals: ScenarioPublished.fields.goals,
  }),
)

/** Adds nothing where it is listed at that moment and ever since. */
const list = (
  listings: ReadonlyArray<Listing> | undefined,
  command: Command,
  event: Event,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const instant = DateTime.toEpochMillis(command.at)
  const last = listings?.at(-1)
  if (last === undefined) return record(event)
  if (last.to === Number.POSITIVE_INFINITY) {
    return instant >= last.from ? nothing : refuse("LISTED", command, "at", "a moment at or after it was listed")
  }
  return instant >= last.to ? record(event) : refuse("LISTED", command, "at", "a moment at or after it was unlisted")
}

/** Adds nothing where it is not listed at that moment nor ever since. */
const unlist = (
  listings: ReadonlyArray<Listing> | undefined,
  command: Command,
  event: Event,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const instant = DateTime.toEpochMillis(command.at)
  const last = listings?.at(-1)
  if (last === undefined) return nothing
  if (last.to === Number.POSITIVE_INFINITY) {
    return instant > last.from ? record(event) : refuse("LISTED", command, "at", "a moment after it was listed")
  }
  return instant >= last.to ? nothing : refuse("LISTED", command, "at", "a moment at or after it was unlisted")
}

/** The decider of a Customer. */
export const decider: Decider<State, Command, Event, Context> = { initial, evolve, decide }

/** The decider with its storage format, for a command handler. */
export const aggregate = { codec, decider }
