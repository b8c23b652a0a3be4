/**
 * The declarations of a Customer, and the policy that binds it: every decision about its people rests on these.
 */
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Customer from "../../domain/Customer.ts"
import type * as CommandHandler from "../../eventsourcing/CommandHandler.ts"
import type { StreamCheck } from "../../eventsourcing/Commit.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import * as Expected from "../../eventsourcing/ExpectedVersion.ts"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import type { EffectivePolicy } from "../../policy/binding/EffectivePolicy.ts"
import * as PolicyBook from "../../policy/binding/PolicyBook.ts"

/**
 * The texts that a Customer may adopt. Default: the published versions, for every Customer.
 *
 * @example
 * ```ts
 * import { PolicyBook, type PrivacyPolicy } from "@tacet/core/policy"
 * import { Customers } from "@tacet/core/services"
 * import * as Layer from "effect/Layer"
 *
 * const withOwn = (own: PrivacyPolicy.PrivacyPolicy) =>
 *   Layer.succeed(Customers.KnownPolicies, () => ({
 *     ...PolicyBook.published,
 *     versions: [...PolicyBook.published.versions, own],
 *   }))
 * ```
 */
export const KnownPolicies: Context.Reference<(customer: CustomerId) => PolicyBook.PolicyBook> = Context.Reference<
  (customer: CustomerId) => PolicyBook.PolicyBook
>("@tacet/core/services/Customers/KnownPolicies", { defaultValue: () => () => PolicyBook.published })

/** A Customer's declarations at a version of its stream, and the policy that binds it at each moment. */
export interface Declared extends CommandHandler.Loaded<Customer.State> {
  readonly policyAt: PolicyBook.PolicyAt
  /** The moments at which the policy that binds may have changed. */
  readonly changes: () => ReadonlyArray<EpochMillis>
}

/** A Customer's declarations, as loaded from its stream. */
export const of = (
  policies: PolicyBook.PolicyBook,
  { state, version }: CommandHandler.Loaded<Customer.State>,
): Declared => ({
  state,
  version,
  policyAt: PolicyBook.timeline(policies, state.policyVersions),
  changes: () => PolicyBook.changes(policies, state.policyVersions),
})

/** Requires, when a decision that rests on the declarations is appended, that the Customer has declared nothing more. */
export const check = (customer: CustomerId, { version }: Declared): StreamCheck => ({
  stream: Customer.streamOf(customer),
  expected: Expected.exact(version),
})

/** The policy that binds a moment; refused where none was adopted by then (POLICY-BIND). */
export const bound = (
  { policyAt }: Declared,
  command: string,
  at: DateTime.Utc,
): Effect.Effect<EffectivePolicy, Refusal> => {
  const policy = policyAt(at)
  const accepted = "a moment at which the Customer has adopted a policy: send AdoptPolicyVersion first"
  return policy === undefined
    ? Effect.fail(new Refusal({ rule: "POLICY-BIND", command, field: "at", accepted }))
    : Effect.succeed(policy)
}
