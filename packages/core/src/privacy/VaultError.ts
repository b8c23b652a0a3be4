/**
 * The errors of the vault and the key store. None of them means "erased": an erased value is an answer of its own, and
 * needs the record of its destruction. Errors name ids and causes, never a value.
 */
import * as Schema from "effect/Schema"
import { CustomerId } from "../eventsourcing/CustomerId.ts"
import { Uuid } from "../eventsourcing/Uuid.ts"
import { PersonalDataCategory } from "./PersonalDataCategory.ts"
import { ErasureCause, SubjectId } from "./Subject.ts"

/** The vault has neither this value nor a record of its destruction: it was never sealed, or this is another vault. */
export class UnknownReference extends Schema.TaggedError<UnknownReference>()("UnknownReference", {
  customer: CustomerId,
  reference: Uuid,
}) {
  override get message(): string {
    return `The vault of ${this.customer} has no value ${this.reference}. Is it the vault in which it was sealed?`
  }
}

/** The value is there, its data key is not, and nothing says that the key was destroyed. */
export class MissingKey extends Schema.TaggedError<MissingKey>()("MissingKey", {
  customer: CustomerId,
  reference: Uuid,
  keyId: Uuid,
}) {
  override get message(): string {
    return `Value ${this.reference} was sealed under key ${this.keyId}, which is missing without a record of its destruction. Restore the vault.`
  }
}

/** The ciphertext was changed, or moved from the place for which it was sealed. */
export class AlteredValue extends Schema.TaggedError<AlteredValue>()("AlteredValue", {
  customer: CustomerId,
  reference: Uuid,
}) {
  override get message(): string {
    return `Value ${this.reference} of the vault was changed since it was sealed. Restore it.`
  }
}

/** The key store does not have the key that wraps others, or has another under its id: it is not the right one. */
export class WrongKeyStore extends Schema.TaggedError<WrongKeyStore>()("WrongKeyStore", {
  customer: CustomerId,
  /** The key that was asked for; absent where the Customer has none at all. */
  wrappingKey: Schema.optionalKey(Uuid),
}) {
  override get message(): string {
    return `The key store cannot unwrap the data keys of ${this.customer}. Is it the one in which the key was made?`
  }
}

/** A wrapped key was changed or moved, or the key store has another key under the id of the one that wrapped it. */
export class AlteredKey extends Schema.TaggedError<AlteredKey>()("AlteredKey", {
  customer: CustomerId,
  keyId: Uuid,
  wrappingKey: Uuid,
}) {
  override get message(): string {
    return `Data key ${this.keyId} of ${this.customer} is not what key ${this.wrappingKey} wrapped there. Restore the vault, or the key store.`
  }
}

/** The key of a period was destroyed: its identifiers can no longer be located, and none is added to it. */
export class PeriodClosed extends Schema.TaggedError<PeriodClosed>()("PeriodClosed", {
  customer: CustomerId,
  period: Schema.String,
}) {
  override get message(): string {
    return `Period ${this.period} of ${this.customer} is closed: its key was destroyed.`
  }
}

/**
 * The cause of `VaultUnavailable` where a key store has not the keys that rows or ledger of a Customer name: it is empty, older than
 * they are, or that of another installation.
 */
export const wrongKeys = "wrong keys"

/**
 * The causes of `VaultUnavailable` where a key management service has the key that wraps all others no more, or lets nobody use it, and
 * what a person does about it.
 */
export const keyRemedies: ReadonlyMap<string, string> = new Map([
  ["key disabled", "has disabled the key that wraps all others. Enable it"],
  [
    "key pendingDeletion",
    "is about to delete the key that wraps all others, and with it all personal data. Cancel the deletion",
  ],
  ["key missing", "does not have the key that wraps all others. Restore it, or name the right one"],
  ["key denied", "refuses this account. Allow it to wrap and unwrap"],
  ["key notAuthentic", "did not wrap what the key store contains, or it was changed. Restore the key store"],
])

/**
 * A store could not be used. The operation may or may not have been carried out: repeat it, every one can be repeated.
 */
export class VaultUnavailable extends Schema.TaggedError<VaultUnavailable>()("VaultUnavailable", {
  store: Schema.Literals(["vault", "keyStore", "accessLog", "erasureLedger", "eventLog"]),
  /** The cause by name, such as a SQLSTATE class; never a payload. */
  cause: Schema.String,
}) {
  override get message(): string {
    const remedy = keyRemedies.get(this.cause)
    if (remedy !== undefined)
      return `The key management service ${remedy}: to ask again does not help. Nothing was written, and no key is made in its place.`
    return this.cause === wrongKeys
      ? "The key store has not the keys under which data of this Customer were sealed: it is empty, too old, or another's. Nothing was written. Restore the key store: to ask again does not help."
      : `The ${this.store} cannot be used (${this.cause}). Ask again later.`
  }
}

/** Data of an erased subject are refused: its fence is permanent. Draw a new pseudonym. */
export class SubjectErased extends Schema.TaggedError<SubjectErased>()("SubjectErased", {
  customer: CustomerId,
  subject: SubjectId,
  /** The revision of the subject's keys that the writer had seen; 0 where it had seen none. */
  seenRevision: Schema.Int,
  cause: ErasureCause,
}) {
  override get message(): string {
    return `Subject ${this.subject} was erased (${this.cause}): nothing attaches to it. The writer had seen revision ${this.seenRevision} of its keys.`
  }
}

/** The data of the subject is stored and nothing else is done with it (GDPR 18). */
export class SubjectRestricted extends Schema.TaggedError<SubjectRestricted>()("SubjectRestricted", {
  customer: CustomerId,
  subject: SubjectId,
}) {
  override get message(): string {
    return `The processing of the data of subject ${this.subject} is restricted: nothing is added until the restriction is lifted.`
  }
}

/**
 * A value was not sealed: its retention end has passed already, its category is not the one that was declared, or its
 * text is not well-formed.
 */
export class InvalidValue extends Schema.TaggedError<InvalidValue>()("InvalidValue", {
  customer: CustomerId,
  category: PersonalDataCategory,
  /** What would be accepted. */
  accepted: Schema.String,
}) {
  override get message(): string {
    return `A value of category ${this.category} was not sealed. Accepted: ${this.accepted}.`
  }
}
