/**
 * The declarations of a Customer, and the policy that binds it: every decision about its people rests on these.
 */
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Customer from "../../domain/Customer.ts"
import type * as PolicyArchive from "../../domain/PolicyArchive.ts"
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

/**
 * The operator whose published texts bind a Customer: the compartment in which `Policies` keeps them. Its versions may be
 * adopted beside those of `Customers.KnownPolicies`; its supplements and severances decide what binds. Default: no operator.
 *
 * @example
 * ```ts
 * import type { CustomerId } from "@tacet/core/eventsourcing"
 * import { Policies } from "@tacet/core/services"
 * import * as Layer from "effect/Layer"
 *
 * const of = (operator: CustomerId.CustomerId) => Layer.succeed(Policies.OperatorOf, () => operator)
 * ```
 */
export const OperatorOf: Context.Reference<(customer: CustomerId) => CustomerId | undefined> = Context.Reference<
  (customer: CustomerId) => CustomerId | undefined
>("@tacet/core/services/Policies/OperatorOf", { defaultValue: () => () => undefined })

/** The archive of an operator, as loaded from its stream. */
export type Archive = CommandHandler.Loaded<PolicyArchive.State>

/** Texts with those that an operator has published. A version of the archive comes before one that the program carries. */
export const withArchive = (policies: PolicyBook.PolicyBook, archive: Archive | undefined): PolicyBook.PolicyBook => {
  if (archive === undefined || archive.version === 0) return policies
  const { register, severances, supplements } = archive.state
  return {
    ...policies,
    versions: [...register.map(({ policy }) => policy), ...policies.versions],
    supplements: [...(policies.supplements ?? []), ...supplements],
    severances: [...(policies.severances ?? []), ...severances],
  }
}

/** A Customer's declarations at a version of its stream, and the policy that binds it at each moment. */
export interface Declared extends CommandHandler.Loaded<Customer.State> {
  readonly policyAt: PolicyBook.PolicyAt
  /** The moments at which the policy that binds may have changed. */
  readonly changes: () => ReadonlyArray<EpochMillis>
  /** The texts on which it rests. */
  readonly policies: PolicyBook.PolicyBook
  /** The version of the operator's archive on which it rests; 0 without one. */
  readonly archive: number
}

/** A Customer's declarations, as loaded from its stream. */
export const of = (
  policies: PolicyBook.PolicyBook,
  archive: Archive | undefined,
  { state, version }: CommandHandler.Loaded<Customer.State>,
): Declared => {
  const book = withArchive(policies, archive)
  return {
    state,
    version,
    policyAt: Customer.policyTimeline(state, book),
    changes: () => PolicyBook.changes(book, state.policyVersions, state.products),
    policies: book,
    archive: archive?.version ?? 0,
  }
}

/** Requires, when a decision that rests on the declarations is appended, that the Customer has declared nothing more. */
export const check = (customer: CustomerId, { version }: Declared): StreamCheck => ({
  stream: Customer.streamOf(customer),
  expected: Expected.exact(version),
})

/** The policy that binds a moment; refused where none was adopted by then (POLICY-BIND). */
export const bound = (
  { policyAt }: Pick<Declared, "policyAt">,
  command: string,
  at: DateTime.Utc,
): Effect.Effect<EffectivePolicy, Refusal> => {
  const policy = policyAt(at)
  const accepted = "a moment at which the Customer has adopted a policy: send AdoptPolicyVersion first"
  return policy === undefined
    ? Effect.fail(new Refusal({ rule: "POLICY-BIND", command, field: "at", accepted }))
    : Effect.succeed(policy)
}
