import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

// Vite's own conditions for servers, after ours: packages are tested from their sources.
const conditions = ["@tacet/source", "module", "node", "development|production"]

const left = ["**/node_modules/**", "**/dist/**"]
// These need a server, which is started for a run that holds one of them.
const onPostgres = ["packages/adapter-pg/**/*.test.ts"]

/** The tests of services that run over PostgreSQL too. The others look into the memory itself, or take minutes over a database. */
const onBoth = [
  "Breaches",
  "Cookies",
  "DataCentres",
  "Openings",
  "Policies",
  "PublicStatistics",
  "SecurityMeasures",
  "Staff",
  "Switches",
  "Tacet",
  "Transfers",
].map((name) => `packages/core/src/services/${name}.test.ts`)

/**
 * Tests that wait for a server in real time. One that fails once and passes when it is repeated is named at the end of the run: a
 * processor that is busy elsewhere must not hide what the others show. Tests of code alone are not repeated.
 */
const overServers = { globalSetup: ["@tacet/postgres-server/vitest"], retry: 1 }

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
        test: { name: "postgres", include: onPostgres, exclude: left, ...overServers },
      },
      {
        extends: true,
        resolve: {
          conditions,
          alias: {
            "@tacet/adapter-memory": fileURLToPath(
              new URL("packages/adapter-pg/src/services/inPlaceOfMemory.testing.ts", import.meta.url),
            ),
          },
        },
        test: {
          name: "services on postgres",
          include: onBoth,
          exclude: left,
          env: { TACET_RUNS: "0.02" },
          // What is in the place of the memory has a database for each file.
          isolate: true,
          ...overServers,
        },
      },
    ],
    // The last one ends with the line that CI reads.
    reporters: ["default", "./tooling/rules/reporter.ts", "@tacet/vitest/reporter"],
    // No test changes a module: files share them, which saves a third of the time.
    isolate: false,
    // By default one processor is left free, which is half of two.
    maxWorkers: availableParallelism(),
    testTimeout: 120_000 * Math.max(1, Number(process.env["TACET_RUNS"] ?? "1")),
    hookTimeout: 120_000,
  },
})
