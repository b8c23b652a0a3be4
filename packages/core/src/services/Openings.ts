/**
 * What the vault asks before it opens a value, answered from what binds the Customer at that moment: the policy version
 * it has adopted, the purposes that its contract instructs, and the roles and the mission of whoever looks (PURPOSES,
 * CUST-PURPOSE, AUTHZ, NEED).
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Customer from "../domain/Customer.ts"
import * as CommandHandler from "../eventsourcing/CommandHandler.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import { Refusal } from "../eventsourcing/Refusal.ts"
import * as PolicyBook from "../policy/PolicyBook.ts"
import * as Purpose from "../policy/Purpose.ts"
import * as ReadAccess from "../policy/ReadAccess.ts"
import { type Opening, OpeningPolicy } from "../privacy/OpeningPolicy.ts"
import { VaultUnavailable } from "../privacy/VaultError.ts"
import { Policies } from "./Contacts.ts"

const isPurpose = Schema.is(Purpose.Purpose)

/** The answers, from the event store in force. */
export const layer: Layer.Layer<OpeningPolicy, never, EventStore> = Layer.effect(
  OpeningPolicy,
  Effect.gen(function* () {
    const store = yield* EventStore
    return {
      check: Effect.fn("Openings.check")(function* (opening: Opening) {
        const { customer } = opening
        const policies = yield* Policies
        const { state } = yield* CommandHandler.load(Customer.aggregate, customer, customer).pipe(
          Effect.provideService(EventStore, store),
          Effect.mapError(({ _tag }) => new VaultUnavailable({ store: "eventLog", cause: _tag })),
        )
        yield* Effect.fromResult(judge(opening, state, policies(customer)))
      }),
    }
  }),
)

const judge = (opening: Opening, state: Customer.State, book: PolicyBook.PolicyBook): Result.Result<void, Refusal> => {
  const { access, category, declared } = opening
  const at = DateTime.makeUnsafe(opening.at)
  const policy = PolicyBook.timeline(book, state.policyVersions)(at)
  if (policy === undefined) return refuse("POLICY-BIND", undefined, "a Customer that has adopted a policy by then")
  const { actor, matter, purpose, reason } = access
  const reader = ReadAccess.check(
    policy,
    { _tag: "staff", authorisedRoles: actor.roles, mission: reason },
    "heldByOperator",
  )
  if (Result.isFailure(reader)) return reader
  if (!isPurpose(purpose)) return refuse("PURPOSES", "purpose", "a purpose that the policies know")
  const instructed = Customer.instructedPurposes(state, policy, at)
  const answer = Purpose.check(policy, {
    role: "processor",
    purpose,
    ...(declared === undefined ? {} : { datum: { category, declared: declared.filter(isPurpose) } }),
    ...(instructed === undefined ? {} : { instructed }),
    // The request that is answered, or the matter in which a law demands it.
    ...(matter === undefined ? {} : { legalReference: matter }),
  })
  switch (answer._tag) {
    case "allow":
      return Result.void
    case "violation":
      return refuse(answer.rule, "purpose", answer.accepted)
    case "gap":
      return refuse(answer.rule, "purpose", answer.missing)
  }
}

const refuse = (rule: string, field: string | undefined, accepted: string): Result.Result<never, Refusal> =>
  Result.fail(new Refusal({ rule, command: "OpenValue", ...(field === undefined ? {} : { field }), accepted }))
