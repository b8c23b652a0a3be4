import { describe, expect, it } from "@tacet/vitest"
import * as fc from "fast-check"
import * as PlainDate from "../calendar/PlainDate.ts"
import * as Contract from "./Contract.ts"
import * as Customer from "./Customer.ts"
import type { ContractId } from "./Identifier.ts"

const day = 86_400_000
const noon = day / 2
const zone = "UTC"

const terms = { clauses: [], purposes: [], categories: [], ownServices: [], places: [], recognition: false }

/** Contracts one after the other, some with a gap before, some with a last day of their own. */
const aSequence = fc.array(
  fc.record({
    gap: fc.integer({ min: 0, max: 2 }),
    length: fc.integer({ min: 1, max: 4 }),
    lastDay: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }),
  }),
  { maxLength: 5 },
)

const inForce = (state: Customer.State, instant: number): boolean =>
  state.contracts.some(
    ({ from, terms: { lastDay }, to }) =>
      from <= instant && instant < to && (lastDay === undefined || instant < Date.parse(`${lastDay}T24:00:00Z`)),
  )

describe("the end of data collected under contracts", () => {
  // Planted and found: the end of the first contract taken alone; the last day not looked at.
  it.prop(
    "RET-CONTRACT-CAP: is the first moment at which none is in force, and none while one is to come without a gap",
    [aSequence, fc.boolean(), fc.nat(20)],
    (sequence, isLastOpen, collectedOn) => {
      let begin = noon
      const contracts = sequence.map(({ gap, lastDay, length }, index) => {
        const from = begin + gap * day
        const isLast = index === sequence.length - 1
        const to = isLast && isLastOpen ? Number.POSITIVE_INFINITY : from + length * day
        begin = from + length * day
        const last =
          lastDay === undefined ? {} : { lastDay: PlainDate.fromEpochDay(Math.floor((from + lastDay * day) / day)) }
        const contract = `0c0c0c0c-0000-4000-8000-00000000000${index}` as ContractId
        return { contract, from, to, terms: { ...terms, ...last } }
      })
      const state: Customer.State = { ...Customer.initial, contracts }
      const collectedAt = collectedOn * day + noon + 1
      // Every end is at noon or at midnight: half a day at a time finds the first moment without a contract.
      let expected: number | undefined
      if (inForce(state, collectedAt)) {
        for (let instant = Math.ceil(collectedAt / noon) * noon; instant < collectedAt + 60 * day; instant += noon) {
          if (inForce(state, instant)) continue
          expected = instant
          break
        }
      }
      expect(Contract.endAfter(state, collectedAt, zone)).toBe(expected)
    },
    { numRuns: 1000 },
  )
})
