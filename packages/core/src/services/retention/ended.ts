/**
 * Which rows of the vault have ended: each judged by the periods, the contract, the policies since its collection, and the
 * laws and holds that keep it (RET-NEC, RET-CONTRACT).
 *
 * Within a stretch of time in which nothing was declared, data that were collected earlier end earlier. So the segments of
 * a category are found by halving stretches, and no row has to be read.
 */
import * as DateTime from "effect/DateTime"
import * as Calendar from "../../calendar/Calendar.ts"
import * as RetentionPolicy from "../../domain/RetentionPolicy.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import type { Ended, Segment, Span } from "../../privacy/Ended.ts"
import type { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import type { Declared } from "../internal/Declarations.ts"
import * as RetentionEnds from "../internal/RetentionEnds.ts"

/** The declarations and the retention policy by which rows end. */
export interface Facts {
  readonly declared: Declared
  readonly state: RetentionPolicy.State
}

/** How far rows have ended that were collected at a moment: all of them, or those whose own end came by then. */
type Reach = "all" | EpochMillis

/**
 * The rows that have ended at a moment, of those that are kept; `usual`: those whose usual end has come, whatever keeps
 * them.
 */
export const endedOf = (
  facts: Facts,
  spans: ReadonlyArray<Span>,
  at: EpochMillis,
  which: "ended" | "usual" = "ended",
): Ended => {
  const reach = which === "usual" ? usualReachAt : reachAt
  const ofCategories = spans.map((span) => segmentsOf(facts, span, at, reach))
  if (which === "usual") return { at, segments: ofCategories.flat(), unrecordedBy: at }
  // A row without a category may be of any that is held.
  const holds = Array.from(facts.state.holds.values()).filter(
    ({ releasedAt }) => releasedAt === undefined || releasedAt > at,
  )
  return {
    at,
    segments: ofCategories.flat(),
    unrecordedBy: Math.min(at, ...holds.map(({ placedAt }) => placedAt)),
  }
}

const segmentsOf = (
  facts: Facts,
  { category, newest, oldest }: Span,
  at: EpochMillis,
  reach: typeof reachAt,
): ReadonlyArray<Segment> => {
  const reachOf = (collectedAt: EpochMillis) => reach(facts, category, collectedAt, at)
  const found: Array<Segment> = []
  const add = (since: EpochMillis, until: EpochMillis, reach: Reach) => {
    const endedBy = reach === "all" ? undefined : reach
    const last = found.at(-1)
    if (last !== undefined && last.until === since && last.endedBy === endedBy) {
      found[found.length - 1] = { ...last, until }
    } else if (reach !== -Infinity) found.push({ category, since, until, endedBy })
  }
  /** Adds the segments of `[since, until)`, in which nothing was declared. */
  const halve = (since: EpochMillis, until: EpochMillis, first: Reach, last: Reach): void => {
    if (first === last || until - since === 1) return add(since, until, first)
    const middle = since + Math.ceil((until - since) / 2)
    halve(since, middle, first, reachOf(middle - 1))
    halve(middle, until, reachOf(middle), last)
  }
  const marks = declaredAt(facts).filter((mark) => oldest < mark && mark <= newest)
  const bounds = [oldest, ...Array.from(new Set(marks)).sort((one, other) => one - other), newest + 1]
  for (const [index, since] of bounds.slice(0, -1).entries()) {
    const until = bounds[index + 1]!
    halve(since, until, reachOf(since), reachOf(until - 1))
  }
  return found
}

/** The moments at which a declaration may have changed when data end that are collected from then on. */
const declaredAt = ({ declared, state }: Facts): ReadonlyArray<EpochMillis> => [
  ...declared.changes(),
  ...declared.state.contracts.flatMap(({ from, terms: { lastDay }, to }) => [
    from,
    to,
    ...(lastDay === undefined
      ? []
      : zonesOf(declared).map((zone) => DateTime.toEpochMillis(Calendar.endOfDay(lastDay, zone)))),
  ]),
  ...Array.from(state.periods.values()).flatMap((set) => set.map(({ from }) => from)),
]

const zonesOf = ({ changes, policyAt }: Declared): ReadonlyArray<Calendar.TimeZoneName> =>
  Array.from(new Set(changes().flatMap((from) => policyAt(DateTime.makeUnsafe(from))?.timeZone ?? [])))

const usualReachAt: typeof reachAt = ({ declared, state }, category, collectedAt, at) => {
  const held = RetentionEnds.held(declared, { category, collectedAt, at })
  const end = held && RetentionPolicy.usualEnd(state, held.facts, held.policies)
  return end !== undefined && DateTime.toEpochMillis(end) <= at ? "all" : at
}

const reachAt = (
  { declared, state }: Facts,
  category: PersonalDataCategory,
  collectedAt: EpochMillis,
  at: EpochMillis,
): Reach => {
  const held = RetentionEnds.held(declared, { category, collectedAt, at })
  // Without a policy no declaration ends it, and none keeps it.
  if (held === undefined) return at
  const { facts, policies } = held
  const hasEnded = (end: DateTime.Utc | undefined) => end !== undefined && DateTime.toEpochMillis(end) <= at
  if (hasEnded(RetentionPolicy.retentionEnd(state, facts, policies))) return "all"
  // A hold keeps what had not ended when it was placed: so far back an own end must be.
  const placed = Array.from(state.holds.values()).flatMap(({ placedAt }) => (placedAt <= at ? [placedAt] : []))
  return Math.max(
    ...[at, ...placed].filter((end) =>
      hasEnded(RetentionPolicy.postponed(state, facts, policies, DateTime.makeUnsafe(end))),
    ),
  )
}
