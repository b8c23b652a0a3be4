/**
 * How long a datum of an interaction is kept: by the periods of the retention policy, the end of the contract, and every
 * policy under which it was held since its collection (RET-NEC, RET-CONTRACT-CAP).
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Contract from "../../domain/Contract.ts"
import * as Pseudonym from "../../domain/Pseudonym.ts"
import * as RetentionPolicy from "../../domain/RetentionPolicy.ts"
import type * as CommandHandler from "../../eventsourcing/CommandHandler.ts"
import type { StreamId } from "../../eventsourcing/StreamId.ts"
import type { StreamCheck } from "../../eventsourcing/Commit.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { UndecodableEvent } from "../../eventsourcing/EventCodec.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import type { ReadError } from "../../eventsourcing/EventStoreError.ts"
import * as Expected from "../../eventsourcing/ExpectedVersion.ts"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import * as Ends from "../../policy/checks/Ends.ts"
import type { EffectivePolicy } from "../../policy/binding/EffectivePolicy.ts"
import type { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import type { Declared } from "./Declarations.ts"
import type { Decisions } from "./Decisions.ts"

/** What a Customer's retention policy says of data without an end, at a version of its stream. */
export interface Retention {
  /** Why a datum that is collected at a moment would have no end; `undefined` where it has one. */
  readonly withoutEnd: (category: PersonalDataCategory, at: DateTime.Utc) => Ends.WithoutEnd | undefined
  readonly stream: StreamId
  readonly version: number
}

/** Looks up which data would have no end. */
export const lookUp = (
  { load }: CommandHandler.Handler,
  customer: CustomerId,
  declared: Declared,
): Effect.Effect<Retention, ReadError | UndecodableEvent> =>
  Effect.map(load(RetentionPolicy.aggregate, customer, customer), ({ state, version }) => ({
    withoutEnd: (category, at) => {
      const collectedAt = DateTime.toEpochMillis(at)
      const found = held(declared, { category, collectedAt, at: collectedAt })
      return found && RetentionPolicy.withoutEnd(state, found.facts, found.policies)
    },
    stream: RetentionPolicy.streamOf(customer),
    version,
  }))

/** Requires in the commit that the retention policy is still the one that was looked up. */
export const check = ({ stream, version }: Retention): StreamCheck => ({ stream, expected: Expected.exact(version) })

/**
 * Refuses a datum that would have no end, where the program does not delete data by itself, and one that has ended already:
 * by the rule that ended it, unless a law or a hold keeps it.
 */
export const requireEnd = Effect.fnUntraced(function* (
  decisions: Decisions,
  customer: CustomerId,
  declared: Declared,
  { command, ...datum }: Datum & { readonly command: string },
): Effect.fn.Return<void, Refusal | ReadError | UndecodableEvent> {
  const atCollection = held(declared, { ...datum, at: datum.collectedAt })
  const found = held(declared, datum)
  if (atCollection === undefined || found === undefined) return
  const { state } = yield* decisions.load(RetentionPolicy.aggregate, customer, customer)
  const missing = decisions.isRetentionElsewhere
    ? undefined
    : RetentionPolicy.withoutEnd(state, atCollection.facts, atCollection.policies)
  if (missing !== undefined) return yield* new Refusal({ ...missing, command, field: "category" })
  const end = RetentionPolicy.retentionEnd(state, found.facts, found.policies)
  if (end === undefined || DateTime.toEpochMillis(end) > datum.at) return
  const rule = Ends.first(RetentionPolicy.endsOf(state, found.facts, found.policies))?.rule ?? "RET-NEC"
  const accepted = `a datum that has not ended: of this category, one that was collected later`
  return yield* new Refusal({ rule, command, field: "collectedAt", accepted })
})

/** A datum of an interaction at a moment. */
export interface Datum {
  readonly category: PersonalDataCategory
  readonly collectedAt: EpochMillis
  readonly at: EpochMillis
  /** The purposes that were declared for it. Default: not known. */
  readonly purposes?: ReadonlyArray<string>
  /** The ends of the person whose datum it is. Default: none was recorded. */
  readonly ends?: Pseudonym.PersonEnds
}

const technical: ReadonlyArray<PersonalDataCategory> = [
  "ipAddress",
  "deviceIdentifier",
  "terminalEnvironment",
  "connectionLog",
]

/** Whether technical data are kept for statistics and support, and for nothing else (STAT-FOREVER16). */
const isForTechnicalStatistics = ({ category, purposes = [] }: Datum): boolean =>
  technical.includes(category) &&
  purposes.length > 0 &&
  purposes.every((purpose) => purpose === "serviceUsageAnalytics" || purpose === "customerCare")

/** The policies under which a datum was held since its collection, and the facts on which its end depends. */
export const held = (
  { changes, policyAt, state }: Declared,
  datum: Datum,
): { readonly facts: RetentionPolicy.Facts; readonly policies: ReadonlyArray<EffectivePolicy> } | undefined => {
  const { at, category, collectedAt } = datum
  const later = state.policyVersions.map(({ from }) => from).filter((from) => from > collectedAt && from <= at)
  // The policy of the moment binds since the latest change, such as a supplement or the beginning of a law.
  const latest = changes().filter((from) => from > collectedAt && from <= at)
  const bound = [
    { from: collectedAt, moment: collectedAt },
    ...later.map((from) => ({ from, moment: from })),
    { from: Math.max(collectedAt, ...latest), moment: at },
  ].flatMap(({ from, moment }) => {
    const policy = policyAt(DateTime.makeUnsafe(moment))
    return policy === undefined ? [] : [{ from: DateTime.makeUnsafe(from), policy }]
  })
  const policies = bound.map(({ policy }) => policy)
  const [policy] = policies
  if (policy === undefined) return undefined
  const contractEnd = Contract.endAfter(state, collectedAt, policy.timeZone)
  const events = {
    collection: DateTime.makeUnsafe(collectedAt),
    // An account that was deleted does not begin again: data that are collected later have ended too.
    ...Pseudonym.endsAfter(datum.ends ?? Pseudonym.noEnds, state.isOwn ? -Infinity : collectedAt),
    ...(contractEnd === undefined ? {} : { contractEnd: DateTime.makeUnsafe(contractEnd) }),
  }
  const forTechnicalStatistics = isForTechnicalStatistics(datum)
  const boundFrom = bound.map(({ from }) => from)
  return {
    facts: { category, about: state.isOwn ? "account" : "interaction", events, boundFrom, forTechnicalStatistics },
    policies,
  }
}

/** The end of a datum before any law or hold, as far as it is known at a moment; `undefined` while none is known. */
export const usualEnd = Effect.fnUntraced(function* (
  { load }: CommandHandler.Handler,
  customer: CustomerId,
  declared: Declared,
  datum: Datum,
): Effect.fn.Return<EpochMillis | undefined, ReadError | UndecodableEvent> {
  const found = held(declared, datum)
  if (found === undefined) return undefined
  const { state } = yield* load(RetentionPolicy.aggregate, customer, customer)
  const end = RetentionPolicy.usualEnd(state, found.facts, found.policies)
  return end === undefined ? undefined : DateTime.toEpochMillis(end)
})

/** What keeps a datum at a moment behind its end: laws, and holds that were placed before it. */
export const keepers = Effect.fnUntraced(function* (
  { load }: CommandHandler.Handler,
  customer: CustomerId,
  declared: Declared,
  datum: Datum,
  end: EpochMillis,
): Effect.fn.Return<ReadonlyArray<RetentionPolicy.Keeper>, ReadError | UndecodableEvent> {
  const found = held(declared, datum)
  if (found === undefined) return []
  const { state } = yield* load(RetentionPolicy.aggregate, customer, customer)
  const moments = [end, datum.at].map((moment) => DateTime.makeUnsafe(moment)) as [DateTime.Utc, DateTime.Utc]
  return RetentionPolicy.keepersAt(state, found.facts, found.policies, ...moments)
})
