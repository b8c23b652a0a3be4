/**
 * The contract between a Customer and the operator: what the Customer instructs, what the contract provides for, and
 * when it is in force. Pure rules; `Customer` decides by them and keeps the contracts.
 */
import * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import * as Calendar from "../calendar/Calendar.ts"
import type { EffectivePolicy } from "../policy/binding/EffectivePolicy.ts"
import { agreementClauses, linkClauses } from "../policy/text/parameters/processing.ts"
import { PlainDate } from "../calendar/PlainDate.ts"
import { parameter } from "../policy/text/PrivacyPolicy.ts"
import * as Purpose from "../policy/checks/Purpose.ts"
import type { RuleKey } from "../policy/text/RuleKey.ts"
import { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import type { ContractId } from "./Identifier.ts"

const Categories = Schema.Array(PersonalDataCategory)

/** The content of a contract: fields of the command that signs it and of the event that records it. */
export const terms = {
  /** The last day of its term, in the policy's time zone; without one it lasts until it is ended. */
  lastDay: Schema.optionalKey(PlainDate),
  /** Its clauses (CLAUSES). */
  clauses: Schema.Array(Schema.Literals(agreementClauses)),
  /** The purposes for which the operator processes personal data (CUST-PURPOSE). */
  purposes: Schema.Array(Purpose.Purpose),
  /** The categories that it processes. */
  categories: Categories,
  /** The Customer's own services whose data it processes: those not named here are excluded (SUBCONTRACT). */
  ownServices: Categories,
  /** Where. */
  places: parameter("hostingLocations").schema,
  /** Whether devices are to be recognised (V26). */
  recognition: Schema.Boolean,
  /** Where the Customer links the data with personal data of its own: what binds it there (CUST-LINK). */
  linkClauses: Schema.optionalKey(Schema.Array(Schema.Literals(linkClauses))),
}

const Terms = Schema.Struct(terms)
export type Terms = typeof Terms.Type

/** Whether two contracts say the same. */
export const sameTerms = Schema.toEquivalence(Terms)

/**
 * A contract that was signed, and until when at the latest it is in force. Moments in epoch milliseconds: `[from, to)`.
 */
export interface Signed {
  readonly contract: ContractId
  readonly from: number
  readonly to: number
  readonly terms: Terms
}

/** Why a contract cannot be signed: the rule, the field that decided, and what would be accepted. */
export interface Violation {
  readonly rule: RuleKey
  readonly field: string
  readonly accepted: string
}

const missing = <A>(owed: ReadonlyArray<A>, given: ReadonlyArray<A>): ReadonlyArray<A> =>
  owed.filter((one) => !given.includes(one))

/** Why a contract cannot be signed under a policy; `undefined` where it can. */
export const violation = (policy: EffectivePolicy, contract: Terms): Violation | undefined => {
  const { parameters } = policy
  const clauses = missing(parameters.agreementClauses, contract.clauses)
  if (clauses.length > 0) {
    return { rule: "CLAUSES", field: "clauses", accepted: `clauses on ${clauses.join(", ")} too` }
  }
  const binding = contract.linkClauses === undefined ? [] : missing(parameters.linkClauses, contract.linkClauses)
  if (binding.length > 0) {
    return {
      rule: "CUST-LINK",
      field: "linkClauses",
      accepted: `a Customer that is bound on ${binding.join(", ")} too, or links nothing`,
    }
  }
  for (const purpose of contract.purposes) {
    const use = { role: "processor", purpose, instructed: contract.purposes, consented: [purpose] } as const
    const answer = Purpose.check(policy, use)
    if (answer._tag === "violation") return { rule: answer.rule, field: "purposes", accepted: answer.accepted }
  }
  const listed = parameters.categories.processor
  for (const field of ["categories", "ownServices"] as const) {
    if (missing(contract[field], listed).length > 0) {
      return { rule: "CATEGORIES", field, accepted: `of these categories: ${listed.join(", ")}` }
    }
  }
  const places = parameter("hostingLocations")
  const outside = contract.places.some((place) => places.meet([place], parameters.hostingLocations)[0] !== place)
  return outside
    ? { rule: "LOC-LIST", field: "places", accepted: `places in ${parameters.hostingLocations.join(", ")}` }
    : undefined
}

/**
 * Whether a contract is in force at a moment under the policy of that moment: signed, not ended, within its term, and
 * with every clause that the policy demands by then.
 */
export const isInForce = (signed: Signed, policy: EffectivePolicy, at: DateTime.Utc): boolean => {
  const instant = DateTime.toEpochMillis(at)
  const { clauses, lastDay } = signed.terms
  return (
    signed.from <= instant &&
    instant < signed.to &&
    (lastDay === undefined || DateTime.isLessThan(at, Calendar.endOfDay(lastDay, policy.timeZone))) &&
    missing(policy.parameters.agreementClauses, clauses).length === 0
  )
}

/** Whether the terms bind the Customer where it links the data with its own (CUST-LINK). */
const permitsLinking = ({ linkClauses: agreed }: Terms, { parameters }: EffectivePolicy): boolean =>
  agreed !== undefined && missing(parameters.linkClauses, agreed).length === 0

/** A Customer's contracts, in the order in which they were signed: a part of `Customer.State`. */
export interface Contracts {
  readonly contracts: ReadonlyArray<Signed>
}

/**
 * The terms of the contract in force at a moment, under the policy of that moment: a contract without a clause that the
 * policy demands by then is no longer in force (CLAUSES).
 */
export const termsAt = ({ contracts }: Contracts, policy: EffectivePolicy, at: DateTime.Utc): Terms | undefined =>
  contracts.findLast((signed) => isInForce(signed, policy, at))?.terms

/**
 * When the contract under which a datum was collected ended, in epoch milliseconds (RET-CONTRACT-CAP). A contract that
 * follows without a gap continues it. `undefined` while it runs, and where no contract was in force at the collection.
 *
 * @example
 * ```ts
 * import { Contract, Customer } from "@tacet/core/domain"
 *
 * Contract.endAfter(Customer.initial, 0, "Europe/Paris") // => undefined
 * ```
 */
export const endAfter = (
  { contracts }: Contracts,
  collectedAt: number,
  timeZone: Calendar.TimeZoneName,
): number | undefined => {
  const spans = contracts.map(({ from, terms: { lastDay }, to }) => {
    const last = lastDay === undefined ? Infinity : DateTime.toEpochMillis(Calendar.endOfDay(lastDay, timeZone))
    return { from, to: Math.min(to, last) }
  })
  let end = collectedAt
  for (;;) {
    const running = spans.filter(({ from, to }) => from <= end && end < to)
    if (running.length === 0) return end === collectedAt ? undefined : end
    end = Math.max(...running.map(({ to }) => to))
    if (end === Infinity) return undefined
  }
}

/**
 * The purposes that the Customer instructs at a moment, for the check of a purpose (CUST-PURPOSE); `undefined` without a
 * contract in force.
 */
export const instructedPurposes = (
  customer: Contracts,
  policy: EffectivePolicy,
  at: DateTime.Utc,
): ReadonlyArray<Purpose.Purpose> | undefined => termsAt(customer, policy, at)?.purposes

/** Whether the Customer may link the operator's data with personal data of its own at a moment (CUST-LINK). */
export const mayLink = (customer: Contracts, policy: EffectivePolicy, at: DateTime.Utc): boolean => {
  const terms = termsAt(customer, policy, at)
  return terms !== undefined && permitsLinking(terms, policy)
}

/** Whether personal data of a category may come from the Customer's own services at a moment (SUBCONTRACT). */
export const coversOwnService = (
  customer: Contracts,
  category: PersonalDataCategory,
  policy: EffectivePolicy,
  at: DateTime.Utc,
): boolean => termsAt(customer, policy, at)?.ownServices.includes(category) === true
