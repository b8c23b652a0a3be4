/**
 * Decides on the commands of an interaction.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import type { Refusal } from "../../eventsourcing/Refusal.ts"
import type { EffectivePolicy } from "../../policy/binding/EffectivePolicy.ts"
import * as Contract from "../Contract.ts"
import * as Customer from "../Customer.ts"
import * as DeviceSwitch from "../DeviceSwitch.ts"
import { nothing, record, refuse } from "../internal/Decision.ts"
import { answerCall, endCall, placeCall } from "./calls.ts"
import { answerSurvey, enterInput, observeTerminal, showNotice } from "./collection.ts"
import type { Command } from "./commands.ts"
import { type CommandOf, type Context } from "./commands.ts"
import type { Event } from "./events.ts"
import { clockToleranceMillis, longestWindowMillis } from "./events.ts"
import { isTriggerListed, start } from "./start.ts"
import { type State, lastMoment } from "./state.ts"

export const decide = (
  state: State,
  command: Command,
  context: Context,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const occurredAt = command.at
  const instant = DateTime.toEpochMillis(occurredAt)
  const isOff =
    !context.switchedOn || DeviceSwitch.isOffAt(context.switches ?? DeviceSwitch.initial, "technology", occurredAt)
  if (isOff && !possibleWhenOff.has(command._tag)) {
    return refuse("SWITCH", command, undefined, "a device on which the person has left the technology on")
  }
  if (context.now !== undefined && instant > context.now + clockToleranceMillis) {
    return refuse("TACET-TIME", command, "at", "a moment at most five minutes ahead of the clock that records it")
  }
  if (command._tag === "StartInteraction") return start(state, command, context)
  if (state.phase === "notStarted") {
    return refuse("TACET-STARTED", command, undefined, "an interaction that has started: send StartInteraction first")
  }
  if (instant < state.startedAt) {
    return refuse("TACET-TIME", command, "at", "a moment at or after the start of the interaction")
  }
  switch (command._tag) {
    case "PlaceCall":
      return placeCall(state, command, context)
    case "AnswerCall":
      return answerCall(state, command)
    case "EndCall":
      return endCall(state, command)
    case "ExcludeInteraction":
      return state.excluded ? nothing : record({ _tag: "InteractionExcluded", occurredAt, reason: command.reason })
    case "ObserveRecontact":
      if (state.recontacts.has(command.class)) return nothing
      if (!mayRecognise(context, occurredAt)) {
        return refuse(
          "RECOG-ATTACH",
          command,
          undefined,
          "a policy, or a contract under it, by which devices are recognised",
        )
      }
      return instant > lastMoment(state) + longestWindowMillis * 2
        ? refuse("TACET-WINDOW", command, "at", "a note made soon after the window of its class has closed")
        : record({ _tag: "RecontactObserved", occurredAt, class: command.class })
    case "EndInteraction":
      // The first end is final: a concurrent time-out has no effect.
      if (state.phase === "ended") return nothing
      return instant < state.lastActivity
        ? refuse("TACET-TIME", command, "at", "a moment at or after all that was seen of the interaction")
        : record({ _tag: "InteractionEnded", occurredAt, reason: command.reason })
    default: {
      const decided = decideInInterface(state, command, context, instant)
      return context.collects === false && collecting.has(command._tag) && Result.isSuccess(decided)
        ? refuse("KEY-APART", command, undefined, "a value that `Collection` seals, records and destroys")
        : decided
    }
  }
}

/** Commands about sealed values: log and vault have to say the same. */
const collecting: ReadonlySet<Command["_tag"]> = new Set([
  "ObserveTerminal",
  "EnterInput",
  "DeleteInput",
  "AnswerSurvey",
] as const)

/** Commands that close, correct or withdraw; all others record something about the person. */
const possibleWhenOff: ReadonlySet<Command["_tag"]> = new Set([
  "DeleteInput",
  "EndInteraction",
  "ExcludeInteraction",
] as const)

/** Decides actions in the interface: all are refused while the person is with the Customer, and after the end. */
const decideInInterface = (
  state: State,
  command: Exclude<
    Command,
    CommandOf<
      | "StartInteraction"
      | "PlaceCall"
      | "AnswerCall"
      | "EndCall"
      | "ExcludeInteraction"
      | "ObserveRecontact"
      | "EndInteraction"
    >
  >,
  context: Context,
  instant: number,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const occurredAt = command.at
  if (command._tag === "RedirectToCustomer" && command.to === state.redirectedTo) return nothing
  if (state.phase === "redirected") {
    return refuse("REDIRECT-END", command, undefined, "calls, and the end: what happens at the Customer's is not seen")
  }
  if (state.phase === "ended") {
    return refuse("TACET-ENDED", command, undefined, "calls that belong to the interaction")
  }
  switch (command._tag) {
    case "ShowNotice":
      return showNotice(state, command, context)
    case "ObserveTerminal":
      return observeTerminal(state, command, context)
    case "InhibitCall":
      if (state.inhibited) return nothing
      if (state.start?.trigger._tag !== "outgoingCall" || !isTriggerListed(context, state.start.trigger, occurredAt)) {
        return refuse(
          "INHIBIT",
          command,
          undefined,
          "an outgoing call to a number that the Customer lists at that moment",
        )
      }
      return allows(context, occurredAt, "interception", "inhibitOutgoingCall")
        ? record({ _tag: "CallInhibited", occurredAt })
        : refuse("INHIBIT", command, undefined, "a policy under which outgoing calls are inhibited")
    case "ActivateInterface": {
      if (state.activated) return nothing
      const trigger = state.start?.trigger
      if (trigger === undefined || !isTriggerListed(context, trigger, occurredAt)) {
        return refuse("ACTIVATE", command, undefined, "a number or entry point that the Customer lists at that moment")
      }
      // A person who asks for contact on a page is shown the interface; a call must be intercepted first.
      return trigger._tag === "contactRequest" || allows(context, occurredAt, "interception", "activateInterface")
        ? record({ _tag: "InterfaceActivated", occurredAt })
        : refuse("ACTIVATE", command, undefined, "a policy under which calls activate an interface")
    }
    case "TakeStep": {
      const scenario = scenarioOf(state, context, occurredAt)
      const declared = scenario?.steps.find(({ step }) => step === command.step)
      if (scenario !== undefined && declared === undefined) {
        return refuse("RECORDED", command, "step", "a step that the interaction's scenario declares")
      }
      if (declared !== undefined && declared.kind !== command.kind) {
        return refuse("RECORDED", command, "kind", "the kind with which the scenario declares the step")
      }
      return record({ _tag: "StepTaken", occurredAt, step: command.step, kind: command.kind })
    }
    case "EnterInput":
      return enterInput(state, command, context)
    case "DeleteInput": {
      const input = state.inputs.get(command.field)
      // A late deletion does not affect a later entry.
      return input?.reference !== undefined && instant >= input.changedAt
        ? record({ _tag: "InputDeleted", occurredAt, field: command.field })
        : nothing
    }
    case "AnswerSurvey":
      return answerSurvey(state, command, context)
    case "RedirectToCustomer":
      return instant < state.lastActivity
        ? refuse("REDIRECT-END", command, "at", "a moment at or after all that was seen of the interaction")
        : record({ _tag: "RedirectedToCustomer", occurredAt, to: command.to })
    case "RequestCall":
      return record({ _tag: "CallRequested", occurredAt })
    case "ReachGoal": {
      const scenario = scenarioOf(state, context, occurredAt)
      return scenario === undefined || scenario.goals.includes(command.goal)
        ? record({ _tag: "GoalReached", occurredAt, goal: command.goal })
        : refuse("RECORDED", command, "goal", "a goal that the interaction's scenario declares")
    }
  }
}

const scenarioOf = (state: State, context: Context, at: DateTime.Utc): Customer.Scenario | undefined =>
  state.start?.scenario === undefined ? undefined : Customer.scenarioAt(context.customer, state.start.scenario, at)

/** Whether the policy of a moment lists a thing. */
const allows = <Name extends "channels" | "interception">(
  { policyAt }: Context,
  at: DateTime.Utc,
  name: Name,
  thing: EffectivePolicy["parameters"][Name][number],
): boolean => {
  const list: ReadonlyArray<unknown> = policyAt(at)?.parameters[name] ?? []
  return list.includes(thing)
}

/** Whether a person who comes back may be recognised: where the policy says so, or leaves it to the contract (V26). */
const mayRecognise = ({ customer, policyAt }: Context, at: DateTime.Utc): boolean => {
  const policy = policyAt(at)
  const recognition = policy?.parameters.recognition
  return (
    recognition === "on" ||
    (recognition === "ifInstructed" &&
      policy !== undefined &&
      Contract.termsAt(customer, policy, at)?.recognition === true)
  )
}
