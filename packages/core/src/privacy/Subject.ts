/**
 * The owner of a personal value. A subject is a random id: a pseudonym, a rights request, or any other owner of values;
 * all its values are erased together.
 */
import * as Schema from "effect/Schema"
import { Uuid } from "../eventsourcing/Uuid.ts"

/** A subject. */
export const SubjectId = Uuid.pipe(Schema.brand("SubjectId"))
export type SubjectId = typeof SubjectId.Type

/** The cause of an erasure. */
export const ErasureCause = Schema.Literals(["request", "retention", "contractEnd", "rectification", "withdrawal"])
export type ErasureCause = typeof ErasureCause.Type
