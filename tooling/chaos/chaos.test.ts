import { describe, expect, it } from "@tacet/vitest"
import { run } from "./run.ts"

describe("PostgreSQL under faults", () => {
  it("loses nothing, doubles nothing, writes nothing by halves, and keeps nobody waiting", async () => {
    const { came, faults, figures, notes, stuck } = await run({
      faults: 8,
      seed: 20_261,
      kinds: [
        "kill -9 of the server",
        "kill -9 of a backend",
        "backend frozen, longer than the limit",
        "requests silent",
        "cut before an answer",
        "cut within an answer",
        "demoted by a setting",
        "kill -9 of a writer",
      ],
    })
    expect([stuck, notes]).toEqual([[], []])
    expect(new Set(Object.values(faults))).toEqual(new Set([0]))
    expect(Object.values(came).reduce((sum, { times }) => sum + times, 0)).toBe(8)
    expect(figures.acknowledged).toBeGreaterThan(100)
    expect(figures.unknownResolved).toBeGreaterThan(0)
    expect(figures.erased).toBeGreaterThan(0)
    expect(figures.saved).toBeGreaterThan(0)
  }, 120_000)
})
