/**
 * How journeys are distinguished and counted: the same for all compared subjects. Each collapses repeats, ends a
 * journey that is too long with a mark, refuses journeys beyond a bound, and counts by outcome.
 */
import { JourneyTree } from "@tacet/core/statistics"

/** The limits. */
export type Limits = JourneyTree.Options

/**
 * The limits of a benchmark: a bound that no data set here reaches, and no cap, so that all sessions are distinguished.
 */
export const limits = (collapse: boolean): Limits => ({ collapse, maxSteps: null, maxNodes: 10_000_000 })

/** How many outcomes a journey can have. */
export const outcomes = JourneyTree.outcomeColumns.length

/** The outcome of each session: people left. */
export const left = JourneyTree.outcomeColumns.indexOf("left")

/** The step that replaces all steps beyond the cap. */
export const capMark = JourneyTree.overflowStep
