/**
 * Whose policy decides. The rules of the operator bind what it collects, holds or receives; what a third party collects
 * for itself is decided by that party's policy (3P-POLICY, 3P-OUT, SCOPE), and data that the operator handles for a
 * Customer by the Customer's own, on each point that it regulates (PRECEDENCE; applied by `Resolve`).
 */
import * as Result from "effect/Result"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import type { EffectivePolicy } from "./EffectivePolicy.ts"

/** The part of the operator in a datum. */
export type OperatorPart = "collector" | "holder" | "recipient"

/** A datum as far as it decides whose policy binds it. */
export interface Origin {
  /** Whose service collected it: the operator's own, or another party's. */
  readonly service: "operator" | "customer" | "partner" | "thirdParty"
  /** The operator's parts in it; empty where it has none. */
  readonly operatorIs: ReadonlyArray<OperatorPart>
}

/**
 * Whose policy decides a datum.
 *
 * @rule 3P-OUT, 3P-POLICY, SCOPE
 *
 * @example
 * ```ts
 * import { Competence } from "@tacet/core/policy"
 *
 * const whose = Competence.decides({ service: "thirdParty", operatorIs: [] }) // => "thirdParty"
 * ```
 */
export const decides = ({ operatorIs, service }: Origin): "operator" | "thirdParty" =>
  service === "operator" || operatorIs.length > 0 ? "operator" : "thirdParty"

/** The rule that leaves to each other party what it collects for itself. */
const ruleOf = { customer: "SCOPE", partner: "3P-POLICY", thirdParty: "3P-OUT" } as const

/**
 * Refuses a datum that another party collected for itself: that party's policy decides it, and nothing of it is recorded
 * (SCOPE for a Customer's own service, 3P-POLICY for a partner's, 3P-OUT for any other).
 *
 * @example
 * ```ts
 * import { Competence } from "@tacet/core/policy"
 * import * as Result from "effect/Result"
 *
 * const isDecided = (origin: Competence.Origin) => Result.isSuccess(Competence.check(origin, "KeepValue"))
 * isDecided({ service: "partner", operatorIs: [] }) // => false
 * isDecided({ service: "partner", operatorIs: ["recipient"] }) // => true
 * ```
 */
export const check = (origin: Origin, command: string): Result.Result<void, Refusal> => {
  const field = "origin"
  if (origin.service !== "operator" && !Object.hasOwn(ruleOf, origin.service)) {
    const accepted = `the service of one of these: operator, ${Object.keys(ruleOf).join(", ")}`
    return Result.fail(new Refusal({ rule: "TACET-FORMAT", command, field, accepted }))
  }
  return origin.service === "operator" || decides(origin) === "operator"
    ? Result.void
    : Result.fail(
        new Refusal({
          rule: ruleOf[origin.service],
          command,
          field,
          accepted: "data that the operator collected, holds or was given: the other party's policy decides the rest",
        }),
      )
}

/** The party that collected a datum on its own which the operator holds, and was not given. */
export const collectorOf = ({ operatorIs, service }: Origin): Exclude<Origin["service"], "operator"> | undefined =>
  service === "operator" || operatorIs.includes("collector") || operatorIs.includes("recipient") ? undefined : service

/**
 * Whether a Customer must name the operator in its own documents (MENTION). What the data are and what the Customer's
 * documents cover is for the Customer to say.
 *
 * @rule MENTION
 */
export const mustNameOperator = (
  { parameters }: EffectivePolicy,
  facts: { readonly dataPersonalByThemselves: boolean; readonly ownProvisionsCoverTheUse: boolean },
): boolean =>
  !(
    (parameters.mentionExemptions.includes("dataNotPersonalByThemselves") && !facts.dataPersonalByThemselves) ||
    (parameters.mentionExemptions.includes("ownProvisionsCoverTheUse") && facts.ownProvisionsCoverTheUse)
  )

/** Where a request comes from, and what its law says. */
export interface LocalLaw {
  readonly country: string
  /** The reference of the rule that differs from the policy's. */
  readonly reference: string
}

/**
 * Which law decides a point on which the law of the place differs (R-LOCAL-LAW).
 */
export const lawOf = (
  policy: EffectivePolicy,
  local: LocalLaw | undefined,
): { readonly country: string; readonly reference: string | undefined } =>
  local !== undefined && policy.parameters.localLaw === "prevails"
    ? local
    : { country: policy.country, reference: undefined }
