/**
 * An interaction as one of several that the same person had: to which of them a later call belongs, and whether the person
 * came back. Nothing here says who the person is: the caller knows which interactions are theirs, by the links in the
 * vault or by keyed tokens that die with a run.
 */
import type { Uuid } from "../eventsourcing/Uuid.ts"
import { dayMillis } from "../calendar/UtcDay.ts"
import type { ListedNumberId } from "./Identifier.ts"
import { longestWindowMillis, phoneMenu, type RecontactClass } from "./interaction/events.ts"
import { lastMoment, type State } from "./interaction/state.ts"

/** An interaction of a person, as recorded so far. Times in epoch milliseconds. */
export interface Visit {
  readonly interaction: Uuid
  readonly startedAt: number
  readonly lastActivity: number
  /** The last activity or, where it was recorded and is later, the end. */
  readonly end: number
  /** The Customer's number from which it began, where it began by a call. */
  readonly number: ListedNumberId | undefined
  /** Whether an interface was used: calls are attributed to these alone, so that each call of a call log counts. */
  readonly showedInterface: boolean
  /** It counts in no statistic: no call belongs to it, and it is no return. */
  readonly excluded: boolean
  /** How many of the windows of return were judged: of each interaction one return is noted, in the first that holds it. */
  readonly judged: number
}

/** The windows of return, shortest first, each with its class. */
export const returnWindows: ReadonlyArray<{ readonly after: number; readonly class: RecontactClass }> = [
  { after: dayMillis, class: "within24Hours" },
  { after: 3 * dayMillis, class: "within72Hours" },
  { after: longestWindowMillis, class: "within7Days" },
]

/** An interaction as its state describes it; `undefined` where it has not started. */
export const of = (interaction: Uuid, state: State): Visit | undefined => {
  const { excluded, lastActivity, recontacts, start, startedAt, usedInterface } = state
  if (start === undefined) return undefined
  return {
    interaction,
    startedAt,
    lastActivity,
    end: lastMoment(state),
    number: start.trigger._tag === "contactRequest" ? undefined : start.trigger.number,
    showedInterface: usedInterface || start.interface !== phoneMenu,
    excluded,
    judged: recontacts.size > 0 ? returnWindows.length : 0,
  }
}

/**
 * The interaction that a call of the person belongs to: the one started last whose longest window holds the call, and that
 * did not begin from another number than was called.
 *
 * @example
 * ```ts
 * import { Uuid } from "@tacet/core/eventsourcing"
 * import { Visit } from "@tacet/core/domain"
 *
 * const known = { number: undefined, showedInterface: true, excluded: false, judged: 0 }
 * const visit = (name: string, at: number): Visit.Visit => ({
 *   ...known,
 *   interaction: Uuid.derived(name),
 *   startedAt: at,
 *   lastActivity: at,
 *   end: at
 * })
 * const hour = 3_600_000
 * const visits = [visit("first", 0), visit("second", hour)]
 * Visit.holding(visits, { at: 2 * hour })?.startedAt // => 3_600_000
 * Visit.holding(visits, { at: 200 * hour }) // => undefined
 * ```
 */
export const holding = (
  visits: Iterable<Visit>,
  { at, number }: { readonly at: number; readonly number?: ListedNumberId },
): Visit | undefined => {
  let found: Visit | undefined
  for (const visit of visits) {
    const holds = visit.startedAt <= at && at <= visit.lastActivity + longestWindowMillis
    if (!holds || !visit.showedInterface || visit.excluded) continue
    if (number !== undefined && visit.number !== undefined && visit.number !== number) continue
    if (found === undefined || visit.startedAt >= found.startedAt) found = visit
  }
  return found
}

/** A return: noted on the earlier interaction, at the close of the window that holds it. */
export interface Return {
  readonly interaction: Uuid
  readonly at: number
  readonly class: RecontactClass
}

/** When the next window of return closes, in epoch milliseconds; `undefined` where all were judged. */
export const nextClose = ({ end, judged }: Visit): number | undefined => {
  const window = returnWindows[judged]
  return window && end + window.after
}

/** The return in the next window of an interaction, where one of the person's others began after it and by the close. */
export const nextReturn = (visit: Visit, others: ReadonlyArray<Visit>): Return | undefined => {
  const window = returnWindows[visit.judged]
  const at = nextClose(visit)
  if (window === undefined || at === undefined || visit.excluded) return undefined
  const isReturn = others.some(({ excluded, startedAt }) => !excluded && startedAt > visit.startedAt && startedAt <= at)
  return isReturn ? { interaction: visit.interaction, at, class: window.class } : undefined
}

/** The returns in windows that closed before a moment, of all interactions of one person. */
export const returnsBefore = (visits: ReadonlyArray<Visit>, moment: number): ReadonlyArray<Return> =>
  visits.flatMap((visit) => {
    for (let { judged } = visit; judged < returnWindows.length; judged++) {
      const next = { ...visit, judged }
      if ((nextClose(next) ?? moment) >= moment) return []
      const found = nextReturn(next, visits)
      if (found !== undefined) return [found]
    }
    return []
  })
