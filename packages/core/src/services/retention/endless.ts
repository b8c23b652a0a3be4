/**
 * Data that have no end: what a sweep can never delete, and what to declare so that it can (RET-CONTRACT, RET-NEC).
 */
import * as DateTime from "effect/DateTime"
import * as Calendar from "../../calendar/Calendar.ts"
import type { PlainDate } from "../../calendar/PlainDate.ts"
import * as RetentionPolicy from "../../domain/RetentionPolicy.ts"
import type * as Ends from "../../policy/checks/Ends.ts"
import type { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import * as RetentionEnds from "../internal/RetentionEnds.ts"
import type { Basis } from "./basis.ts"

/** Data of a category that have no end. */
export interface Endless {
  readonly category: PersonalDataCategory
  /** The days of interactions without an end; of other categories none. */
  readonly days: ReadonlyArray<PlainDate>
  /** The rule that asks for an end, and what to declare. */
  readonly rule: Ends.WithoutEnd["rule"]
  readonly declare: string
}

/** The days of interactions without an end, by the rule that asks for one. */
export const endlessDays = (basis: Basis, days: ReadonlyArray<PlainDate>): ReadonlyArray<Endless> => {
  const byRule = new Map<string, Endless>()
  for (const day of days) {
    const collectedAt = DateTime.toEpochMillis(Calendar.startOfDay(day, basis.policy.timeZone))
    const { accepted: declare, rule } = missingOf(basis, "interfaceUsage", collectedAt)
    const before = byRule.get(rule)?.days ?? []
    byRule.set(rule, { category: "interfaceUsage", days: [...before, day], rule, declare })
  }
  return Array.from(byRule.values())
}

const missingOf = (
  { declared, now, retention }: Basis,
  category: PersonalDataCategory,
  collectedAt: number,
): Ends.WithoutEnd => {
  const held = RetentionEnds.held(declared, { category, collectedAt, at: now })
  return (
    (held && RetentionPolicy.withoutEnd(retention.state, held.facts, held.policies)) ?? {
      rule: "RET-NEC",
      accepted: "a policy that was adopted before the data were collected",
    }
  )
}
