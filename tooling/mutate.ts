/**
 * `npm run mutate -- --sample 30 --seed 7 --files 'packages/core/src/{statistics,policy}/**'`: changes the code at random in
 * a copy of the sources, one small change at a time, and runs the tests that load the changed file, the nearest first. A
 * change that no test sees survives, and is printed: a test is missing, or the code is of no use.
 *
 * The same seed draws the same mutants as long as the files stay the same. `--tests 4` is how many files of tests run for
 * a mutant, `--limit 60` the seconds of each; `--for 60` begins no new one after so many seconds. Ends with 1 where the score is
 * below `--score` (1 unless told), with 2 where nothing could be judged, with 3 where the tests fail as they are.
 */
import { rmSync } from "node:fs"
import { matchesGlob } from "node:path"
import { parseArgs } from "node:util"
import { type Judged, mutate, stopTests } from "./mutate/mutate.ts"
import { copyOf } from "./replant/replant.ts"
import { filesUnder } from "./sources.ts"

const { values } = parseArgs({
  options: {
    sample: { type: "string", default: "30" },
    seed: { type: "string", default: "1" },
    files: { type: "string", default: "packages/core/src/{statistics,domain,policy}/**" },
    tests: { type: "string", default: "4" },
    limit: { type: "string", default: "60" },
    for: { type: "string" },
    score: { type: "string", default: "1" },
  },
})

const numberOf = (name: "sample" | "seed" | "tests" | "limit" | "for" | "score"): number => {
  const value = Number(values[name] ?? "Infinity")
  if (Number.isNaN(value) || value < 0) throw new Error(`--${name} must be a number from 0 on`)
  return value
}

const oneLine = (text: string): string => {
  const line = text.replace(/\s+/g, " ").trim()
  return line.length > 100 ? `${line.slice(0, 99)}…` : line
}

const lineOf = ({ mutant, verdict }: Judged): string => {
  const { after, before, file, line, operator } = mutant
  const change = `${file}:${line}: ${operator}: ${oneLine(before)} → ${oneLine(after) || "nothing"}`
  switch (verdict._tag) {
    case "killed":
      return `killed   ${change} (by "${oneLine(verdict.by)}")`
    case "timedOut":
      return `killed   ${change} (by the time limit)`
    case "survived":
      return `SURVIVED ${change} (${verdict.tests === 0 ? "no test loads the file" : `${verdict.tests} files of tests`})`
  }
}

const files = filesUnder(["packages", "examples", "tooling"], ".ts").filter(
  (file) => matchesGlob(file, values.files) && !/\.(test|testing|config|d)\.ts$/.test(file),
)
const start = performance.now()
const copy = copyOf(process.cwd(), "mutate")
const removeCopy = () => rmSync(copy, { recursive: true, force: true })
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.once(signal, () => {
    stopTests()
    removeCopy()
    process.exit(code)
  })
}
try {
  const until = start + numberOf("for") * 1000
  const { judged, of, refused, same, slow } = await mutate({
    copy,
    files,
    sample: numberOf("sample"),
    seed: numberOf("seed"),
    tests: numberOf("tests"),
    limit: numberOf("limit") * 1000,
    goesOn: () => performance.now() < until,
    onJudged: (one) => void process.stdout.write(`${lineOf(one)}\n`),
  })
  const killed = (of: ReadonlyArray<Judged>) => of.filter(({ verdict }) => verdict._tag !== "survived").length
  for (const file of [...new Set(judged.map(({ mutant }) => mutant.file))].toSorted()) {
    const own = judged.filter(({ mutant }) => mutant.file === file)
    process.stdout.write(`${killed(own)}/${own.length} ${file}\n`)
  }
  for (const test of slow) process.stdout.write(`left out: ${test} takes longer than ${values.limit} s\n`)
  const seconds = Math.round((performance.now() - start) / 1000)
  process.stdout.write(
    `mutate: ${killed(judged)} of ${judged.length} mutants killed, ${of} in ${files.length} files, seed ${values.seed}; ` +
      `left out: ${refused} by their types, ${same} that run alike; ${seconds} s\n`,
  )
  if (judged.length === 0) process.exitCode = 2
  else if (killed(judged) < judged.length * numberOf("score")) process.exitCode = 1
} catch (error) {
  process.stderr.write(`mutate: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 3
} finally {
  removeCopy()
}
