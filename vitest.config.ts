import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"

// Vite's own conditions for servers, after ours: packages are tested from their sources.
const conditions = ["@tacet/source", "module", "node", "development|production"]

const left = ["**/node_modules/**", "**/dist/**"]
// These need a server, which is started for a run that holds one of them.
const onPostgres = ["packages/adapter-pg/**/*.test.ts"]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // Where Vitest loads reporters.
  environments: { __vitest__: { resolve: { conditions, noExternal: [/^@tacet\//] } } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "code",
          include: ["{packages,examples,tooling}/**/*.test.ts"],
          exclude: [...left, ...onPostgres],
        },
      },
      {
        extends: true,
        test: { name: "postgres", include: onPostgres, exclude: left, globalSetup: ["@tacet/postgres-server/vitest"] },
      },
    ],
    // The last one ends with the line that CI reads.
    reporters: ["default", "./tooling/rules/reporter.ts", "@tacet/vitest/reporter"],
    // By default one processor is left free, which is half of two.
    maxWorkers: availableParallelism(),
    testTimeout: 60_000 * Math.max(1, Number(process.env["TACET_RUNS"] ?? "1")),
    hookTimeout: 120_000,
  },
})
