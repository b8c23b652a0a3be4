/**
 * Judges a disclosure: the ground, its conditions, the recipient, the purpose and the categories.
 */
import type * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Cookie from "../../policy/checks/Cookie.ts"
import * as Operations from "../../policy/checks/Operation.ts"
import * as PurposeCheck from "../../policy/checks/Purpose.ts"
import type { DisclosureGround, GroundCondition } from "../../policy/text/parameters/disclosure.ts"
import type { RuleKey } from "../../policy/text/RuleKey.ts"
import * as Recipient from "../Recipient.ts"
import type { Context } from "./commands.ts"
import { type Carried, crossBorder } from "./crossBorder.ts"
import type { TransferRequested } from "./events.ts"

/** Judges a disclosure at a moment. Fails with every rule that is not kept, in a fixed order. */
export const assess = (
  request: typeof TransferRequested.Type,
  at: DateTime.Utc,
  context: Context,
  againstPayment: boolean,
): Result.Result<Carried, ReadonlyArray<Recipient.Violation>> => {
  const { legal, policy, recipient } = context
  const found: Array<Recipient.Violation> = []
  if (againstPayment) found.push({ rule: "NOT-SOLD", accepted: "a disclosure for which nothing is given" })
  if (!policy.parameters.disclosureGrounds.includes(request.ground)) {
    found.push({ rule: "GROUNDS", accepted: `one of these grounds: ${policy.parameters.disclosureGrounds.join(", ")}` })
  }
  // What a law demands is handed over whatever the list of operations says.
  if (request.label !== "nonPersonal" && request.legalReference === undefined) {
    const listed = Operations.check(policy, context.role, "transfer")
    if (Result.isFailure(listed)) found.push({ rule: "PROCESSINGS", accepted: listed.failure.accepted })
  }
  if (request.data === "interactionData" && !policy.parameters.interactionDataRecipients.includes(request.ground)) {
    found.push({ rule: "CUST-ONLY", accepted: "the Customer of the interaction, or a processor for the operator" })
  }
  if (request.purpose === "reconciliation" && !isOwner(request, recipient)) {
    found.push({ rule: "CUST-MATCH", accepted: "the Customer whose interactions they are, for files of its own" })
  }
  found.push(...Recipient.violations(recipient, policy, legal, at))
  for (const condition of policy.parameters.groundConditions[request.ground] ?? []) {
    const violation = conditionViolation(condition, request, at, context)
    if (violation !== undefined) found.push(violation)
  }
  const use = PurposeCheck.check(policy, {
    role: context.role,
    purpose: request.purpose,
    ...(request.label === undefined ? {} : { label: request.label }),
    ...(context.instructed === undefined ? {} : { instructed: context.instructed }),
    // A consent counts for the recipient that it names, and for no other (D-CONSENT).
    consented: context.consents.flatMap(({ purpose, recipient: named }) =>
      named === request.recipient ? [purpose] : [],
    ),
    ...(request.legalReference === undefined ? {} : { legalReference: request.legalReference }),
  })
  if (use._tag === "violation") found.push({ rule: use.rule, accepted: use.accepted })
  if (use._tag === "undeclared") found.push({ rule: use.rule, accepted: `the missing declaration: ${use.missing}` })
  if (request.categories.includes("measurementRecord") && isThirdParty(recipient)) {
    const judged = Cookie.useRecord(policy, "transferToThirdParty")
    if (Result.isFailure(judged)) found.push({ rule: "COOKIE-NO3P", accepted: judged.failure.accepted })
  }
  for (const category of request.categories) {
    if (policy.parameters.categories[context.role].includes(category)) continue
    found.push({ rule: "CATEGORIES", accepted: "categories that the policy lists for the role" })
    break
  }
  const other = request.otherPurpose
  if (other !== undefined) {
    const allowed = policy.parameters.otherPurposeOfRecipient
    if (allowed === "never") found.push({ rule: "D-NOOTHER", accepted: "no other purpose of the recipient's own" })
    else if (other.authorisation === undefined) {
      found.push({ rule: "D-NOOTHER-AUTH", accepted: "another purpose that was expressly authorised" })
    }
  }
  const border = crossBorder(request, at, context)
  if (Result.isFailure(border)) found.push(border.failure)
  return found.length > 0 ? Result.fail(distinct(found)) : Result.succeed(Result.getOrThrow(border))
}

const conditionViolation = (
  condition: GroundCondition,
  request: typeof TransferRequested.Type,
  at: DateTime.Utc,
  context: Context,
): Recipient.Violation | undefined => {
  const kind = context.recipient.registered?.kind
  const minimum = context.minimumFor(request.purpose)
  const consent = context.consents.find(
    ({ purpose, recipient }) => recipient === request.recipient && purpose === request.purpose,
  )
  const violation = (kept: boolean, rule: RuleKey, accepted: string): Recipient.Violation | undefined =>
    kept ? undefined : { rule, accepted }
  switch (condition) {
    case "ownInteractions":
      return violation(kind === "customer", "CUST-ONLY", "the Customer whose interactions these are")
    case "contractInForce":
      return violation(
        Recipient.hasContractAt(context.recipient, at),
        request.ground === "subProcessor" ? "SUBPROC" : "CONTRACT-RCPT",
        "a recipient with a contract in force at that moment",
      )
    case "onBehalfOfOperator":
      return violation(kind === "subProcessor", "SUBPROC", "a sub-processor that works for the operator")
    case "explicitConsent":
    case "namedRecipient":
      return violation(
        consent !== undefined,
        consentRule(request.ground),
        "a consent in force that names the recipient",
      )
    case "namedManner":
      return violation(consent?.manner === request.manner, "D-CONSENT", "the manner that the consent names")
    case "requestOrConsent":
      return violation(consent !== undefined, "ADV-CONSENT", "a request or a consent of the person for this recipient")
    case "minimumFields":
      return violation(
        minimum !== undefined && request.categories.every((category) => minimum.includes(category)),
        request.ground === "partner" ? "D-PARTNER" : "D-AFFIL",
        "no more than the declared minimum for the purpose",
      )
    case "specifiedPurpose":
      return violation(minimum !== undefined, "D-PARTNER", "a purpose that was declared for the partner")
    case "legalReference":
      return violation(request.legalReference !== undefined, "D-LAW", "a reference to the law, procedure or authority")
    case "partyToNamedTransaction":
      return violation(
        request.transaction !== undefined && kind === "transactionParty",
        "D-MERGER",
        "a party to the transaction that is named",
      )
    case "commitmentToThisPolicy":
      return violation(
        Recipient.hasUndertaken(context.recipient, "commitmentToThisPolicy", at),
        "D-MERGER-COMMIT",
        "a party that undertook before to treat the data under this policy",
      )
    case "demonstratedNeed":
      return violation(request.need !== undefined, "D-ENFORCE", "a need that was demonstrated and recorded")
  }
}

/** Whether data go to the Customer whose interactions they are. */
const isOwner = ({ ground }: typeof TransferRequested.Type, { registered }: Recipient.State): boolean =>
  ground === "owningCustomer" && registered?.kind === "customer"

/** Neither the controller itself nor one of its processors (GDPR 4(10)). */
const isThirdParty = ({ registered }: Recipient.State): boolean =>
  registered?.kind !== "customer" && registered?.kind !== "subProcessor"

const consentRule = (ground: typeof DisclosureGround.Type): RuleKey =>
  ground === "groupMarketing"
    ? "GROUP-MKT"
    : ground === "advertiser" || ground === "collaborator"
      ? "ADV-CONSENT"
      : "D-CONSENT"

const distinct = (found: ReadonlyArray<Recipient.Violation>): ReadonlyArray<Recipient.Violation> =>
  found.filter(({ rule }, index) => found.findIndex((one) => one.rule === rule) === index)
