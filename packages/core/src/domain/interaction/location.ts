/**
 * Decides whether a location of the terminal may be collected.
 */
import type * as Result from "effect/Result"
import type { Refusal } from "../../eventsourcing/Refusal.ts"
import * as DeviceSwitch from "../DeviceSwitch.ts"
import * as Category from "../internal/Category.ts"
import { refuse } from "../internal/Decision.ts"
import type { CommandOf, Context } from "./commands.ts"
import type { State } from "./state.ts"

/** A location is recorded where the policy allows one, of a service that the person opened, and not while it is off. */
export const locationViolation = (
  state: State,
  command: CommandOf<"ObserveTerminal">,
  { locationOn = true, policyAt, switches = DeviceSwitch.initial }: Context,
): Result.Result<never, Refusal> | undefined => {
  if (policyAt(command.at)?.parameters.geolocation !== "allowed") {
    return refuse("GEO-NEVER", command, "values.category", Category.recordable)
  }
  if (!state.activated) return refuse("GEO-OK", command, "values.category", "a location in a service that was opened")
  return locationOn && !DeviceSwitch.isOffAt(switches, "location", command.at)
    ? undefined
    : refuse("GEO-SWITCH", command, "values.category", "a location that the person has left switched on")
}
