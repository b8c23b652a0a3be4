/**
 * Turns TypeScript sources into JavaScript as the published build does: each module by itself, for the same target. `tsx`
 * would wrap every function expression in a call that keeps its name, at each evaluation, and so measure itself.
 */
import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { transform } from "esbuild"

export const load = async (url, context, nextLoad) => {
  if (!url.endsWith(".ts")) return nextLoad(url, context)
  const sourcefile = fileURLToPath(url)
  const { code } = await transform(await readFile(sourcefile, "utf8"), {
    loader: "ts",
    format: "esm",
    target: "es2022",
    sourcefile,
    sourcemap: "inline",
  })
  return { format: "module", source: code, shortCircuit: true }
}
