/**
 * The schedule of a Customer's data: when a datum of each category ends, by which rule, and what holds it.
 */
import * as DateTime from "effect/DateTime"
import type { Period } from "../../calendar/Period.ts"
import * as Customer from "../../domain/Customer.ts"
import * as Pseudonym from "../../domain/Pseudonym.ts"
import * as RetentionPolicy from "../../domain/RetentionPolicy.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import * as Ends from "../../policy/checks/Ends.ts"
import type { RuleKey } from "../../policy/text/RuleKey.ts"
import type { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import * as RetentionEnds from "../internal/RetentionEnds.ts"
import type { Basis } from "./basis.ts"
import { categoriesOf } from "./declaring.ts"

/** The end of a datum of a category. */
export interface Scheduled {
  readonly category: PersonalDataCategory
  /** The period that the contract fixes for data that are collected at that moment; `undefined` where it fixes none. */
  readonly period: Period | undefined
  /** The end, with every law and hold counted in; `undefined` while none is known, or while a hold has no end. */
  readonly end: EpochMillis | undefined
  /** The rule that sets the earliest end, before any law or hold; `undefined` where no end is known. */
  readonly rule: RuleKey | undefined
  /** The reference of the law or the hold that keeps it at the moment of the schedule. */
  readonly heldBy: string | undefined
  /** Why a datum of the category would be refused, and what to declare; `undefined` where it has an end. */
  readonly missing: Ends.WithoutEnd | undefined
}

/** The schedule for data that are collected at a moment, as far as it is known now. */
export const scheduleOf = (
  basis: Basis,
  collectedAt: EpochMillis,
  ends: Pseudonym.PersonEnds = Pseudonym.noEnds,
): ReadonlyArray<Scheduled> =>
  categoriesOf(basis.policy, Customer.roleIn(basis.declared.state, basis.policy)).flatMap((category) => {
    const { declared, now, retention } = basis
    const held = RetentionEnds.held(declared, { category, collectedAt, at: Math.max(collectedAt, now), ends })
    if (held === undefined) return []
    const { facts, policies } = held
    const end = RetentionPolicy.retentionEnd(retention.state, facts, policies)
    const scheduled: Scheduled = {
      category,
      period: RetentionPolicy.periodAt(retention.state, category, DateTime.makeUnsafe(collectedAt)),
      end: end === undefined ? undefined : DateTime.toEpochMillis(end),
      rule: Ends.first(RetentionPolicy.endsOf(retention.state, facts, policies))?.rule,
      heldBy: RetentionPolicy.legalGround(retention.state, facts, policies, DateTime.makeUnsafe(now)),
      missing: RetentionPolicy.withoutEnd(retention.state, facts, policies),
    }
    return [scheduled]
  })
