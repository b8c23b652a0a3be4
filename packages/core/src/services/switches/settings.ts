/**
 * Whether every recording of an interaction has to name the device.
 */
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"

/**
 * Whether a recording without a device is refused (SWITCH). Default: no; a call that no application has part in has none.
 */
export const Required: Context.Reference<boolean> = Context.Reference<boolean>(
  "@tacet/core/services/Switches/Required",
  { defaultValue: () => false },
)

/** Refuses every recording without a device, so that no recording passes by its switches. */
export const layerRequired: Layer.Layer<never> = Layer.succeed(Required, true)
