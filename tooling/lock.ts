/**
 * Completes package-lock.json (`npm run lock`, after every `npm install` that changes it).
 *
 * Some registries do not serve every platform binary of a package. `npm install` then leaves those optional
 * packages out of the lock file, and `npm ci` refuses the lock file for lacking them. Each missing one is added
 * here with its version and its platform, so that npm skips it where it does not apply.
 */
import { readFileSync, writeFileSync } from "node:fs"

interface LockEntry {
  version?: string
  dev?: boolean
  optional?: boolean
  os?: Array<string>
  cpu?: Array<string>
  libc?: Array<string>
  optionalDependencies?: Record<string, string>
}

const systems = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"]
const processors = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "wasm32", "x64"]

/** The platform that a binary package is for, read from the words of its name. */
const platformOf = (name: string): Pick<LockEntry, "os" | "cpu" | "libc"> | undefined => {
  const words = name.split(/[/-]/)
  const os = systems.find((system) => words.includes(system))
  const cpu = processors.find((processor) => words.includes(processor))
  if (cpu === "wasm32") return { cpu: [cpu] }
  if (os === undefined || cpu === undefined) return undefined
  if (words.some((word) => word.startsWith("musl"))) return { os: [os], cpu: [cpu], libc: ["musl"] }
  if (words.some((word) => word.startsWith("gnu")) && os === "linux") return { os: [os], cpu: [cpu], libc: ["glibc"] }
  return { os: [os], cpu: [cpu] }
}

/** Adds the missing entries and returns their names. Throws on a name without a platform. */
export const completeLock = (packages: Record<string, LockEntry>): ReadonlyArray<string> => {
  const added: Array<string> = []
  for (const [path, entry] of Object.entries(packages)) {
    const optional = Object.entries(entry.optionalDependencies ?? {})
    const folders = path.split("/node_modules/").map((_, i, parts) => parts.slice(0, i).join("/node_modules/"))
    const homes = [path, ...folders.toReversed()].map((folder) => (folder === "" ? "" : `${folder}/`) + "node_modules/")
    const homeOf = (name: string, version: string) => homes.find((home) => packages[home + name]?.version === version)
    const siblingHome = optional.map(([name, version]) => homeOf(name, version)).find((home) => home !== undefined)
    for (const [name, version] of optional) {
      if (!/^\d/.test(version) || homeOf(name, version) !== undefined) continue
      const platform = platformOf(name)
      if (platform === undefined) throw new Error(`${name}@${version}: no platform in its name`)
      const { cpu, libc, os } = platform
      packages[(siblingHome ?? "node_modules/") + name] = {
        version,
        ...(cpu && { cpu }),
        ...(entry.dev === true && { dev: true }),
        ...(libc && { libc }),
        optional: true,
        ...(os && { os }),
      }
      added.push(`${name}@${version}`)
    }
  }
  return added
}

if (process.argv[1] === import.meta.filename) {
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as { packages: Record<string, LockEntry> }
  const added = completeLock(lock.packages)
  lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`)
  process.stdout.write(`package-lock.json: ${added.length} optional packages added\n`)
}
