import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as Retry from "./Retry.ts"

const aCount = fc.integer({ min: 0, max: 8 })

/** Work that fails a number of times before it succeeds, and counts its runs. */
const failing = (times: number, error: "conflict" | "refused") => {
  let runs = 0
  return { work: Effect.suspend(() => (runs++ < times ? Effect.fail(error) : Effect.succeed(runs))), runs: () => runs }
}

describe("Retry", () => {
  // Planted: `tried > times`, which tries once more than it should.
  it.prop("tries once and then as often as allowed", [aCount, aCount], (needed, times) => {
    let tries = 0
    const last = Effect.runSync(
      Retry.untilAnswered((isLast) => {
        tries += 1
        return Effect.succeed(isLast || tries > needed ? Option.some(isLast) : Option.none())
      }, times),
    )
    expect([tries, last]).toEqual([Math.min(needed, times) + 1, needed >= times])
  })

  // Planted: a last try whose conflict is repeated too.
  it.prop("repeats work that meets a conflict, within the bound", [fc.integer({ min: 0, max: 200 })], (conflicts) => {
    const { runs, work } = failing(conflicts, "conflict")
    const tried = Effect.runSync(Effect.result(Retry.whileFailing(work, (error) => error === "conflict")))
    expect(runs()).toBe(Math.min(conflicts, Retry.retries) + 1)
    expect(tried).toEqual(conflicts > Retry.retries ? Result.fail("conflict") : Result.succeed(conflicts + 1))
  })

  it("repeats no work that fails otherwise", () => {
    const { runs, work } = failing(1, "refused")
    expect(Effect.runSync(Effect.flip(Retry.whileFailing(work, (error) => error !== "refused")))).toBe("refused")
    expect(runs()).toBe(1)
  })
})
