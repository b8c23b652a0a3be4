/**
 * `npm run -s chaos -- --kills N --seed S --json FILE`, where `-` is the standard output: audits the log after the
 * server, clients, runners and connections were killed in the middle of their work. Exits with 1 if anything was lost.
 */
import { writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { run } from "./run.ts"

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "8" },
    seed: { type: "string", default: "1" },
    json: { type: "string", default: "-" },
  },
})
const [kills, seed] = [Number(values.kills), Number(values.seed)]
if (!Number.isInteger(kills) || kills < 1 || !Number.isInteger(seed)) {
  process.stderr.write("chaos: --kills takes a whole number of 1 or more, --seed a whole number\n")
  process.exit(2)
}
const outcome = await run(kills, seed)
const text = `${JSON.stringify(outcome)}\n`
if (values.json === "-") process.stdout.write(text)
else writeFileSync(values.json, text)
const { doubled, gaps, halfWritten, lost } = outcome
process.exit(doubled + gaps + halfWritten + lost > 0 ? 1 : 0)
