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
import * as CommandHandler from "../eventsourcing/CommandHandler.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import { Refusal } from "../eventsourcing/Refusal.ts"
import * as Purpose from "../policy/checks/Purpose.ts"
import * as ReadAccess from "../policy/checks/ReadAccess.ts"
import { type Opening, OpeningPolicy } from "../privacy/OpeningPolicy.ts"
import { VaultUnavailable } from "../privacy/VaultError.ts"
import * as Facts from "./internal/Facts.ts"

const isPurpose = Schema.is(Purpose.Purpose)

/** The answers, from the event store in force. */
export const layer: Layer.Layer<OpeningPolicy, never, EventStore> = Layer.effect(
  OpeningPolicy,
  Effect.gen(function* () {
    const store = yield* EventStore
    const reading = <A>(effect: Effect.Effect<A, { readonly _tag: string }, EventStore>) =>
      effect.pipe(
        Effect.provideService(EventStore, store),
        Effect.mapError(({ _tag }) => new VaultUnavailable({ store: "eventLog", cause: _tag })),
      )
    /** The consents in force of the pseudonym whose value it is. */
    const consented = ({ customer, subject }: Opening) =>
      subject === undefined
        ? Effect.succeed([])
        : Effect.map(reading(CommandHandler.load(Pseudonym.aggregate, customer, subject)), ({ state }) =>
            Purpose.purposes.filter((purpose) => Pseudonym.hasConsent(state, purpose)),
          )
    return {
      check: Effect.fn("Openings.check")(function* (opening: Opening) {
        const facts = yield* reading(Facts.load(opening.customer))
        yield* Effect.fromResult(judge(opening, facts, yield* consented(opening)))
      }),
      endOf: Effect.fn("Openings.endOf")(function* ({ at, category, collectedAt, customer }: Opening) {
        if (collectedAt === undefined) return undefined
        const facts = yield* reading(Facts.load(customer))
        return yield* reading(Facts.endOf(customer, facts, { category, collectedAt, at }))
      }),
    }
  }),
)

const judge = (
  opening: Opening,
  { policyAt, state }: Facts.Facts,
  consented: ReadonlyArray<Purpose.Purpose>,
): Result.Result<void, Refusal> => {
  const { access, category, declared } = opening
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
    ...(declared === undefined ? {} : { datum: { category, declared: declared.filter(isPurpose) } }),
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
