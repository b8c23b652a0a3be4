/**
 * Whose a personal value is. A subject is a random id: a pseudonym, a rights request, or whatever else a value is kept
 * under; all that stands under it is erased together.
 */
import * as Schema from "effect/Schema"
import { Uuid } from "../eventsourcing/Uuid.ts"

/** A subject. */
export const SubjectId = Uuid.pipe(Schema.brand("SubjectId"))
export type SubjectId = typeof SubjectId.Type

/** Why what was kept is gone. */
export const ErasureCause = Schema.Literals(["request", "retention", "contractEnd", "rectification", "withdrawal"])
export type ErasureCause = typeof ErasureCause.Type
