/**
 * A Customer with a contract under a published version, in the time of that version: the scene of tests that ask a rule of a
 * service under each version that holds it.
 */
import * as DateTime from "effect/DateTime"
import type * as Customer from "../domain/Customer.ts"
import type { PolicyVersionId } from "../domain/Identifier.ts"
import { agreementClauses } from "../policy/text/parameters/processing.ts"
import type { Version } from "../policy/laws.testing.ts"
import * as Purpose from "../policy/checks/Purpose.ts"
import type { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import { Customers } from "./Customers.ts"
import { contract, customer, day } from "./scene.testing.ts"

/** A purpose and a category that a processor may use, so that no refusal is for their sake. */
export const allowedUse = (
  { policy }: Version,
  among: ReadonlyArray<PersonalDataCategory> = policy.parameters.categories.processor,
) => {
  for (const category of among) {
    for (const purpose of Purpose.purposes) {
      const use = { role: "processor", purpose, instructed: Purpose.purposes, consented: [purpose] } as const
      if (Purpose.check(policy, { ...use, datum: { category, declared: [purpose] } })._tag === "allow") {
        return { category, purpose }
      }
    }
  }
  throw new Error(`${policy.policy} allows a processor nothing`)
}

/** A contract on everything that the version allows, signed at a moment. */
export const contractUnder = ({ policy }: Version, at: DateTime.Utc): SignContract => ({
  _tag: "SignContract",
  at,
  contract,
  clauses: [...agreementClauses],
  purposes: Purpose.purposes.filter((one) => policy.parameters.purposes.processor.includes(one)),
  categories: [...policy.parameters.categories.processor],
  ownServices: [],
  places: ["FR"],
  recognition: false,
})

type SignContract = Extract<Customer.Command, { readonly _tag: "SignContract" }>

/** Declares the version and a contract on everything that it allows, a day before a moment. */
export const contractedUnder = (version: Version, at: number) => {
  const before = DateTime.makeUnsafe(at - day)
  return Customers.use((customers) =>
    customers.declare(customer, [
      { _tag: "AdoptPolicyVersion", at: before, policyVersion: version.id as PolicyVersionId },
      contractUnder(version, before),
    ]),
  )
}
