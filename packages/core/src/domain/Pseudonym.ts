/**
 * A pseudonym: a random id that represents one device or person to one Customer, and means nothing to any other
 * (RECOG-1CUST). Its stream holds observations, recognitions, consents and objections, as references and kinds; after
 * its erasure no data can be attached to it, and a returning device gets a new pseudonym.
 */
import * as DateTime from "effect/DateTime"
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Decider } from "../eventsourcing/Decider.ts"
import * as EventCodec from "../eventsourcing/EventCodec.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type { StreamId } from "../eventsourcing/StreamId.ts"
import { Uuid } from "../eventsourcing/Uuid.ts"
import type { EffectivePolicy } from "../policy/binding/EffectivePolicy.ts"
import type { Role } from "../policy/text/parameters/processing.ts"
import { Purpose } from "../policy/text/parameters/purposes.ts"
import type { RuleKey } from "../policy/text/RuleKey.ts"
import { Sealed } from "../privacy/Sealed.ts"
import { PolicyVersionId } from "./Identifier.ts"
import { DisclosureManner, DocumentReference, RecipientId } from "./Recipient.ts"
import { nothing, record, refuse } from "./internal/Decision.ts"

// Stream

/** The kind of a pseudonym's stream. */
export const streamKind = "pseudonym"

/** A pseudonym. */
export const PseudonymId = Uuid.pipe(Schema.brand("PseudonymId"))
export type PseudonymId = typeof PseudonymId.Type

/**
 * The stream of a pseudonym.
 *
 * @example
 * ```ts
 * import { Pseudonym } from "@tacet/core/domain"
 *
 * const stream = (id: Pseudonym.PseudonymId) => Pseudonym.streamOf(id)
 * ```
 */
export const streamOf = (id: PseudonymId): StreamId => ({ kind: streamKind, id })

// Values

/** The kinds of identifier. */
export const IdentifierKind = Schema.Literals([
  "ipAddress",
  "telephoneNumber",
  "deviceIdentifier",
  "advertisingIdentifier",
  "cookieIdentifier",
  "terminalEnvironment",
])
export type IdentifierKind = typeof IdentifierKind.Type

/** In what way a consent was given; it is always explicit (V32). */
export const ConsentManner = Schema.Literals(["form", "settings", "writing", "recordedCall"])

/** A probability: from 0 to 1. */
export const Probability = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

// Events: their names and fields are a storage format

const occurredAt = Schema.DateTimeUtcFromMillis

/** A device or person came for the first time, as far as this Customer can know. */
export const PseudonymIssued = Schema.TaggedStruct("PseudonymIssued", { occurredAt, policyVersion: PolicyVersionId })
/** An identifier was observed in a range of time; its value is in the vault. */
export const IdentifierObserved = Schema.TaggedStruct("IdentifierObserved", {
  occurredAt,
  kind: IdentifierKind,
  validFrom: Schema.DateTimeUtcFromMillis,
  /** Absent: until further notice. */
  validTo: Schema.optionalKey(Schema.DateTimeUtcFromMillis),
  value: Sealed,
})
/** A device was recognised as one already known to this Customer (RECOG-PROB). */
export const DeviceRecognised = Schema.TaggedStruct("DeviceRecognised", {
  occurredAt,
  probability: Probability,
  threshold: Probability,
  /** The version of the model by which it was judged, so that the score can be explained. */
  model: DocumentReference,
})
/** Another pseudonym of the same Customer represents the same device or person. */
export const PseudonymsLinked = Schema.TaggedStruct("PseudonymsLinked", { occurredAt, other: PseudonymId })
/** The person agreed to a purpose, for a recipient where one is named. */
export const ConsentGiven = Schema.TaggedStruct("ConsentGiven", {
  occurredAt,
  purpose: Purpose,
  recipient: Schema.optionalKey(RecipientId),
  manner: ConsentManner,
  /** The version of the text that was shown. */
  text: DocumentReference,
  /** In what way the data may be handed over to the recipient, where the consent names it (D-CONSENT). */
  disclosure: Schema.optionalKey(DisclosureManner),
})
/** The person withdrew the consent; earlier processing stays valid (WITHDRAW). */
export const ConsentWithdrawn = Schema.TaggedStruct("ConsentWithdrawn", {
  occurredAt,
  purpose: Purpose,
  recipient: Schema.optionalKey(RecipientId),
})
/** The person objected to a purpose; it stops at once (R-OBJECT). */
export const ObjectionRaised = Schema.TaggedStruct("ObjectionRaised", { occurredAt, purpose: Purpose })
/** The objection was decided: upheld, or rejected on recorded compelling grounds (GDPR 21(1)). */
export const ObjectionResolved = Schema.TaggedStruct("ObjectionResolved", {
  occurredAt,
  purpose: Purpose,
  upheld: Schema.Boolean,
  grounds: Schema.optionalKey(DocumentReference),
})
/** From now on the data is stored and nothing else (R-RESTRICT). */
export const ProcessingRestricted = Schema.TaggedStruct("ProcessingRestricted", { occurredAt })
/** The person was informed, and the restriction ended (GDPR 18(3)). */
export const RestrictionLifted = Schema.TaggedStruct("RestrictionLifted", { occurredAt })
/**
 * A value was rectified; the old one can no longer be read (R-RECT).
 *
 * @rule ACCURATE
 */
export const DetailRectified = Schema.TaggedStruct("DetailRectified", { occurredAt, old: Uuid, value: Sealed })
/** All data under it are erased (R-ERASE). */
export const PseudonymErased = Schema.TaggedStruct("PseudonymErased", {
  occurredAt,
  cause: Schema.Literals(["request", "retention", "contractEnd"]),
})

/** How the events of a pseudonym are stored. */
export const codec = EventCodec.make(streamKind, [
  PseudonymIssued,
  IdentifierObserved,
  DeviceRecognised,
  PseudonymsLinked,
  ConsentGiven,
  ConsentWithdrawn,
  ObjectionRaised,
  ObjectionResolved,
  ProcessingRestricted,
  RestrictionLifted,
  DetailRectified,
  PseudonymErased,
])
export type Event = EventCodec.EventOf<typeof codec>

// State

/** The status of a consent: the consent states of W3C DPV that events of this stream can lead to. */
export type ConsentState = "consentGiven" | "renewedConsentGiven" | "consentWithdrawn"

/** What decisions about a pseudonym rest on. */
export interface State {
  readonly phase: "notIssued" | "live" | "restricted" | "erased"
  readonly issuedAt: number
  /** By purpose and recipient. */
  readonly consents: ReadonlyMap<string, ConsentState>
  /** The way of handing over that the latest consent names, by the same key. */
  readonly disclosures: ReadonlyMap<string, DisclosureManner | undefined>
  /** Purposes that are stopped: an objection is open or was upheld. */
  readonly objections: ReadonlyMap<Purpose, "raised" | "upheld">
  readonly identifiers: ReadonlySet<IdentifierKind>
  /** References to the values that can be read. */
  readonly values: ReadonlySet<Uuid>
  /** The new value for each value that was rectified. */
  readonly rectified: ReadonlyMap<Uuid, Uuid>
  readonly linked: ReadonlySet<PseudonymId>
}

/** A pseudonym that was never issued. */
export const initial: State = {
  phase: "notIssued",
  issuedAt: 0,
  consents: new Map(),
  disclosures: new Map(),
  objections: new Map(),
  identifiers: new Set(),
  values: new Set(),
  rectified: new Map(),
  linked: new Set(),
}

/**
 * Whether a consent to a purpose, and to a recipient where one is meant, is in force.
 *
 * @example
 * ```ts
 * import { Pseudonym } from "@tacet/core/domain"
 *
 * const agreed = (pseudonym: Pseudonym.State): boolean => Pseudonym.hasConsent(pseudonym, "directMarketing")
 * ```
 */
export const hasConsent = (state: State, purpose: Purpose, recipient?: RecipientId): boolean => {
  const consent = state.consents.get(consentKey(purpose, recipient))
  return consent === "consentGiven" || consent === "renewedConsentGiven"
}

/**
 * The consents to a purpose that are in force, each by its recipient; `undefined` is the one that names none.
 *
 * @example
 * ```ts
 * import { Pseudonym } from "@tacet/core/domain"
 *
 * const all = Pseudonym.consentsTo(Pseudonym.initial, "directMarketing") // => []
 * ```
 */
export const consentsTo = (state: State, purpose: Purpose): ReadonlyArray<RecipientId | undefined> =>
  Array.from(state.consents).flatMap(([key, consent]): ReadonlyArray<RecipientId | undefined> => {
    const [of, recipient = ""] = key.split(" ")
    if (of !== purpose || consent === "consentWithdrawn") return []
    return recipient === "" ? [undefined] : [recipient as RecipientId]
  })

/** A consent of the person to a disclosure. */
export interface DisclosureConsent {
  readonly recipient: RecipientId
  readonly purpose: Purpose
  /** `undefined` where the consent names none. */
  readonly manner: DisclosureManner | undefined
}

/**
 * The consents in force that name a recipient, as the decision about a disclosure needs them (D-CONSENT, ADV-CONSENT).
 *
 * @example
 * ```ts
 * import { Pseudonym } from "@tacet/core/domain"
 *
 * Pseudonym.disclosureConsents(Pseudonym.initial) // => []
 * ```
 */
export const disclosureConsents = (state: State): ReadonlyArray<DisclosureConsent> =>
  Array.from(state.consents).flatMap(([key, consent]) => {
    const [purpose, recipient = ""] = key.split(" ")
    return recipient === "" || consent === "consentWithdrawn"
      ? []
      : [{ recipient: recipient as RecipientId, purpose: purpose as Purpose, manner: state.disclosures.get(key) }]
  })

/**
 * Whether the data may be used for a purpose, as far as the person has said (R-OBJECT, R-RESTRICT, R-ERASE). Whether
 * the policy allows it is another question: `Purpose.check`.
 *
 * @example
 * ```ts
 * import { Pseudonym } from "@tacet/core/domain"
 *
 * const free = (pseudonym: Pseudonym.State): boolean => Pseudonym.permits(pseudonym, "serviceUsageAnalytics")
 * ```
 */
export const permits = (state: State, purpose: Purpose): boolean =>
  state.phase === "live" && !state.objections.has(purpose)

/**
 * The services in the order in which they are offered: to a recognised device the one used most often first, ties by id
 * in code-point order; to any other the default order (MOSTUSED).
 *
 * @rule MOSTUSED
 *
 * @example
 * ```ts
 * import { Pseudonym } from "@tacet/core/domain"
 *
 * const order = Pseudonym.servicesInOrder(["bill", "move"], new Map([["move", 3]]), true) // => ["move", "bill"]
 * ```
 */
export const servicesInOrder = (
  defaultOrder: ReadonlyArray<string>,
  used: ReadonlyMap<string, number>,
  recognised: boolean,
): ReadonlyArray<string> => {
  if (!recognised) return defaultOrder
  const times = (service: string): number => used.get(service) ?? 0
  return defaultOrder.toSorted(
    (one, other) =>
      times(other) - times(one) ||
      // Unused services keep the Customer's own order.
      (times(one) === 0 ? defaultOrder.indexOf(one) - defaultOrder.indexOf(other) : one < other ? -1 : 1),
  )
}

const consentKey = (purpose: Purpose, recipient: RecipientId | undefined): string => `${purpose} ${recipient ?? ""}`

// Evolve

const evolve = (state: State, event: Event): State => {
  switch (event._tag) {
    case "PseudonymIssued":
      return { ...state, phase: "live", issuedAt: DateTime.toEpochMillis(event.occurredAt) }
    case "IdentifierObserved":
      return {
        ...state,
        identifiers: new Set(state.identifiers).add(event.kind),
        values: new Set(state.values).add(event.value.reference),
      }
    case "DeviceRecognised":
      return state
    case "PseudonymsLinked":
      return { ...state, linked: new Set(state.linked).add(event.other) }
    case "ConsentGiven": {
      const key = consentKey(event.purpose, event.recipient)
      return {
        ...state,
        consents: new Map(state.consents).set(key, state.consents.has(key) ? "renewedConsentGiven" : "consentGiven"),
        disclosures: new Map(state.disclosures).set(key, event.disclosure),
      }
    }
    case "ConsentWithdrawn":
      return {
        ...state,
        consents: new Map(state.consents).set(consentKey(event.purpose, event.recipient), "consentWithdrawn"),
      }
    case "ObjectionRaised":
      return { ...state, objections: new Map(state.objections).set(event.purpose, "raised") }
    case "ObjectionResolved": {
      const objections = new Map(state.objections)
      if (event.upheld) objections.set(event.purpose, "upheld")
      else objections.delete(event.purpose)
      return { ...state, objections }
    }
    case "ProcessingRestricted":
      return { ...state, phase: "restricted" }
    case "RestrictionLifted":
      return { ...state, phase: "live" }
    case "DetailRectified": {
      const values = new Set(state.values)
      values.delete(event.old)
      return {
        ...state,
        values: values.add(event.value.reference),
        rectified: new Map(state.rectified).set(event.old, event.value.reference),
      }
    }
    case "PseudonymErased":
      return { ...initial, phase: "erased", issuedAt: state.issuedAt }
  }
}

// Commands

const at = Schema.DateTimeUtc

/** The commands of a pseudonym. */
export const Command = Schema.Union([
  Schema.TaggedStruct("IssuePseudonym", { at, policyVersion: PolicyVersionId }),
  Schema.TaggedStruct("ObserveIdentifier", {
    at,
    kind: IdentifierKind,
    validFrom: Schema.DateTimeUtc,
    validTo: Schema.optionalKey(Schema.DateTimeUtc),
    value: Sealed,
  }),
  Schema.TaggedStruct("RecogniseDevice", {
    at,
    probability: Schema.Finite,
    threshold: Schema.Finite,
    model: DocumentReference,
  }),
  Schema.TaggedStruct("LinkPseudonym", { at, other: PseudonymId }),
  Schema.TaggedStruct("GiveConsent", {
    at,
    purpose: Purpose,
    recipient: Schema.optionalKey(RecipientId),
    manner: ConsentManner,
    text: DocumentReference,
    /** In what way the data may be handed over to the recipient. */
    disclosure: Schema.optionalKey(DisclosureManner),
  }),
  Schema.TaggedStruct("WithdrawConsent", { at, purpose: Purpose, recipient: Schema.optionalKey(RecipientId) }),
  Schema.TaggedStruct("RaiseObjection", { at, purpose: Purpose }),
  Schema.TaggedStruct("ResolveObjection", {
    at,
    purpose: Purpose,
    upheld: Schema.Boolean,
    grounds: Schema.optionalKey(DocumentReference),
  }),
  Schema.TaggedStruct("RestrictProcessing", { at }),
  Schema.TaggedStruct("LiftRestriction", { at, personTold: Schema.Boolean }),
  Schema.TaggedStruct("RectifyDetail", { at, old: Uuid, value: Sealed }),
  Schema.TaggedStruct("ErasePseudonym", { at, cause: PseudonymErased.fields.cause }),
])
export type Command = typeof Command.Type

/** The facts that a decision needs. */
export interface Context {
  readonly policy: EffectivePolicy
  readonly role: Role
  /** Whether the Customer's contract instructs recognition. */
  readonly recognitionInstructed: boolean
  /** Whether the other pseudonym of a link belongs to the same Customer and is live. */
  readonly linkable: (other: PseudonymId) => boolean
}

// Decide

const decide = (state: State, command: Command, context: Context): Result.Result<ReadonlyArray<Event>, Refusal> => {
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
  return decideRight(state, command) ?? decideProcessing(state, command, context)
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

/** A person's own request is accepted in every state, restricted or not. */
const decideRight = (
  state: State,
  command: Exclude<Command, { readonly _tag: "IssuePseudonym" | "ErasePseudonym" }>,
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
    case "RaiseObjection":
      return state.objections.has(command.purpose)
        ? nothing
        : record({ _tag: "ObjectionRaised", occurredAt, purpose: command.purpose })
    case "ResolveObjection": {
      const { grounds, purpose, upheld } = command
      if (state.objections.get(purpose) !== "raised") {
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
      })
    }
    case "RestrictProcessing":
      return state.phase === "restricted" ? nothing : record({ _tag: "ProcessingRestricted", occurredAt })
    case "LiftRestriction":
      if (state.phase !== "restricted") return nothing
      return command.personTold
        ? record({ _tag: "RestrictionLifted", occurredAt })
        : refuse("R-RESTRICT", command, "personTold", "a restriction of whose end the person was told before")
    case "RectifyDetail":
      if (state.rectified.get(command.old) === command.value.reference) return nothing
      return state.values.has(command.old)
        ? record({ _tag: "DetailRectified", occurredAt, old: command.old, value: command.value })
        : refuse("R-RECT", command, "old", "a value that is kept under this pseudonym")
    default:
      return undefined
  }
}

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
      if (value.category !== kind || !parameters.categories[role].includes(kind)) {
        return refuse("CATEGORIES", command, "kind", "a category that the policy lists for the role")
      }
      if (validTo !== undefined && DateTime.toEpochMillis(validTo) <= DateTime.toEpochMillis(validFrom)) {
        return refuse("TACET-TIME", command, "validTo", "an end after its beginning")
      }
      const linkedIdentifier = adjacency(state, kind, parameters.advertisingIdentifier)
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
      const { disclosure, manner, purpose, recipient, text } = command
      if (purpose === "sale") return refuse("NOT-SOLD", command, "purpose", "any purpose but sale")
      if (disclosure !== undefined && recipient === undefined) {
        return refuse(
          "D-CONSENT",
          command,
          "recipient",
          "the recipient to whom the person consents that data is disclosed",
        )
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
      })
    }
    default:
      return nothing
  }
}

/** The rule against an advertising identifier beside another identifier, where one holds. */
const adjacency = (
  state: State,
  kind: IdentifierKind,
  level: EffectivePolicy["parameters"]["advertisingIdentifier"],
): RuleKey | undefined => {
  const advertising = kind === "advertisingIdentifier"
  if (advertising && level === "notAllowed") return "ADID-USE"
  const others = new Set(advertising ? state.identifiers : [kind])
  if (!advertising && !state.identifiers.has("advertisingIdentifier")) return undefined
  others.delete("advertisingIdentifier")
  if (others.size === 0) return undefined
  if (level === "linkedWithExpressConsent" && hasConsent(state, "serviceUsageAnalytics")) return undefined
  return others.has("deviceIdentifier") ? "ADID-DEV" : "ADID-PII"
}

/** The decider of a pseudonym. */
export const decider: Decider<State, Command, Event, Context> = { initial, evolve, decide }

/** The decider with its storage format, for a command handler. */
export const aggregate = { codec, decider }
