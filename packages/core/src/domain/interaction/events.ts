/**
 * The events of an interaction, and the values in them.
 */
import * as Schema from "effect/Schema"
import { dayMillis } from "../../calendar/UtcDay.ts"
import * as EventCodec from "../../eventsourcing/EventCodec.ts"
import type { StreamId } from "../../eventsourcing/StreamId.ts"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import { channels, contactChannels } from "../../policy/text/parameters/collection.ts"
import { Sealed } from "../../privacy/Sealed.ts"
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
} from "../Identifier.ts"

// Stream

/** The kind of an interaction's stream. */
export const streamKind = "interaction"

/** The stream of an interaction. */
export const streamOf = (id: Uuid): StreamId => ({ kind: streamKind, id })

// Values

/** The trigger of the interaction (TRIGGER): a call to or from a listed number, or a request at a listed entry point. */
export const Trigger = Schema.Union([
  Schema.TaggedStruct("outgoingCall", { number: ListedNumberId }),
  Schema.TaggedStruct("incomingCall", { number: ListedNumberId }),
  Schema.TaggedStruct("contactRequest", {
    channel: Schema.Literals(contactChannels),
    entryPoint: EntryPointId,
  }),
])

export type Trigger = typeof Trigger.Type

/** The channel of a trigger, as policies list it. */
export const Channel = Schema.Literals(channels)
export type Channel = typeof Channel.Type

/**
 * Whether a person of the Customer's spoke: `true` where the source proves a bridged agent, `false` for voicemail, a
 * menu, an announcement or closed hours, `unknown` where only a disposition is known.
 */
export const PersonReached = Schema.Union([Schema.Boolean, Schema.Literal("unknown")])

export type PersonReached = typeof PersonReached.Type

/** How a call ended. `automated`: in the menu, before it asked for a person. */
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

/**
 * Within which time the same person came back: within 24 hours, within 72 hours but not 24, within 7 days but not 72
 * hours.
 */
export const RecontactClass = Schema.Literals(["within24Hours", "within72Hours", "within7Days"])

export type RecontactClass = typeof RecontactClass.Type

/** The subjects of a notice: the policy, the purposes of collection, and the use of each field (MANDATORY). */
export const NoticeContent = Schema.Literals(["policy", "purposes", "fields"])

export type NoticeContent = typeof NoticeContent.Type

/** How far a clock that reports a moment may be ahead of the clock that records it: five minutes, in milliseconds. */
export const clockToleranceMillis = 5 * 60_000

/**
 * The longest time after an interaction in which a call or a return still belongs to it: seven days, in milliseconds.
 */
export const longestWindowMillis = 7 * dayMillis

/** The interface of a call that came without any other. */
export const phoneMenu = "phone-menu" as InterfaceId

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

/**
 * The policy version in force was made available to the person, and the notice covered these subjects (ACK-FIRST,
 * PURPOSE-FIRST).
 */
export const NoticeShown = Schema.TaggedStruct("NoticeShown", {
  occurredAt,
  policyVersion: PolicyVersionId,
  tells: Schema.Array(NoticeContent),
})

/** The terminal reported values about itself. */
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

/** The person continued to the Customer's own service; later actions there are not recorded (REDIRECT-END). */
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
  /** False for a triggering call that never left the menu: it is not an attempt to reach a person. */
  asksForPerson: Schema.Boolean,
})

/** The call was answered, by a person or not. */
export const CallAnswered = Schema.TaggedStruct("CallAnswered", { occurredAt, call: CallId, human: PersonReached })

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

/** How the events of an interaction are stored. */
export const codec = EventCodec.make(streamKind, [
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
export type Event = EventCodec.EventOf<typeof codec>

/** Which events show that the person is active in the interface. Calls, notes and the end do not. */
export const isActivity: Readonly<Record<Event["_tag"], boolean>> = {
  InteractionStarted: true,
  NoticeShown: true,
  TerminalObserved: true,
  CallInhibited: true,
  InterfaceActivated: true,
  StepTaken: true,
  InputEntered: true,
  InputChanged: true,
  InputDeleted: true,
  SurveyAnswered: true,
  RedirectedToCustomer: true,
  CallRequested: true,
  CallPlaced: false,
  CallAnswered: false,
  CallEnded: false,
  GoalReached: true,
  InteractionExcluded: false,
  InteractionEnded: false,
  RecontactObserved: false,
}
