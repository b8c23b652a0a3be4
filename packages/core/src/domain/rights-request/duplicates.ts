/**
 * Decides whether one request is a duplicate of another.
 */
import * as Deadline from "../../policy/checks/Deadline.ts"
import { refuse } from "../internal/Decision.ts"
import type { CommandOf, Decision } from "./commands.ts"
import type { RequestReceived } from "./events.ts"
import { type State, settledStatuses } from "./state.ts"

/**
 * One request can serve for another only if both are of one person and ask for the same, and only if the remaining one
 * is verified: otherwise a stranger could block a person by asking first in their name. It must be due no later, or a
 * duplicate would postpone an answer.
 */
export const duplicateViolation = (
  duplicate: State | undefined,
  original: State | undefined,
  command: CommandOf<"AcceptDuplicate" | "MarkDuplicate">,
): Decision | undefined => {
  const field = command._tag === "AcceptDuplicate" ? "duplicate" : "original"
  if (duplicate?.request === undefined || original?.request === undefined) {
    return refuse("TACET-STARTED", command, field, "a request that was received")
  }
  if (duplicate.duplicates.size > 0) {
    return refuse("TACET-ONCE", command, field, "a duplicate that is no other's original")
  }
  if (settledStatuses.has(original.status) || settledStatuses.has(duplicate.status)) {
    return refuse("TACET-ENDED", command, field, "requests that are not settled, and an original that is no duplicate")
  }
  if (!original.verified) return refuse("R-VERIFY", command, field, "an original whose requester is verified")
  const [one, other] = [duplicate.request, original.request]
  if (claimOf(one) !== claimOf(other)) {
    return refuse("TACET-ONCE", command, field, "two requests of one person that say the same")
  }
  const [due, sooner] = [Deadline.dueDate(duplicate.deadline), Deadline.dueDate(original.deadline)]
  return due === undefined || sooner === undefined || sooner > due
    ? refuse("R-1M", command, field, "an original that is due no later than its duplicate")
    : undefined
}

type Claim = Pick<typeof RequestReceived.Type, "kind" | "purposes" | "registered" | "requester">

/** What a request asks for, and of whom: the same text for all requests of one person that say the same. */
export const claimOf = ({ kind, purposes, registered, requester }: Claim): string =>
  JSON.stringify([kind, requester, registered, purposes.toSorted()])
