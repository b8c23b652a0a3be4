/**
 * The commands of a Customer, and the facts that a decision about one needs.
 */
import type * as DateTime from "effect/DateTime"
import type * as Result from "effect/Result"
import * as Contract from "../Contract.ts"
import * as Schema from "effect/Schema"
import { PlainDate } from "../../calendar/PlainDate.ts"
import type { Refusal } from "../../eventsourcing/Refusal.ts"
import type { EffectivePolicy } from "../../policy/binding/EffectivePolicy.ts"
import * as PolicyBook from "../../policy/binding/PolicyBook.ts"
import { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import {
  ContractId,
  EntryPointId,
  FieldId,
  FieldReason,
  ListedNumberId,
  PolicyVersionId,
  ProductId,
  ScenarioId,
  StatisticId,
} from "../Identifier.ts"
import { AcceptPolicy } from "../internal/Acceptance.ts"
import { type Event, InputFieldDeclared, ScenarioPublished, StatisticPublished } from "./events.ts"
import { policyTimeline, type State } from "./state.ts"

const at = Schema.DateTimeUtc

/** The commands of a Customer, each of which declares something. `at` is the moment from which it holds. */
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
    /** The statistic as a text. */
    edition: Schema.optionalKey(Schema.String),
  }),
  Schema.TaggedStruct("DeclareOwnAccounts", { at }),
  Schema.TaggedStruct("UseProduct", { at, product: ProductId }),
  Schema.TaggedStruct("DeclareDocuments", {
    at,
    namesOperator: Schema.Boolean,
    dataPersonalByThemselves: Schema.Boolean,
    ownProvisionsCoverTheUse: Schema.Boolean,
  }),
  AcceptPolicy,
])

export type Command = typeof Command.Type

export type CommandOf<Tag extends Command["_tag"]> = Extract<Command, { readonly _tag: Tag }>

export type Decision = Result.Result<ReadonlyArray<Event>, Refusal>

/** The facts that a decision needs beside the Customer itself. */
export interface Context {
  /** The texts that it may adopt, and the law beside them. */
  readonly policies: PolicyBook.PolicyBook
}

/** The published versions under the law as the library knows it. */
export const published: Context = { policies: PolicyBook.published }

/** The policy that binds a moment for this Customer; `undefined` before its first adoption. */
export const policyOf = (state: State, { policies }: Context, at: DateTime.Utc): EffectivePolicy | undefined =>
  policyTimeline(state, policies)(at)

export const adoptFirst = "a moment at which the Customer has adopted a policy version"
