/**
 * How long the data of one Customer's contract lives: the periods that the contract fixes, the legal holds that put an
 * end off, and what remains of interactions that are gone. Two clocks: a datum is unreadable from its computed end on,
 * whether or not anything ran (`isReadable`); physically it goes with the next run of the sweep.
 */
import * as DateTime from "effect/DateTime"
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { Decider } from "../eventsourcing/Decider.ts"
import * as EventCodec from "../eventsourcing/EventCodec.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type { StreamId } from "../eventsourcing/StreamId.ts"
import { derived, Uuid } from "../eventsourcing/Uuid.ts"
import * as Calendar from "../calendar/Calendar.ts"
import type { EffectivePolicy } from "../policy/binding/EffectivePolicy.ts"
import * as Ends from "../policy/checks/Ends.ts"
import { expiryOutcomes } from "../policy/text/parameters/retention.ts"
import { Period } from "../calendar/Period.ts"
import { PlainDate } from "../calendar/PlainDate.ts"
import type { RuleKey } from "../policy/text/RuleKey.ts"
import { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import { PolicyVersionId, StepId } from "./Identifier.ts"
import { longestWindowMillis } from "./Interaction.ts"
import { LegalReference } from "./RightsRequest.ts"
import { nothing, record, refuse } from "./internal/Decision.ts"

// Stream

/** The kind of a retention policy's streams: one with the Customer's id, and one for each day that was purged. */
export const streamKind = "retention-policy"

/**
 * The stream of a Customer's retention policy.
 *
 * @example
 * ```ts
 * import { RetentionPolicy } from "@tacet/core/domain"
 * import type { CustomerId } from "@tacet/core/eventsourcing"
 *
 * const stream = (customer: CustomerId.CustomerId) => RetentionPolicy.streamOf(customer)
 * ```
 */
export const streamOf = (customer: CustomerId): StreamId => ({ kind: streamKind, id: customer })

/**
 * The stream in which it stands what remains of a calendar day. Each day has one of its own, so that whoever asks for
 * periods and holds does not read what is left of all days.
 *
 * @example
 * ```ts
 * import { RetentionPolicy } from "@tacet/core/domain"
 * import type { CustomerId } from "@tacet/core/eventsourcing"
 *
 * const stream = (customer: CustomerId.CustomerId) => RetentionPolicy.cohortStreamOf(customer, "2026-03-01")
 * ```
 */
export const cohortStreamOf = (customer: CustomerId, day: PlainDate): StreamId => ({
  kind: streamKind,
  id: derived("cohort", customer, day),
})

// Values

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** What a legal hold is about. Of an account only what the policy names may be kept (RET-ACCOUNT). */
export const Matter = Schema.Literals(["billing", "litigation", "legalDuty"])
export type Matter = typeof Matter.Type

/** How the interactions of a cohort ended, in one window. */
export const WindowCounters = Schema.Struct({
  effective: Count,
  attemptFailed: Count,
  goal: Count,
  handedOff: Count,
  left: Count,
  bounced: Count,
  linkable: Count,
  linkableNoEffective: Count,
})

const outcomes = { effective: Count, attemptFailed: Count, goal: Count, handedOff: Count, left: Count }

/** The steps of a journey; `…` stands for those beyond the cap. */
const Steps = Schema.Array(Schema.Union([StepId, Schema.Literal("…")]))

/** A journey and how it ended; `persons` is known when it is counted and not recorded. */
const JourneyCounters = Schema.Struct({ steps: Steps, ...outcomes })

/** The headline counters of a cohort: all its interactions are settled, so none is open or pending. */
const headline = {
  started: Count,
  excluded: Count,
  /** In-interaction, 24 hours, 72 hours, 7 days. */
  windows: Schema.Array(WindowCounters).check(Schema.isMinLength(4), Schema.isMaxLength(4)),
  calls: Schema.Struct({ total: Count, legs: Count, effective: Count, notHuman: Count, humanUnknown: Count }),
  /** Deflected interactions that were observed for 24 hours, 72 hours, 7 days, and those without a return by then. */
  returns: Schema.optionalKey(
    Schema.Array(Schema.Struct({ notReturned: Count, observed: Count })).check(
      Schema.isMinLength(3),
      Schema.isMaxLength(3),
    ),
  ),
  /** The versions that bound them. */
  policyVersions: Schema.optionalKey(Schema.Array(PolicyVersionId)),
}

/** What remains of a cohort; journeys of fewer than k persons stand together in `other`. */
export const Contribution = Schema.Struct({
  ...headline,
  journeys: Schema.Array(JourneyCounters),
  other: Schema.Struct({ journeys: Count, ...outcomes }),
})
export type Contribution = typeof Contribution.Type

/** The same as it is counted before its interactions go. */
export const Counted = Schema.Struct({
  ...headline,
  journeys: Schema.Array(Schema.Struct({ steps: Steps, persons: Count, ...outcomes })),
})
export type Counted = typeof Counted.Type

// Events: their names and fields are a storage format

const occurredAt = Schema.DateTimeUtcFromMillis

/** What is collected of a category from now on lives so long at most (RET-CONTRACT). */
export const RetentionPeriodSet = Schema.TaggedStruct("RetentionPeriodSet", {
  occurredAt,
  category: PersonalDataCategory,
  period: Period,
  policyVersion: PolicyVersionId,
})
/** A law requires or permits to keep categories longer (RET-NEC). */
export const LegalHoldPlaced = Schema.TaggedStruct("LegalHoldPlaced", {
  occurredAt,
  hold: Uuid,
  matter: Matter,
  reference: LegalReference,
  categories: Schema.Array(PersonalDataCategory),
})
/** It no longer does. */
export const LegalHoldReleased = Schema.TaggedStruct("LegalHoldReleased", { occurredAt, hold: Uuid })
/**
 * The contribution of the interactions of one calendar day that are gone. It replaces what the day had before. A day goes
 * in batches: the first tells the contribution of all that go, the others repeat it.
 */
export const InteractionsAggregated = Schema.TaggedStruct("InteractionsAggregated", {
  occurredAt,
  cohort: PlainDate,
  /** The purge that it stands for; the same again changes nothing. */
  batch: Uuid,
  contribution: Contribution,
  /** All interactions of the day that had begun at this position of the log or before it are in the contribution. */
  through: Schema.optionalKey(Count),
})
/** Everything that had come to its end by then is deleted or anonymised (SWEEP, DEL-OR-ANON). */
export const RetentionRunCompleted = Schema.TaggedStruct("RetentionRunCompleted", {
  occurredAt,
  run: Uuid,
  deleted: Count,
  anonymised: Count,
})

const Event = Schema.Union([
  RetentionPeriodSet,
  LegalHoldPlaced,
  LegalHoldReleased,
  InteractionsAggregated,
  RetentionRunCompleted,
])
export type Event = typeof Event.Type

/** How the events of a retention policy are stored. */
export const codec = EventCodec.make(streamKind, [
  EventCodec.define(RetentionPeriodSet),
  EventCodec.define(LegalHoldPlaced),
  EventCodec.define(LegalHoldReleased),
  EventCodec.define(InteractionsAggregated),
  EventCodec.define(RetentionRunCompleted),
])

// State

/** A legal hold. Moments in epoch milliseconds. */
export interface Hold {
  readonly placedAt: number
  readonly releasedAt: number | undefined
  readonly matter: Matter
  readonly reference: string
  readonly categories: ReadonlyArray<PersonalDataCategory>
}

/** What remains of a day. */
export interface Cohort {
  readonly contribution: Contribution
  readonly batches: ReadonlySet<Uuid>
  /** The position of the log up to which its interactions are counted. */
  readonly through: number
  /** How many interactions the latest count has added. */
  readonly added: number
}

/** What is fixed and what was done. Moments in epoch milliseconds. */
export interface State {
  readonly periods: ReadonlyMap<PersonalDataCategory, ReadonlyArray<{ readonly from: number; readonly period: Period }>>
  readonly holds: ReadonlyMap<Uuid, Hold>
  readonly cohorts: ReadonlyMap<PlainDate, Cohort>
  readonly runs: ReadonlySet<Uuid>
  /** The moment of the latest run that was completed. */
  readonly sweptAt: number | undefined
}

/** A contract for which nothing is fixed. */
export const initial: State = {
  periods: new Map(),
  holds: new Map(),
  cohorts: new Map(),
  runs: new Set(),
  sweptAt: undefined,
}

/**
 * The period in force for a category at a moment: what a person who asks is told (RET-PUBLISHED).
 *
 * @rule RET-PUBLISHED
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import { RetentionPolicy } from "@tacet/core/domain"
 *
 * const period = (retention: RetentionPolicy.State) =>
 *   RetentionPolicy.periodAt(retention, "ipAddress", DateTime.makeUnsafe("2026-01-01T00:00:00Z"))
 * ```
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
 * import { RetentionPolicy } from "@tacet/core/domain"
 * import type { EffectivePolicy } from "@tacet/core/policy"
 *
 * const may = (retention: RetentionPolicy.State, policy: EffectivePolicy.EffectivePolicy): boolean =>
 *   RetentionPolicy.mayCollect(retention, "ipAddress", policy, policy.at)
 * ```
 */
export const mayCollect = (
  state: State,
  category: PersonalDataCategory,
  { parameters }: EffectivePolicy,
  at: DateTime.Utc,
): boolean => parameters.retentionPeriod !== "fixedByContract" || periodAt(state, category, at) !== undefined

/**
 * Whether the next check for what has come to its end is due (SWEEP): where the policy asks for regular ones, so long
 * after the latest.
 *
 * @example
 * ```ts
 * import { RetentionPolicy } from "@tacet/core/domain"
 * import type { EffectivePolicy } from "@tacet/core/policy"
 *
 * const due = (retention: RetentionPolicy.State, policy: EffectivePolicy.EffectivePolicy): boolean =>
 *   RetentionPolicy.isSweepDue(retention, policy, policy.at)
 * ```
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

// Ends

/** A datum, as far as its end depends on it. */
export interface Facts {
  readonly category: PersonalDataCategory
  /** `account`: collected to give somebody access, not in an interaction. */
  readonly about: "interaction" | "account"
  readonly events: Ends.Events & { readonly collection: DateTime.Utc }
  /** Technical data that is kept for statistics and support and for nothing else (STAT-FOREVER16). */
  readonly forTechnicalStatistics?: boolean
}

/**
 * The end of a datum: the earliest of its period by category, the end of the contract, and the ends that every policy
 * under which it was held since its collection has promised, so that nothing loosens backwards (RET-NEC). A law that
 * makes somebody keep it, or a hold that was placed before the end, puts it off. `undefined` while no end is known.
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
 * import type { EffectivePolicy } from "@tacet/core/policy"
 *
 * const end = (retention: RetentionPolicy.State, policies: ReadonlyArray<EffectivePolicy.EffectivePolicy>) =>
 *   RetentionPolicy.endOf(
 *     retention,
 *     {
 *       category: "ipAddress",
 *       about: "interaction",
 *       events: { collection: DateTime.makeUnsafe("2020-02-29T10:00:00Z") },
 *     },
 *     policies,
 *   )
 * ```
 */
export const endOf = (
  state: State,
  facts: Facts,
  policies: ReadonlyArray<EffectivePolicy>,
): DateTime.Utc | undefined => {
  const promised = policies.flatMap((policy) => endsUnder(state, facts, policy, policies))
  const { contractEnd } = facts.events
  const ends = facts.about === "interaction" && contractEnd !== undefined ? [...promised, contractEnd] : promised
  const end = ends.length === 0 ? undefined : ends.reduce((one, other) => DateTime.min(one, other))
  return end === undefined ? undefined : putOff(state, facts, policies, end)
}

/**
 * Whether a datum can be read at a moment: from its collection on, and never from its end on, whatever ran.
 *
 * @example
 * ```ts
 * import { RetentionPolicy } from "@tacet/core/domain"
 * import type { EffectivePolicy } from "@tacet/core/policy"
 *
 * const readable = (
 *   retention: RetentionPolicy.State,
 *   datum: RetentionPolicy.Facts,
 *   policy: EffectivePolicy.EffectivePolicy,
 * ): boolean => RetentionPolicy.isReadable(retention, datum, [policy], policy.at)
 * ```
 */
export const isReadable = (
  state: State,
  facts: Facts,
  policies: ReadonlyArray<EffectivePolicy>,
  at: DateTime.Utc,
): boolean => {
  if (DateTime.isLessThan(at, facts.events.collection)) return false
  const end = endOf(state, facts, policies)
  return end === undefined || DateTime.isLessThan(at, end)
}

/**
 * The law that makes somebody keep a datum at a moment, by its reference: until it ends an erasure is refused with that
 * ground (R-LEGAL-LIMIT, RET-10Y).
 *
 * @example
 * ```ts
 * import { RetentionPolicy } from "@tacet/core/domain"
 * import type { EffectivePolicy } from "@tacet/core/policy"
 *
 * const keptBy = (
 *   retention: RetentionPolicy.State,
 *   datum: RetentionPolicy.Facts,
 *   policy: EffectivePolicy.EffectivePolicy,
 * ): string | undefined => RetentionPolicy.legalGround(retention, datum, [policy], policy.at)
 * ```
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

/** The ends under one policy, each period of the contract since the collection counted in. */
const endsUnder = (
  state: State,
  facts: Facts,
  policy: EffectivePolicy,
  policies: ReadonlyArray<EffectivePolicy>,
): ReadonlyArray<DateTime.Utc> => {
  const { category, events } = facts
  const periods = periodsSince(state, category, DateTime.toEpochMillis(events.collection))
  if (facts.about === "account") {
    const { accountRetention, retentionByCategory } = policy.parameters
    return found(
      Ends.earliest([...accountRetention, ...(retentionByCategory[category] ?? [])], events, policy.timeZone),
    )
  }
  const isLimited =
    facts.forTechnicalStatistics !== true ||
    policies.some(({ parameters }) => parameters.technicalStatisticsRetention === "asOtherData")
  if (!isLimited) return []
  const base = { category, events }
  return periods.length === 0
    ? found(Ends.endOf(policy, base))
    : periods.flatMap((contractPeriod) => found(Ends.endOf(policy, { ...base, contractPeriod })))
}

const found = (end: DateTime.Utc | undefined): ReadonlyArray<DateTime.Utc> => (end === undefined ? [] : [end])

/** The period in force at a moment and all that were set later: a longer one set later is none for what is there. */
const periodsSince = (state: State, category: PersonalDataCategory, instant: number): ReadonlyArray<Period> => {
  const set = state.periods.get(category) ?? []
  const first = set.findLastIndex(({ from }) => from <= instant)
  return set.slice(Math.max(0, first)).map(({ period }) => period)
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
    .filter((law) => law.category === category)
    .map(({ period, reference }) => ({
      until: DateTime.toEpochMillis(Calendar.addTo(events.collection, period, policy.timeZone)),
      reference,
    }))
}

const holdsOn = (
  state: State,
  { about, category }: Facts,
  policies: ReadonlyArray<EffectivePolicy>,
): ReadonlyArray<Hold> => {
  if (!mayBePutOff(policies)) return []
  const holds = Array.from(state.holds.values()).filter(
    ({ categories, matter }) =>
      categories.includes(category) &&
      (about === "interaction" ||
        policies.every(({ parameters }) => parameters.accountLegalGrounds.some((ground) => ground === matter))),
  )
  return holds.sort((one, other) => one.placedAt - other.placedAt)
}

/** What ended stays ended: a hold that comes later brings nothing back. */
const putOff = (
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

// Cohorts

/**
 * Puts journeys of fewer than k persons together, and the smallest others with them until no single journey and no group
 * of fewer than k persons can be told apart, or none is left.
 *
 * @example
 * ```ts
 * import { RetentionPolicy } from "@tacet/core/domain"
 *
 * const merged = (journeys: RetentionPolicy.Counted["journeys"]) => RetentionPolicy.mergeRare(journeys, 10)
 * ```
 */
export const mergeRare = (journeys: Counted["journeys"], k: number): Pick<Contribution, "journeys" | "other"> => {
  const ordered = journeys.toSorted((one, other) => one.persons - other.persons || (name(one) < name(other) ? -1 : 1))
  let count = ordered.findIndex(({ persons }) => persons >= k)
  if (count === -1) count = ordered.length
  const persons = () => ordered.slice(0, count).reduce((sum, journey) => sum + journey.persons, 0)
  while (count > 0 && count < ordered.length && (count < 2 || persons() < k)) count++
  const together = { journeys: count, ...sumOf(ordered.slice(0, count)) }
  const kept = ordered.slice(count).map(told)
  return { journeys: kept.sort((one, other) => (name(one) < name(other) ? -1 : 1)), other: together }
}

const told = ({ steps, ...counters }: Counted["journeys"][number]): Contribution["journeys"][number] => ({
  steps,
  ...sumOf([counters]),
})

type Outcomes = { readonly [Name in keyof typeof outcomes]: number }

const name = ({ steps }: { readonly steps: ReadonlyArray<string> }): string => JSON.stringify(steps)

const sumOf = (list: ReadonlyArray<Outcomes>): Outcomes =>
  list.reduce(add, { effective: 0, attemptFailed: 0, goal: 0, handedOff: 0, left: 0 })

const add = (one: Outcomes, other: Outcomes): Outcomes => ({
  effective: one.effective + other.effective,
  attemptFailed: one.attemptFailed + other.attemptFailed,
  goal: one.goal + other.goal,
  handedOff: one.handedOff + other.handedOff,
  left: one.left + other.left,
})

const addEach = <A extends Readonly<Record<string, number>>>(one: A, other: A): A =>
  Object.fromEntries(Object.entries(one).map(([key, value]) => [key, value + (other[key] ?? 0)])) as A

type Returns = Pick<Contribution, "returns" | "policyVersions">

const sumOfReturns = (one: Returns, other: Returns): Returns => {
  const [returns, more] = [one.returns ?? [], other.returns ?? []]
  const [long, short] = returns.length >= more.length ? [returns, more] : [more, returns]
  const versions = new Set([...(one.policyVersions ?? []), ...(other.policyVersions ?? [])])
  return {
    ...(long.length === 0
      ? {}
      : {
          returns: long.map((period, index) => (short[index] === undefined ? period : addEach(period, short[index]))),
        }),
    ...(versions.size === 0 ? {} : { policyVersions: Array.from(versions).sort() }),
  }
}

/** What a cohort comes to with what goes now; journeys that it tells already are told on. */
const withCounted = (before: Contribution | undefined, counted: Counted, k: number): Contribution => {
  const { journeys, ...now } = counted
  if (before === undefined) return { ...now, ...mergeRare(journeys, k) }
  const known = new Map(before.journeys.map((journey) => [name(journey), journey]))
  const isKnown = (journey: Counted["journeys"][number]) => known.has(name(journey))
  for (const journey of journeys.filter(isKnown)) {
    known.set(name(journey), { steps: journey.steps, ...add(known.get(name(journey)) ?? journey, journey) })
  }
  const merged = mergeRare(
    journeys.filter((journey) => !isKnown(journey)),
    k,
  )
  return {
    started: before.started + now.started,
    excluded: before.excluded + now.excluded,
    windows: before.windows.map((window, index) => addEach(window, now.windows[index] ?? window)),
    calls: addEach(before.calls, now.calls),
    ...sumOfReturns(before, now),
    journeys: [...known.values(), ...merged.journeys].sort((one, other) => (name(one) < name(other) ? -1 : 1)),
    other: { journeys: before.other.journeys + merged.other.journeys, ...add(before.other, merged.other) },
  }
}

// Evolve

const evolve = (state: State, event: Event): State => {
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
    case "InteractionsAggregated": {
      const { contribution, through = 0 } = event
      const before = state.cohorts.get(event.cohort)
      const batches = new Set(before?.batches).add(event.batch)
      const added =
        before !== undefined && through > 0 && through === before.through
          ? before.added
          : contribution.started - (before?.contribution.started ?? 0)
      const cohort: Cohort = { contribution, batches, through, added }
      return { ...state, cohorts: new Map(state.cohorts).set(event.cohort, cohort) }
    }
    case "RetentionRunCompleted":
      return { ...state, runs: new Set(state.runs).add(event.run), sweptAt: Math.max(at, state.sweptAt ?? at) }
  }
}

// Commands

const at = Schema.DateTimeUtc

/** What may be asked of a retention policy. `at` is the moment at which it happened. */
export const Command = Schema.Union([
  Schema.TaggedStruct("SetRetentionPeriod", { at, category: PersonalDataCategory, period: Period }),
  Schema.TaggedStruct("PlaceLegalHold", {
    at,
    hold: Uuid,
    matter: Matter,
    reference: Schema.optionalKey(LegalReference),
    categories: Schema.Array(PersonalDataCategory),
  }),
  Schema.TaggedStruct("ReleaseLegalHold", { at, hold: Uuid }),
  Schema.TaggedStruct("AggregateCohort", {
    at,
    cohort: PlainDate,
    batch: Uuid,
    counted: Counted,
    /** The position of the log up to which interactions of the day are counted. */
    through: Schema.optionalKey(Count),
  }),
  /** Another batch of what was counted goes. */
  Schema.TaggedStruct("ContinueCohort", { at, cohort: PlainDate, batch: Uuid }),
  Schema.TaggedStruct("CompleteRun", {
    at,
    run: Uuid,
    /** What became of each datum that had come to its end. References name values in the vault and are not recorded. */
    handled: Schema.Array(Schema.Struct({ datum: Uuid, outcome: Schema.Literals(expiryOutcomes) })),
  }),
  /** The same of a run that deletes more data than anybody wants to hold at once. */
  Schema.TaggedStruct("CompleteSweep", {
    at,
    run: Uuid,
    deleted: Count,
    /** How many days had come to their end and are there still. */
    remaining: Count,
  }),
])
export type Command = typeof Command.Type

/** The facts that a decision needs beside the retention policy itself. */
export interface Context {
  /** What binds the moment of the command. */
  readonly policy: EffectivePolicy
  /** What had come to its end by the moment of a run, when the run began. */
  readonly expired?: ReadonlyArray<Uuid>
  /** Of how many persons a journey must be to be told by itself. Default 10; never fewer than 5. */
  readonly k?: number
}

// Decide

type Decision = Result.Result<ReadonlyArray<Event>, Refusal>
type CommandOf<Tag extends Command["_tag"]> = Extract<Command, { readonly _tag: Tag }>

const decide = (state: State, command: Command, context: Context): Decision => {
  const occurredAt = command.at
  const instant = DateTime.toEpochMillis(occurredAt)
  switch (command._tag) {
    case "SetRetentionPeriod":
      return setPeriod(state, command, context)
    case "PlaceLegalHold": {
      const { categories, hold, matter, reference } = command
      const placed = state.holds.get(hold)
      if (placed !== undefined) {
        return placed.reference === reference && placed.matter === matter && placed.placedAt === instant
          ? nothing
          : refuse("TACET-ONCE", command, "hold", "a hold of its own for each ground")
      }
      if (reference === undefined) return refuse("RET-NEC", command, "reference", "the law that the hold rests on")
      if (context.policy.parameters.retentionExtension === "never") {
        return refuse("RET-NEC", command, undefined, "a policy under which an end may be put off")
      }
      if (categories.length === 0) return refuse("RET-NEC", command, "categories", "at least one category")
      return record({ _tag: "LegalHoldPlaced", occurredAt, hold, matter, reference, categories })
    }
    case "ReleaseLegalHold": {
      const placed = state.holds.get(command.hold)
      if (placed === undefined) return refuse("TACET-STARTED", command, "hold", "a hold that was placed")
      if (placed.releasedAt !== undefined) return nothing
      return instant < placed.placedAt
        ? refuse("TACET-TIME", command, "at", "a moment at or after the hold was placed")
        : record({ _tag: "LegalHoldReleased", occurredAt, hold: command.hold })
    }
    case "AggregateCohort":
      return aggregateCohort(state, command, context)
    case "ContinueCohort": {
      const before = state.cohorts.get(command.cohort)
      if (before === undefined) return refuse("TACET-STARTED", command, "cohort", "a day that was counted")
      if (before.batches.has(command.batch)) return nothing
      const { batch, cohort } = command
      const { contribution, through } = before
      return record({ _tag: "InteractionsAggregated", occurredAt, cohort, batch, contribution, through })
    }
    case "CompleteRun":
      return completeRun(state, command, context)
    case "CompleteSweep": {
      const { deleted, remaining, run } = command
      if (state.runs.has(run)) return nothing
      if (remaining > 0) return refuse("SWEEP", command, "remaining", "a run that left nothing behind its end")
      return deleted > 0 && !context.policy.parameters.expiryOutcomes.includes("deleted")
        ? refuse("DEL-OR-ANON", command, "deleted", "a policy under which data are deleted at their end")
        : record({ _tag: "RetentionRunCompleted", occurredAt, run, deleted, anonymised: 0 })
    }
  }
}

const setPeriod = (state: State, command: CommandOf<"SetRetentionPeriod">, { policy }: Context): Decision => {
  const { category, period } = command
  const last = state.periods.get(category)?.at(-1)
  if (last?.period === period) return nothing
  if (last !== undefined && DateTime.toEpochMillis(command.at) <= last.from) {
    return refuse("TACET-TIME", command, "at", "a moment after the period that it replaces was set")
  }
  const ends = policy.parameters.retentionByCategory[category] ?? []
  if (!Ends.staysWithin(period, ends)) {
    return refuse(capOf[category] ?? "RET-NEC", command, "period", "a period that never ends after the category's cap")
  }
  if (!Ends.staysWithin(period, policy.parameters.retentionCap)) {
    return refuse("RET-12M", command, "period", "a period that never ends after the cap of the policy")
  }
  return record({
    _tag: "RetentionPeriodSet",
    occurredAt: command.at,
    category,
    period,
    policyVersion: policy.policy as PolicyVersionId,
  })
}

/** The rule that caps a category by itself. */
const capOf: { readonly [Category in PersonalDataCategory]?: RuleKey } = {
  voiceRecording: "RET-1M",
  textDialogue: "RET-3Y",
  serviceCallRecord: "RET-3Y",
  transaction: "RET-10Y",
  cookieIdentifier: "RET-COOKIE6M",
}

const aggregateCohort = (state: State, command: CommandOf<"AggregateCohort">, context: Context): Decision => {
  const { batch, cohort, counted, through } = command
  const before = state.cohorts.get(cohort)
  if (before?.batches.has(batch) === true) return nothing
  if (through !== undefined && before !== undefined && through <= before.through) {
    return refuse("TACET-ONCE", command, "through", "a position behind those that were counted before")
  }
  const settled = DateTime.toEpochMillis(Calendar.endOfDay(cohort, context.policy.timeZone)) + longestWindowMillis
  if (DateTime.toEpochMillis(command.at) < settled) {
    return refuse("TACET-WINDOW", command, "cohort", "a day whose interactions are all settled")
  }
  const total = counted.started - counted.excluded
  const isWhole = counted.windows.every(
    ({ attemptFailed, bounced, effective, goal, handedOff, left }) =>
      attemptFailed + bounced + effective + goal + handedOff + left === total,
  )
  if (!isWhole) return refuse("SWEEP", command, "counted.windows", "every interaction once in each window")
  const contribution = withCounted(before?.contribution, counted, Math.max(5, context.k ?? 10))
  return record({
    _tag: "InteractionsAggregated",
    occurredAt: command.at,
    cohort,
    batch,
    contribution,
    ...(through === undefined ? {} : { through }),
  })
}

const completeRun = (state: State, command: CommandOf<"CompleteRun">, context: Context): Decision => {
  const { handled, run } = command
  if (state.runs.has(run)) return nothing
  const data = new Set(handled.map(({ datum }) => datum))
  if (data.size !== handled.length) {
    return refuse("DEL-OR-ANON", command, "handled", "exactly one outcome for each datum")
  }
  if (handled.some(({ outcome }) => !context.policy.parameters.expiryOutcomes.includes(outcome))) {
    const accepted = context.policy.parameters.expiryOutcomes.join(" or ")
    return refuse("DEL-OR-ANON", command, "handled", `data ${accepted}`)
  }
  const expired = context.expired ?? []
  if (expired.length !== data.size || expired.some((datum) => !data.has(datum))) {
    return refuse("SWEEP", command, "handled", "all that had come to its end, and nothing else")
  }
  const deleted = handled.filter(({ outcome }) => outcome === "deleted").length
  return record({
    _tag: "RetentionRunCompleted",
    occurredAt: command.at,
    run,
    deleted,
    anonymised: handled.length - deleted,
  })
}

/** The decider of a retention policy. */
export const decider: Decider<State, Command, Event, Context> = { initial, evolve, decide }

/** The decider with its storage format, for a command handler. */
export const aggregate = { codec, decider }
