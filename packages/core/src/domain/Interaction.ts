/**
 * An interaction: one offer of the visual interface to one person about to contact one Customer. It begins by a trigger
 * on a number or entry point that the Customer lists at that moment, holds the steps taken and the calls made, and ends
 * once; a call that belongs to it may still come later. It knows no person: who it was is a link in the vault, not here.
 */
import * as DateTime from "effect/DateTime"
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { dayMillis } from "../calendar/UtcDay.ts"
import type { Decider } from "../eventsourcing/Decider.ts"
import * as EventCodec from "../eventsourcing/EventCodec.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type { StreamId } from "../eventsourcing/StreamId.ts"
import type { Uuid } from "../eventsourcing/Uuid.ts"
import type { EffectivePolicy } from "../policy/binding/EffectivePolicy.ts"
import type { PolicyAt } from "../policy/binding/PolicyBook.ts"
import type { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import { Sealed } from "../privacy/Sealed.ts"
import * as Customer from "./Customer.ts"
import * as Category from "./internal/Category.ts"
import {
  CallId,
  EntryPointId,
  FieldId,
  GoalId,
  InterfaceId,
  ListedNumberId,
  PolicyVersionId,
  ScenarioId,
  StepId,
  StepKind,
} from "./Identifier.ts"
import { nothing, record, refuse } from "./internal/Decision.ts"

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
    entryPoint: EntryPointId,
  }),
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
  "answered",
  "automated",
  "menuAbandoned",
  "queueAbandoned",
  "shortAbandoned",
  "busy",
  "noAnswer",
  "cancelled",
  "failed",
  "voicemail",
  "closed",
])
export type Disposition = typeof Disposition.Type

/** Within which time the same person came back: within 24 hours, within 72 hours but not 24, within 7 days but not 72 hours. */
export const RecontactClass = Schema.Literals(["within24Hours", "within72Hours", "within7Days"])
export type RecontactClass = typeof RecontactClass.Type

/** What a person can be told: the policy, what data are collected for, and what each field is for (MANDATORY). */
export const Told = Schema.Literals(["policy", "purposes", "fields"])
export type Told = typeof Told.Type

/** The longest time after an interaction in which a call or a return still belongs to it: seven days, in milliseconds. */
export const longestWindowMillis = 7 * dayMillis

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
  policyVersion: PolicyVersionId,
})
/** The policy version in force was made available to the person, and this was told of it (ACK-FIRST, PURPOSE-FIRST). */
export const NoticeShown = Schema.TaggedStruct("NoticeShown", {
  occurredAt,
  policyVersion: PolicyVersionId,
  tells: Schema.Array(Told),
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
  to: Schema.Literals(["customerArea", "application", "website"]),
})
/** The person asked for a call: an attempt, whatever becomes of it. */
export const CallRequested = Schema.TaggedStruct("CallRequested", { occurredAt })
/** A call was placed. */
export const CallPlaced = Schema.TaggedStruct("CallPlaced", {
  occurredAt,
  call: CallId,
  number: ListedNumberId,
  /** False for a triggering call that never left the menu: it is no attempt to reach a person. */
  asksForPerson: Schema.Boolean,
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
  legs: Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)),
})
/** The goal that the scenario declares was reached. */
export const GoalReached = Schema.TaggedStruct("GoalReached", { occurredAt, goal: GoalId })
/** It counts in no statistic. */
export const InteractionExcluded = Schema.TaggedStruct("InteractionExcluded", {
  occurredAt,
  reason: Schema.Literals(["test", "bot", "void"]),
})
/** It ended. */
export const InteractionEnded = Schema.TaggedStruct("InteractionEnded", {
  occurredAt,
  reason: Schema.Literals(["completed", "abandoned", "redirected", "timedOut"]),
})
/** The same person came back within a time; which interaction that was is not said. */
export const RecontactObserved = Schema.TaggedStruct("RecontactObserved", { occurredAt, class: RecontactClass })

const Event = Schema.Union([
  InteractionStarted,
  NoticeShown,
  TerminalObserved,
  CallInhibited,
  InterfaceActivated,
  StepTaken,
  InputEntered,
  InputChanged,
  InputDeleted,
  SurveyAnswered,
  RedirectedToCustomer,
  CallRequested,
  CallPlaced,
  CallAnswered,
  CallEnded,
  GoalReached,
  InteractionExcluded,
  InteractionEnded,
  RecontactObserved,
])
export type Event = typeof Event.Type

/** How the events of an interaction are stored. */
export const codec = EventCodec.make(streamKind, [
  EventCodec.define(InteractionStarted),
  EventCodec.define(NoticeShown),
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
  EventCodec.define(RecontactObserved),
])

// State

/** One call as far as it has come. Times in epoch milliseconds. */
export interface Call {
  readonly placed: typeof CallPlaced.Type
  readonly placedAt: number
  readonly human: Human | undefined
  /** When it was answered last: by a machine, then by a person. */
  readonly answeredAt: number
  readonly end: typeof CallEnded.Type | undefined
}

/** A field as its last change left it. Times in epoch milliseconds. */
export interface Input {
  readonly changedAt: number
  /** `undefined` where it was deleted. */
  readonly reference: Uuid | undefined
}

/** What decisions about an interaction rest on. Times in epoch milliseconds. */
export interface State {
  /** `redirected`: the person is with the Customer; nothing of that is seen. */
  readonly phase: "notStarted" | "live" | "redirected" | "ended"
  readonly start: typeof InteractionStarted.Type | undefined
  readonly startedAt: number
  /** The latest moment at which something happened in the interface. */
  readonly lastActivity: number
  /** When it ended: `-Infinity` where nobody has said so. */
  readonly endedAt: number
  readonly redirectedTo: (typeof RedirectedToCustomer.Type)["to"] | undefined
  readonly inhibited: boolean
  readonly activated: boolean
  readonly excluded: boolean
  /** What was told, and when first: in epoch milliseconds, by version and thing. */
  readonly told: ReadonlyMap<string, number>
  /** What stands in each field into which something was entered. */
  readonly inputs: ReadonlyMap<FieldId, Input>
  /** Where each sealed value was recorded. It is recorded once, there. */
  readonly sealed: ReadonlyMap<Uuid, Place>
  readonly calls: ReadonlyMap<CallId, Call>
  readonly recontacts: ReadonlySet<RecontactClass>
}

type Place = "terminal" | `input ${string}` | `answer ${string}`

/** An interaction of which nothing is recorded. */
export const initial: State = {
  phase: "notStarted",
  start: undefined,
  startedAt: 0,
  lastActivity: 0,
  endedAt: Number.NEGATIVE_INFINITY,
  redirectedTo: undefined,
  inhibited: false,
  activated: false,
  excluded: false,
  told: new Map(),
  inputs: new Map(),
  sealed: new Map(),
  calls: new Map(),
  recontacts: new Set(),
}

/**
 * When an interaction was over, in epoch milliseconds: what belongs to it comes within the longest window from then.
 *
 * @example
 * ```ts
 * import { Interaction } from "@tacet/core/domain"
 *
 * const windowCloses = (state: Interaction.State): number => Interaction.endOf(state) + Interaction.longestWindowMillis
 * ```
 */
export const endOf = (state: State): number => Math.max(state.lastActivity, state.endedAt)

// Evolve

const evolve = (state: State, event: Event): State => {
  const at = DateTime.toEpochMillis(event.occurredAt)
  switch (event._tag) {
    case "InteractionStarted":
      return { ...state, phase: "live", start: event, startedAt: at, lastActivity: at }
    case "CallInhibited":
      return { ...seen(state, at), inhibited: true }
    case "InterfaceActivated":
      return { ...seen(state, at), activated: true }
    case "StepTaken":
    case "CallRequested":
    case "GoalReached":
      return seen(state, at)
    case "NoticeShown": {
      const told = new Map(state.told)
      for (const thing of event.tells) {
        const key = toldKey(event.policyVersion, thing)
        told.set(key, Math.min(at, told.get(key) ?? at))
      }
      return { ...seen(state, at), told }
    }
    case "TerminalObserved":
      return { ...seen(state, at), sealed: withSealed(state, "terminal", event.values) }
    case "SurveyAnswered":
      return { ...seen(state, at), sealed: withSealed(state, `answer ${event.field}`, [event.answer]) }
    case "InputEntered":
    case "InputChanged":
      return {
        ...seen(state, at),
        inputs: new Map(state.inputs).set(event.field, { changedAt: at, reference: event.value.reference }),
        sealed: withSealed(state, `input ${event.field}`, [event.value]),
      }
    case "InputDeleted":
      return {
        ...seen(state, at),
        inputs: new Map(state.inputs).set(event.field, { changedAt: at, reference: undefined }),
      }
    case "RedirectedToCustomer":
      return { ...seen(state, at), phase: "redirected", redirectedTo: event.to }
    case "CallPlaced":
      return withCall(state, event.call, {
        placed: event,
        placedAt: at,
        human: undefined,
        answeredAt: at,
        end: undefined,
      })
    case "CallAnswered": {
      const call = state.calls.get(event.call)
      if (call === undefined) return state
      return withCall(state, event.call, { ...call, human: event.human, answeredAt: Math.max(call.answeredAt, at) })
    }
    case "CallEnded": {
      const call = state.calls.get(event.call)
      return call === undefined ? state : withCall(state, event.call, { ...call, end: event })
    }
    case "InteractionExcluded":
      return { ...state, excluded: true }
    case "InteractionEnded":
      return { ...state, phase: "ended", endedAt: at }
    case "RecontactObserved":
      return { ...state, recontacts: new Set(state.recontacts).add(event.class) }
  }
}

const toldKey = (policyVersion: PolicyVersionId, thing: Told): string => `${thing} ${policyVersion}`

const seen = (state: State, at: number): State => (at > state.lastActivity ? { ...state, lastActivity: at } : state)

const withSealed = (state: State, where: Place, values: ReadonlyArray<Reference>): State["sealed"] => {
  const sealed = new Map(state.sealed)
  for (const { reference } of values) sealed.set(reference, where)
  return sealed
}

type Reference = typeof Sealed.Type

const withCall = (state: State, id: CallId, call: Call): State => ({
  ...state,
  calls: new Map(state.calls).set(id, call),
})

// Commands

const at = Schema.DateTimeUtc

/** What may be asked of an interaction. `at` is the moment at which it happened. */
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
  Schema.TaggedStruct("AnswerCall", { at, call: CallId, human: Human }),
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
  /** What the Customer has declared. */
  readonly customer: Customer.State
  /** What binds each moment: the policy of the version that the Customer has adopted by then. */
  readonly policyAt: PolicyAt
  /** Whether the person has left the technology switched on (SWITCH). */
  readonly switchedOn: boolean
  /** Whether the person has left the location switched on in this application (GEO-SWITCH). Default: true. */
  readonly locationOn?: boolean
  /**
   * Whether the contract has fixed by a moment how long a category is kept (RET-CONTRACT), as `RetentionPolicy.mayCollect`
   * answers it. Default: not asked.
   */
  readonly mayCollect?: (category: PersonalDataCategory, policy: EffectivePolicy, at: DateTime.Utc) => boolean
  /** Whether the interactions of a moment's day have come to their end and were purged (RET-NEC). Default: none were. */
  readonly isPurged?: (at: DateTime.Utc) => boolean
}

// Decide

const decide = (state: State, command: Command, context: Context): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const occurredAt = command.at
  const instant = DateTime.toEpochMillis(occurredAt)
  if (!context.switchedOn && !possibleWhenOff.has(command._tag)) {
    return refuse("SWITCH", command, undefined, "a device on which the person has left the technology on")
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
      return instant > endOf(state) + longestWindowMillis * 2
        ? refuse("TACET-WINDOW", command, "at", "a note made soon after the window of its class has closed")
        : record({ _tag: "RecontactObserved", occurredAt, class: command.class })
    case "EndInteraction":
      // The first end stands: a time-out that crosses it changes nothing.
      if (state.phase === "ended") return nothing
      return instant < state.lastActivity
        ? refuse("TACET-TIME", command, "at", "a moment at or after all that was seen of the interaction")
        : record({ _tag: "InteractionEnded", occurredAt, reason: command.reason })
    default:
      return decideInInterface(state, command, context, instant)
  }
}

/** What closes, corrects or takes back; all else tells something of the person. */
const possibleWhenOff: ReadonlySet<Command["_tag"]> = new Set([
  "DeleteInput",
  "EndInteraction",
  "ExcludeInteraction",
] as const)

type CommandOf<Tag extends Command["_tag"]> = Extract<Command, { readonly _tag: Tag }>

/** What happens in the interface: none of it while the person is with the Customer, nor after the end. */
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
      // Who asks for contact on a page is shown it; a call has to be taken over.
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
      // A deletion that comes late does not reach what was entered after it.
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

const isTriggerListed = (context: Context, trigger: Trigger, at: DateTime.Utc): boolean =>
  trigger._tag === "contactRequest"
    ? Customer.isEntryPointListed(context.customer, trigger.entryPoint, at)
    : Customer.isNumberListed(context.customer, trigger.number, at)

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
      Customer.contractAt(customer, policy, at)?.recognition === true)
  )
}

const start = (
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

const isSameStart = Schema.toEquivalence(
  Schema.Struct({
    occurredAt,
    trigger: Trigger,
    interface: InterfaceId,
    scenario: Schema.optionalKey(ScenarioId),
    linkable: Schema.Boolean,
  }),
)

const placeCall = (
  state: State,
  command: CommandOf<"PlaceCall">,
  context: Context,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const { asksForPerson, at: occurredAt, call, number } = command
  const instant = DateTime.toEpochMillis(occurredAt)
  const known = state.calls.get(call)
  if (known !== undefined) {
    const isSame =
      known.placedAt === instant && known.placed.number === number && known.placed.asksForPerson === asksForPerson
    return isSame
      ? nothing
      : refuse("TACET-ONCE", command, "call", "a call that was not placed yet: give each its own id")
  }
  if (!Customer.isNumberListed(context.customer, number, occurredAt)) {
    return refuse("LISTED", command, "number", "a number that the Customer lists at that moment")
  }
  if (instant > endOf(state) + longestWindowMillis) {
    return refuse("TACET-WINDOW", command, "at", "a call within seven days of the interaction")
  }
  return record({ _tag: "CallPlaced", occurredAt, call, number, asksForPerson })
}

const notPlaced = "a call that was placed: send PlaceCall first"
const afterPlacing = "a moment at or after the call was placed"

const answerCall = (state: State, command: CommandOf<"AnswerCall">): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const { at: occurredAt, human } = command
  const call = state.calls.get(command.call)
  if (call === undefined) return refuse("TACET-CALL", command, "call", notPlaced)
  if (DateTime.toEpochMillis(occurredAt) < call.placedAt) return refuse("TACET-TIME", command, "at", afterPlacing)
  // A transfer may reach a person where a machine answered first; that one may have been reached is never taken back.
  if (call.human !== undefined && likelihood(human) <= likelihood(call.human)) return nothing
  if (call.end !== undefined) return refuse("TACET-CALL", command, "call", "a call that has not ended")
  return record({ _tag: "CallAnswered", occurredAt, call: command.call, human })
}

/** How much an answer speaks for a person. */
const likelihood = (human: Human): number => (human === true ? 2 : human === "unknown" ? 1 : 0)

const endCall = (state: State, command: CommandOf<"EndCall">): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const { at: occurredAt, disposition, legs, talkSeconds } = command
  const instant = DateTime.toEpochMillis(occurredAt)
  const call = state.calls.get(command.call)
  if (call === undefined) return refuse("TACET-CALL", command, "call", notPlaced)
  if (instant < call.placedAt) return refuse("TACET-TIME", command, "at", afterPlacing)
  if (call.end !== undefined) {
    const { end } = call
    const isSame =
      DateTime.toEpochMillis(end.occurredAt) === instant &&
      end.talkSeconds === talkSeconds &&
      end.disposition === disposition &&
      end.legs === legs
    return isSame ? nothing : refuse("TACET-ONCE", command, "call", "a call that has not ended: each ends once")
  }
  return instant < call.answeredAt
    ? refuse("TACET-TIME", command, "at", "a moment at or after the call was answered")
    : // Minus zero would come back from the log as zero.
      record({ _tag: "CallEnded", occurredAt, call: command.call, talkSeconds: talkSeconds + 0, disposition, legs })
}

const showNotice = (
  state: State,
  command: CommandOf<"ShowNotice">,
  { customer }: Context,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const { at: occurredAt, policyVersion, tells } = command
  if (tells.every((thing) => isTold(state, policyVersion, thing, occurredAt))) return nothing
  return policyVersion === Customer.policyVersionAt(customer, occurredAt)
    ? record({ _tag: "NoticeShown", occurredAt, policyVersion, tells })
    : refuse("POLICY-BIND", command, "policyVersion", "the version in force for the Customer at that moment")
}

const isTold = (state: State, policyVersion: PolicyVersionId, thing: Told, at: DateTime.Utc): boolean => {
  const since = state.told.get(toldKey(policyVersion, thing))
  return since !== undefined && since <= DateTime.toEpochMillis(at)
}

/** What keeps values of these categories from being collected at this moment, under the policy of the moment. */
const collectionFault = (
  state: State,
  command: CommandOf<"ObserveTerminal" | "EnterInput" | "AnswerSurvey">,
  categories: ReadonlyArray<PersonalDataCategory>,
  field: string,
  { customer, mayCollect, policyAt }: Context,
): Result.Result<never, Refusal> | undefined => {
  const policy = policyAt(command.at)
  const policyVersion = Customer.policyVersionAt(customer, command.at)
  if (policy === undefined || policyVersion === undefined) {
    return refuse("POLICY-BIND", command, "at", "a moment at which the Customer has adopted a policy version")
  }
  const listed = policy.parameters.categories.processor
  if (categories.some((category) => !listed.includes(category))) {
    return refuse("CATEGORIES", command, field, `a category that the policy lists: ${listed.join(", ")}`)
  }
  if (mayCollect !== undefined && !categories.every((category) => mayCollect(category, policy, command.at))) {
    return refuse("RET-CONTRACT", command, field, "a category of which the contract has fixed how long it is kept")
  }
  const owes = (notice: EffectivePolicy["parameters"]["collectionNotice"][number]): boolean =>
    policy.parameters.collectionNotice.includes(notice)
  const misses = (thing: Told): boolean => !isTold(state, policyVersion, thing, command.at)
  if (owes("purposeBeforeCollection") && misses("purposes")) {
    return refuse("PURPOSE-FIRST", command, undefined, "a notice of the purposes first: send ShowNotice")
  }
  if (command._tag === "ObserveTerminal") return undefined
  if (owes("policyBeforeInput") && misses("policy")) {
    return refuse("ACK-FIRST", command, undefined, "a notice with the policy version in force first: send ShowNotice")
  }
  const owesFields = owes("reasonForMandatoryField") || policy.parameters.mandatoryFields.includes("tellBefore")
  if (owesFields && misses("fields")) {
    return refuse("MANDATORY", command, undefined, "a notice of what the fields are for first: send ShowNotice")
  }
  return undefined
}

/** A location is recorded where the policy allows one, of a service that the person opened, and not while it is off. */
const locationFault = (
  state: State,
  command: CommandOf<"ObserveTerminal">,
  { locationOn = true, policyAt }: Context,
): Result.Result<never, Refusal> | undefined => {
  if (policyAt(command.at)?.parameters.geolocation !== "allowed") {
    return refuse("GEO-NEVER", command, "values.category", Category.recordable)
  }
  if (!state.activated) return refuse("GEO-OK", command, "values.category", "a location in a service that was opened")
  return locationOn
    ? undefined
    : refuse("GEO-SWITCH", command, "values.category", "a location that the person has left switched on")
}

const sealedAnew = "a value sealed anew: each is recorded once"

const observeTerminal = (
  state: State,
  command: CommandOf<"ObserveTerminal">,
  context: Context,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  for (const { category } of command.values) {
    if (Category.isLocation(category)) {
      const fault = locationFault(state, command, context)
      if (fault !== undefined) return fault
      continue
    }
    const barred = Category.ruleAgainst(category)
    if (barred !== undefined) return refuse(barred, command, "values.category", Category.recordable)
    if (!Category.isToldByTerminal(category)) {
      return refuse(
        "AUTO",
        command,
        "values.category",
        "what a terminal tells of itself: all else needs a declared field",
      )
    }
  }
  const categories = command.values.map(({ category }) => category)
  const fault =
    categories.length === 0 ? undefined : collectionFault(state, command, categories, "values.category", context)
  if (fault !== undefined) return fault
  const references = new Set(command.values.map(({ reference }) => reference))
  const known = Array.from(references, (reference) => state.sealed.get(reference))
  if (known.every((where) => where === "terminal")) return nothing
  return references.size < command.values.length || known.some((where) => where !== undefined)
    ? refuse("TACET-ONCE", command, "values.reference", sealedAnew)
    : record({ _tag: "TerminalObserved", occurredAt: command.at, values: command.values })
}

const enterInput = (
  state: State,
  command: CommandOf<"EnterInput">,
  context: Context,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const { at: occurredAt, field, value } = command
  const undeclared = fieldFault(state, context, command, value)
  if (undeclared !== undefined) return undeclared
  const input = state.inputs.get(field)
  if (input?.reference === value.reference) return nothing
  // Not even what was here before comes back: it was changed or deleted, and ended with that (FREETEXT-LIFE).
  if (state.sealed.has(value.reference)) return refuse("TACET-ONCE", command, "value.reference", sealedAnew)
  if (input !== undefined && DateTime.toEpochMillis(occurredAt) < input.changedAt) {
    return refuse("FREETEXT-LIFE", command, "at", "a moment at or after the last change or deletion of the field")
  }
  return record({
    _tag: input?.reference === undefined ? "InputEntered" : "InputChanged",
    occurredAt,
    field,
    value,
  })
}

const answerSurvey = (
  state: State,
  command: CommandOf<"AnswerSurvey">,
  context: Context,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const { answer, at: occurredAt, field } = command
  const undeclared = fieldFault(state, context, command, answer)
  if (undeclared !== undefined) return undeclared
  const where = state.sealed.get(answer.reference)
  if (where === undefined) return record({ _tag: "SurveyAnswered", occurredAt, field, answer })
  return where === `answer ${field}` ? nothing : refuse("TACET-ONCE", command, "answer.reference", sealedAnew)
}

const fieldFault = (
  state: State,
  context: Context,
  command: CommandOf<"EnterInput" | "AnswerSurvey">,
  value: Reference,
): Result.Result<never, Refusal> | undefined => {
  const declared = Customer.fieldAt(context.customer, command.field, command.at)
  if (declared === undefined) {
    return refuse("FIELD-RESP", command, "field", "a field that the Customer declared before its first value")
  }
  if (value.category !== declared.category) {
    return refuse("CATEGORIES", command, "field", "a value of the category with which the field was declared")
  }
  const policy = context.policyAt(command.at)
  const isOwnService = declared.origin === "customerService" && policy !== undefined
  if (isOwnService && !Customer.coversOwnService(context.customer, value.category, policy, command.at)) {
    return refuse("SUBCONTRACT", command, "field", "a contract in force that covers the category of the service's data")
  }
  return collectionFault(state, command, [value.category], "field", context)
}

/** The decider of an interaction. */
export const decider: Decider<State, Command, Event, Context> = { initial, evolve, decide }

/** The decider with its storage format, for a command handler. */
export const aggregate = { codec, decider }
