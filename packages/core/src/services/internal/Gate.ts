/**
 * The gate before every value that is sealed or opened: pure judgements by the policy that binds the Customer, the contract
 * in force, the consents of the person and the role of the reader. A refusal names the rule.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Contract from "../../domain/Contract.ts"
import * as Customer from "../../domain/Customer.ts"
import * as Pseudonym from "../../domain/Pseudonym.ts"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import type { EffectivePolicy } from "../../policy/binding/EffectivePolicy.ts"
import * as Operations from "../../policy/checks/Operation.ts"
import * as Purpose from "../../policy/checks/Purpose.ts"
import * as ReadAccess from "../../policy/checks/ReadAccess.ts"
import type { Operation } from "../../policy/text/parameters/processing.ts"
import type { Opening, Sealing } from "../../privacy/OpeningPolicy.ts"
import type { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import { type Collector, tellsSource, type ToldKind } from "../../privacy/Source.ts"
import type { Declared } from "./Declarations.ts"

type Judgement = Result.Result<void, Refusal>

/** What the register says of a member of the staff: the roles that they hold, and a mission that needs the opening. */
export interface Standing {
  readonly roles: ReadonlyArray<string>
  readonly mission: string | undefined
}

/** A member of the staff: as the register says where it is required, else as the caller says. */
const staffOf = (claimed: ReadonlyArray<string>, reason: string, standing: Standing | undefined): ReadAccess.Reader => {
  if (standing === undefined) return { _tag: "staff", authorisedRoles: claimed, mission: reason }
  const { mission, roles } = standing
  const authorisedRoles = claimed.filter((role) => roles.includes(role))
  return { _tag: "staff", authorisedRoles, ...(mission === undefined ? {} : { mission }) }
}

const collectedOnItsOwn: Readonly<Record<Collector, ReadAccess.Data>> = {
  customer: "collectedByCustomer",
  partner: "collectedByPartner",
  thirdParty: "collectedByThirdParty",
}

/** Purposes that the law sets: neither a list of operations nor a missing consent bars them. */
export const dutiesOfLaw: ReadonlySet<string> = new Set<Purpose.Purpose>([
  "rightsFulfilment",
  "identityVerification",
  "legalCompliance",
])

/** The refusal of an operation that the policy does not list for the operator's role (PROCESSINGS). */
const judgeOperations = (policy: EffectivePolicy, { state }: Declared, operations: ReadonlyArray<Operation>) =>
  operations
    .map((operation) => Operations.check(policy, Customer.roleIn(state, policy), operation))
    .find((answer) => Result.isFailure(answer))

const isPurpose = Schema.is(Purpose.Purpose)

const restricted = "a purpose that the person has not restricted, until they are told that the restriction ends"

/**
 * Whether a value may be opened for a purpose by a reader (PURPOSES, CUST-PURPOSE, AUTHZ, NEED, OPERATOR-NOACCESS,
 * NO-ACCESS-PUB).
 */
export const judgeOpening = (
  { access, at: millis, category, collectedBy, declared: purposes, kind }: Opening,
  declared: Declared,
  person: Pseudonym.State | undefined,
  standing?: Standing,
): Judgement => {
  const refuse = refusing("OpenValue")
  const at = DateTime.makeUnsafe(millis)
  const policy = declared.policyAt(at)
  if (policy === undefined) return refuse("POLICY-BIND", undefined, "a Customer that has adopted a policy by then")
  const { actor, matter, purpose, reason } = access
  // A right of a person, or a duty of law, is open whatever a list says.
  const operation = dutiesOfLaw.has(purpose)
    ? undefined
    : judgeOperations(policy, declared, [declared.state.isOwn ? "use" : "display"])
  if (operation !== undefined) return operation
  const { reader: side = "staff" } = actor
  const reader = ReadAccess.check(
    policy,
    side === "staff" ? staffOf(actor.roles, reason, standing) : { _tag: side },
    collectedBy === undefined ? "heldByOperator" : collectedOnItsOwn[collectedBy],
  )
  if (Result.isFailure(reader)) return reader
  if (!isPurpose(purpose)) return refuse("PURPOSES", "purpose", "a purpose that the policies know")
  if (person?.restrictions.has(purpose) === true) return refuse("R-RESTRICT", "purpose", restricted)
  const use = {
    ...useOf(policy, declared, at, purpose, person),
    ...(purposes === undefined ? {} : { datum: { category, declared: purposes.filter(isPurpose) } }),
    // The request that is answered, or the matter in which a law demands it.
    ...(matter === undefined ? {} : { legalReference: matter }),
  }
  return answered("OpenValue", "purpose", checkKinds(policy, use, { category, kind }))
}

/** The owner of a value that is sealed: an issued pseudonym, or a request whose details are kept while it is open. */
export type Owner =
  | { readonly _tag: "pseudonym"; readonly state: Pseudonym.State }
  | { readonly _tag: "request"; readonly id: string }
  | undefined

/** Whether a value may be kept for all of its purposes (CATEGORIES, MINIMISE, PURPOSES, CUST-PURPOSE). */
export const judgeSealing = (
  { at: millis, category, declared: purposes, kind, source }: Omit<Sealing, "kept">,
  declared: Declared,
  owner: Owner,
) => {
  const refuse = refusing("SealValue")
  const at = DateTime.makeUnsafe(millis)
  const policy = declared.policyAt(at)
  if (policy === undefined) return refuse("POLICY-BIND", undefined, "a Customer that has adopted a policy by then")
  if (owner === undefined) {
    return refuse("TACET-STARTED", "subject", "a pseudonym that was issued, or a request that was received")
  }
  if (purposes.length === 0) return refuse("MINIMISE", "purposes", "the purposes for which the value is collected")
  const operation = owner._tag === "request" ? undefined : judgeOperations(policy, declared, ["collect", "record"])
  if (operation !== undefined) return operation
  const contract = Contract.termsAt(declared.state, policy, at)
  if (owner._tag === "pseudonym" && contract !== undefined && !contract.categories.includes(category)) {
    const accepted = `of these categories, which the contract covers: ${contract.categories.join(", ")}`
    return refuse("CATEGORIES", "category", accepted)
  }
  const isSourceKnown = source !== undefined || tellsSource(category) || owner._tag === "request"
  if (policy.parameters.provenance === "recorded" && !isSourceKnown) {
    return refuse("PROVENANCE", "source", "the source of the value: its category does not tell where it comes from")
  }
  for (const purpose of purposes) {
    if (!isPurpose(purpose)) return refuse("PURPOSES", "purposes", "purposes that the policies know")
    if (owner._tag === "pseudonym" && owner.state.restrictions.has(purpose)) {
      return refuse("R-RESTRICT", "purposes", restricted)
    }
    const judged = answered(
      "SealValue",
      "purposes",
      checkKinds(
        policy,
        {
          ...useOf(policy, declared, at, purpose, owner._tag === "pseudonym" ? owner.state : undefined),
          datum: { category, declared: purposes.filter(isPurpose) },
          ...(owner._tag === "request" ? { legalReference: owner.id } : {}),
        },
        { category, kind },
      ),
    )
    if (Result.isFailure(judged)) return judged
  }
  return Result.void
}

/** A use by the operator in its role, with the registered legal basis, the Customer's instructions and the consents. */
const useOf = (
  policy: EffectivePolicy,
  { state }: Declared,
  at: DateTime.Utc,
  purpose: Purpose.Purpose,
  person: Pseudonym.State | undefined,
) => {
  const instructed = Contract.instructedPurposes(state, policy, at)
  const basis = person?.registered?.bases.get(purpose)
  return {
    role: Customer.roleIn(state, policy),
    purpose,
    ...(basis === undefined ? {} : { basis }),
    ...(instructed === undefined ? {} : { instructed }),
    consented: person === undefined ? [] : Purpose.purposes.filter((each) => Pseudonym.hasConsent(person, each)),
  }
}

/** Checks a use of a value by each kind of data that it is of: the one that its category tells, and the one that is recorded. */
const checkKinds = (
  policy: EffectivePolicy,
  use: Purpose.Use & { readonly purpose: Purpose.Purpose },
  { category, kind }: { readonly category: PersonalDataCategory; readonly kind: ToldKind | undefined },
): Purpose.Answer => {
  const told = kindOf(policy, category, use.purpose)
  const answer = Purpose.check(policy, { ...use, ...(told === undefined ? {} : { kind: told }) })
  return kind === undefined || answer._tag !== "allow" ? answer : Purpose.check(policy, { ...use, kind })
}

/** The kind of data with purposes of its own to which a category belongs (TECH-PURPOSE, SOLE-PURPOSE, TRAINING). */
const kindOf = (
  { parameters }: EffectivePolicy,
  category: PersonalDataCategory,
  purpose: Purpose.Purpose,
): Purpose.Use["kind"] => {
  switch (category) {
    case "terminalEnvironment":
      // A policy under which devices are recognised names that purpose of their attributes itself (V26).
      return purpose === "interfacePersonalisation" && parameters.recognition !== "off" ? undefined : "technicalData"
    case "ipAddress":
    case "deviceIdentifier":
      return "technicalData"
    case "deviceCallLog":
      return "callData"
    case "advertisingIdentifier":
    case "voiceRecording":
      return category
    default:
      return undefined
  }
}

const answered = (command: string, field: string, answer: Purpose.Answer): Judgement => {
  switch (answer._tag) {
    case "allow":
      return Result.void
    case "violation":
      return refusing(command)(answer.rule, field, answer.accepted)
    case "undeclared":
      return refusing(command)(answer.rule, field, answer.missing)
  }
}

const refusing =
  (command: string) =>
  (rule: string, field: string | undefined, accepted: string): Result.Result<never, Refusal> =>
    Result.fail(new Refusal({ rule, command, ...(field === undefined ? {} : { field }), accepted }))
