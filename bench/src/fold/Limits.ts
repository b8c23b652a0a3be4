/**
 * How journeys are told apart, and how they are counted: the same for all subjects that are compared. Each collapses repeats,
 * ends a journey that is too long in a mark, refuses a place to journeys beyond a bound, and counts by outcome.
 */
import { JourneyTree } from "@tacet/core/statistics"

/** The limits. */
export type Limits = JourneyTree.Options

/** The limits of a benchmark: a bound that no data set here reaches, and no cap, so that all sessions are told apart. */
export const limits = (collapse: boolean): Limits => ({ collapse, maxSteps: null, maxNodes: 10_000_000 })

/** How many outcomes a journey can have. */
export const outcomes = JourneyTree.outcomeColumns.length

/** The outcome of each session: people left. */
export const left = JourneyTree.outcomeColumns.indexOf("left")

/** The step that stands for all steps beyond the cap. */
export const capMark = JourneyTree.overflowStep
