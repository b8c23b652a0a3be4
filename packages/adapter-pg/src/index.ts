/**
 * PostgreSQL as event log and projection store. Call {@link migrate} once for each database, then build {@link layer}.
 * `VaultPostgres` provides the stores of a vault.
 */
export { DatabaseUnavailable, type StartError, WrongSchemaVersion } from "./server/DatabaseError.ts"
export { layer, layerConfig, layerLocated } from "./layer.ts"
export { migrate, type MigrateOptions } from "./schema/migrate.ts"
export { config, type Options } from "./server/Options.ts"
export { ProjectionRunner, type RunAllOptions, type RunOptions, type Status } from "./projections/ProjectionRunner.ts"
export * as VaultPostgres from "./vault/VaultPostgres.ts"
