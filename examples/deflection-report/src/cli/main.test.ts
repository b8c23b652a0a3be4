import { spawn, spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { beforeAll, describe, expect, it } from "@tacet/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { ReportDocument } from "@tacet/report"
import { aFolder, type Run, running, textOf } from "./running.testing.ts"

const mapping = JSON.stringify({
  case: "session",
  id: "id",
  person: "visitor",
  time: "at",
  order: "time",
  activity: "what",
  activities: { call: "call" },
  call: { talk: "talk", human: true },
})

const log = `session,id,visitor,at,what,talk
s1,1,v1,2026-03-02T09:00:00Z,home,
s1,2,v1,2026-03-02T09:01:00Z,bill,
c1,3,v1,2026-03-02T09:05:00Z,call,60
s2,4,v2,2026-03-02T10:00:00Z,home,
s2,4,v2,2026-03-02T10:00:00Z,home,
s2,5,v2,2026-03-02T10:01:00Z,call Canary on 06 12 34 56 78,
s3,6,v3,not a time,home,
s9,7,v9,2026-03-20T10:00:00Z,home,
`

const folder = aFolder({ "log.csv": log, "mapping.json": mapping })
const base = ["--input", "log.csv", "--format", "csv", "--mapping", "mapping.json"]

const decode = Schema.decodeUnknownResult(ReportDocument, { onExcessProperty: "error" })
const documentOf = (text: string): ReportDocument => Result.getOrThrow(decode(JSON.parse(text)))

describe("the report", () => {
  let text: Run
  beforeAll(async () => {
    text = await running(folder, base)
  })

  it("is text without --json, with the contract figure, its interval and the failed attempts beside it", () => {
    expect(text).toMatchObject({ code: 0, stderr: "" })
    expect(text.stdout).toMatch(/did not require an effective call +50\.0% +\[9\.5 – 90\.5%\] +1 of 2/)
    expect(text.stdout).toMatch(/did not require[^\n]+\n +Tried to call, nobody reached/)
    expect(text.stdout).toContain("8 read: 5 accepted, 2 rejected, 1 duplicate.")
  })

  it("is one JSON document with --json -, of the published shape and order", async () => {
    const { code, stderr, stdout } = await running(folder, [...base, "--json", "-", "--customer", "Énergie du Nord"])
    expect([code, stderr]).toEqual([0, ""])
    const document = documentOf(stdout)
    expect(Object.keys(document)).toEqual(Object.keys(ReportDocument.fields))
    expect(Object.keys(JSON.parse(stdout) as object).slice(0, 15)).toEqual([
      "schemaVersion",
      "customer",
      "asOf",
      "window",
      "policyVersion",
      "definitionVersion",
      "definitions",
      "input",
      "calls",
      "interactions",
      "rates",
      "journeys",
      "waterfall",
      "failedByHour",
      "restated",
    ])
    expect(document).toMatchObject({
      schemaVersion: 1,
      customer: "Énergie du Nord",
      policyVersion: "dialonce/2021-02-17",
      input: { rows: 8, accepted: 5, rejected: 2, duplicates: 1, attributedCalls: 1 },
    })
  })

  it("is the same to the byte for the same input and options", async () => {
    const [one, other] = [
      await running(folder, [...base, "--json", "-"]),
      await running(folder, [...base, "--json", "-"]),
    ]
    expect(one.stdout).toBe(other.stdout)
    expect((await running(folder, base)).stdout).toBe(text.stdout)
  })

  it("counts by the options", async () => {
    const of = async (...options: ReadonlyArray<string>) =>
      documentOf((await running(folder, [...base, "--json", "-", ...options])).stdout)
    expect((await of("--min-talk-seconds", "60")).calls.effective).toBe(0)
    expect((await of("--max-steps", "1")).journeys.capped).toBe(1)
    expect(await of("--max-steps", "none", "--collapse", "off", "--unknown-human", "not-effective")).toMatchObject({
      definitions: { maxSteps: null, collapse: false, unknownHuman: "not-effective" },
    })
    expect(await of("--window", "P7D", "--time-zone", "Asia/Tokyo", "--as-of", "2026-05-01")).toMatchObject({
      window: "P7D",
      asOf: "2026-04-30T15:00:00.000Z",
      definitions: { timeZone: "Asia/Tokyo" },
      interactions: { pending: 0, open: 0 },
    })
    expect(await of("--as-of", "2026-03-02T09:00:30Z")).toMatchObject({ interactions: { started: 1, open: 1 } })
  })

  it("is written to files, and then standard output is empty", async () => {
    const options = ["--json", "out.json", "--html", "out.html", "--rejects", "out.csv"]
    const { code, stderr, stdout } = await running(folder, [...base, ...options])
    expect([code, stderr, stdout]).toEqual([0, "", ""])
    expect(documentOf(textOf(folder, "out.json")).input.rejected).toBe(2)
    expect(textOf(folder, "out.html")).toContain("<html")
  })

  it("lists rejected rows by line, field, rule and reason, as CSV or JSON lines, without a value", async () => {
    await running(folder, [...base, "--rejects", "rejects.csv"])
    await running(folder, [...base, "--rejects", "rejects.jsonl"])
    const lines = textOf(folder, "rejects.jsonl").trimEnd().split("\n")
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { line: 7, field: "what", rule: "NO-IDENTIFY" },
      { line: 8, field: "at", rule: "TACET-TIME" },
    ])
    expect(textOf(folder, "rejects.csv").split("\n").slice(0, 2)).toEqual([
      "line,field,rule,reason",
      expect.stringMatching(/^7,"what","NO-IDENTIFY","/),
    ])
    for (const file of ["rejects.csv", "rejects.jsonl"]) {
      expect(textOf(folder, file)).not.toMatch(/Canary|12 34|not a time/)
    }
  })

  it("exits with 1 for rejected rows only where --strict asks for it, and reports all the same", async () => {
    const strict = await running(folder, [...base, "--strict"])
    expect(strict).toEqual({ ...text, code: 1 })
    const clean = aFolder({ "log.csv": log.split("\n").slice(0, 5).join("\n"), "mapping.json": mapping })
    expect((await running(clean, [...base, "--strict"])).code).toBe(0)
  })

  it("reads standard input", async () => {
    const args = ["--input", "-", "--format", "csv", "--mapping", "mapping.json"]
    expect(await running(folder, args, { stdin: log })).toEqual(text)
  })

  it("shows a bar to a person on a terminal, on standard error, and none in a pipe", async () => {
    const watched = await running(folder, base, { terminal: true })
    expect(watched.stderr).toContain("reading [")
    expect(watched.stdout).toBe(text.stdout)
    expect((await running(folder, [...base, "--json", "-"], { terminal: true })).stdout).toMatch(/^\{/)
  })

  it("prints the options with --help", async () => {
    const { code, stdout } = await running(folder, ["--help"])
    expect(code).toBe(0)
    for (const option of ["--input", "--as-of", "--rejects", "--strict", "--max-steps"])
      expect(stdout).toContain(option)
  })
})

describe("an input, a mapping or an option that cannot be used", () => {
  const files = {
    "log.csv": log,
    "mapping.json": mapping,
    "broken.json": '{ "case": ',
    "unknown.json": '{ "cases": "session" }',
    "ocel1.json": '{ "ocel:global-log": {}, "ocel:events": {}, "ocel:objects": {} }',
    "cut.xes": '<?xml version="1.0"?><log><trace>',
    "scenario.json": JSON.stringify({
      ...(JSON.parse(mapping) as object),
      scenario: { id: "s", steps: [{ step: "home" }], journeys: [["elsewhere"]] },
    }),
  }
  const place = aFolder(files)
  const cases: ReadonlyArray<readonly [what: string, args: ReadonlyArray<string>, says: RegExp]> = [
    ["no input", [], /--input/],
    ["no format", ["--input", "log.csv"], /--format/],
    ["another format's name", ["--input", "log.csv", "--format", "excel"], /asterisk-cdr/],
    ["a missing file", ["--input", "none.csv", "--format", "xes"], /no such file/],
    ["a folder", ["--input", ".", "--format", "xes"], /folder/],
    ["a missing mapping", [...base.slice(0, 5), "none.json"], /--mapping/],
    ["a mapping that is no JSON", [...base.slice(0, 5), "broken.json"], /mapping/],
    ["a mapping with an unknown key", [...base.slice(0, 5), "unknown.json"], /cases/],
    ["a scenario that contradicts itself", [...base.slice(0, 5), "scenario.json"], /RECORDED/],
    ["CSV in place of XES", ["--input", "log.csv", "--format", "xes"], /XML|XES/],
    ["XES that breaks off", ["--input", "cut.xes", "--format", "xes"], /line 1/],
    ["OCEL 1.0", ["--input", "ocel1.json", "--format", "ocel2"], /OCEL 1\.0/],
    ["an unknown option", [...base, "--colour"], /--colour/],
    ["an argument without an option", [...base, "more"], /more|argument/],
    ["another window", [...base, "--window", "PT1H"], /PT24H/],
    ["no IANA zone", [...base, "--time-zone", "Mars/Olympus"], /IANA/],
    ["no moment", [...base, "--as-of", "yesterday"], /ISO 8601/],
    ["a negative length", [...base, "--min-talk-seconds=-1"], /0 or more/],
    ["no step at all", [...base, "--max-steps", "0"], /1 or more/],
    ["half a collapse", [...base, "--collapse", "maybe"], /on, off/],
    ["an unnamed customer", [...base, "--customer", " "], /UUID/],
    ["a report over its input", [...base, "--json", "log.csv"], /another file/],
    ["a folder that does not exist", [...base, "--json", "none/out.json"], /--json/],
    ["rejects that cannot be written", [...base, "--rejects", "none/out.csv"], /--rejects/],
  ]

  it.each(cases)("%s: one clear line and exit code 2", async ([, args, says]) => {
    const { code, stderr, stdout } = await running(place, args)
    expect([code, stdout]).toEqual([2, ""])
    expect(stderr).toMatch(/^report: [^\n]+\n$/)
    expect(stderr).toMatch(says)
    expect(stderr).not.toContain("unforeseen")
  })

  it("leaves the input as it was", () => {
    expect(textOf(place, "log.csv")).toBe(log)
  })
})

describe("the process", () => {
  const entry = fileURLToPath(new URL("../main.ts", import.meta.url))
  const args = ["--import", "tsx", "--conditions", "@tacet/source", entry]
  const env = (initCwd: string) => ({ ...process.env, INIT_CWD: initCwd })

  it("takes paths from the folder of the caller, is quiet in a pipe and passes the exit code on", () => {
    const { status, stderr, stdout } = spawnSync(process.execPath, [...args, ...base, "--strict", "--json", "-"], {
      env: env(folder),
      encoding: "utf8",
    })
    expect([status, stderr]).toEqual([1, ""])
    expect(documentOf(stdout).input.rows).toBe(8)
  }, 120_000)

  it("ends with 2 and one line where nothing can be read, standard input left open or not", async () => {
    const child = spawn(process.execPath, [...args, "--input", "-", "--format", "xes"], { env: env(folder) })
    let stderr = ""
    child.stderr.on("data", (chunk) => (stderr += String(chunk)))
    child.stdin.write("session,id\n1,2\n".repeat(100))
    const status = await new Promise((resolve) => child.on("close", resolve))
    expect(status).toBe(2)
    expect(stderr).toMatch(/^report: [^\n]+\n$/)
  }, 120_000)

  it("writes report.html where npm start was called", () => {
    const home = aFolder()
    const { status, stderr, stdout } = spawnSync(process.execPath, [...args, "demo"], {
      env: env(home),
      encoding: "utf8",
    })
    expect([status, stderr]).toEqual([0, ""])
    expect(stdout).toContain(join(home, "report.html"))
    expect(existsSync(join(home, "report.html"))).toBe(true)
  }, 300_000)
})
