/**
 * The events of a request, and the values in them.
 */
import * as Schema from "effect/Schema"
import { Period } from "../../calendar/Period.ts"
import { PlainDate } from "../../calendar/PlainDate.ts"
import * as EventCodec from "../../eventsourcing/EventCodec.ts"
import { ofPublic } from "../../eventsourcing/FieldClass.ts"
import type { StreamId } from "../../eventsourcing/StreamId.ts"
import { Uuid } from "../../eventsourcing/Uuid.ts"
import { Purpose } from "../../policy/checks/Purpose.ts"
import { Locator, RefusalGround, Right, answerDuties, requestChannels } from "../../policy/text/parameters/rights.ts"
import { Sealed } from "../../privacy/Sealed.ts"
import { PolicyVersionId } from "../Identifier.ts"
import { Country } from "../Recipient.ts"
import { ExportFormat, LegalReference } from "./outcome.ts"

// Stream

/** The kind of a request's stream. */
export const streamKind = "rights-request"

/** The id of a request. */
export const RequestId = Uuid.pipe(Schema.brand("RequestId"))

export type RequestId = typeof RequestId.Type

/** The stream of a request. */
export const streamOf = (id: RequestId): StreamId => ({ kind: streamKind, id })

// Values

/** Who decides a request (V07). */
export const Handler = Schema.Literals(["operator", "customer"])

export type Handler = typeof Handler.Type

/** Why it is doubted that the requester is the person concerned (GDPR 12(6)). */
export const Doubt = Schema.Literals(["addressUnknown", "signInMissing", "detailsContradict", "unusualRequest"])

export type Doubt = typeof Doubt.Type

/** How requester and data were shown to correspond. A code and a document are evidence that is asked for. */
export const VerificationMethod = Schema.Literals(["signIn", "knownAddress", "locatorMatch", "code", "document"])

/** The term of `https://w3id.org/dpv/legal/eu/gdpr#` for each reason of a delay. */
export const delayReasons = {
  complexity: "JustificationA12Complexity",
  highVolume: "JustificationA12HighVolume",
  identityRequired: "JustificationA12IdentityRequired",
  informationRequired: "JustificationA12InformationRequired",
} as const

export const DelayReason = Schema.Literals(["complexity", "highVolume", "identityRequired", "informationRequired"])

/** A statement that an answer makes beside its outcome. */
const Statement = Schema.Literals(answerDuties)

/** The status of a request: the request states of W3C DPV, and `duplicate`, for which DPV has no term. */
export const statuses = [
  "none",
  "requestInitiated",
  "requestAcknowledged",
  "requestRequiresAction",
  "requestRequiredActionPerformed",
  "requestAccepted",
  "requestActionDelayed",
  "requestFulfilled",
  "requestUnfulfilled",
  "requestRejected",
  "duplicate",
] as const

export type Status = (typeof statuses)[number]

// Events: their names and fields are a storage format

const occurredAt = Schema.DateTimeUtcFromMillis

/** Whether the answer came after its due date; absent where it did not, and in records of earlier releases. */
const late = Schema.optionalKey(Schema.Boolean)

const states = Schema.Array(Statement)

/** The law of another place by which an answer was decided, and whose it is (R-LOCAL-LAW). */
const decidedByLocalLaw = {
  country: Schema.optionalKey(Country),
  localLaw: Schema.optionalKey(LegalReference),
}

/** A request came in. The time to answer it was fixed by what bound that moment (R-1M, R-30D). */
export const RequestReceived = Schema.TaggedStruct("RequestReceived", {
  occurredAt,
  kind: Right,
  channel: Schema.Literals(requestChannels),
  /** The requester: a reference into the vault, the same for all requests of one person. */
  requester: Uuid,
  registered: Schema.Boolean,
  /** The purposes that an objection or a withdrawal is about; those of a restriction, where it is not of all. */
  purposes: Schema.Array(Purpose),
  policyVersion: PolicyVersionId,
  /** The day of receipt in the policy's time zone. */
  received: PlainDate,
  within: Schema.Array(Period),
  timeZone: Schema.String.annotate(ofPublic),
  /** The country that it comes from, where the person or the address says so. */
  country: Schema.optionalKey(Country),
  /** The law of that country that decided with it (R-LOCAL-LAW). */
  localLaw: Schema.optionalKey(LegalReference),
})

/** The operator decides it (R-TO-OPERATOR). */
export const RequestTaken = Schema.TaggedStruct("RequestTaken", { occurredAt })

/** The Customer decides it; the operator assists (R-TO-CUSTOMER, GDPR 28(3)(e)). */
export const ForwardedToCustomer = Schema.TaggedStruct("ForwardedToCustomer", { occurredAt })

/** The person was asked to put it in writing; the period continues to run (R-WRITING). */
export const WritingAsked = Schema.TaggedStruct("WritingAsked", { occurredAt })

/** It came in writing. */
export const WritingReceived = Schema.TaggedStruct("WritingReceived", { occurredAt })

/** The person was asked for details by which their data can be found (R-TO-OPERATOR, GDPR 11(2)). */
export const DetailsAsked = Schema.TaggedStruct("DetailsAsked", { occurredAt })

/** There is reasonable doubt about the requester's identity; until it is cleared the days do not count (GDPR 12(6)). */
export const IdentityDoubted = Schema.TaggedStruct("IdentityDoubted", { occurredAt, doubt: Doubt })

/** Requester and data correspond (R-VERIFY). */
export const IdentityVerified = Schema.TaggedStruct("IdentityVerified", {
  occurredAt,
  by: Schema.Literals(["operator", "mandatedThirdParty", "customer"]),
  method: VerificationMethod,
  /** The doubt that it cleared, where there was one. */
  doubt: Schema.optionalKey(Doubt),
})

/**
 * Which of the candidates are subjects of a request: their list in the vault, and how many were taken and left out. The
 * log holds no pseudonym beside a request.
 */
export const SubjectChoice = Schema.Struct({ list: Sealed, taken: Schema.Int, leftOut: Schema.Int })

/** The data was found (R-LOCATE); the values and their time bounds are in the vault. */
export const SubjectLocated = Schema.TaggedStruct("SubjectLocated", {
  occurredAt,
  locators: Schema.Array(Schema.Struct({ kind: Locator, value: Sealed })),
  /** Absent in records of earlier releases, which took every subject that was found. */
  choice: Schema.optionalKey(SubjectChoice),
})

/** The data cannot be attributed to the person; they were informed and may give further details (GDPR 11(2)). */
export const SubjectNotIdentified = Schema.TaggedStruct("SubjectNotIdentified", {
  occurredAt,
  by: Handler,
  states,
  late,
})

/** The answer was postponed, and the person informed (R-DELAY). */
export const DelayNotified = Schema.TaggedStruct("DelayNotified", {
  occurredAt,
  reasons: Schema.Array(DelayReason),
  expected: Schema.optionalKey(PlainDate),
  by: Period,
  announced: PlainDate,
})

/** It was answered and done. */
export const RequestFulfilled = Schema.TaggedStruct("RequestFulfilled", {
  occurredAt,
  by: Handler,
  /** How many values it concerned. */
  values: Schema.Int,
  /** How many a law requires to be kept, and which law. */
  kept: Schema.Int,
  keptBy: Schema.Array(LegalReference),
  format: Schema.optionalKey(ExportFormat),
  ...decidedByLocalLaw,
  states,
  late,
})

/** It was refused on a ground that the policy and the law list (R-REFUSE16, R-LEGAL-LIMIT). */
export const RequestRefused = Schema.TaggedStruct("RequestRefused", {
  occurredAt,
  by: Handler,
  ground: RefusalGround,
  /** Where in the vault the reasons that the person was given are kept. */
  reasons: Uuid,
  legalReference: Schema.optionalKey(LegalReference),
  /** How many values the law holds, where the ground is one. */
  held: Schema.optionalKey(Schema.Int),
  ...decidedByLocalLaw,
  states,
  late,
})

/** The person was informed, and the restriction ended (GDPR 18(3)). */
export const RestrictionLifted = Schema.TaggedStruct("RestrictionLifted", { occurredAt })

/** Another request says the same and is answered with this one. */
export const DuplicateAccepted = Schema.TaggedStruct("DuplicateAccepted", { occurredAt, duplicate: RequestId })

/** This one is answered with an earlier one. */
export const MarkedDuplicate = Schema.TaggedStruct("MarkedDuplicate", { occurredAt, original: RequestId })

/** How the events of a request are stored. */
export const codec = EventCodec.make(streamKind, [
  RequestReceived,
  RequestTaken,
  ForwardedToCustomer,
  WritingAsked,
  WritingReceived,
  DetailsAsked,
  IdentityDoubted,
  IdentityVerified,
  SubjectLocated,
  SubjectNotIdentified,
  DelayNotified,
  RequestFulfilled,
  RequestRefused,
  RestrictionLifted,
  DuplicateAccepted,
  MarkedDuplicate,
])
export type Event = EventCodec.EventOf<typeof codec>
