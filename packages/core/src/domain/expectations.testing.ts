/**
 * Expectations on refusals and stored events, shared by the tests of the domain.
 */
import * as Result from "effect/Result"
import type { EventCodec } from "../eventsourcing/EventCodec.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import { libraryRuleKeys, policyRuleKeys } from "../policy/text/RuleKey.ts"

/** Every rule there is. */
export const ruleKeys: ReadonlyArray<string> = [...policyRuleKeys, ...Object.keys(libraryRuleKeys)]

/** All text of a refusal, in every way of printing it. */
export const told = (refusal: Refusal): string => [JSON.stringify(refusal), refusal.message, String(refusal)].join("\n")

/** An event as it comes back from a store. */
export const stored =
  <Event>({ decodeNew, encode }: EventCodec<Event>) =>
  (event: Event): Event =>
    Result.getOrThrow(decodeNew(encode(event)))
