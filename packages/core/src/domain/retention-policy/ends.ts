/**
 * When a datum ends: by the periods of the contract, the end of the contract, the policies under which it was held, the
 * law and legal holds.
 */
import * as DateTime from "effect/DateTime"
import * as Calendar from "../../calendar/Calendar.ts"
import type { EffectivePolicy } from "../../policy/binding/EffectivePolicy.ts"
import * as Ends from "../../policy/checks/Ends.ts"
import { citesAct } from "../../policy/legal/Citation.ts"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import type { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import { type Hold, mayCollect, type State } from "./state.ts"

/** A datum, as far as its end depends on it. */
export interface Facts {
  readonly category: PersonalDataCategory
  /** `account`: collected to give a person access, not in an interaction. */
  readonly about: "interaction" | "account"
  readonly events: Ends.Events & { readonly collection: DateTime.Utc }
  /**
   * When each of the policies began to bind it, in their order: a policy that came later ends no data before that moment.
   * Default: all of them bound it from its collection on.
   */
  readonly boundFrom?: ReadonlyArray<DateTime.Utc>
  /** Technical data that is kept for statistics and support and for nothing else (STAT-FOREVER16). */
  readonly forTechnicalStatistics?: boolean
}

/**
 * The end of a datum: the earliest of its period by category, the end of the contract, and the ends that every policy
 * under which it was held since its collection has promised, so that nothing loosens backwards (RET-NEC). A law that
 * requires it to be kept, or a hold that was placed before the end, postpones it. `undefined` while no end is known.
 *
 * `policies` are those that bound it from its collection on, in the order of time, or one that was resolved with
 * `collectedAt`.
 *
 * @rule RET-ACCOUNT, STAT-FOREVER16
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import { RetentionPolicy } from "@tacet/core/domain"
 * import { PolicyBook } from "@tacet/core/policy"
 *
 * const policyAt = PolicyBook.timeline(PolicyBook.published, [{ from: 0, policyVersion: "dialonce/2019-03-05" }])
 * const collection = DateTime.makeUnsafe("2020-02-29T10:00:00Z")
 * const end = RetentionPolicy.retentionEnd(
 *   RetentionPolicy.initial,
 *   { category: "ipAddress", about: "interaction", events: { collection } },
 *   [policyAt(collection)!],
 * )
 * end // => "2021-02-28T10:00:00.000Z"
 * ```
 */
export const retentionEnd = (
  state: State,
  facts: Facts,
  policies: ReadonlyArray<EffectivePolicy>,
): DateTime.Utc | undefined => {
  const end = usualEnd(state, facts, policies)
  return end === undefined ? undefined : postponed(state, facts, policies, end)
}

/**
 * The end of a datum before any law or hold: from then on it is used for the matter of what keeps it and nothing else
 * (RET-NEC, GDPR 18(2)). `undefined` while no end is known.
 */
export const usualEnd = (
  state: State,
  facts: Facts,
  policies: ReadonlyArray<EffectivePolicy>,
): DateTime.Utc | undefined => Ends.first(endsOf(state, facts, policies))?.at

/**
 * All ends of a datum that are known, each with its rule; the earliest counts. No law and no hold is among them.
 */
export const endsOf = (
  state: State,
  facts: Facts,
  policies: ReadonlyArray<EffectivePolicy>,
): ReadonlyArray<Ends.KnownEnd> => {
  const promised = policies.flatMap((policy, index) => {
    const from = facts.boundFrom?.[index]
    const ends = endsUnder(state, facts, policy, policies)
    return from === undefined ? ends : ends.map((end) => ({ ...end, at: DateTime.max(end.at, from) }))
  })
  const { contractEnd, purposeFulfilled } = facts.events
  const isLimited = policies.length === 0 || !policies.every((policy) => isKeptWithoutLimit(facts, policy))
  return [
    ...promised,
    ...(facts.about === "interaction" && contractEnd !== undefined
      ? [{ rule: "RET-CONTRACT-CAP", after: "contractEnd", at: contractEnd } as const]
      : []),
    // Whatever else a text says: without a purpose nothing is kept (GDPR 5(1)(e)).
    ...(isLimited && purposeFulfilled !== undefined
      ? [{ rule: "RET-NEC", after: "purposeFulfilled", at: purposeFulfilled } as const]
      : []),
  ]
}

/**
 * Why a datum may not be collected: it would have no end, or the policy asks the contract to fix its period and none is
 * fixed by then (RET-CONTRACT, RET-NEC). `undefined` where it has an end, or where the policies themselves let it be kept
 * until an event that may never come (FREETEXT-LIFE16, STAT-FOREVER16).
 */
export const withoutEnd = (
  state: State,
  facts: Facts,
  policies: ReadonlyArray<EffectivePolicy>,
): Ends.WithoutEnd | undefined => {
  const { category, events } = facts
  if (policies.length > 0 && policies.every((policy) => isKeptWithoutLimit(facts, policy))) return undefined
  // Data of an account end with it, or with the relationship, whenever that is.
  if (facts.about === "account" && policies.some((policy) => isEndedByEvents(facts, policy))) return undefined
  const declare = `set a period for ${category}: SetRetentionPeriod, or Retention.setPeriod`
  if (policies.some((policy) => !mayCollect(state, category, policy, events.collection))) {
    return { rule: "RET-CONTRACT", accepted: `a datum whose period the contract has fixed by then; ${declare}` }
  }
  return endsOf(state, facts, policies).length > 0
    ? undefined
    : { rule: "RET-NEC", accepted: `a datum that ends; ${declare}, or sign a contract with a last day` }
}

const isEndedByEvents = ({ category }: Facts, { parameters }: EffectivePolicy): boolean =>
  parameters.accountRetention.length > 0 || (parameters.retentionByCategory[category] ?? []).length > 0

/** Whether a policy says of a datum that it is kept without a limit of time: as typed text was, and technical data, in 2016. */
const isKeptWithoutLimit = ({ category, forTechnicalStatistics }: Facts, { parameters }: EffectivePolicy): boolean =>
  forTechnicalStatistics === true
    ? parameters.technicalStatisticsRetention === "withoutLimit"
    : Ends.isTyped(category) &&
      parameters.freeTextEnd.length > 0 &&
      parameters.freeTextEnd.every(({ after }) => after === "changedOrDeletedByUser")

/** Whether a datum can be read at a moment: from its collection on, and never from its end on, whatever ran. */
export const isReadable = (
  state: State,
  facts: Facts,
  policies: ReadonlyArray<EffectivePolicy>,
  at: DateTime.Utc,
): boolean => {
  if (DateTime.isLessThan(at, facts.events.collection)) return false
  const end = retentionEnd(state, facts, policies)
  return end === undefined || DateTime.isLessThan(at, end)
}

/**
 * The law that requires a datum to be kept at a moment, by its reference: until it ends an erasure is refused with that
 * ground (R-LEGAL-LIMIT, RET-10Y).
 */
export const legalGround = (
  state: State,
  facts: Facts,
  policies: ReadonlyArray<EffectivePolicy>,
  at: DateTime.Utc,
): string | undefined => {
  const instant = DateTime.toEpochMillis(at)
  const kept = keptByLaw(facts, policies).find(({ until }) => instant < until)
  return (
    kept?.reference ??
    holdsOn(state, facts, policies).find(
      ({ placedAt, releasedAt }) => placedAt <= instant && (releasedAt === undefined || instant < releasedAt),
    )?.reference
  )
}

/** The known ends under one policy, each period of the contract since the collection counted in. */
const endsUnder = (
  state: State,
  facts: Facts,
  policy: EffectivePolicy,
  policies: ReadonlyArray<EffectivePolicy>,
): ReadonlyArray<Ends.KnownEnd> => {
  const { category, events } = facts
  if (facts.about === "account") {
    const { accountRetention, retentionByCategory } = policy.parameters
    const rule = Ends.ruleOfCategory[category] ?? "RET-NEC"
    const ofCategory = retentionByCategory[category] ?? []
    // What a text says of a category is special to what it says of the account, after the same event (V48).
    const ofAccount = accountRetention.filter(({ after }) => !ofCategory.some((special) => special.after === after))
    return [...Ends.known(ofAccount, events, policy.timeZone), ...Ends.known(ofCategory, events, policy.timeZone, rule)]
  }
  const isLimited =
    facts.forTechnicalStatistics !== true ||
    policies.some(({ parameters }) => parameters.technicalStatisticsRetention === "asOtherData")
  if (!isLimited) return []
  const base = { category, events }
  const periods = periodsSince(state, category, DateTime.toEpochMillis(events.collection))
  return periods.length === 0
    ? Ends.knownOf(policy, base)
    : periods.flatMap(({ from, period: contractPeriod }) =>
        Ends.knownOf(policy, { ...base, contractPeriod, contractPeriodFrom: DateTime.makeUnsafe(from) }),
      )
}

/**
 * The period in force at a moment and all that were set later: a longer one set later does not apply to existing data.
 */
const periodsSince = (state: State, category: PersonalDataCategory, instant: number) => {
  const set = state.periods.get(category) ?? []
  const first = set.findLastIndex(({ from }) => from <= instant)
  return set.slice(Math.max(0, first))
}

const mayBePutOff = (policies: ReadonlyArray<EffectivePolicy>): boolean =>
  policies.every(({ parameters }) => parameters.retentionExtension !== "never")

const keptByLaw = (
  { category, events }: Facts,
  policies: ReadonlyArray<EffectivePolicy>,
): ReadonlyArray<{ readonly until: number; readonly reference: string }> => {
  const policy = policies[policies.length - 1]
  if (policy === undefined || !mayBePutOff(policies)) return []
  return policy.parameters.legalRetention
    .filter((law) => law.category === category && citesAct(law.reference))
    .map(({ period, reference }) => ({
      until: DateTime.toEpochMillis(Calendar.addTo(events.collection, period, policy.timeZone)),
      reference,
    }))
}

const holdsOn = (
  state: State,
  { about, category }: Facts,
  policies: ReadonlyArray<EffectivePolicy>,
): ReadonlyArray<Hold & { readonly id: Uuid }> => {
  if (!mayBePutOff(policies)) return []
  const holds = Array.from(state.holds, ([id, hold]) => ({ ...hold, id })).filter(
    ({ categories, matter }) =>
      categories.includes(category) &&
      (about === "interaction" ||
        policies.every(({ parameters }) => parameters.accountLegalGrounds.some((ground) => ground === matter))),
  )
  return holds.sort((one, other) => one.placedAt - other.placedAt)
}

/** A law or a legal hold that keeps a datum behind its end. */
export interface Keeper {
  readonly reference: string
  /** The hold; `undefined` where a law keeps it. */
  readonly hold: Uuid | undefined
}

/** The laws and holds that keep a datum at a moment, whose usual end has come. */
export const keepersAt = (
  state: State,
  facts: Facts,
  policies: ReadonlyArray<EffectivePolicy>,
  end: DateTime.Utc,
  at: DateTime.Utc,
): ReadonlyArray<Keeper> => {
  const instant = DateTime.toEpochMillis(at)
  const laws = keptByLaw(facts, policies)
  const keepers = laws
    .filter(({ until }) => instant < until)
    .map(({ reference }): Keeper => ({ reference, hold: undefined }))
  let until = Math.max(DateTime.toEpochMillis(end), ...laws.map((law) => law.until))
  for (const { id, placedAt, reference, releasedAt = Infinity } of holdsOn(state, facts, policies)) {
    if (placedAt >= until) continue
    if (placedAt <= instant && instant < releasedAt) keepers.push({ reference, hold: id })
    until = Math.max(until, releasedAt)
  }
  return keepers
}

/**
 * An end, put off by the laws that require a datum to be kept and by the holds that were placed before it; `undefined`
 * while a hold is not released. Data that ended stay ended: a later hold does not restore them.
 */
export const postponed = (
  state: State,
  facts: Facts,
  policies: ReadonlyArray<EffectivePolicy>,
  end: DateTime.Utc,
): DateTime.Utc | undefined => {
  let until = Math.max(DateTime.toEpochMillis(end), ...keptByLaw(facts, policies).map((law) => law.until))
  for (const { placedAt, releasedAt } of holdsOn(state, facts, policies)) {
    if (placedAt >= until) continue
    if (releasedAt === undefined) return undefined
    until = Math.max(until, releasedAt)
  }
  return DateTime.makeUnsafe(until)
}
