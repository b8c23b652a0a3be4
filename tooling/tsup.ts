/**
 * How packages are built: each module by itself, so that a bundler drops unused modules.
 * The declarations are written by `tsc` (tsconfig.build.json of each package).
 */
import { cpSync } from "node:fs"
import type { Plugin } from "esbuild"
import { defineConfig } from "tsup"
import { filesUnder } from "./sources.ts"

/** Leaves every import where it is; `./Name.ts` becomes `./Name.js`. */
const keepModulesApart: Plugin = {
  name: "keep-modules-apart",
  setup: (build) => {
    build.onResolve({ filter: /.*/ }, ({ kind, path }) =>
      kind === "entry-point"
        ? undefined
        : { path: path.replace(/^(\..*)\.ts$/, "$1.js"), external: true, sideEffects: false },
    )
  },
}

export default defineConfig({
  entry: ["src/**/*.ts", "!src/**/*.test.ts", "!src/**/*.testing.ts"],
  outDir: "dist",
  format: "esm",
  target: "es2022",
  platform: "neutral",
  sourcemap: true,
  splitting: false,
  clean: true,
  silent: true,
  esbuildPlugins: [keepModulesApart],
  // Style sheets stay beside the modules that read them.
  onSuccess: async () => {
    for (const sheet of filesUnder(["src"], ".css")) cpSync(sheet, sheet.replace(/^src/, "dist"))
  },
})
