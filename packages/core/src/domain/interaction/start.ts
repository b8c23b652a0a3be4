/**
 * Decides whether an interaction may start.
 */
import type * as DateTime from "effect/DateTime"
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Refusal } from "../../eventsourcing/Refusal.ts"
import * as Customer from "../Customer.ts"
import { InterfaceId, ScenarioId } from "../Identifier.ts"
import { nothing, record, refuse } from "../internal/Decision.ts"
import { type CommandOf, type Context } from "./commands.ts"
import type { Event } from "./events.ts"
import { InteractionStarted, Trigger } from "./events.ts"
import type { State } from "./state.ts"

export const start = (
  state: State,
  command: CommandOf<"StartInteraction">,
  context: Context,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const { at: occurredAt, interface: shown, linkable, scenario, trigger } = command
  if (state.start !== undefined) {
    const wanted = { occurredAt, trigger, interface: shown, linkable, ...(scenario === undefined ? {} : { scenario }) }
    return isSameStart(state.start, wanted)
      ? nothing
      : refuse("TRIGGER", command, "trigger", "one trigger for each interaction: start another one")
  }
  if (context.isPurged?.(occurredAt) === true) {
    return refuse("RET-NEC", command, "at", "a moment of a day whose interactions have not come to their end")
  }
  if (!isTriggerListed(context, trigger, occurredAt)) {
    return refuse("LISTED", command, "trigger", "a number or entry point that the Customer lists at that moment")
  }
  const policyVersion = Customer.policyVersionAt(context.customer, occurredAt)
  const policy = context.policyAt(occurredAt)
  if (policyVersion === undefined || policy === undefined) {
    return refuse("POLICY-BIND", command, "at", "a moment at which the Customer has adopted a policy version")
  }
  const channel = trigger._tag === "contactRequest" ? trigger.channel : trigger._tag
  if (!policy.parameters.channels.includes(channel)) {
    return refuse(
      "TRIGGER",
      command,
      "trigger",
      `one of the policy's channels: ${policy.parameters.channels.join(", ")}`,
    )
  }
  const entry = context.missingEntry?.("interfaceUsage", occurredAt)
  if (entry !== undefined) return refuse("DECLARED", command, "at", entry)
  const missing = context.withoutEnd?.("interfaceUsage", occurredAt)
  if (missing !== undefined) return refuse(missing.rule, command, "at", missing.accepted)
  if (scenario !== undefined && Customer.scenarioAt(context.customer, scenario, occurredAt) === undefined) {
    return refuse("RECORDED", command, "scenario", "a scenario that the Customer has published by that moment, or none")
  }
  return record({
    _tag: "InteractionStarted",
    occurredAt,
    trigger,
    interface: shown,
    ...(scenario === undefined ? {} : { scenario }),
    linkable,
    policyVersion,
  })
}

export const isTriggerListed = (context: Context, trigger: Trigger, at: DateTime.Utc): boolean =>
  trigger._tag === "contactRequest"
    ? Customer.isEntryPointListed(context.customer, trigger.entryPoint, at)
    : Customer.isNumberListed(context.customer, trigger.number, at)

const isSameStart = Schema.toEquivalence(
  Schema.Struct({
    occurredAt: InteractionStarted.fields.occurredAt,
    trigger: Trigger,
    interface: InterfaceId,
    scenario: Schema.optionalKey(ScenarioId),
    linkable: Schema.Boolean,
  }),
)
