/**
 * Statistics: the figures that a Customer reads about its interactions.
 */
export * as DayTally from "./DayTally.ts"
export * as Contribution from "./Contribution.ts"
export * as CustomerReport from "./CustomerReport.ts"
export * as Definition from "./Definition.ts"
export * as Deflection from "./Deflection.ts"
export * as JourneyTree from "./JourneyTree.ts"
export * as PublicStatistic from "./PublicStatistic.ts"
export * as Rate from "./Rate.ts"
export * as Tally from "./Tally.ts"
