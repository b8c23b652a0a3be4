/**
 * A request of a person about their data, from its receipt to its outcome: who decides it, by what the data is found,
 * who made sure that the person is the one, until when the answer is due, and how it ended. Its stream holds kinds,
 * dates and counts. What the person wrote, what they are found by and what they are given stand in the vault: a list of
 * values in the log would tie interactions to each other.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Decider } from "../eventsourcing/Decider.ts"
import * as EventCodec from "../eventsourcing/EventCodec.ts"
import { ofPublic } from "../eventsourcing/FieldClass.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type { StreamId } from "../eventsourcing/StreamId.ts"
import { Uuid } from "../eventsourcing/Uuid.ts"
import * as Calendar from "../calendar/Calendar.ts"
import * as Deadline from "../policy/checks/Deadline.ts"
import type { EffectivePolicy } from "../policy/binding/EffectivePolicy.ts"
import type { Operation } from "../policy/text/parameters/processing.ts"
import { answerDuties, Locator, RefusalGround, requestChannels, Right } from "../policy/text/parameters/rights.ts"
import { Period } from "../calendar/Period.ts"
import { PlainDate } from "../calendar/PlainDate.ts"
import { Purpose } from "../policy/checks/Purpose.ts"
import { Sealed } from "../privacy/Sealed.ts"
import { PolicyVersionId } from "./Identifier.ts"
import * as Answer from "./RightsAnswer.ts"
import { ExportFormat, type Holding, LegalReference, Outcome } from "./RightsAnswer.ts"

export {
  type Asked,
  explanations,
  ExportFormat,
  type Fault,
  groundFault,
  type Holding,
  LegalReference,
  Outcome,
  outcomeFault,
  sizeOf,
} from "./RightsAnswer.ts"
import { nothing, record, refuse } from "./internal/Decision.ts"

// Stream

/** The kind of a request's stream. */
export const streamKind = "rights-request"

/** The id of a request. */
export const RequestId = Uuid.pipe(Schema.brand("RequestId"))
export type RequestId = typeof RequestId.Type

/**
 * The stream of a request.
 *
 * @example
 * ```ts
 * import { RightsRequest } from "@tacet/core/domain"
 *
 * const stream = (id: RightsRequest.RequestId) => RightsRequest.streamOf(id)
 * ```
 */
export const streamOf = (id: RequestId): StreamId => ({ kind: streamKind, id })

// Values

/** Who decides a request (V07). */
export const Handler = Schema.Literals(["operator", "customer"])
export type Handler = typeof Handler.Type

/** Why it is doubted that the requester is the person concerned (GDPR 12(6)). */
export const Doubt = Schema.Literals(["addressUnknown", "signInMissing", "detailsContradict", "unusualRequest"])
export type Doubt = typeof Doubt.Type

/** How requester and data were shown to correspond. A code and a document are evidence that is asked for. */
export const VerificationMethod = Schema.Literals(["signIn", "knownAddress", "locatorMatch", "code", "document"])

/** The term of `https://w3id.org/dpv/legal/eu/gdpr#` for each reason of a delay. */
export const delayReasons = {
  complexity: "JustificationA12Complexity",
  highVolume: "JustificationA12HighVolume",
  identityRequired: "JustificationA12IdentityRequired",
  informationRequired: "JustificationA12InformationRequired",
} as const
export const DelayReason = Schema.Literals(["complexity", "highVolume", "identityRequired", "informationRequired"])

/** What an answer says beside its outcome. */
const Statement = Schema.Literals(answerDuties)

/** Where a request stands: the request states of W3C DPV, and `duplicate`, which it has no word for. */
export const statuses = [
  "none",
  "requestInitiated",
  "requestAcknowledged",
  "requestRequiresAction",
  "requestRequiredActionPerformed",
  "requestAccepted",
  "requestActionDelayed",
  "requestFulfilled",
  "requestUnfulfilled",
  "requestRejected",
  "duplicate",
] as const
export type Status = (typeof statuses)[number]

// Events: their names and fields are a storage format

const occurredAt = Schema.DateTimeUtcFromMillis
const states = Schema.Array(Statement)

/** A request came in. The time to answer it was fixed by what bound that moment (R-1M, R-30D). */
export const RequestReceived = Schema.TaggedStruct("RequestReceived", {
  occurredAt,
  kind: Right,
  channel: Schema.Literals(requestChannels),
  /** Who asks: a reference into the vault, the same for all requests of one person. */
  requester: Uuid,
  registered: Schema.Boolean,
  /** What an objection or a withdrawal is about. */
  purposes: Schema.Array(Purpose),
  policyVersion: PolicyVersionId,
  /** The day of receipt in the policy's time zone. */
  received: PlainDate,
  within: Schema.Array(Period),
  timeZone: Schema.String.annotate(ofPublic),
  /** The law of another place that decided with it (R-LOCAL-LAW). */
  localLaw: Schema.optionalKey(LegalReference),
})
/** The operator decides it (R-TO-OPERATOR). */
export const RequestTaken = Schema.TaggedStruct("RequestTaken", { occurredAt })
/** The Customer decides it; the operator assists (R-TO-CUSTOMER, GDPR 28(3)(e)). */
export const ForwardedToCustomer = Schema.TaggedStruct("ForwardedToCustomer", { occurredAt })
/** The person was asked to put it in writing; the time goes on (R-WRITING). */
export const WritingAsked = Schema.TaggedStruct("WritingAsked", { occurredAt })
/** It came in writing. */
export const WritingReceived = Schema.TaggedStruct("WritingReceived", { occurredAt })
/** The person was asked for details by which their data can be found (R-TO-OPERATOR, GDPR 11(2)). */
export const DetailsAsked = Schema.TaggedStruct("DetailsAsked", { occurredAt })
/** There is a reasonable doubt of who asks; until it is cleared the days do not count (GDPR 12(6)). */
export const IdentityDoubted = Schema.TaggedStruct("IdentityDoubted", { occurredAt, doubt: Doubt })
/** Requester and data correspond (R-VERIFY). */
export const IdentityVerified = Schema.TaggedStruct("IdentityVerified", {
  occurredAt,
  by: Schema.Literals(["operator", "mandatedThirdParty", "customer"]),
  method: VerificationMethod,
  /** The doubt that it cleared, where there was one. */
  doubt: Schema.optionalKey(Doubt),
})
/** The data was found (R-LOCATE); the values and their time bounds stand in the vault. */
export const SubjectLocated = Schema.TaggedStruct("SubjectLocated", {
  occurredAt,
  locators: Schema.Array(Schema.Struct({ kind: Locator, value: Sealed })),
})
/** It cannot be said whose data it is; the person was told so and may give further details (GDPR 11(2)). */
export const SubjectNotIdentified = Schema.TaggedStruct("SubjectNotIdentified", { occurredAt, by: Handler, states })
/** The answer was put off, and the person told (R-DELAY). */
export const DelayNotified = Schema.TaggedStruct("DelayNotified", {
  occurredAt,
  reasons: Schema.Array(DelayReason),
  expected: Schema.optionalKey(PlainDate),
  by: Period,
  announced: PlainDate,
})
/** It was answered and done. */
export const RequestFulfilled = Schema.TaggedStruct("RequestFulfilled", {
  occurredAt,
  by: Handler,
  /** How many values it concerned. */
  values: Schema.Int,
  /** How many a law makes somebody keep, and which. */
  kept: Schema.Int,
  keptBy: Schema.Array(LegalReference),
  format: Schema.optionalKey(ExportFormat),
  states,
})
/** It was refused on a ground that the policy and the law list (R-REFUSE16, R-LEGAL-LIMIT). */
export const RequestRefused = Schema.TaggedStruct("RequestRefused", {
  occurredAt,
  by: Handler,
  ground: RefusalGround,
  /** Where in the vault the reasons that the person was given are kept. */
  reasons: Uuid,
  legalReference: Schema.optionalKey(LegalReference),
  states,
})
/** The person was told, and the restriction ended (GDPR 18(3)). */
export const RestrictionLifted = Schema.TaggedStruct("RestrictionLifted", { occurredAt })
/** Another request says the same and is answered with this one. */
export const DuplicateAccepted = Schema.TaggedStruct("DuplicateAccepted", { occurredAt, duplicate: RequestId })
/** This one is answered with an earlier one. */
export const MarkedDuplicate = Schema.TaggedStruct("MarkedDuplicate", { occurredAt, original: RequestId })

const Event = Schema.Union([
  RequestReceived,
  RequestTaken,
  ForwardedToCustomer,
  WritingAsked,
  WritingReceived,
  DetailsAsked,
  IdentityDoubted,
  IdentityVerified,
  SubjectLocated,
  SubjectNotIdentified,
  DelayNotified,
  RequestFulfilled,
  RequestRefused,
  RestrictionLifted,
  DuplicateAccepted,
  MarkedDuplicate,
])
export type Event = typeof Event.Type

/** How the events of a request are stored. */
export const codec = EventCodec.make(streamKind, [
  EventCodec.define(RequestReceived),
  EventCodec.define(RequestTaken),
  EventCodec.define(ForwardedToCustomer),
  EventCodec.define(WritingAsked),
  EventCodec.define(WritingReceived),
  EventCodec.define(DetailsAsked),
  EventCodec.define(IdentityDoubted),
  EventCodec.define(IdentityVerified),
  EventCodec.define(SubjectLocated),
  EventCodec.define(SubjectNotIdentified),
  EventCodec.define(DelayNotified),
  EventCodec.define(RequestFulfilled),
  EventCodec.define(RequestRefused),
  EventCodec.define(RestrictionLifted),
  EventCodec.define(DuplicateAccepted),
  EventCodec.define(MarkedDuplicate),
])

// State

/** A request as far as it has come. Moments in epoch milliseconds. */
export interface State {
  readonly status: Status
  readonly request: typeof RequestReceived.Type | undefined
  readonly receivedAt: number
  /** When the latest of its events happened. */
  readonly lastAt: number
  readonly deadline: Deadline.Deadline
  readonly handler: Handler | undefined
  /** What the person was asked for and has not done. */
  readonly open: ReadonlySet<"identity" | "writing" | "details">
  /** Whether the person has done something that was asked for. */
  readonly performed: boolean
  readonly doubt: Doubt | undefined
  readonly verified: boolean
  readonly located: boolean
  readonly answeredAt: number | undefined
  readonly liftedAt: number | undefined
  readonly duplicates: ReadonlySet<RequestId>
}

/** A request of which nothing is recorded. */
export const initial: State = {
  status: "none",
  request: undefined,
  receivedAt: 0,
  lastAt: 0,
  deadline: Deadline.make("1970-01-01", ["P1D"]),
  handler: undefined,
  open: new Set(),
  performed: false,
  doubt: undefined,
  verified: false,
  located: false,
  answeredAt: undefined,
  liftedAt: undefined,
  duplicates: new Set(),
}

/**
 * The date at whose end the answer is due, `undefined` while the time is suspended or nothing was received. With a table
 * of holidays a date on which nobody works moves to the next one on which somebody does (1182/71 Article 3(4)); without
 * one it stays, which is the safe side. Decisions take the same table in their context, so that a delay is announced by
 * the date that is told here.
 *
 * @rule R-CHANNEL
 *
 * @example
 * ```ts
 * import { RightsRequest } from "@tacet/core/domain"
 * import type { Calendar } from "@tacet/core/calendar"
 *
 * const due = (request: RightsRequest.State, holidays: Calendar.HolidayTable) =>
 *   RightsRequest.dueDate(request, holidays)
 * ```
 */
export const dueDate = (state: State, holidays?: Calendar.HolidayTable): PlainDate | undefined =>
  state.request === undefined ? undefined : Deadline.dueDate(onWorkingDay(state.deadline, holidays))

const onWorkingDay = (deadline: Deadline.Deadline, rollForward: Calendar.HolidayTable | undefined): Deadline.Deadline =>
  rollForward === undefined ? deadline : { ...deadline, rollForward }

/**
 * Whether a request has no outcome although its time is over (R-1M, R-30D), at a moment not before its latest event, on
 * working days where a table of holidays is given. A duplicate is answered with its original, which is due no later.
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import { RightsRequest } from "@tacet/core/domain"
 *
 * const late = (request: RightsRequest.State): boolean =>
 *   RightsRequest.overdue(request, DateTime.makeUnsafe("2021-03-01T00:00:00Z"))
 * ```
 */
export const overdue = (state: State, at: DateTime.Utc, holidays?: Calendar.HolidayTable): boolean => {
  if (state.request === undefined || state.answeredAt !== undefined || state.status === "duplicate") return false
  const late = Deadline.lateFrom(onWorkingDay(state.deadline, holidays), state.request.timeZone)
  return late !== undefined && DateTime.toEpochMillis(late) <= DateTime.toEpochMillis(at)
}

/** What somebody wants to do with the data of the person. */
export interface Use {
  readonly operation: Operation
  readonly purpose: Purpose
  readonly at: DateTime.Utc
}

/**
 * Whether a request leaves room for a use of the person's data. A withdrawal and an objection stop their purposes from
 * their receipt on, an objection until it is refused (WITHDRAW, OPTOUT, R-OBJECT); a restriction stops all but keeping
 * (R-RESTRICT), an erasure everything (R-ERASE). What was done before stays as it was.
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import { RightsRequest } from "@tacet/core/domain"
 *
 * const allowed = (request: RightsRequest.State): boolean =>
 *   RightsRequest.permits(request, {
 *     operation: "use",
 *     purpose: "directMarketing",
 *     at: DateTime.makeUnsafe("2026-01-01T00:00:00Z"),
 *   })
 * ```
 */
export const permits = (state: State, use: Use): boolean => {
  if (state.request === undefined) return true
  const { kind, purposes } = state.request
  const at = DateTime.toEpochMillis(use.at)
  const fulfilled = state.status === "requestFulfilled" && state.answeredAt !== undefined && state.answeredAt <= at
  switch (kind) {
    case "consentWithdrawal":
      return use.operation === "erase" || at < state.receivedAt || !purposes.includes(use.purpose)
    case "objection": {
      const dropped = state.status === "requestRejected" || state.status === "requestUnfulfilled"
      const ended = dropped && state.answeredAt !== undefined && state.answeredAt <= at
      return use.operation === "erase" || at < state.receivedAt || ended || !purposes.includes(use.purpose)
    }
    case "restriction":
      return !fulfilled || (state.liftedAt !== undefined && state.liftedAt <= at)
    case "erasure":
      return !fulfilled
    default:
      return true
  }
}

/**
 * Whether the account of the requester still opens: not once its identifier was erased (R-ACCESS-LOST).
 *
 * @example
 * ```ts
 * import { RightsRequest } from "@tacet/core/domain"
 *
 * const opens = (request: RightsRequest.State): boolean => RightsRequest.signInWorks(request)
 * ```
 */
export const signInWorks = ({ request, status }: State): boolean =>
  !(request?.kind === "erasure" && request.registered && status === "requestFulfilled")

// Evolve

const evolve = (state: State, event: Event): State => {
  const at = DateTime.toEpochMillis(event.occurredAt)
  const next = settled({ ...changed(state, event, at), lastAt: Math.max(at, state.lastAt) })
  if (next.request === undefined || isSuspended(state) === isSuspended(next)) return next
  const date = Calendar.localDate(event.occurredAt, next.request.timeZone)
  return {
    ...next,
    deadline: isSuspended(next) ? Deadline.suspend(next.deadline, { from: date }) : resumed(next, date),
  }
}

const changed = (state: State, event: Event, at: number): State => {
  switch (event._tag) {
    case "RequestReceived":
      return { ...state, request: event, receivedAt: at, deadline: Deadline.make(event.received, event.within) }
    case "RequestTaken":
      return { ...state, handler: "operator" }
    case "ForwardedToCustomer":
      return { ...state, handler: "customer" }
    case "WritingAsked":
      return asked(state, "writing")
    case "WritingReceived":
      return performed(state, "writing")
    case "DetailsAsked":
      return asked(state, "details")
    case "IdentityDoubted":
      return { ...asked(state, "identity"), doubt: event.doubt, verified: false }
    case "IdentityVerified":
      return { ...performed(state, "identity"), doubt: undefined, verified: true }
    case "SubjectLocated":
      return { ...performed(state, "details"), located: true, answeredAt: undefined, status: "requestAcknowledged" }
    case "SubjectNotIdentified":
      return { ...state, status: "requestUnfulfilled", located: false, answeredAt: at }
    case "DelayNotified": {
      const extension = { by: event.by, announced: event.announced, reasons: event.reasons }
      return { ...state, deadline: { ...state.deadline, extension } }
    }
    case "RequestFulfilled":
      return { ...state, status: "requestFulfilled", answeredAt: at }
    case "RequestRefused":
      return { ...state, status: "requestRejected", answeredAt: at }
    case "RestrictionLifted":
      return { ...state, liftedAt: at }
    case "DuplicateAccepted":
      return { ...state, duplicates: new Set(state.duplicates).add(event.duplicate) }
    case "MarkedDuplicate":
      return { ...state, status: "duplicate" }
  }
}

type Action = "identity" | "writing" | "details"

const asked = (state: State, action: Action): State => ({ ...state, open: new Set(state.open).add(action) })

const performed = (state: State, action: Action): State => {
  if (!state.open.has(action)) return state
  const open = new Set(state.open)
  open.delete(action)
  return { ...state, open, performed: true }
}

const settledStatuses: ReadonlySet<Status> = new Set([
  "requestFulfilled",
  "requestUnfulfilled",
  "requestRejected",
  "duplicate",
])

const settled = (state: State): State => {
  if (state.request === undefined || settledStatuses.has(state.status)) return state
  return { ...state, status: openStatus(state) }
}

const openStatus = (state: State): Status => {
  if (state.handler === undefined) return "requestInitiated"
  if (state.open.size > 0) return "requestRequiresAction"
  if (state.deadline.extension !== undefined) return "requestActionDelayed"
  if (state.verified && state.located) return "requestAccepted"
  return state.performed ? "requestRequiredActionPerformed" : "requestAcknowledged"
}

const isSuspended = (state: State): boolean =>
  state.status === "requestUnfulfilled" || (!settledStatuses.has(state.status) && state.open.has("identity"))

const resumed = (state: State, to: PlainDate): Deadline.Deadline => ({
  ...state.deadline,
  suspensions: state.deadline.suspensions.map((suspension) =>
    suspension.to === undefined ? { ...suspension, to } : suspension,
  ),
})

// Commands

const at = Schema.DateTimeUtc

/** What may be asked of a request. `at` is the moment at which it happened. */
export const Command = Schema.Union([
  Schema.TaggedStruct("ReceiveRequest", {
    at,
    kind: Right,
    channel: RequestReceived.fields.channel,
    requester: Uuid,
    registered: Schema.Boolean,
    purposes: Schema.Array(Purpose),
  }),
  Schema.TaggedStruct("TakeRequest", { at }),
  Schema.TaggedStruct("ForwardRequest", { at }),
  Schema.TaggedStruct("AskForWriting", { at }),
  Schema.TaggedStruct("ReceiveWriting", { at }),
  Schema.TaggedStruct("AskForDetails", { at }),
  Schema.TaggedStruct("DoubtIdentity", { at, doubt: Doubt }),
  Schema.TaggedStruct("VerifyIdentity", { at, by: IdentityVerified.fields.by, method: VerificationMethod }),
  Schema.TaggedStruct("LocateSubject", {
    at,
    locators: Schema.Array(
      Schema.Struct({
        kind: Locator,
        value: Sealed,
        /** The time in which the value belonged to the person. */
        bound: Schema.optionalKey(Schema.Struct({ from: Schema.DateTimeUtc, to: Schema.DateTimeUtc })),
      }),
    ),
  }),
  Schema.TaggedStruct("DeclareNotIdentified", { at, by: Handler, states }),
  Schema.TaggedStruct("NotifyDelay", {
    at,
    reasons: Schema.Array(DelayReason),
    expected: Schema.optionalKey(PlainDate),
  }),
  Schema.TaggedStruct("FulfilRequest", { at, by: Handler, outcome: Outcome, states }),
  Schema.TaggedStruct("RefuseRequest", {
    at,
    by: Handler,
    ground: RefusalGround,
    reasons: Uuid,
    legalReference: Schema.optionalKey(LegalReference),
    states,
  }),
  Schema.TaggedStruct("LiftRestriction", { at, informed: Schema.Boolean }),
  Schema.TaggedStruct("AcceptDuplicate", { at, duplicate: RequestId }),
  Schema.TaggedStruct("MarkDuplicate", { at, original: RequestId }),
])
export type Command = typeof Command.Type

/** The law of the place that a request comes from, where it differs (R-LOCAL-LAW). */
export interface LocalLaw {
  readonly reference: string
  readonly answerWithin?: Period
}

/** The facts that a decision needs beside the request itself. */
export interface Context {
  /** What binds the moment of the command. */
  readonly policy: EffectivePolicy
  readonly localLaw?: LocalLaw
  /** Moves a due date on which nobody works to the next working day, in decisions as in `dueDate` and `overdue`. */
  readonly holidays?: Calendar.HolidayTable
  /** All values of the person who was located, and of nobody else. */
  readonly holdings?: ReadonlyArray<Holding>
  /** The other request, where one is said to be the duplicate of the other; both are appended in one commit. */
  readonly other?: State
}

/** What can be done in each status; everything else is refused. */
export const acceptedIn: Readonly<Record<Status, ReadonlySet<Command["_tag"]>>> = (() => {
  const handled = [
    "AskForWriting",
    "AskForDetails",
    "DoubtIdentity",
    "VerifyIdentity",
    "LocateSubject",
    "DeclareNotIdentified",
    "NotifyDelay",
    "RefuseRequest",
    "AcceptDuplicate",
    "MarkDuplicate",
  ] as const
  const answerable = new Set<Command["_tag"]>([...handled, "FulfilRequest"])
  return {
    none: new Set(["ReceiveRequest"]),
    requestInitiated: new Set(["TakeRequest", "ForwardRequest", "NotifyDelay", "MarkDuplicate"]),
    requestAcknowledged: answerable,
    requestRequiresAction: new Set([...handled, "ReceiveWriting"]),
    requestRequiredActionPerformed: answerable,
    requestAccepted: answerable,
    requestActionDelayed: answerable,
    requestFulfilled: new Set(["LiftRestriction"]),
    requestUnfulfilled: new Set(["LocateSubject"]),
    requestRejected: new Set<Command["_tag"]>(),
    duplicate: new Set<Command["_tag"]>(),
  }
})()

// Decide

type Decision = Result.Result<ReadonlyArray<Event>, Refusal>
type CommandOf<Tag extends Command["_tag"]> = Extract<Command, { readonly _tag: Tag }>

const decide = (state: State, command: Command, context: Context): Decision => {
  const occurredAt = command.at
  if (isRepeated(state, command)) return nothing
  if (!acceptedIn[state.status].has(command._tag)) return outOfTurn(state, command)
  if (command._tag === "ReceiveRequest") return receive(command, context)
  const { deadline, request } = state
  if (request === undefined) return outOfTurn(state, command)
  if (DateTime.toEpochMillis(occurredAt) < state.lastAt) {
    return refuse("TACET-TIME", command, "at", "a moment at or after the latest event of the request")
  }
  const toCustomer = !request.registered && context.policy.parameters.requestAddressee === "customerOfInteraction"
  switch (command._tag) {
    case "TakeRequest":
      return toCustomer
        ? refuse("R-TO-CUSTOMER", command, undefined, "ForwardRequest: the Customer decides, the operator assists")
        : record({ _tag: "RequestTaken", occurredAt })
    case "ForwardRequest":
      return toCustomer
        ? record({ _tag: "ForwardedToCustomer", occurredAt })
        : refuse("R-TO-OPERATOR", command, undefined, "TakeRequest: the operator decides this request itself")
    case "AskForWriting":
      return request.kind === "access" && context.policy.parameters.writtenForm === "mayBeRequired"
        ? record({ _tag: "WritingAsked", occurredAt })
        : refuse("R-WRITING", command, undefined, "an access request under a policy that may require a written form")
    case "ReceiveWriting":
      return state.open.has("writing")
        ? record({ _tag: "WritingReceived", occurredAt })
        : refuse("R-WRITING", command, undefined, "a written form that was asked for")
    case "AskForDetails":
      return request.registered || state.located
        ? refuse("R-LOCATE", command, undefined, "a requester without an account whose data is not found yet")
        : record({ _tag: "DetailsAsked", occurredAt })
    case "DoubtIdentity":
      return answersAnybody.has(request.kind)
        ? refuse("R-VERIFY", command, undefined, "a request whose answer gives or changes data")
        : record({ _tag: "IdentityDoubted", occurredAt, doubt: command.doubt })
    case "VerifyIdentity":
      return verify(state, command, context)
    case "LocateSubject":
      return locate(request, command, context)
    case "DeclareNotIdentified":
      if (command.by !== state.handler) return notYours(state, command)
      return (
        unsaid(command, context, ["complaintToAuthority", "courtRemedy"]) ??
        record({ _tag: "SubjectNotIdentified", occurredAt, by: command.by, states: command.states })
      )
    case "NotifyDelay":
      return notifyDelay(deadline, request, command, context)
    case "FulfilRequest":
      return command.by === state.handler ? fulfil(state, request, command, context) : notYours(state, command)
    case "RefuseRequest":
      return command.by === state.handler ? refuseRequest(request, command, context) : notYours(state, command)
    case "LiftRestriction":
      if (request.kind !== "restriction") return outOfTurn(state, command)
      return command.informed
        ? record({ _tag: "RestrictionLifted", occurredAt })
        : refuse("R-RESTRICT", command, "informed", "a person who was told before the restriction ends")
    case "AcceptDuplicate":
      return (
        duplicateFault(context.other, state, command) ??
        record({
          _tag: "DuplicateAccepted",
          occurredAt,
          duplicate: command.duplicate,
        })
      )
    case "MarkDuplicate":
      return (
        duplicateFault(state, context.other, command) ??
        record({
          _tag: "MarkedDuplicate",
          occurredAt,
          original: command.original,
        })
      )
  }
}

/** Whether a command asks for what already is. */
const isRepeated = (state: State, command: Command): boolean => {
  switch (command._tag) {
    case "ReceiveRequest": {
      const { request } = state
      return (
        request !== undefined &&
        DateTime.toEpochMillis(command.at) === state.receivedAt &&
        request.kind === command.kind &&
        request.requester === command.requester
      )
    }
    case "TakeRequest":
      return state.handler === "operator"
    case "ForwardRequest":
      return state.handler === "customer"
    case "AcceptDuplicate":
      return state.duplicates.has(command.duplicate)
    case "LiftRestriction":
      return state.liftedAt !== undefined
    default:
      return false
  }
}

const outOfTurn = (state: State, command: Command): Decision => {
  const accepted = `in the status ${state.status}: ${Array.from(acceptedIn[state.status]).join(", ") || "nothing"}`
  if (state.status === "none") return refuse("TACET-STARTED", command, undefined, accepted)
  if (settledStatuses.has(state.status)) return refuse("TACET-ENDED", command, undefined, accepted)
  if (command._tag === "FulfilRequest" && state.open.has("identity")) {
    return refuse("R-VERIFY", command, undefined, "a request whose requester was shown to be the person concerned")
  }
  return refuse("TACET-ONCE", command, undefined, accepted)
}

/** Kinds that are answered whoever asks: nothing of anybody is given away or changed. */
const answersAnybody: ReadonlySet<Right> = new Set(["consentWithdrawal", "complaint"])

const receive = (command: CommandOf<"ReceiveRequest">, { localLaw, policy }: Context): Decision => {
  const { channel, kind, purposes, registered, requester } = command
  const { answerWithin, consent, localLaw: place, rights } = policy.parameters
  const offered =
    rights.includes(kind) ||
    kind === "complaint" ||
    (kind === "consentWithdrawal" && consent.includes("withdrawalAtAnyTime"))
  if (!offered)
    return refuse(Answer.ruleOf[kind], command, "kind", "a right that the policy or the law gives at that moment")
  if ((kind === "objection" || kind === "consentWithdrawal") && purposes.length === 0) {
    return refuse(Answer.ruleOf[kind], command, "purposes", "at least one purpose that is to stop")
  }
  const law = localLaw !== undefined && place === "prevails" ? localLaw : undefined
  return record({
    _tag: "RequestReceived",
    occurredAt: command.at,
    kind,
    channel,
    requester,
    registered,
    purposes,
    policyVersion: policy.policy as PolicyVersionId,
    received: Calendar.localDate(command.at, policy.timeZone),
    // Both laws are obeyed: the soonest of the periods counts.
    within: law?.answerWithin === undefined ? answerWithin : [...answerWithin, law.answerWithin],
    timeZone: policy.timeZone,
    ...(law === undefined ? {} : { localLaw: law.reference }),
  })
}

const evidence: ReadonlySet<string> = new Set(["code", "document"])

const verify = (state: State, command: CommandOf<"VerifyIdentity">, { policy }: Context): Decision => {
  const { identityEvidence, verifiers } = policy.parameters
  const mayVerify = command.by === "customer" ? state.handler === "customer" : verifiers.includes(command.by)
  if (!mayVerify) return refuse("R-VERIFY", command, "by", "somebody whom the policy lets verify")
  if (evidence.has(command.method) && identityEvidence === "onReasonableDoubt" && state.doubt === undefined) {
    return refuse("R-VERIFY", command, "method", "evidence that was asked for on a recorded doubt: DoubtIdentity first")
  }
  return record({
    _tag: "IdentityVerified",
    occurredAt: command.at,
    by: command.by,
    method: command.method,
    ...(state.doubt === undefined ? {} : { doubt: state.doubt }),
  })
}

const locate = (
  request: typeof RequestReceived.Type,
  command: CommandOf<"LocateSubject">,
  { policy }: Context,
): Decision => {
  const { locators } = command
  if (locators.length === 0 && !request.registered) {
    return refuse("R-LOCATE", command, "locators", "at least one detail by which the data is found")
  }
  for (const { bound, kind } of locators) {
    if (!policy.parameters.locators.includes(kind)) {
      const rule = kind === "advertisingIdentifier" ? "R-LOCATE-AD" : "R-LOCATE"
      return refuse(rule, command, "locators", `one of ${policy.parameters.locators.join(", ")}`)
    }
    if (kind === "otherDetails") continue
    const isBounded =
      bound !== undefined &&
      DateTime.isLessThan(bound.from, bound.to) &&
      DateTime.isLessThanOrEqualTo(bound.to, command.at)
    if (!isBounded) {
      return refuse(
        "R-LOCATE",
        command,
        "locators",
        "each with the time in which it belonged to the person, and not later",
      )
    }
  }
  return record({
    _tag: "SubjectLocated",
    occurredAt: command.at,
    locators: locators.map(({ kind, value }) => ({ kind, value })),
  })
}

const notifyDelay = (
  deadline: Deadline.Deadline,
  request: typeof RequestReceived.Type,
  command: CommandOf<"NotifyDelay">,
  { holidays, policy }: Context,
): Decision => {
  const { expected, reasons } = command
  const { answerExtension, delayNotice } = policy.parameters
  if (answerExtension === "none") return refuse("R-DELAY", command, undefined, "an answer in time")
  if (expected === undefined && (delayNotice.includes("expectedDate") || answerExtension === "untilAnnouncedDate")) {
    return refuse("R-DELAY", command, "expected", "the date at which the answer is expected")
  }
  const announced = Calendar.localDate(command.at, request.timeZone)
  if (expected !== undefined && expected < announced) {
    return refuse("R-DELAY", command, "expected", "a date that is not past")
  }
  const by = answerExtension === "twoMonthsWithReasons" ? "P2M" : daysUntil(deadline, expected)
  const extended = Deadline.extend(onWorkingDay(deadline, holidays), { by, announced, reasons })
  if (Result.isFailure(extended)) return refuse(extended.failure.rule, command, "at", extended.failure.accepted)
  const last = Deadline.dueDate(extended.success)
  if (expected !== undefined && last !== undefined && expected > last) {
    return refuse("R-1M", command, "expected", `a date within the extended time (${by})`)
  }
  return record({
    _tag: "DelayNotified",
    occurredAt: command.at,
    reasons,
    ...(expected === undefined ? {} : { expected }),
    by,
    announced,
  })
}

/** Counted from the date that has not moved, to which the extension is added. */
const daysUntil = (deadline: Deadline.Deadline, expected: PlainDate | undefined): Period => {
  const due = Deadline.dueDate(deadline)
  const days = due === undefined || expected === undefined ? 1 : Math.max(1, Calendar.daysBetween(due, expected))
  return `P${days}D`
}

const fulfil = (
  state: State,
  request: typeof RequestReceived.Type,
  command: CommandOf<"FulfilRequest">,
  context: Context,
): Decision => {
  const { outcome } = command
  if (!answersAnybody.has(request.kind)) {
    if (!state.located)
      return refuse("R-LOCATE", command, undefined, "a person whose data was found: LocateSubject first")
    if (!state.verified && context.policy.parameters.verification === "beforeAnswer") {
      return refuse("R-VERIFY", command, undefined, "requester and data that correspond: VerifyIdentity first")
    }
  }
  const fault = Answer.outcomeFault(request, outcome, context.holdings ?? [])
  if (fault !== undefined) return refuse(fault.rule, command, fault.field, fault.accepted)
  const kept = outcome._tag === "erasure" ? (context.holdings ?? []).filter(({ keptBy }) => keptBy !== undefined) : []
  return (
    unsaid(command, context, ["complaintToAuthority", "courtRemedy"]) ??
    (kept.length === 0 ? undefined : unsaid(command, context, ["ground", "legalReference"])) ??
    record({
      _tag: "RequestFulfilled",
      occurredAt: command.at,
      by: command.by,
      values: Answer.sizeOf(outcome),
      kept: kept.length,
      keptBy: Array.from(new Set(kept.flatMap(({ keptBy }) => keptBy ?? []))).sort(),
      ...(outcome._tag === "portability" ? { format: outcome.format } : {}),
      states: command.states,
    })
  )
}

const refuseRequest = (
  request: typeof RequestReceived.Type,
  command: CommandOf<"RefuseRequest">,
  context: Context,
): Decision => {
  const { ground, legalReference } = command
  const fault = Answer.groundFault(request, command, context)
  if (fault !== undefined) return refuse(fault.rule, command, fault.field, fault.accepted)
  return (
    unsaid(command, context, answerDuties) ??
    record({
      _tag: "RequestRefused",
      occurredAt: command.at,
      by: command.by,
      ground,
      reasons: command.reasons,
      ...(legalReference === undefined ? {} : { legalReference }),
      states: command.states,
    })
  )
}

/** Refused where an answer does not say all that the policy makes it say, of what its outcome calls for. */
const unsaid = (
  command: CommandOf<"DeclareNotIdentified" | "FulfilRequest" | "RefuseRequest">,
  { policy }: Context,
  calledFor: ReadonlyArray<(typeof answerDuties)[number]>,
): Decision | undefined => {
  const legal = command._tag === "RefuseRequest" && command.legalReference === undefined
  const missing = calledFor.find(
    (duty) =>
      policy.parameters.answerDuties.includes(duty) &&
      !command.states.includes(duty) &&
      !(duty === "legalReference" && legal),
  )
  if (missing === undefined) return undefined
  const rule = missing === "ground" || missing === "legalReference" ? "R-LEGAL-LIMIT" : "R-COMPLAINT"
  return refuse(rule, command, "states", `an answer that states ${missing}`)
}

/**
 * One request can stand for another only where both are of one person and say the same, and only where the one that
 * stands is verified: else a stranger could block a person by asking first in their name. It must be due no later, or a
 * duplicate would put an answer off.
 */
const duplicateFault = (
  duplicate: State | undefined,
  original: State | undefined,
  command: CommandOf<"AcceptDuplicate" | "MarkDuplicate">,
): Decision | undefined => {
  const field = command._tag === "AcceptDuplicate" ? "duplicate" : "original"
  if (duplicate?.request === undefined || original?.request === undefined) {
    return refuse("TACET-STARTED", command, field, "a request that was received")
  }
  if (duplicate.duplicates.size > 0) {
    return refuse("TACET-ONCE", command, field, "a duplicate that is no other's original")
  }
  if (settledStatuses.has(original.status) || settledStatuses.has(duplicate.status)) {
    return refuse("TACET-ENDED", command, field, "requests that are not settled, and an original that is no duplicate")
  }
  if (!original.verified) return refuse("R-VERIFY", command, field, "an original whose requester is verified")
  const [one, other] = [duplicate.request, original.request]
  const says = ({ kind, purposes, registered, requester }: typeof one) =>
    JSON.stringify([kind, requester, registered, purposes.toSorted()])
  if (says(one) !== says(other)) {
    return refuse("TACET-ONCE", command, field, "two requests of one person that say the same")
  }
  const [due, sooner] = [Deadline.dueDate(duplicate.deadline), Deadline.dueDate(original.deadline)]
  return due === undefined || sooner === undefined || sooner > due
    ? refuse("R-1M", command, field, "an original that is due no later than its duplicate")
    : undefined
}

const notYours = (state: State, command: Command): Decision =>
  refuse(
    state.handler === "customer" ? "R-TO-CUSTOMER" : "R-TO-OPERATOR",
    command,
    "by",
    `a decision of the ${state.handler}`,
  )

/** The decider of a request. */
export const decider: Decider<State, Command, Event, Context> = { initial, evolve, decide }

/** The decider with its storage format, for a command handler. */
export const aggregate = { codec, decider }
