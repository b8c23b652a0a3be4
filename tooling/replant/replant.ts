/** Plants a bug in a copy of the sources and finds out whether the test that is made for it fails. */
import { spawnSync } from "node:child_process"
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative, resolve, sep } from "node:path"
import type { Bug } from "./bugs.ts"
import { names } from "../rules/titles.ts"

/** The outcome of a planted bug. Only `found` is good. */
export type Finding =
  | { readonly _tag: "found"; readonly by: string }
  /** All tests that name the key passed, or none names it. */
  | { readonly _tag: "missed" }
  /** The text to be replaced occurs in the file not once but so many times. */
  | { readonly _tag: "misplaced"; readonly times: number }
  /** The tests did not run: the planted code does not compile or load. */
  | { readonly _tag: "unreadable"; readonly message: string }

/** The source with the bug, or how often its text was found where it must occur once. */
export const plant = ({ find, replace }: Pick<Bug, "find" | "replace">, source: string): string | number => {
  const times = find === "" ? 0 : source.split(find).length - 1
  return times === 1 ? source.replace(find, () => replace) : times
}

/** The part of Vitest's JSON report that is read here. */
export interface Report {
  readonly testResults: ReadonlyArray<{
    readonly message: string
    readonly assertionResults: ReadonlyArray<{ readonly fullName: string; readonly status: string }>
  }>
}

/** The verdict of a report on a bug. A test that could not be run finds nothing. */
export const judge = ({ key }: Pick<Bug, "key">, { testResults }: Report): Finding => {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
  const naming = tests.filter(({ fullName }) => names(fullName, key))
  const failed = naming.find(({ status }) => status === "failed")
  if (failed !== undefined) return { _tag: "found", by: failed.fullName }
  const message = testResults.map((file) => file.message.trim()).find((text) => text !== "")
  return tests.length === 0 && message !== undefined ? { _tag: "unreadable", message } : { _tag: "missed" }
}

/** A copy of the sources with the same installed packages, in a temporary folder that the caller removes. */
export const copyOf = (root: string, purpose: string): string => {
  const copy = mkdtempSync(join(tmpdir(), `tacet-${purpose}-`))
  cpSync(root, copy, {
    recursive: true,
    filter: (source) => !/^(\.git|node_modules|dist)$/.test(relative(root, source).split(sep).at(-1) ?? ""),
  })
  symlinkSync(resolve(root, "node_modules"), join(copy, "node_modules"))
  return copy
}

/** Runs something in a copy of the repository, which is removed afterwards. The work tree is never touched. */
export const inCopy = <A>(root: string, run: (copy: string) => A): A => {
  const copy = copyOf(root, "replant")
  try {
    return run(copy)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

/** Plants one bug in the copy, runs the tests that name its key, and takes it out again. */
export const replant = (copy: string, bug: Bug): Finding => {
  const path = join(copy, bug.file)
  const source = readFileSync(path, "utf8")
  const planted = plant(bug, source)
  if (typeof planted === "number") return { _tag: "misplaced", times: planted }
  try {
    writeFileSync(path, planted)
    const { stderr, stdout } = spawnSync(
      process.execPath,
      // prettier-ignore
      [join(copy, "node_modules/vitest/vitest.mjs"), "run", bug.test, "-t", bug.key, "--bail", "1", "--reporter", "json"],
      { cwd: copy, encoding: "utf8" },
    )
    const report = stdout.split("\n").find((line) => line.startsWith("{"))
    return report === undefined
      ? { _tag: "unreadable", message: stderr.trim() }
      : judge(bug, JSON.parse(report) as Report)
  } finally {
    writeFileSync(path, source)
  }
}
