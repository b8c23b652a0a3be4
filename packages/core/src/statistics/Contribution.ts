/**
 * What one interaction contributes to the statistics of its Customer: a pure function of its events and a watermark.
 * Nothing of another interaction and nothing of a person enters. All figures are sums of contributions, so they can be
 * added, taken back and merged.
 */
import * as DateTime from "effect/DateTime"
import type { Event, Human, RecontactClass } from "../domain/Interaction.ts"
import { type Definition, windowMillis, windows } from "./Definition.ts"

/** What is read of an event of the domain. */
export type Fact =
  | Read<"InteractionStarted", "linkable" | "policyVersion">
  | Read<"StepTaken", "step" | "kind">
  | Read<"CallPlaced", "call" | "asksForPerson">
  | Read<"CallAnswered", "call" | "human">
  | Read<"CallEnded", "call" | "talkSeconds" | "disposition" | "legs">
  | Read<"RecontactObserved", "class">
  | Read<Exclude<Event["_tag"], MoreThanAMoment>, never>

type MoreThanAMoment =
  | "InteractionStarted"
  | "StepTaken"
  | "CallPlaced"
  | "CallAnswered"
  | "CallEnded"
  | "RecontactObserved"

type Read<Tag extends Event["_tag"], Fields extends keyof Extract<Event, { readonly _tag: Tag }>> = {
  readonly _tag: Tag
} & Pick<Extract<Event, { readonly _tag: Tag }>, "occurredAt" | Fields>

/** An event with its place in its stream: events of one moment count in that order. */
export interface PlacedEvent {
  readonly version: number
  readonly event: Fact
}

/** Exclusive: exactly one holds of an interaction, for one window and one watermark. */
export type Standing =
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

/** What one call counts as. */
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
  readonly standings: ReadonlyArray<Standing>
  readonly deflectedKind: DeflectedKind
  /** Why the attempt failed, by window; where it did not, `undefined`. */
  readonly failedReasons: ReadonlyArray<string | undefined>
  /** When the first attempt of the headline window was made that failed to reach anybody. */
  readonly failedAt: number | undefined
  /** Step ids up to the first attempt to call, not collapsed. */
  readonly journey: ReadonlyArray<string>
  /** When each of them was taken. */
  readonly journeyAt: ReadonlyArray<number>
  /** Whether the same person came back within 24 h, 72 h, 7 d; `undefined` where that is not known yet or cannot be. */
  readonly returned: readonly [boolean | undefined, boolean | undefined, boolean | undefined]
  readonly calls: ReadonlyArray<CallFigures>
  readonly overrodeInhibition: boolean
  /** From when on nothing but a late event can change the contribution. */
  readonly finalAt: number
}

/** Why a call that reached nobody did not, where its end does not say. */
const unfinished = "unfinished"

interface MutableCall {
  placedAt: number
  asksForPerson: boolean
  human: Human | undefined
  talkSeconds: number
  disposition: string | undefined
  legs: number
}

/**
 * The contribution of an interaction whose events are given in the order of their streams.
 *
 * `watermark` is the moment at which states are judged; events after `until` are left out (a report as of a past
 * moment). `undefined` where nothing had begun by then.
 *
 * @example
 * ```ts
 * import { Contribution, Definition } from "@tacet/core/statistics"
 *
 * const contribution = (history: ReadonlyArray<Contribution.PlacedEvent>, watermark: number) =>
 *   Contribution.of(history, Definition.standard, watermark, Number.POSITIVE_INFINITY)
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
  const journey: Array<string> = []
  const journeyAt: Array<number> = []
  const calls = new Map<string, MutableCall>()
  const recontacts = new Set<RecontactClass>()
  let lastActivity = startedAt
  let explicitEnd: number | undefined
  let attempted = false
  let requestedAt: number | undefined
  let excluded = false
  let inhibited = false
  let goal = false
  let handedOff = false
  for (const { event } of events) {
    const at = DateTime.toEpochMillis(event.occurredAt)
    switch (event._tag) {
      case "StepTaken":
        lastActivity = at
        // Where the person is at last decides: a step back from the Customer's area is no hand-over.
        handedOff = event.kind === "customerArea" || event.kind === "appLaunch"
        if (!attempted) {
          journey.push(event.step)
          journeyAt.push(at)
        }
        break
      case "RedirectedToCustomer":
        lastActivity = at
        handedOff = true
        break
      case "GoalReached":
        lastActivity = at
        goal = true
        break
      case "CallRequested":
        lastActivity = at
        attempted = true
        requestedAt ??= at
        break
      case "CallPlaced":
        attempted ||= event.asksForPerson
        calls.set(event.call, {
          placedAt: at,
          asksForPerson: event.asksForPerson,
          human: undefined,
          talkSeconds: 0,
          disposition: undefined,
          legs: 1,
        })
        break
      case "CallAnswered": {
        const call = calls.get(event.call)
        if (call !== undefined && call.human !== true) call.human = event.human
        break
      }
      case "CallEnded": {
        const call = calls.get(event.call)
        if (call !== undefined) {
          call.talkSeconds = event.talkSeconds
          call.disposition = event.disposition
          call.legs = event.legs
        }
        break
      }
      case "InteractionExcluded":
        excluded = true
        break
      case "InteractionEnded":
        explicitEnd = at
        break
      case "RecontactObserved":
        recontacts.add(event.class)
        break
      case "CallInhibited":
        inhibited = true
        lastActivity = at
        break
      case "InteractionStarted":
        break
      default:
        lastActivity = at
    }
  }

  const idle = definition.idleMinutes * 60_000
  const end = explicitEnd === undefined ? lastActivity : Math.max(explicitEnd, lastActivity)
  const isOpen = explicitEnd === undefined && watermark < lastActivity + idle
  const isEffective = (call: MutableCall): boolean =>
    call.talkSeconds > definition.minTalkSeconds &&
    (call.human === true || (call.human === "unknown" && definition.unknownHuman === "effective"))
  const placed = Array.from(calls.values())
  const deflectedKind: DeflectedKind = goal
    ? "goal"
    : handedOff
      ? "handedOff"
      : journey.length === 0
        ? "bounced"
        : "left"

  const standings: Array<Standing> = []
  const failedReasons: Array<string | undefined> = []
  let failedAt: number | undefined
  for (const window of windows) {
    const length = windowMillis[window]
    // Without an explicit end an interaction goes on until it has been idle: a call in that time is within it.
    const reach = window === "in-interaction" && explicitEnd === undefined ? idle : length
    const within = placed.filter((call) => call.placedAt <= end + reach)
    const attempts = within.filter((call) => call.asksForPerson || isEffective(call))
    const effective = attempts.some(isEffective)
    const requested = requestedAt !== undefined && requestedAt <= end + reach
    const closed = !isOpen && watermark >= end + length
    const standing: Standing = isOpen
      ? "open"
      : !closed
        ? effective
          ? "pendingEffective"
          : "pendingUndecided"
        : effective
          ? "effective"
          : attempts.length > 0 || requested
            ? "attemptFailed"
            : "deflected"
    standings.push(standing)
    if (standing === "attemptFailed") {
      const last = attempts[attempts.length - 1]
      failedReasons.push(last === undefined ? "cancelled" : (last.disposition ?? unfinished))
      if (window === definition.window) failedAt = attempts[0]?.placedAt ?? requestedAt
    } else {
      failedReasons.push(undefined)
    }
  }

  return {
    startedAt,
    excluded,
    linkable: started.linkable,
    policyVersion: started.policyVersion,
    standings,
    deflectedKind,
    failedReasons,
    failedAt,
    journey,
    journeyAt,
    returned: returnsOf(started.linkable, standings, recontacts),
    calls: placed.map((call) => ({
      legs: call.legs,
      effective: isEffective(call),
      notHuman: call.human === false,
      humanUnknown: call.human === "unknown",
    })),
    overrodeInhibition: inhibited && placed.some((call) => call.asksForPerson),
    finalAt: Math.max(end + windowMillis.P7D, lastActivity + idle),
  }
}

/** For 24 h, 72 h and 7 d: known once the window has closed on an interaction that was deflected in it. */
const returnsOf = (
  linkable: boolean,
  standings: ReadonlyArray<Standing>,
  recontacts: ReadonlySet<RecontactClass>,
): Contribution["returned"] => {
  const within24 = recontacts.has("within24Hours")
  const within72 = within24 || recontacts.has("within72Hours")
  const within7Days = within72 || recontacts.has("within7Days")
  const judge = (window: "PT24H" | "PT72H" | "P7D", returned: boolean) =>
    linkable && standings[windows.indexOf(window)] === "deflected" ? returned : undefined
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
