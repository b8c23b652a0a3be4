/**
 * Runs one work, prints its tables and, with `--json`, writes its figures to a file.
 */
import { writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { machineNow, versions } from "./environment.ts"
import { fold } from "./fold/index.ts"
import * as Load from "./Load.ts"
import { met, type Measurement } from "./Measurement.ts"
import { path } from "./path/index.ts"
import { privacy } from "./privacy/index.ts"
import { scale as scaleWork } from "./scale/index.ts"
import { append } from "./store/append.ts"
import { erase } from "./store/erase.ts"
import { held } from "./store/held.ts"
import { processes } from "./store/processes.ts"
import * as Reading from "./store/reading.ts"
import { WrongPlan } from "./store/Plan.ts"
import { retention } from "./store/retention.ts"
import * as Table from "./table.ts"
import type { Section, Work } from "./Work.ts"

const works: ReadonlyArray<Work> = [
  fold,
  path,
  append,
  processes,
  Reading.read,
  Reading.catchUp,
  Reading.projection,
  erase,
  held,
  retention,
  privacy,
  scaleWork,
]

const usage = [
  "npm --prefix bench start -- WORK [--json FILE] [--rounds N] [--scale SHARE]",
  "",
  ...works.map(({ about, name }) => `  ${name.padEnd(18)}${about}`),
  "",
  "  --json FILE       also write the figures as JSON",
  "  --rounds N        measure each subject N times, five at least (default 7)",
  "  --interactions N  so many in the log of scale (default 5000; the real run has a million)",
  "  --scale SHARE     use a share of the data, such as 0.01: to see that it runs",
].join("\n")

const fail = (message: string): never => {
  process.stderr.write(`${message}\n\n${usage}\n`)
  process.exit(2)
}

const read = () => {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        json: { type: "string" },
        rounds: { type: "string", default: "7" },
        scale: { type: "string", default: "1" },
        interactions: { type: "string", default: "5000" },
        help: { type: "boolean", short: "h" },
      },
    })
  } catch (error) {
    return fail((error as Error).message)
  }
}

const { positionals, values } = read()
if (values.help === true) {
  process.stdout.write(`${usage}\n`)
  process.exit(0)
}
const names = works.map(({ name }) => name).join(", ")
const [name] = positionals
if (name === undefined || positionals.length > 1) fail(`Name one work: ${names}.`)
const work = works.find((one) => one.name === name) ?? fail(`There is no work "${name}". There is: ${names}.`)
const rounds = Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 5) fail("--rounds takes a whole number, 5 or more.")
const scale = Number(values.scale)
if (!(scale > 0 && scale <= 1)) fail("--scale takes a number above 0, up to 1.")

const interactions = Number(values.interactions)
if (!Number.isInteger(interactions) || interactions < 1) fail("--interactions takes a whole number, 1 or more.")

const machine = machineNow()
process.stdout.write(
  [
    `${machine.processor}, ${machine.processors} processors, ${machine.memoryGigabytes} GB, ${machine.system}`,
    Object.entries(versions())
      .map(([what, version]) => `${what} ${version}`)
      .join(", "),
    `load average ${machine.loadAverage.join(" ")}${scale < 1 ? `; only ${scale} of the data: the figures mean nothing` : ""}`,
    "",
    "",
  ].join("\n"),
)

const sections: Array<Section> = []
const loadSince = Load.watch()
try {
  await work.run({ rounds, scale, interactions }, (measured) => {
    const section = Load.judge(measured, loadSince())
    sections.push(section)
    process.stdout.write(`${Table.format(section)}\n`)
  })
} catch (error) {
  if (!(error instanceof WrongPlan)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}

const after = machineNow().loadAverage
process.stdout.write(`load average at the end ${after.join(" ")}\n`)

if (values.json !== undefined) {
  const ratioTo = ({ comparisons = [] }: Measurement, baseline: string) =>
    comparisons.find((comparison) => comparison.baseline.startsWith(baseline))?.ratio ?? null
  const results = sections.flatMap(({ load, measurements, notes, title }) =>
    measurements.map((measurement) => ({
      work: work.name,
      section: title,
      ...measurement,
      ratioToBaseline: measurement.comparisons?.[0]?.ratio ?? null,
      processorRatioToBaseline: measurement.comparisons?.[0]?.processorRatio ?? null,
      ratioToBare: ratioTo(measurement, "bare"),
      ratioToEmmett: ratioTo(measurement, "Emmett"),
      met: met(measurement) ?? null,
      load: load ?? null,
      notes,
    })),
  )
  const report = {
    machine: { ...machine, loadAverageAtEnd: after },
    versions: versions(),
    loadLimit: Load.limit,
    scale,
    rounds,
    results,
  }
  writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`)
}
