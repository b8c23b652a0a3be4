/**
 * A Customer of its own for each test of services on PostgreSQL: it has adopted a policy and signed a contract.
 */
import type { Customer, Identifier } from "@tacet/core/domain"
import { type CustomerId, Uuid } from "@tacet/core/eventsourcing"
import { type Purpose, Vocabulary } from "@tacet/core/policy"
import type { PersonalDataCategory } from "@tacet/core/privacy"
import { Customers } from "@tacet/core/services"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"

export const policyVersion = "dialonce/2021-02-17" as Identifier.PolicyVersionId

/** The content of a contract. */
interface Contracted {
  /** Default: a new one. */
  readonly customer?: CustomerId.CustomerId
  /** When the policy was adopted and the contract signed. */
  readonly at: DateTime.Utc
  /** Default: the latest. */
  readonly version?: string
  readonly purposes?: ReadonlyArray<Purpose.Purpose>
  readonly categories: ReadonlyArray<PersonalDataCategory.PersonalDataCategory>
  /** What else is declared. */
  readonly more?: ReadonlyArray<Customer.Command>
}

/** Declares the policy and the contract of a Customer, and answers its id. */
export const contracted = Effect.fnUntraced(function* ({
  at,
  categories,
  customer,
  more = [],
  purposes = ["customerCare"],
  version = policyVersion,
}: Contracted) {
  const declaring = customer ?? ((yield* Uuid.next) as CustomerId.CustomerId)
  const contract = (yield* Uuid.next) as Identifier.ContractId
  const signing: Customer.Command = {
    _tag: "SignContract",
    at,
    contract,
    clauses: [...Vocabulary.agreementClauses],
    purposes: [...purposes],
    categories: [...categories],
    ownServices: [],
    places: ["FR"],
    recognition: false,
  }
  yield* Customers.Customers.use((customers) =>
    customers.declare(declaring, [
      { _tag: "AdoptPolicyVersion", at, policyVersion: version as Identifier.PolicyVersionId },
      signing,
      ...more,
    ]),
  )
  return declaring
})
