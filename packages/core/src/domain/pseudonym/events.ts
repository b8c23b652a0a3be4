/**
 * The events of a pseudonym, and the values in them.
 */
import * as Schema from "effect/Schema"
import * as EventCodec from "../../eventsourcing/EventCodec.ts"
import type { StreamId } from "../../eventsourcing/StreamId.ts"
import { Uuid } from "../../eventsourcing/Uuid.ts"
import { LegalBasis, Purpose } from "../../policy/text/parameters/purposes.ts"
import { Sealed } from "../../privacy/Sealed.ts"
import { PolicyVersionId } from "../Identifier.ts"
import { PolicyAccepted } from "../internal/Acceptance.ts"
import { DisclosureManner, DocumentReference, RecipientId } from "../Recipient.ts"

export { PolicyAccepted } from "../internal/Acceptance.ts"

// Stream

/** The kind of a pseudonym's stream. */
export const streamKind = "pseudonym"

/** A pseudonym. */
export const PseudonymId = Uuid.pipe(Schema.brand("PseudonymId"))
export type PseudonymId = typeof PseudonymId.Type

/** The stream of a pseudonym. */
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
  "emailAddress",
  "accountIdentifier",
])
export type IdentifierKind = typeof IdentifierKind.Type

/**
 * In what way a consent was given. Each but `affirmativeAct` is explicit (V32): going on after a notice is a clear act
 * (GDPR 4(11)), and says nothing in so many words.
 */
export const ConsentManner = Schema.Literals(["form", "settings", "writing", "recordedCall", "affirmativeAct"])

/** The giver of a consent: the person, or the guardian of a child (GDPR 8). */
export const ConsentGiver = Schema.Literals(["person", "guardian"])

/** What a registered person is to the operator. */
export const Relation = Schema.Literals(["prospect", "dashboardUser", "contractContact"])
export type Relation = typeof Relation.Type

/** A purpose, and the legal basis on which data serve it (GDPR 6(1)). */
export const PurposeBasis = Schema.Struct({ purpose: Purpose, basis: LegalBasis })

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
  /** The notice that was shown before. */
  notice: Schema.optionalKey(DocumentReference),
  /** Absent: the person. */
  givenBy: Schema.optionalKey(ConsentGiver),
})
/** The person withdrew the consent; earlier processing stays valid (WITHDRAW). */
export const ConsentWithdrawn = Schema.TaggedStruct("ConsentWithdrawn", {
  occurredAt,
  purpose: Purpose,
  recipient: Schema.optionalKey(RecipientId),
})
/** The request by which the person asked for it; absent where they said so without one. */
const request = Schema.optionalKey(Uuid)

/** The person objected to a purpose; it stops at once (R-OBJECT). */
export const ObjectionRaised = Schema.TaggedStruct("ObjectionRaised", { occurredAt, purpose: Purpose, request })
/** The objection was decided: upheld, or rejected on recorded compelling grounds (GDPR 21(1)). */
export const ObjectionResolved = Schema.TaggedStruct("ObjectionResolved", {
  occurredAt,
  purpose: Purpose,
  upheld: Schema.Boolean,
  grounds: Schema.optionalKey(DocumentReference),
  request,
})
/** From now on the data is stored and nothing else, or not used for the purpose that is named (R-RESTRICT). */
export const ProcessingRestricted = Schema.TaggedStruct("ProcessingRestricted", {
  occurredAt,
  purpose: Schema.optionalKey(Purpose),
  request,
})
/** The person was informed, and this restriction ended (GDPR 18(3)); another one of theirs holds on. */
export const RestrictionLifted = Schema.TaggedStruct("RestrictionLifted", {
  occurredAt,
  purpose: Schema.optionalKey(Purpose),
  request,
})
/**
 * A value was rectified; the old one can no longer be read (R-RECT).
 *
 * @rule ACCURATE
 */
export const DetailRectified = Schema.TaggedStruct("DetailRectified", { occurredAt, old: Uuid, value: Sealed })
/**
 * A person was registered of whose data the operator is the controller: as what, and on which legal basis the data serve each
 * purpose (BASIS). Their name and addresses are in the vault.
 */
export const PersonRegistered = Schema.TaggedStruct("PersonRegistered", {
  occurredAt,
  relation: Relation,
  bases: Schema.Array(PurposeBasis),
})
/** A registered person used the service on this day. */
export const ActivityNoted = Schema.TaggedStruct("ActivityNoted", { occurredAt })
/** Every purpose for which the person's data were collected until then is fulfilled (RET-NEC). */
export const PurposesFulfilled = Schema.TaggedStruct("PurposesFulfilled", { occurredAt })
/** The person's account was deleted (RET-UNTIL-ACCOUNT, RET-USER-5Y). */
export const AccountClosed = Schema.TaggedStruct("AccountClosed", { occurredAt })
/** The relationship that created the person's access has ended (RET-ACCOUNT). */
export const RelationshipEnded = Schema.TaggedStruct("RelationshipEnded", { occurredAt })
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
  PersonRegistered,
  ActivityNoted,
  PurposesFulfilled,
  AccountClosed,
  RelationshipEnded,
  PseudonymErased,
  PolicyAccepted,
])
export type Event = EventCodec.EventOf<typeof codec>
