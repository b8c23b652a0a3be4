/**
 * The notices that precede what a person says or types: shown in the interaction in which they did, or part of the policy
 * that they accepted.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Customer from "../../domain/Customer.ts"
import * as Interaction from "../../domain/Interaction.ts"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import * as Declarations from "../internal/Declarations.ts"
import { type Ports, type PseudonymRef, stateOf, subjectOf } from "./recording.ts"

const command = "KeepValue"

/** Refuses a value that a person gave before the notices that the policy demands (PURPOSE-FIRST, ACK-FIRST). */
export const requireNotice = Effect.fnUntraced(function* (
  { decisions, vault }: Ports,
  whose: PseudonymRef,
  declared: Declarations.Declared,
  at: DateTime.Utc,
  interaction: Uuid | undefined,
) {
  const { parameters } = yield* Declarations.bound(declared, command, at)
  const version = Customer.policyVersionAt(declared.state, at)
  if (version === undefined || parameters.collectionNotice.length === 0) return
  const accepted = (yield* stateOf(decisions, whose)).acceptances.get(version)
  // Who read, understood and accepted the policy knows its purposes too.
  if (accepted !== undefined && DateTime.isLessThanOrEqualTo(accepted.occurredAt, at)) return
  // A notice that another person was shown tells this one nothing.
  const owner = interaction === undefined ? Option.none() : yield* vault.subjectOf(whose.customer, interaction)
  const isOthers = Option.isSome(owner) && owner.value !== subjectOf(whose.pseudonym)
  const shown =
    interaction === undefined || isOthers
      ? Interaction.initial
      : (yield* decisions.load(Interaction.aggregate, whose.customer, interaction)).state
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
