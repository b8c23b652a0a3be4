import { describe, expect, it, vi } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import * as BranchKeys from "./branchKeys.ts"

const minute = 60_000

/** A cache of keys of 32 bytes, and how often each was asked for where it came from. */
const caching = (limits: BranchKeys.BranchKeyLimits) => {
  const asked: Array<string> = []
  const cache = BranchKeys.make(limits)
  const unwrap = (id: string) => Effect.sync(() => (asked.push(id), new Uint8Array(32).fill(7)))
  return { asked, use: (id: string) => cache.get(id, unwrap(id)) }
}

describe("branch keys that are kept for a while", () => {
  // Planted and found: only the oldest is looked at.
  it.effect("are asked for again where the clock was set back behind their time", () =>
    Effect.gen(function* () {
      const { asked, use } = caching({ age: 120 * minute, uses: 9, customers: 9 })
      yield* TestClock.setTime(100 * minute)
      yield* use("early")
      yield* TestClock.setTime(200 * minute)
      yield* use("late")
      yield* use("late")
      expect(asked).toEqual(["early", "late"])
      yield* TestClock.setTime(110 * minute)
      yield* use("early")
      yield* use("late")
      expect(asked).toEqual(["early", "late", "late"])
    }),
  )

  // Planted and found: it waits for its own next use.
  it.effect("are overwritten when their time is over, whichever is used then", () =>
    Effect.gen(function* () {
      const { asked, use } = caching({ age: 15 * minute, uses: 9, customers: 9 })
      yield* use("first")
      yield* TestClock.adjust(10 * minute)
      yield* use("second")
      yield* TestClock.adjust(6 * minute)
      const fill = vi.spyOn(Uint8Array.prototype, "fill")
      yield* Effect.addFinalizer(() => Effect.sync(() => fill.mockRestore()))
      yield* use("second")
      expect(fill.mock.calls).toEqual([[0]])
      expect(asked).toEqual(["first", "second"])
    }).pipe(Effect.scoped),
  )
})
