import { hasSqlite } from "@tacet/adapter-sqlite"
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type Server, start } from "@tacet/postgres-server"
import { afterAll, beforeAll, describe, expect, it } from "@tacet/vitest"
import type { ReportDocument } from "@tacet/report"
import * as Effect from "effect/Effect"
import { aFolder, running } from "./running.testing.ts"

const has = await Effect.runPromise(hasSqlite)

const mapping = JSON.stringify({
  case: "session",
  person: "visitor",
  time: "at",
  order: "time",
  activity: "what",
  activities: { call: "call" },
  call: { talk: "talk", human: true },
})

/** Two equal rows, a call that is attributed by its person, a row that is refused. */
const log = `session,visitor,at,what,talk
s1,v1,2026-03-02T09:00:00Z,home,
s1,v1,2026-03-02T09:00:00Z,home,
s1,v1,2026-03-02T09:01:00Z,bill,
c1,v1,2026-03-02T09:05:00Z,call,60
s2,v2,2026-03-02T10:00:00Z,home,
s2,v2,2026-03-02T10:01:00Z,https://canary.example/?x=1,
s3,v3,2026-03-20T10:00:00Z,home,
`
const more = `${log}s4,v1,2026-03-21T10:00:00Z,home,\n`

const folder = aFolder({ "log.csv": log, "more.csv": more, "mapping.json": mapping })
const options = ["--format", "csv", "--mapping", "mapping.json", "--key-file", "keys/tacet.key", "--json", "-"]

const report = async (input: string, store: string, ...others: ReadonlyArray<string>): Promise<ReportDocument> => {
  const { code, stderr, stdout } = await running(folder, ["--input", input, ...options, "--store", store, ...others])
  expect([code, stderr]).toEqual([0, ""])
  return JSON.parse(stdout) as ReportDocument
}

const counts = ({ input: { accepted, duplicates, rejected } }: ReportDocument) => ({ accepted, duplicates, rejected })
const figures = (report: ReportDocument) => ({ ...report, input: undefined })

describe("a report from a store that outlives the run", () => {
  let server: Server
  beforeAll(async () => {
    server = await start()
  }, 120_000)
  afterAll(() => server.stop())

  it("equals the report from memory; the same file adds nothing, and a longer one only its new rows", async () => {
    const inMemory = await running(folder, [
      "--input",
      "log.csv",
      "--format",
      "csv",
      "--mapping",
      "mapping.json",
      "--json",
      "-",
    ])
    const first = await report("log.csv", server.url)
    expect(figures(first)).toEqual(figures(JSON.parse(inMemory.stdout) as ReportDocument))
    expect(counts(first)).toEqual({ accepted: 6, duplicates: 0, rejected: 1 })
    expect(first.input.attributedCalls).toBe(1)

    const second = await report("log.csv", server.url)
    expect(counts(second)).toEqual({ accepted: 0, duplicates: 6, rejected: 1 })
    expect(figures(second)).toEqual(figures(first))

    const third = await report("more.csv", server.url)
    expect(counts(third)).toEqual({ accepted: 1, duplicates: 6, rejected: 1 })
    expect(third.interactions.started).toBe(first.interactions.started + 1)
  }, 120_000)

  it("holds no event of another Customer", async () => {
    const other = await report("log.csv", server.url, "--customer", "other")
    expect(counts(other)).toEqual({ accepted: 6, duplicates: 0, rejected: 1 })
    expect(other.interactions.started).toBe(3)
  }, 120_000)

  it("makes its key once, for its owner alone, and says where a file holds none", async () => {
    const path = join(folder, "keys/tacet.key")
    await report("log.csv", server.url, "--customer", "keyed")
    const key = readFileSync(path, "utf8")
    expect(statSync(path).mode & 0o777).toBe(0o600)
    await report("log.csv", server.url, "--customer", "keyed")
    expect(readFileSync(path, "utf8")).toBe(key)

    mkdirSync(join(folder, "broken"))
    writeFileSync(join(folder, "broken/key"), "Canary", { mode: 0o600 })
    const args = ["--input", "log.csv", ...options, "--store", server.url]
    const { code, stderr } = await running(folder, args.with(args.indexOf("--key-file") + 1, "broken/key"))
    expect([code, stderr]).toEqual([2, "report: --key-file: holds no key of 32 bytes in base64\n"])
  }, 120_000)

  it("fails with one line, without the password, where the database cannot be reached", async () => {
    const wrong = new URL(server.url)
    wrong.password = "Canary"
    for (const store of [wrong.href, "postgresql://tacet:Canary@127.0.0.1:1/none"]) {
      const { code, stderr, stdout } = await running(folder, ["--input", "log.csv", ...options, "--store", store])
      expect([code, stdout]).toEqual([2, ""])
      expect(stderr).toMatch(/^report: --store: The database cannot be used \([^\n]+\)\.\n$/)
      expect(stderr).not.toContain("Canary")
    }
  }, 120_000)

  it("is refused where it is named in a way that means nothing", async () => {
    for (const store of ["mysql://a", "embedded:", "sqlite:", ""]) {
      const { code, stderr } = await running(folder, ["--input", "log.csv", ...options, "--store", store])
      expect([code, stderr]).toEqual([
        2,
        "report: --store: must be sqlite:FILE, a URL such as postgresql://user@host/database, embedded, or embedded:FOLDER\n",
      ])
    }
    const { code, stderr } = await running(folder, ["--input", "log.csv", ...options])
    expect([code, stderr]).toEqual([2, "report: --key-file: means something with --store only\n"])
  })
})

describe("a file", () => {
  it.skipIf(!has)(`keeps what a run has recorded${has ? "" : " (skipped: no SQLite here)"}`, async () => {
    const first = await report("log.csv", "sqlite:tacet.db")
    const second = await report("log.csv", "sqlite:tacet.db")
    expect(counts(second)).toEqual({ accepted: 0, duplicates: 6, rejected: 1 })
    expect(figures(second)).toEqual(figures(first))
  })

  it("that cannot be used is told in one line", async () => {
    const { code, stderr, stdout } = await running(folder, [
      "--input",
      "log.csv",
      ...options,
      "--store",
      "sqlite:no/a.db",
    ])
    expect([code, stdout]).toEqual([2, ""])
    expect(stderr).toMatch(/^report: --store: [^\n]+\.\n$/)
  })
})

describe("a server of the run's own", () => {
  it("keeps its data in a folder, and stops with the run", async () => {
    const first = await report("log.csv", "embedded:data")
    const second = await report("log.csv", "embedded:data")
    expect(counts(second)).toEqual({ accepted: 0, duplicates: 6, rejected: 1 })
    expect(figures(second)).toEqual(figures(first))
    expect(counts(await report("log.csv", "embedded"))).toEqual(counts(first))
    rmSync(join(folder, "data"), { recursive: true })
  }, 180_000)
})
