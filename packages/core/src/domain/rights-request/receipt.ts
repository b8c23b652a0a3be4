/**
 * Decides on the receipt of a request, on the identity of the requester and on the details by which the data is located.
 */
import * as DateTime from "effect/DateTime"
import * as Calendar from "../../calendar/Calendar.ts"
import * as Competence from "../../policy/binding/Competence.ts"
import type { EffectivePolicy } from "../../policy/binding/EffectivePolicy.ts"
import { citesAct } from "../../policy/legal/Citation.ts"
import type { PolicyVersionId } from "../Identifier.ts"
import { record, refuse } from "../internal/Decision.ts"
import * as Answer from "./outcome.ts"
import type { CommandOf, Context, Decision } from "./commands.ts"
import type { RequestReceived } from "./events.ts"
import type { State } from "./state.ts"

export const receive = (command: CommandOf<"ReceiveRequest">, { policy }: Context): Decision => {
  const { channel, country = command.localLaw?.country, kind, localLaw, purposes, registered, requester } = command
  const { answerWithin, consent, rights } = policy.parameters
  const offered =
    rights.includes(kind) ||
    kind === "complaint" ||
    (kind === "consentWithdrawal" && consent.includes("withdrawalAtAnyTime"))
  const rule = Object.hasOwn(Answer.ruleOf, kind) ? Answer.ruleOf[kind] : "TACET-FORMAT"
  if (!offered) return refuse(rule, command, "kind", "a right that the policy or the law gives at that moment")
  if ((kind === "objection" || kind === "consentWithdrawal") && purposes.length === 0) {
    return refuse(Answer.ruleOf[kind], command, "purposes", "at least one purpose that is to stop")
  }
  const foreign = foreignLaw(command, country, policy)
  if (foreign !== undefined) return foreign
  const { reference } = Competence.lawOf(policy, localLaw)
  const theirs = reference === undefined ? undefined : localLaw?.answerWithin
  return record({
    _tag: "RequestReceived",
    occurredAt: command.at,
    kind,
    channel,
    requester,
    registered,
    purposes,
    policyVersion: policy.policy as PolicyVersionId,
    received: Calendar.localDate(command.at, policy.timeZone),
    // Both laws are obeyed: the soonest of the periods counts.
    within: theirs === undefined ? answerWithin : [...answerWithin, theirs],
    timeZone: policy.timeZone,
    ...(country === undefined ? {} : { country }),
    ...(reference === undefined ? {} : { localLaw: reference }),
  })
}

/**
 * The law of the place that decides an answer, as its event records it: that which the answer names, else the one that
 * was recorded with the request (R-LOCAL-LAW).
 */
export const localLawOf = (
  request: typeof RequestReceived.Type,
  { localLaw }: CommandOf<"FulfilRequest" | "RefuseRequest">,
  { policy }: Context,
): { readonly country?: string; readonly localLaw?: string } => {
  const { country, reference } = Competence.lawOf(policy, localLaw)
  if (reference !== undefined) return { country, localLaw: reference }
  return {
    ...(request.localLaw === undefined || request.country === undefined ? {} : { country: request.country }),
    ...(request.localLaw === undefined ? {} : { localLaw: request.localLaw }),
  }
}

/** Refused where a law is said to differ that is the policy's own, of another place than the request's, or no act. */
export const foreignLaw = (
  command: CommandOf<"FulfilRequest" | "ReceiveRequest" | "RefuseRequest">,
  country: string | undefined,
  policy: EffectivePolicy,
): Decision | undefined => {
  const { localLaw } = command
  if (localLaw === undefined) return undefined
  const field = "localLaw"
  if (localLaw.country === policy.country) {
    return refuse(
      "R-LOCAL-LAW",
      command,
      field,
      `the law of another place than ${policy.country}, whose law the policy keeps`,
    )
  }
  if (country !== undefined && country !== localLaw.country) {
    return refuse("R-LOCAL-LAW", command, field, `the law of the place that the request comes from: ${country}`)
  }
  return citesAct(localLaw.reference)
    ? undefined
    : refuse("R-LOCAL-LAW", command, field, "the act that differs, with its provision: no policy and no contract")
}

export const verify = (state: State, command: CommandOf<"VerifyIdentity">, { policy }: Context): Decision => {
  const { identityEvidence, verifiers } = policy.parameters
  const mayVerify = command.by === "customer" ? state.handler === "customer" : verifiers.includes(command.by)
  if (!mayVerify) return refuse("R-VERIFY", command, "by", "a party that the policy permits to verify")
  if (evidence.has(command.method) && identityEvidence === "onReasonableDoubt" && state.doubt === undefined) {
    return refuse("R-VERIFY", command, "method", "evidence that was asked for on a recorded doubt: DoubtIdentity first")
  }
  return record({
    _tag: "IdentityVerified",
    occurredAt: command.at,
    by: command.by,
    method: command.method,
    ...(state.doubt === undefined ? {} : { doubt: state.doubt }),
  })
}

const evidence: ReadonlySet<string> = new Set(["code", "document"])

export const locate = (
  request: typeof RequestReceived.Type,
  command: CommandOf<"LocateSubject">,
  { policy }: Context,
): Decision => {
  const { choice, locators } = command
  // A registered person, or one who asks in the settings of an application, needs no detail.
  const isShown = request.registered || (request.channel === "settings" && choice !== undefined)
  if (locators.length === 0 && !isShown) {
    return refuse("R-LOCATE", command, "locators", "at least one detail by which the data is found")
  }
  for (const { bound, kind } of locators) {
    if (!policy.parameters.locators.includes(kind)) {
      const rule = kind === "advertisingIdentifier" ? "R-LOCATE-AD" : "R-LOCATE"
      return refuse(rule, command, "locators", `one of ${policy.parameters.locators.join(", ")}`)
    }
    if (kind === "otherDetails") continue
    const isBounded =
      bound !== undefined &&
      DateTime.isLessThan(bound.from, bound.to) &&
      DateTime.isLessThanOrEqualTo(bound.to, command.at)
    if (!isBounded) {
      return refuse(
        "R-LOCATE",
        command,
        "locators",
        "each with the time in which it belonged to the person, and not later",
      )
    }
  }
  if (choice !== undefined && choice.taken < 1) {
    const accepted = "at least one candidate taken; send DeclareNotIdentified where none is the person (GDPR 11(2))"
    return refuse("R-LOCATE", command, "choice", accepted)
  }
  return record({
    _tag: "SubjectLocated",
    occurredAt: command.at,
    locators: locators.map(({ kind, value }) => ({ kind, value })),
    ...(choice === undefined ? {} : { choice }),
  })
}
