/**
 * The texts that a Customer has adopted, in the order of time: versions, supplements for single products, and policies
 * of its own. The version that binds an event is the latest that was adopted at or before it, and never a later one
 * (POLICY-BIND).
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { PolicyId, PrivacyPolicy, Statements } from "../text/PrivacyPolicy.ts"

/** A version from the moment at which a Customer adopted it. */
export interface Adoption {
  readonly from: DateTime.Utc
  readonly policy: PrivacyPolicy
}

/** An addition to the text for one product (SUPPLEMENT). */
export interface Supplement {
  readonly id: PolicyId
  readonly product: string
  readonly from: DateTime.Utc
  readonly parameters: Statements
}

/** The Customer's own policy, for data that the operator handles for it (PRECEDENCE). */
export interface CustomerPolicy {
  readonly id: PolicyId
  readonly from: DateTime.Utc
  readonly parameters: Statements
}

/** All of it for one Customer, each list in the order of `from`. */
export interface History {
  readonly adopted: ReadonlyArray<Adoption>
  readonly supplements?: ReadonlyArray<Supplement>
  readonly customerPolicies?: ReadonlyArray<CustomerPolicy>
}

/** No version was adopted by then: nothing may be collected. */
export class NoPolicyInForce extends Schema.TaggedError<NoPolicyInForce>()("NoPolicyInForce", {
  rule: Schema.Literal("POLICY-BIND"),
  /** The moment, in milliseconds since 1970. */
  at: Schema.Int,
}) {
  override get message(): string {
    return `No policy version was adopted by ${DateTime.formatIso(DateTime.makeUnsafe(this.at))} (POLICY-BIND).`
  }
}

/**
 * The adoption that binds a moment: the latest at or before it.
 */
export const bindingAt = (history: History, at: DateTime.Utc): Result.Result<Adoption, NoPolicyInForce> => {
  const found = latest(history.adopted, at)
  return found === undefined
    ? Result.fail(new NoPolicyInForce({ rule: "POLICY-BIND", at: DateTime.toEpochMillis(at) }))
    : Result.succeed(found)
}

/**
 * The history in which one version was adopted, from the first day on which it binds: enough to ask what it allows.
 */
export const of = (policy: PrivacyPolicy): History => ({
  adopted: [{ from: DateTime.makeUnsafe(`${policy.effectiveFrom}T00:00:00Z`), policy }],
})

/**
 * The latest of dated things at or before a moment.
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import { History } from "@tacet/core/policy"
 *
 * const found = History.latest(
 *   [{ from: DateTime.makeUnsafe("2019-03-05T00:00:00Z") }],
 *   DateTime.makeUnsafe("2020-01-01T00:00:00Z")
 * )
 * found?.from // => "2019-03-05T00:00:00.000Z"
 * ```
 */
export const latest = <A extends { readonly from: DateTime.Utc }>(
  dated: ReadonlyArray<A>,
  at: DateTime.Utc,
): A | undefined => {
  const instant = DateTime.toEpochMillis(at)
  let found: A | undefined
  for (const one of dated) {
    const from = DateTime.toEpochMillis(one.from)
    if (from <= instant && (found === undefined || DateTime.toEpochMillis(found.from) <= from)) found = one
  }
  return found
}
