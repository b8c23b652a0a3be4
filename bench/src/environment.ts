/**
 * On what and beside what a measurement was made: figures without it mean nothing.
 */
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { arch, cpus, loadavg, platform, release, totalmem } from "node:os"

/** The machine, and how busy it was when the measurement began. */
export interface Machine {
  readonly processor: string
  readonly processors: number
  readonly memoryGigabytes: number
  readonly system: string
  /** Processes that ran or waited, over 1, 5 and 15 minutes. Above 1 other work took time from this one. */
  readonly loadAverage: ReadonlyArray<number>
}

/** The versions of the measured software. */
export type Versions = Readonly<Record<string, string>>

/** The machine as it is now. */
export const machineNow = (): Machine => ({
  processor: cpus()[0]?.model.trim() ?? "unknown",
  processors: cpus().length,
  memoryGigabytes: Math.round(totalmem() / 2 ** 30),
  system: `${platform()} ${release()} ${arch()}`,
  loadAverage: loadavg().map((load) => Math.round(load * 100) / 100),
})

/** The versions in use. */
export const versions = (): Versions => ({
  node: process.versions.node,
  v8: process.versions.v8,
  effect: versionOf("effect/package.json"),
  "@tacet/core": versionOf("@tacet/core/package.json"),
})

const require = createRequire(import.meta.url)

const versionOf = (manifest: string): string =>
  (JSON.parse(readFileSync(require.resolve(manifest), "utf8")) as { readonly version: string }).version
