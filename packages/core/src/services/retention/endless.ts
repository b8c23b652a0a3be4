/**
 * Data that have no end: what a sweep can never delete, and what to declare so that it can (RET-CONTRACT, RET-NEC).
 */
import * as DateTime from "effect/DateTime"
import * as Calendar from "../../calendar/Calendar.ts"
import type { PlainDate } from "../../calendar/PlainDate.ts"
import * as RetentionPolicy from "../../domain/RetentionPolicy.ts"
import type * as Ends from "../../policy/checks/Ends.ts"
import type { Span } from "../../privacy/Ended.ts"
import type { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import * as RetentionEnds from "../internal/RetentionEnds.ts"
import type { Basis } from "./basis.ts"

/** Data of a category that have no end. */
export interface Endless {
  readonly category: PersonalDataCategory
  /** The days of interactions without an end; none where only rows of the vault have none. */
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

/**
 * The rows of the vault without an end, by category, behind days without one: kept where the program deletes data by
 * itself, or imported.
 */
export const endlessRows = (
  basis: Basis,
  spans: ReadonlyArray<Span>,
  days: ReadonlyArray<Endless> = [],
): ReadonlyArray<Endless> => {
  const rows = spans.flatMap(({ category, endless }): ReadonlyArray<Endless> => {
    const collectedAt = [endless?.newest, endless?.oldest].find(
      (at) => at !== undefined && !hasEnd(basis, category, at),
    )
    if (collectedAt === undefined || days.some((one) => one.category === category)) return []
    const { accepted: declare, rule } = missingOf(basis, category, collectedAt)
    return [{ category, days: [], rule, declare }]
  })
  return [...days, ...rows]
}

const hasEnd = ({ declared, now, retention }: Basis, category: PersonalDataCategory, collectedAt: number): boolean => {
  const held = RetentionEnds.held(declared, { category, collectedAt, at: now })
  if (held === undefined) return false
  const { facts, policies } = held
  return (
    RetentionPolicy.endsOf(retention.state, facts, policies).length > 0 ||
    (facts.about === "account" && RetentionPolicy.withoutEnd(retention.state, facts, policies) === undefined)
  )
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
