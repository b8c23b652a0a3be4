/**
 * One SQLite file as event log and projection store, with the stores of a vault in the same file and its keys in another
 * ({@link VaultSqlite}). Node's own `node:sqlite` does the work, or `better-sqlite3` where an application has installed it.
 */
export { type DriverName, hasSqlite } from "./file/Driver.ts"
export { FileUnavailable, SqliteMissing, type StartError, WrongSchemaVersion } from "./file/FileError.ts"
export type { FileOptions, Options } from "./file/Options.ts"
export { layer } from "./layer.ts"
export * as VaultSqlite from "./vault/VaultSqlite.ts"
