/**
 * `npm run -s chaos -- --faults N --seed S --json FILE`: breaks the server, wires and processes of a running system so often,
 * then audits all that is left. Prints the faults and the figures, with `--json` to a file too, where `-` is the standard
 * output in the place of the table. Exits with 1 if anything was found.
 */
import { writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { isClean, type Outcome, run } from "./run.ts"

const { values } = parseArgs({
  options: {
    faults: { type: "string", default: "8" },
    seed: { type: "string", default: "1" },
    json: { type: "string" },
  },
})
const [faults, seed] = [Number(values.faults), Number(values.seed)]
if (!Number.isInteger(faults) || faults < 1 || !Number.isInteger(seed)) {
  process.stderr.write("chaos: --faults takes a whole number of 1 or more, --seed a whole number\n")
  process.exit(2)
}

const table = ({ came, faults, figures, notes, stuck }: Outcome): string => {
  const { longest, ...counts } = figures
  const line = (name: string, ...cells: ReadonlyArray<number | string>) =>
    `${name.padEnd(40)}${cells.map((cell) => String(cell).padStart(10)).join("")}`
  return [
    line("fault", "times", "on after"),
    ...Object.entries(came).map(([name, { longest, times }]) => line(name, times, `${longest} ms`)),
    "",
    ...Object.entries(counts).map(([name, count]) => line(name, count)),
    ...Object.entries(longest).map(([call, took]) => line(`longest ${call}`, `${took} ms`)),
    "",
    ...Object.entries(faults).map(([name, count]: readonly [string, number]) => line(name, count)),
    ...stuck,
    ...notes,
  ].join("\n")
}

const outcome = await run({ faults, seed, tell: (line) => void process.stderr.write(`${line}\n`) })
if (values.json !== "-") process.stdout.write(`${table(outcome)}\n`)
if (values.json === "-") process.stdout.write(`${JSON.stringify(outcome)}\n`)
else if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(outcome)}\n`)
process.exit(isClean(outcome) ? 0 : 1)
