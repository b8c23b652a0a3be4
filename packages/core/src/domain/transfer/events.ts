/**
 * The events of a disclosure, and the values in them.
 */
import * as Schema from "effect/Schema"
import { PlainDate } from "../../calendar/PlainDate.ts"
import * as EventCodec from "../../eventsourcing/EventCodec.ts"
import { ofPseudonymous, ofPublic } from "../../eventsourcing/FieldClass.ts"
import type { StreamId } from "../../eventsourcing/StreamId.ts"
import { Uuid } from "../../eventsourcing/Uuid.ts"
import type { AdequacyCondition } from "../../policy/legal/Adequacy.ts"
import { DisclosureGround } from "../../policy/text/parameters/disclosure.ts"
import { Instrument } from "../../policy/text/parameters/location.ts"
import { Purpose } from "../../policy/text/parameters/purposes.ts"
import { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import * as Recipient from "../Recipient.ts"
import { LegalReference } from "../rights-request/outcome.ts"

// Stream

/** The kind of a disclosure's stream. */
export const streamKind = "transfer"

/** The id of a disclosure. */
export const TransferId = Uuid.pipe(Schema.brand("TransferId"))
export type TransferId = typeof TransferId.Type

/** The stream of a disclosure. */
export const streamOf = (id: TransferId): StreamId => ({ kind: streamKind, id })

// Values

/** A safeguard of GDPR 45 to 47 as it was recorded; the fields are those of `TransferInstrument.Safeguard`. */
export const Safeguard = Schema.Struct({
  instrument: Instrument,
  /** Empty where the instrument is an act of the Commission. */
  reference: Schema.Union([Schema.Literal(""), Recipient.DocumentReference]),
  recordedOn: PlainDate,
  act: Schema.optionalKey(LegalReference),
  contractMadeOn: Schema.optionalKey(PlainDate),
  authorisation: Schema.optionalKey(Recipient.DocumentReference),
})

/** The form in which the data are disclosed; a consent names it. */
export const Manner = Recipient.DisclosureManner

/** The reason for a notice to a recipient (GDPR 19). */
export const NoticeCause = Schema.Literals(["erasure", "rectification", "restriction"])

/** The facts of the recipient that bring it into the scope of an adequacy decision. */
const Conditions = Schema.Array(
  Schema.Literals([
    "commercialOrganisation",
    "underFaroeseAct",
    "automatedProcessing",
    "privateOperatorUnderSupplementaryRules",
    "underKoreanAct",
    "selfCertified",
    "onDataPrivacyFrameworkList",
  ] satisfies ReadonlyArray<AdequacyCondition>),
)

// Events: their names and fields are a storage format

const occurredAt = Schema.DateTimeUtcFromMillis

/** Words of the library's own legal data: an article, an act, a rule. */
const Cited = Schema.String.annotate(ofPublic)

/** A disclosure was requested: the data, the recipient, the ground and the destination. */
export const TransferRequested = Schema.TaggedStruct("TransferRequested", {
  occurredAt,
  recipient: Recipient.RecipientId,
  ground: DisclosureGround,
  purpose: Purpose,
  categories: Schema.Array(PersonalDataCategory),
  /** `interactionData`: pseudonymised data of interactions, for the owning Customer alone (CUST-ONLY). */
  data: Schema.Literals(["interactionData", "otherData"]),
  /** Where the data are said to identify no person; what is executed is then held to it (CLASSIFY, COMBINE). */
  label: Schema.optionalKey(Schema.Literal("nonPersonal")),
  manner: Manner,
  destination: Recipient.Country,
  conditions: Conditions,
  safeguard: Schema.optionalKey(Safeguard),
  /** The documents that prove the conditions of the ground. */
  legalReference: Schema.optionalKey(Recipient.DocumentReference),
  transaction: Schema.optionalKey(Recipient.DocumentReference),
  need: Schema.optionalKey(Recipient.DocumentReference),
  /** Another purpose of the recipient's own, and what authorises it. */
  otherPurpose: Schema.optionalKey(
    Schema.Struct({ purpose: Purpose, authorisation: Schema.optionalKey(Recipient.DocumentReference) }),
  ),
})
/** Every rule is kept. */
export const TransferAuthorised = Schema.TaggedStruct("TransferAuthorised", {
  occurredAt,
  /** The article that carries it over the border, where it crosses one. */
  article: Schema.optionalKey(Cited),
  act: Schema.optionalKey(Cited),
})
/** These rules are not. */
export const TransferRefused = Schema.TaggedStruct("TransferRefused", {
  occurredAt,
  rules: Schema.Array(Cited),
})
/** The transfer was executed: the number of values, and the digest of the disclosed data. */
export const TransferExecuted = Schema.TaggedStruct("TransferExecuted", {
  occurredAt,
  values: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
  digest: Schema.String.check(
    Schema.isPattern(/^[0-9a-f]{64}$/, { expected: "a SHA-256 digest in hexadecimal" }),
  ).annotate(ofPseudonymous),
})
/** The recipient was notified of an erasure, rectification or restriction (GDPR 19). */
export const RecipientNotified = Schema.TaggedStruct("RecipientNotified", {
  occurredAt,
  notice: Uuid,
  cause: NoticeCause,
})
/** It could not be, or only with disproportionate effort. */
export const NoticeImpossible = Schema.TaggedStruct("NoticeImpossible", {
  occurredAt,
  notice: Uuid,
  cause: NoticeCause,
  reason: Schema.Literals(["impossible", "disproportionateEffort"]),
})

/** How the events of a disclosure are stored. */
export const codec = EventCodec.make(streamKind, [
  TransferRequested,
  TransferAuthorised,
  TransferRefused,
  TransferExecuted,
  RecipientNotified,
  NoticeImpossible,
])
export type Event = EventCodec.EventOf<typeof codec>
