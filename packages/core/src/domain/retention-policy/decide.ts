/**
 * Decides on the commands of a retention policy.
 */
import * as DateTime from "effect/DateTime"
import * as Calendar from "../../calendar/Calendar.ts"
import * as Ends from "../../policy/checks/Ends.ts"
import type { RuleKey } from "../../policy/text/RuleKey.ts"
import type { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import type { PolicyVersionId } from "../Identifier.ts"
import { longestWindowMillis } from "../Interaction.ts"
import { nothing, record, refuse } from "../internal/Decision.ts"
import type { Command } from "./commands.ts"
import { type CommandOf, type Context, type Decision } from "./commands.ts"
import { withCounted } from "./counters.ts"
import type { State } from "./state.ts"

export const decide = (state: State, command: Command, context: Context): Decision => {
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
