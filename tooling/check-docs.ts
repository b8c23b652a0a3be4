/**
 * `npm run check:docs`: every `ts` fence of the documentation compiles against the packages' sources, and those
 * marked `ts run`, or holding a `// => value`, do what they say. Fences are modules, each by itself. A piece that is
 * not meant to compile is marked `text`.
 */
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join, relative, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { compare, withAssertions } from "./docs/assertions.ts"
import { fencesOf } from "./docs/fence.ts"
import type { Fence } from "./docs/fence.ts"
import { filesUnder } from "./sources.ts"

export interface Failure {
  readonly file: string
  readonly line: number
  readonly message: string
}

const root = resolve(import.meta.dirname, "..")
const patience = 90_000

/** Code at its lines in the file, so that line numbers in the compiler's messages are those of the file. */
const inPlace = ({ line }: Fence, code: string) => "\n".repeat(line - 1) + code

/** What TypeScript says of the fences, each a file named by its index. */
const typeErrors = (folder: string, fences: ReadonlyArray<Fence>): ReadonlyArray<Failure> => {
  fences.forEach((fence, index) => writeFileSync(join(folder, `${index}.ts`), inPlace(fence, fence.code)))
  const config = {
    extends: "../tsconfig.json",
    compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
    include: ["*.ts"],
  }
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config))
  const { status, stdout } = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", folder, "--pretty", "false"], {
    cwd: folder,
    encoding: "utf8",
  })
  const failures = stdout
    .split(/\n(?=\S)/)
    .filter((error) => error.trim() !== "")
    .map((error): Failure => {
      const [, index, line, message] = /^(\d+)\.ts\((\d+),\d+\): error ([^]*)$/.exec(error.trimEnd()) ?? []
      const file = index === undefined ? undefined : fences[Number(index)]?.file
      return file === undefined
        ? { file: "the sources", line: 0, message: error.trimEnd() }
        : { file, line: Number(line), message: message ?? "" }
    })
  if (status !== 0 && failures.length === 0) throw new Error("tsc failed and said nothing")
  return failures
}

/** Runs a fence in this process, with its output suppressed. */
const runFence = async (folder: string, fence: Fence, index: number): Promise<ReadonlyArray<Failure>> => {
  const { file } = fence
  const failures: Array<Failure> = []
  const expect = `__expect${index}`
  Object.assign(globalThis, {
    [expect]: (line: number, actual: unknown, expected: (() => unknown) | undefined, text: string) => {
      const message = compare(actual, expected, text)
      if (message !== undefined) failures.push({ file, line: fence.line + line - 1, message })
    },
  })
  const path = join(folder, `run-${index}.ts`)
  const { error, info, log, warn } = console
  Object.assign(console, { error: () => {}, info: () => {}, log: () => {}, warn: () => {} })
  try {
    writeFileSync(path, inPlace(fence, withAssertions(fence.code, expect)))
    const timeout = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error(`not done after ${patience / 1000} s`)), patience).unref()
    })
    await Promise.race([import(pathToFileURL(path).href), timeout])
  } catch (thrown) {
    const { message, stack = "" } = thrown instanceof Error ? thrown : new Error(String(thrown))
    const line = Number(new RegExp(`run-${index}\\.ts:(\\d+)`).exec(stack)?.[1] ?? fence.line)
    failures.push({ file, line, message: `throws: ${message}` })
  } finally {
    Object.assign(console, { error, info, log, warn })
  }
  return failures
}

/** Checks texts by their paths. A fence runs only if it compiles. */
export const checkDocs = async (texts: ReadonlyMap<string, string>) => {
  const fences = [...texts].flatMap(([file, text]) => fencesOf(file, text))
  const folder = mkdtempSync(join(root, ".docs-check-"))
  try {
    const failures: Array<Failure> = [...typeErrors(folder, fences)]
    const compiles = ({ code, file, line }: Fence) => {
      const last = line + code.split("\n").length - 1
      return !failures.some((failure) => failure.file === file && failure.line >= line && failure.line <= last)
    }
    const running = fences.filter((fence) => fence.runs && compiles(fence))
    for (const [index, fence] of running.entries()) failures.push(...(await runFence(folder, fence, index)))
    return { fences: fences.length, ran: running.length, failures }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (process.argv[1] === import.meta.filename) {
  const documents = [...filesUnder(["docs", "packages", "examples"], ".md"), "README.md", "CONTRIBUTING.md"].filter(
    (file) => existsSync(file),
  )
  const sources = filesUnder(["packages"], ".ts").filter((file) => !/\.(test|testing)\.ts$/.test(file))
  const texts = new Map([...documents, ...sources].map((file) => [file, readFileSync(file, "utf8")]))
  const { failures, fences, ran } = await checkDocs(texts)
  for (const { file, line, message } of failures) process.stdout.write(`${relative(".", file)}:${line}: ${message}\n`)
  process.stdout.write(`check:docs: ${fences} fences compiled, ${ran} run, ${failures.length} failures\n`)
  process.exit(failures.length > 0 ? 1 : 0)
}
