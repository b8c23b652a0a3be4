/**
 * An interaction: one offer of the visual interface to one person about to contact one Customer. It begins by a trigger
 * on a number or entry point that the Customer lists at that moment, holds the steps taken and the calls made, and ends
 * once; a call that belongs to it may still come later. It knows no person: who it was is a link in the vault, not here.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Decider } from "../eventsourcing/Decider.ts"
import * as EventCodec from "../eventsourcing/EventCodec.ts"
import { Refusal } from "../eventsourcing/Refusal.ts"
import type { StreamId } from "../eventsourcing/StreamId.ts"
import type { Uuid } from "../eventsourcing/Uuid.ts"
import type { RuleKey } from "../policy/RuleKey.ts"
import { Sealed } from "../privacy/Sealed.ts"
import * as Customer from "./Customer.ts"
import {
  CallId, EntryPointId, FieldId, GoalId, InterfaceId, ListedNumberId, PolicyVersionId, ScenarioId, StepId, StepKind
} from "./Identifier.ts"

// Stream

/** The kind of an interaction's stream. */
export const streamKind = "interaction"

/**
 * The stream of an interaction.
 *
 * @example
 * ```ts
 * import { Interaction } from "@tacet/core/domain"
 * import type { Uuid } from "@tacet/core/eventsourcing"
 *
 * const stream = (id: Uuid.Uuid) => Interaction.streamOf(id)
 * ```
 */
export const streamOf = (id: Uuid): StreamId => ({ kind: streamKind, id })

// Values

/** What made the interaction begin (TRIGGER): a call to or from a listed number, or a request at a listed entry point. */
export const Trigger = Schema.Union([
  Schema.TaggedStruct("outgoingCall", { number: ListedNumberId }),
  Schema.TaggedStruct("incomingCall", { number: ListedNumberId }),
  Schema.TaggedStruct("contactRequest", {
    channel: Schema.Literals(["web", "app", "sms", "qr"]),
    entryPoint: EntryPointId
  })
])
export type Trigger = typeof Trigger.Type

/**
 * Whether a person of the Customer's spoke: `true` where the source proves a bridged agent, `false` for voicemail, a
 * menu, an announcement or closed hours, `unknown` where only a disposition is known.
 */
export const Human = Schema.Union([Schema.Boolean, Schema.Literal("unknown")])
export type Human = typeof Human.Type

/** How a call came to its end. `automated`: in the menu, before it asked for a person. */
export const Disposition = Schema.Literals([
  "answered", "automated", "menuAbandoned", "queueAbandoned", "shortAbandoned", "busy", "noAnswer", "cancelled",
  "failed", "voicemail", "closed"
])
export type Disposition = typeof Disposition.Type

/** Within which time the same person came back: within 24 hours, within 72 hours but not 24, within 7 days but not 72 hours. */
export const RecontactClass = Schema.Literals(["within24Hours", "within72Hours", "within7Days"])
export type RecontactClass = typeof RecontactClass.Type

/** The longest time after an interaction in which a call or a return still belongs to it: seven days, in milliseconds. */
export const longestWindowMillis = 7 * 24 * 3_600_000

// Events: their names and fields are a storage format

const occurredAt = Schema.DateTimeUtcFromMillis

/** A person was offered the interface. */
export const InteractionStarted = Schema.TaggedStruct("InteractionStarted", {
  occurredAt,
  trigger: Trigger,
  interface: InterfaceId,
  /** The scenario that binds its steps, where one does. */
  scenario: Schema.optionalKey(ScenarioId),
  /** Whether later calls of the same person can be found: by a pseudonym in the vault or a correlation id. */
  linkable: Schema.Boolean,
  policyVersion: PolicyVersionId
})
/** What the terminal told of itself. */
export const TerminalObserved = Schema.TaggedStruct("TerminalObserved", { occurredAt, values: Schema.Array(Sealed) })
/** The outgoing call was held back and the interface shown in its place (INHIBIT). */
export const CallInhibited = Schema.TaggedStruct("CallInhibited", { occurredAt })
/** The interface was shown (ACTIVATE). */
export const InterfaceActivated = Schema.TaggedStruct("InterfaceActivated", { occurredAt })
/** A step was taken (RECORDED). */
export const StepTaken = Schema.TaggedStruct("StepTaken", { occurredAt, step: StepId, kind: StepKind })
/** Something was typed into a declared field. */
export const InputEntered = Schema.TaggedStruct("InputEntered", { occurredAt, field: FieldId, value: Sealed })
/** It was changed (FREETEXT-LIFE). */
export const InputChanged = Schema.TaggedStruct("InputChanged", { occurredAt, field: FieldId, value: Sealed })
/** It was deleted by the person (FREETEXT-LIFE). */
export const InputDeleted = Schema.TaggedStruct("InputDeleted", { occurredAt, field: FieldId })
/** A question of a survey was answered. */
export const SurveyAnswered = Schema.TaggedStruct("SurveyAnswered", { occurredAt, field: FieldId, answer: Sealed })
/** The person went on to the Customer's own service; what lies beyond is not seen (REDIRECT-END). */
export const RedirectedToCustomer = Schema.TaggedStruct("RedirectedToCustomer", {
  occurredAt,
  to: Schema.Literals(["customerArea", "application", "website"])
})
/** The person asked for a call: an attempt, whatever becomes of it. */
export const CallRequested = Schema.TaggedStruct("CallRequested", { occurredAt })
/** A call was placed. */
export const CallPlaced = Schema.TaggedStruct("CallPlaced", {
  occurredAt,
  call: CallId,
  number: ListedNumberId,
  /** False for a triggering call that never left the menu: it is no attempt to reach a person. */
  asksForPerson: Schema.Boolean
})
/** The call was answered, by a person or not. */
export const CallAnswered = Schema.TaggedStruct("CallAnswered", { occurredAt, call: CallId, human: Human })
/** The call ended. */
export const CallEnded = Schema.TaggedStruct("CallEnded", {
  occurredAt,
  call: CallId,
  /** Seconds between answer and end, 0 where it was not answered. */
  talkSeconds: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)),
  disposition: Disposition,
  /** How many legs the telephone system recorded: a transfer or a conference is one call of several. */
  legs: Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))
})
/** The goal that the scenario declares was reached. */
export const GoalReached = Schema.TaggedStruct("GoalReached", { occurredAt, goal: GoalId })
/** It counts in no statistic. */
export const InteractionExcluded = Schema.TaggedStruct("InteractionExcluded", {
  occurredAt,
  reason: Schema.Literals(["test", "bot", "void"])
})
/** It ended. */
export const InteractionEnded = Schema.TaggedStruct("InteractionEnded", {
  occurredAt,
  reason: Schema.Literals(["completed", "abandoned", "redirected", "timedOut"])
})
/** The same person came back within a time; which interaction that was is not said. */
export const RecontactObserved = Schema.TaggedStruct("RecontactObserved", { occurredAt, class: RecontactClass })

const Event = Schema.Union([
  InteractionStarted, TerminalObserved, CallInhibited, InterfaceActivated, StepTaken, InputEntered, InputChanged,
  InputDeleted, SurveyAnswered, RedirectedToCustomer, CallRequested, CallPlaced, CallAnswered, CallEnded, GoalReached,
  InteractionExcluded, InteractionEnded, RecontactObserved
])
export type Event = typeof Event.Type

/** How the events of an interaction are stored. */
export const codec = EventCodec.make(streamKind, [
  EventCodec.define(InteractionStarted),
  EventCodec.define(TerminalObserved),
  EventCodec.define(CallInhibited),
  EventCodec.define(InterfaceActivated),
  EventCodec.define(StepTaken),
  EventCodec.define(InputEntered),
  EventCodec.define(InputChanged),
  EventCodec.define(InputDeleted),
  EventCodec.define(SurveyAnswered),
  EventCodec.define(RedirectedToCustomer),
  EventCodec.define(CallRequested),
  EventCodec.define(CallPlaced),
  EventCodec.define(CallAnswered),
  EventCodec.define(CallEnded),
  EventCodec.define(GoalReached),
  EventCodec.define(InteractionExcluded),
  EventCodec.define(InteractionEnded),
  EventCodec.define(RecontactObserved)
])

// State

/** One call as far as it has come. Times in epoch milliseconds. */
export interface Call {
  readonly placedAt: number
  readonly asksForPerson: boolean
  readonly human: Human | undefined
  readonly ended: boolean
}

/** What decisions about an interaction rest on. Times in epoch milliseconds. */
export interface State {
  /** `redirected`: the person is with the Customer; nothing of that is seen. */
  readonly phase: "notStarted" | "live" | "redirected" | "ended"
  readonly startedAt: number
  /** The latest moment at which something happened in the interface. */
  readonly lastActivity: number
  readonly trigger: Trigger | undefined
  readonly scenario: ScenarioId | undefined
  readonly inhibited: boolean
  readonly activated: boolean
  readonly excluded: boolean
  readonly inputs: ReadonlySet<FieldId>
  readonly calls: ReadonlyMap<CallId, Call>
  readonly recontacts: ReadonlySet<RecontactClass>
}

/** An interaction of which nothing is recorded. */
export const initial: State = {
  phase: "notStarted",
  startedAt: 0,
  lastActivity: 0,
  trigger: undefined,
  scenario: undefined,
  inhibited: false,
  activated: false,
  excluded: false,
  inputs: new Set(),
  calls: new Map(),
  recontacts: new Set()
}

// Evolve

const evolve = (state: State, event: Event): State => {
  const at = DateTime.toEpochMillis(event.occurredAt)
  switch (event._tag) {
    case "InteractionStarted":
      return {
        ...state,
        phase: "live",
        startedAt: at,
        lastActivity: at,
        trigger: event.trigger,
        scenario: event.scenario
      }
    case "CallInhibited":
      return { ...seen(state, at), inhibited: true }
    case "InterfaceActivated":
      return { ...seen(state, at), activated: true }
    case "TerminalObserved":
    case "StepTaken":
    case "SurveyAnswered":
    case "CallRequested":
    case "GoalReached":
    case "InputChanged":
      return seen(state, at)
    case "InputEntered":
      return { ...seen(state, at), inputs: new Set(state.inputs).add(event.field) }
    case "InputDeleted": {
      const inputs = new Set(state.inputs)
      inputs.delete(event.field)
      return { ...seen(state, at), inputs }
    }
    case "RedirectedToCustomer":
      return { ...seen(state, at), phase: "redirected" }
    case "CallPlaced":
      return withCall(state, event.call, {
        placedAt: at,
        asksForPerson: event.asksForPerson,
        human: undefined,
        ended: false
      })
    case "CallAnswered":
      return withCall(state, event.call, { human: event.human })
    case "CallEnded":
      return withCall(state, event.call, { ended: true })
    case "InteractionExcluded":
      return { ...state, excluded: true }
    case "InteractionEnded":
      return { ...state, phase: "ended" }
    case "RecontactObserved":
      return { ...state, recontacts: new Set(state.recontacts).add(event.class) }
  }
}

const seen = (state: State, at: number): State => (at > state.lastActivity ? { ...state, lastActivity: at } : state)

const withCall = (state: State, call: CallId, change: Partial<Call>): State => {
  const before = state.calls.get(call) ?? { placedAt: 0, asksForPerson: true, human: undefined, ended: false }
  return { ...state, calls: new Map(state.calls).set(call, { ...before, ...change }) }
}

// Commands

const at = Schema.DateTimeUtc

/** What may be asked of an interaction. `at` is the moment at which it happened. */
export const Command = Schema.Union([
  Schema.TaggedStruct("StartInteraction", {
    at,
    trigger: Trigger,
    interface: InterfaceId,
    scenario: Schema.optionalKey(ScenarioId),
    linkable: Schema.Boolean
  }),
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
  Schema.TaggedStruct("AnswerCall", { at, call: CallId, human: Human }),
  Schema.TaggedStruct("EndCall", {
    at,
    call: CallId,
    talkSeconds: CallEnded.fields.talkSeconds,
    disposition: Disposition,
    legs: CallEnded.fields.legs
  }),
  Schema.TaggedStruct("ReachGoal", { at, goal: GoalId }),
  Schema.TaggedStruct("ExcludeInteraction", { at, reason: InteractionExcluded.fields.reason }),
  Schema.TaggedStruct("EndInteraction", { at, reason: InteractionEnded.fields.reason }),
  Schema.TaggedStruct("ObserveRecontact", { at, class: RecontactClass })
])
export type Command = typeof Command.Type

/** The facts that a decision needs beside the interaction itself. */
export interface Context {
  /** What the Customer has declared. */
  readonly customer: Customer.State
  /** Whether the person has left the technology switched on (SWITCH). */
  readonly switchedOn: boolean
}

// Decide

const decide = (state: State, command: Command, context: Context): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const occurredAt = command.at
  const instant = DateTime.toEpochMillis(occurredAt)
  if (command._tag === "StartInteraction") return start(state, command, context)
  if (state.phase === "notStarted") {
    return refuse("TACET-STARTED", command, undefined, "an interaction that has started: send StartInteraction first")
  }
  if (instant < state.startedAt) {
    return refuse("TACET-TIME", command, "at", "a moment at or after the start of the interaction")
  }
  switch (command._tag) {
    case "PlaceCall":
    case "AnswerCall":
    case "EndCall":
      return decideCall(state, command, context, instant)
    case "ExcludeInteraction":
      return state.excluded
        ? nothing
        : record({ _tag: "InteractionExcluded", occurredAt, reason: command.reason })
    case "ObserveRecontact":
      if (state.recontacts.has(command.class)) return nothing
      return instant > state.lastActivity + longestWindowMillis * 2
        ? refuse("TACET-WINDOW", command, "at", "a note made soon after the window of its class has closed")
        : record({ _tag: "RecontactObserved", occurredAt, class: command.class })
    case "EndInteraction":
      return state.phase === "ended"
        ? nothing
        : record({ _tag: "InteractionEnded", occurredAt, reason: command.reason })
  }
  if (state.phase === "redirected") {
    return refuse("REDIRECT-END", command, undefined, "calls, and the end: what happens at the Customer's is not seen")
  }
  if (state.phase === "ended") {
    return refuse("TACET-ENDED", command, undefined, "calls that belong to the interaction")
  }
  switch (command._tag) {
    case "ObserveTerminal":
      return record({ _tag: "TerminalObserved", occurredAt, values: command.values })
    case "InhibitCall":
      if (state.inhibited) return nothing
      if (state.trigger?._tag !== "outgoingCall") {
        return refuse("INHIBIT", command, undefined, "an interaction that an outgoing call to a listed number triggered")
      }
      if (!context.switchedOn) return refuse("SWITCH", command, undefined, "a device on which the technology is on")
      return record({ _tag: "CallInhibited", occurredAt })
    case "ActivateInterface":
      if (state.activated) return nothing
      if (!context.switchedOn) return refuse("SWITCH", command, undefined, "a device on which the technology is on")
      return record({ _tag: "InterfaceActivated", occurredAt })
    case "TakeStep": {
      const scenario =
        state.scenario === undefined ? undefined : Customer.scenarioAt(context.customer, state.scenario, occurredAt)
      if (scenario !== undefined && !scenario.steps.some((declared) => declared.step === command.step)) {
        return refuse("RECORDED", command, "step", "a step that the interaction's scenario declares")
      }
      return record({ _tag: "StepTaken", occurredAt, step: command.step, kind: command.kind })
    }
    case "EnterInput": {
      const undeclared = fieldFault(context, command)
      if (undeclared !== undefined) return undeclared
      return record({
        _tag: state.inputs.has(command.field) ? "InputChanged" : "InputEntered",
        occurredAt,
        field: command.field,
        value: command.value
      })
    }
    case "DeleteInput":
      return state.inputs.has(command.field)
        ? record({ _tag: "InputDeleted", occurredAt, field: command.field })
        : nothing
    case "AnswerSurvey": {
      const undeclared = fieldFault(context, command)
      if (undeclared !== undefined) return undeclared
      return record({ _tag: "SurveyAnswered", occurredAt, field: command.field, answer: command.answer })
    }
    case "RedirectToCustomer":
      return record({ _tag: "RedirectedToCustomer", occurredAt, to: command.to })
    case "RequestCall":
      return record({ _tag: "CallRequested", occurredAt })
    case "ReachGoal":
      return record({ _tag: "GoalReached", occurredAt, goal: command.goal })
  }
}

type CommandOf<Tag extends Command["_tag"]> = Extract<Command, { readonly _tag: Tag }>

const start = (
  state: State,
  command: CommandOf<"StartInteraction">,
  context: Context
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const { trigger } = command
  if (state.phase !== "notStarted") {
    const same =
      state.startedAt === DateTime.toEpochMillis(command.at) && JSON.stringify(state.trigger) === JSON.stringify(trigger)
    return same ? nothing : refuse("TRIGGER", command, "trigger", "one trigger for each interaction: start another one")
  }
  const reference = trigger._tag === "contactRequest" ? trigger.entryPoint : trigger.number
  if (!Customer.isListed(context.customer, reference, command.at)) {
    return refuse("LISTED", command, "trigger", "a number or entry point that the Customer lists at that moment")
  }
  if (!context.switchedOn) return refuse("SWITCH", command, undefined, "a device on which the technology is on")
  const policyVersion = Customer.policyVersionAt(context.customer, command.at)
  if (policyVersion === undefined) {
    return refuse("POLICY-BIND", command, "at", "a moment at which the Customer has adopted a policy version")
  }
  return record({
    _tag: "InteractionStarted",
    occurredAt: command.at,
    trigger,
    interface: command.interface,
    ...(command.scenario === undefined ? {} : { scenario: command.scenario }),
    linkable: command.linkable,
    policyVersion
  })
}

const decideCall = (
  state: State,
  command: CommandOf<"PlaceCall" | "AnswerCall" | "EndCall">,
  context: Context,
  instant: number
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const occurredAt = command.at
  const call = state.calls.get(command.call)
  if (command._tag === "PlaceCall") {
    if (call !== undefined) {
      return call.placedAt === instant && call.asksForPerson === command.asksForPerson
        ? nothing
        : refuse("TACET-ONCE", command, "call", "a call that was not placed yet: give each its own id")
    }
    if (!Customer.isListed(context.customer, command.number, occurredAt)) {
      return refuse("LISTED", command, "number", "a number that the Customer lists at that moment")
    }
    if (instant > state.lastActivity + longestWindowMillis) {
      return refuse("TACET-WINDOW", command, "at", "a call within seven days of the interaction's last activity")
    }
    return record({
      _tag: "CallPlaced",
      occurredAt,
      call: command.call,
      number: command.number,
      asksForPerson: command.asksForPerson
    })
  }
  if (call === undefined) return refuse("TACET-CALL", command, "call", "a call that was placed: send PlaceCall first")
  if (instant < call.placedAt) return refuse("TACET-TIME", command, "at", "a moment at or after the call was placed")
  if (command._tag === "AnswerCall") {
    if (call.human === command.human) return nothing
    if (call.ended) return refuse("TACET-CALL", command, "call", "a call that has not ended")
    // A transfer may prove a person where a machine answered first, never the other way round.
    if (call.human === true) return nothing
    return record({ _tag: "CallAnswered", occurredAt, call: command.call, human: command.human })
  }
  if (call.ended) return nothing
  return record({
    _tag: "CallEnded",
    occurredAt,
    call: command.call,
    talkSeconds: command.talkSeconds,
    disposition: command.disposition,
    legs: command.legs
  })
}

const fieldFault = (
  context: Context,
  command: CommandOf<"EnterInput" | "AnswerSurvey">
): Result.Result<never, Refusal> | undefined => {
  const category = Customer.fieldAt(context.customer, command.field, command.at)
  const value = command._tag === "EnterInput" ? command.value : command.answer
  if (category === undefined) {
    return refuse("FIELD-RESP", command, "field", "a field that the Customer declared before its first value")
  }
  return value.category === category
    ? undefined
    : refuse("CATEGORIES", command, "field", "a value of the category with which the field was declared")
}

const nothing: Result.Result<ReadonlyArray<Event>, Refusal> = Result.succeed([])

const record = (event: Event): Result.Result<ReadonlyArray<Event>, Refusal> => Result.succeed([event])

const refuse = (
  rule: RuleKey,
  command: Command,
  field: string | undefined,
  accepted: string
): Result.Result<never, Refusal> =>
  Result.fail(new Refusal({ rule, command: command._tag, ...(field === undefined ? {} : { field }), accepted }))

/** The decider of an interaction. */
export const decider: Decider<State, Command, Event, Context> = { initial, evolve, decide }

/** The decider with its storage format, for a command handler. */
export const aggregate = { codec, decider }
