/**
 * Tacet: event-sourced interactions that the person may be forgotten from, and statistics that stay. The subpaths
 * `@tacet/core/eventsourcing`, `/domain`, `/statistics` and `/services` hold the same modules by folder; `/recognition`
 * is separate.
 */
export * from "./calendar/index.ts"
export * from "./domain/index.ts"
export * from "./eventsourcing/index.ts"
export * from "./policy/index.ts"
export * from "./privacy/index.ts"
export * from "./services/index.ts"
export * from "./statistics/index.ts"
