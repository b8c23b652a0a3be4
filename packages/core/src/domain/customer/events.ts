/**
 * The events of a Customer.
 */
import * as Contract from "../Contract.ts"
import * as Schema from "effect/Schema"
import { PlainDate } from "../../calendar/PlainDate.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import * as EventCodec from "../../eventsourcing/EventCodec.ts"
import { ofPublic } from "../../eventsourcing/FieldClass.ts"
import type { StreamId } from "../../eventsourcing/StreamId.ts"
import { TextDigest } from "../../policy/binding/TextDigest.ts"
import { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import {
  ContractId,
  EntryPointId,
  FieldId,
  FieldReason,
  GoalId,
  ListedNumberId,
  PolicyVersionId,
  ProductId,
  ScenarioId,
  StatisticId,
  StepId,
  StepKind,
} from "../Identifier.ts"
import { PolicyAccepted } from "../internal/Acceptance.ts"

export { PolicyAccepted } from "../internal/Acceptance.ts"

// Stream

/** The kind of a Customer's stream. There is one in a compartment, and its id is the Customer's. */
export const streamKind = "customer"

/** The stream of a Customer. */
export const streamOf = (customer: CustomerId): StreamId => ({ kind: streamKind, id: customer })

// Events: their names and fields are a storage format

const occurredAt = Schema.DateTimeUtcFromMillis

/** From now on this contract is in force, in place of the one before (CLAUSES, SUBCONTRACT, CUST-LINK). */
export const ContractSigned = Schema.TaggedStruct("ContractSigned", {
  occurredAt,
  contract: ContractId,
  ...Contract.terms,
})

/** From now on it is not (RET-CONTRACT-CAP). */
export const ContractEnded = Schema.TaggedStruct("ContractEnded", { occurredAt, contract: ContractId })

/** A version of the privacy policy binds what happens from now on (POLICY-BIND). */
export const PolicyVersionAdopted = Schema.TaggedStruct("PolicyVersionAdopted", {
  occurredAt,
  policyVersion: PolicyVersionId,
  /** The digest of the adopted text; `null` for adoptions recorded before texts were pinned (ARCHIVE). */
  digest: Schema.NullOr(TextDigest),
})

/** The operator keeps its own accounts in this compartment: it is the controller of the data in it (ROLE). */
export const OwnAccountsDeclared = Schema.TaggedStruct("OwnAccountsDeclared", { occurredAt })

/** From now on the Customer uses this product of the operator, in place of the one before (SUPPLEMENT). */
export const ProductUsed = Schema.TaggedStruct("ProductUsed", { occurredAt, product: ProductId })

/** What the Customer's own documents for its people say from now on (MENTION): facts that only it can know. */
export const DocumentsDeclared = Schema.TaggedStruct("DocumentsDeclared", {
  occurredAt,
  /** Whether they name the operator. */
  namesOperator: Schema.Boolean,
  /** Whether the data are personal by themselves, without anything that the Customer adds. */
  dataPersonalByThemselves: Schema.Boolean,
  /** Whether the provisions of these documents cover the use already. */
  ownProvisionsCoverTheUse: Schema.Boolean,
})

/** From now on interactions may start from this number (LISTED). */
export const NumberListed = Schema.TaggedStruct("NumberListed", { occurredAt, number: ListedNumberId })

/** From now on none may. */
export const NumberUnlisted = Schema.TaggedStruct("NumberUnlisted", { occurredAt, number: ListedNumberId })

/** From now on interactions may start from this entry point: a page, an app, a QR code (TRIGGER). */
export const EntryPointListed = Schema.TaggedStruct("EntryPointListed", { occurredAt, entryPoint: EntryPointId })

/** From now on none may. */
export const EntryPointUnlisted = Schema.TaggedStruct("EntryPointUnlisted", { occurredAt, entryPoint: EntryPointId })

/** The declared screens and journeys of a scenario; a later publication replaces it (STAT-JOURNEY). */
export const ScenarioPublished = Schema.TaggedStruct("ScenarioPublished", {
  occurredAt,
  scenario: ScenarioId,
  steps: Schema.Array(Schema.Struct({ step: StepId, kind: StepKind })),
  /** The journeys that the Customer expects, each a sequence of declared steps. */
  journeys: Schema.Array(Schema.Array(StepId)),
  goals: Schema.Array(GoalId),
})

/** A field for values, for which the Customer answers (FIELD-RESP). */
export const InputFieldDeclared = Schema.TaggedStruct("InputFieldDeclared", {
  occurredAt,
  field: FieldId,
  category: PersonalDataCategory,
  /** Whether the person must fill it in to go on, and why (MANDATORY). */
  required: Schema.Boolean,
  reason: Schema.optionalKey(FieldReason),
  /** Who fills it in: the person, or the Customer's own service (SUBCONTRACT). */
  origin: Schema.Literals(["person", "customerService"]),
})

/** Figures of some days that are anonymous and frozen: what they are is known by their digest (AGG-3P). */
export const StatisticPublished = Schema.TaggedStruct("StatisticPublished", {
  occurredAt,
  statistic: StatisticId,
  from: PlainDate,
  through: PlainDate,
  digest: Schema.String.check(
    Schema.isPattern(/^[0-9a-f]{64}$/, { expected: "a SHA-256 digest in hexadecimal" }),
  ).annotate(ofPublic),
  /** The text of which that is the digest: the statistic itself, which anybody may read. */
  edition: Schema.optionalKey(Schema.String.annotate(ofPublic)),
})

/** How the events of a Customer are stored. */
export const codec = EventCodec.make(streamKind, [
  ContractSigned,
  ContractEnded,
  EventCodec.define(PolicyVersionAdopted, {
    schemaVersion: 2,
    // Before, an adoption named the version and left its text open.
    upcasters: { 1: (payload) => ({ ...payload, digest: null }) },
  }),
  NumberListed,
  NumberUnlisted,
  EntryPointListed,
  EntryPointUnlisted,
  ScenarioPublished,
  EventCodec.define(InputFieldDeclared, {
    schemaVersion: 2,
    // Before, fields were the person's own, and none was recorded as one that has to be filled in.
    upcasters: { 1: (payload) => ({ ...payload, required: false, origin: "person" }) },
  }),
  StatisticPublished,
  OwnAccountsDeclared,
  ProductUsed,
  DocumentsDeclared,
  PolicyAccepted,
])

export type Event = EventCodec.EventOf<typeof codec>
