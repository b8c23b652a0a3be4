/**
 * Files for tests, and whether there is anything to open them with.
 */
import { describe } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "@tacet/vitest"
import { hasSqlite } from "./file/Driver.ts"

/** Why nothing can be opened, for the titles of tests that skip. */
export const lacking = (await Effect.runPromise(hasSqlite))
  ? ""
  : ` (skipped: Node ${process.version} has no node:sqlite, and better-sqlite3 is not installed)`

/** Describes tests that need SQLite. */
export const describeSqlite = (name: string, define: () => void): void => {
  describe.skipIf(lacking !== "")(`${name}${lacking}`, define)
}

/** Makes a folder for this file's tests, and answers paths in it. */
export const folderForThisFile = (): ((name: string) => string) => {
  const folder = mkdtempSync(join(tmpdir(), "tacet-sqlite-"))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return (name) => join(folder, name)
}
