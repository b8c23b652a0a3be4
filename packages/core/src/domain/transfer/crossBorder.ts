/**
 * Judges whether a disclosure crosses the border of the EEA, and what carries it.
 */
import type * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Calendar from "../../calendar/Calendar.ts"
import * as LegalData from "../../policy/legal/LegalData.ts"
import * as ProcessingLocation from "../../policy/checks/ProcessingLocation.ts"
import * as TransferInstrument from "../../policy/checks/TransferInstrument.ts"
import type { RuleKey } from "../../policy/text/RuleKey.ts"
import type * as Recipient from "../Recipient.ts"
import type { Context } from "./commands.ts"
import type { TransferRequested } from "./events.ts"

/** The safeguard under which an authorised disclosure crosses a border, where it does. */
export interface Carried {
  readonly article?: string
  readonly act?: string
}

/** Whether it crosses the border of the EEA, and what carries it. Fails with the rule that keeps it inside. */
export const crossBorder = (
  request: typeof TransferRequested.Type,
  at: DateTime.Utc,
  { legal, policy, recipient }: Context,
): Result.Result<Carried, Recipient.Violation> => {
  const date = Calendar.localDate(at, policy.timeZone)
  const question = { entity: request.destination, date, conditions: request.conditions }
  const status = LegalData.statusOf(legal, request.destination, date)
  if (Result.isFailure(status)) {
    return Result.fail({
      rule: "A45-47",
      accepted: "a date for which the legal data answer: replace them by newer ones",
    })
  }
  if (status.success !== "thirdCountry") return Result.succeed({})
  if (request.manner === "remoteAccess" && policy.parameters.remoteAccess === "isNoTransfer") return Result.succeed({})
  const safeguard = request.safeguard
  // A processor of the operator processes at a place that the policy allows, on any ground.
  if (request.ground === "subProcessor" || recipient.registered?.kind === "subProcessor") {
    const place = ProcessingLocation.check(
      policy,
      safeguard === undefined ? question : { ...question, safeguard },
      legal,
    )
    if (Result.isFailure(place)) {
      return Result.fail(
        place.failure._tag === "LocationRefused"
          ? { rule: place.failure.rule as RuleKey, accepted: place.failure.accepted }
          : { rule: "A45-47", accepted: "a date for which the legal data answer" },
      )
    }
  }
  if (safeguard === undefined) {
    return Result.fail({
      rule: request.manner === "remoteAccess" ? "REMOTE" : "A45-47",
      accepted: `one of these instruments, recorded before: ${policy.parameters.instruments.join(", ")}`,
    })
  }
  const { registersOnDemand } = policy.parameters
  const needsDocument = safeguard.instrument !== "adequacyDecision" && registersOnDemand.includes("safeguards")
  if (needsDocument && safeguard.reference.trim() === "") {
    return Result.fail({ rule: "SAFEGUARD-COPY", accepted: "a safeguard with the document that anyone may ask for" })
  }
  const carried = TransferInstrument.check(safeguard, question, policy.parameters.instruments, legal)
  if (Result.isSuccess(carried)) {
    const { act, article } = carried.success
    return Result.succeed({ article, ...(act === undefined ? {} : { act }) })
  }
  const { failure } = carried
  return Result.fail(
    failure._tag === "InstrumentRefused"
      ? { rule: failure.rule, accepted: failure.accepted }
      : { rule: "A45-47", accepted: "a decision on adequacy in force at that date for that country and scope" },
  )
}
