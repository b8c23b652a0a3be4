/**
 * FreeSWITCH's causes of a hang-up, in the domain's words. There are about eighty and modules add their own: a cause
 * that is not listed is a failure.
 */
import type { CallFact } from "../SourceRow.ts"

const causes: { readonly [Disposition in CallFact["disposition"]]?: ReadonlyArray<string> } = {
  answered: [
    "SUCCESS",
    "NORMAL_CLEARING",
    "NORMAL_UNSPECIFIED",
    "ATTENDED_TRANSFER",
    "BLIND_TRANSFER",
    "MEDIA_TIMEOUT",
    "MANAGER_REQUEST",
  ],
  busy: ["USER_BUSY", "CALL_REJECTED"],
  noAnswer: [
    "NO_ANSWER",
    "NO_USER_RESPONSE",
    "ALLOTTED_TIMEOUT",
    "PROGRESS_TIMEOUT",
    "SUBSCRIBER_ABSENT",
    "USER_NOT_REGISTERED",
  ],
  cancelled: ["ORIGINATOR_CANCEL", "LOSE_RACE", "PICKED_OFF"],
}

/** The table; for a leg that was never answered, a cause that denotes a normal end means no answer. */
export const dispositionOf = (cause: string, answered: boolean): CallFact["disposition"] => {
  if (answered) return "answered"
  const disposition = table.get(cause.trim().toUpperCase())
  return disposition === "answered" ? "noAnswer" : (disposition ?? "failed")
}

const table = new Map(
  Object.entries(causes).flatMap(([disposition, names]) =>
    names.map((name) => [name, disposition as CallFact["disposition"]] as const),
  ),
)
