/**
 * PostgreSQL as event log and projection store. Call {@link migrate} once for each database, then build {@link layer}.
 * `VaultPostgres` keeps what a vault rests on.
 */
export { DatabaseUnavailable, WrongSchemaVersion } from "./DatabaseError.ts"
export { layer, layerConfig, layerLocated, type StartError } from "./layer.ts"
export { migrate } from "./migrate.ts"
export { config, type Options } from "./Options.ts"
export { ProjectionRunner, type RunOptions, type Status } from "./ProjectionRunner.ts"
export * as VaultPostgres from "./VaultPostgres.ts"
