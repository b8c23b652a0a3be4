/**
 * The compartment. Every event, key, checkpoint and report belongs to exactly one Customer (the controller of GDPR
 * 4(7)), and no call of any port can be written without naming it (RECOG-1CUST, NO-IDENTIFY).
 */
import * as Schema from "effect/Schema"
import { Uuid } from "./Uuid.ts"

/**
 * The id of the Customer whose compartment is meant.
 *
 * @rule DEFN
 *
 * @example
 * ```ts
 * import * as Schema from "effect/Schema"
 * import { CustomerId } from "@tacet/core/eventsourcing"
 *
 * Schema.is(CustomerId.CustomerId)("5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11") // => true
 * Schema.is(CustomerId.CustomerId)("a company") // => false
 * ```
 */
export const CustomerId = Uuid.pipe(Schema.brand("CustomerId"))
export type CustomerId = typeof CustomerId.Type
