/** Draws mutants of some files, and finds out which of them no test sees. */
import { type ChildProcess, spawn } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { filesUnder } from "../sources.ts"
import { apply, isSame, type Mutant, mutantsOf } from "./operators.ts"
import { importersOf, testsOf } from "./related.ts"
import { shuffled } from "./sample.ts"
import { typesOf } from "./types.ts"

/** What became of a mutant. Only `survived` is bad. */
export type Verdict =
  | { readonly _tag: "killed"; readonly by: string }
  /** The tests did not end in time: the mutant loops, or waits for what never comes. */
  | { readonly _tag: "timedOut" }
  /** Every test that was run passed, or none loads the file. */
  | { readonly _tag: "survived"; readonly tests: number }

export interface Judged {
  readonly mutant: Mutant
  readonly verdict: Verdict
}

export interface Options {
  /** A copy of the repository, whose files are changed and changed back. */
  readonly copy: string
  /** The files to change, by their paths from the root of the repository. */
  readonly files: ReadonlyArray<string>
  readonly sample: number
  readonly seed: number
  /** Run at most so many files of tests for a mutant, the nearest. */
  readonly tests: number
  /** Milliseconds for one file of tests. */
  readonly limit: number
  /** Whether there is time for one more mutant. */
  readonly goesOn: () => boolean
  readonly onJudged: (judged: Judged) => void
}

export interface Sample {
  readonly judged: ReadonlyArray<Judged>
  /** How many mutants were drawn and left out: TypeScript refuses them, or they run alike. */
  readonly refused: number
  readonly same: number
  /** The files of tests that were left out, since they take longer than the limit without a mutant. */
  readonly slow: ReadonlyArray<string>
  /** How many mutants the files have in all. */
  readonly of: number
}

/** The part of Vitest's JSON report that is read here. */
interface Report {
  readonly success: boolean
  readonly testResults: ReadonlyArray<{
    readonly name: string
    readonly status: string
    readonly assertionResults: ReadonlyArray<{ readonly fullName: string; readonly status: string }>
  }>
}

/** The program of tests that runs, so that an interrupted run can end it. */
let running: ChildProcess | undefined

/** Ends the tests that run, with their workers. */
export const stopTests = (): void => {
  if (running?.pid === undefined) return
  try {
    process.kill(-running.pid, "SIGKILL")
  } catch {
    // They have ended.
  }
}

/** Runs a file of tests in the copy until the first test fails. */
const runTests = async (copy: string, test: string, limit: number): Promise<Verdict> => {
  const vitest = join(copy, "node_modules/vitest/vitest.mjs")
  const args = [vitest, "run", test, "--project", "code", "--bail", "1", "--maxWorkers", "1", "--reporter", "json"]
  // A group of its own: the workers end with it.
  const child = spawn(process.execPath, args, { cwd: copy, detached: true, stdio: ["ignore", "pipe", "pipe"] })
  running = child
  let [out, errors, late] = ["", "", false]
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text))
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text))
  const timer = setTimeout(() => {
    late = true
    stopTests()
  }, limit)
  await new Promise<void>((resolve, reject) => child.on("error", reject).on("close", () => resolve()))
  clearTimeout(timer)
  running = undefined
  if (late) return { _tag: "timedOut" }
  const line = out.split("\n").find((text) => text.startsWith("{"))
  if (line === undefined) throw new Error(`The tests of ${test} did not run: ${errors.trim()}`)
  const report = JSON.parse(line) as Report
  if (report.success) return { _tag: "survived", tests: 1 }
  const failed = report.testResults.flatMap(({ assertionResults }) => assertionResults)
  const by = failed.find(({ status }) => status === "failed")?.fullName
  // A file that cannot be loaded has failed as a whole.
  return { _tag: "killed", by: by ?? report.testResults.find(({ status }) => status === "failed")?.name ?? "Vitest" }
}

/**
 * Judges mutants in an order that follows from the seed, the files and their text. Those that TypeScript refuses, in the
 * file or in one that imports it, are left out and the next is drawn. Fails where the tests fail without a mutant.
 */
export const mutate = async (options: Options): Promise<Sample> => {
  const { copy, files, goesOn, limit, onJudged, sample, seed } = options
  const paths = filesUnder(
    ["packages", "examples", "tooling"].map((folder) => join(copy, folder)),
    ".ts",
  ).map((path) => path.slice(copy.length + 1))
  const importers = importersOf(new Map(paths.map((path) => [path, readFileSync(join(copy, path), "utf8")])))
  const sources = new Map(files.map((file) => [file, readFileSync(join(copy, file), "utf8")]))
  const all = [...sources].flatMap(([file, source]) => mutantsOf(file, source))
  const plainImportersOf = (file: string) => (importers.get(file) ?? []).filter((path) => !path.endsWith(".test.ts"))
  const types = typesOf(copy, [...new Set(files.flatMap((file) => [file, ...plainImportersOf(file)]))])
  const judged: Array<Judged> = []
  const passed = new Set<string>()
  const slow = new Set<string>()
  let [refused, same] = [0, 0]

  /** Runs the files of tests in turn until one fails. */
  const judge = async (file: string, source: string, tests: ReadonlyArray<string>): Promise<Verdict> => {
    let ran = 0
    for (const test of tests.filter((one) => !slow.has(one))) {
      const verdict = await runTests(copy, test, limit)
      if (verdict._tag !== "survived" && !passed.has(test)) {
        // Only what fails by the mutant counts, so the same tests must pass without it, and in time.
        const mutated = readFileSync(join(copy, file), "utf8")
        writeFileSync(join(copy, file), source)
        const without = await runTests(copy, test, limit)
        writeFileSync(join(copy, file), mutated)
        if (without._tag === "killed") throw new Error(`Without a mutant "${without.by}" fails`)
        if (without._tag === "timedOut") {
          slow.add(test)
          continue
        }
      }
      passed.add(test)
      ran++
      if (verdict._tag !== "survived") return verdict
    }
    return { _tag: "survived", tests: ran }
  }

  try {
    for (const mutant of shuffled(all, seed)) {
      if (judged.length >= sample || !goesOn()) break
      const { file } = mutant
      const source = sources.get(file)!
      const mutated = apply(mutant, source)
      if (isSame(source, mutated)) {
        same++
        continue
      }
      try {
        writeFileSync(join(copy, file), mutated)
        if (types.errorIn(file, [file, ...plainImportersOf(file)]) !== undefined) {
          refused++
          continue
        }
        const verdict = await judge(file, source, testsOf(file, importers, options.tests))
        judged.push({ mutant, verdict })
        onJudged({ mutant, verdict })
      } finally {
        writeFileSync(join(copy, file), source)
      }
    }
  } finally {
    types.close()
  }
  return { judged, refused, same, slow: [...slow], of: all.length }
}
