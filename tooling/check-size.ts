/**
 * `npm run check:size`, after a build: checks the size of core in a bundle (minified, gzipped, without Effect) against
 * the budgets of size-budget.json. An import that grows on purpose gets a larger budget in the same commit.
 */
import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { gzipSync } from "node:zlib"
import { build } from "esbuild"

interface Budget {
  /** The module whose size counts, as a user would write it. */
  readonly code: string
  /** In bytes. */
  readonly gzip: number
}

const budgets = JSON.parse(readFileSync(new URL("size-budget.json", import.meta.url), "utf8")) as ReadonlyArray<Budget>

const sizeOf = async (code: string): Promise<number> => {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: resolve(import.meta.dirname, "..") },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    external: ["effect", "fast-check"],
    logLevel: "error",
  })
  return gzipSync(outputFiles[0]?.contents ?? new Uint8Array(), { level: 9 }).byteLength
}

for (const { code, gzip } of budgets) {
  const size = await sizeOf(code)
  const verdict = size > gzip ? "OVER BUDGET" : "ok"
  process.stdout.write(`check:size: ${String(size).padStart(6)} of ${gzip} bytes, ${verdict}: ${code}\n`)
  if (size > gzip) process.exitCode = 1
}
