import { defineConfig } from "vitest/config"

// Vite's own conditions for servers, after ours: packages are tested from their sources.
const conditions = ["@tacet/source", "module", "node", "development|production"]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // Where Vitest loads reporters.
  environments: { __vitest__: { resolve: { conditions, noExternal: [/^@tacet\//] } } },
  test: {
    include: ["{packages,examples,tooling}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    // The last one ends with the line that CI reads.
    reporters: ["default", "./tooling/rules/reporter.ts", "@tacet/vitest/reporter"],
    testTimeout: 20_000 * Math.max(1, Number(process.env["TACET_RUNS"] ?? "1")),
    hookTimeout: 60_000,
  },
})
