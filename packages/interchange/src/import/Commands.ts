/**
 * From the facts of a unit to commands for an interaction. The interaction's present state decides: the first unit
 * starts it, and the answer or end of a call without an id belongs to the call placed last.
 */
import { CommandInput, Identifier, Interaction } from "@tacet/core/domain"
import type { Refusal } from "@tacet/core/eventsourcing"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Trigger } from "../mapping/Rule.ts"
import type { Declarations } from "./Declarations.ts"
import type { Tokens } from "./TokenKey.ts"
import { isCallOnly, legGraceMillis, legsKey, type Unit, type WholeCall } from "./Unit.ts"

/** How far an interaction has come, as far as commands depend on it. */
export interface Progress {
  readonly started: boolean
  /** The latest moment of anything recorded. */
  readonly lastAt: number
  /** The calls that this run recorded, with the latest moment known of each. */
  readonly calls: ReadonlyMap<Identifier.CallId, number>
  /**
   * By the case that reports it, the call placed last that has not ended, where its moments come as rows of their own: the
   * calls of several cases may be attributed to one interaction. Without a case, the one that an earlier run has left.
   */
  readonly openCalls: ReadonlyMap<string | undefined, OpenCall>
}

interface OpenCall {
  readonly id: Identifier.CallId
  readonly placedAt: number
  readonly answeredAt?: number
  readonly human?: Interaction.PersonReached
}

/** Why a unit cannot become commands. */
export interface Violation {
  readonly rule: string
  readonly field: string
  readonly reason: string
}

export interface Planned {
  readonly commands: ReadonlyArray<Interaction.Command>
  /** The progress of the interaction once they are accepted. */
  readonly next: Progress
  /** Durations below zero that were taken as zero. */
  readonly clamped: number
}

/** The facts of the run that commands need. */
export interface Planner {
  readonly declarations: Declarations
  readonly tokens: Tokens
}

/** The interface of a call with steps. */
const visualMenu = "visual-menu"

/** The key, within its case, of a call that is reported event by event: its own, else its moment. */
const placedKey = (at: number, { call }: { readonly call?: string }): string => call ?? `at ${at}`

/** The ids of the calls that a unit places. */
export const callsOf = ({ tokens }: Planner, { case: caseKey, facts }: Unit): ReadonlyArray<Identifier.CallId> =>
  facts.flatMap(({ at, fact }) => {
    if (fact._tag === "wholeCall") return [tokens.call(caseKey, fact.key)]
    return fact._tag === "callPlaced" ? [tokens.call(caseKey, placedKey(at, fact))] : []
  })

/** The commands of a unit for an interaction that has come so far. */
export const plan = (planner: Planner, unit: Unit, progress: Progress): Result.Result<Planned, Violation> => {
  const inputs: Array<CommandDraft> = []
  const calls = new Map(progress.calls)
  const own = progress.openCalls.has(unit.case) ? unit.case : undefined
  const foundCall = progress.openCalls.get(own)
  let openCall = foundCall
  let clamped = 0
  const callId = (key: string): Identifier.CallId => planner.tokens.call(unit.case, key)
  const hasLegs = unit.kind === "callGroup" && progress.calls.has(callId(legsKey))
  if (hasLegs && isOfRecordedCall(unit, progress)) return Result.fail(lateLeg)
  if (unit.kind === "caseEnd") {
    if (progress.started) inputs.push({ _tag: "EndInteraction", at: progress.lastAt, reason: "completed" })
  } else if (!progress.started) {
    inputs.push(startOf(planner, unit))
  }
  const number = planner.declarations.number(unit.number)
  const addWhole = (call: WholeCall): void => {
    const { answeredAt, placedAt } = call
    // Legs that begin after the call of the case has ended make another one.
    const id = callId(hasLegs ? `${call.key} at ${placedAt}` : call.key)
    const answered = answeredAt === undefined ? undefined : Math.max(answeredAt, placedAt)
    const ended = Math.max(call.endedAt ?? placedAt, answered ?? placedAt)
    const talkSeconds = Math.max(call.talkSeconds ?? 0, 0)
    calls.set(id, ended)
    const saysEnd = call.endedAt !== undefined
    if (answered !== answeredAt || (saysEnd && (ended !== call.endedAt || talkSeconds !== call.talkSeconds))) clamped++
    inputs.push({ _tag: "PlaceCall", at: placedAt, call: id, number, asksForPerson: call.asksForPerson })
    if (answered !== undefined) inputs.push({ _tag: "AnswerCall", at: answered, call: id, human: call.human })
    if (saysEnd) {
      inputs.push({ _tag: "EndCall", at: ended, call: id, talkSeconds, disposition: call.disposition, legs: call.legs })
    }
    if (unit.kind === "callGroup" && !progress.started) {
      inputs.push({ _tag: "EndInteraction", at: ended, reason: "completed" })
    }
  }

  for (const { at, fact } of unit.facts) {
    switch (fact._tag) {
      case "started":
        if (progress.started) inputs.push(startOf(planner, unit))
        break
      case "inhibited":
        inputs.push({ _tag: "InhibitCall", at })
        break
      case "step": {
        const kind = fact.kind ?? planner.declarations.stepKinds.get(fact.step) ?? "other"
        inputs.push({ _tag: "TakeStep", at, step: fact.step, kind })
        break
      }
      case "redirected":
        inputs.push({ _tag: "RedirectToCustomer", at, to: fact.to ?? "customerArea" })
        break
      case "goal":
        inputs.push({ _tag: "ReachGoal", at, goal: fact.goal })
        break
      case "callRequested":
        inputs.push({ _tag: "RequestCall", at })
        break
      case "callPlaced": {
        const id = callId(placedKey(at, fact))
        calls.set(id, at)
        openCall = { id, placedAt: at }
        inputs.push({ _tag: "PlaceCall", at, call: id, number, asksForPerson: true })
        break
      }
      case "callAnswered": {
        const id = fact.call === undefined ? openCall?.id : callId(fact.call)
        inputs.push({ _tag: "AnswerCall", at, call: id ?? callId("none"), human: fact.human })
        if (openCall !== undefined && openCall.id === id) openCall = { ...openCall, answeredAt: at, human: fact.human }
        break
      }
      case "callEnded": {
        const id = fact.call === undefined ? openCall?.id : callId(fact.call)
        const known = openCall !== undefined && openCall.id === id ? openCall : undefined
        inputs.push({
          _tag: "EndCall",
          at,
          call: id ?? callId("none"),
          talkSeconds: fact.talkSeconds ?? secondsBetween(known?.answeredAt, at),
          disposition: fact.disposition ?? dispositionOf(known),
          legs: 1,
        })
        if (known !== undefined) openCall = undefined
        break
      }
      case "wholeCall":
        addWhole(fact)
        break
      case "excluded":
        inputs.push({ _tag: "ExcludeInteraction", at, reason: fact.reason })
        break
      case "ended":
        inputs.push({ _tag: "EndInteraction", at, reason: fact.reason ?? "completed" })
        break
    }
  }

  const commands: Array<Interaction.Command> = []
  let { lastAt } = progress
  for (const input of inputs) {
    const command = read(input)
    if (Result.isFailure(command)) return Result.fail(command.failure)
    commands.push(command.success)
    lastAt = Math.max(lastAt, input.at)
  }
  return Result.succeed({
    commands,
    next: {
      started: progress.started || commands.length > 0,
      lastAt,
      calls,
      openCalls:
        openCall === foundCall
          ? progress.openCalls
          : withOpen(progress.openCalls, { from: own, to: unit.case }, openCall),
    },
    clamped,
  })
}

/** The open calls with one that has moved on; it is its case's own from now on. */
const withOpen = (
  openCalls: Progress["openCalls"],
  { from, to }: { readonly from: string | undefined; readonly to: string },
  openCall: OpenCall | undefined,
): Progress["openCalls"] => {
  const next = new Map(openCalls)
  next.delete(from)
  if (openCall !== undefined) next.set(to, openCall)
  return next
}

/** Whether the legs of a unit began before a call of the interaction had ended. */
const isOfRecordedCall = ({ facts }: Unit, { calls }: Progress): boolean =>
  facts.some(
    ({ fact }) =>
      fact._tag === "wholeCall" &&
      Array.from(calls.values()).some((endedAt) => fact.placedAt <= endedAt + legGraceMillis),
  )

/** The call was taken as complete when the clock of the rows had passed the end of its last leg. */
const lateLeg: Violation = {
  rule: "TACET-ENDED",
  field: "",
  reason: "a leg of a call that is already recorded; accepted: legs that come within the lateness",
}

/** A command before its values were checked; its moment in epoch milliseconds. */
type CommandDraft = { readonly _tag: Interaction.Command["_tag"]; readonly at: number } & Readonly<
  Record<string, unknown>
>

/** Takes a draft through the boundary of the domain. */
const read = (draft: CommandDraft): Result.Result<Interaction.Command, Violation> => {
  if (!isMoment(draft.at)) {
    return Result.fail({ rule: "TACET-FORMAT", field: "time", reason: "the time must be a moment of the calendar" })
  }
  const command = CommandInput.readInteractionCommand({ ...draft, at: DateTime.makeUnsafe(draft.at) })
  return Result.mapError(command, (refusal) => stepViolation(draft["step"]) ?? faultOfRefusal(refusal))
}

/** A refusal as the violation of a row. */
export const faultOfRefusal = ({ accepted, command, field, rule }: Refusal.Refusal): Violation => ({
  rule,
  field: field ?? "",
  reason: `${command} was refused; accepted: ${accepted}`,
})

/** Whether a number is a moment that a date can show. */
export const isMoment = (millis: number): boolean => Number.isSafeInteger(millis) && Math.abs(millis) <= 8.64e15

const decodeStep = Schema.decodeUnknownResult(Identifier.StepId)

/** Names the rule that a step's id breaks: the boundary itself says no more than that a form does not fit. */
const stepViolation = (step: unknown): Violation | undefined => {
  if (step === undefined) return undefined
  const decoded = decodeStep(step)
  if (Result.isSuccess(decoded)) return undefined
  const { message } = decoded.failure
  return {
    rule: /\((NO-[A-Z]+)\)/.exec(message)?.[1] ?? "TACET-FORMAT",
    field: "step",
    reason: `the step must have ${message}`,
  }
}

const startOf = ({ declarations }: Planner, unit: Unit): CommandDraft => {
  const isOnlyCall = isCallOnly(unit)
  const trigger = triggerOf(unit, isOnlyCall, declarations.trigger)
  const isByPhone = trigger === "outgoingCall" || trigger === "incomingCall"
  return {
    _tag: "StartInteraction",
    at: Math.min(unit.at, ...unit.facts.map(({ at, fact }) => (fact._tag === "wholeCall" ? fact.placedAt : at))),
    trigger: isByPhone
      ? { _tag: trigger, number: declarations.number(unit.number) }
      : { _tag: "contactRequest", channel: trigger, entryPoint: declarations.entryPoint(unit.entryPoint) },
    interface: isOnlyCall ? Interaction.phoneMenu : (declarations.interface ?? (isByPhone ? visualMenu : trigger)),
    ...(declarations.scenario === undefined || isOnlyCall ? {} : { scenario: declarations.scenario }),
    linkable: declarations.correlates || unit.person !== undefined,
  }
}

/** The row's own word first; a call that was held back was an outgoing one; what begins with a call came in. */
const triggerOf = (unit: Unit, isOnlyCall: boolean, declared: Trigger | undefined): Trigger => {
  for (const { fact } of unit.facts) if (fact._tag === "started" && fact.trigger !== undefined) return fact.trigger
  if (unit.facts.some(({ fact }) => fact._tag === "inhibited")) return "outgoingCall"
  if (isOnlyCall) return declared === "outgoingCall" ? declared : "incomingCall"
  return declared ?? "web"
}

const secondsBetween = (from: number | undefined, to: number): number =>
  from === undefined ? 0 : Math.max(0, Math.floor((to - from) / 1000))

const dispositionOf = (call: OpenCall | undefined): Interaction.Disposition =>
  call?.answeredAt === undefined ? "noAnswer" : call.human === false ? "automated" : "answered"
