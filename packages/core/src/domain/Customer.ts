/**
 * A Customer: the organisation whose service people contact, and the controller of their data. Its stream holds what it
 * declares: the numbers and entry points it lists, the scenarios it publishes, the input fields it answers for and the
 * policy version it has adopted. An interaction is judged by what was declared at its moment (LISTED, POLICY-BIND).
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { Decider } from "../eventsourcing/Decider.ts"
import * as EventCodec from "../eventsourcing/EventCodec.ts"
import { Refusal } from "../eventsourcing/Refusal.ts"
import type { StreamId } from "../eventsourcing/StreamId.ts"
import * as Law from "../policy/Law.ts"
import * as PolicyBook from "../policy/PolicyBook.ts"
import type { RuleKey } from "../policy/RuleKey.ts"
import { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import * as Category from "./internal/Category.ts"
import { asksForCredential } from "./internal/FieldName.ts"
import {
  EntryPointId,
  FieldId,
  GoalId,
  ListedNumberId,
  PolicyVersionId,
  ScenarioId,
  StepId,
  StepKind,
} from "./Identifier.ts"

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
/** A field into which a person may type; the Customer answers for it (FIELD-RESP). */
export const InputFieldDeclared = Schema.TaggedStruct("InputFieldDeclared", {
  occurredAt,
  field: FieldId,
  category: PersonalDataCategory,
})

const Event = Schema.Union([
  PolicyVersionAdopted,
  NumberListed,
  NumberUnlisted,
  EntryPointListed,
  EntryPointUnlisted,
  ScenarioPublished,
  InputFieldDeclared,
])
export type Event = typeof Event.Type

/** How the events of a Customer are stored. */
export const codec = EventCodec.make(streamKind, [
  EventCodec.define(PolicyVersionAdopted),
  EventCodec.define(NumberListed),
  EventCodec.define(NumberUnlisted),
  EventCodec.define(EntryPointListed),
  EventCodec.define(EntryPointUnlisted),
  EventCodec.define(ScenarioPublished),
  EventCodec.define(InputFieldDeclared),
])

// State

/** A scenario as published last. */
export type Scenario = typeof ScenarioPublished.Type

/** From when and, where it ended, until when something is listed, in epoch milliseconds: `[from, to)`. */
interface Listing {
  readonly from: number
  readonly to: number
}

type Listings<Reference> = ReadonlyMap<Reference, ReadonlyArray<Listing>>

/** What a Customer has declared. */
export interface State {
  readonly policyVersions: ReadonlyArray<{ readonly from: number; readonly policyVersion: PolicyVersionId }>
  readonly numbers: Listings<ListedNumberId>
  readonly entryPoints: Listings<EntryPointId>
  readonly scenarios: ReadonlyMap<ScenarioId, ReadonlyArray<Scenario>>
  readonly fields: ReadonlyMap<FieldId, { readonly from: number; readonly category: PersonalDataCategory }>
}

/** A Customer that has declared nothing. */
export const initial: State = {
  policyVersions: [],
  numbers: new Map(),
  entryPoints: new Map(),
  scenarios: new Map(),
  fields: new Map(),
}

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
 * The category of a field that was declared by a moment, if it was (FIELD-RESP).
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import { Customer, type Identifier } from "@tacet/core/domain"
 *
 * const category = (state: Customer.State, field: Identifier.FieldId) =>
 *   Customer.fieldAt(state, field, DateTime.makeUnsafe("2026-01-01T00:00:00Z"))
 * ```
 */
export const fieldAt = (state: State, field: FieldId, at: DateTime.Utc): PersonalDataCategory | undefined => {
  const declared = state.fields.get(field)
  return declared !== undefined && declared.from <= DateTime.toEpochMillis(at) ? declared.category : undefined
}

const latestAt = <A extends { readonly from: number }>(versions: ReadonlyArray<A>, instant: number): A | undefined =>
  versions.findLast((version) => version.from <= instant)

// Evolve

const evolve = (state: State, event: Event): State => {
  const from = DateTime.toEpochMillis(event.occurredAt)
  switch (event._tag) {
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
    case "InputFieldDeclared":
      return { ...state, fields: new Map(state.fields).set(event.field, { from, category: event.category }) }
  }
}

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
    case "DeclareInputField": {
      const { category, field } = command
      if (asksForCredential(field)) {
        return refuse("REDIRECT", command, "field", "a redirection to the Customer's own sign-in, and no such field")
      }
      const barred = Category.ruleAgainst(category)
      if (barred !== undefined) return refuse(barred, command, "category", Category.recordable)
      if (command.required && Category.isFreeText(category)) {
        return refuse("VOLUNTARY", command, "required", "a field for free text that may be left empty")
      }
      const declared = state.fields.get(field)
      if (declared === undefined) return record({ _tag: "InputFieldDeclared", occurredAt, field, category })
      if (declared.category !== category) {
        return refuse(
          "FIELD-RESP",
          command,
          "category",
          "the category with which the field was declared, or a new field",
        )
      }
      return instant >= declared.from
        ? nothing
        : refuse("FIELD-RESP", command, "at", "a moment at or after the declaration of the field")
    }
  }
}

/** A version is adopted with its text known, and never one that states less than the law of that day. */
const adoptionFault = (
  command: Extract<Command, { readonly _tag: "AdoptPolicyVersion" }>,
  { policies }: Context,
): Result.Result<never, Refusal> | undefined => {
  const text = PolicyBook.text(policies, command.policyVersion)
  if (text === undefined) return refuse("POLICY-BIND", command, "policyVersion", "a version whose text is at hand")
  const configured = Law.configure(text, command.at, policies.legal)
  if (Result.isSuccess(configured)) return undefined
  const { weaknesses } = configured.failure
  const accepted = weaknesses.map((one) => `${one.parameter} (${one.articles.join(", ")}): ${one.accepted}`)
  return refuse(
    (weaknesses[0]?.rules[0] ?? "LAW") as RuleKey,
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

const nothing: Result.Result<ReadonlyArray<Event>, Refusal> = Result.succeed([])

const record = (event: Event): Result.Result<ReadonlyArray<Event>, Refusal> => Result.succeed([event])

const refuse = (rule: RuleKey, command: Command, field: string, accepted: string): Result.Result<never, Refusal> =>
  Result.fail(new Refusal({ rule, command: command._tag, field, accepted }))

/** The decider of a Customer. */
export const decider: Decider<State, Command, Event, Context> = { initial, evolve, decide }

/** The decider with its storage format, for a command handler. */
export const aggregate = { codec, decider }
