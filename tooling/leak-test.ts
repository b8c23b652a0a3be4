/**
 * `npm run -s leak-test -- --runs N --seed S --json - --store memory`: runs random histories with canaries in every input
 * and looks for them in everything that the library wrote, before and after all persons were erased. Any canary that is
 * found fails. With `--store file` the histories go to SQLite (Node 22.13 and later), with `--store embedded` to a
 * PostgreSQL that logs every statement, and all of the files are searched.
 */
import { writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import * as Effect from "effect/Effect"
import { type Kind, makeStores } from "./leak-test/stores.ts"
import { type Leak, type Leaks, runHistory } from "./leak-test/world.ts"

export interface Summary {
  readonly runs: number
  readonly canaries: number
  /** How many places were searched: log, rows, checkpoints, reports, spans, backups and so on, in each history. */
  readonly places: number
  readonly found: number
  readonly foundAfterErasure: number
}

/** Runs histories from a seed on. */
export const leakTest = (runs: number, seed: number, leaks: Leaks = {}, kind: Kind = "memory") =>
  Effect.gen(function* () {
    const storesOfNext = yield* makeStores(kind)
    let [canaries, places, accepted, opened] = [0, 0, 0, 0]
    const found: Array<Leak> = []
    const foundAfterErasure: Array<Leak> = []
    for (let run = 0; run < runs; run++) {
      const finding = yield* runHistory(seed + run, storesOfNext(), leaks)
      canaries += finding.canaries
      places += finding.places.length
      accepted += finding.accepted
      opened += finding.opened
      found.push(...finding.found)
      foundAfterErasure.push(...finding.foundAfterErasure)
    }
    const summary: Summary = {
      runs,
      canaries,
      places,
      found: found.length,
      foundAfterErasure: foundAfterErasure.length,
    }
    return { summary, found, foundAfterErasure, accepted, opened }
  }).pipe(Effect.scoped)

const reported = (leaks: ReadonlyArray<Leak>): string => {
  const counts = new Map<string, number>()
  for (const { place, shape } of leaks) counts.set(`${place}: ${shape}`, (counts.get(`${place}: ${shape}`) ?? 0) + 1)
  return Array.from(counts, ([what, count]) => `  ${what} × ${count}\n`).join("")
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "100" },
      seed: { type: "string", default: "1" },
      json: { type: "string" },
      store: { type: "string", default: "memory" },
    },
  })
  const store = (["embedded", "file"] as const).find((kind) => kind === values.store) ?? "memory"
  const [runs, seed] = [Number(values.runs), Number(values.seed)]
  // A test that has looked at nothing must not pass.
  if (values.store !== store || !Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed)) {
    process.stderr.write(
      "leak-test: --runs takes a whole number of 1 or more, --seed a whole number, --store memory, file or embedded\n",
    )
    process.exit(2)
  }
  const result = await Effect.runPromise(leakTest(runs, seed, {}, store))
  const json = `${JSON.stringify(result.summary)}\n`
  if (values.json !== undefined && values.json !== "-") writeFileSync(values.json, json)
  if (values.json === "-") process.stdout.write(json)
  else process.stdout.write(`${json}${result.accepted} events recorded, ${result.opened} values opened and erased\n`)
  process.stderr.write(reported(result.found) + reported(result.foundAfterErasure))
  if (result.found.length + result.foundAfterErasure.length > 0) process.exitCode = 1
}
