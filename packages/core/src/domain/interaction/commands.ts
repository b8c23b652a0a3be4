/**
 * The commands of an interaction, and the facts that a decision about one needs.
 */
import type * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import type { PolicyAt } from "../../policy/binding/PolicyBook.ts"
import type { WithoutEnd } from "../../policy/checks/Ends.ts"
import type { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import { Sealed } from "../../privacy/Sealed.ts"
import type * as DeviceSwitch from "../DeviceSwitch.ts"
import type * as Customer from "../Customer.ts"
import {
  CallId,
  FieldId,
  GoalId,
  InterfaceId,
  ListedNumberId,
  PolicyVersionId,
  ScenarioId,
  StepId,
  StepKind,
} from "../Identifier.ts"
import {
  CallEnded,
  Disposition,
  PersonReached,
  InteractionEnded,
  InteractionExcluded,
  NoticeShown,
  RecontactClass,
  RedirectedToCustomer,
  Trigger,
} from "./events.ts"

const at = Schema.DateTimeUtc

/** The commands of an interaction. `at` is the moment at which it happened. */
export const Command = Schema.Union([
  Schema.TaggedStruct("StartInteraction", {
    at,
    trigger: Trigger,
    interface: InterfaceId,
    scenario: Schema.optionalKey(ScenarioId),
    linkable: Schema.Boolean,
  }),
  Schema.TaggedStruct("ShowNotice", { at, policyVersion: PolicyVersionId, tells: NoticeShown.fields.tells }),
  Schema.TaggedStruct("ObserveTerminal", { at, values: Schema.Array(Sealed) }),
  Schema.TaggedStruct("InhibitCall", { at }),
  Schema.TaggedStruct("ActivateInterface", { at }),
  Schema.TaggedStruct("TakeStep", { at, step: StepId, kind: StepKind }),
  Schema.TaggedStruct("EnterInput", { at, field: FieldId, value: Sealed }),
  Schema.TaggedStruct("DeleteInput", { at, field: FieldId }),
  Schema.TaggedStruct("AnswerSurvey", { at, field: FieldId, answer: Sealed }),
  Schema.TaggedStruct("RedirectToCustomer", { at, to: RedirectedToCustomer.fields.to }),
  Schema.TaggedStruct("RequestCall", { at }),
  Schema.TaggedStruct("PlaceCall", { at, call: CallId, number: ListedNumberId, asksForPerson: Schema.Boolean }),
  Schema.TaggedStruct("AnswerCall", { at, call: CallId, human: PersonReached }),
  Schema.TaggedStruct("EndCall", {
    at,
    call: CallId,
    talkSeconds: CallEnded.fields.talkSeconds,
    disposition: Disposition,
    legs: CallEnded.fields.legs,
  }),
  Schema.TaggedStruct("ReachGoal", { at, goal: GoalId }),
  Schema.TaggedStruct("ExcludeInteraction", { at, reason: InteractionExcluded.fields.reason }),
  Schema.TaggedStruct("EndInteraction", { at, reason: InteractionEnded.fields.reason }),
  Schema.TaggedStruct("ObserveRecontact", { at, class: RecontactClass }),
])

export type Command = typeof Command.Type

/** The facts that a decision needs beside the interaction itself. */
export interface Context {
  /** The Customer's declarations. */
  readonly customer: Customer.State
  /** The policy that binds each moment: that of the version that the Customer has adopted by then. */
  readonly policyAt: PolicyAt
  /** Whether the person has left the technology switched on (SWITCH). */
  readonly switchedOn: boolean
  /** Whether the person has left the location switched on in this application (GEO-SWITCH). Default: true. */
  readonly locationOn?: boolean
  /** The recorded switches of the device (SWITCH, GEO-SWITCH). Default: none is off. */
  readonly switches?: DeviceSwitch.State
  /**
   * The missing end of a datum of a category that is collected at a moment, as `RetentionPolicy.withoutEnd` answers it
   * (RET-CONTRACT, RET-NEC). The interaction itself is a datum of `interfaceUsage`. Default: not asked.
   */
  readonly withoutEnd?: (category: PersonalDataCategory, at: DateTime.Utc) => WithoutEnd | undefined
  /**
   * The entry that the record of processing lacks before data of a category are collected at a moment, as
   * `ProcessingRegister.missingEntry` answers it (DECLARED). Default: not asked.
   */
  readonly missingEntry?: (category: PersonalDataCategory, at: DateTime.Utc) => string | undefined
  /**
   * The recording clock, in epoch milliseconds: a moment later than it by more than `clockToleranceMillis` is refused.
   * Default: not asked.
   */
  readonly now?: number
  /**
   * Whether the values that a command names were sealed for it, and are destroyed in the vault when it says so (KEY-APART,
   * FREETEXT-LIFE). Default: they were.
   */
  readonly collects?: boolean
  /** Whether the interactions of a moment's day have come to their end and were purged (RET-NEC). Default: none were. */
  readonly isPurged?: (at: DateTime.Utc) => boolean
}

export type CommandOf<Tag extends Command["_tag"]> = Extract<Command, { readonly _tag: Tag }>
