/**
 * PostgreSQL's own programs for backups. They dump servers of their own version or an older one.
 */
import { execFile, execFileSync } from "node:child_process"
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"

const run = promisify(execFile)

/** Programs of one version. */
export interface Programs {
  readonly major: number
  /** A folder that holds a server of the same version too, where there is one. */
  readonly folder: string | undefined
  readonly dump: string
  readonly restore: string
}

const debian = "/usr/lib/postgresql"

const majorOf = (dump: string): number => {
  try {
    return Number(/\(PostgreSQL\) (\d+)/.exec(execFileSync(dump, ["--version"], { encoding: "utf8" }))?.[1] ?? 0)
  } catch {
    return 0
  }
}

/** The newest programs of this machine; none where it has none. */
export const newestPrograms = (): Programs | undefined => {
  const folders = existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, "bin")) : []
  const found = [
    ...folders
      .filter((folder) => existsSync(join(folder, "pg_dump")) && existsSync(join(folder, "psql")))
      .map((folder) => ({ folder, dump: join(folder, "pg_dump"), restore: join(folder, "psql") })),
    { folder: undefined, dump: "pg_dump", restore: "psql" },
  ].map((programs) => ({
    ...programs,
    folder:
      programs.folder !== undefined && existsSync(join(programs.folder, "postgres")) ? programs.folder : undefined,
    major: majorOf(programs.dump),
  }))
  const newest = found.reduce((one, other) => (other.major > one.major ? other : one))
  return newest.major === 0 ? undefined : newest
}

/** The dump of a database, as the statements that make it again. */
export const dumpOf = async ({ dump }: Programs, url: string, ...options: ReadonlyArray<string>): Promise<string> => {
  const { stdout } = await run(dump, ["--format=plain", ...options, url], { encoding: "utf8", maxBuffer: 1 << 28 })
  return stdout
}

/** Makes a database from a dump. The roles that it names are there. */
export const restore = async ({ restore }: Programs, url: string, dump: string): Promise<void> => {
  const restoring = run(restore, ["--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", url], { maxBuffer: 1 << 28 })
  restoring.child.stdin!.end(dump)
  await restoring
}
