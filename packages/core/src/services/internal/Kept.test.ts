import { describe, expect, it } from "@tacet/vitest"
import * as fc from "fast-check"
import * as Kept from "./Kept.ts"

describe("what is kept in memory", () => {
  // Planted and found: one that forgets by the order of setting alone, and one that weighs a value again that has another.
  it.prop(
    "is the latest that fit into the bound, in the order in which they were asked for",
    [
      fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 8 }), fc.integer({ min: 1, max: 5 })), {
        maxLength: 60,
      }),
    ],
    (steps) => {
      const kept = Kept.make<number, number>(12, (weight) => weight)
      let model: ReadonlyArray<readonly [key: number, weight: number]> = []
      for (const [sets, key, weight] of steps) {
        const before = model.find(([one]) => one === key)
        if (!sets) {
          expect(kept.get(key)).toBe(before?.[1])
          if (before !== undefined) model = [...model.filter((one) => one !== before), before]
          continue
        }
        kept.set(key, weight)
        model = [...model.filter((one) => one !== before), [key, weight]]
        while (model.length > 1 && model.reduce((sum, [, each]) => sum + each, 0) > 12) model = model.slice(1)
      }
      expect(model.map(([key]) => kept.get(key))).toEqual(model.map(([, weight]) => weight))
      for (let key = 0; key <= 8; key++) {
        if (!model.some(([one]) => one === key)) expect(kept.get(key)).toBeUndefined()
      }
    },
  )

  it("keeps the latest, however heavy, and forgets what it is told to forget", () => {
    const kept = Kept.make<string, number>(10, (weight) => weight)
    kept.set("light", 5)
    kept.set("heavy", 50)
    expect([kept.get("light"), kept.get("heavy")]).toEqual([undefined, 50])
    kept.forget("heavy")
    kept.forget("heavy")
    kept.set("one", 5)
    kept.set("other", 5)
    expect([kept.get("heavy"), kept.get("one"), kept.get("other")]).toEqual([undefined, 5, 5])
  })
})
