/**
 * `npm run check:imports`: which file may import which. Type imports count.
 *
 * - Core's folders import one way, `services → statistics → domain → recognition → policy → privacy → eventsourcing →
 *   calendar`; `statistics` leaves `recognition` out.
 * - The rooms of `policy`, `adapter-pg` and `adapter-sqlite` import one way.
 * - Core takes stable modules of Effect by subpath (`effect/Schema`) and nothing else from outside.
 * - Packages import core by package name and never each other; examples and docs use public names. `report` and
 *   `interchange` are no exception: the report has its own types for the figures of an input, so neither needs the
 *   other.
 * - Only tests import `@tacet/testing` and the test kit.
 * - No file reaches into another package's files, nor into an `internal` folder from outside its parent.
 * - No module imports itself through others.
 */
import { readFileSync } from "node:fs"
import { dirname, join, normalize } from "node:path"
import { parseSync } from "oxc-parser"
import { filesUnder } from "./sources.ts"

export interface Violation {
  readonly file: string
  readonly line: number
  readonly message: string
}

interface Import {
  readonly file: string
  readonly line: number
  readonly specifier: string
}

/** Each folder of core with those it may import. */
const below: Record<string, ReadonlyArray<string>> = {
  services: ["statistics", "domain", "recognition", "policy", "privacy", "eventsourcing", "calendar"],
  // Recognition never feeds a statistic.
  statistics: ["domain", "policy", "privacy", "eventsourcing", "calendar"],
  domain: ["recognition", "policy", "privacy", "eventsourcing", "calendar"],
  recognition: ["privacy", "eventsourcing", "calendar"],
  policy: ["privacy", "eventsourcing", "calendar"],
  privacy: ["eventsourcing", "calendar"],
  eventsourcing: ["calendar"],
  calendar: [],
}

/** Folders that are divided into rooms: each room with those it may import. No room imports a file beside the rooms. */
const rooms: Readonly<Record<string, Readonly<Record<string, ReadonlyArray<string>>>>> = {
  "packages/core/src/policy": {
    checks: ["binding", "text", "legal"],
    binding: ["law", "versions", "text", "legal"],
    law: ["text", "legal"],
    versions: ["text"],
    text: ["legal"],
    legal: [],
  },
  "packages/adapter-pg/src": {
    vault: ["schema", "server"],
    projections: ["server"],
    log: ["schema", "server"],
    schema: ["server"],
    server: [],
  },
  "packages/adapter-sqlite/src": {
    vault: ["file"],
    log: ["file"],
    file: [],
  },
}

/** `*.test.ts`, and what only tests use: `*.testing.ts`. Neither is built or published. */
const isTest = (file: string) => /\.(test|testing)\.ts$/.test(file)

/** `packages/core/src/a.ts` belongs to `packages/core`, `tooling/docs/a.ts` to `tooling`. */
const workspaceOf = (file: string) =>
  /^(?:packages\/[^/]+|examples\/[^/]+|tooling\/vitest|tooling\/postgres|tooling\/catalogue|tooling)(?=\/)/.exec(
    file,
  )?.[0] ?? ""

const coreFolderOf = (file: string) => /^packages\/core\/src\/([^/]+)\//.exec(file)?.[1]

const houses = Object.keys(rooms)

const houseOf = (file: string) => houses.find((folder) => file.startsWith(`${folder}/`))

const roomOf = (file: string, house: string) => /^([^/]+)\//.exec(file.slice(house.length + 1))?.[1]

/** What a source imports, static or dynamic, and takes over by `export … from`. */
export const importsOf = (file: string, source: string): ReadonlyArray<Import> => {
  const { errors, module } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`)
  const lineOf = (offset: number) => source.slice(0, offset).split("\n").length
  const fromExports = module.staticExports.flatMap((statement) =>
    statement.entries.flatMap(({ moduleRequest }) => (moduleRequest === null ? [] : [moduleRequest])).slice(0, 1),
  )
  const requests = [...module.staticImports.map(({ moduleRequest }) => moduleRequest), ...fromExports]
  const dynamic = module.dynamicImports.flatMap(({ moduleRequest }) => {
    const literal = /^["'`](.*)["'`]$/.exec(source.slice(moduleRequest.start, moduleRequest.end))
    return literal?.[1] === undefined ? [] : [{ value: literal[1], start: moduleRequest.start }]
  })
  return [...requests, ...dynamic].map(({ start, value }) => ({ file, line: lineOf(start), specifier: value }))
}

const isStableInEffect = (specifier: string): boolean => {
  try {
    const source = readFileSync(join("node_modules/effect/src", `${specifier.slice("effect/".length)}.ts`), "utf8")
    return !source.slice(0, source.indexOf("*/")).includes("@stability unstable")
  } catch {
    return false
  }
}

const refusalOfRelative = (file: string, target: string): string | undefined => {
  if (workspaceOf(target) !== workspaceOf(file) && !(workspaceOf(target) === "tooling" && file.endsWith(".config.ts")))
    return "reaches into another workspace; import its package by name"
  const internal = /^(.*?)\/internal\//.exec(target)?.[1]
  if (internal !== undefined && !file.startsWith(`${internal}/`)) return `${internal}/internal is not for other folders`
  const [from, to] = [coreFolderOf(file), coreFolderOf(target)]
  const house = houseOf(file)
  if (house !== undefined && house === houseOf(target) && !isTest(file)) return refusalOfRoom(house, file, target)
  if (to === undefined || from === to) return undefined
  if (!(to in below)) return `core has no folder "${to}" in its order (tooling/check-imports.ts)`
  if (from === undefined || isTest(file)) return undefined
  if (!(from in below)) return `core has no folder "${from}" in its order (tooling/check-imports.ts)`
  return below[from]?.includes(to) === true ? undefined : `${from} may not import ${to}: core's folders import one way`
}

const refusalOfRoom = (house: string, file: string, target: string): string | undefined => {
  const [from, to] = [roomOf(file, house), roomOf(target, house)]
  if (from === undefined || from === to) return undefined
  const allowed = rooms[house]!
  if (to === undefined) return `is a face of ${house}, which its rooms do not import`
  for (const room of [from, to]) {
    if (!(room in allowed)) return `${house} has no room "${room}" in its order (tooling/check-imports.ts)`
  }
  return allowed[from]!.includes(to) ? undefined : `${from} may not import ${to}: the rooms of ${house} import one way`
}

const refusalOfPackage = (file: string, specifier: string): string | undefined => {
  const workspace = workspaceOf(file)
  const [, tacet, subpath] = /^@tacet\/([^/]+)(?:\/(.*))?$/.exec(specifier) ?? []
  if (/^(src|dist)\b/.test(subpath ?? "")) return "is no public name of that package"
  if (specifier === "vitest" && workspace !== "tooling/vitest") return 'tests import "@tacet/vitest"'
  if (workspace.startsWith("packages/") && !isTest(file) && file.includes("/src/")) {
    if (tacet === "vitest") return "only tests import the test kit"
    if (tacet === "testing") return "only tests import testing"
    if (tacet !== undefined && tacet !== "core") return "packages import core, and not each other"
    if (specifier === "effect") return "import Effect by subpath: it loads a third faster"
    if (workspace === "packages/core") return refusalInCore(specifier)
  }
  return undefined
}

const refusalInCore = (specifier: string): string | undefined => {
  if (specifier.startsWith("@tacet/core")) return "core imports its own files by path"
  if (specifier.startsWith("effect/"))
    return isStableInEffect(specifier) ? undefined : "is not stable in Effect, so core may not use it"
  return "core depends on Effect alone"
}

/** Every cycle is reported once, at its first file in order of name. */
const cycles = (edges: ReadonlyMap<string, ReadonlyArray<string>>): ReadonlyArray<ReadonlyArray<string>> => {
  const found: Array<ReadonlyArray<string>> = []
  const done = new Set<string>()
  const walk = (file: string, trail: ReadonlyArray<string>): void => {
    const start = trail.indexOf(file)
    if (start >= 0) return void found.push([...trail.slice(start), file])
    if (done.has(file)) return
    for (const next of edges.get(file) ?? []) walk(next, [...trail, file])
    done.add(file)
  }
  for (const file of edges.keys()) walk(file, [])
  return found
}

/** Checks sources by their paths from the root of the repository. */
export const violations = (sources: ReadonlyMap<string, string>): ReadonlyArray<Violation> => {
  const refused: Array<Violation> = []
  const edges = new Map<string, ReadonlyArray<string>>()
  for (const [file, source] of sources) {
    const targets: Array<string> = []
    for (const { line, specifier } of importsOf(file, source)) {
      const target = specifier.startsWith(".") ? normalize(join(dirname(file), specifier)) : undefined
      if (target !== undefined) targets.push(target)
      const message = target === undefined ? refusalOfPackage(file, specifier) : refusalOfRelative(file, target)
      if (message !== undefined) refused.push({ file, line, message: `"${specifier}" ${message}` })
    }
    edges.set(file, targets)
  }
  const circular = cycles(edges).map((files): Violation => {
    const [file = ""] = files
    return { file, line: 1, message: `imports itself: ${files.join(" → ")}` }
  })
  return [...refused, ...circular]
}

if (process.argv[1] === import.meta.filename) {
  const files = filesUnder(["packages", "examples", "tooling"], ".ts")
  const found = violations(new Map(files.map((file) => [file, readFileSync(file, "utf8")])))
  for (const { file, line, message } of found) process.stdout.write(`${file}:${line}: ${message}\n`)
  process.stdout.write(`check:imports: ${files.length} files, ${found.length} violations\n`)
  process.exitCode = found.length > 0 ? 1 : 0
}
