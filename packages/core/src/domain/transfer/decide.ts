/**
 * Decides on the commands of a disclosure.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Refusal } from "../../eventsourcing/Refusal.ts"
import { nothing, record, refuse } from "../internal/Decision.ts"
import { assess } from "./assess.ts"
import type { Command, Context } from "./commands.ts"
import { type Event, TransferRequested } from "./events.ts"
import type { State } from "./state.ts"

export const decide = (
  state: State,
  command: Command,
  context: Context,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const occurredAt = command.at
  switch (command._tag) {
    case "RequestTransfer": {
      const { _tag: _request, againstPayment, at: _at, ...wanted } = command
      const request = { _tag: "TransferRequested" as const, occurredAt, ...wanted }
      if (state.request !== undefined) {
        return same(state.request, request)
          ? nothing
          : refuse("TACET-ONCE", command, undefined, "another disclosure in a stream of its own")
      }
      const assessment = assess(request, occurredAt, context, againstPayment)
      if (Result.isFailure(assessment)) {
        return Result.succeed([
          request,
          { _tag: "TransferRefused", occurredAt, rules: assessment.failure.map(({ rule }) => rule) },
        ])
      }
      const { act, article } = assessment.success
      return Result.succeed([
        request,
        {
          _tag: "TransferAuthorised",
          occurredAt,
          ...(article === undefined ? {} : { article }),
          ...(act === undefined ? {} : { act }),
        },
      ])
    }
    case "ExecuteTransfer": {
      if (state.status === "executed") return nothing
      if (state.status !== "authorised" || state.request === undefined) {
        return refuse("GROUNDS", command, undefined, "a disclosure that was authorised")
      }
      if (DateTime.toEpochMillis(occurredAt) < DateTime.toEpochMillis(state.request.occurredAt)) {
        return refuse("TACET-TIME", command, "at", "a moment at or after the authorisation")
      }
      // The grounds of the authorisation may have ended since: a contract, a consent, a decision on adequacy.
      const assessment = assess(state.request, occurredAt, context, false)
      const first = Result.isFailure(assessment) ? assessment.failure[0] : undefined
      return first === undefined
        ? record({ _tag: "TransferExecuted", occurredAt, values: command.values, digest: command.digest })
        : refuse(first.rule, command, undefined, first.accepted)
    }
    case "NotifyRecipient":
    case "DeclareNoticeImpossible":
      return decideNotice(state, command)
  }
}

/**
 * Records a notice to the recipient: that it was given, or why it was impossible (GDPR 19). It needs no policy, because
 * the duty holds under every policy.
 *
 * @example
 * ```ts
 * import type { Uuid } from "@tacet/core/eventsourcing"
 * import { Transfer } from "@tacet/core/domain"
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 *
 * const command = {
 *   _tag: "NotifyRecipient" as const,
 *   at: DateTime.makeUnsafe(0),
 *   notice: "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as Uuid.Uuid,
 *   cause: "erasure" as const,
 * }
 * Result.isFailure(Transfer.decideNotice(Transfer.initial, command)) // => true
 * ```
 */
export const decideNotice = (
  state: State,
  command: Extract<Command, { readonly _tag: "NotifyRecipient" | "DeclareNoticeImpossible" }>,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const { at: occurredAt, cause, notice } = command
  if (state.status !== "executed") {
    return refuse("REGISTER-RCPT", command, undefined, "an executed disclosure: only its recipient is notified")
  }
  if (state.notices.has(notice)) return nothing
  return command._tag === "NotifyRecipient"
    ? record({ _tag: "RecipientNotified", occurredAt, notice, cause })
    : record({ _tag: "NoticeImpossible", occurredAt, notice, cause, reason: command.reason })
}

const same = Schema.toEquivalence(TransferRequested)
