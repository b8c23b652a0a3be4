/**
 * The form of a personal value in an event: a random reference into the vault, and the category of the value. It has no
 * accessor: no decision and no statistic can read the value (SEPARATE, KEY-APART, GDPR 4(5)).
 */
import * as Schema from "effect/Schema"
import { ofPersonal } from "../eventsourcing/FieldClass.ts"
import { Uuid } from "../eventsourcing/Uuid.ts"
import { PersonalDataCategory } from "./PersonalDataCategory.ts"

/**
 * A reference to a sealed value.
 *
 * @rule KEY-APART
 */
export const Sealed = Schema.Struct({ reference: Uuid, category: PersonalDataCategory }).annotate(ofPersonal)

/** A reference to a sealed value of type `A`; `A` exists for the type checker alone. */
export interface Sealed<out A> {
  readonly reference: Uuid
  readonly category: PersonalDataCategory
  readonly [Value]?: A
}
declare const Value: unique symbol
