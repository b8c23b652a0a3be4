/**
 * Decides on the commands of a retention policy.
 */
import * as DateTime from "effect/DateTime"
import * as Ends from "../../policy/checks/Ends.ts"
import { citesAct } from "../../policy/legal/Citation.ts"
import type { PolicyVersionId } from "../Identifier.ts"
import { nothing, record, refuse } from "../internal/Decision.ts"
import type { Command } from "./commands.ts"
import { type CommandOf, type Context, type Decision } from "./commands.ts"
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
      if (reference === undefined || !citesAct(reference)) {
        return refuse("RET-NEC", command, "reference", "the law that the hold rests on: an act, by its number")
      }
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
    return refuse(
      Ends.ruleOfCategory[category] ?? "RET-NEC",
      command,
      "period",
      "a period that never ends after the category's cap",
    )
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
