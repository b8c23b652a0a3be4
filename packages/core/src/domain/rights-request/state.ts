/**
 * The state of a request, and how its events change it.
 */
import * as DateTime from "effect/DateTime"
import * as Calendar from "../../calendar/Calendar.ts"
import type { PlainDate } from "../../calendar/PlainDate.ts"
import * as Deadline from "../../policy/checks/Deadline.ts"
import type { Purpose } from "../../policy/checks/Purpose.ts"
import type { Sealed } from "../../privacy/Sealed.ts"
import type { Operation } from "../../policy/text/parameters/processing.ts"
import type { Doubt, Event, Handler, RequestId, RequestReceived, RequestRefused } from "./events.ts"
import { type Status } from "./events.ts"

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
  /** Open requests to the person. */
  readonly open: ReadonlySet<"identity" | "writing" | "details">
  /** Whether the person has done something that was asked for. */
  readonly performed: boolean
  readonly doubt: Doubt | undefined
  readonly verified: boolean
  readonly located: boolean
  /** The lists in the vault of who was taken into the request and who was left out, in the order of their events. */
  readonly choices: ReadonlyArray<Sealed<string>>
  readonly answeredAt: number | undefined
  readonly liftedAt: number | undefined
  /** The ground on which it was refused. */
  readonly refusedOn: (typeof RequestRefused.Type)["ground"] | undefined
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
  choices: [],
  answeredAt: undefined,
  liftedAt: undefined,
  refusedOn: undefined,
  duplicates: new Set(),
}

/**
 * The date at whose end the answer is due, `undefined` while the time is suspended or nothing was received. With a
 * table of holidays a date on a non-working day moves to the next working day (1182/71 Article 3(4)); without one it
 * does not move, which is the safe side. Decisions take the same table in their context, so that a delay is announced
 * by the date returned here.
 *
 * @rule R-CHANNEL
 */
export const dueDate = (state: State, holidays?: Calendar.HolidayTable): PlainDate | undefined =>
  state.request === undefined ? undefined : Deadline.dueDate(onWorkingDay(state.deadline, holidays))

export const onWorkingDay = (
  deadline: Deadline.Deadline,
  rollForward: Calendar.HolidayTable | undefined,
): Deadline.Deadline => (rollForward === undefined ? deadline : { ...deadline, rollForward })

/**
 * Whether a request has no outcome although its time is over (R-1M, R-30D), at a moment not before its latest event, on
 * working days where a table of holidays is given. A duplicate is answered with its original, which is due no later.
 */
export const overdue = (state: State, at: DateTime.Utc, holidays?: Calendar.HolidayTable): boolean => {
  if (state.request === undefined || state.answeredAt !== undefined || state.status === "duplicate") return false
  const late = Deadline.lateFrom(onWorkingDay(state.deadline, holidays), state.request.timeZone)
  return late !== undefined && DateTime.toEpochMillis(late) <= DateTime.toEpochMillis(at)
}

/** An intended use of the person's data. */
export interface Use {
  readonly operation: Operation
  readonly purpose: Purpose
  readonly at: DateTime.Utc
}

/**
 * Whether a request leaves room for a use of the person's data. A withdrawal and an objection stop their purposes from
 * their receipt on, an objection until it is refused (WITHDRAW, OPTOUT, R-OBJECT); a restriction stops all but
 * keeping, or the purposes that it names (R-RESTRICT), an erasure everything (R-ERASE). Earlier uses are unaffected.
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
      return (
        !fulfilled ||
        (state.liftedAt !== undefined && state.liftedAt <= at) ||
        (purposes.length > 0 && !purposes.includes(use.purpose))
      )
    case "erasure":
      return !fulfilled
    default:
      return true
  }
}

/** Whether the account of the requester still opens: not once its identifier was erased (R-ACCESS-LOST). */
export const signInWorks = ({ request, status }: State): boolean =>
  !(request?.kind === "erasure" && request.registered && status === "requestFulfilled")

// Evolve

export const evolve = (state: State, event: Event): State => {
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
    case "SubjectLocated": {
      const choices = event.choice === undefined ? state.choices : [...state.choices, event.choice.list]
      const next = { located: true, choices, answeredAt: undefined, status: "requestAcknowledged" as const }
      return { ...performed(state, "details"), ...next }
    }
    case "SubjectNotIdentified":
      return { ...state, status: "requestUnfulfilled", located: false, answeredAt: at }
    case "DelayNotified": {
      const extension = { by: event.by, announced: event.announced, reasons: event.reasons }
      return { ...state, deadline: { ...state.deadline, extension } }
    }
    case "RequestFulfilled":
      return { ...state, status: "requestFulfilled", answeredAt: at }
    case "RequestRefused":
      return { ...state, status: "requestRejected", answeredAt: at, refusedOn: event.ground }
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

export const settledStatuses: ReadonlySet<Status> = new Set([
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
