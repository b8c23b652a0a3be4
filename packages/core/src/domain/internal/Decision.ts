/**
 * The answers of every decider: nothing to record, an event, or a refusal that names its rule and what would be
 * accepted.
 */
import * as Result from "effect/Result"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import type { RuleKey } from "../../policy/text/RuleKey.ts"

/** The command repeats the present state. */
export const nothing: Result.Result<ReadonlyArray<never>> = Result.succeed([])

/** One event. */
export const record = <Event>(event: Event): Result.Result<ReadonlyArray<Event>> => Result.succeed([event])

/** A refusal; `field` is the path of the field that decided, where one did. */
export const refuse = (
  rule: RuleKey,
  command: { readonly _tag: string },
  field: string | undefined,
  accepted: string,
): Result.Result<never, Refusal> =>
  Result.fail(new Refusal({ rule, command: command._tag, ...(field === undefined ? {} : { field }), accepted }))
