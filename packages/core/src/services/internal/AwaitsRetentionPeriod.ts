import * as Context from "effect/Context"

/**
 * Whether a value is refused while the Customer's retention policy has no period for its category, where the policy asks
 * the contract to fix one (RET-CONTRACT). Default: it is not asked, for programs that keep retention elsewhere.
 *
 * @example
 * ```ts
 * import { Interactions } from "@tacet/core/services"
 * import * as Layer from "effect/Layer"
 *
 * const strict = Layer.provide(Interactions.layer, Layer.succeed(Interactions.AwaitsRetentionPeriod, true))
 * ```
 */
export const AwaitsRetentionPeriod: Context.Reference<boolean> = Context.Reference<boolean>(
  "@tacet/core/services/Interactions/AwaitsRetentionPeriod",
  { defaultValue: () => false },
)
