/**
 * The words for the report's codes. A deflected interaction is never called more than that: after a redirection nothing
 * is seen, so nothing is claimed (STAT-NOCALL).
 */
import type { CustomerReport } from "@tacet/core/statistics"

type Report = CustomerReport.CustomerReport

/** The names of the main figures. The contract's wording for the first. */
export const figures = {
  noEffectiveCall: "Interactions that did not require an effective call",
  attemptFailed: "Tried to call, nobody reached",
  effective: "Effective call",
  deflected: "Deflected: no call attempted",
  handedOff: "Handed off to the Customer’s own area or app",
  goalReached: "Declared goal reached",
  linkable: "Linkable share",
  noEffectiveCallLinkable: "No effective call, linkable only",
} as const

export const deflectedKinds: Readonly<Record<keyof Report["deflectedKinds"], string>> = {
  goal: "Reached the declared goal",
  handedOff: "Handed off to the Customer’s own area or app",
  left: "Left after at least one step",
  bounced: "Left without a step",
}

/** The counters that core lists under `quality`: one that it adds does not compile without its words. */
const qualityCounters: Readonly<Record<keyof Report["quality"], string>> = {
  overrodeInhibition: "Placed although the first call had been held back",
}

/** The counters under `quality` in words, in core's order. */
export const qualityLines = (quality: Report["quality"]): ReadonlyArray<readonly [words: string, value: number]> =>
  Object.entries(quality).map(([name, value]) => [qualityCounters[name as keyof Report["quality"]], value])

const failedReasons: Readonly<Record<string, string>> = {
  menuAbandoned: "Hung up in the phone menu",
  queueAbandoned: "Hung up in the queue",
  shortAbandoned: "Hung up within seconds",
  busy: "Busy",
  noAnswer: "No answer",
  cancelled: "Hung up while ringing",
  failed: "Could not be connected",
  voicemail: "Reached voicemail",
  closed: "Outside opening hours",
  answered: "Answered, but not by a person",
  automated: "Ended in the automated part",
  unfinished: "End of the call not recorded",
}

/** A reason in words; one that is not known here by its own name. */
export const failedReason = (reason: string): string =>
  Object.hasOwn(failedReasons, reason) ? (failedReasons[reason] ?? reason) : reason

/** How a journey ends, where the flow ends. */
export type End = keyof Report["journeys"]["endings"]

export const ends: Readonly<Record<End, string>> = {
  call: "Effective call",
  callFailed: "Tried, nobody reached",
  handedOff: "Handed off",
  left: "Left",
  goal: "Goal reached",
}
