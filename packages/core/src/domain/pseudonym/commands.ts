/**
 * The commands of a pseudonym, and the facts that a decision about one needs.
 */
import * as Schema from "effect/Schema"
import { Uuid } from "../../eventsourcing/Uuid.ts"
import type { EffectivePolicy } from "../../policy/binding/EffectivePolicy.ts"
import type { TextDigest } from "../../policy/binding/TextDigest.ts"
import type { Role } from "../../policy/text/parameters/processing.ts"
import { Purpose } from "../../policy/text/parameters/purposes.ts"
import { Sealed } from "../../privacy/Sealed.ts"
import { PolicyVersionId } from "../Identifier.ts"
import { DisclosureManner, DocumentReference, RecipientId } from "../Recipient.ts"
import { AcceptPolicy } from "../internal/Acceptance.ts"
import {
  ConsentGiver,
  ConsentManner,
  IdentifierKind,
  PseudonymErased,
  PseudonymId,
  PurposeBasis,
  Relation,
} from "./events.ts"

const at = Schema.DateTimeUtc

/** The request by which the person asks for it. Default: they say so without one. */
const request = Schema.optionalKey(Uuid)

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
    /** The notice that was shown before. */
    notice: Schema.optionalKey(DocumentReference),
    /** Default: the person. */
    givenBy: Schema.optionalKey(ConsentGiver),
    /** The age of the person in years, where it is known: asked, and never recorded. */
    age: Schema.optionalKey(Schema.Int),
  }),
  Schema.TaggedStruct("WithdrawConsent", { at, purpose: Purpose, recipient: Schema.optionalKey(RecipientId) }),
  Schema.TaggedStruct("RaiseObjection", { at, purpose: Purpose, request }),
  Schema.TaggedStruct("ResolveObjection", {
    at,
    purpose: Purpose,
    upheld: Schema.Boolean,
    grounds: Schema.optionalKey(DocumentReference),
    request,
  }),
  /** Of one purpose, or of all but storing. */
  Schema.TaggedStruct("RestrictProcessing", { at, purpose: Schema.optionalKey(Purpose), request }),
  Schema.TaggedStruct("LiftRestriction", {
    at,
    purpose: Schema.optionalKey(Purpose),
    personTold: Schema.Boolean,
    request,
  }),
  Schema.TaggedStruct("RectifyDetail", { at, old: Uuid, value: Sealed }),
  Schema.TaggedStruct("RegisterPerson", { at, relation: Relation, bases: Schema.Array(PurposeBasis) }),
  Schema.TaggedStruct("NoteActivity", { at }),
  Schema.TaggedStruct("FulfilPurposes", { at }),
  Schema.TaggedStruct("CloseAccount", { at }),
  Schema.TaggedStruct("EndRelationship", { at }),
  Schema.TaggedStruct("ErasePseudonym", { at, cause: PseudonymErased.fields.cause }),
  AcceptPolicy,
])
export type Command = typeof Command.Type

/** The facts that a decision needs. */
export interface Context {
  readonly policy: EffectivePolicy
  readonly role: Role
  /** The digest of the text in force as the Customer adopted it. Default: the adoption pins none. */
  readonly digest?: TextDigest | null
  /** Whether the Customer's contract instructs recognition. */
  readonly recognitionInstructed: boolean
  /** Whether the other pseudonym of a link belongs to the same Customer and is live. */
  readonly linkable: (other: PseudonymId) => boolean
  /** Whether the vault keeps a value of the person that no event of the pseudonym names. Default: none. */
  readonly keeps?: (reference: Uuid) => boolean
}
