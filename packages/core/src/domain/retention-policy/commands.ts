/**
 * The commands of a retention policy, and the facts that a decision about one needs.
 */
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Period } from "../../calendar/Period.ts"
import { PlainDate } from "../../calendar/PlainDate.ts"
import type { Refusal } from "../../eventsourcing/Refusal.ts"
import { Uuid } from "../../eventsourcing/Uuid.ts"
import type { EffectivePolicy } from "../../policy/binding/EffectivePolicy.ts"
import { expiryOutcomes } from "../../policy/text/parameters/retention.ts"
import { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import { LegalReference } from "../RightsRequest.ts"
import { Count, Counted } from "./counters.ts"
import type { Event } from "./events.ts"
import { Matter } from "./events.ts"

export const at = Schema.DateTimeUtc

/** What may be asked of a retention policy. `at` is the moment at which it happened. */
export const Command = Schema.Union([
  Schema.TaggedStruct("SetRetentionPeriod", { at, category: PersonalDataCategory, period: Period }),
  Schema.TaggedStruct("PlaceLegalHold", {
    at,
    hold: Uuid,
    matter: Matter,
    reference: Schema.optionalKey(LegalReference),
    categories: Schema.Array(PersonalDataCategory),
  }),
  Schema.TaggedStruct("ReleaseLegalHold", { at, hold: Uuid }),
  Schema.TaggedStruct("AggregateCohort", {
    at,
    cohort: PlainDate,
    batch: Uuid,
    counted: Counted,
    /** The position of the log up to which interactions of the day are counted. */
    through: Schema.optionalKey(Count),
  }),
  /** Another batch of what was counted goes. */
  Schema.TaggedStruct("ContinueCohort", { at, cohort: PlainDate, batch: Uuid }),
  Schema.TaggedStruct("CompleteRun", {
    at,
    run: Uuid,
    /** What became of each datum that had come to its end. References name values in the vault and are not recorded. */
    handled: Schema.Array(Schema.Struct({ datum: Uuid, outcome: Schema.Literals(expiryOutcomes) })),
  }),
  /** The same of a run that deletes more data than anybody wants to hold at once. */
  Schema.TaggedStruct("CompleteSweep", {
    at,
    run: Uuid,
    deleted: Count,
    /** How many days had come to their end and are there still. */
    remaining: Count,
  }),
])

export type Command = typeof Command.Type

export type CommandOf<Tag extends Command["_tag"]> = Extract<Command, { readonly _tag: Tag }>

/** The facts that a decision needs beside the retention policy itself. */
export interface Context {
  /** What binds the moment of the command. */
  readonly policy: EffectivePolicy
  /** What had come to its end by the moment of a run, when the run began. */
  readonly expired?: ReadonlyArray<Uuid>
  /** Of how many persons a journey must be to be told by itself. Default 10; never fewer than 5. */
  readonly k?: number
}

export type Decision = Result.Result<ReadonlyArray<Event>, Refusal>
