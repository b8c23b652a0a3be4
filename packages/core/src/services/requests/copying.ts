/**
 * The copy of a person's data, with the information that accompanies it (GDPR 15(1), (2), 20): the values, the
 * interactions with their events, and of both the purposes, sources, ends, recipients and safeguards.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as Contract from "../../domain/Contract.ts"
import * as Interaction from "../../domain/Interaction.ts"
import * as Pseudonym from "../../domain/Pseudonym.ts"
import * as Recipient from "../../domain/Recipient.ts"
import type * as RightsRequest from "../../domain/RightsRequest.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { EpochMillis, RecordedEvent } from "../../eventsourcing/EventEnvelope.ts"
import type { EventCodec } from "../../eventsourcing/EventCodec.ts"
import { EventStore, streamEvents } from "../../eventsourcing/EventStore.ts"
import type { StreamId } from "../../eventsourcing/StreamId.ts"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import type { EffectivePolicy } from "../../policy/binding/EffectivePolicy.ts"
import * as Ends from "../../policy/checks/Ends.ts"
import type { Actor } from "../../privacy/AccessLog.ts"
import type { SubjectId } from "../../privacy/Subject.ts"
import type { Kept } from "../../privacy/Vault.ts"
import type { Declared } from "../internal/Declarations.ts"
import * as PersonEnds from "../internal/PersonEnds.ts"
import * as RetentionEnds from "../internal/RetentionEnds.ts"
import { accessOf, type Disclosed, disclosuresOf, type Ports, type RequestRef, valuesOf } from "./records.ts"

/** A value of the person, open. */
export interface OpenedValue extends Kept {
  readonly value: string
  /** The criteria of its end, such as `P12M after collection`, which answer where no date is known yet (GDPR 15(1)(d)). */
  readonly endsBy: ReadonlyArray<string>
}

/** A recorded event as a person reads it. */
export interface ReadableEvent {
  /** When it happened, in UTC. */
  readonly at: string
  readonly event: string
  /** Its meaning, in a sentence. */
  readonly says: string
  /** The other fields as they are stored; a value is named by its reference among the values. */
  readonly fields: Readonly<Record<string, unknown>>
}

/** An interaction that is linked to the person. */
export interface CopiedInteraction {
  readonly interaction: Uuid
  readonly purposes: ReadonlyArray<string>
  readonly events: ReadonlyArray<ReadableEvent>
}

/** A disclosure about the person, with its recipient as registered. */
export interface CopiedDisclosure extends Disclosed {
  readonly kind: Recipient.RecipientKind | undefined
  readonly country: string | undefined
}

/** A copy of the data of a person. */
export interface DataCopy {
  readonly values: ReadonlyArray<OpenedValue>
  readonly interactions: ReadonlyArray<CopiedInteraction>
  /** The records of the person's pseudonyms: observations, consents, objections, restrictions. */
  readonly records: ReadonlyArray<ReadableEvent>
  readonly disclosures: ReadonlyArray<CopiedDisclosure>
  /** The information of GDPR 15(1) that the copy really holds for everything in it. */
  readonly explains: ReadonlyArray<(typeof RightsRequest.explanations)[number]>
  /** The content of an access: the references of all values and the ids of all interactions. */
  readonly references: ReadonlyArray<Uuid>
  /** The part that the person has given or caused, which a portable copy holds (GDPR 20(1)). */
  readonly portable: ReadonlyArray<Uuid>
}

/** Reads and opens all data of some subjects. Each opened value leaves an access record. */
export const copyOf = Effect.fnUntraced(function* (
  ports: Ports,
  which: RequestRef,
  subjects: ReadonlyArray<SubjectId>,
  actor: Actor,
) {
  const { customer } = which
  const declared = yield* ports.decisions.declared(customer)
  const values: Array<OpenedValue> = []
  const interactions: Array<CopiedInteraction> = []
  const records: Array<ReadableEvent> = []
  for (const subject of subjects) {
    for (const kept of yield* valuesOf(ports, customer, subject)) {
      const answer = yield* ports.vault.open({ customer, sealed: kept, ...accessOf(which, actor) })
      if (answer._tag === "Open") values.push(yield* described(ports, customer, declared, subject, kept, answer.value))
    }
    for (const interaction of yield* ports.vault.interactionsOf(customer, subject)) {
      const events = yield* read(ports, customer, Interaction.streamOf(interaction), Interaction.codec, interactionSays)
      if (events.length === 0 || interactions.some((one) => one.interaction === interaction)) continue
      interactions.push({ interaction, purposes: purposesAt(declared, events[0]!.at), events })
    }
    const stream = Pseudonym.streamOf(subject as Uuid as Pseudonym.PseudonymId)
    records.push(...(yield* read(ports, customer, stream, Pseudonym.codec, pseudonymSays)))
  }
  const disclosures = yield* Effect.forEach(yield* disclosuresOf(ports, customer, subjects), (disclosed) =>
    Effect.map(
      ports.decisions.load(Recipient.aggregate, customer, disclosed.recipient),
      ({ state: { registered } }) => ({
        ...disclosed,
        kind: registered?.kind,
        country: registered?.country,
      }),
    ),
  )
  const ids = interactions.map(({ interaction }) => interaction)
  const given = values.filter(({ source }) => source === "givenByPerson" || source === "observed")
  const copy: DataCopy = {
    values,
    interactions,
    records,
    disclosures,
    explains: explainedBy(values, interactions, disclosures),
    references: [...values.map(({ reference }) => reference), ...ids],
    portable: [...given.map(({ reference }) => reference), ...ids],
  }
  return copy
})

/** Counts as explained only the facts that are present for each value, interaction and disclosure. */
const explainedBy = (
  values: DataCopy["values"],
  interactions: DataCopy["interactions"],
  disclosures: DataCopy["disclosures"],
): DataCopy["explains"] => {
  const isExplained: Readonly<Record<DataCopy["explains"][number], boolean>> = {
    purposes: [...values, ...interactions].every(({ purposes }) => purposes.length > 0),
    categories: values.every(({ category }) => category.length > 0),
    recipients: disclosures.every(({ kind }) => kind !== undefined),
    retention: values.every(({ endsBy, retentionEnd }) => retentionEnd !== undefined || endsBy.length > 0),
    source: values.every(({ source }) => source.length > 0),
    safeguards: disclosures.every(({ isAbroad, safeguard }) => !isAbroad || safeguard !== undefined),
  }
  return (Object.keys(isExplained) as Array<keyof typeof isExplained>).filter((part) => isExplained[part])
}

/** A value with the end that periods, contract and policies of the moment give it. */
const described = Effect.fnUntraced(function* (
  { decisions }: Ports,
  customer: CustomerId,
  declared: Declared,
  subject: SubjectId,
  kept: Kept,
  value: string,
) {
  const at = yield* DateTime.now
  const { category, collectedAt, purposes } = kept
  const ofPerson = yield* PersonEnds.of(decisions, customer, subject)
  const datum = { category, collectedAt, at: DateTime.toEpochMillis(at), purposes, ends: ofPerson }
  const now = yield* RetentionEnds.usualEnd(decisions, customer, declared, datum)
  const ends = [kept.retentionEnd, now].flatMap((end): ReadonlyArray<EpochMillis> => (end === undefined ? [] : [end]))
  const policy = declared.policyAt(at)
  const criteria = policy === undefined ? [] : criteriaOf(policy, kept.category, declared.state.isOwn)
  const opened: OpenedValue = {
    ...kept,
    value,
    retentionEnd: ends.length === 0 ? undefined : Math.min(...ends),
    endsBy: criteria.map(({ after, within }) => (within === undefined ? after : `${within} after ${after}`)),
  }
  return opened
})

/** The criteria of an end: those of an account in the operator's own compartment. */
const criteriaOf = (policy: EffectivePolicy, category: Kept["category"], isOwn: boolean) =>
  isOwn
    ? [...policy.parameters.accountRetention, ...(policy.parameters.retentionByCategory[category] ?? [])]
    : Ends.bindingOn(policy, category)

/** The purposes that the Customer's contract instructs at the beginning of an interaction, or those of the policy. */
const purposesAt = ({ policyAt, state }: Declared, start: string): ReadonlyArray<string> => {
  const at = DateTime.makeUnsafe(start)
  const policy = policyAt(at)
  if (policy === undefined) return []
  return Contract.instructedPurposes(state, policy, at) ?? policy.parameters.purposes.processor
}

/** The events of a stream in a form that a person reads. */
const read = <Event extends { readonly _tag: string }>(
  { store }: Ports,
  customer: CustomerId,
  stream: StreamId,
  codec: EventCodec<Event>,
  says: Readonly<Record<Event["_tag"], string>>,
) =>
  Effect.flatMap(
    Effect.provideService(Stream.runCollect(streamEvents(customer, stream)), EventStore, store),
    (recorded: ReadonlyArray<RecordedEvent>) =>
      Effect.forEach(recorded, (one) =>
        Effect.map(
          Effect.fromResult(Result.map(codec.decode(one), (event) => [event, codec.encode(event)] as const)),
          ([event, stored]) => {
            const readable: ReadableEvent = {
              at: DateTime.formatIso(DateTime.makeUnsafe(stored.occurredAt)),
              event: event._tag,
              says: says[event._tag as Event["_tag"]],
              fields: JSON.parse(stored.data) as Readonly<Record<string, unknown>>,
            }
            return readable
          },
        ),
      ),
  )

const interactionSays: Readonly<Record<Interaction.Event["_tag"], string>> = {
  InteractionStarted: "You were offered the interface.",
  NoticeShown: "You were shown a notice about your data.",
  TerminalObserved: "Your device reported properties of itself.",
  CallInhibited: "Your call was held back and the interface shown.",
  InterfaceActivated: "The interface was shown.",
  StepTaken: "You opened a step of the interface.",
  InputEntered: "You entered something into a field.",
  InputChanged: "You changed what you had entered.",
  InputDeleted: "You deleted what you had entered.",
  SurveyAnswered: "You answered a question of a survey.",
  RedirectedToCustomer: "You continued to the company's own service.",
  CallRequested: "You asked for a call.",
  CallPlaced: "A call was placed.",
  CallAnswered: "The call was answered.",
  CallEnded: "The call ended.",
  GoalReached: "You reached a goal of the scenario.",
  InteractionExcluded: "The interaction was excluded from all statistics.",
  InteractionEnded: "The interaction ended.",
  RecontactObserved: "You made contact again within the time that is named.",
}

const pseudonymSays: Readonly<Record<Pseudonym.Event["_tag"], string>> = {
  PseudonymIssued: "A pseudonym was issued for you.",
  IdentifierObserved: "An identifier of yours was observed.",
  DeviceRecognised: "Your device was recognised.",
  PseudonymsLinked: "Two pseudonyms of yours were linked.",
  ConsentGiven: "You gave a consent.",
  ConsentWithdrawn: "You withdrew a consent.",
  ObjectionRaised: "You objected to a purpose.",
  ObjectionResolved: "Your objection was decided.",
  ProcessingRestricted: "The use of your data was restricted.",
  RestrictionLifted: "The restriction was lifted.",
  PersonRegistered: "You were registered, and the legal basis of each purpose was recorded.",
  ActivityNoted: "You used the service on this day.",
  PurposesFulfilled: "Every purpose for which your data were collected until then was fulfilled.",
  AccountClosed: "Your account was deleted.",
  RelationshipEnded: "The relationship that gave you access ended.",
  DetailRectified: "A value was corrected.",
  PseudonymErased: "Your data was erased.",
  PolicyAccepted: "You accepted a version of the privacy policy.",
}
