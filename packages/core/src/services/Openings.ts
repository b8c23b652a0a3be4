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
import * as Contract from "../domain/Contract.ts"
import * as Pseudonym from "../domain/Pseudonym.ts"
import type { EventStore } from "../eventsourcing/EventStore.ts"
import { Refusal } from "../eventsourcing/Refusal.ts"
import * as Purpose from "../policy/checks/Purpose.ts"
import * as ReadAccess from "../policy/checks/ReadAccess.ts"
import { type Opening, OpeningPolicy } from "../privacy/OpeningPolicy.ts"
import { VaultUnavailable } from "../privacy/VaultError.ts"
import type { Declared } from "./internal/Declarations.ts"
import * as Decisions from "./internal/Decisions.ts"
import * as RetentionEnds from "./internal/RetentionEnds.ts"

const isPurpose = Schema.is(Purpose.Purpose)

/** The answers, from the event store in force. */
export const layer: Layer.Layer<OpeningPolicy, never, EventStore> = Layer.effect(
  OpeningPolicy,
  Effect.gen(function* () {
    const decisions = yield* Decisions.make
    const reading = <A>(effect: Effect.Effect<A, { readonly _tag: string }>) =>
      Effect.mapError(effect, ({ _tag }) => new VaultUnavailable({ store: "eventLog", cause: _tag }))
    /** The consents in force of the pseudonym whose value it is. */
    const consented = ({ customer, subject }: Opening) =>
      subject === undefined
        ? Effect.succeed([])
        : Effect.map(reading(decisions.load(Pseudonym.aggregate, customer, subject)), ({ state }) =>
            Purpose.purposes.filter((purpose) => Pseudonym.hasConsent(state, purpose)),
          )
    return {
      check: Effect.fn("Openings.check")(function* (opening: Opening) {
        const declared = yield* reading(decisions.declared(opening.customer))
        yield* Effect.fromResult(judge(opening, declared, yield* consented(opening)))
      }),
      endOf: Effect.fn("Openings.endOf")(function* ({ at, category, collectedAt, customer }: Opening) {
        if (collectedAt === undefined) return undefined
        const declared = yield* reading(decisions.declared(customer))
        return yield* reading(RetentionEnds.retentionEnd(decisions, customer, declared, { category, collectedAt, at }))
      }),
    }
  }),
)

const judge = (
  opening: Opening,
  { policyAt, state }: Declared,
  consented: ReadonlyArray<Purpose.Purpose>,
): Result.Result<void, Refusal> => {
  const { access, category } = opening
  const at = DateTime.makeUnsafe(opening.at)
  const policy = policyAt(at)
  if (policy === undefined) return refuse("POLICY-BIND", undefined, "a Customer that has adopted a policy by then")
  const { actor, matter, purpose, reason } = access
  const reader = ReadAccess.check(
    policy,
    { _tag: "staff", authorisedRoles: actor.roles, mission: reason },
    "heldByOperator",
  )
  if (Result.isFailure(reader)) return reader
  if (!isPurpose(purpose)) return refuse("PURPOSES", "purpose", "a purpose that the policies know")
  const instructed = Contract.instructedPurposes(state, policy, at)
  const answer = Purpose.check(policy, {
    role: "processor",
    purpose,
    ...(opening.declared === undefined ? {} : { datum: { category, declared: opening.declared.filter(isPurpose) } }),
    ...(instructed === undefined ? {} : { instructed }),
    consented,
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
