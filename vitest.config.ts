import { defaultServerConditions } from "vite"
import { defineConfig } from "vitest/config"

const conditions = ["@tacet/source", ...defaultServerConditions]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["{packages,examples,tooling}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    reporters: ["default", "@tacet/vitest/reporter"],
    testTimeout: 20_000 * Math.max(1, Number(process.env["TACET_RUNS"] ?? "1")),
    hookTimeout: 60_000,
  },
})
