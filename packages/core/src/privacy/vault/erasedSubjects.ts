/**
 * The one subject that represents all erased subjects of a Customer: the interactions of an erased subject are linked to
 * it until they are deleted from the log. It names no person and joins no two interactions of one.
 */
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import { derived } from "../../eventsourcing/Uuid.ts"
import type { SubjectId } from "../Subject.ts"

/** The subject to which the interactions of all erased subjects of a Customer are linked. */
export const erasedSubjects = (customer: CustomerId): SubjectId =>
  derived("interactions of erased subjects", customer) as SubjectId
