/**
 * The context to which a ciphertext is bound. It opens only where Customer, subject, value, category and key are those
 * of its sealing, so that one which was moved, swapped or changed is noticed. No part can hold the separator: ids are
 * UUIDs, categories are words.
 */
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { Uuid } from "../eventsourcing/Uuid.ts"
import { bytesOf } from "./Encryption.ts"
import type { PersonalDataCategory } from "./PersonalDataCategory.ts"
import type { SubjectId } from "./Subject.ts"

/** The place of a data key: for one subject and one category of one Customer. */
export interface KeyPlace {
  readonly customer: CustomerId
  readonly subject: SubjectId
  readonly category: PersonalDataCategory
  readonly keyId: Uuid
}

/** The place of a value. */
export interface ValuePlace extends KeyPlace {
  readonly reference: Uuid
}

/** The context to which a value's ciphertext is bound. */
export const ofValue = ({ category, customer, keyId, reference, subject }: ValuePlace): Uint8Array =>
  bytesOf(["tacet-value-1", customer, subject, reference, category, keyId].join("|"))

/** The context to which a wrapped data key is bound. */
export const ofKey = ({ category, customer, keyId, subject }: KeyPlace, wrappingKey: Uuid): Uint8Array =>
  bytesOf(["tacet-key-1", customer, subject, category, keyId, wrappingKey].join("|"))
