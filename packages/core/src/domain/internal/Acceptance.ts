/**
 * The acceptance of a policy version: whose it is says the stream that holds it, a person's pseudonym or the Customer.
 */
import * as Schema from "effect/Schema"
import { TextDigest } from "../../policy/binding/TextDigest.ts"
import { PolicyVersionId } from "../Identifier.ts"

/** In what way a version was accepted. */
const AcceptanceManner = Schema.Literals(["form", "settings", "writing", "recordedCall"])

/** A policy version was read, understood and accepted (ACK-FIRST). */
export const PolicyAccepted = Schema.TaggedStruct("PolicyAccepted", {
  occurredAt: Schema.DateTimeUtcFromMillis,
  policyVersion: PolicyVersionId,
  /** The digest of the accepted text; `null` where the Customer adopted it before texts were pinned. */
  digest: Schema.NullOr(TextDigest),
  manner: AcceptanceManner,
})

/** The command to record it. */
export const AcceptPolicy = Schema.TaggedStruct("AcceptPolicy", {
  at: Schema.DateTimeUtc,
  policyVersion: PolicyVersionId,
  manner: AcceptanceManner,
})
