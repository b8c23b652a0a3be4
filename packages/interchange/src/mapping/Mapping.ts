/**
 * The mapping: one object that says how the records of a file become facts, the same for all formats. `docs/mapping.md`
 * explains each key with examples. A format needs only the keys for which it has no default: plain XES needs no mapping
 * at all.
 */
import { Identifier, Interaction } from "@tacet/core/domain"
import { Versions } from "@tacet/core/policy"
import * as Schema from "effect/Schema"
import { DurationField, Field, Fields, TimeField, valueOf } from "./Field.ts"
import { Format } from "./Format.ts"
import { Rules, Trigger } from "./Rule.ts"

const oneCharacter = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(1)).annotate({
  expected: "one character",
})
const names = Schema.Array(Schema.String.check(Schema.isMinLength(1, { expected: "a text that is not empty" })))

/** The whole of a call in the fields of one record. */
const CallFields = Schema.Struct({
  /** Default: the time of the row. */
  placed: Schema.optionalKey(TimeField),
  /** Default: `ended` less `talk`, where there was talk. */
  answered: Schema.optionalKey(TimeField),
  /** Default: `placed` plus `duration`, else `answered` plus `talk`. */
  ended: Schema.optionalKey(TimeField),
  duration: Schema.optionalKey(DurationField),
  talk: Schema.optionalKey(DurationField),
  /** Default: unknown where it was answered, false where not. */
  human: Schema.optionalKey(valueOf(Interaction.PersonReached)),
  /** Default: answered or noAnswer. */
  disposition: Schema.optionalKey(valueOf(Interaction.Disposition)),
  /** Default: true. */
  asksForPerson: Schema.optionalKey(valueOf(Schema.Boolean)),
})
export type CallFields = typeof CallFields.Type

/** A further field whose values say something. */
const FieldRules = Schema.Struct({
  field: Field,
  values: Schema.Record(Schema.String, Rules),
  /** The treatment of rows with another value: no further fact (default), or rejection. */
  other: Schema.optionalKey(Schema.Literals(["ignore", "reject"])),
})

/** The objects of an OCEL log that play the part of an interaction or a person. */
const ObjectKey = Schema.Struct({
  objectType: Schema.String.check(Schema.isMinLength(1, { expected: "a text that is not empty" })),
  /** Only relations of this qualifier count. Default: all. */
  qualifier: Schema.optionalKey(Schema.String),
})
export type ObjectKey = typeof ObjectKey.Type

/** The declared screens, journeys and goals of the interface. */
const Scenario = Schema.Struct({
  id: Identifier.ScenarioId,
  /** Whether interactions are bound to it: a step that it does not declare is then refused. Default false. */
  binds: Schema.optionalKey(Schema.Boolean),
  steps: Schema.Array(Schema.Struct({ step: Identifier.StepId, kind: Schema.optionalKey(Identifier.StepKind) })),
  journeys: Schema.optionalKey(Schema.Array(Schema.Array(Identifier.StepId))),
  goals: Schema.optionalKey(Schema.Array(Identifier.GoalId)),
})

export const Mapping = Schema.Struct({
  /** For human readers: the purpose of this mapping. */
  about: Schema.optionalKey(Schema.String),
  /** The format that it is written for: used with another, it is refused. */
  format: Schema.optionalKey(Format),

  // The file
  encoding: Schema.optionalKey(Schema.Literals(["utf-8", "utf-16le", "iso-8859-1", "windows-1252"])),
  delimiter: Schema.optionalKey(oneCharacter),
  quote: Schema.optionalKey(Schema.Union([oneCharacter, Schema.Literal("none")])),
  escape: Schema.optionalKey(oneCharacter),
  columns: Schema.optionalKey(
    Schema.Union([
      Schema.Literals(["header", "cdr-csv", "cdr-custom", "example"]),
      Schema.NonEmptyArray(Schema.String),
    ]),
  ),
  order: Schema.optionalKey(Schema.Literals(["time", "case"])),
  timeZone: Schema.optionalKey(Schema.String),
  /**
   * Texts that mean that a field holds nothing: of all fields, or by field. Default: NULL, \N, N/A, - and the like,
   * where the mapping does not name them as a value.
   */
  empty: Schema.optionalKey(
    Schema.Union([Schema.Array(Schema.String), Schema.Record(Schema.String, Schema.Array(Schema.String))]).annotate({
      expected: "a list of texts, or an object with a list for each field",
    }),
  ),
  /**
   * The longest call, in seconds: an answer or an end farther from the call's start is a violation. Default: one day.
   */
  longestCall: Schema.optionalKey(
    Schema.Finite.check(Schema.isGreaterThan(0)).annotate({ expected: "a number of seconds, more than 0" }),
  ),

  // A row
  rows: Schema.optionalKey(Schema.Literals(["event", "call", "leg"])),
  case: Schema.optionalKey(Schema.Union([Field, Schema.NonEmptyArray(Field), ObjectKey])),
  id: Schema.optionalKey(Fields),
  person: Schema.optionalKey(Schema.Union([Field, Schema.NonEmptyArray(Field), ObjectKey])),
  time: Schema.optionalKey(TimeField),

  // What happened
  activity: Schema.optionalKey(Field),
  activities: Schema.optionalKey(Schema.Record(Schema.String, Rules)),
  otherActivities: Schema.optionalKey(Schema.Literals(["step", "drop", "reject"])),
  always: Schema.optionalKey(Rules),
  facts: Schema.optionalKey(Schema.Array(FieldRules)),
  call: Schema.optionalKey(CallFields),

  // Telephone systems
  human: Schema.optionalKey(
    Schema.Struct({
      /** `bridged` (default): only a second party proves a person. `disposition`: every answered leg may be one. */
      proof: Schema.optionalKey(Schema.Literals(["bridged", "disposition"])),
      /** The applications that bridge an agent. */
      apps: Schema.optionalKey(names),
    }),
  ),
  apps: Schema.optionalKey(
    Schema.Struct({
      /** The applications that ask for a person, or all. */
      ask: Schema.optionalKey(Schema.Union([Schema.Literal("all"), names])),
      queue: Schema.optionalKey(names),
      voicemail: Schema.optionalKey(names),
    }),
  ),
  dispositions: Schema.optionalKey(Schema.Record(Schema.String, Interaction.Disposition)),

  // XES
  lifecycle: Schema.optionalKey(Schema.NonEmptyArray(Schema.String)),

  // The Customer
  interface: Schema.optionalKey(Identifier.InterfaceId),
  trigger: Schema.optionalKey(Trigger),
  /**
   * Whether the key in `case` is carried over to the calls, so that an interaction without a call had none. Default
   * false.
   */
  correlates: Schema.optionalKey(Schema.Boolean),
  /** The privacy policy version that the Customer had adopted. Default: the one published last. */
  policyVersion: Schema.optionalKey(Schema.Literals(Versions.published.map(({ id }) => id))),
  numbers: Schema.optionalKey(names),
  /** The listed number of a record. Default: the first. */
  number: Schema.optionalKey(valueOf(Schema.String)),
  entryPoints: Schema.optionalKey(names),
  /** The listed entry point of a record. Default: the first. */
  entryPoint: Schema.optionalKey(valueOf(Schema.String)),
  scenario: Schema.optionalKey(Scenario),
})
export type Mapping = typeof Mapping.Type

/** The mapping that says nothing: each format's own defaults. */
export const none: Mapping = {}
