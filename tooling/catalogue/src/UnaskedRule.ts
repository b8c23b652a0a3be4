/**
 * The enforced rules that no service asks yet under each version that holds them: a decider or a check refuses, and an
 * application that calls services alone may never reach it. `npm run check:rules` refuses an enforced key that is neither
 * asked nor listed here, and a listed key that is asked.
 */
import type { RuleKey } from "@tacet/core/policy"

/** The keys. */
export const unasked: ReadonlyArray<RuleKey.PolicyRuleKey> = []
