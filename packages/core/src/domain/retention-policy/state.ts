/**
 * The state of a retention policy, and how its events change it.
 */
import * as DateTime from "effect/DateTime"
import * as Calendar from "../../calendar/Calendar.ts"
import type { Period } from "../../calendar/Period.ts"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import type { EffectivePolicy } from "../../policy/binding/EffectivePolicy.ts"
import type { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import type { Event, Matter } from "./events.ts"

/** A legal hold. Moments in epoch milliseconds. */
export interface Hold {
  readonly placedAt: number
  readonly releasedAt: number | undefined
  readonly matter: Matter
  readonly reference: string
  readonly categories: ReadonlyArray<PersonalDataCategory>
}

/** The fixed periods, the holds and the completed sweeps. Moments in epoch milliseconds. */
export interface State {
  readonly periods: ReadonlyMap<PersonalDataCategory, ReadonlyArray<{ readonly from: number; readonly period: Period }>>
  readonly holds: ReadonlyMap<Uuid, Hold>
  readonly runs: ReadonlySet<Uuid>
  /** The moment of the latest run that was completed. */
  readonly sweptAt: number | undefined
}

/** A contract for which nothing is fixed. */
export const initial: State = {
  periods: new Map(),
  holds: new Map(),
  runs: new Set(),
  sweptAt: undefined,
}

/**
 * The period in force for a category at a moment: the answer to a person who asks (RET-PUBLISHED).
 *
 * @rule RET-PUBLISHED
 */
export const periodAt = (state: State, category: PersonalDataCategory, at: DateTime.Utc): Period | undefined => {
  const instant = DateTime.toEpochMillis(at)
  return state.periods.get(category)?.findLast(({ from }) => from <= instant)?.period
}

/**
 * Whether a category may be collected at a moment: not before the contract has fixed how long it is kept, where the
 * policy asks for that (RET-CONTRACT).
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import { RetentionPolicy } from "@tacet/core/domain"
 * import { PolicyBook } from "@tacet/core/policy"
 *
 * const policyAt = PolicyBook.timeline(PolicyBook.published, [{ from: 0, policyVersion: "dialonce/2021-02-17" }])
 * const at = DateTime.makeUnsafe("2026-01-01T00:00:00Z")
 * RetentionPolicy.mayCollect(RetentionPolicy.initial, "ipAddress", policyAt(at)!, at) // => false
 * ```
 */
export const mayCollect = (
  state: State,
  category: PersonalDataCategory,
  { parameters }: EffectivePolicy,
  at: DateTime.Utc,
): boolean => parameters.retentionPeriod !== "fixedByContract" || periodAt(state, category, at) !== undefined

/**
 * Whether the next check for expired data is due (SWEEP): where the policy asks for regular checks, one interval after
 * the latest.
 */
export const isSweepDue = (
  { sweptAt }: State,
  { parameters, timeZone }: EffectivePolicy,
  at: DateTime.Utc,
  every: Period = "P1D",
): boolean =>
  parameters.expiryCheck === "regular" &&
  (sweptAt === undefined ||
    DateTime.isLessThanOrEqualTo(Calendar.addTo(DateTime.makeUnsafe(sweptAt), every, timeZone), at))

// Evolve

export const evolve = (state: State, event: Event): State => {
  const at = DateTime.toEpochMillis(event.occurredAt)
  switch (event._tag) {
    case "RetentionPeriodSet": {
      const set = [...(state.periods.get(event.category) ?? []), { from: at, period: event.period }]
      return { ...state, periods: new Map(state.periods).set(event.category, set) }
    }
    case "LegalHoldPlaced": {
      const { categories, matter, reference } = event
      const hold = { placedAt: at, releasedAt: undefined, matter, reference, categories }
      return { ...state, holds: new Map(state.holds).set(event.hold, hold) }
    }
    case "LegalHoldReleased": {
      const hold = state.holds.get(event.hold)
      if (hold === undefined) return state
      return { ...state, holds: new Map(state.holds).set(event.hold, { ...hold, releasedAt: at }) }
    }
    case "InteractionsAggregated":
      return state
    case "RetentionRunCompleted":
      return { ...state, runs: new Set(state.runs).add(event.run), sweptAt: Math.max(at, state.sweptAt ?? at) }
  }
}
