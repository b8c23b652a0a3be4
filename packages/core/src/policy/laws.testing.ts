/** How a rule is proven over random values, once under each published version that holds it, and both ways. */
import { expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import type * as fc from "fast-check"
import type { EffectivePolicy } from "./binding/EffectivePolicy.ts"
import * as History from "./binding/History.ts"
import { resolve } from "./binding/Resolve.ts"
import { RuleCatalogue } from "@tacet/catalogue"
import type { PolicyRuleKey } from "./text/RuleKey.ts"
import { published } from "./versions/index.ts"

const ownTime = ["2016-07-01", "2019-04-01", "2021-04-01", "2021-04-01"]

/** A published version, as it bound in its own time. */
export interface Version {
  readonly id: string
  readonly policy: EffectivePolicy
  readonly text: (typeof published)[number]
}

/** The published versions, each as it bound in its own time. */
export const versions: ReadonlyArray<Version> = published.map((text, index) => ({
  id: text.id,
  policy: Result.getOrThrow(resolve(History.of(text), { at: DateTime.makeUnsafe(`${ownTime[index]}T12:00:00Z`) })),
  text,
}))

/** The published versions that hold a rule. */
export const holding = (key: PolicyRuleKey): ReadonlyArray<Version> =>
  versions.filter(({ id }) => RuleCatalogue.rule(key).versions.includes(id))

/** A rule over random values: what it forbids is refused by it, and everything else is accepted. */
export interface Law<Value> {
  /** Its claim, which follows the key in the title of the test. */
  readonly claim: string
  /** Values that break this rule or none. */
  readonly values: (policy: EffectivePolicy) => fc.Arbitrary<Value>
  /** Whether the rule forbids a value, read from the value itself. */
  readonly forbids: (value: Value, policy: EffectivePolicy) => boolean
  /** The rule by which the code refuses it, if it does. */
  readonly refusal: (value: Value, policy: EffectivePolicy) => string | undefined
}

/** Tests a law a thousand times under each version that holds its key, and that values of both kinds came up. */
export const proves = <Value>(key: PolicyRuleKey, { claim, forbids, refusal, values }: Law<Value>): void => {
  for (const { id, policy } of holding(key)) {
    const seen = { forbidden: 0, allowed: 0 }
    it.prop(
      `${key} under ${id}: ${claim}`,
      [values(policy)],
      (value) => {
        const forbidden = forbids(value, policy)
        seen[forbidden ? "forbidden" : "allowed"]++
        expect(refusal(value, policy)).toBe(forbidden ? key : undefined)
      },
      { numRuns: 1000 },
    )
    it(`${key} under ${id} was tried with a forbidden and with an allowed use`, () => {
      expect(Math.min(seen.forbidden, seen.allowed)).toBeGreaterThan(0)
    })
  }
}
