import { describe, expect, it } from "@tacet/vitest"
import fc from "fast-check"
import * as Deadline from "../policy/checks/Deadline.ts"
import { ArbitraryRightsRequests as Requests } from "@tacet/testing"
import * as RightsRequest from "./RightsRequest.ts"
import { type Command, runs, decider, underGdpr, later, day, refusal, received } from "./RightsRequest.testing.ts"

describe.each(underGdpr)("duplicates under $policy", (policy) => {
  /** Two requests of which the first may serve for the second: `good` where it may. */
  const two = (always: boolean) =>
    received(policy, ["access", "erasure"]).chain(({ receipt, situation }) =>
      fc
        .record({
          pause: fc.integer({ min: 0, max: 20 * day }),
          stranger: always ? fc.constant(false) : fc.boolean(),
          verifies: always ? fc.constant(true) : fc.boolean(),
          other: always ? fc.constant(false) : fc.boolean(),
          settled: always ? fc.constant(false) : fc.boolean(),
        })
        .map(({ other, pause, settled, stranger, verifies }) => {
          const first = Requests.step(decider.initial, receipt, situation).after
          const at = later(receipt.at, pause)
          const again = { ...receipt, at, ...(other ? { kind: "restriction" as const } : {}) }
          const second = stranger ? { ...again, requester: Requests.reasons } : again
          const status = settled ? "requestFulfilled" : verifies ? "requestAccepted" : "requestAcknowledged"
          return {
            at,
            situation,
            good: !stranger && verifies && !other && !settled,
            original: Requests.ledTo(status, first, situation, at)!,
            duplicate: Requests.step(decider.initial, second, situation).after,
          }
        }),
    )
  const original = "5f0c8a51-6a0e-4c39-8d0f-5d1d3a2b7c01" as RightsRequest.RequestId
  const duplicate = "5f0c8a51-6a0e-4c39-8d0f-5d1d3a2b7c02" as RightsRequest.RequestId

  // Planted: `!original.verified` left out (a stranger blocks a person); `requester` left out of `says`.
  it.prop(
    "R-VERIFY: one request replaces another of the same person only once its requester is verified",
    [two(false)],
    ({ at, situation, ...pair }) => {
      const mark = refusal(
        pair.duplicate,
        { _tag: "MarkDuplicate", at, original },
        { ...situation, other: pair.original },
      )
      const accept = refusal(
        pair.original,
        { _tag: "AcceptDuplicate", at, duplicate },
        { ...situation, other: pair.duplicate },
      )
      expect(mark === "").toBe(pair.good)
      expect(accept === "").toBe(pair.good)
    },
    runs,
  )

  // Planted: `duplicate.duplicates.size > 0` left out.
  it.prop(
    "TACET-ONCE: a duplicate's original is never itself a duplicate",
    [two(true)],
    ({ at, situation, ...pair }) => {
      const asOriginal = { _tag: "MarkDuplicate" as const, at, original }
      const marked = Requests.step(pair.duplicate, asOriginal, { ...situation, other: pair.original }).after
      const stands = Requests.step(
        pair.original,
        { _tag: "AcceptDuplicate", at, duplicate },
        { ...situation, other: pair.duplicate },
      ).after
      // A third request of the same person, verified: neither of the two can be a duplicate of it or serve for it.
      const third = Requests.ledTo("requestAccepted", pair.duplicate, situation, at)!
      expect(refusal(stands, asOriginal, { ...situation, other: third })).not.toBe("")
      expect(refusal(third, asOriginal, { ...situation, other: marked })).not.toBe("")
      expect(refusal(marked, { _tag: "AcceptDuplicate", at, duplicate }, { ...situation, other: third })).not.toBe("")
      expect(RightsRequest.overdue(marked, later(at, 400 * day))).toBe(false)
      expect(RightsRequest.overdue(stands, later(at, 400 * day))).toBe(true)
    },
    runs,
  )

  // Planted: `sooner > due` left out: an original that was put off takes the due date of its duplicate with it.
  it.prop(
    "R-1M: to be marked a duplicate puts no answer off",
    [two(true)],
    ({ at, situation, ...pair }) => {
      const due = Deadline.dueDate(pair.original.deadline)!
      const told: Command = { _tag: "NotifyDelay", at, reasons: ["complexity"], expected: due }
      const put = Requests.step(pair.original, told, situation)
      if (put.events.length === 0) return
      const mark: Command = { _tag: "MarkDuplicate", at, original }
      expect(refusal(pair.duplicate, mark, { ...situation, other: put.after })).toBe("R-1M")
    },
    runs,
  )
})
