/**
 * The commands of a retention policy, and the facts that a decision about one needs.
 */
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Period } from "../../calendar/Period.ts"
import type { Refusal } from "../../eventsourcing/Refusal.ts"
import { Uuid } from "../../eventsourcing/Uuid.ts"
import type { EffectivePolicy } from "../../policy/binding/EffectivePolicy.ts"
import { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import { LegalReference } from "../RightsRequest.ts"
import { Count } from "../purged-day/counters.ts"
import type { Event } from "./events.ts"
import { Matter } from "./events.ts"

const at = Schema.DateTimeUtc

/** The commands of a retention policy. `at` is the moment at which it happened. */
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
  /** A run has deleted all data that had expired. */
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
  /** The policy that binds the moment of the command. */
  readonly policy: EffectivePolicy
}

export type Decision = Result.Result<ReadonlyArray<Event>, Refusal>
