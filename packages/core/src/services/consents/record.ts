/**
 * The record of a person's consents and objections, read from the events of the pseudonym: each consent with every change,
 * the notice and the text that were shown, and the version of the policy that bound at its moment with the digest of its text.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Customer from "../../domain/Customer.ts"
import * as Pseudonym from "../../domain/Pseudonym.ts"
import type { DisclosureManner, RecipientId } from "../../domain/Recipient.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import type { EventStore } from "../../eventsourcing/EventStore.ts"
import type { Purpose } from "../../policy/text/parameters/purposes.ts"
import type { PseudonymRef } from "../pseudonyms/recording.ts"

/** A consent that was given, given again or withdrawn. */
export interface Change {
  readonly state: Pseudonym.ConsentState
  readonly at: EpochMillis
  /** The version of the policy that bound then, and the digest of its text; `undefined` where none was adopted. */
  readonly policyVersion: string | undefined
  readonly textDigest: string | undefined
  /** Of a consent that was given: how and by whom, the text that was accepted, the notice that was shown. */
  readonly given:
    | {
        readonly manner: typeof Pseudonym.ConsentManner.Type
        readonly by: typeof Pseudonym.ConsentGiver.Type
        readonly text: string
        readonly notice: string | undefined
        readonly disclosure: DisclosureManner | undefined
      }
    | undefined
}

/** A consent to a purpose, for a recipient where one is named, with its changes in their order. */
export interface Consent {
  readonly purpose: Purpose
  readonly recipient: RecipientId | undefined
  readonly state: Pseudonym.ConsentState
  readonly changes: ReadonlyArray<Change>
}

/** An objection as it is now, and since when. */
export interface Objection {
  readonly purpose: Purpose
  readonly state: "raised" | "upheld" | "rejected"
  readonly since: EpochMillis
}

/** The consents and objections of a person. Empty after an erasure. */
export interface ConsentRecord extends PseudonymRef {
  readonly consents: ReadonlyArray<Consent>
  readonly objections: ReadonlyArray<Objection>
}

/** The events of a pseudonym, in their order. */
export const eventsOf = Effect.fnUntraced(function* (
  store: EventStore["Service"],
  { customer, pseudonym }: PseudonymRef,
) {
  const found: Array<Pseudonym.Event> = []
  for (let after = 0; ;) {
    const page = yield* store.readStream(customer, Pseudonym.streamOf(pseudonym), { after })
    for (const envelope of page.events) {
      after = envelope.version
      found.push(yield* Effect.fromResult(Pseudonym.codec.decode(envelope)))
    }
    if (page.events.length === 0 || after >= page.version) return found
  }
})

/** The record of a person, from the events of the pseudonym and the policy versions that the Customer has adopted. */
export const recordOf = (
  whose: PseudonymRef,
  events: ReadonlyArray<Pseudonym.Event>,
  { policyVersions }: Pick<Customer.State, "policyVersions">,
): ConsentRecord => {
  const consents = new Map<string, Consent>()
  const objections = new Map<Purpose, Objection>()
  const change = (
    { occurredAt, purpose, recipient }: ConsentEvent,
    state: Pseudonym.ConsentState,
    given: Change["given"],
  ) => {
    const key = `${purpose} ${recipient ?? ""}`
    const at = DateTime.toEpochMillis(occurredAt)
    const adopted = policyVersions.findLast(({ from }) => from <= at)
    const { policyVersion } = adopted ?? {}
    const textDigest = adopted?.digest ?? undefined
    const changes = [...(consents.get(key)?.changes ?? []), { state, at, policyVersion, textDigest, given }]
    consents.set(key, { purpose, recipient, state, changes })
  }
  let person = Pseudonym.initial
  for (const event of events) {
    person = Pseudonym.decider.evolve(person, event)
    switch (event._tag) {
      case "ConsentGiven": {
        const { disclosure, givenBy: by = "person", manner, notice, text } = event
        const isAgain = consents.has(`${event.purpose} ${event.recipient ?? ""}`)
        change(event, isAgain ? "renewedConsentGiven" : "consentGiven", { manner, by, text, notice, disclosure })
        break
      }
      case "ConsentWithdrawn":
        change(event, "consentWithdrawn", undefined)
        break
      case "ObjectionRaised":
      case "ObjectionResolved": {
        const state = person.objections.get(event.purpose) ?? "rejected"
        const since = DateTime.toEpochMillis(event.occurredAt)
        objections.set(event.purpose, { purpose: event.purpose, state, since })
        break
      }
      case "PseudonymErased":
        consents.clear()
        objections.clear()
        break
      default:
    }
  }
  return { ...whose, consents: Array.from(consents.values()), objections: Array.from(objections.values()) }
}

type ConsentEvent = typeof Pseudonym.ConsentGiven.Type | typeof Pseudonym.ConsentWithdrawn.Type
