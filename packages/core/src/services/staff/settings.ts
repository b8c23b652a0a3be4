/**
 * Whether the roles and missions of readers are those of the register.
 */
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"

/**
 * Whether a member of the staff reads only in a role and for a mission that the register has at that moment (AUTHZ, NEED).
 * Default: no; the caller says which roles a reader holds, and the reason of an access is its mission (docs/decisions/0066).
 */
export const Required: Context.Reference<boolean> = Context.Reference<boolean>("@tacet/core/services/Staff/Required", {
  defaultValue: () => false,
})

/**
 * For operators that keep the roles and missions of their staff here.
 *
 * @example
 * ```ts
 * import { Openings, Staff } from "@tacet/core/services"
 * import * as Layer from "effect/Layer"
 *
 * const openings = Layer.provide(Openings.layer, Staff.layerRequired)
 * ```
 */
export const layerRequired: Layer.Layer<never> = Layer.succeed(Required, true)
