/**
 * The notices that precede what a person says or types: shown in the interaction in which they did, or part of the policy
 * that they accepted.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Customer from "../../domain/Customer.ts"
import * as Interaction from "../../domain/Interaction.ts"
import type * as Pseudonym from "../../domain/Pseudonym.ts"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import type { Sealing } from "../../privacy/OpeningPolicy.ts"
import * as Declarations from "../internal/Declarations.ts"
import type * as Decisions from "../internal/Decisions.ts"

const command = "SealValue"

/** Refuses a value that a person gave before the notices that the policy demands (PURPOSE-FIRST, ACK-FIRST). */
export const requireNotice = Effect.fnUntraced(function* (
  { load }: Pick<Decisions.Decisions, "load">,
  declared: Declarations.Declared,
  { acceptances }: Pseudonym.State,
  { at: collectedAt, customer, interaction, ownerOf, subject }: Sealing,
) {
  const at = DateTime.makeUnsafe(collectedAt)
  const { parameters } = yield* Declarations.bound(declared, command, at)
  const version = Customer.policyVersionAt(declared.state, at)
  if (version === undefined || parameters.collectionNotice.length === 0) return
  const accepted = acceptances.get(version)
  // Who read, understood and accepted the policy knows its purposes too.
  if (accepted !== undefined && DateTime.isLessThanOrEqualTo(accepted.occurredAt, at)) return
  // A notice that another person was shown tells this one nothing.
  const owner = interaction === undefined ? Option.none() : yield* ownerOf(interaction)
  const isOthers = Option.isSome(owner) && owner.value !== subject
  const shown =
    interaction === undefined || isOthers
      ? Interaction.initial
      : (yield* load(Interaction.aggregate, customer, interaction)).state
  const required = [
    ["purposeBeforeCollection", "purposes", "PURPOSE-FIRST", "a notice of the purposes"],
    ["policyBeforeInput", "policy", "ACK-FIRST", "a notice with the policy version in force"],
  ] as const
  for (const [duty, thing, rule, notice] of required) {
    if (!parameters.collectionNotice.includes(duty) || Interaction.wasTold(shown, version, thing, at)) continue
    const instead = `${notice} first: show it in the interaction, and name that, or record the acceptance of the policy`
    return yield* new Refusal({ rule, command, field: "interaction", accepted: instead })
  }
})
