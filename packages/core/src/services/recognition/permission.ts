/**
 * Whether a Customer's devices may be recognised: the policy allows it, and the contract instructs it.
 */
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Contract from "../../domain/Contract.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import * as Purpose from "../../policy/checks/Purpose.ts"
import * as Declarations from "../internal/Declarations.ts"
import type { Decisions } from "../internal/Decisions.ts"

/** The purpose of recognition: the one for which attributes of devices are kept and opened here. */
export const purpose = "interfacePersonalisation"

/** Refused unless the policy allows recognition, the Customer's contract instructs it, and its purpose too. */
export const permitted = Effect.fnUntraced(function* (
  decisions: Decisions,
  customer: CustomerId,
  command: string,
  at: DateTime.Utc,
) {
  const declared = yield* decisions.declared(customer)
  const policy = yield* Declarations.bound(declared, command, at)
  const contract = Contract.termsAt(declared.state, policy, at)
  if (policy.parameters.recognition === "off" || contract?.recognition !== true) {
    const accepted = "a policy that allows recognition, and a contract in force that instructs it"
    return yield* new Refusal({ rule: "RECOG-ATTACH", command, accepted })
  }
  const use = Purpose.check(policy, { role: "processor", purpose, instructed: contract.purposes })
  if (use._tag === "allow") return policy
  const accepted = use._tag === "undeclared" ? use.missing : use.accepted
  return yield* new Refusal({ rule: use.rule, command, field: "purpose", accepted })
})
