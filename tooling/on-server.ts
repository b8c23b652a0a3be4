/**
 * `npm run -s on-server -- [--programs FOLDER] [--plain-owner] COMMAND…` starts a PostgreSQL server, runs a command
 * with its URL as `DATABASE_URL`, and stops it. With `--programs` the server runs other programs than those from npm,
 * such as `/usr/lib/postgresql/15/bin`; with `--plain-owner` the URL's account is not a superuser: it may create
 * databases and roles.
 */
import { spawnSync } from "node:child_process"
import { parseArgs } from "node:util"
import { makePlainOwner, start } from "@tacet/postgres-server"

const given = process.argv.slice(2)
const isOption = (word: string, before: string | undefined) => word.startsWith("--") || before === "--programs"
const first = given.findIndex((word, index) => !isOption(word, given[index - 1]))
const { values } = parseArgs({
  args: first < 0 ? given : given.slice(0, first),
  options: { programs: { type: "string" }, "plain-owner": { type: "boolean" } },
})
const [command, ...rest] = first < 0 ? [] : given.slice(first)
if (command === undefined) {
  process.stderr.write("on-server: name a command to run, such as npx vitest run packages/adapter-pg\n")
  process.exit(2)
}

const server = await start({
  settings: { fsync: "off", full_page_writes: "off" },
  ...(values.programs === undefined ? {} : { programs: values.programs }),
})
const url = values["plain-owner"] === true ? await makePlainOwner(server.url) : server.url
const { status } = spawnSync(command, rest, { stdio: "inherit", env: { ...process.env, DATABASE_URL: url } })
await server.stop()
process.exit(status ?? 1)
