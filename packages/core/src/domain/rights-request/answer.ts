/**
 * Decides on the answer to a request: fulfilled or refused, with the statements that the policy asks for.
 */
import type { Right } from "../../policy/text/parameters/rights.ts"
import { answerDuties } from "../../policy/text/parameters/rights.ts"
import { record, refuse } from "../internal/Decision.ts"
import * as Answer from "./outcome.ts"
import type { CommandOf, Context, Decision } from "./commands.ts"
import type { RequestReceived } from "./events.ts"
import { foreignLaw, localLawOf } from "./receipt.ts"
import type { State } from "./state.ts"

/** Kinds that are answered without verifying the person: no personal data are disclosed or changed. */
export const answersAnybody: ReadonlySet<Right> = new Set(["consentWithdrawal", "complaint"])

export const fulfil = (
  state: State,
  request: typeof RequestReceived.Type,
  command: CommandOf<"FulfilRequest">,
  context: Context,
): Decision => {
  const { outcome } = command
  const foreign = foreignLaw(command, request.country, context.policy)
  if (foreign !== undefined) return foreign
  const unknown = answersAnybody.has(request.kind) ? undefined : unknownPerson(state, command, context)
  if (unknown !== undefined) return unknown
  const violation = Answer.outcomeViolation(request, outcome, context.holdings ?? [])
  if (violation !== undefined) return refuse(violation.rule, command, violation.field, violation.accepted)
  const kept = outcome._tag === "erasure" ? (context.holdings ?? []).filter(({ keptBy }) => keptBy !== undefined) : []
  return (
    unsaid(command, context, ["complaintToAuthority", "courtRemedy"]) ??
    (kept.length === 0 ? undefined : unsaid(command, context, ["ground", "legalReference"])) ??
    record({
      _tag: "RequestFulfilled",
      occurredAt: command.at,
      by: command.by,
      values: Answer.sizeOf(outcome),
      kept: kept.length,
      keptBy: Array.from(new Set(kept.flatMap(({ keptBy }) => keptBy ?? []))).sort(),
      ...(outcome._tag === "portability" ? { format: outcome.format } : {}),
      ...localLawOf(request, command, context),
      states: command.states,
    })
  )
}

/** Refused until the person's data is located, and, where the policy asks for it, the requester verified. */
const unknownPerson = (
  state: State,
  command: CommandOf<"FulfilRequest" | "RefuseRequest">,
  { policy }: Context,
): Decision | undefined => {
  if (!state.located)
    return refuse("R-LOCATE", command, undefined, "a person whose data was found: LocateSubject first")
  return !state.verified && policy.parameters.verification === "beforeAnswer"
    ? refuse("R-VERIFY", command, undefined, "requester and data that correspond: VerifyIdentity first")
    : undefined
}

export const refuseRequest = (
  state: State,
  request: typeof RequestReceived.Type,
  command: CommandOf<"RefuseRequest">,
  context: Context,
): Decision => {
  const { ground, held, legalReference } = command
  const foreign = foreignLaw(command, request.country, context.policy)
  if (foreign !== undefined) return foreign
  const law = localLawOf(request, command, context)
  const violation = Answer.groundViolation({ ...request, localLaw: law.localLaw }, command, context)
  if (violation !== undefined) return refuse(violation.rule, command, violation.field, violation.accepted)
  // No law holds the data of a person who is not known yet.
  const unknown = Answer.isLegalGround(ground) ? unknownPerson(state, command, context) : undefined
  return (
    unknown ??
    unsaid(command, context, answerDuties) ??
    record({
      _tag: "RequestRefused",
      occurredAt: command.at,
      by: command.by,
      ground,
      reasons: command.reasons,
      ...(legalReference === undefined ? {} : { legalReference }),
      ...(held === undefined ? {} : { held: held.length }),
      ...law,
      states: command.states,
    })
  )
}

/** Refused where an answer does not say all that the policy makes it say, of what its outcome calls for. */
export const unsaid = (
  command: CommandOf<"DeclareNotIdentified" | "FulfilRequest" | "RefuseRequest">,
  { policy }: Context,
  calledFor: ReadonlyArray<(typeof answerDuties)[number]>,
): Decision | undefined => {
  const legal = command._tag === "RefuseRequest" && command.legalReference === undefined
  const missing = calledFor.find(
    (duty) =>
      policy.parameters.answerDuties.includes(duty) &&
      !command.states.includes(duty) &&
      !(duty === "legalReference" && legal),
  )
  if (missing === undefined) return undefined
  const rule = missing === "ground" || missing === "legalReference" ? "R-LEGAL-LIMIT" : "R-COMPLAINT"
  return refuse(rule, command, "states", `an answer that states ${missing}`)
}
