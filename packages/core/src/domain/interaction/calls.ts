/**
 * Decides on the calls of an interaction: placed, answered, ended.
 */
import * as DateTime from "effect/DateTime"
import type * as Result from "effect/Result"
import type { Refusal } from "../../eventsourcing/Refusal.ts"
import * as Customer from "../Customer.ts"
import { nothing, record, refuse } from "../internal/Decision.ts"
import { type CommandOf, type Context } from "./commands.ts"
import type { Event, PersonReached } from "./events.ts"
import { longestWindowMillis } from "./events.ts"
import { type State, lastMoment } from "./state.ts"

export const placeCall = (
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
  if (instant > lastMoment(state) + longestWindowMillis) {
    return refuse("TACET-WINDOW", command, "at", "a call within seven days of the interaction")
  }
  return record({ _tag: "CallPlaced", occurredAt, call, number, asksForPerson })
}

const notPlaced = "a call that was placed: send PlaceCall first"

const afterPlacing = "a moment at or after the call was placed"

export const answerCall = (
  state: State,
  command: CommandOf<"AnswerCall">,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const { at: occurredAt, human } = command
  const call = state.calls.get(command.call)
  if (call === undefined) return refuse("TACET-CALL", command, "call", notPlaced)
  if (DateTime.toEpochMillis(occurredAt) < call.placedAt) return refuse("TACET-TIME", command, "at", afterPlacing)
  // A transfer may reach a person where a machine answered first; the possibility that a person was reached is never
  // retracted.
  if (call.human !== undefined && likelihood(human) <= likelihood(call.human)) return nothing
  if (call.end !== undefined) return refuse("TACET-CALL", command, "call", "a call that has not ended")
  return record({ _tag: "CallAnswered", occurredAt, call: command.call, human })
}

/** How much an answer speaks for a person. */
const likelihood = (human: PersonReached): number => (human === true ? 2 : human === "unknown" ? 1 : 0)

export const endCall = (state: State, command: CommandOf<"EndCall">): Result.Result<ReadonlyArray<Event>, Refusal> => {
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
