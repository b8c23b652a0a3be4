/**
 * Opens a file: makes it where it may, sets what every connection needs, and brings its tables to this release.
 */
import { closeSync, openSync, statSync } from "node:fs"
import type { Connection, Driver, Row } from "./Driver.ts"
import { LocalFault, WrongSchemaVersion } from "./FileError.ts"
import { applicationId, type Kind, steps } from "./schema.ts"

/** Which file a path leads to: another one has another identity. */
export const identityOf = (path: string): string | undefined => {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found === undefined ? undefined : `${found.dev}:${found.ino}`
}

/**
 * For how many milliseconds SQLite itself waits for others, in which this process does nothing else. Longer waits are
 * those of `Database`.
 */
const stillness = 50

/** Opens the file. */
export const open = (driver: Driver, path: string, kind: Kind, mayCreate: boolean): Connection => {
  if (identityOf(path) === undefined) {
    if (!mayCreate) throw new LocalFault("the file is missing")
    create(path)
  }
  const connection = driver(path)
  try {
    connection.exec(`PRAGMA busy_timeout = ${stillness}`)
    if (only(connection, "PRAGMA journal_mode = WAL")?.["journal_mode"] !== "wal") {
      throw new LocalFault("no write-ahead log works on this file system")
    }
    // An acknowledged write is on the disk; deleted bytes are overwritten, and are in no file beside.
    connection.exec(`PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;
      PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON`)
    migrate(connection, kind, mayCreate)
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

/** Makes an empty file that its owner alone can read; SQLite makes the files beside it with the same rights. */
const create = (path: string): void => {
  try {
    // Never over a file that is there: closing it would drop the locks of this process on it.
    closeSync(openSync(path, "wx", 0o600))
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined
    if (code !== "EEXIST") throw new LocalFault(`the file cannot be made: ${String(code)}`)
  }
}

const only = (connection: Connection, sql: string): Row | undefined =>
  connection.prepare(sql).all()[0] as Row | undefined

const numberIn = (connection: Connection, pragma: string): number =>
  Number(Object.values(only(connection, `PRAGMA ${pragma}`) ?? {})[0])

const migrate = (connection: Connection, kind: Kind, mayCreate: boolean): void => {
  const versionOf = () => {
    const [id, version] = [numberIn(connection, "application_id"), numberIn(connection, "user_version")]
    const isEmpty = id === 0 && version === 0 && only(connection, "SELECT 1 FROM sqlite_schema") === undefined
    if (isEmpty && !mayCreate) throw new LocalFault("the file is empty")
    if (isEmpty) return 0
    if (id !== applicationId[kind]) throw new LocalFault(`the file is none of Tacet's ${kind}`)
    if (version > steps[kind].length) throw new WrongSchemaVersion({ expected: steps[kind].length, actual: version })
    return version
  }
  if (versionOf() === steps[kind].length) return
  connection.exec("BEGIN IMMEDIATE")
  try {
    // Another process may have been first.
    for (const step of steps[kind].slice(versionOf())) for (const statement of step) connection.exec(statement)
    connection.exec(`PRAGMA application_id = ${applicationId[kind]}`)
    connection.exec(`PRAGMA user_version = ${steps[kind].length}`)
    connection.exec("COMMIT")
  } catch (error) {
    connection.exec("ROLLBACK")
    throw error
  }
}
