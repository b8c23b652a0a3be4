/**
 * The facts on which a sweep rests, and whether a day of interactions is due by them.
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Calendar from "../../calendar/Calendar.ts"
import { fromEpochDay } from "../../calendar/PlainDate.ts"
import * as Interaction from "../../domain/Interaction.ts"
import * as RetentionPolicy from "../../domain/RetentionPolicy.ts"
import type * as CommandHandler from "../../eventsourcing/CommandHandler.ts"
import type { StreamCheck } from "../../eventsourcing/Commit.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import * as Expected from "../../eventsourcing/ExpectedVersion.ts"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import type { EffectivePolicy } from "../../policy/binding/EffectivePolicy.ts"
import type * as DayIndex from "../internal/DayIndex.ts"
import * as Declarations from "../internal/Declarations.ts"
import type { Decisions } from "../internal/Decisions.ts"
import * as RetentionEnds from "../internal/RetentionEnds.ts"

/** The facts on which a sweep rests; every commit checks that they are still the same. */
export interface Basis {
  readonly customer: CustomerId
  readonly now: EpochMillis
  readonly declared: Declarations.Declared
  readonly retention: CommandHandler.Loaded<RetentionPolicy.State>
  readonly policy: EffectivePolicy
}

/** Looks the facts up. Refused without a policy. */
export const factsOf = Effect.fnUntraced(function* (decisions: Decisions, customer: CustomerId, command: string) {
  const now = yield* Clock.currentTimeMillis
  const declared = yield* decisions.declared(customer)
  const policy = yield* Declarations.bound(declared, command, DateTime.makeUnsafe(now))
  const retention = yield* decisions.load(RetentionPolicy.aggregate, customer, customer)
  const basis: Basis = { customer, now, declared, retention, policy }
  return basis
})

/** Looks the facts of a sweep up. Refused without a policy, or where `timeZone` is not the policy's. */
export const basisOf = Effect.fnUntraced(function* (decisions: Decisions, customer: CustomerId, timeZone: string) {
  const basis = yield* factsOf(decisions, customer, "Sweep")
  const { policy } = basis
  if (policy.timeZone === timeZone) return basis
  const accepted = `a definition that counts days in the policy's time zone, ${policy.timeZone}`
  return yield* new Refusal({ rule: "TACET-FORMAT", command: "Sweep", field: "definition.timeZone", accepted })
})

/** Requires that the facts are still the same in a commit. */
export const checksOf = ({ customer, declared, retention }: Basis): ReadonlyArray<StreamCheck> => [
  Declarations.check(customer, declared),
  { stream: RetentionPolicy.streamOf(customer), expected: Expected.exact(retention.version) },
]

/** What a sweep does with a day of interactions: `endless` where no end of any is known. */
export type Verdict = "due" | "kept" | "held" | "endless"

/**
 * Judges a day: it is due when its first interaction has ended, no law holds any of its interactions, and every window can
 * have closed. The last interaction is judged too, as a contract may have begun or ended in the course of the day.
 */
export const judge = (
  { declared, now, policy, retention }: Basis,
  number: number,
  { first, last }: DayIndex.Day,
): Verdict => {
  const settled = DateTime.toEpochMillis(Calendar.endOfDay(fromEpochDay(number), policy.timeZone))
  const isSettled = now >= settled + Interaction.longestWindowMillis
  let [isEnded, isEndless] = [false, true]
  for (const collectedAt of [first, last]) {
    const held = RetentionEnds.held(declared, { category: "interfaceUsage", collectedAt, at: now })
    if (held === undefined) continue
    const end = RetentionPolicy.retentionEnd(retention.state, held.facts, held.policies)
    if (RetentionPolicy.endsOf(retention.state, held.facts, held.policies).length > 0) isEndless = false
    if (end !== undefined && DateTime.toEpochMillis(end) <= now) isEnded = true
    const isHeld =
      end === undefined || DateTime.toEpochMillis(end) > now
        ? RetentionPolicy.legalGround(retention.state, held.facts, held.policies, DateTime.makeUnsafe(now))
        : undefined
    if (isHeld !== undefined) return "held"
  }
  if (isEndless) return "endless"
  return isEnded && isSettled ? "due" : "kept"
}
