import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import fc from "fast-check"
import type { History } from "./History.ts"
import * as PolicyBook from "./PolicyBook.ts"
import * as Resolve from "./Resolve.ts"
import { dialonce20160629, dialonce20190305, published } from "../versions/index.ts"

const day = 86_400_000

describe("a policy book", () => {
  /** Around the beginning of the GDPR, where an hour decides. */
  const anInstant = fc.oneof(
    fc.integer({ min: -30 * 60, max: 30 * 60 }).map((minutes) => Date.parse("2018-05-25T00:00:00Z") + minutes * 60_000),
    fc.integer({ min: 17_000, max: 20_000 }).map((days) => days * day),
  )
  const some = fc.uniqueArray(fc.record({ from: anInstant, policy: fc.constantFrom(...published) }), {
    maxLength: 4,
    selector: ({ from }) => from,
  })

  // Finds: a day resolved once for a law that begins within it; an answer kept over an adoption at noon.
  it.prop(
    "POLICY-BIND: answers for each moment as a resolution of its own would",
    [some, fc.array(anInstant, { minLength: 1, maxLength: 12 }), fc.boolean()],
    (unordered, instants, isRegulated) => {
      const adopted = unordered.toSorted((one, other) => one.from - other.from)
      const customerPolicies = isRegulated
        ? [
            {
              id: "own",
              from: DateTime.makeUnsafe(1_530_000_000_000),
              parameters: { channels: { value: ["sms" as const], sources: [] } },
            },
          ]
        : []
      const history: History = {
        adopted: adopted.map(({ from, policy }) => ({ from: DateTime.makeUnsafe(from), policy })),
        customerPolicies,
      }
      const policyAt = PolicyBook.timeline(
        { ...PolicyBook.published, customerPolicies },
        adopted.map(({ from, policy }) => ({ from, policyVersion: policy.id })),
      )
      for (const instant of [...instants, ...adopted.map(({ from }) => from), ...instants]) {
        const at = DateTime.makeUnsafe(instant)
        const alone = Resolve.resolve(history, { at, role: "processor" })
        const answer = policyAt(at)
        expect(answer?.policy).toBe(Result.isSuccess(alone) ? alone.success.policy : undefined)
        expect(answer?.parameters).toEqual(Result.isSuccess(alone) ? alone.success.parameters : undefined)
      }
    },
    { numRuns: 1000 },
  )

  it("does not skip a version whose text is missing", () => {
    const adopted = [
      { from: 0, policyVersion: dialonce20160629.id },
      { from: 10 * day, policyVersion: "gone/1" },
      { from: 20 * day, policyVersion: dialonce20190305.id },
    ]
    const policyAt = PolicyBook.timeline(PolicyBook.published, adopted)
    const bound = [-1, 5, 10, 15, 20].map((days) => policyAt(DateTime.makeUnsafe(days * day))?.policy)
    expect(bound).toEqual([undefined, dialonce20160629.id, undefined, undefined, dialonce20190305.id])
  })
})
