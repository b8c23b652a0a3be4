import { describe, expect, it } from "@tacet/vitest"
import fc from "fast-check"
import * as Rate from "./Rate.ts"

const terms: Rate.Terms = {
  window: "PT24H",
  definitionVersion: "1",
  asOf: "2026-01-01T00:00:00.000Z",
  pending: 1,
  open: 2,
  excluded: 3,
}

const rounded = (interval: Rate.Interval | null) => interval?.map((edge) => Number(edge.toFixed(6)))

describe("Rate", () => {
  it.each([
    { k: 848, n: 2357, interval: [0.340647, 0.379369] },
    { k: 5, n: 14, interval: [0.163447, 0.612356] },
    { k: 0, n: 16, interval: [0, 0.193608] },
    { k: 4, n: 4, interval: [0.510109, 1] },
  ])("gives the golden Wilson interval of $k in $n", ({ interval, k, n }) => {
    expect(rounded(Rate.wilson95(k, n))).toEqual(interval)
  })

  it("has no rate and no interval where nothing was judged: null, not 0 and not NaN", () => {
    expect(Rate.make(0, 0, terms)).toEqual({ k: 0, n: 0, rate: null, wilson95: null, ...terms })
  })

  // Planted and found: an upper limit below the centre.
  it.prop(
    "STAT-NOCALL: the interval holds the rate, lies in [0, 1] and narrows with n",
    [fc.integer({ min: 1, max: 100_000 }), fc.nat(100_000)],
    (n, some) => {
      const k = some % (n + 1)
      const [low, high] = Rate.wilson95(k, n)!
      expect(low).toBeGreaterThanOrEqual(0)
      expect(high).toBeLessThanOrEqual(1)
      expect(low).toBeLessThanOrEqual(k / n)
      expect(high).toBeGreaterThanOrEqual(k / n)
      const [lowOfMore, highOfMore] = Rate.wilson95(k * 4, n * 4)!
      expect(highOfMore - lowOfMore).toBeLessThan(high - low)
    },
    { numRuns: 1000 },
  )
})
