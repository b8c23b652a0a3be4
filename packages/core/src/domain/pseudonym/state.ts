/**
 * The state of a pseudonym, and how its events change it.
 */
import * as DateTime from "effect/DateTime"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import type { Events as EndEvents } from "../../policy/checks/Ends.ts"
import type { LegalBasis, Purpose } from "../../policy/text/parameters/purposes.ts"
import type { DisclosureManner, RecipientId } from "../Recipient.ts"
import type { Event, PolicyAccepted, IdentifierKind, PseudonymId, Relation } from "./events.ts"

// State

/** The status of a consent: the consent states of W3C DPV that events of this stream can lead to. */
export type ConsentState = "consentGiven" | "renewedConsentGiven" | "consentWithdrawn"

/** The state on which decisions about a pseudonym rest. */
export interface State {
  readonly phase: "notIssued" | "live" | "restricted" | "erased"
  readonly issuedAt: number
  /** By purpose and recipient. */
  readonly consents: ReadonlyMap<string, ConsentState>
  /** When the latest consent was given, by the same key. */
  readonly consentedAt: ReadonlyMap<string, number>
  /** The way of handing over that the latest consent names, by the same key. */
  readonly disclosures: ReadonlyMap<string, DisclosureManner | undefined>
  /** Purposes that are stopped: an objection is open or was upheld. */
  readonly objections: ReadonlyMap<Purpose, "raised" | "upheld">
  /** Who objects to a purpose, of those on which no decision was made. */
  readonly objectedBy: Claims<Purpose>
  /** The purposes that alone are restricted; `phase` says whether all are. */
  readonly restrictions: ReadonlySet<Purpose>
  /** Who restricts a purpose, or all. */
  readonly restrictedBy: Claims<Purpose | "all">
  readonly identifiers: ReadonlySet<IdentifierKind>
  /** References to the values that can be read. */
  readonly values: ReadonlySet<Uuid>
  /** The new value for each value that was rectified. */
  readonly rectified: ReadonlyMap<Uuid, Uuid>
  readonly linked: ReadonlySet<PseudonymId>
  /** The versions that the person has accepted, each with its latest acceptance. */
  readonly acceptances: ReadonlyMap<string, typeof PolicyAccepted.Type>
  /** When events of the person happened from which ends are counted, in the order of time. */
  readonly ends: PersonEnds
  /** As what the person is registered with the operator, if they are. */
  readonly registered: Registered | undefined
  /** When a registered person used the service last. */
  readonly activeAt: number | undefined
}

/** What several requests of a person may ask for at once: it ends with the last of them. */
export type Claims<Key> = ReadonlyMap<Key, ReadonlySet<Claimant>>

/** The id of a request, or the person who said so without one. */
type Claimant = Uuid | "person"

/** Whether a request, or the person without one, claims something. */
export const claims = <Key>(all: Claims<Key>, key: Key, request: Uuid | undefined): boolean =>
  all.get(key)?.has(request ?? "person") === true

const withClaim = <Key>(all: Claims<Key>, key: Key, request: Uuid | undefined): Claims<Key> =>
  new Map(all).set(key, new Set(all.get(key)).add(request ?? "person"))

const withoutClaim = <Key>(all: Claims<Key>, key: Key, request: Uuid | undefined): Claims<Key> => {
  const left = new Set(all.get(key))
  left.delete(request ?? "person")
  const changed = new Map(all).set(key, left)
  if (left.size === 0) changed.delete(key)
  return changed
}

/** A registration: of what kind, since when, and the legal basis of each purpose. */
export interface Registered {
  readonly relation: Relation
  readonly at: number
  readonly bases: ReadonlyMap<Purpose, LegalBasis>
}

/** The events of a person from which the ends of their data are counted. */
const personEndEvents = ["purposeFulfilled", "accountDeletion", "relationshipEnd"] as const

/** When they happened, in epoch milliseconds, in the order of time. */
export type PersonEnds = { readonly [Event in (typeof personEndEvents)[number]]: ReadonlyArray<number> }

/** Of a person of whom nothing has ended. */
export const noEnds: PersonEnds = { purposeFulfilled: [], accountDeletion: [], relationshipEnd: [] }

/**
 * The events by which a datum ends that was collected at a moment: the first of each kind at or after it. What is collected
 * later serves a new purpose, a new account or a new relationship.
 *
 * @example
 * ```ts
 * import { Pseudonym } from "@tacet/core/domain"
 *
 * Pseudonym.endsAfter({ ...Pseudonym.noEnds, accountDeletion: [5] }, 7) // => {}
 * ```
 */
export const endsAfter = (ends: PersonEnds, collectedAt: number): EndEvents =>
  Object.fromEntries(
    personEndEvents.flatMap((event) => {
      const at = ends[event].find((moment) => moment >= collectedAt)
      return at === undefined ? [] : [[event, DateTime.makeUnsafe(at)]]
    }),
  )

const restrictedAs = (state: State, restrictedBy: State["restrictedBy"]): State => ({
  ...state,
  restrictedBy,
  restrictions: new Set(Array.from(restrictedBy.keys()).filter((key) => key !== "all")),
  phase: restrictedBy.has("all") ? "restricted" : "live",
})

const withEnd = (state: State, event: keyof PersonEnds, at: number): State => ({
  ...state,
  ends: { ...state.ends, [event]: [...state.ends[event], at].sort((one, other) => one - other) },
})

/** A pseudonym that was never issued. */
export const initial: State = {
  phase: "notIssued",
  issuedAt: 0,
  consents: new Map(),
  consentedAt: new Map(),
  disclosures: new Map(),
  objections: new Map(),
  objectedBy: new Map(),
  restrictions: new Set(),
  restrictedBy: new Map(),
  identifiers: new Set(),
  values: new Set(),
  rectified: new Map(),
  linked: new Set(),
  acceptances: new Map(),
  ends: noEnds,
  registered: undefined,
  activeAt: undefined,
}

/**
 * Whether a consent to a purpose, and to a recipient where one is meant, is in force.
 *
 * @example
 * ```ts
 * import { Pseudonym } from "@tacet/core/domain"
 *
 * Pseudonym.hasConsent(Pseudonym.initial, "directMarketing") // => false
 * ```
 */
export const hasConsent = (state: State, purpose: Purpose, recipient?: RecipientId): boolean => {
  const consent = state.consents.get(consentKey(purpose, recipient))
  return consent === "consentGiven" || consent === "renewedConsentGiven"
}

/**
 * The consents to a purpose that are in force, each by its recipient; `undefined` is the one that names none. With a moment,
 * those alone that were given by then.
 *
 * @example
 * ```ts
 * import { Pseudonym } from "@tacet/core/domain"
 *
 * const all = Pseudonym.consentsTo(Pseudonym.initial, "directMarketing") // => []
 * ```
 */
export const consentsTo = (
  state: State,
  purpose: Purpose,
  givenBy = Infinity,
): ReadonlyArray<RecipientId | undefined> =>
  Array.from(state.consents).flatMap(([key, consent]): ReadonlyArray<RecipientId | undefined> => {
    const [of, recipient = ""] = key.split(" ")
    if (of !== purpose || consent === "consentWithdrawn" || state.consentedAt.get(key)! > givenBy) return []
    return recipient === "" ? [undefined] : [recipient as RecipientId]
  })

/**
 * The reference of a value as it stands, where it was rectified since.
 *
 * @example
 * ```ts
 * import { Pseudonym } from "@tacet/core/domain"
 * import { Uuid } from "@tacet/core/eventsourcing"
 *
 * const reference = Uuid.derived("a value")
 * Pseudonym.latestOf(Pseudonym.initial, reference) // => reference
 * ```
 */
export const latestOf = (state: State, reference: Uuid): Uuid => {
  const next = state.rectified.get(reference)
  return next === undefined ? reference : latestOf(state, next)
}

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
 * Pseudonym.permits({ ...Pseudonym.initial, phase: "live" }, "serviceUsageAnalytics") // => true
 * ```
 */
export const permits = (state: State, purpose: Purpose): boolean =>
  state.phase === "live" && !state.objections.has(purpose) && !state.restrictions.has(purpose)

export const consentKey = (purpose: Purpose, recipient: RecipientId | undefined): string =>
  `${purpose} ${recipient ?? ""}`

// Evolve

export const evolve = (state: State, event: Event): State => {
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
        consentedAt: new Map(state.consentedAt).set(key, DateTime.toEpochMillis(event.occurredAt)),
        disclosures: new Map(state.disclosures).set(key, event.disclosure),
      }
    }
    case "ConsentWithdrawn":
      return {
        ...state,
        consents: new Map(state.consents).set(consentKey(event.purpose, event.recipient), "consentWithdrawn"),
      }
    case "ObjectionRaised": {
      const { purpose, request } = event
      const objections = new Map(state.objections)
      if (!objections.has(purpose)) objections.set(purpose, "raised")
      return { ...state, objections, objectedBy: withClaim(state.objectedBy, purpose, request) }
    }
    case "ObjectionResolved": {
      const { purpose, request, upheld } = event
      const objectedBy = withoutClaim(state.objectedBy, purpose, request)
      const objections = new Map(state.objections)
      if (upheld) objections.set(purpose, "upheld")
      else if (!objectedBy.has(purpose) && objections.get(purpose) === "raised") objections.delete(purpose)
      return { ...state, objections, objectedBy }
    }
    case "ProcessingRestricted":
      return restrictedAs(state, withClaim(state.restrictedBy, event.purpose ?? "all", event.request))
    case "RestrictionLifted":
      return restrictedAs(state, withoutClaim(state.restrictedBy, event.purpose ?? "all", event.request))
    case "DetailRectified": {
      const values = new Set(state.values)
      values.delete(event.old)
      return {
        ...state,
        values: values.add(event.value.reference),
        rectified: new Map(state.rectified).set(event.old, event.value.reference),
      }
    }
    case "PersonRegistered": {
      const bases = new Map(event.bases.map(({ basis, purpose }) => [purpose, basis]))
      const at = state.registered?.at ?? DateTime.toEpochMillis(event.occurredAt)
      return { ...state, registered: { relation: event.relation, at, bases } }
    }
    case "ActivityNoted":
      return { ...state, activeAt: Math.max(state.activeAt ?? 0, DateTime.toEpochMillis(event.occurredAt)) }
    case "PurposesFulfilled":
      return withEnd(state, "purposeFulfilled", DateTime.toEpochMillis(event.occurredAt))
    case "AccountClosed":
      return withEnd(state, "accountDeletion", DateTime.toEpochMillis(event.occurredAt))
    case "RelationshipEnded":
      return withEnd(state, "relationshipEnd", DateTime.toEpochMillis(event.occurredAt))
    case "PolicyAccepted":
      return { ...state, acceptances: new Map(state.acceptances).set(event.policyVersion, event) }
    case "PseudonymErased":
      return { ...initial, phase: "erased", issuedAt: state.issuedAt }
  }
}
