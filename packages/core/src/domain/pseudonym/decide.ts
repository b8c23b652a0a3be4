/**
 * Decides on the commands of a pseudonym.
 */
import * as DateTime from "effect/DateTime"
import type * as Result from "effect/Result"
import type { Refusal } from "../../eventsourcing/Refusal.ts"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import { dayMillis, startOfDay } from "../../calendar/UtcDay.ts"
import type { EffectivePolicy } from "../../policy/binding/EffectivePolicy.ts"
import { check } from "../../policy/checks/Purpose.ts"
import type { Purpose } from "../../policy/text/parameters/purposes.ts"
import type { RuleKey } from "../../policy/text/RuleKey.ts"
import { nothing, record, refuse } from "../internal/Decision.ts"
import type { Command, Context } from "./commands.ts"
import type { Event, IdentifierKind } from "./events.ts"
import { meeting } from "./meeting.ts"
import { type State, claims, consentKey, hasConsent } from "./state.ts"

export const decide = (
  state: State,
  command: Command,
  context: Context,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const occurredAt = command.at
  if (command._tag === "IssuePseudonym") {
    if (state.phase === "erased") {
      return refuse("R-ERASE", command, undefined, "a new pseudonym: what was erased does not come back")
    }
    return state.phase === "notIssued"
      ? record({ _tag: "PseudonymIssued", occurredAt, policyVersion: command.policyVersion })
      : nothing
  }
  if (command._tag === "ErasePseudonym") return decideErasure(state, command)
  if (state.phase === "notIssued") {
    return refuse("TACET-STARTED", command, undefined, "a pseudonym that was issued: send IssuePseudonym first")
  }
  if (state.phase === "erased") {
    return refuse("R-ERASE", command, undefined, "a new pseudonym: nothing attaches to an erased one")
  }
  if (DateTime.toEpochMillis(occurredAt) < state.issuedAt) {
    return refuse("TACET-TIME", command, "at", "a moment at or after the pseudonym was issued")
  }
  if (command._tag === "AcceptPolicy") return acceptPolicy(state, command, context)
  return decideEnd(state, command) ?? decideRight(state, command, context) ?? decideProcessing(state, command, context)
}

/**
 * Decides an erasure. It asks for no policy: none can refuse it (R-ERASE).
 *
 * @example
 * ```ts
 * import { Pseudonym } from "@tacet/core/domain"
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 *
 * const command = { _tag: "ErasePseudonym" as const, at: DateTime.makeUnsafe(0), cause: "request" as const }
 * const erased = { ...Pseudonym.initial, phase: "erased" as const }
 * Result.getOrThrow(Pseudonym.decideErasure(erased, command)) // => []
 * ```
 */
export const decideErasure = (
  state: State,
  command: Extract<Command, { readonly _tag: "ErasePseudonym" }>,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const { at: occurredAt, cause } = command
  if (state.phase === "notIssued") {
    return refuse("TACET-STARTED", command, undefined, "a pseudonym that was issued: send IssuePseudonym first")
  }
  if (state.phase === "erased") return nothing
  return DateTime.toEpochMillis(occurredAt) < state.issuedAt
    ? refuse("TACET-TIME", command, "at", "a moment at or after the pseudonym was issued")
    : record({ _tag: "PseudonymErased", occurredAt, cause })
}

/** A person accepts the version that binds at that moment, and no other (POLICY-BIND). */
const acceptPolicy = (
  state: State,
  { _tag, at: occurredAt, manner, policyVersion }: Extract<Command, { readonly _tag: "AcceptPolicy" }>,
  { digest = null, policy }: Context,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  if (policy.policy !== policyVersion) {
    return refuse("POLICY-BIND", { _tag }, "policyVersion", "the version that binds the Customer at that moment")
  }
  return state.acceptances.get(policyVersion)?.digest === digest
    ? nothing
    : record({ _tag: "PolicyAccepted", occurredAt, policyVersion, digest, manner })
}

/** An end is recorded in every state, restricted or not; the same at the same moment again has no further effect. */
const decideEnd = (state: State, command: Command): Result.Result<ReadonlyArray<Event>, Refusal> | undefined => {
  const occurredAt = command.at
  const once = (event: keyof State["ends"], recorded: Event) =>
    state.ends[event].includes(DateTime.toEpochMillis(occurredAt)) ? nothing : record(recorded)
  switch (command._tag) {
    case "FulfilPurposes":
      return once("purposeFulfilled", { _tag: "PurposesFulfilled", occurredAt })
    case "CloseAccount":
      return once("accountDeletion", { _tag: "AccountClosed", occurredAt })
    case "EndRelationship":
      return once("relationshipEnd", { _tag: "RelationshipEnded", occurredAt })
    default:
      return undefined
  }
}

/** A person's own request is accepted in every state, restricted or not. */
const decideRight = (
  state: State,
  command: Exclude<Command, { readonly _tag: "IssuePseudonym" | "ErasePseudonym" | "AcceptPolicy" }>,
  { keeps }: Context,
): Result.Result<ReadonlyArray<Event>, Refusal> | undefined => {
  const occurredAt = command.at
  switch (command._tag) {
    case "WithdrawConsent": {
      const { purpose, recipient } = command
      if (!hasConsent(state, purpose, recipient)) return nothing
      return record({
        _tag: "ConsentWithdrawn",
        occurredAt,
        purpose,
        ...(recipient === undefined ? {} : { recipient }),
      })
    }
    case "RaiseObjection": {
      const { purpose, request } = command
      return state.objections.get(purpose) === "upheld" || claims(state.objectedBy, purpose, request)
        ? nothing
        : record({ _tag: "ObjectionRaised", occurredAt, purpose, ...by(request) })
    }
    case "ResolveObjection": {
      const { grounds, purpose, request, upheld } = command
      if (state.objections.get(purpose) !== "raised" || !claims(state.objectedBy, purpose, request)) {
        return refuse("R-OBJECT", command, "purpose", "a purpose to which an objection is open")
      }
      if (!upheld && purpose === "directMarketing") {
        return refuse("R-OBJECT", command, "upheld", "an objection to direct marketing upheld, always (GDPR 21(3))")
      }
      if (!upheld && grounds === undefined) {
        return refuse("R-OBJECT", command, "grounds", "compelling grounds, recorded, or the objection upheld")
      }
      return record({
        _tag: "ObjectionResolved",
        occurredAt,
        purpose,
        upheld,
        ...(grounds === undefined ? {} : { grounds }),
        ...by(request),
      })
    }
    case "RestrictProcessing": {
      const { purpose, request } = command
      if (purpose === "rightsFulfilment") {
        return refuse("R-RESTRICT", command, "purpose", "a purpose other than the person's own rights (GDPR 18(2))")
      }
      return claims(state.restrictedBy, purpose ?? "all", request)
        ? nothing
        : record({ _tag: "ProcessingRestricted", occurredAt, ...of(purpose), ...by(request) })
    }
    case "LiftRestriction": {
      const { personTold, purpose, request } = command
      if (!claims(state.restrictedBy, purpose ?? "all", request)) {
        return request === undefined && state.restrictedBy.has(purpose ?? "all")
          ? refuse("R-RESTRICT", command, "request", "the request that asked for the restriction, which lifts it")
          : nothing
      }
      return personTold
        ? record({ _tag: "RestrictionLifted", occurredAt, ...of(purpose), ...by(request) })
        : refuse("R-RESTRICT", command, "personTold", "a restriction whose end was announced to the person before")
    }
    case "RectifyDetail":
      if (state.rectified.get(command.old) === command.value.reference) return nothing
      if (state.rectified.has(command.old)) return refuse("ACCURATE", command, "old", "the value that replaced it")
      return state.values.has(command.old) || keeps?.(command.old) === true
        ? record({ _tag: "DetailRectified", occurredAt, old: command.old, value: command.value })
        : refuse("R-RECT", command, "old", "a value that is kept under this pseudonym")
    default:
      return undefined
  }
}

const of = (purpose: Purpose | undefined) => (purpose === undefined ? {} : { purpose })
const by = (request: Uuid | undefined) => (request === undefined ? {} : { request })

const decideProcessing = (
  state: State,
  command: Command,
  { linkable, policy, recognitionInstructed, role }: Context,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const occurredAt = command.at
  const { parameters } = policy
  if (state.phase === "restricted") {
    return refuse("R-RESTRICT", command, undefined, "storage alone, until the restriction is lifted")
  }
  switch (command._tag) {
    case "ObserveIdentifier": {
      const { kind, validFrom, validTo, value } = command
      if (state.values.has(value.reference)) return nothing
      if (value.category !== kind || !parameters.categories[role].includes(kind)) {
        return refuse("CATEGORIES", command, "kind", "a category that the policy lists for the role")
      }
      if (validTo !== undefined && DateTime.toEpochMillis(validTo) <= DateTime.toEpochMillis(validFrom)) {
        return refuse("TACET-TIME", command, "validTo", "an end after its beginning")
      }
      const linkedIdentifier = adjacency(state, kind, policy)
      if (linkedIdentifier !== undefined) {
        return refuse(linkedIdentifier, command, "kind", "an advertising identifier under a pseudonym of its own")
      }
      return record({
        _tag: "IdentifierObserved",
        occurredAt,
        kind,
        validFrom,
        ...(validTo === undefined ? {} : { validTo }),
        value,
      })
    }
    case "RegisterPerson":
      return registerPerson(state, command, policy, role)
    case "NoteActivity":
      if (state.registered === undefined) {
        return refuse("TACET-STARTED", command, undefined, "a person who was registered: send RegisterPerson first")
      }
      return state.activeAt !== undefined && DateTime.toEpochMillis(occurredAt) < startOfDay(state.activeAt) + dayMillis
        ? nothing
        : record({ _tag: "ActivityNoted", occurredAt })
    case "RecogniseDevice": {
      const { model, probability, threshold } = command
      const on = parameters.recognition === "on" || (parameters.recognition === "ifInstructed" && recognitionInstructed)
      if (!on) return refuse("RECOG-ATTACH", command, undefined, "a policy, or an instruction, that allows recognition")
      if (!(probability >= 0 && probability <= 1) || !(threshold >= 0 && threshold <= 1)) {
        return refuse("RECOG-PROB", command, "probability", "a probability and a threshold from 0 to 1")
      }
      if (probability < threshold) {
        return refuse("RECOG-PROB", command, "probability", "a probability that reaches the threshold")
      }
      return record({ _tag: "DeviceRecognised", occurredAt, probability, threshold, model })
    }
    case "LinkPseudonym":
      if (state.linked.has(command.other)) return nothing
      return linkable(command.other)
        ? record({ _tag: "PseudonymsLinked", occurredAt, other: command.other })
        : refuse("RECOG-1CUST", command, "other", "a live pseudonym of the same Customer")
    case "GiveConsent": {
      const { age, disclosure, givenBy, manner, notice, purpose, recipient, text } = command
      if (purpose === "sale") return refuse("NOT-SOLD", command, "purpose", "any purpose but sale")
      if (disclosure !== undefined && recipient === undefined) {
        return refuse(
          "D-CONSENT",
          command,
          "recipient",
          "the recipient to whom the person consents that data is disclosed",
        )
      }
      const { childConsentAge, consent } = parameters
      if (age !== undefined && age < childConsentAge && givenBy !== "guardian") {
        return refuse("FAIR", command, "givenBy", `the consent of the guardian for a child below ${childConsentAge}`)
      }
      if (manner === "affirmativeAct" && consent.includes("explicit")) {
        const rule = purpose === "directMarketing" ? "MARKETING" : "D-CONSENT"
        return refuse(rule, command, "manner", "an explicit consent: by form, settings, writing or recorded call")
      }
      const named = state.disclosures.get(consentKey(purpose, recipient))
      if (hasConsent(state, purpose, recipient) && named === disclosure) return nothing
      return record({
        _tag: "ConsentGiven",
        occurredAt,
        purpose,
        ...(recipient === undefined ? {} : { recipient }),
        manner,
        text,
        ...(disclosure === undefined ? {} : { disclosure }),
        ...(notice === undefined ? {} : { notice }),
        ...(givenBy === undefined ? {} : { givenBy }),
      })
    }
    default:
      return nothing
  }
}

/** The rule against an advertising identifier, alone or beside another identifier, where one holds. */
const adjacency = (state: State, kind: IdentifierKind, policy: EffectivePolicy): RuleKey | undefined =>
  kind === "advertisingIdentifier" && policy.parameters.advertisingIdentifier === "notAllowed"
    ? "ADID-USE"
    : meeting(policy, kind, state.identifiers, hasConsent(state, "serviceUsageAnalytics"))

const ruleOfEnd = {
  purposeFulfilled: "RET-NEC",
  accountDeletion: "RET-UNTIL-ACCOUNT",
  relationshipEnd: "RET-ACCOUNT",
} as const

/** A person is registered in the operator's own compartment, with a legal basis for each purpose. */
const registerPerson = (
  state: State,
  command: Extract<Command, { readonly _tag: "RegisterPerson" }>,
  policy: EffectivePolicy,
  role: Context["role"],
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const { at: occurredAt, bases, relation } = command
  if (role === "processor") {
    return refuse("ROLE", command, undefined, "the compartment of the operator's own accounts: DeclareOwnAccounts")
  }
  const ended = (Object.keys(ruleOfEnd) as ReadonlyArray<keyof typeof ruleOfEnd>).find(
    (event) => state.ends[event].length > 0,
  )
  const { registered } = state
  const isSame =
    registered?.relation === relation &&
    registered.bases.size === new Map(bases.map(({ basis, purpose }) => [purpose, basis])).size &&
    bases.every(({ basis, purpose }) => registered.bases.get(purpose) === basis)
  if (isSame) return nothing
  if (ended !== undefined) {
    return refuse(
      ruleOfEnd[ended],
      command,
      undefined,
      "a registration of its own: what has ended does not begin again",
    )
  }
  if (bases.length === 0) return refuse("BASIS", command, "bases", "at least one purpose, with its legal basis")
  for (const { basis, purpose } of bases) {
    // Whether a consent is in force is asked whenever the data are used.
    const answer = check(policy, { role, purpose, basis, consented: [purpose] })
    if (answer._tag === "violation") return refuse(answer.rule, command, "bases", answer.accepted)
    if (answer._tag === "undeclared") return refuse(answer.rule, command, "bases", answer.missing)
  }
  return record({ _tag: "PersonRegistered", occurredAt, relation, bases })
}
