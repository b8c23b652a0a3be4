/**
 * `npm run check:packages`, after a build: the packages as a stranger gets them.
 *
 * Packs each package, has publint and attw judge the tarball, installs the tarballs in an empty folder outside of
 * the repository, and there imports every subpath in plain Node and type-checks those imports.
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"

interface Manifest {
  name: string
  private?: boolean
  exports: Record<string, unknown>
}

const root = resolve(import.meta.dirname, "..")
const bin = (name: string) => join(root, "node_modules/.bin", name)

/** Runs a command and waits for it; its output appears only when it fails. */
const run = (cwd: string, command: string, ...args: ReadonlyArray<string>): string => {
  const { error, status, stderr, stdout } = spawnSync(command, args, { cwd, encoding: "utf8" })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}\n${stdout}${stderr}`)
  return stdout
}

const step = (name: string, work: () => void) => {
  const started = performance.now()
  work()
  process.stdout.write(`check:packages: ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)\n`)
}

const packages = readdirSync(join(root, "packages"))
  .map((folder) => join(root, "packages", folder))
  .map((folder) => ({
    folder,
    manifest: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest,
  }))
  .filter(({ manifest }) => manifest.private !== true)

const subpaths = packages.flatMap(({ manifest }) =>
  Object.keys(manifest.exports)
    .filter((subpath) => !subpath.endsWith(".json"))
    .map((subpath) => manifest.name + subpath.slice(1)),
)

const importAll = (folder: string, specifiers: ReadonlyArray<string>) => {
  const script = `for (const specifier of ${JSON.stringify(specifiers)}) {
    const names = Object.keys(await import(specifier))
    if (names.length === 0) throw new Error(specifier + " exports nothing")
  }`
  run(folder, process.execPath, "--input-type=module", "--eval", script)
}

/** Errors in the declarations of our packages count; those of other packages do not. */
const typeCheck = (folder: string) => {
  const uses = subpaths.map((specifier, index) => `export * as m${index} from "${specifier}"\n`).join("")
  writeFileSync(join(folder, "uses.ts"), uses)
  const compilerOptions = { module: "nodenext", target: "es2022", strict: true, noEmit: true, types: [] }
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions: { ...compilerOptions, lib: ["es2023", "dom"] }, files: ["uses.ts"] }),
  )
  const { stdout } = spawnSync(bin("tsc"), [], { cwd: folder, encoding: "utf8" })
  const ours = stdout.split("\n").filter((line) => /^(uses\.ts|node_modules\/@tacet\/)/.test(line))
  if (ours.length > 0) throw new Error(ours.join("\n"))
}

const outside = mkdtempSync(join(tmpdir(), "tacet-packages-"))
try {
  const tarballs = packages.map(({ folder, manifest }) => {
    const [packed] = JSON.parse(run(folder, "npm", "pack", "--json", "--pack-destination", outside)) as [
      { filename: string; files: Array<{ path: string }> },
    ]
    if (!packed.files.some(({ path }) => path === "dist/index.js"))
      throw new Error(`${manifest.name} is not built: run npm run build`)
    if (packed.files.some(({ path }) => /\.(test|testing)\./.test(path)))
      throw new Error(`${manifest.name} packs its tests`)
    return join(outside, packed.filename)
  })
  for (const tarball of tarballs) {
    step(`publint ${tarball.slice(outside.length + 1)}`, () => run(outside, bin("publint"), "run", "--strict", tarball))
    step(`attw ${tarball.slice(outside.length + 1)}`, () => run(outside, bin("attw"), tarball, "--profile", "esm-only"))
  }
  const install = (...specifiers: ReadonlyArray<string>) =>
    run(outside, "npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", ...specifiers)
  writeFileSync(join(outside, "package.json"), JSON.stringify({ private: true, type: "module" }))
  step("install", () => install("effect@4.1.0", "fast-check@4", ...tarballs))
  step(`import ${subpaths.join(", ")}`, () => importAll(outside, subpaths))
  step("types of every subpath", () => typeCheck(outside))
} finally {
  rmSync(outside, { recursive: true, force: true })
}
