import { describe, expect, it } from "@tacet/vitest"
import * as Result from "effect/Result"
import fc from "fast-check"
import { versions } from "../policy/laws.testing.ts"
import { RuleCatalogue } from "@tacet/catalogue"
import type { PolicyRuleKey } from "../policy/text/RuleKey.ts"
import { told } from "./expectations.testing.ts"
import { forbidsInCustomer, forbidsInInteraction } from "./rules.testing.ts"
import { aStory, isOfCustomer, isOfInteraction, recordedBy, refusedBy, type Turn } from "./stories.testing.ts"

const ofInteraction = Object.entries(forbidsInInteraction)
const ofCustomer = Object.entries(forbidsInCustomer)

/** The rules that this file proves, for the versions that hold them. */
const proven: ReadonlyArray<PolicyRuleKey> = [
  "ACTIVATE",
  "ADDR-READ",
  "AUTO",
  "CALL-LOG",
  "CATEGORIES",
  "FIELD-RESP",
  "GEO-NEVER",
  "INHIBIT",
  "LISTED",
  "NO-IDENTIFY",
  "POLICY-BIND",
  "RECORDED",
  "REDIRECT",
  "REDIRECT-END",
  "SWITCH",
  "TRIGGER",
  "VOLUNTARY",
]

/** The rules that forbid a turn, given the turns before it. */
const forbidding = (turn: Turn): ReadonlyArray<string> => {
  if (isOfInteraction(turn)) return ofInteraction.flatMap(([key, forbids]) => (forbids(turn) ? [key] : []))
  return isOfCustomer(turn) ? ofCustomer.flatMap(([key, forbids]) => (forbids(turn) ? [key] : [])) : []
}

describe("stories", () => {
  for (const under of versions) {
    const { id } = under
    const keys = proven.filter((key) => RuleCatalogue.rule(key).versions.includes(id))
    const forbidden = new Map<string, number>()
    let accepted = 0

    // Planted and found: a start that asks for the list of another time; a redirection that ends nothing.
    it.prop(
      `${keys.join(" ")} under ${id}: a forbidden command is refused by a rule that forbids it, any other is accepted`,
      [fc.oneof(aStory({ under, declares: true }), aStory({ under }))],
      ({ turns }) => {
        const wrong = turns.filter((turn) => {
          const rules = forbidding(turn)
          const refusal = refusedBy(turn)
          if (refusal === undefined) accepted += recordedBy(turn).length
          for (const one of rules) forbidden.set(one, (forbidden.get(one) ?? 0) + 1)
          const isQuoted = Result.isFailure(turn.outcome) && told(turn.outcome.failure).includes("zq-")
          return isQuoted || (refusal === undefined ? rules.length > 0 : !rules.includes(refusal))
        })
        expect(wrong.map(({ command, outcome }) => [command, outcome])).toEqual([])
      },
      { numRuns: 1000 },
    )

    it(`${keys.join(" ")} under ${id}: each was tried with a forbidden and with an allowed command`, () => {
      expect(keys.filter((key) => key !== "NO-IDENTIFY" && !forbidden.has(key))).toEqual([])
      expect(accepted).toBeGreaterThan(1000)
    })
  }
})
