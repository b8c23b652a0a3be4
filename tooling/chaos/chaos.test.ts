import { describe, expect, it } from "@tacet/vitest"
import { run } from "./run.ts"

describe("PostgreSQL under kills", () => {
  it("loses nothing, doubles nothing, writes nothing by halves, and resolves what was unknown", async () => {
    const outcome = await run(4, 20_261)
    expect(outcome).toMatchObject({ kills: 4, lost: 0, doubled: 0, halfWritten: 0, gaps: 0 })
    expect(outcome.acknowledged).toBeGreaterThan(20)
    expect(outcome.unknownResolved).toBeGreaterThan(0)
  }, 120_000)
})
