/**
 * Whether a processing is refused before it was entered in the record of processing.
 */
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"

/**
 * Whether nothing is collected before the record of processing has an entry that covers it (DECLARED). Default: false, so
 * that a program may begin before it keeps a record here (docs/decisions/0063).
 */
export const Required: Context.Reference<boolean> = Context.Reference<boolean>(
  "@tacet/core/services/ProcessingRecord/Required",
  { defaultValue: () => false },
)

/**
 * For operators that keep their record of processing here: an interaction that starts and a value that is kept are refused
 * until an entry covers them.
 *
 * @example
 * ```ts
 * import { Interactions, ProcessingRecord } from "@tacet/core/services"
 * import * as Layer from "effect/Layer"
 *
 * const interactions = Layer.provide(Interactions.layer, ProcessingRecord.layerRequired)
 * ```
 */
export const layerRequired: Layer.Layer<never> = Layer.succeed(Required, true)
