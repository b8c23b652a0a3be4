/**
 * Decides whether the answer to a request may be delayed.
 */
import * as Result from "effect/Result"
import * as Calendar from "../../calendar/Calendar.ts"
import type { Period } from "../../calendar/Period.ts"
import type { PlainDate } from "../../calendar/PlainDate.ts"
import * as Deadline from "../../policy/checks/Deadline.ts"
import { record, refuse } from "../internal/Decision.ts"
import type { CommandOf, Context, Decision } from "./commands.ts"
import type { RequestReceived } from "./events.ts"
import { onWorkingDay } from "./state.ts"

export const notifyDelay = (
  deadline: Deadline.Deadline,
  request: typeof RequestReceived.Type,
  command: CommandOf<"NotifyDelay">,
  { holidays, policy }: Context,
): Decision => {
  const { expected, reasons } = command
  const { answerExtension, delayNotice } = policy.parameters
  if (answerExtension === "none") return refuse("R-DELAY", command, undefined, "an answer in time")
  if (expected === undefined && (delayNotice.includes("expectedDate") || answerExtension === "untilAnnouncedDate")) {
    return refuse("R-DELAY", command, "expected", "the date at which the answer is expected")
  }
  const announced = Calendar.localDate(command.at, request.timeZone)
  if (expected !== undefined && expected < announced) {
    return refuse("R-DELAY", command, "expected", "a date that is not past")
  }
  const by = answerExtension === "twoMonthsWithReasons" ? "P2M" : daysUntil(deadline, expected)
  const extended = Deadline.extend(onWorkingDay(deadline, holidays), { by, announced, reasons })
  if (Result.isFailure(extended)) return refuse(extended.failure.rule, command, "at", extended.failure.accepted)
  const last = Deadline.dueDate(extended.success)
  if (expected !== undefined && last !== undefined && expected > last) {
    return refuse("R-1M", command, "expected", `a date within the extended time (${by})`)
  }
  return record({
    _tag: "DelayNotified",
    occurredAt: command.at,
    reasons,
    ...(expected === undefined ? {} : { expected }),
    by,
    announced,
  })
}

/** Counted from the date that has not moved, to which the extension is added. */
const daysUntil = (deadline: Deadline.Deadline, expected: PlainDate | undefined): Period => {
  const due = Deadline.dueDate(deadline)
  const days = due === undefined || expected === undefined ? 1 : Math.max(1, Calendar.daysBetween(due, expected))
  return `P${days}D`
}
