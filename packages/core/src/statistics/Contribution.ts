/**
 * The contribution of one interaction to the statistics of its Customer: a pure function of its events and a watermark.
 * It holds nothing of another interaction and nothing of a person. All figures are sums of contributions, so they can be
 * added, taken back and merged.
 */
import * as DateTime from "effect/DateTime"
import type { PersonReached, RecontactClass } from "../domain/Interaction.ts"
import { type Definition, type Window, windowMillis, windows } from "./Definition.ts"
import type { Fact, PlacedEvent } from "./Fact.ts"

export type { Fact, PlacedEvent } from "./Fact.ts"

/** Exclusive: an interaction has exactly one, for one window and one watermark. */
export type Outcome =
  | "open"
  /** Ended, its window not closed, no effective call so far. */
  | "pendingUndecided"
  /** Ended, its window not closed, an effective call already. */
  | "pendingEffective"
  | "effective"
  | "attemptFailed"
  | "deflected"

/** How a deflected interaction ended. `bounced`: without a step. */
export type DeflectedKind = "goal" | "handedOff" | "left" | "bounced"

/** The figures of one call. */
export interface CallFigures {
  readonly legs: number
  readonly effective: boolean
  readonly notHuman: boolean
  readonly humanUnknown: boolean
}

/** A contribution. Times in epoch milliseconds. */
export interface Contribution {
  readonly startedAt: number
  readonly excluded: boolean
  readonly linkable: boolean
  readonly policyVersion: string
  /** By window, in the order of `windows`. */
  readonly outcomes: ReadonlyArray<Outcome>
  readonly deflectedKind: DeflectedKind
  /** Why the attempt failed, by window; `undefined` where it did not. */
  readonly failedReasons: ReadonlyArray<string | undefined>
  /** When the first attempt of the headline window was made, if no attempt reached a person. */
  readonly failedAt: number | undefined
  /** Step ids up to the first attempt to call, not collapsed. */
  readonly journey: ReadonlyArray<string>
  /** When each of them was taken. */
  readonly journeyAt: ReadonlyArray<number>
  /**
   * Whether the same person came back within 24 h, 72 h, 7 d; `undefined` while that is not known, or where it cannot
   * be.
   */
  readonly returned: readonly [boolean | undefined, boolean | undefined, boolean | undefined]
  readonly calls: ReadonlyArray<CallFigures>
  readonly overrodeInhibition: boolean
  /** From this moment on only a late event can change the contribution. */
  readonly finalAt: number
}

/** The reason of a failed attempt whose call has no end in the log. */
const unfinished = "unfinished"

interface ObservedCall {
  readonly placedAt: number
  readonly asksForPerson: boolean
  human: PersonReached | undefined
  talkSeconds: number
  disposition: string | undefined
  legs: number
}

/** An interaction as its events describe it, before any window is judged. */
interface Observed {
  lastActivity: number
  explicitEnd: number | undefined
  requestedAt: number | undefined
  /** Whether a call was attempted: the journey ends there. */
  attempted: boolean
  excluded: boolean
  inhibited: boolean
  goal: boolean
  handedOff: boolean
  readonly journey: Array<string>
  readonly journeyAt: Array<number>
  readonly calls: Map<string, ObservedCall>
  readonly recontacts: Set<RecontactClass>
}

/**
 * The contribution of an interaction whose events are given in the order of its stream.
 *
 * `watermark` is the moment at which outcomes are judged; events after `until` are left out (a report as of a past
 * moment). `undefined` where the interaction had not begun by then.
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import { Contribution, Definition } from "@tacet/core/statistics"
 *
 * const at = (time: string) => DateTime.makeUnsafe(`2026-03-01T${time}Z`)
 * const contribution = Contribution.of(
 *   [
 *     { version: 1, event: { _tag: "InteractionStarted", occurredAt: at("10:00:00"), linkable: true, policyVersion: "own" } },
 *     { version: 2, event: { _tag: "GoalReached", occurredAt: at("10:01:00") } },
 *     { version: 3, event: { _tag: "InteractionEnded", occurredAt: at("10:02:00"), reason: "completed" } }
 *   ] as ReadonlyArray<Contribution.PlacedEvent>,
 *   Definition.standard,
 *   Date.UTC(2026, 2, 3),
 *   Number.POSITIVE_INFINITY
 * )
 * contribution?.outcomes // => ["deflected", "deflected", "pendingUndecided", "pendingUndecided"]
 * contribution?.deflectedKind // => "goal"
 * ```
 */
export const of = (
  history: ReadonlyArray<PlacedEvent>,
  definition: Definition,
  watermark: number,
  until: number,
): Contribution | undefined => {
  const events = inOrder(history, until)
  const started = events[0]?.event
  if (started === undefined || started._tag !== "InteractionStarted") return undefined
  const startedAt = DateTime.toEpochMillis(started.occurredAt)
  const observed = observe(events, startedAt)
  const { excluded, explicitEnd, inhibited, journey, journeyAt, lastActivity, recontacts } = observed
  const idle = definition.idleMinutes * 60_000
  const end = explicitEnd === undefined ? lastActivity : Math.max(explicitEnd, lastActivity)
  const calls = Array.from(observed.calls.values())
  const judgements = windows.map((window) => judge(observed, calls, definition, { window, end, watermark }))
  const outcomes = judgements.map(({ outcome }) => outcome)
  return {
    startedAt,
    excluded,
    linkable: started.linkable,
    policyVersion: started.policyVersion,
    outcomes,
    deflectedKind: kindOf(observed),
    failedReasons: judgements.map(({ failedReason }) => failedReason),
    failedAt: judgements[windows.indexOf(definition.window)]?.failedAt,
    journey,
    journeyAt,
    returned: returnsOf(started.linkable, outcomes, recontacts),
    calls: calls.map((call) => ({
      legs: call.legs,
      effective: isEffective(call, definition),
      notHuman: call.human === false,
      humanUnknown: call.human === "unknown",
    })),
    overrodeInhibition: inhibited && calls.some((call) => call.asksForPerson),
    finalAt: Math.max(end + windowMillis.P7D, lastActivity + idle),
  }
}

const observe = (events: ReadonlyArray<PlacedEvent>, startedAt: number): Observed => {
  const observed: Observed = {
    lastActivity: startedAt,
    explicitEnd: undefined,
    requestedAt: undefined,
    attempted: false,
    excluded: false,
    inhibited: false,
    goal: false,
    handedOff: false,
    journey: [],
    journeyAt: [],
    calls: new Map(),
    recontacts: new Set(),
  }
  for (const { event } of events) observeOne(observed, event, DateTime.toEpochMillis(event.occurredAt))
  return observed
}

/** Each event by name: the compiler asks for the case of a new one. */
const observeOne = (observed: Observed, event: Fact, at: number): void => {
  switch (event._tag) {
    case "InteractionStarted":
      return
    case "NoticeShown":
    case "TerminalObserved":
    case "InterfaceActivated":
    case "InputEntered":
    case "InputChanged":
    case "InputDeleted":
    case "SurveyAnswered":
      observed.lastActivity = at
      return
    case "CallInhibited":
      observed.lastActivity = at
      observed.inhibited = true
      return
    case "StepTaken":
      observed.lastActivity = at
      // The last place decides: a person who steps back from the Customer's area was not handed over.
      observed.handedOff = event.kind === "customerArea" || event.kind === "appLaunch"
      if (observed.attempted) return
      observed.journey.push(event.step)
      observed.journeyAt.push(at)
      return
    case "RedirectedToCustomer":
      observed.lastActivity = at
      observed.handedOff = true
      return
    case "GoalReached":
      observed.lastActivity = at
      observed.goal = true
      return
    case "CallRequested":
      observed.lastActivity = at
      observed.attempted = true
      observed.requestedAt ??= at
      return
    case "CallPlaced":
    case "CallAnswered":
    case "CallEnded":
      return observeCall(observed, event, at)
    case "InteractionExcluded":
      observed.excluded = true
      return
    case "InteractionEnded":
      // That nothing was seen any more is judged by the definition, whenever it was recorded.
      if (event.reason !== "timedOut") observed.explicitEnd = at
      return
    case "RecontactObserved":
      observed.recontacts.add(event.class)
      return
    default:
      return event satisfies never
  }
}

const observeCall = (observed: Observed, event: Extract<Fact, { readonly call: unknown }>, at: number): void => {
  if (event._tag === "CallPlaced") {
    observed.attempted ||= event.asksForPerson
    observed.calls.set(event.call, {
      placedAt: at,
      asksForPerson: event.asksForPerson,
      human: undefined,
      talkSeconds: 0,
      disposition: undefined,
      legs: 1,
    })
    return
  }
  const call = observed.calls.get(event.call)
  if (call === undefined) return
  if (event._tag === "CallAnswered") {
    if (call.human !== true) call.human = event.human
    return
  }
  call.talkSeconds = event.talkSeconds
  call.disposition = event.disposition
  call.legs = event.legs
}

const isEffective = ({ human, talkSeconds }: ObservedCall, { minTalkSeconds, unknownHuman }: Definition): boolean =>
  talkSeconds > minTalkSeconds && (human === true || (human === "unknown" && unknownHuman === "effective"))

const kindOf = ({ goal, handedOff, journey }: Observed): DeflectedKind =>
  goal ? "goal" : handedOff ? "handedOff" : journey.length === 0 ? "bounced" : "left"

interface Judgement {
  readonly outcome: Outcome
  readonly failedReason: string | undefined
  /** When the first attempt was made that failed. */
  readonly failedAt: number | undefined
}

/** The outcome of an interaction in one window. */
const judge = (
  { explicitEnd, lastActivity, requestedAt }: Observed,
  calls: ReadonlyArray<ObservedCall>,
  definition: Definition,
  { end, watermark, window }: { readonly window: Window; readonly end: number; readonly watermark: number },
): Judgement => {
  const undecided = (outcome: Outcome): Judgement => ({ outcome, failedReason: undefined, failedAt: undefined })
  const idle = definition.idleMinutes * 60_000
  if (explicitEnd === undefined && watermark < lastActivity + idle) return undecided("open")
  const length = windowMillis[window]
  // Without an explicit end an interaction lasts until it has been idle: a call in that time is within it.
  const reach = end + (window === "in-interaction" && explicitEnd === undefined ? idle : length)
  const effective = (call: ObservedCall) => isEffective(call, definition)
  const within = calls.filter(({ placedAt }) => placedAt <= reach)
  const attempts = within.filter((call) => call.asksForPerson || effective(call))
  const isReached = attempts.some(effective)
  if (watermark < end + length) return undecided(isReached ? "pendingEffective" : "pendingUndecided")
  if (isReached) return undecided("effective")
  const requested = requestedAt !== undefined && requestedAt <= reach
  if (attempts.length === 0 && !requested) return undecided("deflected")
  const last = attempts.at(-1)
  return {
    outcome: "attemptFailed",
    failedReason: last === undefined ? "cancelled" : (last.disposition ?? unfinished),
    failedAt: attempts[0]?.placedAt ?? requestedAt,
  }
}

/** For 24 h, 72 h and 7 d: known once the window has closed on an interaction that was deflected in it. */
const returnsOf = (
  linkable: boolean,
  outcomes: ReadonlyArray<Outcome>,
  recontacts: ReadonlySet<RecontactClass>,
): Contribution["returned"] => {
  const within24 = recontacts.has("within24Hours")
  const within72 = within24 || recontacts.has("within72Hours")
  const within7Days = within72 || recontacts.has("within7Days")
  const judge = (window: "PT24H" | "PT72H" | "P7D", returned: boolean) =>
    linkable && outcomes[windows.indexOf(window)] === "deflected" ? returned : undefined
  return [judge("PT24H", within24), judge("PT72H", within72), judge("P7D", within7Days)]
}

/** By time, then by place in the stream: almost always the order they are in already. */
const inOrder = (history: ReadonlyArray<PlacedEvent>, until: number): ReadonlyArray<PlacedEvent> => {
  let sorted = true
  let previous = Number.NEGATIVE_INFINITY
  for (const { event } of history) {
    const at = DateTime.toEpochMillis(event.occurredAt)
    if (at < previous || at > until) {
      sorted = false
      break
    }
    previous = at
  }
  if (sorted) return history
  return history
    .filter(({ event }) => DateTime.toEpochMillis(event.occurredAt) <= until)
    .sort(
      (one, other) =>
        DateTime.toEpochMillis(one.event.occurredAt) - DateTime.toEpochMillis(other.event.occurredAt) ||
        one.version - other.version,
    )
}
