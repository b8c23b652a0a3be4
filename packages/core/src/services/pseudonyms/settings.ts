/**
 * Whether the notices before a collection are given by a program that keeps no record of them here.
 */
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"

/**
 * Whether the program itself sees to it that people are informed before they say or type something. Default: false, and the
 * vault seals nothing that a person gave before a notice or an acceptance of the policy was recorded (PURPOSE-FIRST, ACK-FIRST).
 */
export const NoticedElsewhere: Context.Reference<boolean> = Context.Reference<boolean>(
  "@tacet/core/services/Pseudonyms/NoticedElsewhere",
  { defaultValue: () => false },
)

/**
 * For programs that give the notices by themselves, such as an import of data that were collected elsewhere.
 *
 * @example
 * ```ts
 * import { Openings, Pseudonyms } from "@tacet/core/services"
 * import * as Layer from "effect/Layer"
 *
 * const openings = Layer.provide(Openings.layer, Pseudonyms.layerNoticedElsewhere)
 * ```
 */
export const layerNoticedElsewhere: Layer.Layer<never> = Layer.succeed(NoticedElsewhere, true)
