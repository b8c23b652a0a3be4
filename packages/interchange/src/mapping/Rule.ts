/**
 * The facts that a mapping derives from a record: those of `SourceRow.ts`, written as rules.
 */
import { Identifier, Interaction } from "@tacet/core/domain"
import * as Schema from "effect/Schema"
import { DurationField, Field, valueOf } from "./Field.ts"

/** The trigger of an interaction. */
export const Trigger = Interaction.Channel
export type Trigger = typeof Trigger.Type

const Destination = Interaction.RedirectedToCustomer.fields.to
const ExcludedReason = Interaction.InteractionExcluded.fields.reason
const EndReason = Interaction.InteractionEnded.fields.reason

/** A value that a record may give: one list of accepted values checks both the mapping and the record. */
export const accepted = {
  trigger: Trigger.literals,
  kind: Identifier.StepKind.literals,
  to: Destination.literals,
  human: [true, false, "unknown"],
  disposition: Interaction.Disposition.literals,
  excluded: ExcludedReason.literals,
  ended: EndReason.literals,
  boolean: [true, false],
} as const

/** The rules that consist of their name alone. */
export const ShortRule = Schema.Literals([
  "step",
  "drop",
  "started",
  "inhibited",
  "redirected",
  "goal",
  "callRequested",
  "callPlaced",
  "callAnswered",
  "callEnded",
  "call",
  "leg",
  "ended",
])
export type ShortRule = typeof ShortRule.Type

const call = Schema.optionalKey(Field)

/** A rule with its particulars; missing ones are taken from the record or left out. */
export const LongRule = Schema.Union([
  /** Default name: the value of the activity itself. */
  Schema.Struct({
    as: Schema.Literal("step"),
    step: Schema.optionalKey(valueOf(Schema.String)),
    kind: Schema.optionalKey(valueOf(Identifier.StepKind)),
  }),
  Schema.Struct({ as: Schema.Literal("drop") }),
  Schema.Struct({ as: Schema.Literal("started"), trigger: Schema.optionalKey(valueOf(Trigger)) }),
  Schema.Struct({ as: Schema.Literal("inhibited") }),
  Schema.Struct({ as: Schema.Literal("redirected"), to: Schema.optionalKey(valueOf(Destination)) }),
  Schema.Struct({ as: Schema.Literal("goal"), goal: Schema.optionalKey(valueOf(Schema.String)) }),
  Schema.Struct({ as: Schema.Literal("callRequested") }),
  Schema.Struct({ as: Schema.Literal("callPlaced"), call }),
  Schema.Struct({
    as: Schema.Literal("callAnswered"),
    call,
    human: Schema.optionalKey(valueOf(Interaction.PersonReached)),
  }),
  Schema.Struct({
    as: Schema.Literal("callEnded"),
    call,
    talk: Schema.optionalKey(DurationField),
    disposition: Schema.optionalKey(valueOf(Interaction.Disposition)),
  }),
  Schema.Struct({ as: Schema.Literal("call") }),
  Schema.Struct({ as: Schema.Literal("leg") }),
  Schema.Struct({ as: Schema.Literal("excluded"), reason: valueOf(ExcludedReason) }),
  Schema.Struct({ as: Schema.Literal("ended"), reason: Schema.optionalKey(valueOf(EndReason)) }),
]).annotate({
  expected: `a rule: one of ${[...ShortRule.literals, "excluded"].join(", ")}, or an object with it in "as"`,
})
export type LongRule = typeof LongRule.Type

/** One rule, or several that hold together. */
export const Rules = Schema.Union([ShortRule, LongRule, Schema.Array(Schema.Union([ShortRule, LongRule]))])
export type Rules = typeof Rules.Type
