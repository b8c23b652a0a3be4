/**
 * What a decision about a Customer's people rests on: what the Customer has declared, what binds it by that, and how long
 * what is kept for it lives.
 */
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import * as Contract from "../../domain/Contract.ts"
import * as Customer from "../../domain/Customer.ts"
import * as Interaction from "../../domain/Interaction.ts"
import * as PurgedDay from "../../domain/PurgedDay.ts"
import * as RetentionPolicy from "../../domain/RetentionPolicy.ts"
import * as CommandHandler from "../../eventsourcing/CommandHandler.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { UndecodableEvent } from "../../eventsourcing/EventCodec.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import type { StreamCheck } from "../../eventsourcing/Commit.ts"
import { EventStore } from "../../eventsourcing/EventStore.ts"
import { type AppendError, type ReadError, VersionConflict } from "../../eventsourcing/EventStoreError.ts"
import * as Expected from "../../eventsourcing/ExpectedVersion.ts"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import * as Calendar from "../../calendar/Calendar.ts"
import type { EffectivePolicy } from "../../policy/binding/EffectivePolicy.ts"
import type { PlainDate } from "../../calendar/PlainDate.ts"
import * as PolicyBook from "../../policy/binding/PolicyBook.ts"
import type { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"

/** What a service that decides can fail with beside refusals. */
export type DecisionError = AppendError | ReadError | UndecodableEvent

/**
 * The texts that a Customer may adopt. Default: the published versions, for every Customer.
 *
 * @example
 * ```ts
 * import { PolicyBook, type PrivacyPolicy } from "@tacet/core/policy"
 * import { Customers } from "@tacet/core/services"
 * import * as Layer from "effect/Layer"
 *
 * const withOwn = (own: PrivacyPolicy.PrivacyPolicy) =>
 *   Layer.succeed(Customers.Policies, () => ({
 *     ...PolicyBook.published,
 *     versions: [...PolicyBook.published.versions, own],
 *   }))
 * ```
 */
export const Policies: Context.Reference<(customer: CustomerId) => PolicyBook.PolicyBook> = Context.Reference<
  (customer: CustomerId) => PolicyBook.PolicyBook
>("@tacet/core/services/Customers/Policies", { defaultValue: () => () => PolicyBook.published })

/** What a Customer has declared, as looked up at a version of its stream, and what binds it by that. */
export interface Facts extends CommandHandler.Loaded<Customer.State> {
  readonly policyAt: PolicyBook.PolicyAt
}

/** Looks up what a Customer has declared. */
export const load = Effect.fnUntraced(function* (
  customer: CustomerId,
): Effect.fn.Return<Facts, ReadError | UndecodableEvent, EventStore> {
  const policies = yield* Policies
  const { state, version } = yield* CommandHandler.load(Customer.aggregate, customer, customer)
  return { state, version, policyAt: PolicyBook.timeline(policies(customer), state.policyVersions) }
})

/** What must still hold when a decision that rests on the facts is appended. */
export const check = (customer: CustomerId, { version }: Facts) => ({
  stream: Customer.streamOf(customer),
  expected: Expected.exact(version),
})

/** The policy that binds a moment; refused where none was adopted by then (POLICY-BIND). */
export const bound = (
  { policyAt }: Facts,
  command: string,
  at: DateTime.Utc,
): Effect.Effect<EffectivePolicy, Refusal> => {
  const policy = policyAt(at)
  const accepted = "a moment at which the Customer has adopted a policy: send AdoptPolicyVersion first"
  return policy === undefined
    ? Effect.fail(new Refusal({ rule: "POLICY-BIND", command, field: "at", accepted }))
    : Effect.succeed(policy)
}

/** How often to look facts up again that have changed meanwhile. */
export const retries = 10

/** Whether a decision failed because the facts have changed before its events were appended. */
export const isStale = (error: unknown): boolean =>
  error instanceof VersionConflict &&
  error.mismatches.some(({ stream: { kind } }) => kind === Customer.streamKind || kind === RetentionPolicy.streamKind)

/** What the contract has fixed of retention, and what must still hold when a decision that rests on it is appended. */
export const retentionOf = (customer: CustomerId) =>
  Effect.map(CommandHandler.load(RetentionPolicy.aggregate, customer, customer), ({ state, version }) => ({
    mayCollect: (category: PersonalDataCategory, policy: EffectivePolicy, at: DateTime.Utc): boolean =>
      RetentionPolicy.mayCollect(state, category, policy, at),
    check: { stream: RetentionPolicy.streamOf(customer), expected: Expected.exact(version) },
  }))

/**
 * Which days of interactions that would begin so late were purged, and what must still hold when one is appended: what is
 * gone does not come back by a late retry (RET-NEC). A day that a window still holds open is not asked for.
 */
export const purgesOf = Effect.fnUntraced(function* (
  customer: CustomerId,
  { policyAt }: Facts,
  commands: ReadonlyArray<Interaction.Command>,
  now: EpochMillis,
): Effect.fn.Return<
  { readonly isPurged: (at: DateTime.Utc) => boolean; readonly checks: ReadonlyArray<StreamCheck> },
  ReadError,
  EventStore
> {
  const store = yield* EventStore
  const policy = policyAt(DateTime.makeUnsafe(now))
  const days = new Set<PlainDate>()
  const purged = new Set<PlainDate>()
  const checks: Array<StreamCheck> = []
  for (const command of commands) {
    if (command._tag !== "StartInteraction" || policy === undefined) continue
    if (DateTime.toEpochMillis(command.at) < now - Interaction.longestWindowMillis) {
      days.add(Calendar.localDate(command.at, policy.timeZone))
    }
  }
  for (const day of days) {
    const stream = PurgedDay.streamOf(customer, day)
    const { version } = yield* store.readStream(customer, stream, { limit: 1 })
    if (version > 0) purged.add(day)
    checks.push({ stream, expected: Expected.exact(version) })
  }
  return {
    isPurged: (at) => policy !== undefined && purged.has(Calendar.localDate(at, policy.timeZone)),
    checks,
  }
})

/** Decides on facts, and once more on newer ones where they have changed before the events were appended. */
export const decide = <A, E>(
  customer: CustomerId,
  decision: (facts: Facts) => Effect.Effect<A, E | DecisionError, EventStore>,
): Effect.Effect<A, E | DecisionError, EventStore> =>
  Effect.flatMap(load(customer), decision).pipe(Effect.retry({ times: retries, while: isStale }))

/** One command of one stream, decided on the facts: its events, or its refusal. */
export const handle = <State, Command, Event, Context>(
  aggregate: CommandHandler.Aggregate<State, Command, Event, Context>,
  facts: Facts,
  request: {
    readonly customer: CustomerId
    readonly id: CommandHandler.Request<Command, Context>["id"]
    readonly command: Command
    readonly context: Context
  },
) => CommandHandler.handle(aggregate, { ...request, checks: [check(request.customer, facts)] })

/** What a decider says of a command, without writing anything. */
export const foresee = <State, Command, Event, Context>(
  aggregate: CommandHandler.Aggregate<State, Command, Event, Context>,
  state: State,
  command: Command,
  context: Context,
): Effect.Effect<ReadonlyArray<Event>, Refusal> => {
  const decided: Result.Result<ReadonlyArray<Event>, Refusal> = aggregate.decider.decide(state, command, context)
  return Effect.fromResult(decided)
}

/** A datum of an interaction, judged at a moment. */
interface Judged {
  readonly category: PersonalDataCategory
  readonly collectedAt: EpochMillis
  readonly at: EpochMillis
}

/** The policies under which it was held since its collection, and what its end depends on. */
export const held = (
  { policyAt, state }: Facts,
  { at, category, collectedAt }: Judged,
): { readonly facts: RetentionPolicy.Facts; readonly policies: ReadonlyArray<EffectivePolicy> } | undefined => {
  const later = state.policyVersions.map(({ from }) => from).filter((from) => from > collectedAt && from <= at)
  const policies = [collectedAt, ...later, at].flatMap((moment) => policyAt(DateTime.makeUnsafe(moment)) ?? [])
  const [policy] = policies
  if (policy === undefined) return undefined
  const contractEnd = Contract.endAfter(state, collectedAt, policy.timeZone)
  const events = {
    collection: DateTime.makeUnsafe(collectedAt),
    ...(contractEnd === undefined ? {} : { contractEnd: DateTime.makeUnsafe(contractEnd) }),
  }
  return { facts: { category, about: "interaction", events }, policies }
}

/**
 * The end of a value of an interaction as it is known at a moment: periods, the end of the contract, and every policy
 * under which it was held since (RET-NEC, RET-CONTRACT-CAP). `undefined` while none is known.
 */
export const endOf = Effect.fnUntraced(function* (
  customer: CustomerId,
  facts: Facts,
  datum: Judged,
): Effect.fn.Return<EpochMillis | undefined, ReadError | UndecodableEvent, EventStore> {
  const found = held(facts, datum)
  if (found === undefined) return undefined
  const retention = yield* CommandHandler.load(RetentionPolicy.aggregate, customer, customer)
  const end = RetentionPolicy.endOf(retention.state, found.facts, found.policies)
  return end === undefined ? undefined : DateTime.toEpochMillis(end)
})
