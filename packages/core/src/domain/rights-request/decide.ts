/**
 * Decides on the commands of a request.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import { nothing, record, refuse } from "../internal/Decision.ts"
import { answersAnybody, fulfil, refuseRequest, unsaid } from "./answer.ts"
import type { Command } from "./commands.ts"
import { type Context, type Decision, acceptedIn } from "./commands.ts"
import { notifyDelay } from "./delay.ts"
import { claimOf, duplicateViolation } from "./duplicates.ts"
import { locate, receive, verify } from "./receipt.ts"
import { overdue, type State, settledStatuses } from "./state.ts"

/** Decides a command; an answer after its due date says so (R-1M, R-30D). */
export const decide = (state: State, command: Command, context: Context): Decision =>
  Result.map(decideCommand(state, command, context), (events) =>
    events.map((event) => {
      const isAnswer =
        event._tag === "RequestFulfilled" || event._tag === "RequestRefused" || event._tag === "SubjectNotIdentified"
      return isAnswer && overdue(state, command.at, context.holidays) ? { ...event, late: true } : event
    }),
  )

const decideCommand = (state: State, command: Command, context: Context): Decision => {
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
      return command.by === state.handler ? refuseRequest(state, request, command, context) : notYours(state, command)
    case "LiftRestriction":
      if (request.kind !== "restriction") return outOfTurn(state, command)
      return command.informed
        ? record({ _tag: "RestrictionLifted", occurredAt })
        : refuse("R-RESTRICT", command, "informed", "a person who was notified before the restriction ends")
    case "AcceptDuplicate":
      return (
        duplicateViolation(context.other, state, command) ??
        record({
          _tag: "DuplicateAccepted",
          occurredAt,
          duplicate: command.duplicate,
        })
      )
    case "MarkDuplicate":
      return (
        duplicateViolation(state, context.other, command) ??
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
      const { channel, country = command.localLaw?.country } = command
      return (
        request !== undefined &&
        DateTime.toEpochMillis(command.at) === state.receivedAt &&
        claimOf(request) === claimOf(command) &&
        request.channel === channel &&
        request.country === country
      )
    }
    case "TakeRequest":
      return state.handler === "operator"
    case "ForwardRequest":
      return state.handler === "customer"
    case "AcceptDuplicate":
      return state.duplicates.has(command.duplicate)
    case "VerifyIdentity":
      return state.verified && DateTime.toEpochMillis(command.at) === state.lastAt
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

const notYours = (state: State, command: Command): Decision =>
  refuse(
    state.handler === "customer" ? "R-TO-CUSTOMER" : "R-TO-OPERATOR",
    command,
    "by",
    `a decision of the ${state.handler}`,
  )
